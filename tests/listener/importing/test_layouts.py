"""The exports of each tool become the posts that our own sources would have brought."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from listener.importing.layouts import FIELDS, LAYOUTS, SENTIMENTS, plain_name
from listener.importing.opening import open_export
from listener.importing.plain import Unreadable
from listener.model import LABELS, Author, Engagement, Post
from tests.listener.importing.exports import (
    BRAND24,
    BRANDWATCH,
    MENTION,
    NEWS,
    SPROUT,
    STATUS,
    THREAD,
    rows,
    write,
)

AT_TEN = datetime(2024, 3, 1, 10, tzinfo=UTC)


def test_brandwatch(tmp_path: Path) -> None:
    path = write(tmp_path, BRANDWATCH)
    header = open_export(path).header
    assert (header.layout.name, header.delimiter, header.line) == ("brandwatch", ",", 5)
    assert header.unused == ("Query Id", "Query Name", "Reach (new)")
    status, thread, news = rows(path)
    assert status.post == Post(
        site="x",
        native_id="1700000000000000001",
        text='Norvia is late, again\nand "nobody" told us',
        url=STATUS,
        author=Author("anna", "Anna A", 1200),
        published_at=AT_TEN,
        language="en",
        engagement=Engagement(likes=40, shares=3, replies=5),
    )
    assert (thread.post.id, thread.post.title) == ("reddit:t3_1abc2d", "Late again")
    assert (thread.post.text, thread.post.url) == ("Norvia is late", THREAD)
    assert thread.post.author == Author("ben")
    assert (news.post.id, news.post.author) == (f"news.example.org:{NEWS}", Author(name="Clara C"))
    assert [row.sentiment for row in (status, thread, news)] == ["negative", "neutral", "positive"]
    assert [row.is_by_address for row in (status, thread, news)] == [False, False, True]


def test_mention(tmp_path: Path) -> None:
    path = write(tmp_path, MENTION, "utf-8-sig")
    header = open_export(path).header
    assert (header.layout.name, header.delimiter) == ("mention", ";")
    status, news = rows(path)
    assert (status.post.id, status.post.published_at) == ("x:1700000000000000001", AT_TEN)
    assert (status.post.author.handle, status.sentiment) == ("anna", "negative")
    assert (news.post.title, news.sentiment) == ("", "positive"), (
        "no more than the text's beginning"
    )


def test_brand24(tmp_path: Path) -> None:
    path = write(tmp_path, BRAND24, "utf-16", "export.tsv")
    header = open_export(path).header
    assert (header.layout.name, header.delimiter) == ("brand24", "\t")
    status, news = rows(path)
    assert status.post.published_at == AT_TEN.replace(hour=12)
    assert status.post.engagement == Engagement(40, 3, 5)
    assert (status.post.author, news.post.author) == (
        Author("anna", followers=1200),
        Author(name="Clara C"),
    )
    assert [status.sentiment, news.sentiment] == ["negative", "positive"]


def test_sprout(tmp_path: Path) -> None:
    path = write(tmp_path, SPROUT)
    export = open_export(path)
    assert (export.header.layout.name, export.dates.order) == ("sprout", "month")
    status, comment = rows(path)
    assert (status.post.published_at, status.post.author.handle) == (AT_TEN, "anna")
    assert (comment.post.site, comment.post.author) == ("facebook", Author(name="Dora D"))
    assert (comment.sentiment, comment.is_by_address) == ("", True)


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_layout_is_in_order(name: str) -> None:
    layout = LAYOUTS[name]
    assert layout.name == name
    assert set(layout.columns) <= set(FIELDS)
    columns = {column for taken in layout.columns.values() for column in taken}
    assert all(plain_name(column) == column for column in columns)
    assert all(len(mark) >= 3 for mark in layout.marks)


def test_sentiments_are_labels_of_ours() -> None:
    assert set(SENTIMENTS.values()) == set(LABELS["sentiment"])


def test_names_are_compared_plainly() -> None:
    assert plain_name("\ufeffSource_ Type ") == plain_name("source type") == "source type"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "it is empty"),
        ("Date,Person,Words\n2024-03-01,anna,hello\n", "it has 'Date', 'Person', 'Words'"),
        ("a\n" * 500, "no tool is known by its columns"),
        ("Query Name,Page Type,Date\n", "no tool is known"),
    ],
)
def test_what_no_tool_is_known_by(text: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match=told) as caught:
        open_export(write(tmp_path, text))
    assert "--mapping" in str(caught.value)
    with pytest.raises(Unreadable, match="as 'brandwatch' calls them"):
        open_export(write(tmp_path, text), LAYOUTS["brandwatch"])
