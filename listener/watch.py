"""What no single mention shows: a spike in volume, a source that fails or falls silent. Pure.

Facts and what is already alarmed go in; what to raise and what to clear comes out. Each alarm
is raised once and cleared once.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import sqrt

from listener.budget import Use, spent_of
from listener.model import AlertKind
from listener.ports import MENDED_BY_PEOPLE, SHARE_USED_UP
from listener.rules import Rule, Spike, Trouble

_CALM_SHARE = 0.5
_BUDGET = " budget "
_CHANNEL = "channel/"  # no name of a source holds a slash
_SPANS = {len("2026-11"): "month", len("2026-11-22"): "day"}
_NEEDS_A_PERSON = {
    "login": "its login is refused",
    "credits": "its account has to be paid for",
    "suspended": "its account is suspended",
    "blocked": "it is refused what it asks for",
    "gone": "what it asks for is gone",
    "setup": "it can't work as it is set up",
}


@dataclass(frozen=True, slots=True)
class SourceFacts:
    """What is known of one place of a source (``place`` empty: the source as a whole).

    ``state`` is the kind of failure it is in, ``budget`` how its ceilings stand.
    """

    source: str
    place: str
    failures: int
    last_error: str
    last_post_at: datetime | None
    watched_since: datetime
    state: str = ""
    budget: tuple[Use, ...] = ()


@dataclass(frozen=True, slots=True)
class ChannelFacts:
    """How a channel stands. ``state`` is empty while it works; ``waiting`` alerts are due."""

    channel: str
    state: str = ""
    reason: str = ""
    since: datetime | None = None
    waiting: int = 0
    buried: int = 0


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
    rule: Rule,
    facts: Iterable[SourceFacts],
    alarmed: frozenset[str],
    now: datetime,
    channels: Iterable[ChannelFacts] = (),
) -> list[Alarm]:
    """What to raise or clear under a rule with ``trouble``; ``alarmed``: subjects.

    A rule for some sources only leaves the channels alone.
    """
    if rule.trouble is None:
        return []
    wanted = rule.when.sources
    watched = [fact for fact in facts if not wanted or fact.source in wanted]
    troubles = {} if wanted else _refused(channels)
    standing: set[str] = set()
    for fact in watched:
        troubles |= _troubles(rule.trouble, fact, now)
        standing |= _standing(fact)
    raised = [
        Alarm(rule.name, subject, title, body)
        for subject, (title, body) in troubles.items()
        if subject not in alarmed
    ]
    # A place that is well again has no facts any more.
    well = sorted(alarmed - standing - set(troubles))
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


def _refused(channels: Iterable[ChannelFacts]) -> dict[str, tuple[str, str]]:
    """Channels by which nothing gets through until a person mends them."""
    return {
        f"{_CHANNEL}{one.channel}": (
            f"Channel {one.channel}: {_NEEDS_A_PERSON.get(one.state, one.state)}",
            f"{one.reason}\nAlerts that wait for it: {one.waiting}.",
        )
        for one in channels
        if one.state
    }


def _all_clear(subject: str, sources: set[str]) -> str:
    if subject.startswith(_CHANNEL):
        return f"Channel {subject.removeprefix(_CHANNEL)} works again"
    source, _, period = subject.partition(_BUDGET)
    if source in sources and len(period) in _SPANS:
        return f"Source {source}: a new {_SPANS[len(period)]} begins with its whole budget"
    source, _, state = subject.partition(": ")
    if source in sources and state in _NEEDS_A_PERSON:
        return f"Source {source} is back ({state})"
    is_watched = any(f"{subject} ".startswith(f"{source} ") for source in sources)
    return f"Source {subject} is {'back' if is_watched else 'no longer watched'}"


def _usual(history: Sequence[int]) -> str:
    if not history:
        return "not known yet, there is no week to compare with"
    weeks = "1 week" if len(history) == 1 else f"{len(history)} weeks"
    return f"{_mean(history):.1f}, over {weeks}"


def _mean(history: Sequence[int]) -> float:
    return sum(history) / len(history) if history else 0.0


def _troubles(trouble: Trouble, fact: SourceFacts, now: datetime) -> dict[str, tuple[str, str]]:
    """What is wrong with it: for each subject a title and a body."""
    reason = _trouble(trouble, fact, now)
    subject = _subject(fact)
    told = {subject: (f"Source {subject}: {reason}", fact.last_error)} if reason else {}
    if trouble.failures and fact.failures and fact.state in MENDED_BY_PEOPLE:
        told[_needs_a_person(fact)] = (
            f"Source {fact.source}: {_NEEDS_A_PERSON[fact.state]}",
            fact.last_error,
        )
    if trouble.budget_percent:
        near = [use for use in fact.budget if use.share * 100 >= trouble.budget_percent]
        # Of two measures in one period the one that is nearer to its ceiling is told.
        for use in sorted(near, key=lambda use: use.share):
            told[f"{fact.source}{_BUDGET}{use.period}"] = _budget_words(fact.source, use)
    return told


def _standing(fact: SourceFacts) -> set[str]:
    """What was alarmed and isn't over: a failing source's till it is read, a period's to its end.

    So nothing is told twice when one kind of failure turns into another.
    """
    stands = {f"{fact.source}{_BUDGET}{use.period}" for use in fact.budget}
    if fact.failures and fact.state in MENDED_BY_PEOPLE:
        stands.add(_subject(fact))
    if fact.failures:
        stands |= {f"{fact.source}: {state}" for state in MENDED_BY_PEOPLE}
    return stands


def _needs_a_person(fact: SourceFacts) -> str:
    return f"{fact.source}: {fact.state}"


def _budget_words(source: str, use: Use) -> tuple[str, str]:
    title = f"Source {source}: {use.share:.0%} of the {use.span}'s budget is spent"
    lasts = "It lasts to the end at the pace of the last days."
    if use.runs_out_at:
        lasts = f"At the pace of the last days it runs out {use.runs_out_at:%Y-%m-%d %H:%M} UTC."
    return title, f"{spent_of(use)}. {lasts}"


def _trouble(trouble: Trouble, fact: SourceFacts, now: datetime) -> str:
    told_by_state = fact.state in MENDED_BY_PEOPLE or fact.state in SHARE_USED_UP
    if trouble.failures and fact.failures >= trouble.failures and not told_by_state:
        return f"failed {fact.failures} times in a row"
    if not trouble.silent_seconds or fact.place:
        return ""
    silence = now - (fact.last_post_at or fact.watched_since)
    if silence <= timedelta(seconds=trouble.silent_seconds):
        return ""
    return f"nothing new for {round(silence.total_seconds() / 3600, 1)} hours"
