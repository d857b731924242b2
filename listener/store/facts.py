"""What the watch and the digest ask, in SQL: volumes, troubles, coverage."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from listener.coverage import Coverage
from listener.model import Gap
from listener.store.rows import Row, moment, moment_or_none, stamp
from listener.watch import SourceFacts, Volume

if TYPE_CHECKING:
    from sqlite_utils import Database

_COUNTS = """m.verdict = 'yes' AND 'yes' IS NOT (SELECT t.label FROM tags t
    WHERE t.mention = m.key AND t.kind = 'spam' ORDER BY t.tagged_at DESC LIMIT 1)"""
"""Neither in doubt nor, by the newest judgement, spam."""

_STILL_WATCHED_SECONDS = 120


def source_facts(db: "Database") -> list[SourceFacts]:
    """Each planned source as a whole, then each of its places that fails."""
    rows = db.execute(
        """SELECT name, '' AS place, failures, last_error, last_post_at, watched_since
           FROM sources WHERE planned
           UNION ALL SELECT source, place, f.failures, reason, NULL, since
           FROM faults f JOIN sources ON name = source WHERE planned"""
    )
    return [
        SourceFacts(
            source=row["name"],
            place=row["place"],
            failures=row["failures"],
            last_error=row["last_error"],
            last_post_at=moment_or_none(row["last_post_at"]),
            watched_since=moment(row["watched_since"]),
        )
        for row in rows
    ]


def volumes(
    db: "Database", brands: Iterable[str], now: datetime, window_minutes: int, weeks: int
) -> list[Volume]:
    """The last window of each brand, and the same one of each week that was watched."""
    first = db.execute("SELECT min(since) AS first FROM coverage WHERE cause = ''").fetchone()
    watched_since = moment_or_none(first["first"]) or now
    window = timedelta(minutes=window_minutes)
    ends = [now - timedelta(weeks=week) for week in range(1, weeks + 1)]
    ends = [end for end in ends if end - window >= watched_since]
    return [
        Volume(
            brand=brand,
            count=_count(db, brand, now - window, now),
            history=tuple(_count(db, brand, end - window, end) for end in ends),
        )
        for brand in brands
    ]


def mention_counts(db: "Database", since: datetime, until: datetime) -> dict[str, int]:
    """Mentions per brand, spam and doubts apart."""
    rows = db.execute(
        f"""SELECT m.brand, count(*) AS mentions FROM mentions m
            WHERE m.state = 'tagged' AND m.published_at >= ? AND m.published_at < ?
            AND {_COUNTS} GROUP BY m.brand""",
        (stamp(since), stamp(until)),
    )
    return {row["brand"]: row["mentions"] for row in rows}


def watched(db: "Database", since: datetime, until: datetime) -> list[Coverage]:
    """What of each planned source was seen in the period, and what was not."""
    sources = db.execute(
        """SELECT name, poll_seconds, last_error, watched_since FROM sources
           WHERE planned ORDER BY name"""
    ).fetchall()
    return [_watched(db, row, since, until) for row in sources]


def _watched(db: "Database", source: Row, since: datetime, until: datetime) -> Coverage:
    rows = db.execute(
        """SELECT since, until, cause FROM coverage
           WHERE source = ? AND until >= ? AND since <= ? ORDER BY since, n""",
        (source["name"], stamp(since), stamp(until)),
    ).fetchall()
    stretches = [
        (max(moment(row["since"]), since), min(moment(row["until"]), until), row["cause"])
        for row in rows
    ]
    seen = [(start, end) for start, end, cause in stretches if not cause]
    gaps = [Gap(start, end, cause) for start, end, cause in stretches if cause and start < end]
    reach = timedelta(seconds=max(3 * source["poll_seconds"], _STILL_WATCHED_SECONDS))
    if not seen and not gaps:
        return Coverage(source["name"], (), _never_seen(source, since, until))
    return _with_ends(source["name"], seen, gaps, (since, until), reach, source["last_error"])


def _never_seen(source: Row, since: datetime, until: datetime) -> tuple[Gap, ...]:
    """Before it was watched at all there is another cause than after."""
    watched_since = min(max(moment(source["watched_since"]), since), until)
    before = Gap(since, watched_since, "not watched yet")
    after = Gap(watched_since, until, source["last_error"] or "not seen then")
    return tuple(gap for gap in (before, after) if gap.since < gap.until)


def _with_ends(
    name: str,
    seen: list[tuple[datetime, datetime]],
    gaps: list[Gap],
    period: tuple[datetime, datetime],
    reach: timedelta,
    last_error: str,
) -> Coverage:
    """Add what was not seen before the first look and after the last one."""
    since, until = period
    known = [*seen, *((gap.since, gap.until) for gap in gaps)]
    first, last = min(start for start, _ in known), max(end for _, end in known)
    if first > since:
        gaps = [Gap(since, first, "not watched yet"), *gaps]
    if until - last > reach or (last_error and until > last):
        gaps = [*gaps, Gap(last, until, last_error or "the listener was not running")]
    elif seen and until > last:
        seen = [*seen[:-1], (seen[-1][0], until)]
    return Coverage(name, tuple(seen), tuple(gaps))


def _count(db: "Database", brand: str, since: datetime, until: datetime) -> int:
    row = db.execute(
        f"""SELECT count(*) AS mentions FROM mentions m WHERE m.brand = ?
            AND m.published_at >= ? AND m.published_at < ?
            AND m.state <> 'withdrawn' AND {_COUNTS}""",
        (brand, stamp(since), stamp(until)),
    ).fetchone()
    return int(row["mentions"])
