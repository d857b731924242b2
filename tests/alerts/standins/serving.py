"""What stand-ins of help desks share: faults by name, a clock that a test sets, ids, limits.

Each takes the next of ``faults`` with every request that would change something (``faults_read``
with every other one); when there are none left, all is well. The faults are

    ok          all is well
    500 503 …   that status, and nothing was done; "429:30" with Retry-After
    hangup      nothing was done, the connection closes without an answer
    lost        it was done, the connection closes without an answer
    late 500 …  it was done, and that status is answered
    garbage     nothing was done, status 200 and something that is not the desk's
"""

import json
from abc import abstractmethod
from collections import deque
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar

from tests.sources.standins.serving import NOON, Answer, Asked, Host

Json = dict[str, Any]

LOST = ("lost", "late")
"""After these a thing was done though the one who asked for it could not know."""


class DeskSite(Host):
    """A help desk on the loopback. ``calls_max`` a minute, then it says 429.

    What an agent called Anna, ``anna@example.org``, does there is the same by name at all of them.
    """

    secrets: ClassVar[tuple[str, ...]] = ()

    def __init__(self, now: datetime = NOON) -> None:
        super().__init__(now)
        self.faults: list[str] = []
        self.faults_read: list[str] = []
        self.calls_max: int | None = None
        self._calls: deque[datetime] = deque()
        self._number = 0

    @abstractmethod
    def answer(self, asked: Asked) -> Answer:
        """The desk's answer to one request."""

    @abstractmethod
    def channel(self, **settings: Any) -> Any:
        """The channel under test, set up for this desk and its clock."""

    @abstractmethod
    def ids(self) -> list[str]:
        """The tickets there are, the oldest first."""

    @abstractmethod
    def texts(self, ticket_id: str) -> list[str]:
        """All that stands in a ticket as people read it: subject, body, comments."""

    @abstractmethod
    def markup(self, ticket_id: str) -> list[str]:
        """All that a browser would render of it."""

    @abstractmethod
    def state(self, ticket_id: str) -> tuple[str, str]:
        """How a ticket stands, in the desk's words, and the agent who has it; empty: nobody."""

    @abstractmethod
    def anna(self, ticket_id: str, did: str, words: str = "") -> None:
        """What Anna did: answered, noted, took, closed, reopened; or a customer: wrote."""

    def respond(self, asked: Asked) -> Answer | str:
        with self._lock:
            faults = self.faults_read if self.only_reads(asked) else self.faults
            fault = faults.pop(0) if faults else "ok"
            self.asked.append(asked)
            if self.trouble is not None:
                return self.trouble
            if self._is_too_fast():
                return Answer(429, b"", {"Retry-After": "60"})
            if fault.split()[0] in {"ok", *LOST}:
                answer = self.answer(asked)
                return answer if fault == "ok" else _lost(fault)
            return _refused(fault)

    def later(self, seconds: float = 1.0) -> datetime:
        """The clock goes on; the new time."""
        with self._lock:
            self.now += timedelta(seconds=seconds)
            return self.now

    def number(self) -> int:
        """The next id: each is given once, whatever it names."""
        self._number += 1
        return self._number

    def changing(self) -> list[Asked]:
        """The requests that would change something."""
        return [asked for asked in self.asked if not self.only_reads(asked)]

    def only_reads(self, asked: Asked) -> bool:
        """Whether this request changes nothing."""
        return asked.method == "GET"

    def _is_too_fast(self) -> bool:
        if self.calls_max is None:
            return False
        while self._calls and self._calls[0] <= self.now - timedelta(minutes=1):
            self._calls.popleft()
        if len(self._calls) >= self.calls_max:
            return True
        self._calls.append(self.now)
        return False


def body_of(asked: Asked) -> Json:
    """The JSON that was sent; empty where it is no object."""
    try:
        value = json.loads(asked.body or b"{}")
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def iso(moment: datetime) -> str:
    """A time as most desks write it."""
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def merged(*parts: Mapping[str, Any]) -> Json:
    """One object of several, the later ones first."""
    return {key: value for part in parts for key, value in part.items()}


def _lost(fault: str) -> Answer | str:
    kind, _, status = fault.partition(" ")
    return "down" if kind == "lost" else Answer(int(status), b"<html>sorry</html>")


def _refused(fault: str) -> Answer | str:
    if fault == "hangup":
        return "down"
    if fault == "garbage":
        return Answer(200, b"<p>Welcome to the hotel's network</p>")
    status, _, seconds = fault.partition(":")
    return Answer(int(status), b"<html>no</html>", {"Retry-After": seconds} if seconds else {})
