"""Spam on a site that the model has never seen: fitted without it, tested on it, site by site."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifiers.training.calibrate import SPAM_COSTS, bend_of, chances
from classifiers.training.judged import spam_line
from classifiers.training.matrix import Examples, examples
from classifiers.training.network import Fitter, Plan
from classifiers.training.posts import posts
from listener.model import LABELS

SPAM_MIN = 8
"""Sites with fewer spam posts among those held back are left out: an area of them says little."""

_KINDS = ("spam",)
_YES = LABELS["spam"].index("yes")

Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Apart:
    """What the model without this site says of its posts: chances of spam, and what they are."""

    site: str
    chances: Sequence[float]
    is_spam: Sequence[bool]
    called: Sequence[bool]

    def line(self) -> str:
        """The area under the curve, what was found, and which customers were called spam."""
        return spam_line(self.is_spam, self.called, self.chances)


def sites_apart() -> None:
    """A line for each site with spam enough, and one for all."""
    read = examples(list(posts()), _KINDS)
    fitter = Fitter(read, _KINDS, Plan(hidden=8, members=1, epochs=3))
    found = [_apart(read, fitter, site) for site in _sites(read)]
    for one in found:
        print(f"{one.site:10}", one.line())  # noqa: T201
    print("all       ", _together(found).line())  # noqa: T201


def _sites(read: Examples) -> list[str]:
    """Those with enough spam in the posts that are not fitted to."""
    rows = _rows(read, held=True)
    spam = Counter(_site(read, row) for row in rows if read.truths["spam"][row] == _YES)
    return sorted(site for site, count in spam.items() if count >= SPAM_MIN)


def _apart(read: Examples, fitter: Fitter, site: str) -> Apart:
    """Fitted to ``train``, calibrated on ``tune``, both without the site; tested on the rest."""
    fitted = fitter.fit(_not_of(read, _rows(read, held=False), site))
    held = _rows(read, held=True)
    tune = np.array([row for row in _not_of(read, held, site) if _split(read, row) == "tune"])
    truths = read.truths["spam"]
    bend = bend_of(fitter.logits(fitted, tune), truths[tune])
    own = np.array([row for row in held if _site(read, row) == site])
    likely = chances(fitter.logits(fitted, own), bend)
    called = (likely * np.array(SPAM_COSTS)).argmax(axis=1) == _YES
    return Apart(site, likely[:, _YES].tolist(), (truths[own] == _YES).tolist(), called.tolist())


def _together(found: Sequence[Apart]) -> Apart:
    return Apart(
        "all",
        [chance for one in found for chance in one.chances],
        [spam for one in found for spam in one.is_spam],
        [called for one in found for called in one.called],
    )


def _rows(read: Examples, *, held: bool) -> Rows:
    """The examples of ``train``, or those held back."""
    return np.array([n for n, one in enumerate(read.labelled) if (one.split != "train") == held])


def _not_of(read: Examples, rows: Rows, site: str) -> Rows:
    return np.array([row for row in rows if _site(read, row) != site])


def _site(read: Examples, row: int) -> str:
    return read.labelled[row].mention.post.site


def _split(read: Examples, row: int) -> str:
    return read.labelled[row].split
