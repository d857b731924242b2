"""Precision and recall over the sentences in five languages that a reader judged by hand.

    python benchmarks/matching_sentences.py [--errors] [--language fi]

Each file of ``tests/listener/match/sentences`` holds brands and cases: a text, the brands that it
is about, and the kind of difficulty. What is counted are pairs of a post and a brand, so a kind
in which nothing is to be found (``lookalike``, ``none``) has no recall, only its wrong pairs.
"""

import argparse
import sys
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from listener.match import Matcher
from listener.match.examples import told
from listener.match.explain import why_not
from listener.model import Brand, Mention, Post
from listener.text import shown

FOLDER = Path(__file__).parents[1] / "tests/listener/match/sentences"
LANGUAGES = ("fi", "pl", "sv", "et", "en")
ALL_KINDS = "all"


@dataclass(frozen=True, slots=True)
class Case:
    """A post, the brands that a careful reader takes it to be about, and what is hard in it."""

    text: str
    about: frozenset[str]
    kind: str


@dataclass(slots=True)
class Tally:
    """Pairs of a post and a brand: found and right, found and wrong, missed."""

    cases: int = 0
    right: int = 0
    wrong: int = 0
    missed: int = 0

    @property
    def precision(self) -> float:
        """Of what was found, the share that is right; 1 where nothing was found."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        """Of what is to be found, the share that was; 1 where nothing is."""
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0


class Judged:
    """The sentences of one language, matched."""

    def __init__(self, language: str) -> None:
        self.brands, self.cases = read(FOLDER / f"{language}.toml")
        self._tables = {brand.id: brand for brand in self.brands}
        matcher = Matcher(self.brands)
        matched = (matcher.match(_post(case)) for case in self.cases)
        self._found = [{one.brand: one for one in mentions} for mentions in matched]

    def tallies(self) -> dict[str, Tally]:
        """The counts of each kind, and of all kinds together."""
        tallies: dict[str, Tally] = {}
        for case, found in zip(self.cases, self._found, strict=True):
            for kind in (case.kind, ALL_KINDS):
                tally = tallies.setdefault(kind, Tally())
                tally.cases += 1
                tally.right += len(case.about & found.keys())
                tally.wrong += len(found.keys() - case.about)
                tally.missed += len(case.about - found.keys())
        return tallies

    def errors(self) -> Iterator[str]:
        """A line for each pair that is wrong or missed, with the reason."""
        for case, found in zip(self.cases, self._found, strict=True):
            for brand in sorted(found.keys() - case.about):
                yield _line("wrong", case, brand, _by(found[brand]))
            for brand in sorted(case.about - found.keys()):
                yield _line("missed", case, brand, why_not(self._tables[brand], _post(case)))


def read(path: Path) -> tuple[list[Brand], list[Case]]:
    """The brands and the cases of one file."""
    tables = tomllib.loads(path.read_text(encoding="utf-8"))
    cases = [Case(one["text"], frozenset(one["about"]), one["kind"]) for one in tables["case"]]
    return [_brand(table) for table in tables["brand"]], cases


def _brand(table: dict[str, Any]) -> Brand:
    return Brand(**{key: _frozen(value) for key, value in table.items()})


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _post(case: Case) -> Post:
    return Post("sentences", "1", case.text)


def _by(mention: Mention) -> str:
    return f"found by {told(mention.evidence)}"


def _line(what: str, case: Case, brand: str, why: str) -> str:
    return f"  {what:6} {case.kind:10} {brand:16} {shown(case.text, 90)!r}: {why}"


def report(language: str, tallies: dict[str, Tally]) -> Iterator[str]:
    """The table of one language, the total last."""
    yield f"{language}  {'kind':12}{'cases':>7}{'pairs':>7}{'precision':>11}{'recall':>9}"
    for kind in sorted(tallies, key=lambda kind: (kind == ALL_KINDS, kind)):
        tally = tallies[kind]
        expected = tally.right + tally.missed
        recall = f"{tally.recall:9.3f}" if expected else f"{'-':>9}"
        precision = f"{tally.precision:11.3f}" if expected else f"{tally.wrong:5} wrong"
        yield f"    {kind:12}{tally.cases:7}{expected:7}{precision}{recall}"


def main(arguments: Iterable[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--errors", action="store_true", help="show every pair that is not right")
    parser.add_argument("--language", choices=LANGUAGES, action="append")
    options = parser.parse_args(list(arguments) if arguments is not None else None)
    for language in options.language or LANGUAGES:
        judged = Judged(language)
        print(*report(language, judged.tallies()), sep="\n")
        if options.errors:
            print(*judged.errors(), sep="\n")


if __name__ == "__main__":
    main()
