"""Alarm: raise and clear what no single mention shows, through the same outbox."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

import structlog

from listener.rules import Rule, breaks_through, quiet_until
from listener.store.port import Store
from listener.watch import Alarm, spike_alarm, trouble_alarms

log = structlog.get_logger("alarm")


@dataclass
class AlarmStage:
    """Holds volumes and sources against the rules with ``spike`` or ``trouble``."""

    store: Store
    rules: Sequence[Rule]
    brands: Sequence[str]
    zone: tzinfo
    channels: Sequence[str] = ()

    busy = False

    def step(self, now: datetime) -> int:
        """Raise and clear what changed. Returns how much that was."""
        changed = 0
        for rule in self.rules:
            for alarm in self._alarms(rule, now):
                changed += tell_alarm(self.store, rule, alarm, now, self.zone)
        return changed

    def drain(self, now: datetime) -> None:
        """Nothing is ever under way here."""

    def _alarms(self, rule: Rule, now: datetime) -> list[Alarm]:
        if rule.trouble is not None:
            facts = self.store.source_facts(now)
            channels = self.store.controls.channel_facts(self.channels)
            return trouble_alarms(rule, facts, self.store.alarmed(rule.name), now, channels)
        if rule.spike is None:
            return []
        brands = sorted(rule.when.brands) or self.brands
        alarmed = self.store.alarmed(rule.name)
        volumes = self.store.volumes(brands, now, rule.spike.window_minutes, rule.spike.weeks)
        alarms = (spike_alarm(rule, volume, alarmed) for volume in volumes)
        return [alarm for alarm in alarms if alarm is not None]


def tell_alarm(store: Store, rule: Rule, alarm: Alarm, now: datetime, zone: tzinfo) -> bool:
    """Raise or clear it by the rule's channels, after its quiet hours; False if it stood so."""
    loud = breaks_through(rule, alarm.priority)
    due_at = now if loud else quiet_until(rule.quiet, now, zone) or now
    told = store.save_alarm(alarm, rule.send_to, now, due_at)
    if told:
        log.warning("alarm" if alarm.raised else "all clear", title=alarm.title)
    return told
