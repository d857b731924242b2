"""The schedule of sources and what their polls brought, in SQL."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from listener.budget import NO_LIMITS
from listener.due import WAIT_SECONDS_MIN
from listener.model import Fault
from listener.ports import SHARE_USED_UP, FailureState
from listener.retry import WISH_SECONDS_MAX
from listener.store import (
    answers,
    ledger,
    particulars,
    people,
    rechecks,
    removal,
    sightings,
    spending,
)
from listener.store.cases import changing
from listener.store.leases import NO_LEASE, free_beyond, lease
from listener.store.port import LostLease, Polled, Saved, SourcePlan, SourceTurn
from listener.store.rows import Row, moment, stamp

if TYPE_CHECKING:
    from sqlite_utils import Database

REJECTS_KEPT = 20
NUDGE_SECONDS = 60
WAITED_OUT = {*SHARE_USED_UP, "rate limit"}


def plan(db: "Database", plans: Iterable[SourcePlan], now: datetime, *, all_due: bool) -> None:
    """Keep what is known of every source; poll only those planned, new ones at once."""
    db.execute("UPDATE sources SET planned = 0")
    for source in plans:
        is_put_off = _is_put_off(db, source)
        db.execute(
            """INSERT INTO sources (name, planned, poll_seconds, due_at, watched_since, limits)
               VALUES (?, 1, ?, ?, ?, ?) ON CONFLICT (name) DO UPDATE
               SET planned = 1, poll_seconds = excluded.poll_seconds, limits = excluded.limits,
                   due_at = CASE WHEN NOT ? AND (poll_seconds <> excluded.poll_seconds
                                                 OR limits <> excluded.limits)
                            THEN min(due_at, excluded.due_at) ELSE due_at END""",
            (
                source.name,
                source.poll_seconds,
                stamp(now),
                stamp(now),
                spending.limits_text(source.limits),
                is_put_off,
            ),
        )
    # A clock that was wrong for a while must not silence a source until the year it showed.
    db.execute(
        "UPDATE sources SET due_at = min(due_at, ?)",
        (stamp(now + timedelta(seconds=WISH_SECONDS_MAX)),),
    )
    free_beyond(db, now + timedelta(days=1))
    if all_due:
        _make_due(db, now)


def _make_due(db: "Database", now: datetime) -> None:
    """Make every source due, but those that the site or the budget wants to wait longer."""
    rows = db.execute("SELECT * FROM sources WHERE planned AND due_at > ?", (stamp(now),))
    for row in rows.fetchall():
        if not _rests(row):
            db.execute("UPDATE sources SET due_at = ? WHERE name = ?", (stamp(now), row["name"]))


def _rests(row: Row) -> bool:
    if row["failures"]:
        return row["trouble"] in WAITED_OUT
    interval = timedelta(seconds=row["poll_seconds"] + 1)
    return bool(row["last_ok_at"]) and moment(row["due_at"]) > moment(row["last_ok_at"]) + interval


def _is_put_off(db: "Database", source: SourcePlan) -> bool:
    """Whether the source failed or its site wants it to wait, so that a new plan changes nothing.

    What its budget puts off, a new budget brings on.
    """
    row = db.execute("SELECT * FROM sources WHERE name = ?", (source.name,)).fetchone()
    if row is None:
        return False
    limits = spending.limits_of(row)
    if row["failures"]:
        return row["trouble"] != "budget" or limits == source.limits
    return _rests(row) and limits in {NO_LIMITS, source.limits}


def nudge(db: "Database", source: str, now: datetime) -> bool:
    """Make a source due as soon as it may be asked; whether that is earlier than it was to be.

    That is a minute after it was last asked, and the whole interval where the site wants to be
    asked less. One that failed waits as long as its site may have asked; a budget lasts.
    """
    row = db.execute("SELECT * FROM sources WHERE name = ? AND planned", (source,)).fetchone()
    if row is None or row["failures"]:
        return False
    tried = min(moment(row["last_try_at"] or row["watched_since"]), now)
    free = tried + timedelta(seconds=NUDGE_SECONDS)
    if _rests(row):  # and still rests by then: nudged again it comes no earlier
        free = moment(row["last_ok_at"]) + timedelta(seconds=row["poll_seconds"] + 2)
    at = spending.paced(db, source, spending.limits_of(row), max(now, free), now)
    if at >= moment(row["due_at"]):
        return False
    db.execute("UPDATE sources SET due_at = ? WHERE name = ?", (stamp(at), source))
    return True


def claim(
    db: "Database", owner: str, now: datetime, until: datetime, limit: int
) -> list[SourceTurn]:
    """Lease due sources, the longest due first."""
    names = [
        row["name"]
        for row in db.execute(
            """SELECT name FROM sources WHERE planned AND due_at <= :now
               AND (lease_until IS NULL OR lease_until <= :now) ORDER BY due_at LIMIT :limit""",
            {"now": stamp(now), "limit": limit},
        )
    ]
    token = lease(db, "sources", "name", names, owner=owner, until=until)
    for name in names:
        db.execute("UPDATE sources SET last_try_at = ? WHERE name = ?", (stamp(now), name))
    return [_turn(db, name, token, now) for name in names]


def save(db: "Database", turn: SourceTurn, polled: Polled) -> Saved:
    """Posts, mentions, faults, coverage and cursor of a poll."""
    saved = save_brought(db, turn.name, polled)
    _save_faults(db, turn.name, polled.faults, polled.seen_at)
    ledger.save(db, turn.name, polled)
    is_news = bool(saved.posts_new or saved.posts_edited or saved.posts_deleted)
    count(db, turn.name, saved, polled)
    spending.settle(db, turn.name, polled.reserved, polled.spent, polled.seen_at, polls=1)
    changed = db.execute(
        f"""UPDATE sources SET cursor = :cursor, due_at = :due_at, last_ok_at = :now,
            failures = 0, last_error = '', trouble = '', polls = polls + 1, {NO_LEASE}
            WHERE name = :name AND lease_token = :token""",
        {
            "cursor": polled.cursor,
            "due_at": stamp(_due_at(db, turn.name, polled, is_news=is_news)),
            "now": stamp(polled.seen_at),
            "name": turn.name,
            "token": turn.token,
        },
    ).rowcount
    if not changed:
        raise LostLease(turn.name)
    return saved


def save_brought(db: "Database", source: str, polled: Polled) -> Saved:
    """What a source brought, by a poll or pushed: posts, mentions, answers, removals."""
    now = polled.seen_at
    saved = sightings.save(db, source, polled.posts, polled.mentions, now)
    answers.save(db, polled.answers)
    changing.answered(db, polled.answers, now)
    particulars.save_supporters(db, polled.supporters, now)
    people.link_all(db, polled.linked, source, now)
    posts_deleted = removal.delete(db, source, polled.deleted, now)
    posts_deleted += removal.delete_by_authors(db, source, polled.gone, now)
    rechecks.hurry(db, polled.look_again, now)
    _save_rejects(db, source, polled.rejects, now)
    return Saved(saved.posts_new, saved.posts_edited, posts_deleted, saved.mentions_new)


def count(db: "Database", source: str, saved: Saved, polled: Polled) -> None:
    """Count what came."""
    db.execute(
        """UPDATE sources SET posts = posts + :new, rejects = rejects + :rejects,
           last_post_at = CASE WHEN :new > 0 THEN :now ELSE last_post_at END WHERE name = :name""",
        {
            "new": saved.posts_new,
            "rejects": len(polled.rejects),
            "now": stamp(polled.seen_at),
            "name": source,
        },
    )


def note_rejects(db: "Database", source: str, rejects: Sequence[Fault], now: datetime) -> None:
    """What was passed over for good, shown by ``listener status``."""
    _save_rejects(db, source, rejects, now)
    db.execute("UPDATE sources SET rejects = rejects + ? WHERE name = ?", (len(rejects), source))


def fail(
    db: "Database", turn: SourceTurn, reason: str, due_at: datetime, state: FailureState
) -> None:
    """Count the failure and keep everything else."""
    changed = db.execute(
        f"""UPDATE sources SET failures = failures + 1, last_error = ?, trouble = ?,
            polls = polls + 1, due_at = ?, {NO_LEASE} WHERE name = ? AND lease_token = ?""",
        (reason, state, stamp(due_at), turn.name, turn.token),
    ).rowcount
    if not changed:
        raise LostLease(turn.name)


def _turn(db: "Database", name: str, token: int, now: datetime) -> SourceTurn:
    row = db.execute(
        "SELECT cursor, failures, last_error, trouble, due_at FROM sources WHERE name = ?", (name,)
    ).fetchone()
    return SourceTurn(
        name=name,
        cursor=row["cursor"],
        token=token,
        failures=row["failures"],
        seen_until=ledger.seen_until(db, name, now),
        last_error=row["last_error"],
        due_at=moment(row["due_at"]),
        state=row["trouble"],
    )


def _due_at(db: "Database", source: str, polled: Polled, *, is_news: bool) -> datetime:
    """When the source is polled next; not before its budget affords it.

    One that says there is more, and brought nothing new, is not asked without end at once.
    """
    pause = timedelta(seconds=0 if is_news else WAIT_SECONDS_MIN)
    due_at = max(polled.due_at, polled.seen_at + pause) if polled.more else polled.due_at
    row = db.execute("SELECT limits FROM sources WHERE name = ?", (source,)).fetchone()
    limits = spending.limits_of(row) if row else NO_LIMITS
    return spending.paced(db, source, limits, due_at, polled.seen_at)


def _save_faults(db: "Database", source: str, faults: Sequence[Fault], now: datetime) -> None:
    """Places that failed again count on; places that did not are well again."""
    stood = {
        row["place"]: row
        for row in db.execute("SELECT * FROM faults WHERE source = ?", (source,)).fetchall()
    }
    db.execute("DELETE FROM faults WHERE source = ?", (source,))
    for fault in faults:
        before = stood.get(fault.where)
        since = before["since"] if before else stamp(now)
        failures = before["failures"] + 1 if before else 1
        db.execute(
            "INSERT OR REPLACE INTO faults VALUES (?, ?, ?, ?, ?)",
            (source, fault.where, fault.reason, since, failures),
        )


def _save_rejects(db: "Database", source: str, rejects: Sequence[Fault], now: datetime) -> None:
    if not rejects:
        return
    for reject in rejects[-REJECTS_KEPT:]:
        db.execute(
            "INSERT INTO rejects (source, place, reason, at) VALUES (?, ?, ?, ?)",
            (source, reject.where, reject.reason, stamp(now)),
        )
    db.execute(
        """DELETE FROM rejects WHERE source = :source AND n NOT IN
           (SELECT n FROM rejects WHERE source = :source ORDER BY n DESC LIMIT :kept)""",
        {"source": source, "kept": REJECTS_KEPT},
    )
