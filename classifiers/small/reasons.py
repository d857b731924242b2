"""Why a mention got its label, in words that an agent reads: what in the text spoke for it."""

from collections import defaultdict
from collections.abc import Iterator

from classifiers.lexicon.reading import Hit
from classifiers.lexicon.seen import Part, Seen
from classifiers.small.features import facts_of, index
from classifiers.small.weights import Weights

REASONS_MAX = 3
QUOTE_CHARS_MAX = 40
CLAUSE_CHARS_MAX = 80

SPEAKS_FROM = 0.15
"""From this weight on a word of the text is worth telling."""

SAYS = {
    "danger": "speaks of danger",
    "injury": "speaks of injury or illness",
    "fire": "speaks of fire or smoke",
    "poisoning": "speaks of poisoning",
    "stolen": "says money or an account was taken",
    "stranded": "says they are stranded",
    "medical": "needs medicine or a doctor",
    "deadline": "has only hours",
    "law": "threatens with the law",
    "press": "threatens with the press",
    "repeat": "says it is not the first time",
    "outage": "tells of an outage",
    "leak": "tells of leaked personal data",
    "leaving": "threatens to leave",
    "unreachable": "cannot reach anybody",
    "cancelled": "tells of a cancellation",
    "money": "waits for money or was charged wrongly",
    "lost": "something of theirs is lost",
    "now": "asks for help now",
    "vulnerable": "someone needs special care",
}
"""What a group of the urgency lists means to an agent; other groups are told by their names."""


def reasons(seen: Seen, weights: Weights, kind: str, label: str) -> tuple[str, ...]:
    """The few things in the text that spoke most for the label, the weightiest first.

    Where no entry of a list did, the clause whose words did most.
    """
    told: list[str] = []
    taken: set[int] = set()
    for weight, hit, reason in sorted(_spoken(seen, weights, kind, label), key=_heaviest):
        places = range(hit.start, hit.end)
        if weight >= SPEAKS_FROM and taken.isdisjoint(places) and reason not in told:
            taken.update(places)
            told.append(reason)
    return tuple(told[:REASONS_MAX]) or _clause(seen.own, weights, kind, label)


def _clause(part: Part, weights: Weights, kind: str, label: str) -> tuple[str, ...]:
    """The clause that spoke most for the label; nothing of a text without words."""
    words: dict[int, list[int]] = defaultdict(list)
    for clause, token, means in zip(part.clauses, part.row, part.means, strict=True):
        if token.kind == "word":
            words[clause] += map(index, (token.forms[-1], *(f"G{name}" for name in means)))
    if not words:
        return ()
    most = max(words, key=lambda clause: weights.says(words[clause], kind, label))
    told = [
        token.shown
        for clause, token in zip(part.clauses, part.row, strict=True)
        if clause == most and token.kind in {"word", "number", "sign"}
    ]
    return (quoted(" ".join(told), CLAUSE_CHARS_MAX),)


def _heaviest(spoken: tuple[float, Hit, str]) -> float:
    return -spoken[0]


def _spoken(
    seen: Seen, weights: Weights, kind: str, label: str
) -> Iterator[tuple[float, Hit, str]]:
    for hit in seen.own.hits:
        names = facts_of(seen.own, hit)
        if names:
            weight = weights.says([index(f"F{name}") for name in names], kind, label)
            yield weight, hit, _told(hit, negated=seen.own.scope.negated(hit))


def _told(hit: Hit, *, negated: bool) -> str:
    words = quoted(f"not {hit.shown}" if negated else hit.shown)
    if hit.kind == "urgency" and hit.group in SAYS:
        return f"{SAYS[hit.group]}: {words}"
    return words


def quoted(words: str, chars_max: int = QUOTE_CHARS_MAX) -> str:
    """Words of the post inside a reason: one line, and short."""
    line = " ".join(words.split())
    return f"'{line}'" if len(line) <= chars_max else f"'{line[: chars_max - 1]}…'"
