"""What no single mention shows: a spike in volume, a source that fails or falls silent. Pure.

Facts and what is already alarmed go in; what to raise and what to clear comes out. Each alarm
is raised once and cleared once.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import sqrt

from listener.model import AlertKind
from listener.rules import Rule, Spike, Trouble

_CALM_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class SourceFacts:
    """What is known of one place of a source (``place`` empty: the source as a whole)."""

    source: str
    place: str
    failures: int
    last_error: str
    last_post_at: datetime | None
    watched_since: datetime


@dataclass(frozen=True, slots=True)
class Volume:
    """Mentions of a brand in the last window, and in the same window of weeks before."""

    brand: str
    count: int
    history: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Alarm:
    """One thing to raise or clear: ``subject`` is what it is about, ``title`` says it."""

    rule: str
    subject: str
    title: str
    body: str = ""
    kind: AlertKind = "source"
    priority: int = 70

    @property
    def raised(self) -> bool:
        """Whether this raises the alarm; else it clears it."""
        return self.kind != "clear"


def trouble_alarms(
    rule: Rule, facts: Iterable[SourceFacts], alarmed: frozenset[str], now: datetime
) -> list[Alarm]:
    """Which sources to raise or clear under a rule with ``trouble``; ``alarmed``: subjects."""
    if rule.trouble is None:
        return []
    wanted = rule.when.sources
    watched = [fact for fact in facts if not wanted or fact.source in wanted]
    troubles = {_subject(fact): (_trouble(rule.trouble, fact, now), fact) for fact in watched}
    raised = [
        Alarm(rule.name, subject, f"Source {subject}: {reason}", fact.last_error)
        for subject, (reason, fact) in troubles.items()
        if reason and subject not in alarmed
    ]
    # A place that is well again has no facts any more.
    well = sorted(alarmed - {subject for subject, (reason, _) in troubles.items() if reason})
    sources = {fact.source for fact in watched}
    return raised + [Alarm(rule.name, one, _all_clear(one, sources), kind="clear") for one in well]


def spike_alarm(rule: Rule, volume: Volume, alarmed: frozenset[str]) -> Alarm | None:
    """What to raise or clear for a brand under a rule with ``spike``, or None.

    Cleared only when the volume has fallen half the way from what raises it to what is usual,
    so that a volume swinging around the line does not ring twice.
    """
    if rule.spike is None:
        return None
    history = volume.history
    line, usual = spike_line(rule.spike, history), _mean(history)
    minutes = rule.spike.window_minutes
    told = f"{volume.count} mentions of {volume.brand} in {minutes} minutes"
    if volume.count >= line and volume.brand not in alarmed:
        body = f"Usual at this hour of the week: {_usual(history)}."
        return Alarm(rule.name, volume.brand, f"Spike: {told}", body, kind="spike", priority=90)
    if volume.count < usual + (line - usual) * _CALM_SHARE and volume.brand in alarmed:
        return Alarm(rule.name, volume.brand, f"Calm again: {told}", kind="clear")
    return None


def spike_line(spike: Spike, history: Sequence[int]) -> float:
    """From how many mentions on a window is a spike.

    Mean plus ``deviations`` standard deviations, where the variance is never below that of
    chance (Poisson) with one mention added, so that a brand nobody mentions is not alarmed by
    its first five.
    """
    mean = _mean(history)
    variance = sum((count - mean) ** 2 for count in history) / max(len(history) - 1, 1)
    return max(spike.mentions_min, mean + spike.deviations * sqrt(max(variance, mean) + 1))


def _subject(fact: SourceFacts) -> str:
    return f"{fact.source} {fact.place}".strip()


def _all_clear(subject: str, sources: set[str]) -> str:
    is_watched = any(f"{subject} ".startswith(f"{source} ") for source in sources)
    return f"Source {subject} is {'back' if is_watched else 'no longer watched'}"


def _usual(history: Sequence[int]) -> str:
    if not history:
        return "not known yet, there is no week to compare with"
    weeks = "1 week" if len(history) == 1 else f"{len(history)} weeks"
    return f"{_mean(history):.1f}, over {weeks}"


def _mean(history: Sequence[int]) -> float:
    return sum(history) / len(history) if history else 0.0


def _trouble(trouble: Trouble, fact: SourceFacts, now: datetime) -> str:
    if trouble.failures and fact.failures >= trouble.failures:
        return f"failed {fact.failures} times in a row"
    if not trouble.silent_seconds or fact.place:
        return ""
    silence = now - (fact.last_post_at or fact.watched_since)
    if silence <= timedelta(seconds=trouble.silent_seconds):
        return ""
    return f"nothing new for {round(silence.total_seconds() / 3600, 1)} hours"
