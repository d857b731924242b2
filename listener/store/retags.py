"""Judging stored mentions anew, in SQL: by rising number, with how far it came."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from listener.corrections import changes
from listener.store import corrections
from listener.store.learning_port import Retagged, Retagging, Stored
from listener.store.mentions import with_tags
from listener.store.rows import MENTION_COLUMNS, Row, moment, moment_or_none, stamp

if TYPE_CHECKING:
    from sqlite_utils import Database

BROKEN_OFF_MAX = 20
"""So many passes that were broken off are remembered, the newest ones."""

_WANTED = """m.state = 'tagged' AND m.n > :after AND m.n <= :until
    AND :brand IN ('', m.brand) AND m.published_at >= :since"""


def broken_off(db: "Database", asked: str) -> Retagging | None:
    """The pass that was asked for in these words, if one is under way or was broken off."""
    row = db.execute("SELECT * FROM retags WHERE asked = ?", (asked,)).fetchone()
    return None if row is None else _retagging_of(row)


def fresh(
    db: "Database", asked: str, since: datetime | None, brand: str, now: datetime
) -> Retagging:
    """A pass over what is there now."""
    last = db.execute("SELECT coalesce(max(n), 0) AS n FROM mentions").fetchone()["n"]
    passing = Retagging(asked, since, brand, 0, last, 0, 0, {}, now)
    count = db.execute(f"SELECT count(*) AS n FROM mentions m WHERE {_WANTED}", _which(passing))
    return replace(passing, total=count.fetchone()["n"])


def batch(db: "Database", passing: Retagging, limit: int) -> list[Stored]:
    """The next mentions of the pass."""
    rows = db.execute(
        f"""SELECT {MENTION_COLUMNS}, m.n, m.tagged_at FROM mentions m
            JOIN posts p ON p.id = m.post_id WHERE {_WANTED} ORDER BY m.n LIMIT :limit""",
        _which(passing) | {"limit": limit},
    ).fetchall()
    return [
        Stored(row["n"], mention, moment(row["tagged_at"]))
        for row, mention in zip(rows, with_tags(db, rows), strict=True)
    ]


def save(db: "Database", passing: Retagging, done: Sequence[Retagged], now: datetime) -> Retagging:
    """Keep the tags of those that are as they were read, and how far the pass came."""
    standing = [one for one in done if _is_as_read(db, one.stored)]
    changed = Counter(passing.changed)
    for one in standing:
        corrections.put_tags(db, one.stored.mention.key, one.tags, now)
        changed.update(changes(one.stored.mention, one.tags))
    corrections.rank_anew(db, [one.stored.mention.key for one in standing])
    after = max((one.stored.number for one in done), default=passing.after)
    return _note(
        db, replace(passing, after=after, seen=passing.seen + len(done), changed=dict(changed))
    )


def end(db: "Database", passing: Retagging) -> None:
    """The pass is over."""
    db.execute("DELETE FROM retags WHERE asked = ?", (passing.asked,))


def _is_as_read(db: "Database", stored: Stored) -> bool:
    """Whether it was neither judged since, nor edited, nor withdrawn."""
    row = db.execute(
        "SELECT 1 FROM mentions WHERE key = ? AND state = 'tagged' AND tagged_at = ?",
        (stored.mention.key, stamp(stored.tagged_at)),
    )
    return row.fetchone() is not None


def _note(db: "Database", passing: Retagging) -> Retagging:
    row = db.execute(
        """INSERT INTO retags (asked, since, brand, begun_at, after_n, until_n, total, seen,
               changed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
           ON CONFLICT (asked) DO UPDATE SET after_n = excluded.after_n, seen = excluded.seen,
               until_n = excluded.until_n, total = excluded.total, changed = excluded.changed,
               since = excluded.since, begun_at = excluded.begun_at
           RETURNING n""",
        (
            passing.asked,
            stamp(passing.since) if passing.since else "",
            passing.brand,
            stamp(passing.begun_at),
            passing.after,
            passing.until,
            passing.total,
            passing.seen,
            json.dumps([[*change, count] for change, count in passing.changed.items()]),
        ),
    ).fetchone()
    if not passing.number:
        db.execute(
            "DELETE FROM retags WHERE n NOT IN (SELECT n FROM retags ORDER BY n DESC LIMIT ?)",
            (BROKEN_OFF_MAX,),
        )
    return replace(passing, number=int(row["n"]))


def _which(passing: Retagging) -> dict[str, object]:
    return {
        "after": passing.after,
        "until": passing.until,
        "brand": passing.brand,
        "since": stamp(passing.since) if passing.since else "",
    }


def _retagging_of(row: Row) -> Retagging:
    counted = json.loads(row["changed"])
    return Retagging(
        asked=row["asked"],
        since=moment_or_none(row["since"] or None),
        brand=row["brand"],
        after=row["after_n"],
        until=row["until_n"],
        total=row["total"],
        seen=row["seen"],
        changed={(kind, was, stands): count for kind, was, stands, count in counted},
        begun_at=moment(row["begun_at"]),
        number=row["n"],
    )
