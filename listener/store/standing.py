"""How everything stands, in SQL: what ``listener status`` tells."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from listener.budget import uses
from listener.model import Fault
from listener.ports import SHARE_USED_UP
from listener.store import ledger, rechecks, spending
from listener.store.control_book import channel_fact
from listener.store.port import Buried, SourceStatus, StageStatus, Status
from listener.store.rows import Row, moment, moment_or_none, stamp
from listener.store.values import PushedStatus

if TYPE_CHECKING:
    from sqlite_utils import Database

SHOWN_MAX = 20
ALERTS_SHOWN_MAX = 1000


def status(db: "Database", now: datetime) -> Status:
    """Everything at once; ``store`` is filled by whoever probed it."""
    return Status(
        store="ok",
        posts=_count(db, "SELECT count(*) FROM posts"),
        mentions=_count(db, "SELECT count(*) FROM mentions WHERE state <> 'withdrawn'"),
        alerts_delivered=_count(db, "SELECT count(*) FROM outbox WHERE state = 'delivered'"),
        sources=tuple(
            _source(db, row, now)
            for row in db.execute("SELECT * FROM sources WHERE planned ORDER BY name").fetchall()
        ),
        stages={
            "poll": _stage(db, "sources WHERE planned AND due_at {} :now", "due_at", now),
            "intake": _stage(db, "arrivals WHERE state = 'waiting' AND at {} :now", "at", now),
            "tag": _stage(db, "mentions WHERE state = 'new' AND seen_at {} :now", "seen_at", now),
            "send": _stage(db, "outbox WHERE state = 'pending' AND next_at {} :now", "due_at", now),
        },
        buried=_alerts(db, "state = 'buried' ORDER BY settled_at DESC"),
        buried_count=_count(db, "SELECT count(*) FROM outbox WHERE state = 'buried'"),
        alarms=tuple(
            (row["rule"], row["title"])
            for row in db.execute("SELECT rule, title FROM alarms ORDER BY since LIMIT 100")
        ),
        beats={row["role"]: moment(row["at"]) for row in db.execute("SELECT * FROM beats")},
        waiting_by_channel={
            row["channel"]: row["waiting"]
            for row in db.execute(
                """SELECT channel, count(*) AS waiting FROM outbox
                   WHERE state = 'pending' GROUP BY channel"""
            )
        },
        doubts=_count(
            db,
            "SELECT count(*) FROM mentions WHERE verdict = 'review' AND state <> 'withdrawn'",
        ),
        retrying=_alerts(db, "state = 'pending' AND reason <> '' ORDER BY next_at"),
        cases=_cases(db),
        stopped=tuple(
            channel_fact(db, row["channel"])
            for row in db.execute("SELECT channel FROM channel_troubles ORDER BY since").fetchall()
        ),
        desks=tuple(
            (row["channel"], row["last_error"])
            for row in db.execute(
                "SELECT * FROM desks WHERE planned AND failures > 0 ORDER BY channel"
            )
        ),
        pushed=tuple(_pushed(db)),
    )


def _pushed(db: "Database") -> Iterator[PushedStatus]:
    rows = db.execute(
        """SELECT a.source, count(*) AS waiting, min(a.at) AS oldest_at,
           max(coalesce(i.last_error, '')) AS last_error
           FROM arrivals a LEFT JOIN intakes i ON i.source = a.source
           WHERE a.state = 'waiting' GROUP BY a.source ORDER BY a.source"""
    )
    for row in rows.fetchall():
        oldest_at = moment(row["oldest_at"])
        yield PushedStatus(row["source"], row["waiting"], oldest_at, row["last_error"])


def _cases(db: "Database") -> dict[str, int]:
    rows = db.execute(
        "SELECT state, count(*) AS them FROM cases WHERE state <> 'closed' GROUP BY state"
    )
    return {row["state"]: row["them"] for row in rows}


def _count(db: "Database", query: str) -> int:
    return int(db.execute(query).fetchone()[0])


def _stage(db: "Database", what: str, since: str, now: datetime) -> StageStatus:
    at = {"now": stamp(now)}
    due = db.execute(
        f"SELECT count(*) AS waiting, min({since}) AS oldest FROM {what.format('<=')}", at
    ).fetchone()
    later = db.execute(f"SELECT count(*) AS waiting FROM {what.format('>')}", at).fetchone()
    return StageStatus(due["waiting"], moment_or_none(due["oldest"]), later["waiting"])


def _source(db: "Database", row: Row, now: datetime) -> SourceStatus:
    name = row["name"]
    faults = _faults(db, "SELECT place, reason FROM faults WHERE source = ? ORDER BY place", name)
    newest = "SELECT place, reason FROM rejects WHERE source = ? ORDER BY n DESC"
    backfilled, lost = ledger.lengths(db, name, now)
    spent = spending.spending(db, name, now)
    looks = rechecks.standing(db, name)
    return SourceStatus(
        name=name,
        state=_state(row, degraded=bool(faults)),
        due_at=moment(row["due_at"]),
        last_try_at=moment_or_none(row["last_try_at"]),
        last_ok_at=moment_or_none(row["last_ok_at"]),
        last_post_at=moment_or_none(row["last_post_at"]),
        failures=row["failures"],
        last_error=row["last_error"],
        polls=row["polls"],
        posts=row["posts"],
        rejects=row["rejects"],
        faults=faults,
        last_rejects=_faults(db, newest, name),
        gaps=ledger.gaps(db, name, SHOWN_MAX),
        trouble=row["trouble"],
        seen_until=ledger.seen_until(db, name, now),
        backfilled_seconds=backfilled.total_seconds(),
        lost_seconds=lost.total_seconds(),
        spent_day=spent.day,
        spent_month=spent.month,
        budget=uses(spending.limits_of(row), spent, now),
        looks_failures=looks[0],
        looks_error=looks[1],
    )


def _faults(db: "Database", query: str, source: str) -> tuple[Fault, ...]:
    rows = db.execute(f"{query} LIMIT {SHOWN_MAX}", (source,))
    return tuple(Fault(row["place"], row["reason"]) for row in rows)


def _state(row: Row, *, degraded: bool) -> str:
    if row["failures"]:
        return row["trouble"] if row["trouble"] in SHARE_USED_UP else "failing"
    if row["last_ok_at"] is None:
        return "new"
    return "degraded" if degraded else "ok"


def _alerts(db: "Database", which: str) -> tuple[Buried, ...]:
    rows = db.execute(
        f"""SELECT key, channel, reason, coalesce(settled_at, next_at) AS at,
            (SELECT count(*) FROM told WHERE told.key = outbox.key) AS mentions
            FROM outbox WHERE {which} LIMIT {ALERTS_SHOWN_MAX}"""
    )
    return tuple(
        Buried(row["key"], row["channel"], row["reason"], moment(row["at"]), row["mentions"])
        for row in rows
    )
