"""All that the shipped models are fitted to and tuned on: ours, and the open sets if they are here.

The test posts are not even opened.
"""

from pathlib import Path

from classifiers.training.moods import moods
from classifiers.training.phrases import phrases
from classifiers.training.posts import MOOD, Labelled, posts
from classifiers.training.sets import TRAINED_ON, labelled


def material(sets: Path | None) -> list[Labelled]:
    """Every example, in a fixed order; ``sets`` is the folder of the open sets.

    Raises WrongFile where a file of a set differs, OSError where one is absent.
    """
    ours = [*posts(("train", "tune")), *phrases(), *moods()]
    return ours + (list(labelled(sets, TRAINED_ON)) if sets else [])


def tells(one: Labelled, kind: str) -> bool:
    """Whether a kind is tuned on it: the mood on texts of no brand, which it is for."""
    return kind != MOOD or not one.mention.brand
