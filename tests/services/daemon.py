"""A real daemon over a real service, watched from outside: its database and its commands."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from listener.clock import sleep
from listener.store.sqlite import SqliteStore

PATIENCE_SECONDS = 90
_EVERY_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Daemon:
    """A running listener, and the folder with its configuration and database."""

    folder: Path

    def found(self, words: str) -> list[str]:
        """The texts that the search finds."""
        store = SqliteStore.at(self.folder / "listener.db", owner="test")
        try:
            return [post.text for post in store.search(words, 10)]
        finally:
            store.close()

    def exported(self) -> str:
        """What ``listener export`` writes."""
        return _command(self.folder, "export").stdout

    def until(self, what: str, holds: Callable[[], bool]) -> float:
        """Wait until it holds; returns the seconds, which are printed as well."""
        began = time.monotonic()
        while not holds():
            waited = time.monotonic() - began
            assert waited < PATIENCE_SECONDS, f"{what}: not within {PATIENCE_SECONDS} s"
            sleep(_EVERY_SECONDS)  # a real service takes real time
        seconds = time.monotonic() - began
        print(f"{what}: {seconds:.1f} s")
        return seconds


@contextmanager
def listening(folder: Path, config: str) -> Iterator[Daemon]:
    """A daemon with this configuration, ended by SIGTERM."""
    (folder / "config.toml").write_text(config)
    with (folder / "log.txt").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "listener", "run", "--only", "poll,tag"],
            cwd=folder,
            stdout=log,
            stderr=log,
            env=_environment(),
        )
    try:
        yield Daemon(folder)
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0, (folder / "log.txt").read_text()[-4000:]


def _command(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "listener", *words],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
        env=_environment(),
    )


def _environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
