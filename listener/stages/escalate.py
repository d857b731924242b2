"""Escalate: hold open cases against the clock, and tell who comes next when nobody answers."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

import structlog

from listener.escalation import Plan, plan
from listener.local_time import local_day
from listener.model import Case
from listener.store.port import Store
from listener.teams import Teams

log = structlog.get_logger("escalate")

BATCH = 100
AGAIN_MINUTES = 15


@dataclass
class EscalateStage:
    """Looks at cases that are new, were changed, or whose time came."""

    store: Store
    teams: Teams
    zone: tzinfo = UTC
    _stepped_at: datetime | None = None

    busy = False

    def step(self, now: datetime) -> int:
        """Plan one batch of cases. Returns how many; one changed meanwhile is planned next time."""
        if self._stepped_at is None or now < self._stepped_at:
            # The teams may have other promises than before, or the clock was put back.
            self.store.cases.replan(now)
        self._stepped_at = now
        due = self.store.cases.due(now, BATCH)
        return sum(self._keep(case, now) for case in due)

    def drain(self, now: datetime) -> None:
        """Nothing is ever under way here."""

    def _keep(self, case: Case, now: datetime) -> bool:
        planned = self._planned(case, now)
        kept = self.store.cases.keep(case, planned, now)
        for escalation in planned.escalations if kept else ():
            told = ", ".join(escalation.channels)
            log.warning("escalated", case=case.key, step=escalation.step, told=told)
        return kept

    def _planned(self, case: Case, now: datetime) -> Plan:
        """What is due; a case that can't be planned costs itself, and is looked at again."""
        try:
            return plan(case, self.teams, now, self._full(now))
        except Exception:
            log.exception("can't be planned", case=case.key)
            again_at = now + timedelta(minutes=AGAIN_MINUTES)
            return Plan(case.claim_due_at, case.answer_due_at, again_at)

    def _full(self, now: datetime) -> frozenset[str]:
        """Who had the most that a local day may bring them."""
        limited = {
            person.name: (person.channel, person.daily_max)
            for person in self.teams.people.values()
            if person.channel and person.daily_max is not None
        }
        if not limited:
            return frozenset()
        channels = {channel for channel, _ in limited.values()}
        told = self.store.cases.escalated(channels, local_day(now, self.zone)[0])
        return frozenset(
            name for name, (channel, most) in limited.items() if told.get(channel, 0) >= most
        )
