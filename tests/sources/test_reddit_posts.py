"""Reddit's things as posts: texts, links, what was taken down, what can't be read."""

from datetime import UTC, datetime
from typing import Any

import pytest

from sources.reddit_parts.posts import Thing, from_markdown, thing_of


def link(**fields: Any) -> dict[str, Any]:
    data = {
        "name": "t3_abc",
        "author": "ada",
        "author_fullname": "t2_1",
        "title": "A title",
        "selftext": "",
        "selftext_html": None,
        "is_self": True,
        "url": "https://www.reddit.com/r/a/comments/abc/a_title/",
        "permalink": "/r/a/comments/abc/a_title/",
        "created_utc": 1_763_726_400.0,
        "score": 12,
        "num_comments": 3,
        "num_crossposts": 1,
        "removed_by_category": None,
    }
    return {"kind": "t3", "data": data | fields}


def comment(**fields: Any) -> dict[str, Any]:
    data = {
        "name": "t1_def",
        "author": "bo",
        "body": "plain",
        "body_html": '<div class="md"><p>plain</p></div>',
        "link_id": "t3_abc",
        "parent_id": "t1_aaa",
        "permalink": "/r/a/comments/abc/a_title/def/",
        "created_utc": 1_763_726_400,
        "score": -4,
    }
    return {"kind": "t1", "data": data | fields}


def post(child: object) -> Any:
    found = thing_of(child).post
    assert found is not None
    return found


def test_a_submission_of_text() -> None:
    found = post(link(selftext="x", selftext_html="<p>One &amp; <b>two</b></p><p>three</p>"))
    assert (found.title, found.text) == ("A title", "One & two\nthree")
    assert found.published_at == datetime(2025, 11, 21, 12, tzinfo=UTC)
    assert (found.engagement.likes, found.engagement.replies, found.engagement.shares) == (12, 3, 1)
    assert found.links == ()
    assert found.url == "https://www.reddit.com/r/a/comments/abc/a_title/"


def test_a_submission_of_a_link() -> None:
    found = post(link(is_self=False, url="https://norvia.example/a?b=1&c=2"))
    assert found.links == ("https://norvia.example/a?b=1&c=2",)


def test_a_gallery_with_captions_and_a_poll() -> None:
    items = [
        {"caption": "Norvia  lamp", "media_id": "m1", "outbound_url": "https://norvia.example/l"},
        {"media_id": "m2"},
        "no item",
    ]
    options = [{"id": "1", "text": "Yes"}, {"id": "2", "text": "No"}]
    found = post(link(gallery_data={"items": items}, poll_data={"options": options}))
    assert found.text == "Norvia lamp\nYes\nNo"
    assert found.links == ("https://norvia.example/l",)


def test_a_crosspost_points_at_its_original() -> None:
    original = {"permalink": "/r/b/comments/xyz/first/", "selftext": "theirs"}
    found = post(
        link(is_self=False, url="/r/b/comments/xyz/first/", crosspost_parent_list=[original])
    )
    assert found.links == ("https://www.reddit.com/r/b/comments/xyz/first/",)
    assert "theirs" not in found.text


def test_a_comment_with_links() -> None:
    html = (
        '<div><p>See <a href="https://norvia.example">this</a> and <a href="/r/a">r/a</a></p></div>'
    )
    found = post(comment(body_html=html))
    assert found.text == "See this and r/a"
    assert found.links == ("https://norvia.example", "https://www.reddit.com/r/a")
    assert (found.conversation, found.in_reply_to) == ("t3_abc", "t1_aaa")
    assert found.engagement.likes == 0  # votes down are no reach


def test_without_html_the_markdown_is_read() -> None:
    found = post(
        comment(body="A &amp; B&#x200B;, [here](https://norvia.example/x)", body_html=None)
    )
    assert found.text == "A & B\u200b, here"
    assert found.links == ("https://norvia.example/x",)


@pytest.mark.parametrize("markdown", ["[" * 20_000, "[a](" * 20_000, "[](x)" * 5_000, "(" * 9_999])
def test_odd_markdown_takes_no_time(markdown: str) -> None:
    text, links = from_markdown(markdown)
    assert len(text) <= len(markdown)
    assert len(links) <= 50


@pytest.mark.parametrize(
    ("child", "is_author_gone"),
    [
        (link(author="[deleted]", selftext="[deleted]"), False),
        (link(author="[deleted]", selftext="still here"), True),
        (link(author=None, selftext="still here"), True),
        (link(selftext="[removed]"), False),
        (link(selftext="[ Removed by Reddit ]"), False),
        (link(title="[deleted by user]"), False),
        (link(removed_by_category="moderator", selftext="the words"), False),
        (comment(body="[deleted]", author="[deleted]"), False),
        (comment(body="[removed]"), False),
        (comment(author="[deleted]"), True),
    ],
)
def test_what_was_taken_down_is_no_post(child: object, is_author_gone: bool) -> None:
    thing = thing_of(child)
    assert thing.post is None
    assert thing.is_author_gone == is_author_gone
    assert thing.mark == "-"


def test_words_about_deletion_are_a_post() -> None:
    assert post(comment(body="why was my comment [deleted]?")).native_id == "t1_def"


@pytest.mark.parametrize(
    "child",
    [
        None,
        [],
        {},
        {"kind": "more", "data": {"name": "t1__"}},
        {"kind": "t3", "data": None},
        link(name=None),
        link(name="t1_abc"),
        link(name="t3_ABC&x"),
        link(created_utc=None),
        link(created_utc=1e30),
        link(created_utc=True),
        link(author=["ada"]),
    ],
)
def test_what_is_no_thing_is_refused_in_words(child: object) -> None:
    with pytest.raises(ValueError, match="it "):
        thing_of(child)


@pytest.mark.parametrize("value", [None, [], {}, 7, -1.5, True, "x", [[]], {"a": 1}])
def test_a_field_of_another_kind_costs_only_itself(value: object) -> None:
    spared = {"name", "created_utc", "author"}
    for base in (link(selftext="Norvia"), comment()):
        for key in set(base["data"]) - spared | {"gallery_data", "crosspost_parent_list"}:
            thing = thing_of({**base, "data": base["data"] | {key: value}})
            assert isinstance(thing, Thing)


def test_votes_change_no_mark_and_words_do() -> None:
    first = thing_of(link(score=1)).mark
    assert thing_of(link(score=900)).mark == first
    assert thing_of(link(title="Another")).mark != first
