"""What every store promises of control: silences, channels that stand still, the trail, stories."""

from dataclasses import replace
from datetime import datetime

from listener.model import Author
from listener.rules import Silence, Silenced
from listener.store.port import SendTurn, Settled, Store, Tagged
from listener.testing.case_steps import DAY, an_act, come, deliver, due, the_case
from listener.testing.fakes import NOON, a_post
from listener.testing.store_steps import EACH, HOUR, MINUTE, claim, poll, retry, tag_all

LATER = NOON + HOUR


def stopped(turn: SendTurn, next_at: datetime, at: datetime = NOON) -> Settled:
    """The channel's credentials died."""
    return Settled(
        turn.alert.key,
        turn.token,
        "stopped",
        at,
        reason="invalid_auth",
        next_at=next_at,
        state="login",
    )


def buried(turn: SendTurn) -> Settled:
    """One alert alone is refused."""
    return Settled(turn.alert.key, turn.token, "buried", NOON, reason="too long")


class StoreControls:
    """Nothing is silenced, stopped or buried out of sight, and people can undo each of these."""

    # -- silences

    def test_a_silence_holds_from_its_beginning_to_its_end(self, store: Store) -> None:
        names = frozenset({"żabka", "ben"})
        long = Silence(NOON, NOON + DAY, "anna", "a fair", names, names, names, names, names)
        first = store.controls.silence(long)
        second = store.controls.silence(Silence(NOON, LATER, "ben"))
        assert first != second
        assert store.controls.silences(NOON - MINUTE) == []
        assert store.controls.silences(NOON) == [
            Silence(NOON, LATER, "ben", number=second),
            replace(long, number=first),
        ]
        assert [one.number for one in store.controls.silences(LATER)] == [first]

    def test_a_silence_can_be_ended_once(self, store: Store, other: Store) -> None:
        number = store.controls.silence(Silence(NOON, NOON + DAY, "anna"))
        assert other.controls.end_silence(number, LATER)
        assert not store.controls.end_silence(number, LATER)
        assert not store.controls.end_silence(number + 9, LATER)
        assert store.controls.silences(LATER) == []

    # -- channels in trouble

    def test_a_channel_that_stands_still_buries_nothing(self, store: Store) -> None:
        poll(store, [a_post("1"), a_post("2")])
        tag_all(store, [EACH])
        for minutes in range(50):
            now = NOON + minutes * MINUTE
            turns = due(store, now)
            assert [turn.attempts for turn in turns] == [1, 1]
            store.settle_alerts([stopped(turn, now + MINUTE, now) for turn in turns])
        (facts,) = store.controls.channel_facts(["desk"])
        assert (facts.state, facts.reason, facts.since) == ("login", "invalid_auth", NOON)
        assert (facts.waiting, facts.buried) == (2, 0)
        assert store.status(LATER).stopped == (facts,)
        assert len(deliver(store, LATER)) == 2
        (facts,) = store.controls.channel_facts(["desk"])
        assert (facts.state, facts.since, facts.waiting) == ("", None, 0)
        assert store.status(LATER).stopped == ()

    def test_an_attempt_before_the_trouble_still_counts(self, store: Store) -> None:
        poll(store, [a_post("1")])
        tag_all(store, [EACH])
        (turn,) = due(store)
        store.settle_alerts([retry(turn, NOON)])  # it may have arrived
        (turn,) = due(store)
        store.settle_alerts([stopped(turn, NOON)])
        assert [again.alert.attempt for again in due(store)] == [2]

    def test_other_channels_are_well(self, store: Store) -> None:
        come(store, "1", channels=("desk", "mail"))
        (turn,) = due(store)
        store.settle_alerts([stopped(turn, LATER)])
        deliver(store, channel="mail")
        found = store.controls.channel_facts(["mail", "desk", "unheard of"])
        assert [(facts.channel, facts.state) for facts in found] == [
            ("mail", ""),
            ("desk", "login"),
            ("unheard of", ""),
        ]

    def test_what_is_buried_can_be_sent_again(self, store: Store) -> None:
        come(store, "1", "2", channels=("desk", "mail"))
        for channel in ("desk", "mail"):
            store.settle_alerts([buried(turn) for turn in due(store, channel=channel)])
        assert store.controls.resend(LATER, channel="slack") == 0
        (first, _) = store.status(LATER).buried[:2]
        assert store.controls.resend(LATER, key=first.key) == 1
        assert store.controls.resend(LATER, channel="mail") == (1 if first.channel == "mail" else 2)
        assert store.controls.resend(LATER) == (2 if first.channel == "mail" else 1)
        assert store.controls.resend(LATER) == 0
        for channel in ("desk", "mail"):
            told = deliver(store, LATER, channel)
            # It may have arrived before, so that a target which can be asked is asked first.
            assert [turn.alert.attempt for turn in told] == [2, 2]
        assert store.status(LATER).buried_count == 0

    def test_what_waits_for_a_mended_channel_goes_at_once(self, store: Store) -> None:
        come(store, "1")
        come(store, "2", due_at=NOON + DAY)
        (turn,) = due(store)
        store.settle_alerts([stopped(turn, NOON + 2 * HOUR)])
        assert due(store, LATER) == []
        assert store.controls.resend(LATER, channel="desk") == 1
        assert [turn.alert.key for turn in deliver(store, LATER)] == [turn.alert.key]

    # -- the trail

    def test_the_trail_tells_every_attempt_and_what_waits(self, store: Store) -> None:
        come(store, "1", "2", by="anna", channels=("desk", "mail"))
        case = the_case(store).key
        (turn,) = due(store)
        store.settle_alerts([replace(retry(turn, LATER), at=NOON + MINUTE)])
        deliver(store, LATER)
        store.cases.act(case, an_act("claim"), LATER + MINUTE)
        both = ("fake:1#norvia", "fake:2#norvia")
        desk, mail = f"urgent/{case}/desk", f"urgent/{case}/mail"
        told = [
            (one.at, one.key, one.kind, one.outcome, one.why, one.mentions)
            for one in store.controls.trail(NOON, NOON + DAY)
        ]
        assert told == [
            (NOON, mail, "mentions", "waiting", "", both),
            (NOON + MINUTE, desk, "mentions", "retry", "try later", both),
            (LATER, desk, "mentions", "delivered", "", both),
            (LATER + MINUTE, f"{desk}~2", "case", "waiting", "", ()),
        ]
        trail = store.controls.trail
        assert len(list(trail(NOON, NOON + DAY, channel="mail"))) == 1
        assert len(list(trail(NOON, NOON + DAY, case=case))) == 4
        assert len(list(trail(NOON, NOON + DAY, mention=both[1]))) == 3
        assert len(list(trail(LATER, LATER + MINUTE))) == 1
        assert list(trail(NOON, NOON + DAY, case="c0")) == []
        assert {one.case for one in trail(NOON, NOON + DAY)} == {case}

    def test_the_trail_tells_what_a_silence_held_back(self, store: Store) -> None:
        number = store.controls.silence(Silence(NOON, LATER, "anna", "a fair"))
        poll(store, [a_post("1")])
        (turn,) = claim(store, NOON)
        silenced = [Silenced("urgent", "desk", number), Silenced("urgent", "mail", number)]
        store.save_tags([Tagged(turn.mention, turn.token, silenced=silenced)], NOON)
        told = list(store.controls.trail(NOON, LATER))
        assert [(one.channel, one.outcome, one.mentions) for one in told] == [
            ("desk", "silenced", ("fake:1#norvia",)),
            ("mail", "silenced", ("fake:1#norvia",)),
        ]
        assert told[0].why == f"silence {number} by anna: a fair"
        assert len(list(store.controls.trail(NOON, LATER, mention="fake:1#norvia"))) == 2
        assert len(list(store.controls.trail(NOON, LATER, channel="desk"))) == 1
        assert due(store) == []

    def test_a_long_trail_is_told_whole_and_in_order(self, store: Store) -> None:
        poll(store, [a_post(str(n), author=Author(f"author{n}")) for n in range(520)])
        tag_all(store, [EACH])
        deliver(store)
        poll(store, [a_post(f"x{n}", author=Author(f"x{n}")) for n in range(30)])
        tag_all(store, [EACH])
        told = list(store.controls.trail(NOON, LATER))
        assert len({one.key for one in told}) == len(told) == 550
        assert [one.at for one in told] == sorted(one.at for one in told)

    # -- stories

    def test_stories_can_be_caught_up_with(self, store: Store, other: Store) -> None:
        come(store, "1", "2", story="fake:1")
        come(store, "3", story="fake:3", now=LATER)
        found = other.storied(NOON, 0, 2)
        assert [(one.post.id, one.story) for one in found] == [
            ("fake:1", "fake:1"),
            ("fake:2", "fake:1"),
        ]
        (last,) = other.storied(NOON, found[-1].n, 9)
        assert (last.post.id, last.seen_at, last.n > found[-1].n) == ("fake:3", LATER, True)
        assert [one.n for one in store.storied(LATER, 0, 9)] == [last.n]
        assert store.storied(NOON, last.n, 9) == []

    def test_a_story_that_is_found_anew_has_a_new_number(self, store: Store) -> None:
        come(store, "1", story="fake:0")
        (before,) = store.storied(NOON, 0, 9)
        come(store, "1", text="Norvia, edited", story="fake:0", now=LATER)
        assert [one.n for one in store.storied(NOON, 0, 9)] == [before.n]
        come(store, "1", text="Norvia, another", story="fake:1", now=LATER)
        (after,) = store.storied(NOON, before.n, 9)
        assert after.story == "fake:1"

    def test_a_post_that_is_gone_is_in_no_story(self, store: Store) -> None:
        come(store, "1", "2", story="fake:1")
        numbers = [one.n for one in store.storied(NOON, 0, 9)]
        poll(store, [], deleted=["fake:1", "fake:2"], now=LATER)
        assert store.storied(NOON, 0, 9) == []
        come(store, "2", story="fake:2", now=LATER)
        (again,) = store.storied(NOON, max(numbers), 9)
        assert again.post.id == "fake:2"
