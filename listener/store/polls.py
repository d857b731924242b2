"""The schedule of sources and what their polls brought, in SQL."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from listener.model import Fault, Mention, Post
from listener.retry import WISH_SECONDS_MAX
from listener.store import answers, removal
from listener.store.leases import NO_LEASE, free_beyond, lease
from listener.store.port import LostLease, Polled, Saved, SourcePlan, SourceTurn
from listener.store.rows import (
    content_mark,
    mention_row,
    moment_or_none,
    post_row,
    stamp,
)

if TYPE_CHECKING:
    from sqlite_utils import Database

REJECTS_KEPT = 20
ANOTHERS = "another source's"


def plan(db: "Database", plans: Iterable[SourcePlan], now: datetime, *, all_due: bool) -> None:
    """Keep what is known of every source; poll only those planned, new ones at once."""
    db.execute("UPDATE sources SET planned = 0")
    for source in plans:
        db.execute(
            """INSERT INTO sources (name, planned, poll_seconds, due_at, watched_since)
               VALUES (?, 1, ?, ?, ?) ON CONFLICT (name) DO UPDATE
               SET planned = 1, poll_seconds = excluded.poll_seconds,
                   due_at = CASE WHEN poll_seconds <> excluded.poll_seconds
                            THEN min(due_at, excluded.due_at) ELSE due_at END""",
            (source.name, source.poll_seconds, stamp(now), stamp(now)),
        )
    # A clock that was wrong for a while must not silence a source until the year it showed.
    db.execute(
        "UPDATE sources SET due_at = min(due_at, ?)",
        (stamp(now + timedelta(seconds=WISH_SECONDS_MAX)),),
    )
    free_beyond(db, now + timedelta(days=1))
    if all_due:
        db.execute("UPDATE sources SET due_at = min(due_at, ?) WHERE planned", (stamp(now),))


def claim(
    db: "Database", owner: str, now: datetime, until: datetime, limit: int
) -> list[SourceTurn]:
    """Lease due sources, the longest due first."""
    names = [
        row["name"]
        for row in db.execute(
            """SELECT name FROM sources WHERE planned AND due_at <= :now
               AND (lease_until IS NULL OR lease_until <= :now) ORDER BY due_at LIMIT :limit""",
            {"now": stamp(now), "limit": limit},
        )
    ]
    token = lease(db, "sources", "name", names, owner=owner, until=until)
    for name in names:
        db.execute("UPDATE sources SET last_try_at = ? WHERE name = ?", (stamp(now), name))
    return [_turn(db, name, token) for name in names]


def save(db: "Database", turn: SourceTurn, polled: Polled) -> Saved:
    """Posts, mentions, faults, coverage and cursor of a poll."""
    saved = _save_posts(db, turn.name, polled)
    answers.save(db, polled.answers)
    posts_deleted = removal.delete(db, polled.deleted, polled.seen_at)
    posts_deleted += removal.delete_by_authors(db, polled.gone, polled.seen_at)
    _save_faults(db, turn.name, polled.faults, polled.seen_at)
    _save_rejects(db, turn.name, polled.rejects, polled.seen_at)
    _save_coverage(db, turn.name, polled)
    changed = db.execute(
        f"""UPDATE sources SET cursor = :cursor, due_at = :due_at, last_ok_at = :now,
            last_post_at = CASE WHEN :new > 0 THEN :now ELSE last_post_at END,
            failures = 0, last_error = '', polls = polls + 1, posts = posts + :new,
            rejects = rejects + :rejects, {NO_LEASE}
            WHERE name = :name AND lease_token = :token""",
        {
            "cursor": polled.cursor,
            "due_at": stamp(polled.due_at),
            "now": stamp(polled.seen_at),
            "new": saved.posts_new,
            "rejects": len(polled.rejects),
            "name": turn.name,
            "token": turn.token,
        },
    ).rowcount
    if not changed:
        raise LostLease(turn.name)
    return Saved(saved.posts_new, saved.posts_edited, posts_deleted, saved.mentions_new)


def fail(db: "Database", turn: SourceTurn, reason: str, due_at: datetime) -> None:
    """Count the failure and keep everything else."""
    changed = db.execute(
        f"""UPDATE sources SET failures = failures + 1, last_error = ?, polls = polls + 1,
            due_at = ?, {NO_LEASE} WHERE name = ? AND lease_token = ?""",
        (reason, stamp(due_at), turn.name, turn.token),
    ).rowcount
    if not changed:
        raise LostLease(turn.name)


def _turn(db: "Database", name: str, token: int) -> SourceTurn:
    row = db.execute(
        """SELECT cursor, failures, last_error,
           (SELECT max(until) FROM coverage WHERE source = name AND cause = '') AS seen_until
           FROM sources WHERE name = ?""",
        (name,),
    ).fetchone()
    return SourceTurn(
        name=name,
        cursor=row["cursor"],
        token=token,
        failures=row["failures"],
        seen_until=moment_or_none(row["seen_until"]),
        last_error=row["last_error"],
    )


def _save_posts(db: "Database", source: str, polled: Polled) -> Saved:
    """Insert what is new, replace what was edited, and settle both's mentions."""
    latest = {post.id: post for post in polled.posts}
    known = _known(db, latest, source)
    new = [post for post in latest.values() if post.id not in known]
    edited = [
        post
        for post in latest.values()
        if post.id in known and known[post.id] not in {content_mark(post), ANOTHERS}
    ]
    if new:
        db.table("posts").insert_all(post_row(post, source, polled.seen_at) for post in new)
    for post in edited:
        _edit_post(db, post, source, polled.seen_at)
    _count_engagement(db, (post for post in latest.values() if post.id in known))
    mentions = {mention.key: mention for mention in polled.mentions}
    _withdraw(db, source, edited, mentions)
    mentions_new = sum(_save_mention(db, mention, polled) for mention in mentions.values())
    _rematch(db, edited, mentions, polled.seen_at)
    return Saved(len(new), len(edited), 0, mentions_new)


def _known(db: "Database", posts: Mapping[str, Post], source: str) -> dict[str, str]:
    """The content marks of known posts. One that another source brought is not ours to edit."""
    known: dict[str, str] = {}
    ids = list(posts)
    for start in range(0, len(ids), 500):
        some = ids[start : start + 500]
        marks = ",".join("?" * len(some))
        rows = db.execute(f"SELECT id, content, source FROM posts WHERE id IN ({marks})", some)
        for row in rows:
            ours = row["source"] == source or not row["content"]
            known[row["id"]] = row["content"] if ours else ANOTHERS
    return known


def _edit_post(db: "Database", post: Post, source: str, now: datetime) -> None:
    row = post_row(post, source, now)
    kept = {"id", "source", "seen_at"} | ({"published_at"} if post.published_at is None else set())
    columns = [column for column in row if column not in kept]
    changes = ", ".join(f"{column} = :{column}" for column in columns)
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


def _save_mention(db: "Database", mention: Mention, polled: Polled) -> int:
    if _marked_as_none(db, mention):
        return 0
    row = mention_row(mention, polled.seen_at)
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
    db: "Database", source: str, edited: Sequence[Post], mentions: Mapping[str, Mention]
) -> None:
    """A mention of this source that an edit removed is one no longer."""
    for post in edited:
        rows = db.execute(
            "SELECT key FROM mentions WHERE post_id = ? AND source = ?", (post.id, source)
        ).fetchall()
        for row in rows:
            if row["key"] not in mentions:
                removal.withdraw(db, row["key"])


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


def _save_faults(db: "Database", source: str, faults: Sequence[Fault], now: datetime) -> None:
    """Places that failed again count on; places that did not are well again."""
    stood = {
        row["place"]: row
        for row in db.execute("SELECT * FROM faults WHERE source = ?", (source,)).fetchall()
    }
    db.execute("DELETE FROM faults WHERE source = ?", (source,))
    for fault in faults:
        before = stood.get(fault.where)
        since = before["since"] if before else stamp(now)
        failures = before["failures"] + 1 if before else 1
        db.execute(
            "INSERT OR REPLACE INTO faults VALUES (?, ?, ?, ?, ?)",
            (source, fault.where, fault.reason, since, failures),
        )


def _save_rejects(db: "Database", source: str, rejects: Sequence[Fault], now: datetime) -> None:
    if not rejects:
        return
    for reject in rejects[-REJECTS_KEPT:]:
        db.execute(
            "INSERT INTO rejects (source, place, reason, at) VALUES (?, ?, ?, ?)",
            (source, reject.where, reject.reason, stamp(now)),
        )
    db.execute(
        """DELETE FROM rejects WHERE source = :source AND n NOT IN
           (SELECT n FROM rejects WHERE source = :source ORDER BY n DESC LIMIT :kept)""",
        {"source": source, "kept": REJECTS_KEPT},
    )


def _save_coverage(db: "Database", source: str, polled: Polled) -> None:
    """Carry the stretch that is being seen on to now, or begin a new one after a gap."""
    now = stamp(polled.seen_at)
    if polled.gap is not None:
        db.execute(
            "INSERT INTO coverage (source, since, until, cause) VALUES (?, ?, ?, ?)",
            (source, stamp(polled.gap.since), stamp(polled.gap.until), polled.gap.cause),
        )
    else:
        carried = db.execute(
            """UPDATE coverage SET until = ? WHERE n = (SELECT n FROM coverage
               WHERE source = ? AND cause = '' ORDER BY until DESC LIMIT 1)""",
            (now, source),
        ).rowcount
        if carried:
            return
    db.execute(
        "INSERT INTO coverage (source, since, until, cause) VALUES (?, ?, ?, '')",
        (source, now, now),
    )
