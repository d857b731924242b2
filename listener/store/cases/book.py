"""The book of cases on SQLite: see :class:`listener.store.case_port.CaseBook`."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from listener.cases import Act
from listener.escalation import Plan
from listener.model import Case, CaseState
from listener.ports import Changes
from listener.store.case_port import (
    CASES_MAX,
    OPEN,
    Acted,
    CaseFile,
    ChangesSaved,
    DeskTurn,
)
from listener.store.cases import acting, escalations, files
from listener.store.cases import desks as schedule
from listener.store.connection import Connection
from listener.store.rows import stamp


class SqliteCases:
    """A :class:`listener.store.case_port.CaseBook` on the connection of a store."""

    def __init__(self, connection: Connection, owner: str) -> None:
        self._connection = connection
        self._owner = owner

    def find(
        self,
        *,
        states: Sequence[CaseState] = OPEN,
        teams: Sequence[str] = (),
        owner: str = "",
        author: str = "",
        limit: int = CASES_MAX,
    ) -> list[Case]:
        with self._connection.reading() as db:
            return files.find(db, states, teams, owner, author, min(limit, CASES_MAX))

    def file(self, key: str) -> CaseFile | None:
        with self._connection.reading() as db:
            return files.file(db, key)

    def act(self, key: str, act: Act, now: datetime) -> Acted:
        with self._connection.writing() as db:
            return acting.act(db, key, act, now)

    def due(self, now: datetime, limit: int) -> list[Case]:
        with self._connection.reading() as db:
            return escalations.due(db, now, limit)

    def replan(self, now: datetime) -> None:
        with self._connection.writing() as db:
            escalations.replan(db, now)

    def keep(self, case: Case, plan: Plan, now: datetime) -> bool:
        with self._connection.writing() as db:
            return escalations.keep(db, case, plan, now)

    def escalated(self, channels: Collection[str], since: datetime) -> Mapping[str, int]:
        with self._connection.reading() as db:
            return escalations.count(db, channels, since)

    def plan_desks(self, desks: Mapping[str, float], now: datetime) -> None:
        with self._connection.writing() as db:
            schedule.plan(db, desks, now)

    def claim_desks(self, now: datetime, lease_seconds: float, limit: int) -> list[DeskTurn]:
        if limit < 1 or not self._a_desk_is_due(now):
            return []
        until = now + timedelta(seconds=lease_seconds)
        with self._connection.writing() as db:
            return schedule.claim(db, self._owner, now, until, limit)

    def save_changes(
        self, turn: DeskTurn, changes: Changes, now: datetime, due_at: datetime
    ) -> ChangesSaved:
        with self._connection.writing() as db:
            return schedule.save(db, turn, changes, now, due_at)

    def fail_changes(self, turn: DeskTurn, reason: str, due_at: datetime) -> None:
        with self._connection.writing() as db:
            schedule.fail(db, turn, reason, due_at)

    def _a_desk_is_due(self, now: datetime) -> bool:
        """A cheap look before a write, as the store's own."""
        with self._connection.reading() as db:
            due = "SELECT 1 FROM desks WHERE planned AND due_at <= ? LIMIT 1"
            return db.execute(due, (stamp(now),)).fetchone() is not None
