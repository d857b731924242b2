"""Names of entries, and what is remembered of them."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.model import Author, Post
from sources.feed_parts.cursor import SEEN_BEYOND, UrlState, dump, load, remembered
from sources.feed_parts.document import Entry
from sources.feed_parts.posts import posts_of, site_of

URL = "https://blog.example.org/feed"


def names(*entries: Entry, seen: dict[str, str] | None = None) -> list[str]:
    return [post.native_id for post in posts_of(entries, "blog", seen or {})[0]]


def listed(*entries: Entry, seen: dict[str, str] | None = None) -> dict[str, str]:
    return posts_of(entries, "blog", seen or {})[1]


def test_an_entry_becomes_a_post() -> None:
    entry = Entry(
        id="urn:1",
        link="https://blog.example.org/1",
        title="Title",
        text="Text\0\ud800",
        author="Aino",
        language="en-US",
        published=1_795_255_200.5,
        links=("https://x.example/",),
    )
    assert posts_of([entry], "blog", {})[0] == [
        Post(
            site="blog",
            native_id="urn:1",
            text="Text\ufffd\ufffd",
            title="Title",
            url="https://blog.example.org/1",
            author=Author(name="Aino"),
            published_at=datetime(2026, 11, 21, 10, 0, 0, 500_000, tzinfo=UTC),
            language="en",
            links=("https://x.example/",),
        )
    ]


@pytest.mark.parametrize(
    ("entry", "name"),
    [
        (Entry(id="urn:1", link="https://b.example/1"), "urn:1"),
        (Entry(link="https://b.example/1"), "https://b.example/1"),
        (Entry(id="12345", link="https://b.example/1"), "https://b.example/1"),
        (Entry(id="12345"), "12345"),
        (Entry(id=" a\n b\0 "), "a b\ufffd"),
    ],
)
def test_names(entry: Entry, name: str) -> None:
    assert names(entry) == [name]


def test_an_entry_without_id_and_link_is_named_by_its_content() -> None:
    one, other = Entry(title="a", text="b"), Entry(title="a", text="c")
    assert names(one)[0].startswith("content-")
    assert names(one) != names(other)
    assert names(one) == names(replace(one, author="x"))


def test_a_name_is_never_longer_than_a_database_likes() -> None:
    name, other = names(Entry(id="x" * 600)), names(Entry(id="x" * 601))
    assert len(name[0]) < 100
    assert name != other


def test_languages_that_are_none_are_left_out() -> None:
    stated = ["fi", "pt_BR", " EN ", "english", "e", "x-klingon", "ääk"]
    posts = [posts_of([Entry(id="1", language=one)], "s", {})[0][0] for one in stated]
    assert [post.language for post in posts] == ["fi", "pt", "en", "", "", "", ""]


# --- one id for many entries -------------------------------------------------------------------

OLD = Entry(id="g", link="https://b.example/old", text="old")
NEW = Entry(id="g", link="https://b.example/new", text="new")
TWIN = Entry(id="g", link="https://b.example/new", text="twin")


def test_exact_repeats_are_one_post() -> None:
    assert names(OLD, OLD, OLD) == ["g"]


def test_the_oldest_keeps_the_id_and_none_is_lost() -> None:
    found = names(TWIN, NEW, OLD)
    assert found[0] == "g"
    assert len(set(found)) == 3
    assert all(name.startswith("g#") for name in found[1:])


def test_names_stay_while_entries_come_and_go() -> None:
    seen = listed(OLD)
    assert len(names(NEW, OLD, seen=seen)) == 1
    seen = listed(NEW, OLD, seen=seen)
    assert names(NEW, seen=remembered(seen, listed(NEW, seen=seen))) == []
    assert names(OLD, NEW, seen=seen) == []


def test_an_edit_keeps_its_name() -> None:
    seen = listed(NEW, OLD)
    (name,) = names(replace(NEW, text="edited"), OLD, seen=seen)
    assert name == names(NEW, OLD)[1]
    assert names(replace(NEW, text="edited again"), seen=seen) == [name]


def test_an_id_forged_to_look_like_another_name_breaks_nothing() -> None:
    taken = names(TWIN, NEW, OLD)[1:]
    forged = [Entry(id=name, text=name) for name in taken]
    found = names(TWIN, NEW, OLD, *forged)
    assert len(set(found)) == len(found) >= 3


ENTRIES = st.builds(
    Entry,
    id=st.sampled_from(["", "g", "1", "h"]),
    link=st.sampled_from(["", "https://b.example/1", "https://b.example/2"]),
    title=st.sampled_from(["", "t", "u"]),
    text=st.sampled_from(["", "a", "b"]),
)


@given(st.lists(ENTRIES, max_size=10))
def test_every_different_entry_comes_exactly_once(entries: list[Entry]) -> None:
    posts, seen, _ = posts_of(entries, "blog", {})
    assert len(posts) == len(set(entries)) == len({post.id for post in posts})
    assert posts_of(entries, "blog", seen)[0] == []
    assert posts_of(entries[::-1], "blog", seen)[0] == []


@given(st.lists(ENTRIES, max_size=6), st.lists(ENTRIES, max_size=6))
def test_what_was_seen_does_not_come_again(before: list[Entry], after: list[Entry]) -> None:
    seen = listed(*before)
    told = {(post.url, post.title, post.text) for post in posts_of([*after, *before], "b", seen)[0]}
    assert told <= {(entry.link, entry.title, entry.text) for entry in after}


# --- sites -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "site"),
    [
        ("https://www.Example.org:8080/feed", "example.org"),
        ("http://blog.example.org/", "blog.example.org"),
        ("http://", "feed"),
    ],
)
def test_the_site_is_the_host(url: str, site: str) -> None:
    assert site_of(url) == site


# --- the cursor --------------------------------------------------------------------------------

STATE = UrlState(
    etag='"1"', modified="x", digest="d", fault="f", feed_url="u", not_before=1.5, seen={"a": "b"}
)


def test_the_cursor_holds_the_state() -> None:
    assert load(dump({URL: STATE}), [URL]) == {URL: STATE}


def test_an_address_that_left_is_forgotten_and_a_new_one_begins() -> None:
    assert load(dump({URL: STATE}), ["https://new.example/"]) == {
        "https://new.example/": UrlState()
    }


@pytest.mark.parametrize(
    "cursor",
    [
        None,
        "",
        "{",
        "[]",
        "null",
        "5",
        "[" * 100_000,
        '{"v": 1}',
        '{"v": 1, "urls": []}',
        json.dumps({"v": 2, "urls": {URL: {"etag": "x"}}}),
        json.dumps({"v": 1, "urls": {URL: 5}}),
        json.dumps({"v": 1, "urls": {URL: {"etag": 5}}}),
        json.dumps({"v": 1, "urls": {URL: {"seen": [["a", "b"]]}}}),
        json.dumps({"v": 1, "urls": {URL: {"seen": {"a": 5}}}}),
        json.dumps({"v": 1, "urls": {URL: {"not_before": "soon"}}}),
    ],
)
def test_a_damaged_cursor_starts_afresh(cursor: str | None) -> None:
    assert load(cursor, [URL]) == {URL: UrlState()}


def test_what_the_feed_lists_is_always_remembered_and_the_rest_is_bounded() -> None:
    before = {str(number): "x" for number in range(1_000)}
    now = {str(number): "y" for number in range(900, 2_000)}
    after = remembered(before, now)
    assert len(after) == len(now) + SEEN_BEYOND
    assert now.items() <= after.items()
    assert "899" in after
    assert "0" not in after
