"""Feeds: RSS, RDF, Atom and JSON Feed, or a page that names one.

All addresses of a source are visited side by side under one deadline, and one that fails costs
only itself. What is fetched, read and named is told in the modules beside this one, in this
order: ``visit``, ``apart``, ``parse``, ``posts``, ``cursor``, all in ``feed_parts``.
"""

import queue
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from time import monotonic
from typing import Annotated

from listener.clock import utc_now
from listener.model import Batch, Fault, Post
from listener.ports import Retry
from sources.feed_parts.apart import parser
from sources.feed_parts.cursor import UrlState, dump, load
from sources.feed_parts.plain_text import web_address
from sources.feed_parts.visit import Limits, Outcome, Parse, Visit

THREADS_MAX = 8
REASONS_MAX = 5


@dataclass
class FeedSource:
    """Posts from feeds, each once, and again when its text was edited.

    Only feeds that changed since the last poll are read. Where every address fails, ``poll``
    raises Retry with the reasons. That holds for lasting ones too (a private address, a 404),
    with an hour to wait: addresses come back to life, and nobody has to restart anything.
    """

    urls: Annotated[list[str], "Addresses of feeds, or of pages that name one."]
    site: Annotated[str, "The site its posts belong to; empty: the host of each address."] = ""
    timeout_seconds: Annotated[float, "How long one address may take to answer in full."] = 20.0
    size_bytes_max: Annotated[int, "Larger answers are refused."] = 10_000_000
    entries_max: Annotated[int, "How many entries are read of one feed."] = 5_000
    allow_private: Annotated[bool, "Whether feeds may lie in private networks."] = False
    now: Callable[[], datetime] = utc_now
    parse: Parse | None = None
    poll_seconds_max: float = 45.0

    def __post_init__(self) -> None:
        if not self.urls:
            raise ValueError("urls is empty: give the address of a feed")
        for url in self.urls:
            if not web_address(url):
                raise ValueError(f"urls names {url!r}, which is no http or https address")
        for name in ("timeout_seconds", "size_bytes_max", "entries_max"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name} is {getattr(self, name)}: it must be more than 0")

    def poll(self, cursor: str | None) -> Batch:
        """The new and the changed entries of all addresses, within about 45 seconds."""
        before = load(cursor, self.urls)
        with self._parser() as parse:
            outcomes = self._visit_all(before, parse)
        left = {
            url: Outcome(replace(state, waiting=True), faults=(_LEFT,), failed=True)
            for url, state in before.items()
            if url not in outcomes
        }
        return _batch({url: (outcomes | left)[url] for url in before})

    @contextmanager
    def _parser(self) -> Iterator[Parse]:
        if self.parse:
            yield self.parse
        else:
            with parser() as apart:
                yield apart

    def _visit_all(self, before: dict[str, UrlState], parse: Parse) -> dict[str, Outcome]:
        """The outcomes that came in before the deadline; those left waiting go first."""
        ends = monotonic() + self.poll_seconds_max
        todo: queue.SimpleQueue[str] = queue.SimpleQueue()
        for url in sorted(before, key=lambda url: not before[url].waiting):
            todo.put(url)
        done: queue.SimpleQueue[tuple[str, Outcome]] = queue.SimpleQueue()

        def work() -> None:
            while (seconds := ends - monotonic()) > 0:
                try:
                    url = todo.get_nowait()
                except queue.Empty:
                    return
                done.put((url, self._visit(url, before[url], parse, seconds)))

        # Daemon threads, because a pool's would hold up the end of the program.
        for _ in range(min(THREADS_MAX, len(before))):
            threading.Thread(target=work, name="feed", daemon=True).start()
        return _collected(done, len(before), ends)

    def _visit(self, url: str, state: UrlState, parse: Parse, seconds: float) -> Outcome:
        limits = Limits(
            total_seconds=min(self.timeout_seconds, seconds),
            size_bytes_max=self.size_bytes_max,
            entries_max=self.entries_max,
            allow_private=self.allow_private,
        )
        try:
            return Visit(url, self.site, limits, parse, self.now()).outcome(state)
        except Exception as error:  # noqa: BLE001 one address is not to cost the others
            reason = f"could not be visited: {type(error).__name__}: {error}"
            return Outcome(state, faults=(reason,), failed=True)


_LEFT = "was not reached in the time of one poll: it comes first at the next"


def _collected(
    done: queue.SimpleQueue[tuple[str, Outcome]], count: int, ends: float
) -> dict[str, Outcome]:
    outcomes: dict[str, Outcome] = {}
    while len(outcomes) < count:
        try:
            url, outcome = done.get(timeout=max(ends - monotonic(), 0))
        except queue.Empty:
            break
        outcomes[url] = outcome
    return outcomes


def _batch(outcomes: dict[str, Outcome]) -> Batch:
    faults = [Fault(url, reason) for url, outcome in outcomes.items() for reason in outcome.faults]
    if all(outcome.failed for outcome in outcomes.values()):
        raise Retry(_told(faults), _wait_seconds(list(outcomes.values())))
    return Batch(
        posts=_posts(outcomes.values()),
        cursor=dump({url: outcome.state for url, outcome in outcomes.items()}),
        faults=tuple(faults),
    )


def _posts(outcomes: Iterable[Outcome]) -> tuple[Post, ...]:
    """All posts; of one that several feeds carry the fullest."""
    posts: dict[str, Post] = {}
    for outcome in outcomes:
        for post in outcome.posts:
            known = posts.get(post.id)
            if known is None or len(post.text) > len(known.text):
                posts[post.id] = post
    return tuple(posts.values())


def _wait_seconds(outcomes: Sequence[Outcome]) -> float | None:
    """The shortest wait that helps, or None where it may help to try at once.

    A Retry stores no cursor, so this is how a server's Retry-After survives a poll that failed.
    """
    waits = [outcome.wait_seconds for outcome in outcomes]
    known = [seconds for seconds in waits if seconds is not None]
    return min(known) if len(known) == len(waits) else None


def _told(faults: Sequence[Fault]) -> str:
    told = "; ".join(f"{fault.where} {fault.reason}" for fault in faults[:REASONS_MAX])
    more = len(faults) - REASONS_MAX
    return f"{told}; and {more} more" if more > 0 else told
