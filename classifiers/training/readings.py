"""Lines of the open sets that we have read and labelled ourselves.

``read/SET.tsv`` has no text: a line's number, and the sentiment that we read in it; or all four
labels and, after another tab, the brand that they are toward: a name in the text, or ``you``.
"""

import functools
from collections.abc import Mapping
from dataclasses import dataclass

from classifiers.training.moods import of_no_brand, split_of
from classifiers.training.posts import FOLDER, KINDS, Labelled
from listener.model import Evidence, Mention, Post

READ = "read"
"""The name of their set, and of their folder."""

YOU = "you"
"""Stands for a brand that is spoken to and not named."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What we read in a line: labels, in the order of ``KINDS``, and toward whom; empty: nobody."""

    labels: tuple[str, ...]
    brand: str = ""


@functools.cache
def readings(name: str) -> Mapping[int, Reading]:
    """Of an open set, by the lines' numbers; nothing of a set that we did not read."""
    path = FOLDER / READ / f"{name}.tsv"
    lines = path.read_text("utf-8").splitlines() if path.is_file() else []
    return dict(map(_reading, lines))


def read_by_us(number: int, post: Post, reading: Reading) -> Labelled:
    """A line of an open set with what we read in it."""
    language, split = post.language, split_of(number)
    if not reading.brand:
        return of_no_brand(post, reading.labels[0], language, READ, split)
    start = post.text.find(reading.brand)
    placed = Evidence("name", reading.brand, start, start + len(reading.brand))
    mention = (
        Mention(post, reading.brand, directness="direct")
        if reading.brand == YOU
        else Mention(post, reading.brand, evidence=(placed,))
    )
    labels = dict(zip(KINDS, reading.labels, strict=True))
    return Labelled(mention, language, labels, READ, split, READ)


def _reading(line: str) -> tuple[int, Reading]:
    number, labels, *brand = line.split("\t")
    return int(number), Reading(tuple(labels.split()), *brand)
