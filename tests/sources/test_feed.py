"""Polling feeds from a loopback server: what is asked, what comes, what is remembered."""

import json
from collections.abc import Iterator

import pytest

from listener.ports import Retry, Source
from listener.testing import SourceSuite
from sources.feed_parts.visit import UNREAD_MAX
from tests.sources.feed_site import Reader, Site, fault, rss, serving, source, told


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as site:
        yield site


class TestConformance(SourceSuite):
    @pytest.fixture
    def source(self, site: Site) -> Source:
        return source(site.serve("/feed", rss("1|one", "2|two")))


# --- what comes, and when it comes again -------------------------------------------------------


def test_entries_come_once_and_edits_again(site: Site) -> None:
    feeds = source(site.serve("/feed", rss("a|one", "b|two")))
    first = feeds.poll(None)
    assert told(first) == {"a": "one", "b": "two"}
    assert {post.site for post in first.posts} == {"127.0.0.1"}

    site.serve("/feed", rss("c|three", "a|ONE", "b|two"))
    second = feeds.poll(first.cursor)
    assert told(second) == {"c": "three", "a": "ONE"}
    assert feeds.poll(second.cursor).posts == ()


def test_documents_are_read_in_a_process_of_their_own(site: Site) -> None:
    urls = [site.serve(f"/{number}", rss(f"{number}|Żółw")) for number in range(12)]
    batch = source(*urls, parse=None).poll(None)
    assert told(batch) == {str(number): "Żółw" for number in range(12)}


def test_the_site_may_be_named(site: Site) -> None:
    batch = source(site.serve("/feed", rss("a|one")), site="blogs").poll(None)
    assert [post.id for post in batch.posts] == ["blogs:a"]


def test_an_unchanged_feed_costs_no_body_and_no_reading(site: Site) -> None:
    reader = Reader()
    url = site.serve(
        "/feed", rss("a|one"), ETag='W/"1"', Last_Modified="Sat, 21 Nov 2026 10:00:00 GMT"
    )
    feeds = source(url, parse=reader)
    cursor = feeds.poll(None).cursor
    for _ in range(2):
        batch = feeds.poll(cursor)
        assert (batch.posts, batch.faults) == ((), ())
        cursor = batch.cursor
    assert reader.read == [url]
    assert site.asked[0][1].get("If-None-Match") is None
    for _, headers in site.asked[1:]:
        assert headers["If-None-Match"] == 'W/"1"'
        assert headers["If-Modified-Since"] == "Sat, 21 Nov 2026 10:00:00 GMT"


def test_an_edit_that_the_site_does_not_notice_comes_all_the_same(site: Site) -> None:
    url = site.serve("/feed", rss("a|one"), ETag="1")
    feeds = source(url)
    cursor = feeds.poll(None).cursor
    site.serve("/feed", rss("a|put right"), ETag="1")
    came: list[str] = []
    for _ in range(UNREAD_MAX + 1):
        batch = feeds.poll(cursor)
        came += [post.text for post in batch.posts]
        cursor = batch.cursor
    assert came == ["put right"]
    assert [headers.get("If-None-Match") for _, headers in site.asked[-2:]] == ["1", None]


def test_an_entry_gone_from_among_others_is_to_be_looked_at_again(site: Site) -> None:
    url = site.serve("/feed", rss("c|three", "b|two", "a|one"))
    feeds = source(url)
    cursor = feeds.poll(None).cursor
    site.serve("/feed", rss("d|four", "c|three", "a|one"))
    batch = feeds.poll(cursor)
    assert batch.look_again == ("127.0.0.1:b",)
    assert feeds.poll(batch.cursor).look_again == ()


def test_an_entry_that_made_room_for_news_is_not(site: Site) -> None:
    url = site.serve("/feed", rss("c|three", "b|two", "a|one"))
    feeds = source(url)
    cursor = feeds.poll(None).cursor
    site.serve("/feed", rss("e|five", "d|four", "c|three"))
    assert feeds.poll(cursor).look_again == ()


def test_an_unchanged_body_is_not_read_again(site: Site) -> None:
    reader = Reader()
    feeds = source(site.serve("/feed", rss("a|one")), parse=reader)
    cursor = feeds.poll(None).cursor
    assert feeds.poll(cursor).posts == ()
    assert len(reader.read) == 1


@pytest.mark.parametrize("etag", ["x" * 501, "caf\xe9", "a\tb"])
def test_validators_that_cannot_be_sent_back_are_not_kept(site: Site, etag: str) -> None:
    feeds = source(site.serve("/feed", rss("a|one"), ETag=etag))
    feeds.poll(feeds.poll(None).cursor)
    assert "If-None-Match" not in site.asked[1][1]


def test_a_304_that_was_not_asked_for_is_a_fault(site: Site) -> None:
    with pytest.raises(Retry, match="answers with status 304 instead of a feed"):
        source(site.serve("/feed", status=304)).poll(None)


def test_the_fuller_of_two_tellings_of_one_post_is_kept(site: Site) -> None:
    short, full = site.serve("/a", rss("p|short")), site.serve("/b", rss("p|short and full"))
    for urls in ((short, full), (full, short)):
        assert told(source(*urls).poll(None)) == {"p": "short and full"}


def test_too_many_entries_are_bounded_and_said(site: Site) -> None:
    feeds = source(site.serve("/feed", rss("a|1", "b|2", "c|3")), entries_max=2)
    batch = feeds.poll(None)
    assert set(told(batch)) == {"a", "b"}
    assert fault(batch) == "lists 3 entries: the last 1 are passed over"


def test_a_changed_list_of_addresses_keeps_what_it_can(site: Site) -> None:
    one, two = site.serve("/1", rss("a|one")), site.serve("/2", rss("b|two"))
    cursor = source(one).poll(None).cursor
    batch = source(one, two, two).poll(cursor)
    assert told(batch) == {"b": "two"}
    assert list(json.loads(batch.cursor or "")["urls"]) == [one, two]


# --- discovery ---------------------------------------------------------------------------------

PAGE = b"<html><head><link rel=alternate type=application/rss+xml href=/rss></head></html>"


def test_a_page_leads_to_its_feed_once(site: Site) -> None:
    site.serve("/rss", rss("a|one"), ETag='"1"')
    feeds = source(site.serve("/", PAGE, Content_Type="text/html"))
    first = feeds.poll(None)
    assert told(first) == {"a": "one"}
    assert feeds.poll(first.cursor).posts == ()
    assert site.paths() == ["/", "/rss", "/rss"]


def test_a_feed_that_moved_is_found_again(site: Site) -> None:
    site.serve("/rss", rss("a|one"))
    feeds = source(site.serve("/", PAGE))
    cursor = feeds.poll(None).cursor
    site.serve("/rss", status=404)
    site.serve("/", PAGE.replace(b"=/rss", b"=/new"))
    site.serve("/new", rss("b|two", "a|one"))
    batch = feeds.poll(cursor)
    assert told(batch) == {"b": "two"}
    assert batch.faults == ()


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        (b"<html><body>hello</body></html>", "is a page that names no feed: give the address"),
        (PAGE.replace(b"=/rss", b"=/page"), "as its feed, which is a page too"),
        (PAGE.replace(b"=/rss", b"=/gone"), r"is not there \(404\)"),
        (PAGE.replace(b"=/rss", b"=http://x:y@127.0.0.1/"), "user name or password"),
    ],
)
def test_a_page_without_a_feed_behind_it_says_so(site: Site, page: bytes, reason: str) -> None:
    site.serve("/page", page)
    with pytest.raises(Retry, match=reason):
        source(site.url + "/page").poll(None)
    assert len(site.asked) <= 2
