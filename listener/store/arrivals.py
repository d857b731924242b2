"""What others push to us, on SQLite: see :class:`listener.store.push_port.ArrivalBook`."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from listener.model import NOTHING_SPENT, Fault
from listener.ports import Arrival
from listener.retry import WISH_SECONDS_MAX
from listener.store import polls, spending
from listener.store.connection import Connection
from listener.store.leases import NO_LEASE, lease
from listener.store.push_port import IntakeTurn, Pushed, RefusedPush
from listener.store.rows import Row, moment, stamp
from listener.store.values import LostLease, Polled, Saved

if TYPE_CHECKING:
    from sqlite_utils import Database

AT_ONCE = (500, 20, 1)
"""How much is taken after no failure, one, or more: what breaks a turn ends up alone in it."""

BYTES_AT_ONCE = 16_000_000

KNOWN_FOR = timedelta(days=7)
REFUSED_FOR = timedelta(days=30)

_OUTLIVED = "arrivals WHERE settled_at < ? AND (state = 'taken' OR settled_at < ?)"


_MAY_BE = "(a.due_at <= :now OR a.due_at > :far)"
"""It need not wait; or so long as nobody can want: a clock was wrong when that was written."""


class SqliteArrivals:
    """An :class:`listener.store.push_port.ArrivalBook` on the connection of a store."""

    def __init__(self, connection: Connection, owner: str) -> None:
        self._connection = connection
        self._owner = owner

    def keep(self, pushed: Sequence[Pushed], now: datetime) -> int:
        with self._connection.writing() as db:
            return sum(_keep(db, one, now) for one in pushed)

    def claim(
        self, sources: Collection[str], now: datetime, lease_seconds: float
    ) -> list[IntakeTurn]:
        with self._connection.reading() as db:
            due = [source for source in sources if _is_due(db, source, now)]
            is_tidy = _is_tidy(db, now)
        if not due and is_tidy:
            return []
        until = now + timedelta(seconds=lease_seconds)
        with self._connection.writing() as db:
            _tidy(db, now)
            return list(_claim(db, due, self._owner, now, until))

    def save(self, turn: IntakeTurn, polled: Polled) -> Saved:
        with self._connection.writing() as db:
            saved = polls.save_brought(db, turn.source, polled)
            polls.count(db, turn.source, saved, polled)
            if polled.reserved or polled.spent != NOTHING_SPENT:
                spending.settle(db, turn.source, polled.reserved, polled.spent, polled.seen_at)
            _settle(db, turn, "taken", "", polled.seen_at)
            _let_go(db, turn, "failures = 0, last_error = ''", polled.seen_at)
            _tidy(db, polled.seen_at)
            return saved

    def fail(self, turn: IntakeTurn, reason: str, due_at: datetime) -> None:
        with self._connection.writing() as db:
            db.execute("UPDATE intakes SET last_error = ? WHERE source = ?", (reason, turn.source))
            if len(turn.arrivals) == 1:  # it alone waits: what came after it need not
                db.execute(
                    "UPDATE arrivals SET due_at = ?, tries = tries + 1 WHERE n = ?",
                    (stamp(due_at), turn.arrivals[0].number),
                )
                due_at = turn.claimed_at
            _let_go(db, turn, "failures = failures + 1", due_at)

    def refuse(self, turn: IntakeTurn, reason: str, now: datetime) -> None:
        with self._connection.writing() as db:
            _settle(db, turn, "refused", reason, now)
            polls.note_rejects(
                db, turn.source, [Fault(one.key, reason) for one in turn.arrivals], now
            )
            _let_go(db, turn, "failures = 0, last_error = ''", now)

    def waiting(self) -> Mapping[str, int]:
        with self._connection.reading() as db:
            rows = db.execute(
                """SELECT source, count(*) AS them FROM arrivals WHERE state = 'waiting'
                   GROUP BY source"""
            )
            return {row["source"]: row["them"] for row in rows.fetchall()}

    def refused(self, limit: int) -> Sequence[RefusedPush]:
        with self._connection.reading() as db:
            rows = db.execute(
                """SELECT n, source, key, length(body) AS size, at, settled_at, reason FROM arrivals
                   WHERE state = 'refused' ORDER BY n DESC LIMIT ?""",
                (limit,),
            )
            return [_refused(row) for row in rows.fetchall()]

    def refused_body(self, number: int) -> bytes | None:
        with self._connection.reading() as db:
            query = "SELECT body FROM arrivals WHERE state = 'refused' AND n = ?"
            row = db.execute(query, (number,)).fetchone()
            return bytes(row["body"]) if row else None


def _keep(db: "Database", pushed: Pushed, now: datetime) -> int:
    source, one = pushed.source, pushed.arrival
    sent_at = stamp(one.sent_at or now)
    if one.about:
        _make_way(db, source, one, sent_at)
    return db.execute(
        """INSERT OR IGNORE INTO arrivals (source, key, body, at, about, sent_at)
           VALUES (?, ?, ?, ?, ?, ?)""",
        (source, one.key, one.body, stamp(now), one.about, sent_at),
    ).rowcount


def _make_way(db: "Database", source: str, one: Arrival, sent_at: str) -> None:
    """Who said something else in between and now says this again means it: it is taken again.

    Not so who only repeats what was signed before: that is a replay.
    """
    newest = db.execute(
        """SELECT key, sent_at FROM arrivals WHERE about <> '' AND about = ? AND source = ?
           ORDER BY n DESC LIMIT 1""",
        (one.about, source),
    ).fetchone()
    if newest and newest["key"] != one.key and newest["sent_at"] < sent_at:
        db.execute("DELETE FROM arrivals WHERE source = ? AND key = ?", (source, one.key))


def _is_due(db: "Database", source: str, now: datetime) -> bool:
    """Something waits, nobody is at it, and it is time to try."""
    found = db.execute(
        f"""SELECT 1 FROM arrivals a LEFT JOIN intakes i ON i.source = a.source
           WHERE a.source = :source AND a.state = 'waiting' AND {_MAY_BE}
           AND (coalesce(i.failures, 0) = 0 OR i.due_at <= :now)
           AND (i.lease_until IS NULL OR i.lease_until <= :now) LIMIT 1""",
        _at(source, now),
    )
    return found.fetchone() is not None


def _at(source: str, now: datetime) -> dict[str, Any]:
    far = now + timedelta(seconds=WISH_SECONDS_MAX)
    return {"source": source, "now": stamp(now), "far": stamp(far)}


def _claim(
    db: "Database", sources: Sequence[str], owner: str, now: datetime, until: datetime
) -> Iterator[IntakeTurn]:
    for source in sources:
        if not _is_due(db, source, now):
            continue
        db.execute(
            "INSERT OR IGNORE INTO intakes (source, due_at) VALUES (?, ?)", (source, stamp(now))
        )
        token = lease(db, "intakes", "source", [source], owner=owner, until=until)
        row = db.execute("SELECT failures FROM intakes WHERE source = ?", (source,)).fetchone()
        failures = row["failures"]
        some = AT_ONCE[min(failures, len(AT_ONCE) - 1)]
        arrivals = tuple(_waiting(db, source, now, some))
        if len(arrivals) == 1:
            row = db.execute("SELECT tries FROM arrivals WHERE n = ?", (arrivals[0].number,))
            failures = row.fetchone()["tries"]
        yield IntakeTurn(source, arrivals, token, failures, now)


def _waiting(db: "Database", source: str, now: datetime, limit: int) -> Iterator[Arrival]:
    """The oldest; so many as fit into memory, and at least one."""
    rows = db.execute(
        f"""SELECT * FROM arrivals a WHERE source = :source AND state = 'waiting' AND {_MAY_BE}
            ORDER BY n LIMIT :limit""",
        _at(source, now) | {"limit": limit},
    )
    size = 0
    for row in rows:
        size += len(row["body"])
        if size > BYTES_AT_ONCE and size > len(row["body"]):
            break
        yield Arrival(row["key"], bytes(row["body"]), row["n"], moment(row["at"]), row["about"])


def _refused(row: Row) -> RefusedPush:
    at, refused_at = moment(row["at"]), moment(row["settled_at"])
    named = (row["n"], row["source"], row["key"], row["size"])
    return RefusedPush(*named, at, refused_at, row["reason"])


def _settle(db: "Database", turn: IntakeTurn, state: str, reason: str, now: datetime) -> None:
    """What was taken needs its body no more; what was refused does."""
    body = "x''" if state == "taken" else "body"
    for one in turn.arrivals:
        db.execute(
            f"UPDATE arrivals SET state = ?, reason = ?, settled_at = ?, body = {body} WHERE n = ?",
            (state, reason, stamp(now), one.number),
        )


def _let_go(db: "Database", turn: IntakeTurn, changes: str, due_at: datetime) -> None:
    changed = db.execute(
        f"""UPDATE intakes SET {changes}, due_at = ?, {NO_LEASE}
            WHERE source = ? AND lease_token = ?""",
        (stamp(due_at), turn.source, turn.token),
    ).rowcount
    if not changed:
        raise LostLease(turn.source)


def _is_tidy(db: "Database", now: datetime) -> bool:
    return db.execute(f"SELECT 1 FROM {_OUTLIVED} LIMIT 1", _outlived(now)).fetchone() is None


def _tidy(db: "Database", now: datetime) -> None:
    db.execute(f"DELETE FROM {_OUTLIVED}", _outlived(now))


def _outlived(now: datetime) -> tuple[str, str]:
    return (stamp(now - KNOWN_FOR), stamp(now - REFUSED_FOR))
