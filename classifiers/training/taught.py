"""What ``listener learn`` is worth: a hundred corrections of one brand, and the rest of its posts.

Three brands with a world of their own: a horror game whose fans praise in curses, a city's trams,
a discount grocer. The first hundred posts are taken as corrected; the others are never shown.
"""

from collections.abc import Sequence

from classifiers.small.judge import SmallClassifier
from classifiers.training.judged import Judged
from classifiers.training.ours import labelled_lines
from classifiers.training.posts import FOLDER, Labelled
from listener.evaluation import confusion, macro_f1
from listener.ports import Classifier, Corrected

CORRECTED = 100
KINDS = ("sentiment", "intent")


def learning(general: Sequence[Judged]) -> None:
    """Macro F1 before and after, of the brand's other posts and of our test posts."""
    for path in sorted((FOLDER / "brands").glob("*.jsonl")):
        some = list(labelled_lines(path))
        for kind in KINDS:
            before = SmallClassifier(kind)  # type: ignore[arg-type]
            lesson = before.refit(_corrected(some[:CORRECTED], kind))
            after = before.taught(lesson, 1)
            test = [one.labelled for one in general if one.counts_for(kind)]
            print(  # noqa: T201
                f"{path.stem} {some[0].mention.brand:11} {kind:9}"
                f" own {_f1(before, some[CORRECTED:], kind):.3f} →"
                f" {_f1(after, some[CORRECTED:], kind):.3f}"
                f"  if taught to all: {_f1(before, test, kind):.3f} → {_f1(after, test, kind):.3f}"
            )


def _corrected(some: Sequence[Labelled], kind: str) -> list[Corrected]:
    return [Corrected(one.mention, one.labels[kind]) for one in some]


def _f1(judge: Classifier, some: Sequence[Labelled], kind: str) -> float:
    tags = judge.tag([one.mention for one in some])
    pairs = [(one.labels[kind], tag.label) for one, tag in zip(some, tags, strict=True)]
    return macro_f1(confusion(pairs)) or 0.0
