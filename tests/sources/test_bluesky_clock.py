"""Bluesky where a clock is wrong, a host's or ours: nothing is hidden, and what is lost is told."""

import json
from bisect import insort
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from sources.bluesky_parts import jetstream
from sources.bluesky_parts.cursor import State, load
from sources.bluesky_parts.events import Event, Reading
from sources.bluesky_parts.harvest import Harvest
from sources.bluesky_parts.sieve import Sieve
from tests.sources.standins.bluesky_site import BlueskySite, did
from tests.sources.standins.serving import DAY, HOUR, MINUTE, NOON, NORVIA, SECOND, serving
from tests.sources.test_bluesky import texts

NOW = NOON.timestamp()
TO_COME = 3_976_000_000.0
YEARS = 4 * 365 * DAY


@pytest.fixture
def site() -> Iterator[BlueskySite]:
    with serving(BlueskySite()) as running:
        assert isinstance(running, BlueskySite)
        yield running


def misdate(site: BlueskySite, event: dict[str, Any], seconds: float = TO_COME) -> None:
    """Something happens now, but the host stamps it otherwise."""
    stamp = int(site.now.timestamp() * 1e6) + 500
    told = {"did": did("ada"), "kind": "identity"} | event | {"time_us": int(seconds * 1e6)}
    insort(site.log, (stamp, json.dumps(told, separators=(",", ":"))))


# The host's clock.


@pytest.mark.parametrize("silence", [0, 60])
@pytest.mark.parametrize("seconds", [TO_COME, 99_999_999_999.999])
def test_one_message_of_a_time_to_come_hides_no_other(
    site: BlueskySite, silence: float, seconds: float
) -> None:
    source = site.source(silence_seconds_max=silence)
    site.publish("Norvia one", at=site.now - MINUTE)
    misdate(site, {}, seconds)
    batch = source.poll(None)
    assert texts(batch) == ["Norvia one"]
    assert len(batch.rejects) == 1
    site.now += MINUTE / 2
    site.publish("Norvia two")
    batch = source.poll(batch.cursor)
    assert texts(batch) == ["Norvia two"]
    assert batch.complete
    assert not batch.gaps


def test_a_post_of_a_time_to_come_is_dated_now(site: BlueskySite) -> None:
    record = {"text": "Norvia", "createdAt": "2096-01-01T00:00:00Z"}
    commit = {"operation": "create", "collection": "app.bsky.feed.post", "rkey": "3m", "rev": "1"}
    misdate(site, {"kind": "commit", "commit": commit | {"record": record}})
    batch = site.source().poll(None)
    assert [post.published_at for post in batch.posts] == [site.now]
    assert not site.source().poll(batch.cursor).posts


def test_a_host_a_little_ahead_moves_us_no_further_than_now() -> None:
    ahead = b'{"kind":"identity","did":"did:plc:abc","time_us":%d}' % int((NOW + 300) * 1e6)
    read = jetstream.reading([ahead], Sieve((NORVIA,), {}), NOW)
    assert (set(read.times), read.position, read.rejects) == ({NOW}, jetstream.place(NOW), [])


def test_a_firehose_goes_on_after_a_time_to_come() -> None:
    harvest = harvested(State("s", 5, NOW))
    harvest.add(Reading([], 6, [TO_COME], [], 1), NOW)
    assert (harvest.state.at, harvest.state.position) == (NOW, 6)
    again = harvested(harvest.state)
    again.add(Reading([written(NOW + 60)], 7, [NOW + 60], [], 1), NOW + 60)
    assert len(again.posts) == 1


def test_a_number_far_beyond_is_mended_by_what_the_host_says() -> None:
    harvest = harvested(State("s", 5, NOW - 60))
    harvest.add(Reading([], 10**15, [NOW - 50], [], 1), NOW)
    harvest = harvested(harvest.state)
    harvest.add(Reading(count=1, lost=True), NOW)  # FutureCursor
    (gap,) = harvest.gaps
    assert (gap.since.timestamp(), gap.until.timestamp()) == (NOW - 50, NOW)
    harvest = harvested(harvest.state)
    assert harvest.state.position == 0
    harvest.add(Reading([written(NOW + 5)], 9, [NOW + 5], [], 1), NOW + 5)
    assert (len(harvest.posts), harvest.state.position) == (1, 9)


# Our own.


def test_our_clock_ahead_for_one_poll_hides_nothing(site: BlueskySite) -> None:
    source = site.source()
    site.publish("Norvia one", at=site.now - MINUTE)
    cursor = source.poll(None).cursor
    source.now = lambda: site.now + YEARS
    cursor = source.poll(cursor).cursor
    source.now = lambda: site.now
    for n in range(2):
        site.now += HOUR
        site.publish(f"Norvia after {n}", at=site.now - MINUTE)
        batch = source.poll(cursor)
        cursor = batch.cursor
        assert texts(batch) == [f"Norvia after {n}"]
        assert batch.complete


def test_what_was_missed_since_the_newest_message_is_a_gap(site: BlueskySite) -> None:
    source = site.source()
    site.publish("Norvia one")
    heard_at = site.now
    cursor = source.poll(None).cursor
    source.now = lambda: site.now + YEARS
    cursor = source.poll(cursor).cursor
    site.now += 3 * DAY
    (gap,) = site.source().poll(cursor).gaps
    assert gap.since - heard_at < SECOND
    assert gap.until == site.now - DAY


def test_a_quiet_firehose_under_a_clock_ahead_goes_on() -> None:
    ahead = NOW + YEARS.total_seconds()
    harvest = harvested(State("s", 5, NOW, heard_at=NOW - 9))
    harvest.quiet(ahead, 0)
    stored = load(replace(harvest.state, behind=ahead, accounts_at=ahead).dumped(), "s")
    assert stored is not None
    state = stored.believed(NOW, NOW - 7_200, None)
    assert (state.at, state.position, state.behind) == (NOW - 9, 5, NOW - 9)
    assert state.accounts_at == 0
    again = harvested(state)
    again.add(Reading([written(NOW + 5)], 6, [NOW + 5], [], 1), NOW + 5)
    assert len(again.posts) == 1


def test_where_no_time_is_known_it_begins_anew() -> None:
    poisoned = State("jetstream", jetstream.place(TO_COME), TO_COME, seen={"x": TO_COME})
    state = poisoned.believed(NOW, NOW - 7_200, jetstream.place)
    assert (state.at, state.position) == (NOW - 7_200, jetstream.place(NOW - 7_200))
    assert state.seen == {"x": NOW}


def test_a_right_state_is_believed_as_it_is() -> None:
    state = State("jetstream", jetstream.place(NOW), NOW, NOW - 5, {"x": NOW}, {}, NOW, NOW)
    assert state.believed(NOW, 0.0, jetstream.place) == state


def harvested(state: State) -> Harvest:
    return Harvest(state, Sieve((NORVIA,), {}), 0.0, 0.0)


def written(at: float) -> Event:
    return Event("create", "did:plc:abc", at, "r1", "v", {"text": "Norvia is down"})
