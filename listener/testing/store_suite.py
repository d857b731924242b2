"""What every store must pass: the spine's promises, each as a test."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from listener.model import Fault, Gap, Mention, Post, Priority, Tag
from listener.rules import MENTIONS_PER_TELLING_MAX, Rule, orders
from listener.store.port import (
    LostLease,
    Polled,
    Saved,
    SendTurn,
    Settled,
    SourcePlan,
    SourceTurn,
    Store,
    Tagged,
    TagTurn,
)
from listener.testing.fakes import NOON, a_mention, a_post
from listener.watch import Alarm

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
LEASE = 60.0
EACH = Rule("each", ("desk",))
BURST = Rule("burst", ("desk",), group_seconds=60)

Open = Callable[[str], Store]


class StoreSuite:
    """Give ``open_store``: opens the same, at first empty, database under an owner's name."""

    @pytest.fixture
    def open_store(self) -> Open:
        """Opens the database under test."""
        pytest.fail("the suite needs an 'open_store' fixture")

    @pytest.fixture
    def store(self, open_store: Open) -> Store:
        """The store as the first process sees it."""
        return open_store("one")

    @pytest.fixture
    def other(self, open_store: Open) -> Store:
        """The same as another process sees it."""
        return open_store("two")

    # -- polls

    def test_posts_mentions_and_cursor_are_kept_together(self, store: Store) -> None:
        saved = poll(store, [a_post()], cursor="c1")
        assert (saved.posts_new, saved.mentions_new) == (1, 1)
        assert turn_at(store, NOON + HOUR).cursor == "c1"
        assert [post.id for post in store.search("late", 5)] == ["fake:1"]

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
        facts = {fact.place: fact.failures for fact in store.source_facts()}
        assert facts == {"": 0, "https://a": 3, "https://b": 1}
        assert store.status(NOON).sources[0].state == "degraded"
        poll(store, [], now=NOON + 4 * HOUR)
        assert store.status(NOON).sources[0].state == "ok"

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

    # -- coverage

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

    # -- tags

    def test_only_one_takes_a_mention(self, store: Store, other: Store) -> None:
        poll(store, [a_post(str(n)) for n in range(10)])
        mine, theirs = store.claim_mentions(NOON, LEASE, 6), other.claim_mentions(NOON, LEASE, 6)
        assert (len(mine), len(theirs)) == (6, 4)
        assert not {t.mention.key for t in mine} & {t.mention.key for t in theirs}

    def test_direct_mentions_come_first(self, store: Store) -> None:
        mentions = [a_mention("1"), a_mention("2", directness="direct")]
        poll(store, [a_post("1"), a_post("2")], mentions=mentions)
        assert [turn.mention.post.native_id for turn in claim(store, NOON)] == ["2", "1"]

    def test_attempts_are_counted_at_the_claim(self, store: Store) -> None:
        poll(store, [a_post()])
        assert [turn.attempts for turn in claim(store, NOON)] == [1]
        assert [turn.attempts for turn in claim(store, NOON + HOUR)] == [2]

    def test_tags_and_orders_are_kept_together(self, store: Store) -> None:
        poll(store, [a_post()])
        tag_all(store, [EACH])
        (mention,) = store.mentions(NOON - HOUR, NOON + HOUR)
        assert mention.label("urgency") == "high"
        assert mention.priority == Priority(80, ("because",))
        assert [turn.alert.mentions for turn in due(store)] == [(mention,)]

    def test_an_old_lease_tags_nothing(self, store: Store, other: Store) -> None:
        poll(store, [a_post()])
        (old,) = claim(store, NOON)
        (new,) = claim(other, NOON + HOUR)
        late = Tagged(old.mention, old.token, orders([EACH], old.mention, NOON, UTC))
        assert store.save_tags([late], NOON + HOUR) == 0
        assert due(store, NOON + HOUR) == []
        assert other.save_tags([replace(late, token=new.token)], NOON + HOUR) == 1

    def test_mentions_come_in_order_and_in_the_period(self, store: Store) -> None:
        posts = [a_post(str(n), published_at=NOON - n * MINUTE) for n in range(1200)]
        poll(store, posts)
        tag_all(store)
        told = list(store.mentions(NOON - 1000 * MINUTE, NOON))
        assert len(told) == 1000
        times = [mention.post.published_at for mention in told if mention.post.published_at]
        assert times == sorted(times)

    # -- outbox

    def test_a_mention_is_told_once_per_rule_and_channel(self, store: Store) -> None:
        poll(store, [a_post()])
        tag_all(store, [EACH])
        poll(store, [a_post(text="Norvia is late, edited")], now=NOON + HOUR)
        tag_all(store, [EACH], NOON + HOUR)
        assert len(due(store, NOON + HOUR)) == 1

    def test_a_burst_is_one_message_and_then_updates(self, store: Store) -> None:
        poll(store, [a_post(str(n)) for n in range(3)])
        tag_all(store, [BURST])
        (first,) = due(store)
        assert len(first.alert.mentions) == 3
        settle(store, first, receipt="m1")
        poll(store, [a_post("9")], now=NOON + MINUTE / 2)
        tag_all(store, [BURST], NOON + MINUTE / 2)
        assert due(store, NOON + MINUTE / 2) == []
        (second,) = due(store, NOON + 2 * MINUTE)
        assert second.alert.thread == first.alert.thread
        assert second.alert.key != first.alert.key
        assert second.alert.receipt == "m1"
        assert [m.post.native_id for m in second.alert.mentions] == ["9"]
        assert second.alert.earlier_count == 3

    def test_what_was_tried_once_never_grows(self, store: Store) -> None:
        poll(store, [a_post("1")])
        tag_all(store, [BURST])
        (first,) = due(store)
        poll(store, [a_post("2")], now=NOON)
        tag_all(store, [BURST], NOON)
        store.settle_alerts([retry(first, NOON + MINUTE)])
        again = due(store, NOON + MINUTE)
        assert [(t.alert.key, len(t.alert.mentions)) for t in again] == [(first.alert.key, 1)]

    def test_an_update_waits_for_the_telling_before_it(self, store: Store) -> None:
        poll(store, [a_post("1")])
        tag_all(store, [BURST])
        (first,) = due(store)
        poll(store, [a_post("2")], now=NOON + MINUTE / 4)
        tag_all(store, [BURST], NOON + MINUTE / 4)
        assert due(store, NOON + MINUTE / 2) == []
        store.settle_alerts([retry(first, NOON + 9 * MINUTE)])
        assert due(store, NOON + 5 * MINUTE) == []

    def test_a_telling_has_bounded_length(self, store: Store) -> None:
        poll(store, [a_post(str(n)) for n in range(MENTIONS_PER_TELLING_MAX + 5)])
        tag_all(store, [BURST])
        (first,) = due(store)
        assert len(first.alert.mentions) == MENTIONS_PER_TELLING_MAX
        settle(store, first)
        (second,) = due(store, NOON + 2 * MINUTE)
        assert len(second.alert.mentions) == 5

    def test_only_one_takes_an_alert_and_the_weightiest_goes_first(
        self, store: Store, other: Store
    ) -> None:
        poll(store, [a_post(str(n)) for n in range(4)])
        tag_all(store, [EACH], priorities=[10, 90, 50, 70])
        mine = store.claim_alerts("desk", NOON, LEASE, 2)
        theirs = other.claim_alerts("desk", NOON, LEASE, 9)
        assert [t.alert.priority for t in mine] == [90, 70]
        assert [t.alert.priority for t in theirs] == [50, 10]
        assert store.claim_alerts("another", NOON, LEASE, 9) == []

    def test_an_old_lease_settles_nothing(self, store: Store, other: Store) -> None:
        poll(store, [a_post()])
        tag_all(store, [EACH])
        (old,) = due(store)
        (new,) = due(other, NOON + HOUR)
        assert (old.attempts, new.attempts) == (1, 2)
        assert store.settle_alerts([delivered(old)]) == 0
        assert other.settle_alerts([delivered(new)]) == 1
        assert store.status(NOON).alerts_delivered == 1

    def test_a_retry_waits_and_a_buried_alert_is_shown(self, store: Store) -> None:
        poll(store, [a_post()])
        tag_all(store, [EACH])
        (turn,) = due(store)
        store.settle_alerts([retry(turn, NOON + HOUR)])
        assert due(store, NOON + MINUTE) == []
        assert [waits.reason for waits in store.status(NOON).retrying] == ["try later"]
        (again,) = due(store, NOON + HOUR)
        buried = Settled(again.alert.key, again.token, "buried", NOON + HOUR, reason="gone")
        store.settle_alerts([buried])
        assert due(store, NOON + 9 * HOUR) == []
        (shown,) = store.status(NOON).buried
        assert (shown.reason, shown.mentions) == ("gone", 1)

    def test_what_was_returned_untried_does_not_count(self, store: Store) -> None:
        poll(store, [a_post()])
        tag_all(store, [EACH])
        (turn,) = due(store)
        store.settle_alerts([Settled(turn.alert.key, turn.token, "returned", NOON)])
        assert [again.attempts for again in due(store)] == [1]

    def test_the_day_has_a_ceiling_and_the_rest_comes_at_its_end(self, store: Store) -> None:
        rule = replace(EACH, daily_max=2)
        poll(store, [a_post(str(n)) for n in range(5)])
        tag_all(store, [rule])
        today = due(store)
        assert len(today) == 2
        assert store.settle_alerts([delivered(turn) for turn in today]) == 2
        (rest,) = due(store, datetime(2026, 3, 11, tzinfo=UTC))
        assert len(rest.alert.mentions) == 3

    # -- alarms, counts, beats

    def test_an_alarm_is_raised_once_and_cleared_once(self, store: Store, other: Store) -> None:
        alarm = Alarm("down", "blogs", "Source blogs failed")
        clear = Alarm("down", "blogs", "Source blogs is back", kind="clear")
        assert store.save_alarm(alarm, ["desk"], NOON, NOON)
        assert not other.save_alarm(alarm, ["desk"], NOON, NOON)
        assert store.alarmed("down") == {"blogs"}
        (raised,) = due(store)
        settle(store, raised)
        assert store.save_alarm(clear, ["desk"], NOON + HOUR, NOON + HOUR)
        assert not other.save_alarm(clear, ["desk"], NOON + HOUR, NOON + HOUR)
        (cleared,) = due(store, NOON + HOUR)
        assert (cleared.alert.kind, cleared.alert.thread) == ("clear", raised.alert.thread)
        assert store.alarmed("down") == frozenset()

    def test_volumes_compare_with_the_weeks_that_were_watched(self, store: Store) -> None:
        week = timedelta(weeks=1)
        poll(store, [a_post("old", published_at=NOON - MINUTE)], now=NOON)
        poll(store, [a_post("new", published_at=NOON + 2 * week - MINUTE)], now=NOON + 2 * week)
        (volume,) = store.volumes(["norvia"], NOON + 2 * week, 60, 8)
        assert (volume.count, volume.history) == (1, (0,))

    def test_counts_leave_spam_out(self, store: Store) -> None:
        poll(store, [a_post("1"), a_post("2")])
        for turn, label in zip(claim(store, NOON), ("yes", "no"), strict=True):
            spam = replace(turn.mention, tags=(Tag("spam", label, 0.9, by="t/1"),))
            store.save_tags([Tagged(spam, turn.token)], NOON)
        assert store.mention_counts(NOON - HOUR, NOON + HOUR) == {"norvia": 1}

    def test_status_counts_what_waits(self, store: Store) -> None:
        poll(store, [a_post(str(n)) for n in range(3)])
        assert store.status(NOON + HOUR).stages["tag"].waiting == 3
        assert store.status(NOON + HOUR).stages["tag"].oldest_at == NOON
        tag_all(store, [EACH])
        status = store.status(NOON)
        assert (status.stages["tag"].waiting, status.stages["send"].waiting) == (0, 3)
        assert status.waiting_by_channel == {"desk": 3}
        assert status.store == "ok"

    def test_search_takes_any_words(self, store: Store) -> None:
        poll(store, [a_post(text='Żabka "quoted" AND NOT (x OR y) * ^')])
        for words in ("zabka", '"', "AND", "NOT (", "x*", "^", "", "a" * 10_000):
            store.search(words, 5)
        assert len(store.search("zabka quoted", 5)) == 1


def poll(
    store: Store,
    posts: list[Post],
    *,
    mentions: list[Mention] | None = None,
    now: datetime = NOON,
    **fields: object,
) -> Saved:
    """One whole turn of the source ``fake``: every post mentions norvia unless told otherwise."""
    store.plan_sources([SourcePlan("fake", 60)], now, all_due=True)
    return store.save_poll(turn_at(store, now), polled(posts, mentions=mentions, now=now, **fields))


def polled(
    posts: list[Post],
    *,
    mentions: list[Mention] | None = None,
    now: datetime = NOON,
    **fields: object,
) -> Polled:
    """What a poll brought."""
    if mentions is None:
        mentions = [a_mention(post=post) for post in posts]
    plain: dict[str, object] = {"cursor": None, "seen_at": now, "due_at": now + MINUTE}
    return Polled(posts, mentions, **(plain | fields))  # type: ignore[arg-type]


def turn_at(store: Store, now: datetime) -> SourceTurn:
    """The turn of the one source."""
    (turn,) = store.claim_sources(now, LEASE, 1)
    return turn


def claim(store: Store, now: datetime) -> list[TagTurn]:
    """Everything that wants tagging."""
    return store.claim_mentions(now, LEASE, 10_000)


def tag_all(
    store: Store,
    rules: list[Rule] | None = None,
    now: datetime = NOON,
    priorities: list[int] | None = None,
) -> None:
    """Tag what waits as urgent, and order what the rules say."""
    for at, turn in enumerate(claim(store, now)):
        priority = Priority(priorities[at] if priorities else 80, ("because",))
        urgent = (Tag("urgency", "high", 0.9, ("says so",), "t/1"),)
        mention = replace(turn.mention, tags=urgent, priority=priority)
        told = orders(rules or [], mention, now, UTC)
        assert store.save_tags([Tagged(mention, turn.token, told)], now) == 1


def due(store: Store, now: datetime = NOON) -> list[SendTurn]:
    """What the desk must be told now."""
    return store.claim_alerts("desk", now, LEASE, 100)


def settle(store: Store, turn: SendTurn, receipt: str | None = None) -> None:
    """Deliver it."""
    assert store.settle_alerts([replace(delivered(turn), receipt=receipt)]) == 1


def delivered(turn: SendTurn) -> Settled:
    """It arrived."""
    return Settled(turn.alert.key, turn.token, "delivered", NOON)


def retry(turn: SendTurn, next_at: datetime) -> Settled:
    """It did not, this time."""
    return Settled(turn.alert.key, turn.token, "retry", NOON, reason="try later", next_at=next_at)
