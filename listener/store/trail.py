"""Who was told what, when and why, in SQL: attempts, what still waits, what a silence held back."""

import heapq
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from listener.store.case_port import Told
from listener.store.rows import Row, moment, stamp

if TYPE_CHECKING:
    from sqlite_utils import Database

PAGE = 500

_ATTEMPTS = """SELECT d.at AS at, d.n AS n, o.channel, o.rule, o.kind, o.key, d.outcome,
        d.reason AS why, o.case_key FROM deliveries d JOIN outbox o ON o.key = d.key"""

_WAITING = """SELECT o.created_at AS at, o.key AS n, o.channel, o.rule, o.kind, o.key,
        'waiting' AS outcome, o.reason AS why, o.case_key FROM outbox o"""

_SILENCED = """SELECT s.at AS at, s.n AS n, s.channel, s.rule, 'mentions' AS kind,
        s.rule || '/' || s.mention || '/' || s.channel AS key, 'silenced' AS outcome,
        'silence ' || s.silence || coalesce(' by ' || x.made_by
            || CASE WHEN x.reason <> '' THEN ': ' || x.reason ELSE '' END, '') AS why,
        coalesce((SELECT case_key FROM case_members c WHERE c.mention = s.mention), '') AS case_key,
        s.mention FROM silenced s LEFT JOIN silences x ON x.n = s.silence"""

_TOLD_OF = "(:mention = '' OR o.key IN (SELECT key FROM told WHERE mention = :mention))"


def trail(
    db: "Database", since: datetime, until: datetime, mention: str, case: str, channel: str
) -> Iterator[Told]:
    """The oldest first, read a page at a time."""
    of = {"until": stamp(until), "mention": mention, "case": case, "channel": channel}
    by_outbox = f"{_TOLD_OF} AND (:case = '' OR o.case_key = :case)"
    by_outbox += " AND (:channel = '' OR o.channel = :channel)"
    by_silence = """(:mention = '' OR s.mention = :mention)
        AND (:channel = '' OR s.channel = :channel) AND (:case = '' OR s.mention IN (
            SELECT mention FROM case_members WHERE case_key = :case))"""
    parts = (
        _paged(db, f"{_ATTEMPTS} WHERE {by_outbox}", ("d.at", "d.n"), since, of),
        _paged(
            db,
            f"{_WAITING} WHERE o.state = 'pending' AND {by_outbox}",
            ("o.created_at", "o.key"),
            since,
            of,
        ),
        _paged(db, f"{_SILENCED} WHERE {by_silence}", ("s.at", "s.n"), since, of),
    )
    for row in heapq.merge(*parts, key=lambda row: str(row["at"])):
        yield _told(row, _mentions(db, row))


def _paged(
    db: "Database", query: str, order: tuple[str, str], since: datetime, of: dict[str, str]
) -> Iterator[Row]:
    at, n = order
    last: dict[str, Any] = {"at": stamp(since), "n": None}
    while True:
        page = db.execute(
            f"""{query} AND {at} >= :at AND {at} < :until
                AND (:n IS NULL OR ({at}, {n}) > (:at, :n)) ORDER BY {at}, {n} LIMIT {PAGE}""",
            of | last,
        ).fetchall()
        yield from page
        if len(page) < PAGE:
            return
        last = {"at": page[-1]["at"], "n": page[-1]["n"]}


def _mentions(db: "Database", row: Row) -> tuple[str, ...]:
    if row["outcome"] == "silenced":
        return (row["mention"],)
    told = db.execute("SELECT mention FROM told WHERE key = ? ORDER BY mention", (row["key"],))
    return tuple(one["mention"] for one in told.fetchall())


def _told(row: Row, mentions: tuple[str, ...]) -> Told:
    return Told(
        at=moment(row["at"]),
        channel=row["channel"],
        rule=row["rule"],
        kind=row["kind"],
        key=row["key"],
        outcome=row["outcome"],
        why=row["why"],
        mentions=mentions,
        case=row["case_key"],
    )
