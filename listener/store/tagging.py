"""Mentions on their way to being tagged, in SQL."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import takewhile
from typing import TYPE_CHECKING

from listener.store import corrections, silences, stories
from listener.store.cases import changing
from listener.store.leases import NO_LEASE, lease
from listener.store.port import Tagged, TagTurn
from listener.store.rows import MENTION_COLUMNS, mention_of, stamp

if TYPE_CHECKING:
    from sqlite_utils import Database

LAST_FOR = timedelta(hours=1)
"""So long what may take the process down waits for all others."""

_KEYS = "SELECT value FROM json_each(?)"


def claim(db: "Database", owner: str, now: datetime, until: datetime, limit: int) -> list[TagTurn]:
    """Lease mentions that want tagging: fresh ones together, or one that was tried before."""
    keys = _next(db, now, limit)
    token = lease(db, "mentions", "key", keys, owner=owner, until=until)
    taken = (json.dumps(keys),)  # by key: nobody looks through all mentions for a token
    db.execute(f"UPDATE mentions SET attempts = attempts + 1 WHERE key IN ({_KEYS})", taken)
    rows = db.execute(
        f"""SELECT {MENTION_COLUMNS} FROM mentions m JOIN posts p ON p.id = m.post_id
            WHERE m.key IN ({_KEYS}) ORDER BY m.directness, m.n""",
        taken,
    )
    return [TagTurn(mention_of(row, ()), token, row["attempts"]) for row in rows.fetchall()]


def _next(db: "Database", now: datetime, limit: int) -> list[str]:
    """The keys of those to tag next.

    One that was tried before, and so may have taken a process down, comes alone, lest it spoil
    the others. If it was tried alone too it comes when nothing else waits, or after an hour.
    """
    which = {"now": stamp(now), "long_ago": stamp(now - LAST_FOR), "limit": limit}
    for first in ("(attempts <= 1 OR seen_at <= :long_ago)", "seen_at > :long_ago"):
        rows = db.execute(
            f"""SELECT key, attempts FROM mentions WHERE state = 'new' AND {first}
                AND (lease_until IS NULL OR lease_until <= :now)
                ORDER BY directness, n LIMIT :limit""",
            which,
        ).fetchall()
        if rows:
            fresh = takewhile(lambda row: not row["attempts"], rows)
            return [row["key"] for row in fresh] or [rows[0]["key"]]
    return []


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
        corrections.put_tags(db, mention.key, mention.tags, now)
        if corrections.is_corrected(db, mention.key):
            corrections.rank_anew(db, [mention.key])
        stories.save(db, mention.post.id, tagged.story)
        silences.note(db, mention.key, tagged.silenced, now)
        changing.put_orders(db, tagged.orders, mention, tagged.story, now)
    return kept
