"""Posts that were taken down: what their pages tell, and what must not be taken for it."""

from collections.abc import Iterator

import pytest

from listener.model import UNLIMITED, Post, Spent
from listener.ports import Rechecking
from tests.sources.feed_site import Site, rss, serving, source

THREAD = (
    b"<html><link rel=canonical href=/there>"
    b"<ol><li id='comment-1'>a</li><li  ID = comment-12>b</li></ol></html>"
)


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as site:
        site.serve("/", b"hello")
        site.serve("/there", THREAD)
        yield site


def post(url: str) -> Post:
    return Post("blog", url, "x", url=url)


def test_a_feed_can_look_again() -> None:
    feeds = source("http://127.0.0.1/")
    assert isinstance(feeds, Rechecking)
    assert feeds.recheck_posts_max == 20


@pytest.mark.parametrize(
    ("path", "gone"),
    [
        ("/there", False),
        ("/nowhere", True),
        ("/gone", True),
        ("/there#comment-1", False),
        ("/there#comment-2", True),
        ("/there#comment-12", False),
        ("/there#respond", False),
        ("/there#!/app/7", False),
        ("/moved", False),
    ],
)
def test_what_its_page_no_longer_has_is_gone(site: Site, path: str, gone: bool) -> None:
    site.serve("/gone", status=410)
    site.serve("/moved", status=301, Location="/there")
    one = post(site.url + path)
    batch = source(site.serve("/feed", rss())).recheck([one], UNLIMITED)
    assert batch.deleted == ((one.id,) if gone else ())
    assert (batch.posts, batch.faults) == ((), ())
    assert batch.spent == Spent(len(site.asked))


@pytest.mark.parametrize("status", [401, 403, 429, 500, 503])
def test_a_refusal_is_no_deletion(site: Site, status: int) -> None:
    one = post(site.serve("/x", status=status))
    batch = source(site.url).recheck([one], UNLIMITED)
    assert batch.deleted == ()
    assert f"it answers with status {status}" in batch.faults[0].reason


def test_a_page_that_asks_for_patience_is_no_deletion(site: Site) -> None:
    """It comes with status 200, whatever is asked for, and has no comments."""
    one = post(site.serve("/there", b"<html>We are back soon</html>") + "#comment-1")
    assert source(site.url).recheck([one], UNLIMITED).deleted == ()


@pytest.mark.parametrize(
    ("path", "page", "gone"),
    [
        ("/there/", b"<a href='http://blog.example/there/#respond'>", True),
        ("/?p=7&q=8", b"<a href='/?p=7&amp;q=8'>", True),
        ("/?p=7", b"<a href='/'>", False),
        ("/caf%C3%A9", "<a href='/caf\u00e9'>".encode(), True),
        ("/", b"<a href='/'>", False),
    ],
)
def test_a_page_is_known_by_its_own_address(site: Site, path: str, page: bytes, gone: bool) -> None:
    one = post(site.serve(path, page + b"<li id=comment-2>") + "#comment-1")
    assert bool(source(site.url).recheck([one], UNLIMITED).deleted) is gone


SELF = "<link rel=canonical href=/there>"
FORM = "<form action='https://blog.example/wp-comments-post.php' id=commentform>"


@pytest.mark.parametrize(
    ("place", "page", "gone"),
    [
        ("v2.4.1", "<div id=app></div><script src=app.js></script>", False),
        ("v12", "<h2 id=v13>", False),
        ("section-3", "<h2 id=section-2>", False),
        ("comment-77", "<div id=app></div><script src=app.js></script>", False),
        ("comment-77", "<h1>We value your privacy</h1><button id=accept-1>", False),
        ("comment-77", "<li id=comment-12>", True),
        ("c77", "<li id='c7'>", True),
        ("c77", "<li id='rec12'>", False),
        ("p77", "<a name=p777></a>", True),
        ("post-77", "<div id=post-8>", True),
        ("comment-77", "<li id=li-comment-77><li id=comment-12>", False),
        ("comment-77", "<li id=comment-12><a href='/there/comment-page-2/#comments'>", False),
        ("p77", "<a name=p76><a href='/there?a=b&amp;start=20'>", False),
        ("comment-77", "<li id=comment-12>" + " " * 2_000_000, False),
        ("comment-77", FORM, True),
        ("comment-77", FORM + "<a href='/there?cpage=2'>", False),
        ("comment-77", FORM + "<li id=li-comment-12>", False),
        ("c77", FORM, False),
        ("comment-77", "<div id=disqus_thread></div><section id=comments>", False),
    ],
)
def test_a_place_is_gone_where_the_page_surely_has_lost_it(
    site: Site, place: str, page: str, gone: bool
) -> None:
    one = post(site.serve("/there", (SELF + page).encode()) + "#" + place)
    assert bool(source(site.url).recheck([one], UNLIMITED).deleted) is gone


def test_private_pages_of_hosts_that_nobody_named_are_not_looked_at(site: Site) -> None:
    """Whoever writes an entry chooses its address."""
    strange = post(site.url.replace("127.0.0.1", "localhost") + "/nowhere")
    batch = source(site.url).recheck([strange], UNLIMITED)
    assert batch.deleted == ()
    assert "private address" in batch.faults[0].reason
    assert site.asked == []


def test_a_site_that_has_lost_everything_deletes_nothing(site: Site) -> None:
    site.serve("/", status=404)
    batch = source(site.url).recheck([post(site.url + "/a"), post(site.url + "/b")], UNLIMITED)
    assert batch.deleted == ()
    assert len(batch.faults) == 2
    assert site.paths() == ["/a", "/", "/b"]


def test_a_post_without_an_address_stays(site: Site) -> None:
    assert source(site.url).recheck([post(""), post("javascript:1")], UNLIMITED).deleted == ()
    assert site.asked == []


def test_an_allowance_holds_and_what_is_left_is_told(site: Site) -> None:
    batch = source(site.url).recheck([post(site.url + "/there")] * 3, Spent(13))
    assert len(site.asked) == 2
    assert len(batch.faults) == 1
    assert "nothing is left to spend" in batch.faults[0].reason


def test_private_pages_are_not_looked_at(site: Site) -> None:
    feeds = source("https://blog.example/", allow_private=False)
    batch = feeds.recheck([post(site.url + "/nowhere")], UNLIMITED)
    assert batch.deleted == ()
    assert "private address" in batch.faults[0].reason
    assert site.asked == []
