"""What was said of a brand, counted by stretches of time, in SQL."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from listener.crisis.baseline import Tally
from listener.store.facts import COUNTS, HEARD
from listener.store.rows import BY_PEOPLE, stamp

if TYPE_CHECKING:
    from sqlite_utils import Database

FAR = 10_000
"""From so many followers, or so much spread, on a mention reaches far."""


def tallies(
    db: "Database", brand: str, since: datetime, until: datetime, minutes: int
) -> list[Tally]:
    """The counts of each stretch of so many minutes from ``since`` on; empty ones are left out."""
    rows = db.execute(
        f"""SELECT (strftime('%s', m.published_at) - strftime('%s', :since)) / :seconds AS at,
            count(*) AS mentions,
            sum('negative' IS (SELECT t.label FROM tags t WHERE t.mention = m.key
                AND t.kind = 'sentiment' ORDER BY t.{BY_PEOPLE} DESC, t.tagged_at DESC
                LIMIT 1)) AS negative,
            sum(coalesce(p.author_followers, 0) >= :far
                OR p.views + 20 * (p.likes + p.shares + p.replies) >= :far) AS far,
            sum(EXISTS (SELECT 1 FROM stories s WHERE s.post_id = p.id AND s.story <> p.id))
                AS copies
            FROM mentions m JOIN posts p ON p.id = m.post_id
            WHERE m.brand = :brand AND m.state = 'tagged' AND {HEARD} AND {COUNTS}
            AND m.published_at >= :since AND m.published_at < :until
            GROUP BY at ORDER BY at""",
        {
            "brand": brand,
            "since": stamp(since),
            "until": stamp(until),
            "seconds": minutes * 60,
            "far": FAR,
        },
    ).fetchall()
    return [
        Tally(
            since + timedelta(minutes=minutes * row["at"]),
            row["mentions"],
            row["negative"],
            row["far"],
            row["copies"],
        )
        for row in rows
    ]
