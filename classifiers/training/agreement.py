"""How far two readers agree on our posts: ``python -m classifiers.training.agreement``.

Cohen's kappa per label and language, of the first reader and the second, who read blind.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from classifiers.training.posts import FOLDER, KINDS

Pair = tuple[str, str]


def main() -> None:
    """Print the table."""
    pairs: dict[tuple[str, str], list[Pair]] = defaultdict(list)
    for language, kind, pair in read_pairs(FOLDER):
        pairs[language, kind].append(pair)
    print(f"{'':4}" + "".join(f"{kind:>22}" for kind in KINDS))  # noqa: T201
    for language in sorted({language for language, _ in pairs}):
        cells = (_cell(pairs[language, kind]) for kind in KINDS)
        print(f"{language:4}" + "".join(f"{cell:>22}" for cell in cells))  # noqa: T201


def _cell(pairs: Sequence[Pair]) -> str:
    same = sum(one == other for one, other in pairs) / len(pairs)
    return f"{kappa(pairs):.3f} ({same:.1%}, n {len(pairs)})"


def read_pairs(folder: Path) -> Iterator[tuple[str, str, Pair]]:
    """Language, kind and the two readers' labels of every post and brand that both labelled.

    Kinds other than spam are compared where neither called it spam: the rest is convention.
    """
    for path in sorted((folder / "posts").glob("*.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            for readers in json.loads(line)["brands"].values():
                if "second" in readers:
                    yield from _pairs(path.name[:2], readers["first"], readers["second"])


def _pairs(language: str, first: str, second: str) -> Iterator[tuple[str, str, Pair]]:
    both = list(zip(KINDS, first.split(), second.split(), strict=True))
    is_spam = any("yes" in (one, other) for kind, one, other in both if kind == "spam")
    for kind, one, other in both:
        if kind == "spam" or not is_spam:
            yield language, kind, (one, other)


def kappa(pairs: Sequence[Pair]) -> float:
    """Cohen's kappa: how far two agree beyond what chance would bring."""
    total = len(pairs)
    agreed = sum(one == other for one, other in pairs) / total
    labels = {label for pair in pairs for label in pair}
    by_chance = sum(
        sum(one == label for one, _ in pairs) * sum(other == label for _, other in pairs)
        for label in labels
    ) / (total * total)
    return 1.0 if by_chance == 1 else (agreed - by_chance) / (1 - by_chance)


if __name__ == "__main__":
    main()
