"""Plugins for the tests of the config, found as those of others are: by their entry points."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

import pytest
from pydantic import AfterValidator, Field

from listener.model import Alert, Batch, Mention, Spent, Tag
from listener.ports import Secret

_ENTRY_POINTS = """\
[listener.sources]
toy = tests.listener.toy_plugins:ToySource
paid = tests.listener.toy_plugins:PaidSource
feed = tests.listener.toy_plugins:NotTheBuiltIn
absent = no_such_module_anywhere:Source
plain = tests.listener.toy_plugins:PlainClass
function = tests.listener.toy_plugins:install
mute = tests.listener.toy_plugins:MuteSource
clash = tests.listener.toy_plugins:ClashingSource
loose = tests.listener.toy_plugins:LooseSecrets
[listener.classifiers]
toy = tests.listener.toy_plugins:ToyJudge
kindless = tests.listener.toy_plugins:KindlessJudge
[listener.channels]
toy = tests.listener.toy_plugins:ToyChannel
"""


def install(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the toys known, as installing a distribution does."""
    info = folder / "toy_plugins-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: toy-plugins\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(_ENTRY_POINTS)
    monkeypatch.syspath_prepend(folder)


def _even(number: int) -> int:
    if number % 2:
        msg = "it is odd"
        raise ValueError(msg)
    return number


def _explode(number: int) -> int:
    raise KeyError(number)


@dataclass
class ToySource:
    """A source with a setting of every type."""

    urls: Annotated[list[str], "Addresses."]
    site: Annotated[str, "Name of the site."] = ""
    limit: Annotated[int, Field(ge=1, le=100), "How many."] = 10
    speed: Annotated[float, "How fast."] = 1.0
    strict: Annotated[bool, "Whether to be strict."] = False
    mode: Annotated[Literal["new", "all"], "Which posts."] = "new"
    headers: Annotated[dict[str, str], "What to send along."] = field(default_factory=dict)
    path: Annotated[Path | None, "File to read."] = None
    paths: Annotated[tuple[Path, ...], "Files to read."] = ()
    password: Annotated[Secret | None, "To log in with."] = None
    even: Annotated[int, AfterValidator(_even), "An even number."] = 0
    bomb: Annotated[int, AfterValidator(_explode), "A check of others that fails."] = 0
    code: Annotated[str, Field(pattern="^[A-Z]+$", max_length=5), "A code."] = "A"
    pair: Annotated[list[str], Field(min_length=2, max_length=2), "Two."] = field(
        default_factory=lambda: ["a", "b"]
    )
    clock: object = None

    def __post_init__(self) -> None:
        if "bad" in self.urls:
            msg = "urls must not name 'bad'"
            raise ValueError(msg)
        if "worse" in self.urls:
            raise LookupError(self.site)
        if "leak" in self.urls and self.password:
            msg = f"can't log in with {self.password.reveal()}"
            raise ValueError(msg)

    def poll(self, cursor: str | None) -> Batch:
        return Batch(cursor=cursor)


@dataclass
class PaidSource:
    """A source that counts what it costs."""

    urls: Annotated[list[str], "Addresses."]

    def dearest(self) -> Spent:
        return Spent(1, 10, 50_000)

    def poll(self, cursor: str | None) -> Batch:
        return Batch(cursor=cursor)

    def poll_within(self, cursor: str | None, allowance: Spent) -> Batch:
        return Batch(cursor=cursor, spent=allowance)


@dataclass
class ToyJudge:
    """A classifier that asks for its kind."""

    kind: Annotated[str, "What to judge."]
    score: Annotated[float, Field(gt=0, le=1), "How sure it always is."] = 0.5

    def tag(self, mentions: Sequence[Mention]) -> Sequence[Tag]:
        return [Tag(self.kind, "yes", self.score) for _ in mentions]


@dataclass
class KindlessJudge:
    """A classifier that takes its kind without being asked for it in the config."""

    kind: str

    def tag(self, mentions: Sequence[Mention]) -> Sequence[Tag]:
        return [Tag(self.kind, "yes", 1.0) for _ in mentions]


@dataclass
class ToyChannel:
    """A channel that needs a secret only where it is told to sign."""

    token: Annotated[Secret | None, "To sign with."] = None
    agents: Annotated[dict[str, str], "What people are called there."] = field(default_factory=dict)
    deputies: Annotated[list[str], "Who else reads there."] = field(default_factory=list)

    names_people = ("agents", "deputies")

    def send(self, alert: Alert) -> str | None:
        return alert.key


@dataclass
class MuteSource:
    """It lacks the one method."""


@dataclass
class ClashingSource:
    """It has a setting that the core has too."""

    brands: Annotated[list[str], "Not the core's."]

    def poll(self, cursor: str | None) -> Batch:
        return Batch(cursor=cursor)


@dataclass
class LooseSecrets:
    """Its secrets stand where none can be named."""

    keys: Annotated[list[Secret], "Keys."]


class PlainClass:
    """No dataclass."""


class NotTheBuiltIn:
    """It has the name of a built-in, which wins."""
