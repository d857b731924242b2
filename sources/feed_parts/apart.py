"""Reads documents in a process of their own, which is ended when one takes too long.

A feed of a hundred kilobytes can keep feedparser's regular expressions busy for minutes, and a
thread that is inside one can be neither stopped nor overtaken: the whole daemon would stand
still. Here the worst a feed can do is to cost ten seconds and be told as a fault.

The child is this module: a line of JSON and the bytes of a document on its standard input, a
line of JSON on its standard output for each.
"""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from typing import IO, Any

from sources.feed_parts.document import Document, Entry, TooCostly, Unreadable, Wishes

PARSE_SECONDS_MAX = 10.0
MEMORY_BYTES_MAX = 1024**3
CPU_SECONDS_MAX = 60


class Parser:
    """Calls :func:`sources.feed_parts.parse.read_document` in a child, one document at a time.

    The child is started when it is needed, and again after it had to be ended. Threads may
    share a parser; ``close`` ends it, also under a document that is being read.
    """

    def __init__(self, parse_seconds_max: float = PARSE_SECONDS_MAX) -> None:
        self._seconds_max = parse_seconds_max
        self._turn = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._closed = False

    def __call__(self, body: bytes, content_type: str, url: str, entries_max: int) -> Document:
        """What the document holds; raises Unreadable, and TooCostly where the child was ended."""
        request = {"content_type": content_type, "url": url, "entries_max": entries_max}
        with self._turn:
            if self._closed:
                raise TooCostly("is not read any more: the poll is over")
            answer = self._ask(json.dumps(request | {"bytes": len(body)}).encode(), body)
        if "unreadable" in answer:
            raise Unreadable(answer["unreadable"])
        entries = tuple(Entry(**_in_tuples(entry)) for entry in answer["entries"])
        wishes = Wishes(**_in_tuples(answer["wishes"]))
        return Document(entries, answer["total"], answer["feed_url"], wishes)

    def close(self) -> None:
        """End the child and take no more documents."""
        self._closed = True
        if self._child:
            self._child.kill()
        with self._turn:
            self._end()

    def _ask(self, request: bytes, body: bytes) -> dict[str, Any]:
        child = self._running()
        assert child.stdin is not None
        assert child.stdout is not None
        line = b""
        with _killed_after(child, self._seconds_max), suppress(OSError):
            child.stdin.write(request + b"\n" + body)
            child.stdin.flush()
            line = child.stdout.readline()
        if line.endswith(b"\n"):
            answer: dict[str, Any] = json.loads(line)
            return answer
        self._end()
        raise TooCostly(f"takes more than {self._seconds_max:g} s or too much memory to read")

    def _running(self) -> subprocess.Popen[bytes]:
        if not self._child:
            self._child = subprocess.Popen(
                [sys.executable, "-m", "sources.feed_parts.apart"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=_environment(),
                start_new_session=True,  # a Ctrl-C is the daemon's to handle
            )
        if self._closed:
            self._child.kill()
        return self._child

    def _end(self) -> None:
        """End the child and leave nothing of it behind."""
        if self._child:
            self._child.kill()
            self._child.wait()
            for pipe in filter(None, (self._child.stdin, self._child.stdout)):
                with suppress(OSError):  # what was not written has nobody to go to
                    pipe.close()
        self._child = None


@contextmanager
def parser() -> Iterator[Parser]:
    """A parser for the length of one poll."""
    whole = Parser()
    try:
        yield whole
    finally:
        whole.close()


def main(requests: IO[bytes], answers: IO[bytes]) -> None:
    """Answer documents until there are no more."""
    from sources.feed_parts.parse import read_document

    while line := requests.readline(100_000):
        request = json.loads(line)
        body = requests.read(request.pop("bytes"))
        try:
            answer = asdict(read_document(body, **request))
        except Unreadable as error:
            answer = {"unreadable": str(error)}
        except Exception as error:  # noqa: BLE001 the next document is not to pay for this one
            answer = {"unreadable": f"can't be read: {type(error).__name__}"}
        answers.write(json.dumps(answer).encode() + b"\n")
        answers.flush()


def _in_tuples(values: dict[str, Any]) -> dict[str, Any]:
    """JSON knows lists only."""
    return {key: tuple(one) if isinstance(one, list) else one for key, one in values.items()}


def _environment() -> dict[str, str]:
    """What the child needs to start, and nothing else: a variable may hold a secret."""
    needed = {name: os.environ.get(name, "") for name in ("LD_LIBRARY_PATH", "SYSTEMROOT")}
    paths = os.pathsep.join(filter(None, sys.path))
    return {name: value for name, value in needed.items() if value} | {"PYTHONPATH": paths}


@contextmanager
def _killed_after(child: subprocess.Popen[bytes], seconds: float) -> Iterator[None]:
    timer = threading.Timer(seconds, child.kill)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _limit_itself() -> None:
    """Bound this process, so that it ends by itself even when nobody is left to end it."""
    with suppress(ImportError, ValueError, OSError):  # not every system has or grants limits
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES_MAX, MEMORY_BYTES_MAX))
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS_MAX, CPU_SECONDS_MAX))


if __name__ == "__main__":
    _limit_itself()
    main(sys.stdin.buffer, sys.stdout.buffer)
