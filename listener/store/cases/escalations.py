"""Cases held against the clock, in SQL: which are due, and what the clock made of them."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from listener.cases import LISTENER, Act
from listener.escalation import Plan
from listener.model import Case
from listener.store.case_port import NoCase
from listener.store.cases import case_rows, changing, threads
from listener.store.rows import stamp

if TYPE_CHECKING:
    from sqlite_utils import Database


def due(db: "Database", now: datetime, limit: int) -> list[Case]:
    """The longest due first; what is closed is due no more."""
    rows = db.execute(
        """SELECT * FROM cases WHERE check_at <= ? AND state <> 'closed'
           ORDER BY check_at, key LIMIT ?""",
        (stamp(now), limit),
    ).fetchall()
    return [case_rows.case_of(row) for row in rows]


def replan(db: "Database", now: datetime) -> None:
    """All in which somebody waits, what was due before still first."""
    db.execute(
        """UPDATE cases SET check_at = min(coalesce(check_at, :now), :now),
           waiting_since = min(waiting_since, :now), version = version + (waiting_since > :now)
           WHERE state IN ('new', 'claimed')""",
        {"now": stamp(now)},
    )


def keep(db: "Database", case: Case, plan: Plan, now: datetime) -> bool:
    """Promises, escalations and when to look again; nothing of it where the case has changed."""
    try:
        standing = case_rows.read(db, case.key)
    except NoCase:
        return False
    if standing.version != case.version or standing.state == "closed":
        return False
    if plan.wakes and standing.snoozed_until is not None:
        act = Act(f"wake:{standing.version}", "wake", LISTENER, LISTENER, now)
        standing = changing.do(db, standing, act, now)
    planned = _planned(standing, plan)
    case_rows.write(db, planned, plan.check_at)
    for escalation in plan.escalations:
        threads.escalate(db, planned, escalation, now)
    return True


def count(db: "Database", channels: Collection[str], since: datetime) -> dict[str, int]:
    """How many escalations each of these channels was given since then."""
    some = ", ".join("?" * len(channels))
    rows = db.execute(
        f"""SELECT channel, count(*) AS them FROM outbox WHERE kind = 'escalation'
            AND created_at >= ? AND channel IN ({some}) GROUP BY channel""",
        (stamp(since), *channels),
    )
    return {row["channel"]: row["them"] for row in rows}


def _planned(case: Case, plan: Plan) -> Case:
    """The case with its promises; its version rises with what changes, so that only one does it."""
    planned = replace(
        case,
        claim_due_at=plan.claim_due_at,
        answer_due_at=plan.answer_due_at,
        step=max([case.step, *(one.step for one in plan.escalations)]),
    )
    if planned == case and not plan.escalations:
        return case
    return replace(planned, version=case.version + 1)
