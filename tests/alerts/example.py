"""Alerts to tell, and strangers who mean no good."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from listener.model import Alert, Author, Evidence, Mention, Post, Priority, Tag

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
ESCAPES = "\x1b[31mred\x1b]0;title\x07 \x9b2J \x00 a\rb \u202etxt.exe \u200b@here"


def mention(number: int = 1, **changes: Any) -> Mention:
    post = Post(
        site="example.org",
        native_id=str(number),
        text=f"Finnairilla lento {number} peruttiin & kukaan ei vastaa <puhelimeen>!",
        title="Peruttu lento",
        url=f"https://example.org/posts/{number}?a=1&b=2",
        author=Author(handle="@matti", name="Matti M.", followers=1200),
        published_at=NOON,
        language="fi",
    )
    return Mention(
        post=replace(post, **changes),
        brand="finnair",
        directness="indirect",
        evidence=(Evidence("name", "Finnairilla", 0, 11),),
        tags=(
            Tag("sentiment", "negative", 0.9, by="words"),
            Tag("urgency", "high", 0.8, ("peruttiin",), by="words"),
            Tag("intent", "complaint", 0.8, by="words"),
            Tag("language", "fi", 0.99, by="language"),
        ),
        priority=Priority(min(50 + number, 100), ("urgent", "negative toward the brand")),
    )


def alert(*mentions: Mention, **changes: Any) -> Alert:
    told = Alert(
        key="urgent/example.org:1#finnair/service",
        thread="urgent/example.org:1#finnair/service",
        rule="urgent",
        channel="service",
        kind="mentions",
        created_at=NOON,
        title="finnair: urgent complaint on example.org by @matti",
        mentions=mentions or (mention(),),
        priority=51,
    )
    return replace(told, **changes)


def everywhere(words: str) -> Alert:
    """An alert with these words in every field that a stranger can fill."""
    post = Post(
        site=words,
        native_id=words,
        text=words,
        title=words,
        url=words,
        author=Author(words, words, 1),
        language=words,
        in_reply_to=words,
    )
    hostile = Mention(
        post=post,
        brand="finnair",
        evidence=(Evidence("name", words, 0, 1),),
        tags=(Tag("urgency", "high", 0.5, (words,)), Tag("intent", words, 0.5)),
        priority=Priority(80, (words,)),
    )
    return alert(hostile, key=words, thread=words, title=words, body=words, earlier=(hostile,))
