"""What every store promises of what becomes of cases: acts, replies in public, posts that go."""

from dataclasses import replace

import pytest

from listener.answers import Answer
from listener.cases import Refused
from listener.model import Author
from listener.store.case_port import NoCase
from listener.store.port import Settled, Store
from listener.testing.case_steps import (
    DAY,
    an_act,
    come,
    deliver,
    due,
    the_case,
)
from listener.testing.fakes import NOON, a_post
from listener.testing.store_steps import HOUR, MINUTE, poll

LATER = NOON + HOUR


class StoreCaseActs:
    """Acts are done once and told to all that follow; nothing of what is gone stays told."""

    # -- acts

    def test_an_act_is_done_once(self, store: Store, other: Store) -> None:
        come(store, "1")
        key = the_case(store).key
        assert not store.cases.act(key, an_act("claim", "k1"), NOON).known
        again = other.cases.act(key, an_act("claim", "k1", by="ben"), LATER)
        assert again.known
        assert (again.case.owner, again.case.version) == ("anna", 2)
        file = store.cases.file(key)
        assert file
        assert [act.key for act in file.acts] == ["k1"]

    def test_what_makes_no_sense_is_refused_and_leaves_nothing(self, store: Store) -> None:
        come(store, "1")
        case = the_case(store)
        for act in (
            an_act("reopen"),
            an_act("snooze", until=NOON),
            an_act("wrong_tag"),
            an_act("wrong_tag", tag_kind="sentiment", label="blue"),
            an_act("mute_author"),
            an_act("joined"),
            replace(an_act("claim"), key=""),
        ):
            with pytest.raises(Refused):
                store.cases.act(case.key, act, NOON)
        with pytest.raises(NoCase):
            store.cases.act("c0", an_act("claim"), NOON)
        file = store.cases.file(case.key)
        assert file
        assert (file.case, file.acts) == (case, ())

    def test_hostile_acts_are_kept_short_and_sound(self, store: Store) -> None:
        come(store, "1")
        bad = "\ud800\x00" * 9_000
        act = an_act("note", bad, text=bad, by=bad, via=bad, at=NOON.replace(tzinfo=None))
        kept = store.cases.act(the_case(store).key, act, NOON).case
        assert kept.version == 2
        file = store.cases.file(kept.key)
        assert file
        assert max(len(file.acts[0].text), len(file.acts[0].by) * 20) <= 4_000
        deliver(store)
        assert store.cases.act(kept.key, act, LATER).known

    def test_a_clock_ahead_of_ours_does_nothing_in_the_future(self, store: Store) -> None:
        come(store, "1")
        act = an_act("answer", at=NOON + 9 * DAY)
        assert store.cases.act(the_case(store).key, act, NOON).case.answered_at == NOON

    def test_a_change_is_told_to_all_that_follow_and_to_nobody_else(self, store: Store) -> None:
        come(store, "1", channels=("desk", "slack"))
        deliver(store)
        deliver(store, channel="slack")
        come(store, "2", by="author1", now=LATER, channels=("mail",), follows=False)
        deliver(store, LATER, "mail")
        store.cases.act(the_case(store).key, an_act("claim", text="on it"), LATER)
        for channel in ("desk", "slack"):
            (turn,) = deliver(store, LATER, channel)
            alert = turn.alert
            assert (alert.kind, alert.title) == ("case", "claimed by anna (slack)")
            assert alert.body == "claimed by anna (slack)\n  on it"
            assert alert.case
            assert alert.case.owner == "anna"
            assert (alert.mentions, alert.earlier_count) == ((), 1)
            assert alert.receipt
        assert deliver(store, LATER, "mail") == []

    def test_several_changes_are_told_together(self, store: Store) -> None:
        come(store, "1")
        deliver(store)
        key = the_case(store).key
        store.cases.act(key, an_act("claim"), NOON)
        store.cases.act(key, an_act("answer"), NOON)
        (turn,) = deliver(store)
        assert turn.alert.title == "answered by anna (slack)"
        assert turn.alert.body.splitlines() == [
            "claimed by anna (slack)",
            "answered by anna (slack)",
        ]
        assert deliver(store, LATER) == []

    def test_a_change_before_anybody_was_told_comes_with_the_first(self, store: Store) -> None:
        come(store, "1")
        store.cases.act(the_case(store).key, an_act("claim"), NOON)
        (turn,) = deliver(store)
        assert (turn.alert.kind, turn.alert.body) == ("mentions", "claimed by anna (slack)")
        assert deliver(store, LATER) == []

    def test_a_change_that_came_along_is_not_told_again(self, store: Store) -> None:
        come(store, "1", by="anna")
        (opening,) = due(store)
        key = the_case(store).key
        store.cases.act(key, an_act("claim"), NOON)  # waits for the opening that is under way
        store.settle_alerts(
            [Settled(opening.alert.key, opening.token, "retry", NOON, next_at=LATER)]
        )
        told = deliver(store, LATER)
        assert [turn.alert.kind for turn in told] == ["mentions"]
        assert told[0].alert.body == "claimed by anna (slack)"
        trail = store.controls.trail(NOON, NOON + DAY)
        assert [one.outcome for one in trail] == ["retry", "delivered", "withdrawn"]

    def test_who_waits_again_is_told_to_those_who_follow(self, store: Store) -> None:
        come(store, "1", by="anna", channels=("desk", "slack"))
        store.cases.act(the_case(store).key, an_act("answer"), NOON)
        deliver(store)
        deliver(store, channel="slack")
        come(store, "2", by="anna", now=LATER, channels=("desk",))
        (turn,) = deliver(store, LATER, "slack")
        assert (turn.alert.kind, turn.alert.title) == (
            "case",
            "waits again: another mention came",
        )
        (turn,) = deliver(store, LATER)
        assert turn.alert.kind == "mentions"

    def test_a_wrong_tag_is_corrected_for_good(self, store: Store) -> None:
        come(store, "1")
        act = an_act("wrong_tag", tag_kind="urgency", label="low", by="slack:U1")
        store.cases.act(the_case(store).key, act, LATER)
        (mention,) = store.mentions(NOON - HOUR, LATER)
        assert mention.label("urgency") == "low"
        assert mention.tags[-1].by == "person:slack:U1"

    def test_a_muted_author_is_silent_until_then(self, store: Store) -> None:
        come(store, "1", by="@Anna")
        store.cases.act(the_case(store).key, an_act("mute_author", until=LATER), NOON)
        (silence,) = store.controls.silences(NOON)
        assert (silence.authors, silence.until, silence.by) == (
            frozenset({"fake:anna"}),
            LATER,
            "anna",
        )
        assert store.controls.silences(LATER) == []

    # -- replies in public

    def test_a_reply_of_the_brand_in_public_answers_the_case(self, store: Store) -> None:
        come(store, "1")
        deliver(store)
        reply = a_post("r", author=Author("norvia"), published_at=NOON + MINUTE)
        answer = Answer("fake:1", "norvia", "fake:r", NOON + MINUTE)
        for _ in range(2):
            poll(store, [reply], mentions=[], answers=[answer], now=LATER)
        case = the_case(store)
        assert (case.state, case.answered_at, case.owner) == ("answered", NOON + MINUTE, "")
        (turn,) = deliver(store, LATER)
        assert turn.alert.title == "answered by fake:norvia (in public)"
        file = store.cases.file(case.key)
        assert file
        assert [act.key for act in file.acts] == ["answer:fake:r"]

    def test_a_reply_that_was_seen_first_answers_too(self, store: Store) -> None:
        answer = Answer("fake:1", "norvia", "fake:r", NOON)
        poll(store, [a_post("r")], mentions=[], answers=[answer])
        come(store, "1", now=LATER, published_at=NOON - MINUTE)
        assert the_case(store).state == "answered"

    def test_a_reply_answers_nothing_that_was_written_after_it(self, store: Store) -> None:
        come(store, "1", by="anna")
        come(store, "2", by="anna", now=LATER)
        answer = Answer("fake:1", "norvia", "fake:r", NOON + MINUTE)
        poll(store, [a_post("r")], mentions=[], answers=[answer], now=LATER)
        assert the_case(store).state == "new"

    def test_one_reply_answers_once(self, store: Store) -> None:
        come(store, "1")
        answer = Answer("fake:1", "norvia", "fake:r", NOON + MINUTE)
        poll(store, [a_post("r")], mentions=[], answers=[answer], now=LATER)
        store.cases.act(the_case(store).key, an_act("reopen"), LATER)
        poll(store, [a_post("r")], mentions=[], answers=[answer], now=LATER + MINUTE)
        assert the_case(store).state == "new"

    # -- what goes

    def test_a_deleted_post_is_taken_back_in_the_cases_thread(self, store: Store) -> None:
        come(store, "1", "2", by="anna")
        deliver(store)
        poll(store, [], deleted=["fake:1"], now=LATER)
        (turn,) = deliver(store, LATER)
        alert = turn.alert
        assert (alert.kind, alert.retracted) == ("retraction", ("fake:1",))
        assert alert.receipt == f"ticket {alert.thread}"
        assert alert.case == the_case(store)
        assert alert.case.state == "new"
        assert (alert.case.mentions, alert.case.authors) == (1, 1)

    def test_a_case_of_which_nothing_is_left_is_closed(self, store: Store) -> None:
        come(store, "1", "2", by="anna")
        deliver(store)
        poll(store, [], deleted=["fake:1", "fake:2"], now=LATER)
        assert the_case(store).state == "closed"
        told = deliver(store, LATER)
        assert sorted(turn.alert.kind for turn in told) == ["case", "retraction"]
        (closing,) = [turn.alert for turn in told if turn.alert.kind == "case"]
        assert closing.title == "closed by listener"

    def test_one_that_was_told_to_nobody_is_closed_in_silence(self, store: Store) -> None:
        come(store, "1")
        poll(store, [a_post("1", "no brand")], mentions=[], now=LATER)
        assert the_case(store).state == "closed"
        assert due(store, LATER) == []

    def test_a_mention_that_comes_back_opens_its_case_again(self, store: Store) -> None:
        come(store, "1", by="anna")
        deliver(store)
        poll(store, [], deleted=["fake:1"], now=LATER)
        deliver(store, LATER)
        come(store, "1", by="anna", text="Norvia is late, again", now=LATER + MINUTE)
        case = the_case(store)
        assert (case.state, case.mentions, case.waiting_since) == ("new", 1, LATER + MINUTE)
        (turn,) = deliver(store, LATER + MINUTE)
        assert turn.alert.kind == "case"
        come(store, "2", by="anna", now=LATER + 2 * MINUTE)
        assert the_case(store).mentions == 2

    def test_what_a_person_closed_stays_closed(self, store: Store) -> None:
        come(store, "1")
        store.cases.act(the_case(store).key, an_act("not_ours"), NOON)
        poll(store, [], deleted=["fake:1"], now=LATER)
        come(store, "1", now=LATER + MINUTE)
        assert the_case(store).state == "closed"

    def test_a_mark_that_says_it_is_none_closes_it_too(self, store: Store) -> None:
        come(store, "1")
        store.save_mark("fake:1", "norvia", NOON, about=False, by="ann")
        assert the_case(store).state == "closed"

    def test_what_history_showed_is_taken_back(self, store: Store) -> None:
        come(store, "1", by="anna", case=None, channels=("log",))
        come(store, "2", by="anna", now=LATER)
        (turn,) = deliver(store, LATER)
        assert [mention.post.native_id for mention in turn.alert.history] == ["1"]
        poll(store, [], deleted=["fake:1"], now=LATER + MINUTE)
        (taken_back,) = deliver(store, LATER + MINUTE)
        assert taken_back.alert.retracted == ("fake:1",)
        assert taken_back.alert.thread == turn.alert.thread

    def test_a_forgotten_author_is_in_no_silence(self, store: Store) -> None:
        come(store, "1", by="Anna")
        act = an_act("mute_author", until=NOON + DAY)
        store.cases.act(the_case(store).key, act, NOON)
        (silence,) = store.controls.silences(NOON)
        named = frozenset({"@ANNA", "FAKE:@anna", "ben"})
        both = replace(silence, authors=named, reason="anna again")
        store.controls.silence(both)
        store.forget("anna", ["fake"], LATER)
        (left,) = store.controls.silences(LATER)
        assert (left.authors, left.reason) == (frozenset({"ben"}), "")
        assert store.cases.find(states=("closed",), author="anna") == []
