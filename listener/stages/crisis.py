"""Crisis: hold what is said of each brand against what is usual, and tell when it is far beyond."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo

from listener.coverage import Coverage
from listener.crisis import Baseline, Crisis, Finding, judge, learn
from listener.crisis.cause import MENTIONS_MAX, explained
from listener.crisis.seen import saw_last_hour, seen_hours
from listener.crisis.words import calm_alarm, crisis_alarm
from listener.model import Brand, Mention
from listener.rules import Rule
from listener.stages.alarm import tell_alarm
from listener.store.port import Store
from listener.watch import Alarm

RECENT = timedelta(hours=6)
ALIVE = timedelta(days=1)
"""A source that was not seen for so long is missed by nobody's calm; it is named instead."""
RECENT_MINUTES = 5
USUAL_DAYS = 7
HOUR_MINUTES = 60


@dataclass
class CrisisStage:
    """Judges each brand under the rules with ``crisis``.

    ``listens`` names for each source the brands it is for; a source that is not there is for all.
    What is usual is learnt anew every hour.
    """

    store: Store
    rules: Sequence[Rule]
    brands: Mapping[str, Brand]
    zone: tzinfo
    listens: Mapping[str, frozenset[str]] = field(default_factory=dict)
    _baselines: dict[tuple[str, int], tuple[datetime, Baseline]] = field(default_factory=dict)

    busy = False

    def step(self, now: datetime) -> int:
        """Raise and clear what changed. Returns how much that was."""
        return sum(
            self._judge(rule, rule.crisis, brand, now)
            for rule in self.rules
            if rule.crisis is not None
            for brand in sorted(rule.when.brands) or self.brands
        )

    def drain(self, now: datetime) -> None:
        """Nothing is ever under way here."""

    def _judge(self, rule: Rule, crisis: Crisis, brand: str, now: datetime) -> bool:
        alive = [one for one in self._coverages(brand, now - ALIVE, now) if one.seen]
        recent = self.store.tallies(brand, now - RECENT, now, RECENT_MINUTES)
        seen = saw_last_hour(alive, now) and not self._failing({one.source for one in alive}, now)
        finding = judge(crisis, self._baseline(crisis, brand, now), recent, now, seen=seen)
        alarm = self._alarm(rule, brand, finding, now)
        return alarm is not None and tell_alarm(self.store, rule, alarm, now, self.zone)

    def _alarm(self, rule: Rule, brand: str, finding: Finding, now: datetime) -> Alarm | None:
        alarmed = brand in self.store.alarmed(rule.name)
        if finding.is_crisis and not alarmed:
            return crisis_alarm(rule.name, brand, finding, self._about(brand, finding, now))
        if not (finding.is_calm and alarmed):
            return None
        unseen = [one.source for one in self._coverages(brand, now - ALIVE, now) if not one.seen]
        return calm_alarm(rule.name, brand, unseen)

    def _about(self, brand: str, finding: Finding, now: datetime) -> list[str]:
        """What it is about, in lines."""
        since = now - timedelta(minutes=finding.signs[0].minutes)
        said = self._mentions(brand, since, now)
        usual = self._mentions(brand, since - timedelta(days=USUAL_DAYS), since)
        known = self.brands.get(brand)
        names = (brand, *known.names, *known.handles, *known.hashtags) if known else (brand,)
        return explained(said, usual, names)

    def _mentions(self, brand: str, since: datetime, until: datetime) -> list[Mention]:
        found: list[Mention] = []
        for mention in self.store.mentions(since, until):
            if mention.brand == brand and mention.label("spam") != "yes":
                found.append(mention)
            if len(found) == MENTIONS_MAX:
                break
        return found

    def _baseline(self, crisis: Crisis, brand: str, now: datetime) -> Baseline:
        hour = now.replace(minute=0, second=0, microsecond=0)
        known = self._baselines.get((brand, crisis.weeks))
        if known and known[0] == hour:
            return known[1]
        since = hour - timedelta(weeks=crisis.weeks)
        tallies = self.store.tallies(brand, since, hour, HOUR_MINUTES)
        hours = seen_hours(self._coverages(brand, since, hour), since, hour)
        baseline = learn(tallies, hours, self.zone, now)
        self._baselines[brand, crisis.weeks] = (hour, baseline)
        return baseline

    def _coverages(self, brand: str, since: datetime, until: datetime) -> list[Coverage]:
        return [one for one in self.store.watched(since, until) if self._is_for(one.source, brand)]

    def _failing(self, sources: Collection[str], now: datetime) -> bool:
        facts = self.store.source_facts(now)
        return any(fact.failures and not fact.place and fact.source in sources for fact in facts)

    def _is_for(self, source: str, brand: str) -> bool:
        return brand in self.listens.get(source, frozenset((brand,)))
