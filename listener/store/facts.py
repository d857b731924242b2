"""What the watch and the digest ask, in SQL: volumes and troubles."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from listener.coverage import IMPORTED
from listener.store import spending
from listener.store.rows import BY_PEOPLE, moment, moment_or_none, stamp
from listener.watch import SourceFacts, Volume

if TYPE_CHECKING:
    from sqlite_utils import Database

COUNTS = f"""m.verdict = 'yes' AND 'yes' IS NOT (SELECT t.label FROM tags t
    WHERE t.mention = m.key AND t.kind = 'spam'
    ORDER BY t.{BY_PEOPLE} DESC, t.tagged_at DESC LIMIT 1)"""
"""Neither in doubt nor, by the newest judgement or a person's, spam."""

HEARD = f"m.source NOT GLOB '{IMPORTED}*'"
"""Heard by a source of ours: what another tool's export holds is no measure of what is usual."""


def source_facts(db: "Database", now: datetime) -> list[SourceFacts]:
    """Each planned source as a whole, then each of its places that fails."""
    rows = db.execute(
        """SELECT name, '' AS place, failures, last_error, trouble, last_post_at, watched_since,
           limits FROM sources WHERE planned
           UNION ALL SELECT source, place, f.failures, reason, '', NULL, since, '{}'
           FROM faults f JOIN sources ON name = source WHERE planned"""
    ).fetchall()
    return [
        SourceFacts(
            source=row["name"],
            place=row["place"],
            failures=row["failures"],
            last_error=row["last_error"],
            last_post_at=moment_or_none(row["last_post_at"]),
            watched_since=moment(row["watched_since"]),
            state=row["trouble"],
            budget=spending.uses_of(db, row, now),
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
            AND {COUNTS} GROUP BY m.brand""",
        (stamp(since), stamp(until)),
    )
    return {row["brand"]: row["mentions"] for row in rows}


def _count(db: "Database", brand: str, since: datetime, until: datetime) -> int:
    row = db.execute(
        f"""SELECT count(*) AS mentions FROM mentions m WHERE m.brand = ?
            AND m.published_at >= ? AND m.published_at < ?
            AND m.state <> 'withdrawn' AND {HEARD} AND {COUNTS}""",
        (brand, stamp(since), stamp(until)),
    ).fetchone()
    return int(row["mentions"])
