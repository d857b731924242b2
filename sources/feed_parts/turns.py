"""Whose turn it is: which addresses a poll visits, and when the next one is due."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from listener import pace
from listener.pace import Seen
from sources.feed_parts.cursor import UrlState
from sources.feed_parts.visit import Outcome

WAKE_SECONDS = 60.0
DAY_SECONDS = 86_400.0

_BACKOFF_SECONDS = 60.0
_BACKOFF_SECONDS_MAX = 6 * 3_600.0


@dataclass(frozen=True)
class Turns:
    """When each address is due, at one visit each ``poll_seconds`` in the mean. Pure.

    ``states`` are those of all addresses that share the budget; ``now`` is in seconds since 1970.
    """

    states: Mapping[str, UrlState]
    poll_seconds: float
    now: float

    @cached_property
    def due(self) -> dict[str, float]:
        """When each address is to be visited next; what was never visited is due since 1970."""
        states = self.states.values()
        rates = pace.rates([Seen(state.posts, state.seconds) for state in states])
        least = [self._least(state) for state in states]
        most = max(DAY_SECONDS, self.poll_seconds)
        waits = pace.intervals(rates, self.poll_seconds, least, most)
        return {
            url: self._turn(state) + wait if state.turn else 0.0
            for (url, state), wait in zip(self.states.items(), waits, strict=True)
        }

    def visited(self) -> list[str]:
        """Which to visit now: those left last time, then the longest due.

        Who asks before anything is due wants to know now: by word of a hub, or a person's. Then
        the addresses that have a hub are visited, or where none has one, all that don't ask to be
        left alone.
        """
        soon = self.now + self.wake_seconds / 2
        chosen = [url for url, at in self.due.items() if at <= soon and not self._held(url)]
        chosen = chosen or [url for url, one in self.states.items() if one.subscribed_at > 0]
        chosen = chosen or [url for url in self.states if not self._held(url)]
        return sorted(chosen, key=lambda url: (not self.states[url].waiting, self.due[url]))

    def wait_seconds(self) -> float:
        """How long until the next is due."""
        first = min(self.due.values(), default=self.now + self.poll_seconds)
        return round(max(first - self.now, self.wake_seconds), 3)

    @property
    def wake_seconds(self) -> float:
        """The shortest wait: what becomes due within it is visited together."""
        return min(WAKE_SECONDS, self.poll_seconds)

    def after(self, url: str, outcome: Outcome) -> UrlState:
        """What is remembered of an address that was visited."""
        before = self.states[url]
        turn = pace.turn(self.due[url], self.now, self.wake_seconds / 2)
        if outcome.failed:
            trouble = outcome.faults[0] if outcome.faults else "failed"
            return replace(outcome.state, turn=turn, trouble=trouble, failures=before.failures + 1)
        return replace(outcome.state, turn=turn, trouble="", failures=0)

    def _held(self, url: str) -> bool:
        return self.now < self.states[url].hold_until <= self.now + DAY_SECONDS

    def _turn(self, state: UrlState) -> float:
        """A clock that was wrong for a while must not put off a visit to the year it showed."""
        return min(state.turn, self.now)

    def _least(self, state: UrlState) -> float:
        """The shortest interval that the address allows, by its own word or by its failures."""
        asked = max(state.hold_until, state.not_before)
        stated = min(asked, self.now + DAY_SECONDS) - self._turn(state)
        doubled = _BACKOFF_SECONDS * 2 ** min(state.failures, 20) if state.failures else 0.0
        return max(self.wake_seconds, stated, min(doubled, _BACKOFF_SECONDS_MAX))
