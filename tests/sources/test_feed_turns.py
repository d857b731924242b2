"""Whose turn it is: paces that are learned, wishes that are obeyed, budgets that hold."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from listener.model import Batch, Spent
from listener.ports import Retry
from sources.feed import FeedSource
from sources.feed_parts.cursor import UrlState, load, on_time
from sources.feed_parts.visit import REQUESTS_MAX
from tests.sources.feed_site import NOON, Site, fault, rss, serving, source, told

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as site:
        yield site


def dated(*items: tuple[str, datetime]) -> bytes:
    entries = "".join(
        f"<item><guid isPermaLink='false'>{name}</guid><title>{name}</title>"
        f"<pubDate>{format_datetime(at)}</pubDate></item>"
        for name, at in items
    )
    return f"<rss version='2.0'><channel>{entries}</channel></rss>".encode()


def hourly(every: timedelta, count: int = 20, now: datetime = NOON) -> bytes:
    return dated(*((f"{every}-{now - n * every}", now - n * every) for n in range(count)))


class Clock:
    """The time a source is told, and its polls."""

    def __init__(self, *urls: str, **settings: Any) -> None:
        self.now, self.cursor = NOON, None
        self.source: FeedSource = source(*urls, now=lambda: self.now, **settings)

    def poll(self) -> Batch:
        batch = self.source.poll(self.cursor)
        self.cursor = batch.cursor
        return batch

    def follow(self, until: datetime) -> None:
        """Poll as the core does: whenever the source asked to be polled again."""
        while self.now < until:
            wait = self.poll().wait_seconds
            assert wait is not None
            assert wait >= min(60, self.source.poll_seconds)
            self.now += timedelta(seconds=wait)


# --- pace ----------------------------------------------------------------------------------------


def test_one_address_is_asked_each_interval_as_ever(site: Site) -> None:
    clock = Clock(site.serve("/feed", hourly(DAY)), poll_seconds=300.0)
    clock.follow(NOON + HOUR)
    assert len(site.asked) == 12


def test_what_posts_more_is_asked_more_often_for_the_same_requests(site: Site) -> None:
    busy, calm = site.serve("/busy", hourly(HOUR)), site.serve("/calm", hourly(16 * HOUR))
    clock = Clock(busy, calm, poll_seconds=1_200.0)
    clock.follow(NOON + 10 * HOUR)
    counts = {path: site.paths().count(path) for path in ("/busy", "/calm")}
    assert counts["/busy"] > 2.5 * counts["/calm"]
    assert sum(counts.values()) == pytest.approx(60, abs=6)


def test_the_first_poll_asks_everybody(site: Site) -> None:
    urls = [site.serve(f"/{number}", rss(f"{number}|x")) for number in range(10)]
    assert len(source(*urls).poll(None).posts) == 10


def test_asked_before_anything_is_due_everybody_is_visited(site: Site) -> None:
    urls = [site.serve(f"/{number}", rss(f"{number}|x")) for number in range(3)]
    clock = Clock(*urls)
    clock.poll()
    clock.now += 2 * MINUTE
    clock.poll()
    assert sorted(site.paths()) == sorted(["/0", "/1", "/2"] * 2)


def test_a_new_address_or_pace_keeps_what_is_known(site: Site) -> None:
    one, two = site.serve("/1", rss("a|one")), site.serve("/2", rss("b|two"))
    clock = Clock(one, poll_seconds=300.0)
    clock.poll()
    clock.source.urls.append(two)
    clock.source.poll_seconds = 3_600.0
    clock.now += 10 * MINUTE
    batch = clock.poll()
    assert told(batch) == {"b": "two"}
    assert site.paths() == ["/1", "/2"]
    clock.source.poll_seconds = 120.0
    assert clock.poll().posts == ()
    assert site.paths()[2:] == ["/1"]


def test_a_clock_that_ran_ahead_silences_nobody(site: Site) -> None:
    clock = Clock(site.serve("/1", rss("a|one")), site.serve("/2", rss("b|two")))
    clock.now += 400 * DAY
    clock.poll()
    clock.now = NOON
    clock.follow(NOON + HOUR)
    assert site.paths().count("/1") > 5


def test_a_wait_that_was_asked_of_a_clock_that_ran_ahead_is_over(site: Site) -> None:
    """What a server answered in the year 2030 says nothing of 2026."""
    clock = Clock(site.serve("/1", rss("a|one")), site.serve("/2", rss("b|two")))
    clock.poll()
    clock.now += 4 * 365 * DAY
    site.serve("/1", status=503, Retry_After="60")
    clock.poll()
    site.serve("/1", rss("c|back"))
    clock.now = NOON + 7 * HOUR
    batch = clock.poll()
    assert (told(batch), batch.faults) == ({"c": "back"}, ())


@pytest.mark.parametrize("name", ["not_before", "hold_until", "turn", "read_at", "subscribed_at"])
@pytest.mark.parametrize("seconds", [90_000.0, -1e300, 1e300])
def test_no_time_lies_over_a_day_ahead(name: str, seconds: float) -> None:
    now = NOON.timestamp()
    off = UrlState(**{name: now + seconds})  # type: ignore[arg-type]
    assert on_time({"u": off}, now) == {"u": UrlState()}
    near = UrlState(**{name: now + 80_000.0})  # type: ignore[arg-type]
    assert on_time({"u": near}, now) == {"u": near}


def test_a_failing_address_stays_told_and_is_asked_less_and_less(site: Site) -> None:
    good, bad = site.serve("/good", rss("a|one")), site.serve("/bad", status=500)
    clock = Clock(good, bad, poll_seconds=300.0)
    while clock.now < NOON + 12 * HOUR:
        batch = clock.poll()
        assert fault(batch) == "answers with status 500 instead of a feed"
        clock.now += timedelta(seconds=batch.wait_seconds or 0)
    assert 6 < site.paths().count("/bad") < 12
    site.serve("/bad", rss("b|mended"))
    clock.now += 6 * HOUR
    batch = clock.poll()
    assert (told(batch), batch.faults) == ({"b": "mended"}, ())


def test_where_the_last_well_one_fails_all_have_failed(site: Site) -> None:
    good, bad = site.serve("/good", rss("a|one")), site.serve("/bad", status=500)
    clock = Clock(good, bad)
    clock.poll()
    site.serve("/good", status=500)
    clock.now += 301 * timedelta(seconds=1)
    with pytest.raises(Retry, match=r"/good answers with status 500.*/bad answers with status 500"):
        clock.poll()


# --- wishes --------------------------------------------------------------------------------------

TTL = rss("a|one").replace(b"<title>", b"<ttl>60</ttl><title>")
PERIOD = (
    b"<rss version='2.0' xmlns:sy='http://purl.org/rss/1.0/modules/syndication/'><channel>"
    b"<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>12</sy:updateFrequency>"
    b"<item><title>x</title></item></channel></rss>"
)
NIGHT = rss("a|one").replace(
    b"<title>", b"<skipHours><hour>12</hour><hour>13</hour><hour> 14 </hour></skipHours><title>"
)
SATURDAY = rss("a|one").replace(b"<title>", b"<skipDays><day>Saturday</day></skipDays><title>")


@pytest.mark.parametrize(
    ("body", "headers", "seconds"),
    [
        (TTL, {}, 3_600),
        (PERIOD, {}, 7_200),
        (NIGHT, {}, 3 * 3_600),
        (SATURDAY, {}, 12 * 3_600),
        (rss("a|1"), {"Cache_Control": "public, max-age=1800"}, 1_800),
        (rss("a|1"), {"Cache_Control": "max-age=99999999"}, 86_400),
        (rss("a|1"), {"Cache_Control": "s-maxage=9, no-cache", "Expires": "x"}, 300),
        (rss("a|1"), {"Expires": "Sat, 21 Nov 2026 12:40:00 GMT"}, 2_400),
        (rss("a|1"), {"Expires": "0"}, 300),
        (rss("a|1"), {"Cache_Control": "max-age=0", "Expires": "Fri, 01 Jan 2100 0:0:0 GMT"}, 300),
        (TTL.replace(b"60", b"-5"), {}, 300),
        (TTL.replace(b"60", b"9" * 5_000), {}, 300),
        (SATURDAY.replace(b"Saturday", b"Caturday"), {}, 300),
    ],
)
def test_a_wish_to_be_left_alone_is_obeyed(
    site: Site, body: bytes, headers: dict[str, str], seconds: float
) -> None:
    clock = Clock(site.serve("/feed", body, **headers), poll_seconds=300.0)
    assert clock.poll().wait_seconds == seconds
    clock.now += timedelta(seconds=seconds)
    assert clock.poll().faults == ()
    assert len(site.asked) == 2


def test_a_wish_holds_for_who_asks_early_too_but_not_on_a_site_of_ones_own(site: Site) -> None:
    url = site.serve("/feed", TTL, ETag='"1"')
    clock = Clock(url)
    clock.poll()
    clock.now += MINUTE
    assert clock.poll().faults == ()
    assert len(site.asked) == 1
    own = Clock(url, obey_hints=False)
    assert own.poll().wait_seconds == 300
    own.poll()
    assert len(site.asked) == 3


def test_a_wish_is_remembered_where_nothing_changed(site: Site) -> None:
    clock = Clock(site.serve("/feed", TTL, ETag='"1"'))
    clock.follow(NOON + 6 * HOUR)
    assert len(site.asked) == 6


def test_what_others_may_not_be_asked_is_not_asked_more_of_the_rest(site: Site) -> None:
    """A feed that asks for an hour leaves its requests to the others, within bounds."""
    slow, quick = site.serve("/slow", TTL), site.serve("/quick", rss("b|x"))
    clock = Clock(slow, quick, poll_seconds=300.0)
    clock.follow(NOON + 2 * HOUR)
    assert site.paths().count("/slow") == 2
    assert 40 <= site.paths().count("/quick") <= 50


# --- budget --------------------------------------------------------------------------------------


def test_every_request_is_counted_redirects_too(site: Site) -> None:
    site.serve("/new", rss("a|one"))
    urls = [site.serve("/old", status=301, Location="/new"), site.serve("/b", rss("b|x"))]
    feeds = source(*urls)
    assert feeds.dearest() == Spent(2 * REQUESTS_MAX)
    assert feeds.poll(None).spent == Spent(3)
    assert len(site.asked) == 3


def test_a_visit_takes_few_requests_at_the_most(site: Site) -> None:
    """So a small budget can still afford one."""
    assert REQUESTS_MAX == 13
    site.serve("/4", rss("a|one"))
    for number in range(4):
        site.serve(f"/{number}", status=301, Location=f"/{number + 1}")
    assert told(source(site.url + "/1").poll(None)) == {"a": "one"}
    with pytest.raises(Retry, match="redirects more than 3 times"):
        source(site.url + "/0").poll(None)


def test_an_allowance_is_never_overdrawn_and_the_rest_comes_next(site: Site) -> None:
    urls = [site.serve(f"/{number}", rss(f"{number}|x")) for number in range(5)]
    feeds = source(*urls)
    first = feeds.poll_within(None, Spent(2 * REQUESTS_MAX))
    assert len(first.posts) == len(site.asked) == 2
    assert not first.complete
    second = feeds.poll_within(first.cursor, Spent(10 * REQUESTS_MAX))
    assert len({post.id for post in first.posts + second.posts}) == 5
    with pytest.raises(Retry) as caught:
        feeds.poll_within(None, Spent(REQUESTS_MAX - 1))
    assert caught.value.state == "budget"


# --- gaps ----------------------------------------------------------------------------------------


def test_a_list_that_rolled_over_is_a_gap(site: Site) -> None:
    url = site.serve("/feed", dated(("a", NOON - HOUR), ("b", NOON - 2 * HOUR)))
    clock = Clock(url)
    assert not clock.poll().complete
    clock.now += 5 * HOUR
    site.serve("/feed", dated(("f", NOON + 4 * HOUR), ("e", NOON + 3 * HOUR)))
    batch = clock.poll()
    (gap,) = batch.gaps
    assert (gap.since, gap.until, gap.place) == (NOON, NOON + 3 * HOUR, url)
    assert gap.cause == "page limit: the feed lists 2 entries and none was known"
    assert not batch.complete
    clock.now += HOUR
    batch = clock.poll()
    assert (batch.gaps, batch.complete) == ((), True)


def test_what_was_taken_down_to_the_last_is_no_rollover(site: Site) -> None:
    url = site.serve("/feed", dated(("a", NOON - HOUR), ("b", NOON - 2 * HOUR)))
    clock = Clock(url)
    clock.poll()
    clock.now += 5 * HOUR
    site.serve("/feed", dated(("f", NOON + 4 * HOUR)))
    assert clock.poll().gaps == ()


@pytest.mark.parametrize(
    "after",
    [
        dated(("c", NOON + MINUTE), ("a", NOON - HOUR)),  # it overlaps
        dated(("new-a", NOON - HOUR), ("new-b", NOON + MINUTE)),  # named anew, reaches back
        dated(),
    ],
)
def test_a_list_that_reaches_back_is_none(site: Site, after: bytes) -> None:
    clock = Clock(site.serve("/feed", dated(("a", NOON - HOUR), ("b", NOON - DAY))))
    clock.poll()
    clock.now += HOUR
    site.serve("/feed", after)
    batch = clock.poll()
    assert (batch.gaps, batch.complete) == ((), True)


def test_a_gap_of_undated_entries_ends_now(site: Site) -> None:
    clock = Clock(site.serve("/feed", rss("a|one")))
    clock.poll()
    clock.now += HOUR
    site.serve("/feed", rss("z|one"))
    (gap,) = clock.poll().gaps
    assert gap.until == NOON + HOUR


def test_a_poll_in_which_an_address_fails_is_not_complete(site: Site) -> None:
    clock = Clock(site.serve("/a", rss("a|one")), site.serve("/b", rss("b|one")))
    clock.poll()
    site.serve("/b", status=500)
    clock.now += HOUR
    assert not clock.poll().complete


# --- cursors -------------------------------------------------------------------------------------


def test_a_cursor_of_before_is_read(site: Site) -> None:
    url = site.serve("/feed", rss("a|one"))
    old = {"v": 1, "urls": {url: {"etag": '"1"', "seen": {}, "digest": "x"}}}
    batch = source(url).poll(json.dumps(old))
    assert (told(batch), batch.gaps) == ({"a": "one"}, ())


@pytest.mark.parametrize(
    "damage",
    [
        '"posts":NaN', '"turn":Infinity', '"comments":[1]', '"comments":{}', '"skip_hours":["1"]',
        '"failures":"2"', '"hub":null', '"turn":-1e308',
    ],
)  # fmt: skip
def test_a_damaged_state_is_forgotten(site: Site, damage: str) -> None:
    url = site.serve("/feed", rss("a|one"))
    batch = source(url).poll('{"v":1,"urls":{' + json.dumps(url) + ":{" + damage + "}}}")
    assert told(batch) == {"a": "one"}


def test_what_is_no_state_is_none() -> None:
    assert load('{"v":1,"urls":{"u":{"seconds":NaN}}}', ["u"]) == {"u": UrlState()}
