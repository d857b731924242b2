"""The lists of a page or an account, and the threads below what they hold.

A list is read down to what was read before. A post whose count of comments changed has a thread
with news, which is read likewise. What was read stays read when it is broken off.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from listener.model import Fault, Gap
from listener.ports import Reject
from sources.common.fields import Json
from sources.meta_parts.cursor import Scan, Thread
from sources.meta_parts.errors import GENERAL, NotThere
from sources.meta_parts.graph import Graph, Parameters
from sources.meta_parts.harvest import Harvest
from sources.meta_parts.scan import FRESH_SECONDS, Seen, TooLong, floor_of, scanned

Take = Callable[[Json, float], Seen | None]
"""Takes one item in, which is news if it is younger than this; returns its id and time."""


@dataclass(frozen=True, slots=True)
class Question:
    """What a list is asked with, and how much of it is read at least."""

    path: str
    parameters: Parameters
    items_min: int = 0
    pages_min: int = 1


@dataclass(frozen=True, slots=True)
class Lists:
    """All lists of one poll."""

    graph: Graph
    harvest: Harvest

    def read(self, name: str, asked: Question, take: Take) -> None:
        """Read a list, and once more if an earlier poll began it: what is new came since."""
        scans, now = self.harvest.state.scans, self.harvest.now.timestamp()
        began = scans.get(name, Scan()).began
        self._scan(name, asked, take)
        if began and now - began > FRESH_SECONDS:
            self._scan(name, asked, take)

    def follow(self, name: str, at: float, mark: str, *, is_alive: bool = True) -> None:
        """Follow what is said below a post, which counts its comments so.

        One that is met first, and had nothing said since the first look began, has no news.
        """
        threads = self.harvest.state.threads
        known = threads.get(name) or Thread(at, done="" if is_alive else mark)
        threads[name] = replace(known, created=at, want=mark)

    def threads(self, read: Callable[[str], None]) -> None:
        """Read the threads that have news, those of the newest posts first."""
        threads, handled = self.harvest.state.threads, set[str]()
        while due := {
            name: one.created
            for name, one in threads.items()
            if one.want != one.done and name not in handled
        }:
            name = max(due, key=due.__getitem__)
            handled.add(name)
            try:
                read(name)
            except NotThere:
                del threads[name]  # gone since it was listed: a second look will tell
            except Reject as refused:
                if refused.state in GENERAL:
                    raise
                self.harvest.faults.append(Fault(name, refused.reason))
                threads[name] = replace(threads[name], done=threads[name].want, scan=Scan())

    def thread(self, name: str, asked: Question, take: Take) -> None:
        """Read one thread. One that says it has comments and shows none is read once more."""
        state = self.harvest.state
        thread = state.threads[name]
        floor, shown = floor_of(thread.scan, state.since), list[Seen | None]()

        def noted(raw: Json, since: float) -> Seen | None:
            shown.append(take(raw, since))
            return shown[-1]

        try:
            for scan in self._pages(thread.scan, asked, noted, floor):
                state.threads[name] = replace(thread, scan=scan)
        except TooLong as cut:
            self._missed(name, floor, cut)
        once_more = f"{thread.want}?"
        done = thread.want if any(shown) or thread.done == once_more else once_more
        state.threads[name] = replace(state.threads[name], done=done)

    def _scan(self, name: str, asked: Question, take: Take) -> None:
        scans = self.harvest.state.scans
        scan = scans.get(name, Scan())
        floor = floor_of(scan, self.harvest.state.since)
        try:
            for further in self._pages(scan, asked, take, floor):
                scans[name] = further
        except TooLong as cut:
            self._missed(name, floor, cut)

    def _pages(self, scan: Scan, asked: Question, take: Take, floor: float) -> Iterator[Scan]:
        return scanned(
            scan,
            lambda after: self.graph.page(asked.path, after, asked.parameters),
            lambda raw: take(raw, floor),
            self.harvest.now,
            self.harvest.state.since,
            items_min=asked.items_min,
            pages_min=asked.pages_min,
        )

    def _missed(self, name: str, since: float, cut: TooLong) -> None:
        begin, end = datetime.fromtimestamp(since, UTC), datetime.fromtimestamp(cut.oldest, UTC)
        if begin < end:
            cause = "page limit: too much was published to read on"
            self.harvest.gaps.append(Gap(begin, end, cause, name))
