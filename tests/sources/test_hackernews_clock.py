"""Hacker News where a clock is wrong, ours or the site's: nothing is hidden for long."""

import json
from collections.abc import Iterator

import pytest

from listener.ports import Retry
from tests.sources.standins.hackernews_site import HackerNewsSite
from tests.sources.standins.serving import DAY, HOUR, MINUTE, NORVIA, serving
from tests.sources.test_hackernews import polled, real_page


@pytest.fixture
def site() -> Iterator[HackerNewsSite]:
    with serving(HackerNewsSite()) as site:
        yield site  # type: ignore[misc]


@pytest.mark.parametrize("found_before", [True, False])
def test_a_clock_ahead_for_one_poll_hides_nothing(site: HackerNewsSite, found_before: bool) -> None:
    source = site.source(NORVIA)
    ids = [site.publish("Norvia at first")] if found_before else []
    posts, cursor = polled(source)
    source.now = lambda: site.now + 4 * 365 * DAY
    cursor = source.poll(cursor).cursor
    source.now = lambda: site.now
    for _ in range(3):
        site.now += 5 * HOUR
        ids.append(site.publish("Norvia after that", at=site.now - MINUTE))
        batch = source.poll(cursor)
        posts += batch.posts
        cursor = batch.cursor
    assert [post.native_id for post in posts] == ids
    assert batch.complete


def test_a_first_poll_of_a_clock_ahead_hides_nothing(site: HackerNewsSite) -> None:
    source = site.source(NORVIA)
    source.now = lambda: site.now + 4 * 365 * DAY
    cursor = source.poll(None).cursor
    source.now = lambda: site.now
    post_id = site.publish("Norvia", at=site.now - HOUR)
    batch = source.poll(cursor)
    assert [post.native_id for post in batch.posts] == [post_id]
    assert (batch.complete, len(batch.faults)) == (False, 1)
    assert source.poll(batch.cursor).complete


@pytest.mark.parametrize("wrong", ["since", "until", "top"])
def test_a_cursor_of_a_time_to_come_reads_anew(site: HackerNewsSite, wrong: str) -> None:
    now, to_come = int(site.now.timestamp()), int(site.now.timestamp()) + 10**8
    told = {"since": now - 3 * 86_400, "until": now - 60, "top": now} | {wrong: to_come}
    seen = {"1": ["x", now - 2 * 86_400]}
    searches = {"Norvia": [*told.values(), 0, 0]}
    cursor = json.dumps({"v": 1, "turn": 1, "searches": searches, "seen": seen})
    new = site.publish("Norvia", at=site.now - HOUR)
    old = site.publish("Norvia of old", at=site.now - 40 * HOUR)
    batch = site.source(queries=["Norvia"]).poll(cursor)
    came = [post.native_id for post in batch.posts]
    if wrong == "since":
        assert came == [new]
        assert [(gap.since, gap.until) for gap in batch.gaps] == [
            (site.now - 2 * DAY, site.now - DAY)
        ]
    else:
        assert (came, batch.gaps) == ([new, old], ())


def test_a_clock_behind_reads_no_years(site: HackerNewsSite) -> None:
    source = site.source(NORVIA)
    site.publish("Norvia at first")
    source.now = lambda: site.now - 4 * 365 * DAY
    with pytest.raises(Retry, match="set this machine's clock"):
        source.poll(None)


def test_a_hit_of_a_time_to_come_hides_no_other(site: HackerNewsSite) -> None:
    source = site.source(NORVIA)
    first = site.publish("Norvia one")
    page = real_page(site, source)
    odd = dict(page.body["hits"][0], objectID="7", created_at_i=3_976_000_000)
    page.body["hits"].insert(0, odd)
    site.queued = [page]
    batch = source.poll(None)
    assert {post.native_id for post in batch.posts} == {"7", first}
    site.now += 5 * HOUR
    second = site.publish("Norvia two")
    assert [post.native_id for post in source.poll(batch.cursor).posts] == [second]
