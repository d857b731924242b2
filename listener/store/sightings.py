"""What was seen of posts, in SQL: the new ones, the edited ones, and the mentions in them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from listener.model import Mention, Post
from listener.store import corrections, particulars, removal
from listener.store.leases import NO_LEASE
from listener.store.port import Saved
from listener.store.rows import content_mark, mention_row, post_row

if TYPE_CHECKING:
    from sqlite_utils import Database

ANOTHERS = "another source's"
FORGOTTEN = "forgotten"


def save(
    db: "Database",
    source: str,
    posts: Iterable[Post],
    found: Iterable[Mention],
    now: datetime,
) -> Saved:
    """Insert what is new, replace what was edited, and settle both's mentions."""
    latest = {post.id: post for post in posts}
    _adopt(db, list(latest), source)
    known = _known(db, latest, source)
    new = [post for post in latest.values() if post.id not in known]
    edited = [
        post
        for post in latest.values()
        if post.id in known and known[post.id] not in {content_mark(post), ANOTHERS, FORGOTTEN}
    ]
    dear = looks_are_dear(db, source)
    if new:
        db.table("posts").insert_all(post_row(post, source, now, dear=dear) for post in new)
    for post in edited:
        _edit_post(db, post, source, now, dear=dear)
    _count_engagement(db, (post for post in latest.values() if post.id in known))
    ours = [post for post in latest.values() if known.get(post.id) not in {ANOTHERS, FORGOTTEN}]
    particulars.save(db, ours, now)
    mentions = {one.key: one for one in found if known.get(one.post.id) != FORGOTTEN}
    _withdraw(db, source, edited, mentions, now)
    mentions_new = sum(_save_mention(db, mention, now) for mention in mentions.values())
    _rematch(db, edited, mentions, now)
    return Saved(len(new), len(edited), 0, mentions_new)


def _known(db: "Database", posts: Mapping[str, Post], source: str) -> dict[str, str]:
    """The content marks of known posts. Not ours to edit is one that another source brought.

    One that was taken down may be there again, but through its own source only; one forgotten
    never is.
    """
    known: dict[str, str] = {}
    ids = list(posts)
    for start in range(0, len(ids), 500):
        some = ids[start : start + 500]
        marks = ",".join("?" * len(some))
        rows = db.execute(
            f"SELECT id, content, source, forgotten_at FROM posts WHERE id IN ({marks})", some
        )
        for row in rows:
            content = row["content"] if row["source"] == source else ANOTHERS
            known[row["id"]] = FORGOTTEN if row["forgotten_at"] else content
    return known


def _adopt(db: "Database", ids: Sequence[str], source: str) -> None:
    """What a source brought that is there no more, such as one renamed, is ours from now on."""
    for start in range(0, len(ids), 500):
        some = ids[start : start + 500]
        marks = ",".join("?" * len(some))
        for table, column in (("posts", "id"), ("mentions", "post_id")):
            db.execute(
                f"""UPDATE {table} SET source = ? WHERE {column} IN ({marks}) AND source <> ?
                    AND {removal.OURS}""",
                (source, *some, source, source),
            )


def looks_are_dear(db: "Database", source: str) -> bool:
    """Whether a second look at what this source brought costs as much as the first."""
    row = db.execute("SELECT dear FROM rechecks WHERE source = ?", (source,)).fetchone()
    return bool(row and row["dear"])


def _edit_post(db: "Database", post: Post, source: str, now: datetime, *, dear: bool) -> None:
    """What was seen before can't have been published since: such a time is that of the edit."""
    row = post_row(post, source, now, dear=dear)
    kept = {"id", "source", "seen_at", "published_at"}
    changes = ", ".join(f"{column} = :{column}" for column in row if column not in kept)
    if post.published_at is not None:
        stands = "CASE WHEN :published_at > seen_at THEN published_at ELSE :published_at END"
        changes += f", published_at = {stands}"
    db.execute(
        f"UPDATE posts SET {changes}, edited_at = :seen_at, deleted_at = NULL WHERE id = :id", row
    )


def _count_engagement(db: "Database", posts: Iterable[Post]) -> None:
    for post in posts:
        counts = post.engagement
        numbers = (counts.likes, counts.shares, counts.replies, counts.views)
        if any(numbers):
            db.execute(
                "UPDATE posts SET likes = ?, shares = ?, replies = ?, views = ? WHERE id = ?",
                (*numbers, post.id),
            )


def _save_mention(db: "Database", mention: Mention, now: datetime) -> int:
    if _marked_as_none(db, mention):
        return 0
    row = mention_row(mention, now)
    columns = ", ".join(row)
    values = ", ".join(f":{column}" for column in row)
    return db.execute(
        f"""INSERT INTO mentions ({columns}) VALUES ({values}) ON CONFLICT (key) DO UPDATE
            SET state = 'new', attempts = 0, evidence = excluded.evidence,
            directness = excluded.directness, source = excluded.source,
            verdict = excluded.verdict, verdict_score = excluded.verdict_score,
            verdict_reasons = excluded.verdict_reasons
            WHERE mentions.state = 'withdrawn'""",
        row,
    ).rowcount


def _settle(db: "Database", mention: Mention) -> None:
    """What a person said is a mention is in doubt no more, whatever an edit makes of it."""
    db.execute(
        """UPDATE mentions SET verdict = 'yes', verdict_score = 1 WHERE key = ? AND EXISTS
           (SELECT 1 FROM marks WHERE post_id = ? AND brand = ? AND about)""",
        (mention.key, mention.post.id, mention.brand),
    )


def _marked_as_none(db: "Database", mention: Mention) -> bool:
    """What a person said is no mention stays none, whatever a later poll finds in it."""
    marked = "SELECT 1 FROM marks WHERE post_id = ? AND brand = ? AND NOT about"
    return db.execute(marked, (mention.post.id, mention.brand)).fetchone() is not None


def _withdraw(
    db: "Database",
    source: str,
    edited: Sequence[Post],
    mentions: Mapping[str, Mention],
    now: datetime,
) -> None:
    """A mention of this source that an edit removed is one no longer."""
    for post in edited:
        rows = db.execute(
            "SELECT key FROM mentions WHERE post_id = ? AND source = ?", (post.id, source)
        ).fetchall()
        for row in rows:
            if row["key"] not in mentions:
                removal.withdraw(db, row["key"], now)


def _rematch(
    db: "Database", edited: Sequence[Post], mentions: Mapping[str, Mention], now: datetime
) -> None:
    """A mention whose words changed is judged again; what was told stays told."""
    changed = {post.id for post in edited}
    for mention in mentions.values():
        if mention.post.id in changed and not _marked_as_none(db, mention):
            db.execute(
                f"""UPDATE mentions SET evidence = :evidence, directness = :directness,
                    verdict = :verdict, verdict_score = :verdict_score,
                    verdict_reasons = :verdict_reasons, state = 'new', attempts = 0, {NO_LEASE}
                    WHERE key = :key""",
                mention_row(mention, now),
            )
            _settle(db, mention)
            corrections.drop_tags(db, mention.key)
