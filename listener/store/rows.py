"""Between rows and values: the one place that knows both the columns and the words."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple
from datetime import UTC, datetime
from typing import Any

from listener.corrections import PERSON
from listener.model import Author, Engagement, Evidence, Mention, Post, Priority, Tag, Verdict
from listener.recheck_due import next_check

Row = Mapping[str, Any]


def stamp(moment: datetime) -> str:
    """A moment as stored: UTC, of fixed length, sortable as text."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def moment(stamped: str) -> datetime:
    """What :func:`stamp` wrote."""
    return datetime.fromisoformat(stamped)


def moment_or_none(stamped: str | None) -> datetime | None:
    """What :func:`stamp` wrote, where something was written."""
    return None if stamped is None else moment(stamped)


def content_mark(post: Post) -> str:
    """Changes when what a reader sees of the post changes: its title, text or address."""
    seen = "\x00".join((post.title, post.text, post.url))
    return hashlib.blake2b(seen.encode(), digest_size=12).hexdigest()


def post_row(
    post: Post, source: str, seen_at: datetime, *, dear: bool = False
) -> dict[str, object]:
    """A post's columns. One without a time was published when it was seen.

    ``dear``: each further look at it costs, and so they are few.
    """
    published_at = post.published_at or seen_at
    check_at = next_check(published_at, seen_at, dear=dear)
    return {
        "id": post.id,
        "site": post.site,
        "native_id": post.native_id,
        "source": source,
        "title": post.title,
        "text": post.text,
        "url": post.url,
        "author_handle": post.author.handle,
        "author_name": post.author.name,
        "author_followers": post.author.followers,
        "author_id": post.author.id,
        "author_verified": post.author.verified,
        "conversation": post.conversation,
        "published_at": stamp(published_at),
        "seen_at": stamp(seen_at),
        "check_at": stamp(check_at) if check_at else None,
        "language": post.language,
        "in_reply_to": post.in_reply_to,
        "likes": post.engagement.likes,
        "shares": post.engagement.shares,
        "replies": post.engagement.replies,
        "views": post.engagement.views,
        "links": json.dumps(post.links),
        "medium": post.medium,
        "facts": facts_text(post),
        "content": content_mark(post),
    }


def post_of(row: Row) -> Post:
    """The post that :func:`post_row` wrote."""
    return Post(
        site=row["site"],
        native_id=row["native_id"],
        text=row["text"],
        title=row["title"],
        url=row["url"],
        author=_author_of(row),
        published_at=moment(row["published_at"]),
        language=row["language"],
        in_reply_to=row["in_reply_to"],
        engagement=Engagement(row["likes"], row["shares"], row["replies"], row["views"]),
        links=tuple(json.loads(row["links"])),
        conversation=row["conversation"],
        facts=tuple(json.loads(row["facts"]).items()),
        medium=row["medium"],
    )


def facts_text(post: Post) -> str:
    """What its site tells beside the words, as stored."""
    return json.dumps(dict(post.facts), ensure_ascii=False)


def _author_of(row: Row) -> Author:
    verified = row["author_verified"]
    return Author(
        handle=row["author_handle"],
        name=row["author_name"],
        followers=row["author_followers"],
        id=row["author_id"],
        verified=None if verified is None else bool(verified),
    )


def mention_row(mention: Mention, seen_at: datetime) -> dict[str, object]:
    """A fresh mention's columns."""
    return {
        "key": mention.key,
        "post_id": mention.post.id,
        "brand": mention.brand,
        "source": mention.source,
        "directness": mention.directness,
        "evidence": evidence_text(mention.evidence),
        "verdict": mention.verdict.label,
        "verdict_score": mention.verdict.score,
        "verdict_reasons": json.dumps(mention.verdict.reasons, ensure_ascii=False),
        "published_at": stamp(mention.post.published_at or seen_at),
        "seen_at": stamp(seen_at),
    }


def mention_of(row: Row, tags: Sequence[Tag]) -> Mention:
    """A mention from its own columns and its post's, joined; its time column is the post's."""
    return Mention(
        post=post_of(row),
        brand=row["brand"],
        directness=row["directness"],
        evidence=evidence_of(row),
        tags=tuple(tags),
        priority=Priority(row["priority"], tuple(json.loads(row["priority_reasons"]))),
        source=row["mention_source"],
        verdict=Verdict(
            row["verdict"], row["verdict_score"], tuple(json.loads(row["verdict_reasons"]))
        ),
        answered_at=moment_or_none(row["answered_at"]),
    )


def evidence_of(row: Row) -> tuple[Evidence, ...]:
    """What a row's ``evidence`` says."""
    return tuple(Evidence(*found) for found in json.loads(row["evidence"]))


def evidence_text(evidence: Iterable[Evidence]) -> str:
    """Evidence as stored."""
    return json.dumps([astuple(one) for one in evidence], ensure_ascii=False)


def tag_row(mention_key: str, tag: Tag, tagged_at: str) -> tuple[object, ...]:
    """A tag's columns, in the table's order."""
    reasons = json.dumps(tag.reasons, ensure_ascii=False)
    chances = json.dumps(dict(tag.chances), ensure_ascii=False)
    return (mention_key, tag.kind, tag.by, tag.label, tag.score, reasons, tagged_at, chances)


def tag_of(row: Row) -> Tag:
    """The tag that :func:`tag_row` wrote."""
    reasons = tuple(json.loads(row["reasons"]))
    chances = tuple(json.loads(row["chances"]).items())
    return Tag(row["kind"], row["label"], row["score"], reasons, row["made_by"], chances)


BY_PEOPLE = f"made_by GLOB '{PERSON}*'"
"""Whether a tag is a person's. It stands above every classifier's, whenever that was made."""


MENTION_COLUMNS = """
    p.site, p.native_id, p.text, p.title, p.url, p.author_handle, p.author_name,
    p.author_followers, p.author_id, p.author_verified, p.conversation,
    p.published_at, p.language, p.in_reply_to, p.likes, p.shares, p.replies, p.views, p.links,
    p.medium, p.facts,
    p.deleted_at,
    m.key, m.brand, m.directness, m.evidence, m.verdict, m.verdict_score, m.verdict_reasons,
    m.priority, m.priority_reasons,
    m.source AS mention_source, m.attempts, m.lease_token,
    (SELECT min(a.answered_at) FROM answers a WHERE a.parent = p.id AND a.brand = m.brand)
        AS answered_at
"""
"""What :func:`mention_of` needs of ``mentions m JOIN posts p``."""
