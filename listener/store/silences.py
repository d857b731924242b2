"""What nobody wants told for a while, in SQL, and what was not told for it."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from listener.accounts import account, accounts
from listener.rules import Silence, Silenced
from listener.store.rows import Row, moment, post_of, stamp

if TYPE_CHECKING:
    from sqlite_utils import Database

_NAMES = ("rules", "brands", "sites", "authors", "channels")


def save(db: "Database", silence: Silence) -> int:
    """Keep it under a number of its own."""
    row = _row(silence)
    columns, values = ", ".join(row), ", ".join(f":{column}" for column in row)
    kept = db.execute(f"INSERT INTO silences ({columns}) VALUES ({values}) RETURNING n", row)
    return int(kept.fetchone()["n"])


def end(db: "Database", number: int, now: datetime) -> bool:
    """Let it end now, if it hasn't."""
    ended = db.execute(
        "UPDATE silences SET until = :now WHERE n = :number AND until > :now",
        {"now": stamp(now), "number": number},
    )
    return bool(ended.rowcount)


def holding(db: "Database", now: datetime) -> list[Silence]:
    """Those that hold now."""
    rows = db.execute(
        "SELECT * FROM silences WHERE until > :now AND since <= :now ORDER BY until, n",
        {"now": stamp(now)},
    ).fetchall()
    return [_silence(row) for row in rows]


def note(db: "Database", mention_key: str, silenced: Sequence[Silenced], now: datetime) -> None:
    """Keep in the trail what would have been told."""
    for one in silenced:
        db.execute(
            """INSERT OR IGNORE INTO silenced (at, mention, rule, channel, silence)
               VALUES (?, ?, ?, ?, ?)""",
            (stamp(now), mention_key, one.rule, one.channel, one.silence),
        )


def forget(db: "Database", post_ids: Sequence[str], now: datetime) -> None:
    """No silence names the authors of these posts any longer.

    One that named nobody else ends: without a name it would hold for everybody.
    """
    rows = db.execute(
        f"SELECT * FROM posts WHERE id IN ({','.join('?' * len(post_ids))})", post_ids
    ).fetchall()
    names = {name for row in rows for name in accounts(post_of(row))}
    for row in db.execute("SELECT * FROM silences WHERE authors <> '[]'").fetchall():
        authors = json.loads(row["authors"])
        left = [author for author in authors if account(author) not in names]
        if len(left) < len(authors):
            db.execute(
                """UPDATE silences SET authors = ?, reason = '',
                   until = CASE WHEN ? THEN until ELSE min(until, ?) END WHERE n = ?""",
                (_names_text(frozenset(left)), bool(left), stamp(now), row["n"]),
            )


def _silence(row: Row) -> Silence:
    """The silence that :func:`_row` wrote."""
    names = {name: frozenset(json.loads(row[name])) for name in _NAMES}
    return Silence(
        since=moment(row["since"]),
        until=moment(row["until"]),
        by=row["made_by"],
        reason=row["reason"],
        number=row["n"],
        **names,
    )


def _row(silence: Silence) -> dict[str, object]:
    """Its columns, but for its number."""
    names = {name: _names_text(getattr(silence, name)) for name in _NAMES}
    return {
        "since": stamp(silence.since),
        "until": stamp(silence.until),
        "made_by": silence.by,
        "reason": silence.reason,
        **names,
    }


def _names_text(names: frozenset[str]) -> str:
    """Names as stored."""
    return json.dumps(sorted(names), ensure_ascii=False)
