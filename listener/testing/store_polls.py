"""What every store promises of posts, sources and what of them was seen."""

from datetime import timedelta

import pytest

from listener.budget import Limits
from listener.model import Fault, Gap, Spent
from listener.store.port import LostLease, SourcePlan, Store
from listener.testing.fakes import NOON, a_mention, a_post
from listener.testing.store_steps import (
    EACH,
    HOUR,
    LEASE,
    MINUTE,
    claim,
    poll,
    polled,
    tag_all,
    turn_at,
)


class StorePolls:
    """Posts, mentions, cursor; leases on sources; coverage."""

    def test_posts_mentions_and_cursor_are_kept_together(self, store: Store) -> None:
        saved = poll(store, [a_post()], cursor="c1")
        assert (saved.posts_new, saved.mentions_new) == (1, 1)
        assert turn_at(store, NOON + HOUR).cursor == "c1"
        assert [post.id for post in store.search("late", 5)] == ["fake:1"]

    def test_a_nudged_source_is_due_unless_it_failed(self, store: Store) -> None:
        store.plan_sources([SourcePlan("fake", 600)], NOON)
        turn = turn_at(store, NOON)
        store.save_poll(turn, polled([], cursor="c1", due_at=NOON + 10 * MINUTE))
        later = NOON + 2 * MINUTE
        assert store.claim_sources(later, LEASE, 9) == []
        assert store.nudge("fake", later)
        assert not store.nudge("fake", later)
        assert not store.nudge("nobody", later)
        (turn,) = store.claim_sources(later, LEASE, 9)
        assert turn.cursor == "c1"
        store.fail_poll(turn, "asks to wait", later + HOUR)
        assert not store.nudge("fake", later + 2 * MINUTE)
        assert store.claim_sources(later + 2 * MINUTE, LEASE, 9) == []

    def test_however_often_it_is_nudged_a_source_is_asked_once_a_minute(self, store: Store) -> None:
        store.plan_sources([SourcePlan("fake", 600)], NOON)
        asked = 0
        for second in range(0, 300, 5):
            now = NOON + timedelta(seconds=second)
            store.nudge("fake", now)
            for turn in store.claim_sources(now, LEASE, 9):
                store.save_poll(turn, polled([], now=now, due_at=now + 10 * MINUTE))
                asked += 1
        assert asked == 5

    def test_a_source_that_wants_rest_is_nudged_no_nearer_than_its_interval(
        self, store: Store
    ) -> None:
        store.plan_sources([SourcePlan("fake", 600)], NOON)
        turn = turn_at(store, NOON)
        store.save_poll(turn, polled([], due_at=NOON + 3 * HOUR))
        assert store.nudge("fake", NOON + MINUTE)
        assert not store.nudge("fake", NOON + 2 * MINUTE)
        assert store.claim_sources(NOON + 10 * MINUTE, LEASE, 9) == []
        assert turn_at(store, NOON + 11 * MINUTE).name == "fake"

    def test_a_nudge_leaves_a_budget_its_pace(self, store: Store) -> None:
        limits = Limits(requests_per_day=13)
        store.plan_sources([SourcePlan("fake", 600, limits=limits)], NOON)
        turn = turn_at(store, NOON)
        store.save_poll(turn, polled([], due_at=NOON + 10 * MINUTE, spent=Spent(1)))
        assert not store.nudge("fake", NOON + 11 * MINUTE)
        assert store.claim_sources(NOON + 50 * MINUTE, LEASE, 9) == []

    def test_the_same_posts_again_change_nothing(self, store: Store) -> None:
        poll(store, [a_post()], cursor="c1")
        saved = poll(store, [a_post()], cursor="c1", now=NOON + HOUR)
        assert (saved.posts_new, saved.posts_edited, saved.mentions_new) == (0, 0, 0)

    def test_a_post_twice_in_a_poll_is_one(self, store: Store) -> None:
        assert poll(store, [a_post(), a_post()]).posts_new == 1

    def test_an_edit_replaces_the_words_and_is_judged_anew(self, store: Store) -> None:
        poll(store, [a_post()])
        tag_all(store)
        saved = poll(store, [a_post(text="Norvia is on time")], now=NOON + HOUR)
        assert (saved.posts_new, saved.posts_edited) == (0, 1)
        assert [m.mention.post.text for m in claim(store, NOON + HOUR)] == ["Norvia is on time"]
        assert store.search("late", 5) == []
        assert len(store.search("time", 5)) == 1

    def test_what_was_seen_before_was_not_said_since(self, store: Store) -> None:
        """Who doesn't say when it was said, says of an edit that it was said just now."""
        for hours, text in enumerate(["Norvia is late", "Norvia is too late"]):
            now = NOON + hours * HOUR
            poll(store, [a_post(text=text, published_at=now)], now=now)
        (kept,) = store.kept(NOON - HOUR, NOON + 9 * HOUR)
        assert (kept.post.text, kept.post.published_at) == ("Norvia is too late", NOON)
        earlier = NOON - 2 * HOUR
        poll(store, [a_post(text="Norvia!", published_at=earlier)], now=NOON + 2 * HOUR)
        (kept,) = store.kept(NOON - 9 * HOUR, NOON + 9 * HOUR)
        assert kept.post.published_at == earlier

    def test_an_edit_can_end_a_mention(self, store: Store) -> None:
        poll(store, [a_post()])
        poll(store, [a_post(text="nothing here")], mentions=[], now=NOON + HOUR)
        assert claim(store, NOON + HOUR) == []
        assert store.status(NOON).mentions == 0

    def test_a_deleted_post_is_gone_from_everywhere(self, store: Store) -> None:
        poll(store, [a_post()])
        tag_all(store, [EACH])
        saved = poll(store, [], deleted=["fake:1"], now=NOON + HOUR)
        assert saved.posts_deleted == 1
        assert store.search("late", 5) == []
        assert list(store.mentions(NOON - HOUR, NOON + HOUR)) == []
        assert store.claim_alerts("desk", NOON + HOUR, LEASE, 9) == []
        assert store.status(NOON).posts == 1

    def test_a_brand_added_later_finds_its_mention_in_a_known_post(self, store: Store) -> None:
        poll(store, [a_post()])
        both = [a_mention(), a_mention(brand="skylark")]
        assert poll(store, [a_post()], mentions=both, now=NOON + HOUR).mentions_new == 1

    def test_only_one_takes_a_source(self, store: Store, other: Store) -> None:
        store.plan_sources([SourcePlan("fake", 60)], NOON)
        assert len(store.claim_sources(NOON, LEASE, 9)) == 1
        assert other.claim_sources(NOON, LEASE, 9) == []

    def test_a_lease_that_ran_out_is_taken_and_the_old_one_saves_nothing(
        self, store: Store, other: Store
    ) -> None:
        store.plan_sources([SourcePlan("fake", 60)], NOON)
        (old,) = store.claim_sources(NOON, LEASE, 9)
        (new,) = other.claim_sources(NOON + 2 * MINUTE, LEASE, 9)
        assert new.token > old.token
        with pytest.raises(LostLease):
            store.save_poll(old, polled([a_post()], cursor="old"))
        with pytest.raises(LostLease):
            store.fail_poll(old, "late", NOON)
        assert store.status(NOON).posts == 0
        other.save_poll(new, polled([a_post("2")], cursor="new"))
        assert turn_at(store, NOON + HOUR).cursor == "new"

    def test_leases_of_the_dead_are_free_at_once(self, store: Store, other: Store) -> None:
        store.plan_sources([SourcePlan("fake", 60)], NOON)
        store.claim_sources(NOON, LEASE, 9)
        assert other.owners() == ["one"]
        assert other.release(["one"]) == 1
        assert len(other.claim_sources(NOON, LEASE, 9)) == 1

    def test_a_failure_keeps_the_cursor_and_counts(self, store: Store) -> None:
        poll(store, [a_post()], cursor="c1")
        for failures in (1, 2, 3):
            turn = turn_at(store, NOON + failures * HOUR)
            store.fail_poll(turn, "no answer", NOON + failures * HOUR + MINUTE)
        (source,) = store.status(NOON).sources
        assert (source.state, source.failures, source.last_error) == ("failing", 3, "no answer")
        assert turn_at(store, NOON + 5 * HOUR).cursor == "c1"

    def test_places_that_fail_are_counted_one_by_one(self, store: Store) -> None:
        for hours in range(3):
            faults = [Fault("https://a", "404")] + [Fault("https://b", "500")] * (hours > 1)
            poll(store, [], faults=faults, now=NOON + hours * HOUR)
        facts = {fact.place: fact.failures for fact in store.source_facts(NOON)}
        assert facts == {"": 0, "https://a": 3, "https://b": 1}
        assert store.status(NOON).sources[0].state == "degraded"
        poll(store, [], now=NOON + 4 * HOUR)
        assert store.status(NOON).sources[0].state == "ok"

    def test_what_has_more_but_brings_nothing_new_waits_a_second(self, store: Store) -> None:
        poll(store, [a_post()], more=True, due_at=NOON)
        assert store.status(NOON).sources[0].due_at == NOON
        poll(store, [a_post()], more=True, due_at=NOON)
        assert store.status(NOON).sources[0].due_at == NOON + timedelta(seconds=1)
        poll(store, [], deleted=["fake:1"], more=True, now=NOON + MINUTE, due_at=NOON + MINUTE)
        assert store.status(NOON).sources[0].due_at == NOON + MINUTE

    def test_rejects_are_counted_and_the_last_ones_kept(self, store: Store) -> None:
        poll(store, [], rejects=[Fault(f"line {n}", "no post") for n in range(50)])
        (source,) = store.status(NOON).sources
        assert source.rejects == 50
        assert source.last_rejects[0] == Fault("line 49", "no post")

    def test_a_source_taken_out_of_the_plan_rests_with_its_cursor(self, store: Store) -> None:
        poll(store, [a_post()], cursor="c1")
        store.plan_sources([SourcePlan("another", 60)], NOON)
        assert [t.name for t in store.claim_sources(NOON + HOUR, LEASE, 9)] == ["another"]
        store.plan_sources([SourcePlan("fake", 60)], NOON)
        assert turn_at(store, NOON + 2 * HOUR).cursor == "c1"

    def test_poison_is_kept_as_it_is(self, store: Store) -> None:
        poison = "\ufffd \u200b\u202e <svg/onload=alert(1)> '; DROP TABLE posts; --" + "x" * 10**7
        poll(store, [a_post(text=poison)])
        assert [turn.mention.post.text for turn in claim(store, NOON)] == [poison]

    def test_polls_carry_coverage_on_and_a_gap_breaks_it(self, store: Store) -> None:
        poll(store, [])
        poll(store, [], now=NOON + MINUTE)
        gap = Gap(NOON + MINUTE, NOON + HOUR, "no answer")
        poll(store, [], now=NOON + HOUR, gap=gap)
        poll(store, [], now=NOON + HOUR + MINUTE)
        (watched,) = store.watched(NOON, NOON + HOUR + MINUTE)
        assert watched.seen == ((NOON, NOON + MINUTE), (NOON + HOUR, NOON + HOUR + MINUTE))
        assert watched.gaps == (gap,)

    def test_what_was_never_seen_is_a_gap(self, store: Store) -> None:
        store.plan_sources([SourcePlan("fake", 60)], NOON)
        (watched,) = store.watched(NOON, NOON + HOUR)
        assert watched.seen == ()
        assert [(gap.since, gap.until) for gap in watched.gaps] == [(NOON, NOON + HOUR)]

    def test_a_source_that_fails_now_has_a_gap_up_to_now(self, store: Store) -> None:
        poll(store, [])
        store.fail_poll(turn_at(store, NOON + MINUTE), "no answer", NOON + MINUTE)
        (watched,) = store.watched(NOON, NOON + HOUR)
        assert watched.gaps == (Gap(NOON, NOON + HOUR, "no answer"),)
