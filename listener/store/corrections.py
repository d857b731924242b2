"""Corrections, in SQL: kept for good, the newest one as a tag of its mention."""

import json
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from listener.corrections import Correction, as_it_stands, as_tag
from listener.model import Mention, Tag
from listener.priority import rank
from listener.store.learning_port import CorrectionKept, Standing
from listener.store.mentions import SQL_VARIABLES_MAX, with_tags
from listener.store.rows import BY_PEOPLE, MENTION_COLUMNS, Row, moment, stamp, tag_row

if TYPE_CHECKING:
    from sqlite_utils import Database

_COUNTS = "c.label <> '' AND c.at >= coalesce(p.edited_at, '')"
"""Not about words that were changed since."""
_NEWEST = "ORDER BY c.at DESC, c.n DESC LIMIT 1"


def keep(db: "Database", said: Correction) -> CorrectionKept:
    """Keep it, where its mention stands and has the words that it is about."""
    row = db.execute(
        """SELECT m.state, p.edited_at FROM mentions m JOIN posts p ON p.id = m.post_id
           WHERE m.key = ?""",
        (said.mention,),
    ).fetchone()
    if row is None:
        return CorrectionKept("no mention")
    if row["state"] == "withdrawn":
        return CorrectionKept("withdrawn")
    if row["edited_at"] and stamp(said.at) < row["edited_at"]:
        return CorrectionKept("outdated")
    was = _mentions(db, [said.mention])[0].label(said.kind)
    if _is_known(db, said):
        return CorrectionKept("known", was)
    number = _insert(db, said)
    newest = _newest(db, said.mention, said.kind)
    if newest is None or newest["n"] != number:
        return CorrectionKept("superseded", was)
    _show(db, said)
    rank_anew(db, [said.mention])
    return CorrectionKept("confirmed" if was == said.label else "corrected", was)


def put_tags(db: "Database", key: str, tags: Sequence[Tag], now: datetime) -> None:
    """Put these tags to the mention, beside those by others."""
    for tag in tags:
        db.execute(
            "INSERT OR REPLACE INTO tags VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            tag_row(key, tag, stamp(now)),
        )


def rank_anew(db: "Database", keys: Sequence[str]) -> None:
    """Give tagged mentions the priority of what stands by now, people's tags included."""
    for mention in _mentions(db, keys):
        priority = rank(as_it_stands(mention))
        reasons = json.dumps(priority.reasons, ensure_ascii=False)
        db.execute(
            """UPDATE mentions SET priority = ?, priority_reasons = ?
               WHERE key = ? AND state = 'tagged'""",
            (priority.score, reasons, mention.key),
        )


def is_corrected(db: "Database", key: str) -> bool:
    """Whether a person said something of its tags that stands."""
    said = f"SELECT 1 FROM tags WHERE mention = ? AND {BY_PEOPLE} LIMIT 1"
    return db.execute(said, (key,)).fetchone() is not None


def drop_tags(db: "Database", key: str) -> None:
    """What people said was about other words than the mention has by now."""
    db.execute(f"DELETE FROM tags WHERE mention = ? AND {BY_PEOPLE}", (key,))


def called(db: "Database", name: str, brand: str) -> list[str]:
    """The keys of the mentions of this key or post."""
    rows = db.execute(
        """SELECT key FROM mentions WHERE key = :name
           OR (post_id = :name AND :brand IN ('', brand)) ORDER BY key""",
        {"name": name, "brand": brand},
    )
    return [row["key"] for row in rows.fetchall()]


def standing(
    db: "Database", kinds: Collection[str], brand: str, since: datetime | None
) -> Iterator[Standing]:
    """Those that count, the oldest first, read a page at a time."""
    of_kinds = f"AND c.kind IN ({','.join('?' * len(kinds))})" if kinds else ""
    last: tuple[Any, ...] = (stamp(since) if since else "", -1)
    while True:
        page = db.execute(
            f"""SELECT {MENTION_COLUMNS}, c.n AS said_n, c.kind AS said_kind,
                c.label AS said_label, c.made_by AS said_by, c.at AS said_at
                FROM corrections c JOIN mentions m ON m.key = c.mention
                JOIN posts p ON p.id = m.post_id
                WHERE (c.at, c.n) > (?, ?) AND m.state <> 'withdrawn' AND {_COUNTS}
                AND ? IN ('', m.brand) {of_kinds} AND NOT EXISTS (
                    SELECT 1 FROM corrections d WHERE d.mention = c.mention AND d.kind = c.kind
                    AND d.label <> '' AND (d.at, d.n) > (c.at, c.n))
                ORDER BY c.at, c.n LIMIT ?""",
            (*last, brand, *kinds, SQL_VARIABLES_MAX),
        ).fetchall()
        for row, mention in zip(page, with_tags(db, page), strict=True):
            yield Standing(row["said_n"], _correction_of(row), mention)
        if len(page) < SQL_VARIABLES_MAX:
            return
        last = (page[-1]["said_at"], page[-1]["said_n"])


def _correction_of(row: Row) -> Correction:
    return Correction(
        row["key"], row["said_kind"], row["said_label"], row["said_by"], moment(row["said_at"])
    )


def _mentions(db: "Database", keys: Sequence[str]) -> list[Mention]:
    found: list[Mention] = []
    for start in range(0, len(keys), SQL_VARIABLES_MAX):
        some = keys[start : start + SQL_VARIABLES_MAX]
        rows = db.execute(
            f"""SELECT {MENTION_COLUMNS} FROM mentions m JOIN posts p ON p.id = m.post_id
                WHERE m.key IN ({",".join("?" * len(some))})""",
            some,
        ).fetchall()
        found.extend(with_tags(db, rows))
    return found


def _newest(db: "Database", key: str, kind: str) -> Row | None:
    """The correction of this kind that counts."""
    row: Row | None = db.execute(
        f"""SELECT c.* FROM corrections c JOIN mentions m ON m.key = c.mention
            JOIN posts p ON p.id = m.post_id WHERE c.mention = ? AND c.kind = ? AND {_COUNTS}
            {_NEWEST}""",
        (key, kind),
    ).fetchone()
    return row


def _is_known(db: "Database", said: Correction) -> bool:
    """Whether the same person said the same last, or just then."""
    newest = _newest(db, said.mention, said.kind)
    if newest and (newest["label"], newest["made_by"]) == (said.label, said.by):
        return True
    same = db.execute(
        """SELECT 1 FROM corrections WHERE mention = ? AND kind = ? AND label = ?
           AND made_by = ? AND at = ?""",
        (said.mention, said.kind, said.label, said.by, stamp(said.at)),
    )
    return same.fetchone() is not None


def _insert(db: "Database", said: Correction) -> int:
    row = (said.mention, said.kind, said.label, said.by, stamp(said.at))
    cursor = db.execute(
        """INSERT INTO corrections (mention, kind, label, made_by, at) VALUES (?, ?, ?, ?, ?)
           RETURNING n""",
        row,
    )
    return int(cursor.fetchone()["n"])


def _show(db: "Database", said: Correction) -> None:
    """One person's word at a time stands as a tag; who said what before is in the book."""
    db.execute(
        f"DELETE FROM tags WHERE mention = ? AND kind = ? AND {BY_PEOPLE}",
        (said.mention, said.kind),
    )
    put_tags(db, said.mention, [as_tag(said)], said.at)
