"""What is told of a crisis: when it begins, and when all is calm again. Pure."""

from collections.abc import Sequence

from listener.crisis.detect import CALM_MINUTES, Finding, Sign
from listener.watch import Alarm

PRIORITY = 95

_WHAT = {
    "mentions": "mentions",
    "negative": "negative mentions",
    "far": "mentions by authors who reach far",
    "copies": "repetitions of what was said before",
}


def crisis_alarm(rule: str, brand: str, finding: Finding, about: Sequence[str]) -> Alarm:
    """The alarm that a crisis has begun; ``about`` are lines that say what it is about."""
    first = finding.signs[0]
    title = f"Crisis: {_counted(first)} of {brand} in {_length(first.minutes)}"
    lines = [_usual(sign) for sign in finding.signs if sign.minutes == first.minutes]
    return Alarm(rule, brand, title, "\n".join([*lines, *about]), "crisis", PRIORITY)


def calm_alarm(rule: str, brand: str, unseen: Sequence[str] = ()) -> Alarm:
    """The all-clear. ``unseen`` are sources that have not been seen for long, and don't count."""
    title = f"All clear: {brand} is mentioned as usual again"
    but = f" but {', '.join(unseen)}, not seen for a day" if unseen else ""
    length = _length(CALM_MINUTES)
    body = f"For {length}, in all and against the brand, with every source seen{but}."
    return Alarm(rule, brand, title, body, "clear")


def _usual(sign: Sign) -> str:
    expected = sign.expected
    return (
        f"{_counted(sign)} in {_length(sign.minutes)}; at this hour of the week "
        f"{expected.mean:.1f} are usual, and up to {expected.high:.0f} nothing to wonder at."
    )


def _counted(sign: Sign) -> str:
    return f"{sign.count} {_WHAT[sign.series]}"


def _length(minutes: int) -> str:
    if minutes < 60:
        return f"{minutes} minutes"
    return "an hour" if minutes == 60 else f"{minutes // 60} hours"
