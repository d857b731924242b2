"""What every store promises of tags, alerts and alarms."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from listener.model import Priority, Tag
from listener.placing import MENTIONS_PER_TELLING_MAX
from listener.rules import orders
from listener.store.port import Settled, Store, Tagged
from listener.testing.fakes import NOON, a_mention, a_post
from listener.testing.store_steps import (
    BURST,
    EACH,
    HOUR,
    LEASE,
    MINUTE,
    claim,
    delivered,
    due,
    poll,
    retry,
    settle,
    tag_all,
)
from listener.watch import Alarm


class StoreOutbox:
    """Tags and orders together; tellings, bursts, retries; alarms and counts."""

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

    def test_one_that_was_tried_before_is_taken_alone(self, store: Store) -> None:
        poll(store, [a_post("1"), a_post("2")])
        assert len(claim(store, NOON)) == 2
        poll(store, [a_post(n) for n in "345"], now=NOON + HOUR)
        taken = [[turn.mention.post.native_id for turn in claim(store, NOON + HOUR)] for _ in "123"]
        assert taken == [["1"], ["2"], ["3", "4", "5"]]

    def test_one_that_was_tried_alone_too_waits_for_all_others(self, store: Store) -> None:
        self._tried_twice(store)
        taken = [[turn.mention.post.native_id for turn in claim(store, self.soon)] for _ in "123"]
        assert taken == [["2", "3"], ["1"], []]

    def test_but_no_longer_than_an_hour(self, store: Store) -> None:
        self._tried_twice(store)
        later = NOON + HOUR
        taken = [[turn.mention.post.native_id for turn in claim(store, later)] for _ in "1234"]
        assert taken == [["2"], ["1"], ["3"], []]

    soon = NOON + 9 * MINUTE

    def _tried_twice(self, store: Store) -> None:
        """The first one was; a direct one and another one come."""
        poll(store, [a_post("1", "bad")])
        for minutes in (0, 3):
            assert len(claim(store, NOON + minutes * MINUTE)) == 1
        direct = a_mention("2", directness="direct")
        posts = [a_post("2"), a_post("3")]
        poll(store, posts, mentions=[a_mention("3"), direct], now=NOON + 6 * MINUTE)

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
