"""What its site took down, or a person wants forgotten, disappears; that it was there counts on.

The words go at once from every row. What is left of them below the rows, in the search index and
in the log beside the file, is for :mod:`listener.store.scrub`.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from listener.store import people, retractions, scrub, silences
from listener.store.cases import changing, members
from listener.store.leases import NO_LEASE
from listener.store.rows import stamp

if TYPE_CHECKING:
    from sqlite_utils import Database

IDS_AT_ONCE = 500
OURS = "(source = ? OR source NOT IN (SELECT name FROM sources WHERE planned))"
"""Whether a source may change or take down a post: it brought it, or who did is there no more."""

NO_LONGER_KEPT = "not kept: it was about a post that was taken down"


def delete(db: "Database", source: str, post_ids: Iterable[str], now: datetime) -> int:
    """Blank these posts, where they are stored and the source's own. Returns how many were.

    Most ids that a site tells are of posts nobody stored: those cost a share of one look.
    """
    return sum(_blank(db, _standing(db, some, source), now) for some in _some(post_ids))


def delete_by_authors(db: "Database", source: str, authors: Iterable[str], now: datetime) -> int:
    """Blank what the source brought of these authors, named as in ``Batch.gone``."""
    names_of: dict[str, list[str]] = {}
    for author in authors:
        site, _, name = author.partition(":")
        if _bare(name):
            names_of.setdefault(site, []).append(name.strip())
    return sum(
        delete(db, source, _posts_of(db, site, some), now)
        for site, names in names_of.items()
        for some in _some(names)
    )


def _posts_of(db: "Database", site: str, names: Sequence[str]) -> list[str]:
    """The ids of the posts by these accounts.

    A name that is somebody's id is nobody's handle: one may call oneself as another is numbered.
    """
    of_ids = f"FROM posts WHERE site = ? AND author_id IN ({_marks(names)})"
    found = db.execute(f"SELECT id, author_id {of_ids}", (site, *names)).fetchall()
    ids = {row["author_id"] for row in found}
    handles = [at + _bare(name) for name in names if name not in ids for at in ("", "@")]
    found += db.execute(
        f"""SELECT id FROM posts WHERE site = ?
            AND author_handle COLLATE NOCASE IN ({_marks(handles)})""",
        (site, *handles),
    ).fetchall()
    return [row["id"] for row in found]


def _bare(name: str) -> str:
    """The name without what stands before it; empty where nothing else is there."""
    return name.strip().lstrip("@").strip()


def forget(db: "Database", post_ids: Iterable[str], now: datetime) -> int:
    """Blank these posts for good, also those that were blank: no sight brings them back.

    Posts of others name them, and who wrote them, no longer as what they answer.
    """
    ids = list(post_ids)
    for some in _some(ids):
        silences.forget(db, some, now)
        _drop_refused_of(db, some)
        people.forget(db, some)
        db.execute(
            f"UPDATE posts SET forgotten_at = ? WHERE id IN ({_marks(some)})", (stamp(now), *some)
        )
    if ids:
        _unname_forgotten(db)
    return sum(_blank(db, _standing(db, some), now) for some in _some(ids))


def _drop_refused_of(db: "Database", post_ids: Sequence[str]) -> None:
    """What was pushed, is kept for a person to look at, and names who wrote these posts."""
    rows = db.execute(
        f"""SELECT DISTINCT author_handle, author_id, author_name FROM posts
            WHERE id IN ({_marks(post_ids)})""",
        post_ids,
    ).fetchall()
    for name in {_bare(name) for row in rows for name in tuple(row)} - {""}:
        names = (name, json.dumps(name)[1:-1])
        _drop_refused(
            db, " OR ".join(["instr(lower(CAST(body AS TEXT)), lower(?))"] * len(names)), names
        )


def _drop_refused(db: "Database", which: str, values: Sequence[str]) -> None:
    """Blank these of the pushed things that were refused, and the reasons for it."""
    refused = f"FROM arrivals WHERE state = 'refused' AND ({which})"
    db.execute(f"DELETE FROM rejects WHERE place IN (SELECT key {refused})", values)
    db.execute(
        f"""UPDATE arrivals SET body = x'', reason = ? WHERE n IN (SELECT n {refused})""",
        (NO_LONGER_KEPT, *values),
    )


def _unname_forgotten(db: "Database") -> None:
    """In one pass, before their authors' names are blank."""
    of_them = "FROM posts WHERE forgotten_at IS NOT NULL"
    db.execute(
        f"""UPDATE posts SET in_reply_to = '' WHERE in_reply_to <> '' AND (
                (site, in_reply_to) IN (SELECT site, native_id {of_them})
                OR (site, lower(ltrim(in_reply_to, '@'))) IN (
                    SELECT site, lower(ltrim(author_handle, '@')) {of_them}))"""
    )
    db.execute(
        f"""UPDATE posts SET conversation = '' WHERE conversation <> ''
            AND (site, conversation) IN (SELECT site, native_id {of_them})"""
    )


def withdraw(db: "Database", key: str, now: datetime) -> None:
    """Make it a mention no longer."""
    row = db.execute(
        f"UPDATE mentions SET state = 'withdrawn', {NO_LEASE} WHERE key = ? RETURNING post_id",
        (key,),
    ).fetchone()
    if row is not None:
        changing.lost(db, [row["post_id"]], now)


def _standing(db: "Database", ids: Sequence[str], source: str | None = None) -> list[str]:
    """Those that are not blank; of a source, those that it may take down."""
    rows = db.execute(
        f"""SELECT id FROM posts WHERE id IN ({_marks(ids)}) AND deleted_at IS NULL
            AND (? IS NULL OR {OURS})""",
        (*ids, source, source),
    )
    return [row["id"] for row in rows.fetchall()]


def _blank(db: "Database", ids: Sequence[str], now: datetime) -> int:
    """Take back what was told of these posts, and leave nothing of them but that they were."""
    if not ids:
        return 0
    of_them = f"IN ({_marks(ids)})"
    retractions.order(db, ids, now)
    _drop_reasons(db, of_them, ids)
    _drop_refused(db, f"about <> '' AND about {of_them}", ids)
    for statement in (
        f"""UPDATE tags SET reasons = '[]'
            WHERE mention IN (SELECT key FROM mentions WHERE post_id {of_them})""",
        f"""UPDATE mentions SET state = 'withdrawn', evidence = '[]', priority_reasons = '[]',
            verdict_reasons = '[]', {NO_LEASE} WHERE post_id {of_them}""",
        f"""DELETE FROM corrections
            WHERE mention IN (SELECT key FROM mentions WHERE post_id {of_them})""",
        f"DELETE FROM marks WHERE post_id {of_them}",
        f"DELETE FROM answers WHERE post_id {of_them}",
        f"DELETE FROM stories WHERE post_id {of_them}",
        f"DELETE FROM fact_changes WHERE post_id {of_them}",
        f"DELETE FROM supporters WHERE post_id {of_them}",
    ):
        db.execute(statement, ids)
    members.blank(db, ids)
    db.execute(
        f"""UPDATE posts SET title = '', text = '', url = '', author_handle = '',
            author_name = '', author_followers = NULL, author_id = '', author_verified = NULL,
            conversation = '', in_reply_to = '', links = '[]', facts = '{{}}', content = '',
            check_at = NULL,
            deleted_at = ? WHERE id {of_them}""",
        (stamp(now), *ids),
    )
    changing.lost(db, ids, now)
    scrub.want(db, now)
    return len(ids)


def _drop_reasons(db: "Database", of_them: str, ids: Sequence[str]) -> None:
    """Drop what others answered to them: an error message may quote what it refused."""
    tellings = f"""(SELECT key FROM outbox WHERE thread IN (
        SELECT o.thread FROM mentions m JOIN told t ON t.mention = m.key
        JOIN outbox o ON o.key = t.key WHERE m.post_id {of_them}
        UNION SELECT o.thread FROM shown s JOIN outbox o ON o.key = s.key
        WHERE s.post_id {of_them}))"""
    for table in ("outbox", "deliveries"):
        db.execute(
            f"UPDATE {table} SET reason = ? WHERE reason <> '' AND key IN {tellings}",
            (NO_LONGER_KEPT, *ids, *ids),
        )
    places = " UNION ".join(
        f"SELECT {column} FROM posts WHERE id {of_them}" for column in ("id", "native_id", "url")
    )
    db.execute(f"DELETE FROM rejects WHERE place IN ({places})", (*ids, *ids, *ids))


def _some(names: Iterable[str]) -> Iterator[list[str]]:
    """Each name once, so many at a time."""
    distinct = list(dict.fromkeys(names))
    for start in range(0, len(distinct), IDS_AT_ONCE):
        yield distinct[start : start + IDS_AT_ONCE]


def _marks(values: Sequence[str]) -> str:
    return ",".join("?" * len(values))
