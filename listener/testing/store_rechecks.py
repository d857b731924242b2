"""What every store promises of second looks at posts it holds."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from listener.budget import Limits
from listener.model import Engagement, Post
from listener.store.port import LostLease, Rechecked, RecheckTurn, SourcePlan, Store
from listener.testing.fakes import NOON, a_mention, a_post
from listener.testing.store_steps import HOUR, LEASE, MINUTE, claim, poll

DAY = 24 * HOUR

PLAN = SourcePlan("fake", 60, recheck_posts_max=3)
SOON = NOON + HOUR  # when a post of noon is first looked at again


def keep(store: Store, *posts: Post, mentions: int = 0) -> None:
    """Store them at noon; the first so many are mentions."""
    found = [a_mention(post=post) for post in posts[:mentions]]
    poll(store, list(posts), mentions=found)
    store.plan_sources([PLAN], NOON)


def turn_of(store: Store, now: datetime = SOON) -> RecheckTurn:
    """The turn of the one source."""
    (turn,) = store.claim_rechecks(now, LEASE, 9)
    return turn


def ids(turn: RecheckTurn) -> list[str]:
    """Which posts are to be looked at."""
    return [post.native_id for post in turn.posts]


def looked(turn: RecheckTurn, now: datetime = SOON, **fields: object) -> Rechecked:
    """All of them stand as they did, unless told otherwise."""
    plain = Rechecked(now, now, looked_at=[post.id for post in turn.posts])
    return replace(plain, **fields)  # type: ignore[arg-type]


class StoreRechecks:
    """Which posts are due, under a lease of their source's own, and what came of looking."""

    def test_posts_are_due_after_their_age_and_no_sooner(self, store: Store) -> None:
        keep(store, a_post("1"))
        assert store.claim_rechecks(SOON - MINUTE, LEASE, 9) == []
        assert ids(turn_of(store)) == ["1"]

    def test_posts_that_may_be_gone_are_due_at_once(self, store: Store) -> None:
        keep(store, a_post("1"), a_post("2"))
        poll(store, [], look_again=["fake:2", "fake:9"], now=NOON + MINUTE)
        store.plan_sources([PLAN], NOON + MINUTE)
        assert ids(turn_of(store, NOON + MINUTE)) == ["2"]

    def test_mentions_come_first_then_the_longest_due(self, store: Store) -> None:
        ages = {"1": 5, "2": 4, "3": 2, "4": 3}
        posts = [a_post(one, published_at=NOON - hours * HOUR) for one, hours in ages.items()]
        keep(store, *posts, mentions=1)
        assert ids(turn_of(store, NOON + 9 * HOUR)) == ["1", "3", "4"]

    def test_what_was_looked_at_rests_and_the_rest_is_next(self, store: Store) -> None:
        keep(store, *(a_post(str(n)) for n in range(5)))
        first = turn_of(store)
        store.save_recheck(first, looked(first))
        second = turn_of(store)
        assert len({*ids(first), *ids(second)}) == 5
        store.save_recheck(second, looked(second))
        assert store.claim_rechecks(SOON + HOUR / 2, LEASE, 9) == []
        assert len(turn_of(store, SOON + HOUR).posts) == 3

    def test_what_was_passed_over_is_asked_for_sooner(self, store: Store) -> None:
        old = NOON - 10 * DAY
        keep(store, a_post("1", published_at=old), a_post("2", published_at=old))
        turn = turn_of(store, NOON + DAY)
        split = looked(turn, NOON + DAY, looked_at=["fake:1"], passed_over=["fake:2"])
        store.save_recheck(turn, split)
        assert store.claim_rechecks(NOON + DAY + 10 * HOUR, LEASE, 9) == []
        assert ids(turn_of(store, NOON + DAY + 11 * HOUR)) == ["2"]

    def test_what_is_passed_over_again_and_again_is_given_up(self, store: Store) -> None:
        keep(store, a_post("1"))
        store.plan_sources([replace(PLAN, recheck_is_dear=True)], NOON)
        now, tries = SOON, 0
        while now < NOON + 40 * DAY:
            for turn in store.claim_rechecks(now, LEASE, 9):
                tries += 1
                store.save_recheck(turn, looked(turn, now, looked_at=[], passed_over=["fake:1"]))
                assert now <= NOON + 31 * DAY
            now += HOUR
        assert 4 < tries < 120

    def test_an_edit_brings_no_further_looks_where_they_cost(self, store: Store) -> None:
        dear = replace(PLAN, recheck_is_dear=True)
        late = NOON + 29 * DAY
        keep(store, a_post("1"))
        store.plan_sources([dear], NOON)
        last = turn_of(store, late)
        store.save_recheck(last, looked(last, late))
        poll(store, [a_post("1", "Norvia, edited")], now=late + DAY)
        store.plan_sources([dear], late + DAY)
        assert store.claim_rechecks(late + 365 * DAY, LEASE, 9) == []

    def test_an_edit_is_kept_and_judged_anew(self, store: Store) -> None:
        keep(store, a_post("1"), mentions=1)
        claim(store, NOON)
        turn = turn_of(store)
        edited = a_post("1", "Norvia, edited", engagement=Engagement(likes=7))
        found = [a_mention(post=edited)]
        saved = store.save_recheck(turn, looked(turn, posts=[edited], mentions=found))
        assert saved.posts_edited == 1
        (again,) = claim(store, SOON)
        assert again.mention.post.text == "Norvia, edited"
        assert again.mention.post.engagement.likes == 7

    def test_counts_alone_are_no_edit(self, store: Store) -> None:
        keep(store, a_post("1"))
        turn = turn_of(store)
        counted = a_post("1", engagement=Engagement(likes=7))
        assert store.save_recheck(turn, looked(turn, posts=[counted])).posts_edited == 0
        assert store.search("late", 1)[0].engagement.likes == 7

    def test_a_deletion_is_one_and_is_looked_at_no_more(self, store: Store) -> None:
        keep(store, a_post("1"))
        turn = turn_of(store)
        assert store.save_recheck(turn, looked(turn, deleted=["fake:1"])).posts_deleted == 1
        assert store.search("late", 1) == []
        assert store.claim_rechecks(SOON + 9000 * HOUR, LEASE, 9) == []

    def test_an_author_who_is_gone_goes_with_all_posts(self, store: Store) -> None:
        keep(store, *(a_post(str(n)) for n in range(5)))
        turn = turn_of(store)
        gone = looked(turn, gone=["fake:Traveller"])
        assert store.save_recheck(turn, gone).posts_deleted == 5

    def test_what_a_poll_knew_better_meanwhile_stands(self, store: Store) -> None:
        keep(store, a_post("1"), a_post("2"))
        turn = turn_of(store)
        poll(store, [a_post("1", "newest words")], deleted=["fake:2"], now=SOON + MINUTE / 4)
        old = [a_post("1", "older words"), a_post("2", "older words")]
        found = [a_mention(post=post) for post in old]
        saved = store.save_recheck(turn, looked(turn, SOON + MINUTE / 2, posts=old, mentions=found))
        assert (saved.posts_edited, saved.mentions_new) == (0, 0)
        assert store.search("older", 5) == []
        assert len(store.search("newest", 5)) == 1

    def test_a_failure_keeps_the_posts_due_and_polling_as_it_is(self, store: Store) -> None:
        keep(store, a_post("1"))
        turn = turn_of(store)
        store.fail_recheck(turn, "no answer", SOON + HOUR)
        assert store.claim_rechecks(SOON + MINUTE, LEASE, 9) == []
        assert store.status(SOON).sources[0].state == "ok"
        again = turn_of(store, SOON + HOUR)
        assert (ids(again), again.failures) == (["1"], 1)
        store.save_recheck(again, looked(again, SOON + HOUR))
        assert turn_of(store, SOON + 9 * HOUR).failures == 0

    def test_a_plan_made_anew_ends_no_wait_after_failures(self, store: Store) -> None:
        keep(store, a_post("1"))
        store.fail_recheck(turn_of(store), "no answer", SOON + HOUR)
        store.plan_sources([PLAN], SOON + MINUTE)
        assert store.claim_rechecks(SOON + MINUTE, LEASE, 9) == []

    def test_a_changed_budget_ends_it(self, store: Store) -> None:
        keep(store, a_post("1"))
        store.fail_recheck(turn_of(store), "the month's budget is spent", SOON + 500 * HOUR)
        raised = replace(PLAN, limits=Limits(requests_per_month=10))
        store.plan_sources([raised], SOON + MINUTE)
        assert ids(turn_of(store, SOON + MINUTE)) == ["1"]

    def test_only_one_looks_and_a_late_one_saves_nothing(self, store: Store, other: Store) -> None:
        keep(store, a_post("1"))
        old = turn_of(store)
        assert other.claim_rechecks(SOON, LEASE, 9) == []
        late = SOON + timedelta(seconds=2 * LEASE)
        new = turn_of(other, late)
        with pytest.raises(LostLease):
            store.save_recheck(old, looked(old, late, deleted=["fake:1"]))
        with pytest.raises(LostLease):
            store.fail_recheck(old, "late", late)
        assert len(store.search("late", 1)) == 1
        other.save_recheck(new, looked(new, late))

    def test_leases_of_the_dead_are_free(self, store: Store, other: Store) -> None:
        keep(store, a_post("1"))
        turn_of(store)
        assert other.release(["one"]) == 1
        assert ids(turn_of(other)) == ["1"]

    def test_sources_that_cannot_look_are_not_asked(self, store: Store) -> None:
        keep(store, a_post("1"))
        store.plan_sources([SourcePlan("fake", 60)], NOON)
        assert store.claim_rechecks(SOON, LEASE, 9) == []
        store.plan_sources([], NOON)
        assert store.claim_rechecks(SOON, LEASE, 9) == []

    def test_a_post_that_is_there_again_is_looked_at_again(self, store: Store) -> None:
        keep(store, a_post("1"))
        poll(store, [], deleted=["fake:1"], now=NOON + MINUTE)
        poll(store, [a_post("1")], now=NOON + 2 * MINUTE)
        store.plan_sources([PLAN], SOON)
        assert ids(turn_of(store, SOON + HOUR)) == ["1"]
