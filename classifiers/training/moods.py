"""Posts of no brand and their mood, of our own writing.

``moods/LANGUAGE.tsv`` has a sentiment and a text a line; ``moods/test/LANGUAGE.tsv`` those that
nothing is fitted to, written by others.
"""

from collections.abc import Iterator
from pathlib import Path

from classifiers.training.posts import FOLDER, Labelled, Split
from listener.model import Mention, Post

MOODS = "moods"
"""The name of their set, and of their folder."""

_TUNED_ONE_IN = 6
"""Of so many lines one is for calibration."""


def moods() -> Iterator[Labelled]:
    """Those that are fitted to and calibrated on."""
    for path in sorted((FOLDER / MOODS).glob("*.tsv")):
        for number, one in enumerate(_read(path)):
            yield of_no_brand(*one, path.stem, MOODS, split_of(number))


def held_back() -> Iterator[Labelled]:
    """Those that nothing is fitted to."""
    for path in sorted((FOLDER / MOODS / "test").glob("*.tsv")):
        for one in _read(path):
            yield of_no_brand(*one, path.stem, MOODS, "test")


def of_no_brand(post: Post, sentiment: str, language: str, name: str, split: Split) -> Labelled:
    """A post with the sentiment of itself, toward nobody; ``name`` is its set's."""
    return Labelled(Mention(post, ""), language, {"sentiment": sentiment}, name, split, name)


def split_of(number: int) -> Split:
    """The side of a line by its number."""
    return "train" if number % _TUNED_ONE_IN else "tune"


def _read(path: Path) -> Iterator[tuple[Post, str]]:
    for number, line in enumerate(path.read_text("utf-8").splitlines()):
        sentiment, text = line.split("\t")
        yield Post(site="x", native_id=f"mood-{path.stem}-{number}", text=text), sentiment
