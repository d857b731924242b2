"""Measuring judges in one pass: a few numbers are kept of each judgement, and none of its words."""

from array import array
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import repeat

from listener.evaluation.calibration import expected_calibration_error
from listener.evaluation.interval import bootstrap
from listener.evaluation.labels import Confusion, Pair, accuracy, confusion, macro_f1
from listener.evaluation.ranking import auc, recall_at_precision
from listener.model import ERROR_LABEL, LABELS, Tag

TARGETS: Mapping[str, str] = {"urgency": "high", "spam": "yes", "intent": "complaint"}
"""The label of a kind that must not be missed: how well it is told from the rest is measured."""
PRECISION = 0.6
SAYS_SOMETHING_MIN = 20
"""Of fewer judgements no measure says anything."""
RANKS_MIN = 10
"""So many of either side an order needs."""
BINS_MIN = 100
"""So many judgements a calibration needs."""
SURE_FROM = 1_000
"""From so many on no interval is given: it would be narrower than what the labels are worth."""
SLICES_MAX = 200
OTHERS = "(others)"
SEED = 5

Interval = tuple[float, float]
Measure = Callable[[Confusion], float | None]


@dataclass(frozen=True, slots=True)
class Measures:
    """How good one kind of judgement is on ``n`` of them; None where too few say so.

    ``called`` is the share of those that are not so which were given the target label
    (``TARGETS``): ordinary posts that are called spam. ``auc`` and ``recall`` (at the precision
    ``PRECISION``) are of that label against the rest. An interval is what 95 of 100 such samples
    would give.
    """

    n: int
    accuracy: float | None = None
    accuracy_between: Interval | None = None
    macro_f1: float | None = None
    macro_f1_between: Interval | None = None
    calibration_error: float | None = None
    auc: float | None = None
    recall: float | None = None
    called: float | None = None
    confusion: Mapping[Pair, int] = field(default_factory=dict)


@dataclass(slots=True)
class Column:
    """What is kept of the judgements of one kind in one slice."""

    pairs: Counter[Pair] = field(default_factory=Counter)
    scores: "array[float]" = field(default_factory=lambda: array("d"))
    rights: "array[int]" = field(default_factory=lambda: array("b"))
    chances: "array[float] | None" = field(default_factory=lambda: array("d"))
    trues: "array[int]" = field(default_factory=lambda: array("b"))

    def add(self, true: str, tag: Tag) -> None:
        """Keep a judgement, and the label that is true."""
        self.pairs[true, tag.label] += 1
        self.scores.append(tag.score)
        self.rights.append(true == tag.label)
        target = TARGETS.get(tag.kind)
        if target is None or self.chances is None or tag.label == ERROR_LABEL:
            return
        chance = chance_of(target, tag)
        if chance is None:
            self.chances = None  # one that nobody knows: the order can't be told any more
        else:
            self.chances.append(chance)
            self.trues.append(true == target)

    def measures(self, kind: str) -> Measures:
        """All that can be said of them."""
        n = self.pairs.total()
        if n < SAYS_SOMETHING_MIN:
            return Measures(n, confusion=dict(self.pairs))
        rights = [bool(right) for right in self.rights]
        ranks = self.chances is not None and _both_sides(self.trues)
        chances = self.chances if ranks and self.chances is not None else ()
        trues = [bool(true) for true in self.trues] if ranks else []
        return Measures(
            n,
            accuracy(self.pairs),
            self._between(accuracy),
            macro_f1(self.pairs),
            self._between(macro_f1),
            expected_calibration_error(rights, self.scores) if n >= BINS_MIN else None,
            auc(trues, chances),
            recall_at_precision(trues, chances, PRECISION),
            _called(TARGETS.get(kind, ""), self.pairs),
            dict(self.pairs),
        )

    def _between(self, measure: Measure) -> Interval | None:
        if self.pairs.total() >= SURE_FROM:
            return None
        items = [pair for pair, count in sorted(self.pairs.items()) for _ in repeat(None, count)]
        return bootstrap(items, lambda drawn: measure(confusion(drawn)), SEED)


@dataclass(slots=True)
class Tally:
    """The columns by kind of judgement, dimension and slice; dimension "" is all of them."""

    columns: dict[tuple[str, str, str], Column] = field(default_factory=dict)
    judges: dict[str, set[str]] = field(default_factory=dict)
    unjudged: Counter[str] = field(default_factory=Counter)
    _slices: Counter[str] = field(default_factory=Counter)

    def add(
        self, labels: Mapping[str, str], tags: Sequence[Tag], slices: Mapping[str, str]
    ) -> None:
        """Count what was judged of one mention; ``slices`` says in which it is, by dimension."""
        judged = {tag.kind: tag for tag in tags}
        for kind, true in labels.items():
            if kind not in judged:
                self.unjudged[kind] += 1
                continue
            self.judges.setdefault(kind, set()).add(judged[kind].by)
            for dimension, name in {"": "", **slices}.items():
                self._column(kind, dimension, name).add(true, judged[kind])

    def measures(self) -> dict[str, dict[tuple[str, str], Measures]]:
        """By kind, then by dimension and slice: all first, then the slices by name."""
        found: dict[str, dict[tuple[str, str], Measures]] = {}
        for (kind, dimension, name), column in self.columns.items():
            found.setdefault(kind, {})[dimension, name] = column.measures(kind)
        return {kind: dict(sorted(of_kind.items())) for kind, of_kind in found.items()}

    def _column(self, kind: str, dimension: str, name: str) -> Column:
        """The column; of more slices than anybody reads, one for all that came later."""
        at = (kind, dimension, name)
        if at not in self.columns:
            if self._slices[kind + dimension] >= SLICES_MAX:
                at = (kind, dimension, OTHERS)
            self._slices[kind + dimension] += 1
        return self.columns.setdefault(at, Column())


def chance_of(label: str, tag: Tag) -> float | None:
    """How probable the judge holds this label; None where it doesn't tell."""
    if tag.chances:
        return dict(tag.chances).get(label, 0.0)
    if tag.label == label:
        return tag.score
    return 1 - tag.score if len(LABELS.get(tag.kind, ())) == 2 else None


def _both_sides(trues: Sequence[int]) -> bool:
    of_target = sum(trues)
    return min(of_target, len(trues) - of_target) >= RANKS_MIN


def _called(target: str, pairs: Mapping[Pair, int]) -> float | None:
    """The share of those that are not so which were called so."""
    others = sum(count for (true, _), count in pairs.items() if true != target)
    called = sum(count for (true, said), count in pairs.items() if said == target != true)
    return called / others if target and others >= RANKS_MIN else None
