"""Openly licensed labelled sets that help with sentiment: where from, under which licence.

They are read from a folder that is given and never shipped; every file is held against its
SHA-256. Their labels are not toward a brand. Those grouped from emotions teach a feeling, which is
never asked; a line that we have read ourselves teaches the mood, by what we read in it. One that we
read toward a brand keeps its makers' label beside ours, for what that teaches.
"""

import csv
import gzip
import hashlib
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from classifiers.training.moods import split_of
from classifiers.training.posts import FEELING, Labelled, Split
from classifiers.training.readings import read_by_us, readings
from listener.model import Mention, Post

POLARITIES = {"-1": "negative", "0": "neutral", "1": "positive"}
_GOEMOTIONS = {"1": "negative", "2": "neutral", "3": "positive"}
_XED_GOOD, _XED_BAD = {"5", "8"}, {"1", "3", "4", "6"}

THREE = frozenset({"negative", "neutral", "positive"})
TWO = frozenset({"negative", "positive"})

Row = tuple[str, str]
"""A text, and a label or nothing."""

WEIGHT = 0.5
"""What a line of theirs counts for beside one of ours."""


def tabbed(text: str) -> Iterator[list[str]]:
    """Lines of cells with tabs between."""
    return (line.split("\t") for line in text.split("\n"))


def commas(text: str) -> Iterator[list[str]]:
    """Records of cells with commas between, quoted where they must be."""
    return csv.reader(io.StringIO(text, newline=""))


@dataclass(frozen=True, slots=True)
class OpenSet:
    """One file: its path below the folder, its hash, its licence and makers, and its reader.

    ``lines`` takes it apart, into cells. ``read`` turns a line into a text and a label of the kind
    that it ``teaches``, or into a text alone where it has none that helps, or into nothing.
    ``among`` are the labels that it tells apart.
    """

    name: str
    path: str
    sha256: str
    licence: str
    language: str
    site: str
    read: Callable[[Sequence[str]], Row | None]
    lines: Callable[[str], Iterable[Sequence[str]]] = tabbed
    teaches: Literal["feeling", "sentiment"] = FEELING
    among: frozenset[str] = THREE
    split: Split = "train"


class WrongFile(Exception):
    """A file of a set is not the one that was trained on."""


def labelled(folder: Path, sets: tuple[OpenSet, ...]) -> Iterator[Labelled]:
    """Every usable line of these sets. Raises WrongFile where a file differs, OSError if absent."""
    for one in sets:
        packed = (folder / one.path).read_bytes()
        if hashlib.sha256(packed).hexdigest() != one.sha256:
            raise WrongFile(f"{one.path} is not the file that was trained on")
        for number, cells in enumerate(one.lines(gzip.decompress(packed).decode("utf-8"))):
            row = one.read(cells) if len(cells) > 1 else None
            if row is not None and row[0].strip():
                yield from _labelled(one, number, *row)


def _labelled(one: OpenSet, number: int, text: str, label: str) -> Iterator[Labelled]:
    post = Post(site=one.site, native_id=f"{one.name}-{number}", text=text, language=one.language)
    told = readings(one.name).get(number)
    if told:
        yield read_by_us(number, post, told)
    if label and (told is None or (told.brand and split_of(number) == one.split)):
        yield Labelled(
            Mention(post, ""),
            one.language,
            {one.teaches: label},
            one.name,
            one.split,
            one.name,
            among=one.among,
            weight=WEIGHT,
        )


def _goemotions(cells: Sequence[str]) -> Row:
    return cells[0], _GOEMOTIONS.get(cells[1], "")


def finnsentiment(splits: range) -> Callable[[Sequence[str]], Row | None]:
    """A reader of the lines of these of its twenty splits, by the majority of its three readers."""

    def read(cells: Sequence[str]) -> Row | None:
        label = POLARITIES.get(cells[3])
        return (cells[10], label) if label and int(cells[7]) in splits else None

    return read


def _xed(cells: Sequence[str]) -> Row:
    felt = {one.strip() for one in cells[1].split(",")}
    good, bad = felt & _XED_GOOD, felt & _XED_BAD
    if bool(good) == bool(bad):
        return cells[0], ""
    return cells[0], "positive" if good else "negative"


def _text_alone(cells: Sequence[str]) -> Row:
    return cells[0], ""


def _xed_neutral(cells: Sequence[str]) -> Row:
    """A line of the annotated set in which nothing was felt."""
    return cells[1], "neutral"


FINN_PATH = "finnsentiment/data_preparation__potential_data__Finnish__FinnSentiment2020.tsv.gz"

TRAINED_ON: tuple[OpenSet, ...] = (
    OpenSet(
        "goemotions",
        "goemotions/data__group__train.tsv.gz",
        "736165cd85971856e354246ae32820f35183bbb1b0f945db4a82378ccd7f01f2",
        "Apache-2.0, Demszky et al. 2020",
        "en",
        "reddit",
        _goemotions,
    ),
    OpenSet(
        "finnsentiment",
        FINN_PATH,
        "802cb643adb366fd191a641f4419fbd9f8b029e4a88761231283b56ee6d1da30",
        "CC BY 4.0, Lindén, Jauhiainen, Hardwick 2020",
        "fi",
        "forum",
        finnsentiment(range(1, 18)),
        teaches="sentiment",
    ),
    OpenSet(
        "xed-en",
        "xed/AnnotatedData__en-annotated.tsv.gz",
        "b5b2cfb27aa85f94b474526eb70a72fbfa0b03a6f7cf026f1a6cf9e018ef846d",
        "CC BY 4.0, Öhman et al. 2020",
        "en",
        "subtitles",
        _xed,
    ),
    OpenSet(
        "xed-fi",
        "xed/AnnotatedData__fi-annotated.tsv.gz",
        "74a2c83183b634f76a201d8084171f33e3d259632a328997f96a33ddf3d6f6e4",
        "CC BY 4.0, Öhman et al. 2020",
        "fi",
        "subtitles",
        _xed,
    ),
    OpenSet(
        "xed-pl",
        "xed/Projections__pl-projections.tsv.gz",
        "3dd6ed9c8bfac7b457cbc655eb79b1c278358b8ac7231da8c0ef8186dd28edf4",
        "CC BY 4.0, Öhman et al. 2020",
        "pl",
        "subtitles",
        _xed,
        among=TWO,
    ),
    OpenSet(
        "xed-sv",
        "xed/Projections__sv-projections.tsv.gz",
        "9f333fc291415019aaa5f1c0588f39a1a2faa1883e466a281899a62d85aaee08",
        "CC BY 4.0, Öhman et al. 2020",
        "sv",
        "subtitles",
        _xed,
        among=TWO,
    ),
    OpenSet(
        "xed-de",
        "xed/Projections__de-projections.tsv.gz",
        "10ca303a1bdd457ef1a6a935cb072802ac5a2a0b99d6368a9fcaca32b68447e1",
        "CC BY 4.0, Öhman et al. 2020",
        "de",
        "subtitles",
        _xed,
        among=TWO,
    ),
    OpenSet(
        "xed-neutral-en",
        "xed/AnnotatedData__neu_en.txt.gz",
        "35d83995e46a883b09091aea0f258af4cbbcffbf21c437693be283824d937d08",
        "CC BY 4.0, Öhman et al. 2020",
        "en",
        "subtitles",
        _xed_neutral,
    ),
    OpenSet(
        "xed-neutral-fi",
        "xed/AnnotatedData__neu_fi.txt.gz",
        "b646c3bb023deede8587f5188a16df810001d25ac65a42c15a6d2d4a1ef7324a",
        "CC BY 4.0, Öhman et al. 2020",
        "fi",
        "subtitles",
        _xed_neutral,
    ),
    OpenSet(
        "finnsentiment-tune",
        FINN_PATH,
        "802cb643adb366fd191a641f4419fbd9f8b029e4a88761231283b56ee6d1da30",
        "CC BY 4.0, Lindén, Jauhiainen, Hardwick 2020",
        "fi",
        "forum",
        finnsentiment(range(18, 19)),
        teaches="sentiment",
        split="tune",
    ),
    OpenSet(
        "banking77",
        "banking77/banking_data__train.csv.gz",
        "986431813f89f842cbc396388c2f2630ae33fa30a533cc5cfa9e199f0e527bb0",
        "CC BY 4.0, Casanueva et al. 2020",
        "en",
        "",
        _text_alone,
        commas,
    ),
)
"""What ``make train`` reads beside our own posts, where it is given their folder."""
