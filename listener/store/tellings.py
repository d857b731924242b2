"""A telling as its channel gets it, in SQL: what it holds, what came before, its case."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from listener.cases import Act
from listener.model import Alert, AlertKind, Case, Mention
from listener.store import people, retractions
from listener.store.case_port import NoCase
from listener.store.cases import case_rows
from listener.store.cases import words as case_words
from listener.store.mentions import with_tags
from listener.store.port import SendTurn
from listener.store.rows import MENTION_COLUMNS, Row, moment, stamp
from listener.telling import mentions_title

if TYPE_CHECKING:
    from sqlite_utils import Database

EARLIER_SHOWN = 10
HISTORY_SHOWN = 5
HISTORY_COUNT_MAX = 1_000
ACTS_MAX = 200

_STANDING = """told t JOIN outbox o ON o.key = t.key
    JOIN mentions m ON m.key = t.mention JOIN posts p ON p.id = m.post_id
    WHERE p.deleted_at IS NULL AND m.state <> 'withdrawn'"""

_WRITTEN_BEFORE = """posts p JOIN mentions m ON m.post_id = p.id
    WHERE p.deleted_at IS NULL AND +m.brand = ?
    AND m.state <> 'withdrawn' AND +p.published_at < ? AND NOT EXISTS (
        SELECT 1 FROM told t JOIN outbox o ON o.key = t.key
        WHERE t.mention = m.key AND o.thread = ?)"""
"""An author writes little and a brand is spoken of much: ``+`` has SQLite begin with the author."""


def turn(db: "Database", key: str, token: int) -> SendTurn:
    """The alert that its channel is sent now."""
    row = db.execute("SELECT * FROM outbox WHERE key = ?", (key,)).fetchone()
    mentions = _mentions(db, "t.key = ?", (key,), limit=-1)
    retracted = retractions.retracted(db, key)
    earlier_where = "o.thread = ? AND o.key <> ? AND o.state <> 'pending'"
    earlier_of = (row["thread"], key)
    earlier = _mentions(db, earlier_where, earlier_of, EARLIER_SHOWN)
    earlier_count = _count(db, earlier_where, earlier_of) if earlier else 0
    history, history_count = _history(db, row["thread"], mentions or earlier)
    acts = _untold_acts(db, row)
    alert = Alert(
        key=key,
        thread=row["thread"],
        rule=row["rule"],
        channel=row["channel"],
        kind=_kind(db, row, mentions, acts),
        created_at=moment(row["created_at"]),
        title=row["title"] or _title(mentions, earlier_count, retracted) or case_words.title(acts),
        body=row["body"] or case_words.body(acts),
        mentions=mentions,
        earlier=earlier,
        earlier_count=earlier_count,
        priority=row["priority"],
        receipt=_receipt(db, row["thread"], key),
        retracted=retracted,
        case=_case(db, row["case_key"]),
        history=history,
        history_count=history_count,
        attempt=row["attempts"],
    )
    return SendTurn(alert, token, row["attempts"], moment(row["tried_since"] or row["created_at"]))


def _kind(db: "Database", row: Row, mentions: Sequence[Mention], acts: Sequence[Act]) -> AlertKind:
    """What it is; one whose mentions are gone still tells what became of a case that was told."""
    kind: AlertKind = row["kind"]
    if kind != "mentions" or mentions or not acts:
        return kind
    before = db.execute(
        "SELECT 1 FROM outbox WHERE thread = ? AND +state = 'delivered' LIMIT 1", (row["thread"],)
    )
    return "case" if before.fetchone() else kind


def nothing_left(alert: Alert) -> str:
    """Why there is no point in telling it any more; empty where there is."""
    if alert.kind == "mentions" and not alert.mentions:
        return "nothing left to tell: every post of it was taken down or changed"
    if alert.kind == "retraction" and not alert.retracted:
        return "nothing left to take back: every post of it is there again"
    if alert.kind == "case" and not alert.title:
        return "nothing left to tell: what was done was told with what came before"
    if alert.kind == "escalation" and alert.case and alert.case.state in {"answered", "closed"}:
        return f"nobody waits any more: the case is {alert.case.state}"
    return ""


def note_shown(db: "Database", alert: Alert) -> None:
    """Note what it shows beside its mentions, so that a removal takes it back there too."""
    for mention in alert.history:
        db.execute("INSERT OR IGNORE INTO shown VALUES (?, ?)", (alert.key, mention.post.id))


def _title(mentions: Sequence[Mention], earlier_count: int, retracted: Sequence[str]) -> str:
    if retracted:
        return retractions.title(len(retracted))
    return mentions_title(mentions, earlier_count)


def _mentions(
    db: "Database", where: str, values: tuple[Any, ...], limit: int
) -> tuple[Mention, ...]:
    """Members of tellings that still stand, the weightiest first."""
    rows = db.execute(
        f"""SELECT {MENTION_COLUMNS} FROM {_STANDING} AND {where}
            ORDER BY m.priority DESC, m.n LIMIT ?""",
        (*values, limit),
    ).fetchall()
    return tuple(with_tags(db, rows))


def _count(db: "Database", where: str, values: tuple[Any, ...]) -> int:
    row = db.execute(f"SELECT count(*) AS told FROM {_STANDING} AND {where}", values).fetchone()
    return int(row["told"])


def _history(
    db: "Database", thread: str, mentions: Sequence[Mention]
) -> tuple[tuple[Mention, ...], int]:
    """What the author of the weightiest said of the brand before: the newest, and how many.

    By any account that is linked to theirs, on whatever site.
    """
    first = mentions[0] if mentions else None
    theirs = people.posts_of_person(db, first.post) if first else None
    if first is None or theirs is None:
        return (), 0
    before = stamp(first.post.published_at) if first.post.published_at else ""
    which = f"{_WRITTEN_BEFORE} AND p.n IN ({theirs.query})"
    of = (first.brand, before, thread, *theirs.values)
    rows = db.execute(
        f"""SELECT {MENTION_COLUMNS} FROM {which}
            ORDER BY +p.published_at DESC, m.n DESC LIMIT ?""",
        (*of, HISTORY_SHOWN),
    ).fetchall()
    if len(rows) < HISTORY_SHOWN:
        return tuple(with_tags(db, rows)), len(rows)
    some = f"SELECT count(*) AS them FROM (SELECT 1 FROM {which} LIMIT ?)"
    count = db.execute(some, (*of, HISTORY_COUNT_MAX)).fetchone()["them"]
    return tuple(with_tags(db, rows)), int(count)


def _case(db: "Database", key: str) -> Case | None:
    try:
        return case_rows.read(db, key) if key else None
    except NoCase:
        return None


def _untold_acts(db: "Database", row: Row) -> list[Act]:
    """What was done since the thread's last delivery, for a telling that tells of it."""
    if not row["case_key"] or row["kind"] not in {"mentions", "case"}:
        return []
    told = db.execute(
        "SELECT max(acts_until) AS n FROM outbox WHERE thread = ? AND +state = 'delivered'",
        (row["thread"],),
    ).fetchone()["n"]
    since = (row["case_key"], told or 0)
    db.execute(
        """UPDATE outbox SET acts_until =
           (SELECT coalesce(max(n), :told) FROM acts WHERE case_key = :case AND n > :told)
           WHERE key = :key""",
        {"told": told or 0, "case": row["case_key"], "key": row["key"]},
    )
    rows = db.execute(
        "SELECT * FROM acts WHERE case_key = ? AND n > ? AND told ORDER BY n DESC LIMIT ?",
        (*since, ACTS_MAX),
    ).fetchall()
    return [case_rows.act_of(act) for act in rows[::-1]]


def _receipt(db: "Database", thread: str, key: str) -> str | None:
    row = db.execute(
        """SELECT receipt FROM outbox WHERE thread = ? AND key <> ? AND receipt IS NOT NULL
           AND state = 'delivered' AND kind <> 'retraction' ORDER BY revision DESC LIMIT 1""",
        (thread, key),
    ).fetchone()
    return None if row is None else str(row["receipt"])
