"""What ``listener eval`` prints: a table for each kind of judgement."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from listener.evaluation.tally import PRECISION, SAYS_SOMETHING_MIN, TARGETS, Measures, Tally
from listener.text import shown

Row = list[str]

NAME_CHARS_MAX = 40
_TOO_FEW = f"too few to say anything: fewer than {SAYS_SOMETHING_MIN}"


def page(tally: Tally, notes: Sequence[str]) -> Iterator[str]:
    """The tables, then what must be known to read them."""
    for kind, measured in tally.measures().items():
        yield f"{shown(kind, 60)}, judged by {', '.join(_judges(tally, kind))}"
        yield from _table(kind, measured)
        yield ""
    for kind, count in sorted(tally.unjudged.items()):
        yield f"{shown(kind, 60)}: labelled {count:,} times, and nobody here judges it"
    yield from notes
    yield (
        "ECE: how far the stated scores are from the share that was right. In brackets: where 95 "
        "of 100 such samples lie."
    )


def as_json(tally: Tally, notes: Sequence[str]) -> dict[str, Any]:
    """The same for programs: by kind ``all``, and the slices by dimension."""
    return {
        "kinds": {
            kind: {"judges": _judges(tally, kind), **_slices(measured)}
            for kind, measured in tally.measures().items()
        },
        "unjudged": dict(tally.unjudged),
        "notes": list(notes),
    }


def _judges(tally: Tally, kind: str) -> list[str]:
    return [shown(by, 60) for by in sorted(tally.judges[kind])]


def _slices(measured: Mapping[tuple[str, str], Measures]) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for (dimension, name), measures in measured.items():
        if dimension:
            told.setdefault(f"by_{dimension}", {})[name] = _numbers(measures)
        else:
            told["all"] = _numbers(measures)
    return told


def _numbers(measures: Measures) -> dict[str, Any]:
    return {
        "n": measures.n,
        "accuracy": measures.accuracy,
        "accuracy_between": measures.accuracy_between,
        "macro_f1": measures.macro_f1,
        "macro_f1_between": measures.macro_f1_between,
        "calibration_error": measures.calibration_error,
        "auc": measures.auc,
        "recall_at_precision": measures.recall,
        "called_wrongly": measures.called,
        "confusion": [
            {"label": true, "judged": said, "n": count}
            for (true, said), count in sorted(measures.confusion.items())
        ],
    }


def _table(kind: str, measured: Mapping[tuple[str, str], Measures]) -> Iterator[str]:
    rows = [["", "n", "accuracy", "macro F1", "ECE", *_heads(kind)]]
    rows += [_row(kind, *which, measures) for which, measures in measured.items()]
    full = [row for row in rows if len(row) == len(rows[0])]
    widths = [max(len(row[at]) for row in (rows if at < 2 else full)) for at in range(len(rows[0]))]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        yield "  ".join(cells).rstrip()


def _heads(kind: str) -> Row:
    if kind not in TARGETS:
        return []
    of = f"AUC {TARGETS[kind]}"
    if kind == "urgency":
        return [of, f"found at precision {PRECISION}"]
    return [of, "ordinary ones called spam"] if kind == "spam" else [of]


def _row(kind: str, dimension: str, name: str, measures: Measures) -> Row:
    first = f"{dimension} {shown(name, NAME_CHARS_MAX)}" if dimension else "all"
    if measures.accuracy is None:
        return [first, f"{measures.n:,}", _TOO_FEW]
    right = _percent(measures.accuracy) + _between(measures.accuracy_between, "{:.0%}")
    f1 = _fraction(measures.macro_f1) + _between(measures.macro_f1_between, "{:.2f}")
    row = [first, f"{measures.n:,}", right, f1, _fraction(measures.calibration_error)]
    if kind in TARGETS:
        row.append(_fraction(measures.auc))
    if kind == "urgency":
        row.append(_percent(measures.recall))
    if kind == "spam":
        row.append(_percent(measures.called, 2))
    return row


def _between(interval: tuple[float, float] | None, form: str) -> str:
    if interval is None:
        return ""
    low, high = (form.format(end).removesuffix("%") for end in interval)
    return f" ({low}–{high})"


def _fraction(value: float | None) -> str:
    """To three places; a dash where nothing can be said."""
    return "–" if value is None else f"{value:.3f}"


def _percent(value: float | None, places: int = 1) -> str:
    return "–" if value is None else f"{100 * value:.{places}f} %"
