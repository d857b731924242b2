"""From marks to a judge, and from a judge to verdicts.

A verdict is a sum of shares: each cue with its weight, each word with its own. Without marks the
cues have their hand-set weights (:mod:`listener.match.ambiguity.prior`) and the words none; the
marks move both as far as they have reason to (:mod:`listener.match.ambiguity.regression`).

People mark mostly what annoys them, so marks are often of one kind. These teach which words to
doubt, and nothing of what every post has; by themselves they never make a no. Nor does, ever, what
was learned of the name alone: a short complaint has nothing else.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from math import sqrt
from typing import TYPE_CHECKING

from listener.match.ambiguity.context import Context, Mark, Profile
from listener.match.ambiguity.cues import cues_of
from listener.match.ambiguity.features import Sign, terms_of
from listener.match.ambiguity.prior import INTERCEPT, SPREAD, WEIGHTS
from listener.match.ambiguity.regression import best_of
from listener.match.ambiguity.tokens import tokens_of
from listener.match.ambiguity.tongue import tongue
from listener.match.ambiguity.verdict import Band, Verdict, band_of, log_odds_of, verdict_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

MARKS_MAX = 500
"""The newest so many marks are fitted: beyond that they change little, and time grows."""

COLUMNS_MAX = 10_000
"""So many weights are learned, of the signs that stand in most marks."""

_TRUST = (0.1, 0.3, 0.7, 1.5)
"""How far the words may move a verdict, as shares of their blocks; cues by the root of it."""

RARER_MIN = 5
"""From so many marks of the rarer kind on, marks can make a no by themselves."""

_ALWAYS = "always"
_START = (_ALWAYS, "bare", "small", "as written")
_EVERYWHERE = (*_START, "about:language ", "about:site ", "about:form ")
"""What nearly every post has: from marks of one kind it would learn only their kind."""

_CLEARLY = 1e-6  # rounding must not put what is held on the edge below it
_HELD = "the marks are too few or too alike to rule it out"


@dataclass(frozen=True, slots=True)
class Judge:
    """Judges the posts of one brand. Made by :func:`fit`; ``weights`` are what the marks moved.

    ``both_kinds`` says that enough was marked of either kind for the marks to make a no.
    """

    profile: Profile
    weights: dict[str, float]
    band: Band
    both_kinds: bool

    def judge(self, context: Context) -> Verdict:
        """Whether this post is about the company, and why."""
        shares: dict[str, float] = {}
        ground = 0.0
        for key, value, told in _signs(self.profile, context, learned=bool(self.weights)):
            weight = self.weights.get(key, _centre(key))
            ground += (weight if self._rules_out(key) else _centre(key)) * value
            if weight:
                shares[told] = shares.get(told, 0.0) + weight * value
        held = self._held(ground, sum(shares.values()))
        shares[_HELD] = held
        reasons = ((what, share) for what, share in shares.items() if what)
        return verdict_of(sum(shares.values()), reasons, self.band)

    def _rules_out(self, key: str) -> bool:
        """Whether what the marks taught of a sign may make a no: not of what every post has."""
        return self.both_kinds and not key.startswith(_EVERYWHERE)

    def _held(self, ground: float, moved: float) -> float:
        """What lifts a no to a doubt, where there is no ground for a no."""
        least = log_odds_of(self.band[0]) + _CLEARLY
        return 0.0 if ground < least else max(0.0, least - moved)


def fit(profile: Profile, marks: Sequence[Mark] = ()) -> Judge:
    """A judge for the brand, from its profile and what people marked, oldest marks first."""
    marks = marks[-MARKS_MAX:]
    about = [mark.about for mark in marks]
    rows = [_row(profile, mark.context) for mark in marks]
    rarer = min(sum(about), len(about) - sum(about))
    weights = _moved(rows, about, rarer) if marks else {}
    band = band_of(sum(about), len(about) - sum(about))
    return Judge(profile, weights, band, both_kinds=rarer >= RARER_MIN)


def _signs(profile: Profile, context: Context, learned: bool = True) -> Iterator[Sign]:
    """All that a verdict rests on; without what only marks can give a weight, if so asked."""
    tokens = tokens_of(context, profile.names)
    language = context.language[:2].lower() or tongue(token.folded for token in tokens)
    yield _ALWAYS, 1.0, "it names the brand"
    yield from cues_of(profile, context, tokens, language)
    if learned:
        yield from terms_of(context, tokens, language)


def _row(profile: Profile, context: Context) -> dict[str, float]:
    row: dict[str, float] = {}
    for key, value, _ in _signs(profile, context):
        row[key] = row.get(key, 0.0) + value
    return row


def _centre(key: str) -> float:
    return INTERCEPT if key == _ALWAYS else WEIGHTS.get(key, 0.0)


def _freedom(rarer: int) -> float:
    """How far the start may move: the more, the more marks there are of the rarer kind."""
    return SPREAD * rarer / (rarer + RARER_MIN) if rarer >= RARER_MIN else 0.0


def _spread(key: str, trust: float, freedom: float) -> float:
    """How far a weight may move, as the standard deviation of its prior."""
    if key == _ALWAYS:
        return freedom
    return SPREAD * sqrt(trust) if key in WEIGHTS else trust


def _moved(rows: Sequence[dict[str, float]], about: Sequence[bool], rarer: int) -> dict[str, float]:
    """The weights after the marks."""
    import numpy as np

    freedom = _freedom(rarer)
    keys = _keys(rows, everywhere=freedom > 0)
    table = _table(rows, keys)
    centre = np.array([_centre(key) for key in keys])
    answers = np.array(about, dtype=np.float64)
    start = np.array([sum(_centre(key) * value for key, value in row.items()) for row in rows])
    best, pulls = best_of(_kernels(table, keys, freedom), start, answers)
    spread = np.array([_spread(key, _TRUST[best], freedom) for key in keys])
    moved = centre + spread**2 * (table.T @ pulls)
    return dict(zip(keys, moved.tolist(), strict=True))


def _keys(rows: Sequence[dict[str, float]], *, everywhere: bool) -> list[str]:
    """The signs that learn, the commonest first; what stands everywhere only if so asked."""
    counts = Counter(key for row in rows for key in row)
    keys = (key for key, _ in counts.most_common())  # ties stay in order of sight
    return list(
        islice((k for k in keys if everywhere or not k.startswith(_EVERYWHERE)), COLUMNS_MAX)
    )


def _table(rows: Sequence[dict[str, float]], keys: Sequence[str]) -> "Floats":
    """A row per mark, a column per key."""
    import numpy as np

    columns = {key: at for at, key in enumerate(keys)}
    table = np.zeros((len(rows), len(keys)))
    for at, row in enumerate(rows):
        known = [key for key in row if key in columns]
        table[at, [columns[key] for key in known]] = [row[key] for key in known]
    return table


def _kernels(table: "Floats", keys: Sequence[str], freedom: float) -> list["Floats"]:
    """How alike the marks are, at each trust; the many words are multiplied once."""
    import numpy as np

    of_cues = np.array([key in WEIGHTS for key in keys])
    of_words = ~of_cues & np.array([key != _ALWAYS for key in keys])
    cues, words = table[:, of_cues], table[:, of_words]
    by_cues, by_words = cues @ cues.T, words @ words.T
    return [freedom**2 + SPREAD**2 * trust * by_cues + trust**2 * by_words for trust in _TRUST]
