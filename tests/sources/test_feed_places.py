"""More places by rule: feeds of comments, Google News, YouTube; and politeness to their hosts."""

import threading
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest

from listener.model import Brand
from listener.ports import Retry
from sources.common.politeness import Politeness
from sources.feed import FeedSource
from sources.feed_parts.places import news_addresses, youtube_addresses
from tests.sources.feed_site import Site, fault, rss, serving, source, told

FINNAIR = Brand("finnair", names=("Finnair", "Finnair Plus"), languages=("fi", "sv-FI", "xx"))
CHANNEL = "UC" + "a" * 22


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as site:
        yield site


def wordpress(site: Site, *items: str) -> bytes:
    return rss(*items).replace(
        b"<title>",
        f"<link>{site.url}</link><generator>https://wordpress.org/?v=6.1</generator>"
        f"<title>".encode(),
        1,
    )


# --- comments ------------------------------------------------------------------------------------


def test_the_comments_of_a_wordpress_site_come_too(site: Site) -> None:
    site.serve("/comments/feed/", wordpress(site, "c|Norvia is late"))
    feeds = source(site.serve("/feed/", wordpress(site, "a|one")), comments=True)
    first = feeds.poll(None)
    assert told(first) == {"a": "one"}
    assert first.wait_seconds == 60
    second = feeds.poll(first.cursor)
    assert told(second) == {"c": "Norvia is late"}
    assert told(feeds.poll(second.cursor)) == {}
    assert set(site.paths()) == {"/feed/", "/comments/feed/"}


def test_a_page_names_the_feed_of_its_comments(site: Site) -> None:
    link = "<link rel=alternate type=application/rss+xml href=/{}>"
    page = f"<html>{link.format('rss')}{link.format('rss/kommentit-comments')}</html>"
    site.serve("/rss", rss("a|one"))
    site.serve("/rss/kommentit-comments", rss("c|two"))
    feeds = source(site.serve("/", page.encode()), comments=True)
    cursor = feeds.poll(None).cursor
    assert told(feeds.poll(cursor)) == {"c": "two"}


def test_entries_name_the_feeds_of_their_comments(site: Site) -> None:
    namespace = b"<rss xmlns:wfw='http://wellformedweb.org/CommentAPI/' "
    entries = "".join(
        f"<item><guid>{n}</guid><wfw:commentRss>{site.url}/{n}/rss</wfw:commentRss></item>"
        for n in range(30)
    )
    body = rss("a|b").replace(b"</channel>", entries.encode() + b"</channel>")
    site.serve("/3/rss", rss("c|a comment"))
    feeds = source(site.serve("/feed", body.replace(b"<rss ", namespace)), comments=True)
    batch = feeds.poll(feeds.poll(None).cursor)
    assert told(batch) == {"c": "a comment"}
    assert len(site.asked) == 1 + 9


def test_comments_elsewhere_are_nobodys_to_have_us_ask_for(site: Site) -> None:
    link = "<link rel=alternate type=application/rss+xml href={}>"
    page = link.format("/rss") + link.format("http://victim.example/comments")
    site.serve("/rss", rss("a|one"))
    feeds = source(site.serve("/", f"<html>{page}</html>".encode()), comments=True)
    first = feeds.poll(None)
    assert "victim" not in (first.cursor or "")


def test_comments_are_read_where_asked_for_only(site: Site) -> None:
    url = site.serve("/feed/", wordpress(site, "a|one"))
    cursor = source(url).poll(None).cursor
    assert "comments" not in (cursor or "")
    cursor = source(url, comments=True).poll(None).cursor
    assert "/comments/feed/" in (cursor or "")
    site.serve("/feed/", wordpress(site, "b|two"))
    assert "comments" not in (source(url).poll(cursor).cursor or "")


def test_comments_that_cannot_be_read_cost_only_themselves(site: Site) -> None:
    feeds = source(site.serve("/feed/", wordpress(site, "a|one")), comments=True)
    batch = feeds.poll(feeds.poll(None).cursor)
    assert fault(batch) == "is not there (404): check the address"
    assert batch.faults[0].where == f"{site.url}/comments/feed/"


# --- searches and channels -----------------------------------------------------------------------


def test_news_is_searched_in_the_editions_of_the_brands_languages() -> None:
    found = [parse_qs(urlsplit(url).query) for url in news_addresses([FINNAIR])]
    assert {(one["hl"][0], one["ceid"][0]) for one in found} == {("fi", "FI:fi"), ("sv", "SE:sv")}
    assert any('"Finnair Plus"' in one["q"][0] for one in found)
    assert all(one["q"][0].endswith(" when:7d") for one in found)


def test_a_brand_of_no_known_language_is_searched_in_english() -> None:
    (url,) = news_addresses([Brand("x", names=("Norvia",))])
    assert url.startswith("https://news.google.com/rss/search?q=Norvia+when%3A7d&hl=en-US&gl=US")


def test_news_is_read_like_any_feed(site: Site) -> None:
    (address,) = news_addresses([Brand("x", names=("Norvia",))], site.url + "/search")
    site.serve(address.removeprefix(site.url), rss("n|Norvia in the news"))
    feeds = source(
        news_search=True,
        brands=(Brand("x", names=("Norvia",)),),
        news_url=site.url + "/search",
    )
    assert told(feeds.poll(None)) == {"n": "Norvia in the news"}


def test_a_search_for_nobody_finds_nothing() -> None:
    batch = source(news_search=True).poll(None)
    assert (batch.posts, batch.faults) == ((), ())


def test_videos_of_a_channel_are_posts(site: Site) -> None:
    site.serve(f"/videos.xml?channel_id={CHANNEL}", rss("v|a video"))
    feeds = source(youtube_channels=[CHANNEL], youtube_url=site.url + "/videos.xml")
    assert told(feeds.poll(None)) == {"v": "a video"}


@pytest.mark.parametrize("channel", ["@finnair", "", "UCx", CHANNEL + "&x=1"])
def test_what_is_no_channel_is_refused(channel: str) -> None:
    with pytest.raises(ValueError, match="which is no channel's id"):
        FeedSource(youtube_channels=[channel])
    with pytest.raises(ValueError, match="no channel's id"):
        list(youtube_addresses([channel]))


# --- politeness ----------------------------------------------------------------------------------


def test_a_host_is_never_asked_thrice_at_once(site: Site) -> None:
    at_once, most, lock = 0, 0, threading.Lock()

    def page() -> tuple[int, dict[str, str], bytes]:
        nonlocal at_once, most
        with lock:
            at_once += 1
            most = max(most, at_once)
        threading.Event().wait(0.02)
        with lock:
            at_once -= 1
        return 200, {}, rss("a|x")

    for number in range(12):
        site.pages[f"/{number}"] = page
    source(*(f"{site.url}/{number}" for number in range(12))).poll(None)
    assert most == 2
    assert len(site.asked) == 12


def test_a_host_that_hangs_delays_no_other() -> None:
    with serving() as slow, serving() as quick:
        gate = threading.Event()
        for number in range(9):
            slow.pages[f"/{number}"] = lambda: (gate.wait(5), (200, {}, rss("s|x")))[1]  # type: ignore[index, return-value]
        urls = [f"{slow.url}/{number}" for number in range(9)]
        last = quick.serve("/", rss("q|x"))
        batch = source(*urls, last, poll_seconds_max=0.6).poll(None)
        gate.set()
    assert told(batch) == {"q": "x"}
    assert len(batch.faults) == 9


def test_a_host_is_left_alone_between_two_requests() -> None:
    politeness = Politeness(spacing_seconds=60)
    assert politeness.may_enter("a")
    politeness.leave("a")
    assert not politeness.may_enter("a")
    assert politeness.may_enter("b")


def test_two_sources_share_one_account_of_it(site: Site) -> None:
    politeness = Politeness(spacing_seconds=60)
    assert told(source(site.serve("/1", rss("a|x")), politeness=politeness).poll(None))
    with pytest.raises(Retry, match="was not reached"):
        source(site.url + "/1", politeness=politeness, poll_seconds_max=0.1).poll(None)
    assert len(site.asked) == 1
