"""From which chance on a mention is urgent, by how many false alarms a day are bearable. Pure.

The judge of urgency tells how probable it is that a mention is one of high urgency. Where its
chances hold, a mention that is called urgent at a chance of 0.7 is a false alarm with 0.3, and the
sum of that over a day is how many false alarms the day had, as far as anybody can know. So the
bearable number of them says from which chance on mentions are called urgent: the lowest one at
which the days before would not have had more.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from listener.model import LABELS, Tag

KIND = "urgency"
LABEL = "high"
BELOW = "medium"
"""What is called so that would be urgent, were fewer: never ``low``."""

DAYS_MAX = 7
HOURS_OF_DAY = 24
LOOK_SECONDS = 600
STEPS = 100
"""Chances are counted in hundredths, so that what is told is exactly what was reckoned with."""
CHANCE_MIN = 0.2
"""Where four of five would be false nobody is called, however many false alarms are bearable."""

_ROUNDING = 1e-9

Chances = Mapping[int, float]
"""What was judged of a time: chance in hundredths → false alarms if all of it were told."""


@dataclass(frozen=True, slots=True)
class AlarmsFrom:
    """The chance from which on mentions are urgent (above 1: none is), for so many false a day."""

    chance: float
    false_alarms_per_day: float


def step_of(chance: float) -> int:
    """A chance in whole hundredths."""
    return int(chance * STEPS + _ROUNDING)


def hours_before(now: datetime) -> list[datetime]:
    """When the whole hours began that are looked at, the newest first: a week's, and a day's."""
    last = now.replace(minute=0, second=0, microsecond=0)
    hours = HOURS_OF_DAY * (DAYS_MAX + 1)
    return [last - timedelta(hours=ago) for ago in range(1, hours + 1)]


def days_of(hours: Sequence[Chances]) -> list[Chances]:
    """The days of these hours, each the 24 before the last, as many as are whole."""
    whole = range(HOURS_OF_DAY, len(hours) + 1, HOURS_OF_DAY)
    return [_together(hours[end - HOURS_OF_DAY : end]) for end in whole]


def alarms_from(days: Sequence[Chances], false_alarms_per_day: float) -> AlarmsFrom | None:
    """The lowest chance at which the days before had, in the mean, no more false alarms than that.

    The newest day comes first. Of the oldest one with anything in it nobody knows whether it was
    whole, so it is left out. Days of which nothing was judged are none: who wasn't there had no
    alarms. None where no day is left.
    """
    oldest = max((ago for ago, day in enumerate(days) if day), default=0)
    heard = [day for day in days[:oldest] if day]
    if not heard:
        return None
    false = _together(heard)
    bearable = false_alarms_per_day * len(heard) + _ROUNDING
    lowest = STEPS + 1
    for step in range(STEPS, step_of(CHANCE_MIN) - 1, -1):
        bearable -= false.get(step, 0.0)
        if bearable < 0:
            break
        lowest = step
    return AlarmsFrom(lowest / STEPS, false_alarms_per_day)


def by_rate(tag: Tag, alarms: AlarmsFrom) -> Tag:
    """The tag of urgency as the bearable rate has it, with a reason where it made a difference.

    What its classifier called urgent and can't be told as that is ``medium``. A tag without
    chances, of another kind, or of what could not be judged, stays as it is.
    """
    chances = dict(tag.chances)
    if tag.kind != KIND or tag.label not in LABELS[KIND] or LABEL not in chances:
        return tag
    step = step_of(chances[LABEL])
    is_urgent = step >= step_of(alarms.chance)
    if not is_urgent and tag.label != LABEL:
        return tag
    label = LABEL if is_urgent else BELOW
    return replace(
        tag,
        label=label,
        score=chances.get(label, 0.0),
        reasons=(*tag.reasons, _reason(step, alarms)),
    )


def _together(parts: Iterable[Chances]) -> Chances:
    false: Counter[int] = Counter()
    for part in parts:
        false.update(part)
    return false


def _reason(step: int, alarms: AlarmsFrom) -> str:
    rate = alarms.false_alarms_per_day
    bearable = f"{rate:g} false {'alarm' if rate == 1 else 'alarms'} a day"
    if alarms.chance > 1:
        return f"{step / STEPS:.2f} likely urgent, no alarms for now ({bearable})"
    return f"{step / STEPS:.2f} likely urgent, alarms from {alarms.chance:.2f} on ({bearable})"
