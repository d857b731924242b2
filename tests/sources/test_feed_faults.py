"""Feeds that fail, stall or ask to wait: each costs only itself, and the poll ends in time."""

import json
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from time import monotonic

import pytest

from listener.ports import Retry
from sources.feed import FeedSource
from sources.feed_parts.apart import Parser
from sources.feed_parts.cursor import UrlState, dump
from sources.feed_parts.document import Document
from sources.feed_parts.parse import read_document
from tests.sources.feed_site import NOON, Answer, Reader, Site, fault, rss, serving, source, told


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as site:
        yield site


# --- faults --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ((404, {}, b""), "is not there (404): check the address"),
        ((410, {}, b""), "is gone for good (410): take the address out"),
        ((401, {}, b""), "asks for a login (401): only feeds open to everybody can be read"),
        ((500, {}, b""), "answers with status 500 instead of a feed"),
        ((302, {}, b""), "answers with status 302 instead of a feed"),
        ((302, {"Location": "ftp://x/"}, b""), "only http and https are spoken"),
        ((200, {}, b""), "is empty"),
        ((200, {}, b"\x89PNG" + bytes(100)), "is no feed that can be read"),
        ((200, {"Content-Length": "9999"}, b"<rss>"), "broke off its answer"),
        ((200, {}, b"x" * 20_000), "larger than 10,000 bytes"),
        ((200, {"Content-Encoding": "gzip"}, b"<rss>"), "broke off its answer"),
    ],
)
def test_a_bad_address_costs_only_itself(site: Site, answer: Answer, reason: str) -> None:
    good = site.serve("/good", rss("a|one"))
    site.pages["/bad"] = answer
    batch = source(site.url + "/bad", good, size_bytes_max=10_000).poll(None)
    assert told(batch) == {"a": "one"}
    assert batch.faults[0].where == site.url + "/bad"
    assert reason in fault(batch)


def test_a_feed_that_stays_broken_stays_told_without_being_read_again(site: Site) -> None:
    reader = Reader()
    urls = site.serve("/bad", b"rubbish", ETag='"1"'), site.serve("/good", rss("a|one"))
    feeds = source(*urls, parse=reader)
    first = feeds.poll(None)
    second = feeds.poll(first.cursor)
    assert fault(first) == fault(second)
    assert "is no feed that can be read" in fault(second)
    assert reader.read.count(urls[0]) == 1
    site.serve("/bad", rss("b|mended"), ETag='"2"')
    third = feeds.poll(second.cursor)
    assert (told(third), third.faults) == ({"b": "mended"}, ())


def test_private_addresses_are_refused_unless_allowed(site: Site) -> None:
    url = site.serve("/feed", rss("a|one"))
    with pytest.raises(Retry, match="leads to the private address") as caught:
        source(url, allow_private=False).poll(None)
    assert caught.value.after_seconds == 3_600
    assert site.asked == []


def test_where_all_fail_the_reasons_are_told(site: Site) -> None:
    urls = [site.url + f"/{number}" for number in range(7)]
    with pytest.raises(Retry) as caught:
        source(*urls).poll(None)
    assert f"{urls[0]} is not there (404): check the address; " in caught.value.reason
    assert caught.value.reason.endswith("; and 2 more")
    assert caught.value.after_seconds == 3_600


def test_where_one_may_come_back_soon_no_wait_is_asked_for(site: Site) -> None:
    with pytest.raises(Retry) as caught:
        source(site.url + "/404", site.serve("/500", status=500)).poll(None)
    assert caught.value.after_seconds is None


def test_an_error_of_our_own_costs_one_address(site: Site) -> None:
    def broken(body: bytes, content_type: str, url: str, entries_max: int) -> Document:
        if b"bad" in body:
            raise MemoryError("no more")
        return read_document(body, content_type, url, entries_max)

    urls = site.serve("/bad", rss("bad|x")), site.serve("/good", rss("a|one"))
    batch = source(*urls, parse=broken).poll(None)
    assert told(batch) == {"a": "one"}
    assert fault(batch) == "could not be visited: MemoryError: no more"


# --- waiting -------------------------------------------------------------------------------------


def test_a_server_that_asks_to_wait_is_left_alone(site: Site) -> None:
    good = site.serve("/good", rss("a|one"))
    busy = site.serve("/busy", status=429, Retry_After="90")
    first = source(good, busy).poll(None)
    assert fault(first) == "asks to wait (status 429)"

    site.serve("/busy", rss("b|two"))
    soon = source(good, busy, now=lambda: NOON + timedelta(seconds=89)).poll(first.cursor)
    assert fault(soon) == "is not asked before 2026-11-21 12:01 UTC"
    assert site.paths().count("/busy") == 1

    later = source(good, busy, now=lambda: NOON + timedelta(seconds=91)).poll(soon.cursor)
    assert (told(later), later.faults) == ({"b": "two"}, ())


@pytest.mark.parametrize(("stated", "seconds"), [("120", 120), ("", None), ("soon", None)])
def test_a_source_that_asks_to_wait_passes_it_on(
    site: Site, stated: str, seconds: float | None
) -> None:
    with pytest.raises(Retry) as caught:
        source(site.serve("/feed", status=503, Retry_After=stated)).poll(None)
    assert caught.value.after_seconds == seconds


def test_a_feed_that_costs_too_much_is_tried_again_in_an_hour(site: Site) -> None:
    stalling = rss("s|x").replace(b"<guid", b"<author>" + b"a" * 300_000 + b"</author><guid")
    urls = site.serve("/stalling", stalling), site.serve("/good", rss("a|one"))
    with closing(Parser(parse_seconds_max=3)) as parser:
        feeds = source(*urls, parse=parser)
        first = feeds.poll(None)
        assert told(first) == {"a": "one"}
        assert "takes more than 3 s" in fault(first)
        assert fault(feeds.poll(first.cursor)) == "is not asked before 2026-11-21 13:00 UTC"


def test_the_poll_ends_in_time_and_who_was_left_is_told(site: Site) -> None:
    """Eight addresses hold all threads until the time is up; the ninth never has its turn."""
    release = threading.Event()

    def hang(*_: object) -> Document:
        release.wait(10)
        return Document()

    urls = [site.serve(f"/{number}", rss(f"{number}|x")) for number in range(9)]
    quick = site.serve("/quick", b"")
    before = UrlState(digest="d", etag='"1"', waiting=True)
    site.serve("/quick", rss("q|x"), ETag='"1"')
    began = monotonic()
    feeds = source(quick, *urls, parse=hang, poll_seconds_max=0.5)
    batch = feeds.poll(dump({quick: before}))
    release.set()
    assert monotonic() - began < 5
    assert {fault.reason for fault in batch.faults} == {
        "was not reached in the time of one poll: it comes first at the next"
    }
    states = json.loads(batch.cursor or "")["urls"]
    assert [states[url].get("waiting", False) for url in (quick, *urls)] == [False] + [True] * 9


def test_those_left_waiting_go_first(site: Site) -> None:
    urls = [site.serve(f"/{number}", rss(f"{number}|x")) for number in range(20)]
    state = {"v": 1, "urls": {urls[19]: {"waiting": True}, urls[17]: {"waiting": True}}}
    batch = source(*urls).poll(json.dumps(state))
    assert set(site.paths()[:8]) >= {"/19", "/17"}
    assert len(batch.posts) == 20
    assert "waiting" not in (batch.cursor or "")


# --- settings ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"urls": []}, "urls is empty"),
        ({"urls": ["example.org/feed"]}, "urls names 'example.org/feed', which is no http"),
        ({"urls": ["ftp://x/?token=a"]}, "urls names 'ftp://x/.token=…', which is no http"),
        ({"urls": ["file:///etc/passwd"]}, "which is no http or https address"),
        ({"urls": ["http://x/"], "timeout_seconds": 0}, "timeout_seconds is 0"),
        ({"urls": ["http://x/"], "size_bytes_max": -1}, "size_bytes_max is -1"),
        ({"urls": ["http://x/"], "entries_max": 0}, "entries_max is 0"),
    ],
)
def test_settings_that_make_no_sense_are_refused(
    settings: dict[str, list[str]], reason: str
) -> None:
    with pytest.raises(ValueError, match=reason):
        FeedSource(**settings)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "url",
    [
        "https://ada:hunter2@blog.example/feed",
        "https://hunter2@blog.example",
        "ftp://ada:hunter2@blog.example/",
        "ada:hunter2@blog.example/feed",
        "https://:hunter2@[::1/feed",
    ],
)
def test_an_address_with_a_password_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(ValueError, match="address 2 in urls holds a user name or a pass") as told:
        FeedSource(["https://blog.example/feed", url])
    assert "hunter2" not in str(told.value)
    FeedSource(["https://social.example/@hunter2.rss", "https://blog.example/feed?by=a@b"])


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("?feed=rss2&token=4fzz", "?feed=rss2&token=…"),
        ("?rss_token=4fzz&a=b", "?rss_token=…&a=b"),
        ("?os_password=4fzz", "?os_password=…"),
        ("?api_key=4fzz;key=4fzz", "?api_key=…;key=…"),
        ("?feed=0123456789abcdef0123456789abcdef01234567&user=a", "?feed=…&user=a"),
        ("?feed=comments-rss2", "?feed=comments-rss2"),
        ("?channel_id=UC_x5XG1OV2P6uZZ5FSM9Ttw", "?channel_id=UC_x5XG1OV2P6uZZ5FSM9Ttw"),
        ("?keywords=norvia&author=bo", "?keywords=norvia&author=bo"),
    ],
)
def test_what_could_be_a_key_to_a_feed_is_not_shown(site: Site, query: str, told: str) -> None:
    url = site.serve("/feed" + query, status=404)
    with pytest.raises(Retry) as failed:
        source(url).poll(None)
    assert failed.value.reason.startswith(site.url + "/feed" + told + " is not there")
    batch = source(url, site.serve("/well", rss("a|one"))).poll(None)
    assert [one.where for one in batch.faults] == [site.url + "/feed" + told]
