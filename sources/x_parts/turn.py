"""One poll: what it starts from, what it reads by search or takes from the stream, its batch."""

from dataclasses import dataclass, replace

from listener.model import Batch, Fault, Gap
from listener.ports import Reject, Retry
from sources.common import fields
from sources.common.fields import Json
from sources.common.stream import Taken
from sources.x_parts import window
from sources.x_parts.cursor import State, Stretch, dump, key
from sources.x_parts.posts import users_in
from sources.x_parts.questions import Questions
from sources.x_parts.search import PAGE_POSTS_MIN, Found, Purse, read

SETTLING_SECONDS = 45
"""How long after the stream was opened the search knows all that was written before."""

_STREAM_WAIT_SECONDS = 1.0


@dataclass
class Turn:
    """A poll under way. ``alive`` says that a stream is open that brings what is new."""

    questions: Questions
    state: State
    todo: list[Stretch]
    gaps: list[Gap]
    purse: Purse
    found: Found
    alive: bool = False

    def refuse_too_little(self) -> None:
        """Raises Retry where not even X's smallest page can be paid for."""
        if not self.purse.page_posts():
            least = f"{PAGE_POSTS_MIN} posts"
            reason = f"its budget has less left than X's smallest page, which has {least}"
            words = f"if it never has more, raise it to at least {least} a day"
            raise Retry(f"{reason}: {words}", state="budget")

    def search(self) -> None:
        """Read what is due by search. Raises Retry and Reject where nothing could be read."""
        queries = {key(query): query for query in self.questions.queries}
        left = read(self.todo, queries, self.purse, self.found)
        if self.found.failure and not self.found.answered:
            raise self.found.failure
        self.state = replace(self.state, unread=tuple(left))

    def opened(self) -> None:
        """A stream was opened just now: what was written before is for the search."""
        self.state = replace(self.state, connected=self._second)

    def take(self, taken: Taken[Json]) -> None:
        """Take what the stream brought."""
        self.alive = not taken.ended
        ids: list[str] = []
        for message in taken.items:
            ids += self.found.take([fields.at(message, "data")], users_in(message))
        self.purse.pay(ids)
        if isinstance(taken.error, Retry | Reject):
            self.found.faults.append(Fault("stream", taken.error.reason))
        elif taken.error:
            self.found.faults.append(Fault("stream", f"it broke: {type(taken.error).__name__}"))
        if self._all_read and self._second - self.state.connected >= SETTLING_SECONDS:
            self.state = replace(self.state, connected=0)
        if not self.state.connected and (dated := self.found.dated(ids)):
            self.found.newest |= dict.fromkeys(self.state.bounds, dated[-1])

    def batch(self) -> Batch:
        """What came of it."""
        found = self.found
        faults = list(found.faults)
        if found.failure and found.stopped:
            faults.append(Fault("search", found.stopped))
        told = key("\n".join(self.questions.left_out)) if self.questions.left_out else ""
        if told and told != self.state.told:
            faults.append(Fault("queries", "; ".join(self.questions.left_out)))
        waits = found.failure is not None or found.wait_seconds is not None
        return Batch(
            posts=tuple(found.posts),
            cursor=dump(self._after(told)),
            faults=tuple(faults),
            rejects=tuple(found.rejects),
            gaps=tuple(self.gaps),
            complete=self._all_read and not self.gaps,
            more=not self._all_read and not waits and not self.alive,
            wait_seconds=self._wait_seconds(),
            spent=self.purse.spent,
        )

    @property
    def _second(self) -> int:
        return int(self.found.now.timestamp())

    @property
    def _all_read(self) -> bool:
        """Whether everything was read, by search or by a stream that needs no search."""
        by_search = len(self.found.answered) == len(self.questions.queries)
        return not self.state.unread and (by_search or (self.alive and not self.state.connected))

    def _wait_seconds(self) -> float | None:
        if self.found.wait_seconds is not None:
            return self.found.wait_seconds
        if isinstance(self.found.failure, Retry):
            return self.found.failure.after_seconds
        if self.alive:
            return float(SETTLING_SECONDS) if self.state.connected else _STREAM_WAIT_SECONDS
        return None

    def _after(self, told: str) -> State:
        """The state after it. While pages are unread, another query may bring a post again."""
        state, found = self.state, self.found
        bounds = dict(state.bounds)
        for query, newest in found.newest.items():
            if int(newest) > int(bounds[query].newest or 0):
                bounds[query] = replace(bounds[query], newest=newest)
        return replace(
            state,
            asked=self._second if self._all_read or not state.asked else state.asked,
            day=window.day_of(found.now),
            bounds=bounds,
            seen=window.recent(found.seen, found.now) if self._all_read else found.seen,
            told=told,
        )
