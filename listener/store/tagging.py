"""Mentions on their way to being tagged, in SQL."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from listener.store import silences, stories
from listener.store.cases import changing
from listener.store.leases import NO_LEASE, lease
from listener.store.port import Tagged, TagTurn
from listener.store.rows import MENTION_COLUMNS, mention_of, stamp, tag_row

if TYPE_CHECKING:
    from sqlite_utils import Database


def claim(db: "Database", owner: str, now: datetime, until: datetime, limit: int) -> list[TagTurn]:
    """Lease mentions that want tagging."""
    keys = [
        row["key"]
        for row in db.execute(
            """SELECT key FROM mentions WHERE state = 'new'
               AND (lease_until IS NULL OR lease_until <= :now)
               ORDER BY directness, n LIMIT :limit""",
            {"now": stamp(now), "limit": limit},
        )
    ]
    token = lease(db, "mentions", "key", keys, owner=owner, until=until)
    db.execute("UPDATE mentions SET attempts = attempts + 1 WHERE lease_token = ?", (token,))
    rows = db.execute(
        f"""SELECT {MENTION_COLUMNS} FROM mentions m JOIN posts p ON p.id = m.post_id
            WHERE m.lease_token = ? ORDER BY m.directness, m.n""",
        (token,),
    )
    return [TagTurn(mention_of(row, ()), token, row["attempts"]) for row in rows.fetchall()]


def save(db: "Database", tagged: Sequence[Tagged], now: datetime) -> int:
    """Tags, priority and orders of every mention whose lease still holds."""
    return sum(_save_one(db, one, now) for one in tagged)


def _save_one(db: "Database", tagged: Tagged, now: datetime) -> int:
    mention = tagged.mention
    kept = db.execute(
        f"""UPDATE mentions SET state = 'tagged', priority = ?, priority_reasons = ?,
            tagged_at = ?, {NO_LEASE} WHERE key = ? AND lease_token = ?""",
        (
            mention.priority.score,
            json.dumps(mention.priority.reasons, ensure_ascii=False),
            stamp(now),
            mention.key,
            tagged.token,
        ),
    ).rowcount
    if kept:
        for tag in mention.tags:
            db.execute(
                "INSERT OR REPLACE INTO tags VALUES (?, ?, ?, ?, ?, ?, ?)",
                tag_row(mention.key, tag, stamp(now)),
            )
        stories.save(db, mention.post.id, tagged.story)
        silences.note(db, mention.key, tagged.silenced, now)
        changing.put_orders(db, tagged.orders, mention, tagged.story, now)
    return kept
