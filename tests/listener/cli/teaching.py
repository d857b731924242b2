"""A judge that can be taught, found as those of others are, and posts that teach it something."""

import json
import os
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import pytest

from listener.corrections import Correction
from listener.model import Author, Mention, Post
from listener.ports import Corrected, Reject
from listener.store.port import Store
from listener.testing import a_mention, a_post
from listener.testing.fakes import FakeTeachable
from listener.testing.store_steps import poll, tag_all
from tests.listener.cli.commands import CONFIG, configure, store_in

JUDGED = '[classifiers]\norder = ["sentiment"]\n[classifiers.sentiment]\ntype = "taught"\n'
ENTRY_POINTS = """\
[listener.classifiers]
taught = tests.listener.cli.teaching:TaughtJudge
untaught = tests.listener.cli.teaching:UntaughtJudge
"""
GENERAL = "GENERAL_TEST"
"""Where the judge finds a test of its own: JSON, texts with their labels."""
KILLER = "KILLER"
"""A file: while it is there, the process that judges a post that says ``fatal`` is killed."""
BAD, GOOD, DULL = "gulps", "sparkles", "exists"


@dataclass
class TaughtJudge(FakeTeachable):
    """Finds everything neutral until it is taught; fails on posts that say ``crash``."""

    kind: Annotated[str, "What it judges."] = "sentiment"
    decide: object = None  # type: ignore[assignment]
    version: Annotated[str, "Its version."] = "1"

    def __post_init__(self) -> None:
        self.decide = decided
        words = json.loads(os.environ.get(GENERAL, "[]"))
        self.general = [
            Corrected(Mention(Post("general", str(number), text), ""), label)
            for number, (text, label) in enumerate(words)
        ]


@dataclass
class UntaughtJudge:
    """Finds everything neutral for good."""

    kind: Annotated[str, "What it judges."] = "sentiment"

    def tag(self, mentions: list[Mention]) -> object:
        return FakeTeachable(self.kind, decided).tag(mentions)


def decided(mention: Mention) -> str:
    if "unteachable" in mention.post.text:
        raise Reject("it knows it all")
    if "crash" in mention.post.text:
        raise RuntimeError("a fault of the judge's own")
    if "fatal" in mention.post.text and Path(os.environ.get(KILLER, "nowhere")).exists():
        os.kill(os.getpid(), signal.SIGKILL)
    return "neutral"


def install(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the judges known, as installing a distribution does."""
    info = folder / "taught_judges-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: taught-judges\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(ENTRY_POINTS)
    monkeypatch.syspath_prepend(folder)


def teach(folder: Path, count: int = 30, brand: str = "norvia", more: str = "") -> None:
    """A configuration and a store in which so many posts, each by somebody else, are corrected."""
    configure(folder, more, text=CONFIG + JUDGED)
    with store_in(folder) as store:
        correct(store, count, brand)


def correct(store: Store, count: int, brand: str = "norvia") -> None:
    """A third each of what is bad, good and dull, with a word that tells it."""
    posts = [post(number, brand) for number in range(count)]
    poll(store, posts, mentions=[a_mention(post=one, brand=brand) for one in posts])
    tag_all(store)
    for number, one in enumerate(posts):
        label = ("negative", "positive", "neutral")[number % 3]
        said = Correction(f"{one.id}#{brand}", "sentiment", label, "anna", one.published_at)  # type: ignore[arg-type]
        assert store.corrections.keep(said).outcome == "corrected"


def post(number: int, brand: str) -> Post:
    """The words of the post with this number."""
    word = (BAD, GOOD, DULL)[number % 3]
    return a_post(f"{brand}{number}", f"{brand} {word} n{number}", author=Author(f"author{number}"))
