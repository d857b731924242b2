"""What one poll may still ask for: so many requests, and so much time."""

from dataclasses import dataclass, field
from time import monotonic

from listener.model import Spent

REQUEST_SECONDS_MAX = 20.0
"""One answer may take this long, where the poll has as long left."""


class NothingLeft(Exception):
    """The requests or the time of this poll are used up: the rest is for the next."""


@dataclass
class Purse:
    """``requests`` and ``seconds`` to spend, from now on. ``spent`` counts the requests."""

    requests: int
    seconds: float = 45.0
    spent: int = 0
    _began: float = field(default_factory=monotonic)

    @property
    def left(self) -> int:
        """How many requests may still be sent."""
        return self.requests - self.spent if self.seconds_left > 0 else 0

    @property
    def seconds_left(self) -> float:
        """How much time there is left, 0 or more."""
        return max(self._began + self.seconds - monotonic(), 0.0)

    def pay(self) -> float:
        """Take one request; returns the seconds that it may last. Raises NothingLeft."""
        if self.left <= 0:
            raise NothingLeft
        self.spent += 1
        return min(self.seconds_left, REQUEST_SECONDS_MAX)

    def part(self, requests_max: int) -> "Purse":
        """A purse for one of several places; give it back by :meth:`settle`."""
        return Purse(min(requests_max, max(self.left, 0)), self.seconds_left)

    def settle(self, part: "Purse") -> None:
        """Count what was spent of a part."""
        self.spent += part.spent

    def told(self) -> Spent:
        """What it came to, in the words of the ports."""
        return Spent(requests=self.spent)
