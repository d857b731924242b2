"""What every store promises of posts that go: nothing stays, and what was told is undone."""

from dataclasses import replace
from datetime import datetime, timedelta

from listener.answers import Answer
from listener.model import Author, Fault
from listener.store.port import SendTurn, Settled, Store, Tagged
from listener.testing.fakes import NOON, a_mention, a_post
from listener.testing.store_steps import (
    BURST,
    EACH,
    HOUR,
    MINUTE,
    claim,
    due,
    poll,
    retry,
    settle,
    tag_all,
)

LATER = NOON + HOUR


def remove(store: Store, *ids: str, now: datetime = LATER) -> int:
    """The site takes these posts of it down."""
    return poll(store, [], deleted=[f"fake:{one}" for one in ids], now=now).posts_deleted


def tell(store: Store, *ids: str, rule: object = EACH, now: datetime = NOON) -> list[SendTurn]:
    """Store, tag and deliver these posts."""
    poll(store, [a_post(one) for one in ids], now=now)
    tag_all(store, [rule], now)  # type: ignore[list-item]
    turns = due(store, now)
    for turn in turns:
        settle(store, turn, receipt=f"receipt of {turn.alert.key}")
    return turns


class StoreRemoval:
    """Deleted posts, authors who are gone or want to be, and retractions."""

    def test_nothing_of_a_deleted_post_is_given_out(self, store: Store) -> None:
        tell(store, "1")
        store.save_mark("fake:1", "norvia", NOON, about=True, by="ann")
        assert remove(store, "1") == 1
        assert store.search("late", 5) == []
        assert list(store.mentions(NOON - HOUR, LATER)) == []
        assert list(store.kept(NOON - HOUR, LATER)) == []
        assert store.marks() == []
        assert store.doubts(None, 5).count == 0
        assert store.mention_counts(NOON - HOUR, LATER) == {}
        assert store.written("traveller") == []
        assert store.status(LATER).posts == 1

    def test_an_unknown_post_and_one_deleted_before_count_nothing(self, store: Store) -> None:
        poll(store, [a_post("1")])
        assert remove(store, "1", "9") == 1
        assert remove(store, "1", now=LATER + HOUR) == 0

    def test_a_deletion_in_the_batch_of_its_post_wins(self, store: Store) -> None:
        assert poll(store, [a_post("1")], deleted=["fake:1"]).posts_deleted == 1
        assert store.search("late", 5) == []
        assert claim(store, LATER) == []

    def test_gone_authors_go_by_handle_in_any_case_or_by_id(self, store: Store) -> None:
        authors = [Author("Anna"), Author("anna", id="7"), Author("@ANNA"), Author("ben", id="8")]
        poll(store, [a_post(str(n), author=one) for n, one in enumerate(authors)])
        assert poll(store, [], gone=["fake:aNNa"], now=LATER).posts_deleted == 3
        assert poll(store, [], gone=["fake:8"], now=LATER).posts_deleted == 1

    def test_a_handle_that_is_the_id_of_another_stays(self, store: Store) -> None:
        authors = [Author("7", id="9"), Author("@7"), Author("eve", id="7"), Author("ben", id="6")]
        poll(store, [a_post(str(n), author=one) for n, one in enumerate(authors)])
        assert poll(store, [], gone=["fake:7", "fake:6"], now=LATER).posts_deleted == 2
        assert [post.author.handle for post in store.search("late", 5)] == ["7", "@7"]
        assert poll(store, [], gone=["fake:@7"], now=LATER).posts_deleted == 2

    def test_gone_authors_of_another_site_and_nameless_ones_stay(self, store: Store) -> None:
        poll(store, [a_post("1"), a_post("2", author=Author())])
        gone = ["x:traveller", "fake:", "fake", "", ":", "traveller", "fake:nobody"]
        gone += ["fake:@", "fake: ", "fake:@@", "fake: @ ", "fake:@ @"]
        assert poll(store, [], gone=gone, now=LATER).posts_deleted == 0

    def test_a_deleted_post_may_be_there_again(self, store: Store) -> None:
        poll(store, [a_post("1")])
        remove(store, "1")
        again = poll(store, [a_post("1")], now=LATER + HOUR)
        assert (again.posts_edited, again.mentions_new) == (1, 1)
        assert [post.id for post in store.search("late", 5)] == ["fake:1"]

    def test_a_forgotten_post_never_is(self, store: Store) -> None:
        poll(store, [a_post("1")])
        assert store.forget("Traveller", ["fake"], LATER) == 1
        again = poll(store, [a_post("1", "Norvia, edited")], now=LATER + HOUR)
        assert (again.posts_new, again.posts_edited, again.mentions_new) == (0, 0, 0)
        assert store.search("edited", 5) == []
        assert claim(store, LATER + HOUR) == []

    def test_a_deletion_while_it_is_tagged_wins(self, store: Store) -> None:
        poll(store, [a_post("1")])
        (turn,) = claim(store, NOON)
        remove(store, "1")
        assert store.save_tags([Tagged(turn.mention, turn.token)], LATER) == 0
        assert list(store.mentions(NOON - HOUR, LATER)) == []

    def test_an_answer_that_is_taken_back_answers_no_more(self, store: Store) -> None:
        answer = Answer("fake:1", "norvia", "fake:2", NOON)
        poll(store, [a_post("1"), a_post("2")], mentions=[a_mention("1")], answers=[answer])
        (turn,) = claim(store, NOON)
        assert turn.mention.answered_at == NOON
        remove(store, "2")
        (turn,) = claim(store, LATER)
        assert turn.mention.answered_at is None

    def test_what_was_wrong_with_a_post_goes_with_it(self, store: Store) -> None:
        poll(store, [a_post("1")], rejects=[Fault("1", "no date in 'Norvia is late'")])
        remove(store, "1")
        assert store.status(LATER).sources[0].last_rejects == ()

    def test_many_deletions_of_unknown_posts_are_cheap(self, store: Store) -> None:
        poll(store, [a_post("1")])
        unknown = [f"fake:x{n}" for n in range(10_000)]
        assert poll(store, [], deleted=[*unknown, "fake:1"], now=LATER).posts_deleted == 1

    # -- taking back what was told

    def test_a_post_that_was_told_is_taken_back_once(self, store: Store) -> None:
        (told,) = tell(store, "1")
        remove(store, "1")
        (turn,) = due(store, LATER)
        alert = turn.alert
        assert (alert.kind, alert.retracted) == ("retraction", ("fake:1",))
        assert (alert.thread, alert.receipt) == (
            told.alert.thread,
            f"receipt of {told.alert.key}",
        )
        assert alert.key != told.alert.key
        assert alert.title == "1 post was taken down"
        assert (alert.mentions, alert.earlier, alert.earlier_count) == ((), (), 0)
        settle(store, turn)
        assert due(store, LATER + HOUR) == []

    def test_the_rest_of_a_burst_may_still_be_shown(self, store: Store) -> None:
        tell(store, "1", "2", "3", rule=BURST)
        remove(store, "1", "3")
        (turn,) = due(store, LATER)
        assert turn.alert.retracted == ("fake:1", "fake:3")
        assert turn.alert.title == "2 posts were taken down"
        assert [one.post.id for one in turn.alert.earlier] == ["fake:2"]
        assert turn.alert.earlier_count == 1

    def test_posts_that_go_one_after_the_other_are_taken_back_together(self, store: Store) -> None:
        tell(store, "1", "2", "3", rule=BURST)
        remove(store, "1")
        remove(store, "2", now=LATER + MINUTE)
        (turn,) = due(store, LATER + HOUR)
        assert turn.alert.retracted == ("fake:1", "fake:2")
        remove(store, "3", now=LATER + HOUR)  # while that one is under way
        settle(store, turn)
        (turn,) = due(store, LATER + 2 * HOUR)
        assert turn.alert.retracted == ("fake:3",)

    def test_each_thread_takes_back_its_own(self, store: Store) -> None:
        told = tell(store, "1", "2")
        remove(store, "1", "2")
        turns = due(store, LATER)
        assert {(turn.alert.thread, turn.alert.retracted) for turn in turns} == {
            (one.alert.thread, (one.alert.mentions[0].post.id,)) for one in told
        }

    def test_what_waits_untold_is_dropped_and_not_taken_back(self, store: Store) -> None:
        poll(store, [a_post("1"), a_post("2")])
        tag_all(store, [BURST])
        remove(store, "1", now=NOON)
        (turn,) = due(store)
        assert [one.post.id for one in turn.alert.mentions] == ["fake:2"]
        settle(store, turn)
        assert due(store, LATER) == []

    def test_what_is_being_told_is_taken_back_after_it(self, store: Store) -> None:
        poll(store, [a_post("1")])
        tag_all(store, [EACH])
        (telling,) = due(store)
        remove(store, "1", now=NOON + MINUTE / 4)
        assert due(store, NOON + MINUTE / 2) == []
        settle(store, telling, receipt="m1")
        (turn,) = due(store, NOON + MINUTE)
        assert (turn.alert.kind, turn.alert.receipt) == ("retraction", "m1")

    def test_what_may_have_been_told_is_taken_back_too(self, store: Store) -> None:
        poll(store, [a_post("1"), a_post("2")])
        tag_all(store, [BURST])
        (turn,) = due(store)
        store.settle_alerts([retry(turn, NOON + MINUTE)])
        remove(store, "1", now=NOON + MINUTE / 2)
        (again,) = due(store, NOON + MINUTE)
        assert [one.post.id for one in again.alert.mentions] == ["fake:2"]
        settle(store, again)
        (turn,) = due(store, NOON + 2 * MINUTE)
        assert turn.alert.retracted == ("fake:1",)
        assert [one.post.id for one in turn.alert.earlier] == ["fake:2"]

    def test_what_an_edit_withdrew_after_it_may_have_been_told_is_taken_back(
        self, store: Store
    ) -> None:
        poll(store, [a_post("1")])
        tag_all(store, [EACH])
        (turn,) = due(store)
        store.settle_alerts([retry(turn, NOON + MINUTE)])  # a time-out: it may have arrived
        poll(store, [a_post("1", "another brand")], mentions=[], now=NOON + MINUTE)
        assert due(store, NOON + MINUTE) == []  # nothing is left to tell
        remove(store, "1")
        (turn,) = due(store, LATER)
        assert (turn.alert.kind, turn.alert.retracted) == ("retraction", ("fake:1",))

    def test_what_an_edit_withdrew_untried_needs_no_taking_back(self, store: Store) -> None:
        poll(store, [a_post("1")])
        tag_all(store, [EACH])
        poll(store, [a_post("1", "another brand")], mentions=[], now=NOON + MINUTE)
        assert due(store, NOON + MINUTE) == []
        remove(store, "1")
        assert due(store, LATER) == []

    def test_a_retraction_waits_for_no_telling_of_the_morning(self, store: Store) -> None:
        tell(store, "1", rule=BURST)
        poll(store, [a_post("2")], now=NOON + MINUTE / 4)
        tag_all(store, [BURST], NOON + MINUTE / 4)  # due when the burst's pace allows it
        remove(store, "1", now=NOON + MINUTE / 2)
        (turn,) = due(store, NOON + MINUTE / 2)
        assert (turn.alert.kind, turn.alert.earlier) == ("retraction", ())
        assert due(store, NOON + MINUTE) == []  # one at a time
        settle(store, turn)
        (turn,) = due(store, NOON + MINUTE)
        assert [one.post.id for one in turn.alert.mentions] == ["fake:2"]
        assert turn.alert.earlier == ()

    def test_tellings_go_on_while_a_retraction_fails(self, store: Store) -> None:
        tell(store, "1", rule=BURST)
        remove(store, "1", now=NOON + MINUTE / 4)
        (retraction,) = due(store, NOON + MINUTE / 4)
        store.settle_alerts([retry(retraction, NOON + 5 * MINUTE)])
        poll(store, [a_post("2")], now=NOON + MINUTE / 2)
        tag_all(store, [BURST], NOON + MINUTE / 2)
        (turn,) = due(store, NOON + 2 * MINUTE)
        assert (turn.alert.kind, turn.alert.thread) == ("mentions", retraction.alert.thread)
        assert turn.alert.key != retraction.alert.key
        settle(store, turn, receipt="m2")
        (turn,) = due(store, NOON + 6 * MINUTE)
        assert (turn.alert.kind, turn.alert.receipt) == ("retraction", "m2")
        assert [one.post.id for one in turn.alert.earlier] == ["fake:2"]

    def test_a_post_that_is_there_again_is_not_taken_back(self, store: Store) -> None:
        tell(store, "1")
        remove(store, "1")
        poll(store, [a_post("1")], now=LATER)
        assert due(store, LATER) == []
        assert store.status(LATER).waiting_by_channel == {}

    def test_a_buried_telling_may_have_arrived_and_is_taken_back(self, store: Store) -> None:
        poll(store, [a_post("1")])
        tag_all(store, [EACH])
        (turn,) = due(store)
        buried = Settled(turn.alert.key, turn.token, "buried", NOON, reason="refused: 'late'")
        store.settle_alerts([buried])
        remove(store, "1")
        (turn,) = due(store, LATER)
        assert (turn.alert.kind, turn.alert.retracted) == ("retraction", ("fake:1",))
        assert "late" not in store.status(LATER).buried[0].reason

    def test_a_retraction_is_no_telling_of_the_day(self, store: Store) -> None:
        rule = replace(EACH, daily_max=2)
        tell(store, "1", rule=rule)
        remove(store, "1", now=NOON + MINUTE)
        (retraction,) = due(store, NOON + MINUTE)
        settle(store, retraction)
        assert len(tell(store, "2", rule=rule, now=NOON + 2 * MINUTE)) == 1

    # -- forgetting a person

    def test_a_person_is_found_by_every_name(self, store: Store) -> None:
        posts = [
            a_post("1", author=Author("Anna", "A. A.", id="7")),
            a_post("2", author=Author("anna_new", "A. A.", id="7")),
            a_post("3", author=Author(name="Anna")),
            a_post("4", author=Author("ben", "Anna")),
        ]
        poll(store, posts, mentions=[a_mention("1")])
        for name in ("anna", "@ANNA", "fake:anna"):
            (found,) = store.written(name)
            assert (found.site, found.posts, found.mentions) == ("fake", 3, 1)
        assert store.written("7")[0].posts == 2
        assert store.written("fake:7", "fake")[0].posts == 2
        assert store.written("anna", "x") == []
        for nobody in ("", "@", "fake:", "nobody", "%", "A. A."):
            assert store.written(nobody) == []

    def test_nobody_is_called_nothing(self, store: Store) -> None:
        authors = [Author(), Author("@"), Author(followers=7)]
        poll(store, [a_post(str(n), author=one) for n, one in enumerate(authors)])
        for nobody in ("", "@", " ", "@@", " @ ", "fake:", "fake:@", "fake: @"):
            assert store.written(nobody) == store.written(nobody, "fake") == []
            assert store.forget(nobody, ["fake"], LATER) == 0
        assert len(store.search("late", 5)) == 3

    def test_forgetting_takes_all_of_it_and_nothing_else(self, store: Store) -> None:
        tell(store, "1", "2")
        poll(store, [a_post("3", author=Author("ben"))], now=NOON)
        assert store.forget("@traveller", ["fake"], LATER) == 2
        assert store.forget("@traveller", ["fake"], LATER) == 0
        assert [post.id for post in store.search("late", 5)] == ["fake:3"]
        assert {turn.alert.kind for turn in due(store, LATER)} == {"retraction"}

    def test_the_answers_of_others_name_a_forgotten_person_no_longer(self, store: Store) -> None:
        poll(store, [a_post("u/anna/1", author=Author("anna", id="7"), conversation="u/anna/1")])
        parents = ("u/anna/1", "@Anna", "anna", "7", "ben", "u/ben/2")
        ben = Author("ben")
        answers = [
            replace(a_post(f"b{n}", author=ben, conversation="u/anna/1"), in_reply_to=one)
            for n, one in enumerate(parents)
        ]
        elsewhere = replace(answers[0], site="x", native_id="c")
        poll(store, [*answers, elsewhere, a_post("d", conversation="u/ben/2")])
        store.forget("anna", ["fake"], LATER)
        left = {post.id: (post.in_reply_to, post.conversation) for post in store.search("late", 9)}
        assert left.pop("x:c") == ("u/anna/1", "u/anna/1")
        assert left.pop("fake:d") == ("", "u/ben/2")
        assert list(left) != []
        assert {one[1] for one in left.values()} == {""}
        assert sorted(one[0] for one in left.values()) == ["", "", "", "7", "ben", "u/ben/2"]

    def test_scrubbing_leaves_the_rest_to_be_found(self, store: Store) -> None:
        poll(store, [a_post(str(n), f"Norvia word{n}") for n in range(50)])
        remove(store, "7")
        assert store.scrub(LATER - timedelta(seconds=1))
        assert store.scrub(LATER)
        assert [len(store.search(f"word{n}", 5)) for n in (6, 7, 8)] == [1, 0, 1]
