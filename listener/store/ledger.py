"""The ledger of coverage, in SQL: which stretch of each source was seen, and what was missed.

A row without a cause is a stretch that was seen. One with a cause is a gap; it stays when what was
published in it is read after all, and ``filled_at`` says when that was. While ``reading`` is set
that may still be: a place of the source fails, or the source is behind.

Clocks jump. One that was ahead leaves rows in a time yet to come, one that was behind a stretch
long past: neither is to break what was really seen.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from listener.coverage import Coverage, cause_of, split, together, without
from listener.due import late_after
from listener.model import Gap
from listener.store.port import Polled
from listener.store.rows import Row, moment, stamp

if TYPE_CHECKING:
    from sqlite_utils import Database

GAPS_COUNTED_MAX = 10_000
COUNTED_DAYS = 30

BEHIND = "it is behind: what was published is still being read"
NOT_ASKED = "not asked yet"

_OPEN = "source = ? AND cause <> '' AND filled_at IS NULL"


def save(db: "Database", source: str, polled: Polled) -> None:
    """What a poll saw, what it missed, and what it read after all.

    What it fills was missed before. What it tells as missed is not complete, whatever it says.
    """
    now = polled.seen_at
    _cut(db, source, now)
    before = seen_until(db, source, now)
    for read in polled.filled:
        _fill(db, source, read, now)
    for gap in polled.gaps:
        _miss(db, source, gap)
    _settle(db, source, polled)
    if polled.gap is not None:
        _miss(db, source, polled.gap, now=now, complete=polled.complete, more=polled.more)
    if not polled.complete:
        _carry(db, source, polled, before)
    _see(db, source, now, begins_anew=polled.gap is not None)


def gaps(db: "Database", source: str, limit: int) -> tuple[Gap, ...]:
    """The newest gaps that were not filled."""
    rows = db.execute(
        f"""SELECT * FROM coverage WHERE {_OPEN} AND since < until
            ORDER BY until DESC, n DESC LIMIT ?""",
        (source, limit),
    )
    return tuple(_gap(row) for row in rows)


def lengths(db: "Database", source: str, now: datetime) -> tuple[timedelta, timedelta]:
    """For how long of the last 30 days nobody looked: what was filled, and what was not."""
    rows = db.execute(
        """SELECT * FROM coverage WHERE source = ? AND cause <> '' AND until > ?
           ORDER BY until DESC LIMIT ?""",
        (source, stamp(now - timedelta(days=COUNTED_DAYS)), GAPS_COUNTED_MAX),
    ).fetchall()
    lost = [_gap(row) for row in rows if row["filled_at"] is None]
    every = together(map(_gap, rows))
    return every - together(lost), together(lost)


def seen_until(db: "Database", source: str, now: datetime) -> datetime | None:
    """When it was last seen, as far as ``now`` can know."""
    row = db.execute(
        """SELECT until FROM coverage WHERE source = ? AND cause = '' AND since <= ?
           ORDER BY until DESC LIMIT 1""",
        (source, stamp(now)),
    ).fetchone()
    return min(moment(row["until"]), now) if row else None


def watched(db: "Database", since: datetime, until: datetime) -> list[Coverage]:
    """What of each planned source was seen in the period, and what was not."""
    sources = db.execute("SELECT * FROM sources WHERE planned ORDER BY name").fetchall()
    return [_watched(db, row, since, until) for row in sources]


def _cut(db: "Database", source: str, now: datetime) -> None:
    """End at ``now`` what is said to be missed beyond it: right now somebody looks."""
    db.execute(
        """UPDATE coverage SET until = :now WHERE source = :source AND cause <> ''
           AND since < :now AND until > :now""",
        {"source": source, "now": stamp(now)},
    )


def _settle(db: "Database", source: str, polled: Polled) -> None:
    """Close the gaps that were being read: what of them is read by now, and what is lost."""
    rows = db.execute(f"SELECT * FROM coverage WHERE {_OPEN} AND reading", (source,)).fetchall()
    failing = {fault.where for fault in polled.faults}
    for row in rows:
        is_well = row["place"] not in failing
        if polled.complete and is_well:
            _close(db, source, row, polled, is_read=True)
        elif polled.more or not is_well:
            continue
        elif _is_outage(row):
            _close(db, source, row, polled, is_read=False)
        elif row["place"] or not failing or _is_short(db, source, row):
            _close(db, source, row, polled, is_read=True)


def _close(db: "Database", source: str, row: Row, polled: Polled, *, is_read: bool) -> None:
    """A gap is read but for what is told of it; one as short as between two polls was none."""
    db.execute("UPDATE coverage SET reading = 0 WHERE n = ?", (row["n"],))
    gap = _gap(row)
    told = [one for one in polled.gaps if one.place == gap.place]
    left = without(gap, told) if is_read else ()
    if left == (gap,) and not _is_outage(row) and _is_short(db, source, row):
        db.execute("DELETE FROM coverage WHERE n = ?", (row["n"],))
        return
    for part in left:
        _fill(db, source, part, polled.seen_at)


def _carry(db: "Database", source: str, polled: Polled, before: datetime | None) -> None:
    """What can't be read now is missed since the poll before, until it is read after all.

    That is each place with a fault, and all of a source that reads on and on.
    """
    now = polled.seen_at
    if before is None:
        return
    standing = {fault.where: fault.reason or "not told" for fault in polled.faults}
    if polled.more:
        standing.setdefault("", BEHIND)
    rows = db.execute(
        f"SELECT n, place FROM coverage WHERE {_OPEN} AND reading AND until >= ? ORDER BY until",
        (source, stamp(before)),
    )
    being_read = {row["place"]: row["n"] for row in rows.fetchall()}
    for place, cause in standing.items():
        if place in being_read:
            db.execute(
                "UPDATE coverage SET until = max(until, ?) WHERE n = ?",
                (stamp(now), being_read[place]),
            )
        elif before < now:
            _miss(db, source, Gap(before, now, cause, place), more=True)


def _is_outage(row: Row) -> bool:
    """Whether the source as a whole was not asked, or could not be."""
    return not row["place"] and row["cause"] != BEHIND


def _is_short(db: "Database", source: str, row: Row) -> bool:
    """Whether two polls so far apart are one watch."""
    of = db.execute("SELECT poll_seconds FROM sources WHERE name = ?", (source,)).fetchone()
    return moment(row["until"]) <= _soon(moment(row["since"]), of["poll_seconds"] if of else 0)


def _soon(seen_at: datetime, poll_seconds: float) -> datetime:
    """Until when what was seen then counts as watched, with nobody asking again."""
    return late_after(seen_at + timedelta(seconds=poll_seconds), poll_seconds)


def _fill(db: "Database", source: str, read: Gap, now: datetime) -> None:
    """Note of the open gaps of this place what of them was read; the rest stays open."""
    rows = db.execute(
        f"SELECT * FROM coverage WHERE {_OPEN} AND place = ? AND since < ? AND until > ?",
        (source, read.place, stamp(read.until), stamp(read.since)),
    ).fetchall()
    for row in rows:
        filled, rest = split(_gap(row), read)
        if filled is None:
            continue
        db.execute(
            "UPDATE coverage SET since = ?, until = ?, filled_at = ? WHERE n = ?",
            (stamp(filled.since), stamp(filled.until), stamp(now), row["n"]),
        )
        for gap in rest:
            _insert(db, source, gap, reading=bool(row["reading"]))


def _miss(
    db: "Database",
    source: str,
    gap: Gap,
    *,
    now: datetime | None = None,
    complete: bool = False,
    more: bool = False,
) -> None:
    """Keep a gap, or what of it isn't known as one; it is filled at once where all was read."""
    rows = db.execute(
        f"SELECT * FROM coverage WHERE {_OPEN} AND place = ? AND since < ? AND until > ?",
        (source, gap.place, stamp(gap.until), stamp(gap.since)),
    ).fetchall()
    for rest in without(gap, map(_gap, rows)):
        if rest.since < rest.until:
            _insert(db, source, rest, filled_at=now if complete else None, reading=more)


def _insert(
    db: "Database",
    source: str,
    gap: Gap,
    *,
    filled_at: datetime | None = None,
    reading: bool = False,
) -> None:
    db.execute(
        """INSERT INTO coverage (source, since, until, cause, place, filled_at, reading)
           VALUES (?, ?, ?, ?, ?, ?, ?)""",
        (
            source,
            stamp(gap.since),
            stamp(gap.until),
            gap.cause,
            gap.place,
            stamp(filled_at) if filled_at else None,
            reading and filled_at is None,
        ),
    )


def _see(db: "Database", source: str, now: datetime, *, begins_anew: bool) -> None:
    """Carry the stretch that is being seen on to now, or begin a new one after a gap.

    What was seen later than now, by a clock that was ahead or before it was set back, stands.
    """
    if not begins_anew:
        carried = db.execute(
            """UPDATE coverage SET until = max(until, :now) WHERE n = (SELECT n FROM coverage
               WHERE source = :source AND cause = '' AND since <= :now
               ORDER BY until DESC LIMIT 1)""",
            {"source": source, "now": stamp(now)},
        ).rowcount
        if carried:
            return
    db.execute(
        "INSERT INTO coverage (source, since, until, cause) VALUES (?, ?, ?, '')",
        (source, stamp(now), stamp(now)),
    )


def _watched(db: "Database", source: Row, since: datetime, until: datetime) -> Coverage:
    rows = db.execute(
        """SELECT * FROM coverage WHERE source = ? AND until >= ? AND since <= ?
           ORDER BY since, n""",
        (source["name"], stamp(since), stamp(until)),
    ).fetchall()
    cut = [
        (row, max(moment(row["since"]), since), min(moment(row["until"]), until)) for row in rows
    ]
    cut = [one for one in cut if one[1] <= one[2]]
    seen = [(start, end) for row, start, end in cut if not row["cause"] or row["filled_at"]]
    missed = [
        Gap(start, end, row["cause"], row["place"])
        for row, start, end in cut
        if row["cause"] and not row["filled_at"] and start < end
    ]
    if not seen and not missed:
        return Coverage(source["name"], (), _never_seen(source, since, until))
    return _with_ends(source, seen, missed, since, until)


def _never_seen(source: Row, since: datetime, until: datetime) -> tuple[Gap, ...]:
    """Before it was watched at all there is another cause than after."""
    watched_since = min(max(moment(source["watched_since"]), since), until)
    before = Gap(since, watched_since, "not watched yet")
    after = Gap(watched_since, until, _cause(source) or "not seen then")
    return tuple(gap for gap in (before, after) if gap.since < gap.until)


def _with_ends(
    source: Row,
    seen: list[tuple[datetime, datetime]],
    missed: Iterable[Gap],
    since: datetime,
    until: datetime,
) -> Coverage:
    """Add what was not seen before the first look and after the last one.

    While the site or the budget wants a long wait nobody knows what is published: until the next
    poll, that is not seen.
    """
    gaps = list(missed)
    known = [*seen, *((gap.since, gap.until) for gap in gaps)]
    first, last = min(start for start, _ in known), max(end for _, end in known)
    if first > since:
        gaps = [Gap(since, first, "not watched yet"), *gaps]
    failing = _cause(source)
    due_at = max(moment(source["due_at"]), last)
    if until > last and (failing or until > late_after(due_at, source["poll_seconds"])):
        gaps = [*gaps, Gap(last, until, failing or "the listener was not running")]
    elif seen and until > last:
        soon = min(_soon(last, source["poll_seconds"]), until)
        seen = [*seen, (last, soon)]
        gaps = [*gaps, Gap(soon, until, NOT_ASKED)] if soon < until else gaps
    return Coverage(source["name"], tuple(seen), tuple(gaps))


def _cause(source: Row) -> str:
    return cause_of(source["trouble"], source["last_error"]) if source["failures"] else ""


def _gap(row: Row) -> Gap:
    return Gap(moment(row["since"]), moment(row["until"]), row["cause"], row["place"])
