"""What ``listener learn`` prints: what a lesson brings, and the versions there are."""

from collections.abc import Collection, Iterator, Sequence

from listener.learning import Trial
from listener.store.learning_port import Lesson
from listener.text import shown


def found(trial: Trial | None, on_general: Trial | None) -> Iterator[str]:
    """Before and after, on corrections held out and on the general test."""
    yield f"  {'':22}{'macro F1':20}accuracy"
    if trial:
        yield f"{_line('corrections held out', trial)}{_gain(trial)}"
    if on_general:
        yield _line("general test", on_general)
    else:
        yield "  general test: its judge brings none"


def versions(lessons: Sequence[Lesson], unusable: Collection[int]) -> Iterator[str]:
    """A line per lesson, the newest first."""
    for one in lessons:
        about = f"{shown(one.kind, 40)}{f' of {shown(one.brand, 60)}' if one.brand else ''}"
        state = "taken up" if one.active else ""
        if one.number in unusable:
            state = f"{state}, but its judge is another by now: learn again".removeprefix(", but ")
        yield (
            f"{one.number:>3}  {one.made_at:%Y-%m-%d %H:%M}  {about}  {one.examples:,} corrections"
            f"  held out {_change(one.before, one.after)}"
            f"  general {_change(one.general_before, one.general_after)}"
            f"  by {shown(one.made_by, 40) or '(nobody named)'}  {state}"
        ).rstrip()


def _line(title: str, trial: Trial) -> str:
    f1 = _change(trial.before.macro_f1, trial.after.macro_f1)
    right = f"{100 * trial.before.accuracy:.1f} % → {100 * trial.after.accuracy:.1f} %"
    return f"  {title:22}{f1:20}{right}"


def _gain(trial: Trial) -> str:
    if trial.gain_between is None:
        return ""
    low, high = trial.gain_between
    return f"  (gain in macro F1, in 95 of 100 such samples: {low:+.3f} to {high:+.3f})"


def _change(before: float | None, after: float | None) -> str:
    if before is None or after is None:
        return "not measured"
    return f"{before:.3f} → {after:.3f}"
