"""Addresses named as our sources name the posts there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.importing.places import Place, id_of_address, place_of, site_named

ID = "1700000000000000001"


@pytest.mark.parametrize(
    ("url", "place"),
    [
        (f"https://twitter.com/anna/status/{ID}", Place("x", ID, "anna")),
        (f"http://mobile.twitter.com/anna/statuses/{ID}?s=20", Place("x", ID, "anna")),
        (f"https://x.com/i/web/status/{ID}", Place("x", ID)),
        (f"x.com/anna/status/{ID}/photo/1", Place("x", ID, "anna")),
        ("https://x.com/anna", Place("x")),
        ("https://www.reddit.com/r/t/comments/1abc2d/late_again/", Place("reddit", "t3_1abc2d")),
        (
            "https://old.reddit.com/r/travel/comments/1abc2d/late_again/kx9/?context=3",
            Place("reddit", "t1_kx9"),
        ),
        ("https://www.reddit.com/comments/1ABC2D", Place("reddit", "t3_1abc2d")),
        ("https://redd.it/1abc2d", Place("reddit", "t3_1abc2d")),
        ("https://www.reddit.com/settings", Place("reddit")),
        ("https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=1", Place("youtube", "dQw4w9WgXcQ")),
        (
            "https://www.youtube.com/watch?v=dQw4w9WgXcQ&lc=UgzX.9",
            Place("youtube", "UgzX.9"),
        ),
        ("https://youtu.be/dQw4w9WgXcQ", Place("youtube", "dQw4w9WgXcQ")),
        ("https://m.youtube.com/shorts/dQw4w9WgXcQ", Place("youtube", "dQw4w9WgXcQ")),
        ("https://www.youtube.com/somechannel", Place("youtube")),
        (
            "https://bsky.app/profile/did:plc:abc/post/3kx",
            Place("bluesky", "did:plc:abc/3kx"),
        ),
        ("https://bsky.app/profile/anna.example/post/3kx", Place("bluesky", "", "anna.example")),
        ("https://news.ycombinator.com/item?id=38000000", Place("hackernews", "38000000")),
        ("https://news.ycombinator.com/newest", Place("hackernews")),
        ("https://www.tiktok.com/@anna/video/7300000000000000000",
         Place("tiktok", "7300000000000000000", "anna")),
        (
            "https://mastodon.example/@anna/111111111111111111",
            Place("mastodon", "mastodon.example/users/anna/statuses/111111111111111111",
                  "anna@mastodon.example"),
        ),
        ("https://stackoverflow.com/questions/11/why-late", Place("stackoverflow", "11")),
        ("https://dba.stackexchange.com/questions/11/why/12#12", Place("dba", "12")),
        ("https://superuser.com/a/12", Place("superuser", "12")),
        ("https://stackoverflow.com/q/11#comment13_11", Place("stackoverflow", "comment/13")),
        ("https://stackoverflow.com/users/11/anna", Place("stackoverflow")),
        (
            "https://www.linkedin.com/feed/update/urn:li:share:77/",
            Place("linkedin", "urn:li:share:77"),
        ),
        ("https://www.linkedin.com/company/norvia/", Place("linkedin")),
        ("https://www.facebook.com/norvia/posts/123", Place("facebook")),
        ("https://WWW.News.Example.ORG/a?b=c#d", Place("news.example.org")),
        ("news.example.org/a", Place("news.example.org")),
    ],
)  # fmt: skip
def test_a_place(url: str, place: Place) -> None:
    assert place_of(url) == place


def test_an_account_that_is_known_beside_the_address_makes_the_id() -> None:
    url = "https://bsky.app/profile/anna.example/post/3kx"
    assert place_of(url, "did:plc:abc").native_id == "did:plc:abc/3kx"
    assert place_of(url, "12345").native_id == ""


@pytest.mark.parametrize(
    "url", ["", "nothing", "javascript:alert(1)", "http://", "https://[::1", "ftp://a.example/b",
            "mailto:a@example.org", "http://localhost/a", "/a/b.html", "C:\\a.b", "http://a..b/"],
)  # fmt: skip
def test_no_place(url: str) -> None:
    assert place_of(url) == Place("")


@given(st.text(max_size=80), st.text(max_size=20))
def test_any_address_has_a_place_or_none(url: str, author_id: str) -> None:
    place = place_of(url, author_id)
    assert len(place.native_id) <= 500
    assert len(place_of(f"https://youtube.com/watch?{url}").native_id) <= 500
    assert place_of(f"https://x.com/{url}").site in {"x", ""}


def test_names_of_sites() -> None:
    assert [site_named(name) for name in ("Twitter", "X", "REDDIT", "youtube.com", "Blog", "")] == [
        "x", "x", "reddit", "youtube", "", "",
    ]  # fmt: skip


def test_an_address_as_an_id() -> None:
    assert id_of_address("https://a.example/b?c#d") == "https://a.example/b?c"
    long = "https://a.example/" + "b" * 600
    assert id_of_address(long).startswith("long-")
    assert id_of_address(long) != id_of_address(long + "c")
