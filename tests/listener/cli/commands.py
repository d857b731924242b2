"""What the tests of commands share: a configuration, a store behind it, the command itself."""

import io
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from listener import logs
from listener.cli import main
from listener.clock import utc_now
from listener.model import Mention, Post
from listener.store import Store
from listener.store.sqlite import SqliteStore
from listener.testing import a_post
from listener.testing.store_steps import poll, tag_all

CONFIG = """
[listener]
database = "sqlite:test.db"
[brands.norvia]
names = ["Norvia"]
[brands.skylark]
names = ["Skylark"]
[channels.desk]
type = "log"
"""

Listener = Callable[..., "Told"]


@dataclass(frozen=True)
class Told:
    """How a command ended and what it printed."""

    code: object
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        """What a person reads, line by line."""
        return self.out.splitlines()


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def command(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Listener:
    """``listener`` in this folder, with bytes on its standard input where some are given."""
    monkeypatch.chdir(folder)

    def listener(*arguments: str, stdin: bytes = b"") -> Told:
        monkeypatch.setattr(sys, "argv", ["listener", *arguments])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        capsys.readouterr()
        try:
            with pytest.raises(SystemExit) as end:
                main()
        finally:
            logs.set_up("critical", "json", ())
        said = capsys.readouterr()
        return Told(end.value.code or 0, said.out, said.err)

    return listener


def configure(folder: Path, more: str = "", name: str = "config.toml", text: str = CONFIG) -> Path:
    """Write a configuration."""
    path = folder / name
    path.write_text(text + more, encoding="utf-8")
    return path


def store_in(folder: Path) -> "closing[Store]":
    """The store of the configuration."""
    return closing(SqliteStore.at(folder / "test.db"))


def recent(number: int | str, text: str = "Norvia is late again", hours: int = 24) -> Post:
    """A post of the last day or so."""
    return a_post(str(number), text, published_at=_hours_ago(hours))


def keep(folder: Path, posts: list[Post], mentions: list[Mention]) -> None:
    """Store them, tagged as urgent with priority 80."""
    with store_in(folder) as store:
        poll(store, posts, mentions=mentions, now=utc_now())
        tag_all(store, now=utc_now())


def _hours_ago(hours: int) -> datetime:
    return utc_now() - timedelta(hours=hours)
