"""A desk under a bad sky: mentions come in, the way to the tracker fails, all that can die dies.

The stages are the daemon's own, on a clock that is stepped; the tracker is real. In between the
daemon is "killed": what it told and had not recorded yet is lost with it, its leases run out, and
a new one goes on. What must hold in the end is counted against an oracle that knows the rules.
"""

import random
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from listener.clock import sleep, utc_now
from listener.hours.calendar import Calendar
from listener.model import Author, Post
from listener.ports import Desk
from listener.routing import Routing
from listener.rules import Rule
from listener.stages.desk import DeskStage
from listener.stages.send import SendStage
from listener.stages.tag import Judge, TagStage
from listener.store import Store, open_store
from listener.teams import Team, Teams
from listener.testing.fakes import FakeClassifier, a_post
from listener.testing.store_steps import poll
from tests.alerts.desks.proxy import Fault, Proxy

LINK = re.compile(r"https://example\.org/posts/\d+(?=\s|$)")
STEP = timedelta(seconds=5)
WAIT = timedelta(minutes=2)
LEASE = timedelta(seconds=61)
STEPS_MAX, ASKED_MAX = 4_000, 1_000
SHARE_OF_FAULTS = 0.2
_FAULTS = (
    Fault("status", 429, (("Retry-After", "2"),)),
    Fault("status", 500),
    Fault("status", 503),
    Fault("lose the answer"),
    Fault("lose the answer"),
    Fault("hang up"),
)


class Server(Protocol):
    """The tracker's process."""

    def start(self) -> None: ...

    def stop(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Tracker:
    """A real tracker: its process, the way to it, our channel, and what people see and do there."""

    server: Server
    proxy: Proxy
    desk: Desk
    tickets: Callable[[], list[str]]
    words: Callable[[str], list[str]]
    reply: Callable[[str, str], None]
    settle: Callable[[str], None]
    settled: Callable[[str], bool]


def posts(count: int, stories: int, rng: random.Random) -> list[tuple[Post, int]]:
    """Posts of so many stories by four authors for each, every post with its story."""
    told = [" ".join(_word(rng) for _ in range(14)) for _ in range(stories)]
    found = []
    for number in range(1, count + 1):
        story = number - 1 if number <= stories else rng.randrange(stories)
        of = story if rng.random() < 0.95 else rng.randrange(stories)  # some tell of several
        handle = f"author{of}-{rng.randrange(4)}"
        found.append(
            (
                a_post(
                    str(number),
                    f"Norvia {told[story]}",
                    author=Author(handle, handle.title(), 10),
                    url=f"https://example.org/posts/{number}",
                ),
                story,
            )
        )
    return found


def _word(rng: random.Random) -> str:
    return "".join(rng.choice("aeiou" if at % 2 else "bdfklmnprst") for at in range(6))


def oracle(told: Sequence[tuple[Post, int]]) -> list[set[str]]:
    """The cases as the rules say, while none is closed, as the links that belong together.

    A mention goes where its author wrote last, else where its story was told last.
    """
    cases: list[set[str]] = []
    last: dict[str | int, set[str]] = {}
    for post, story in told:
        case = last.get(post.author.handle) or last.get(story)
        if case is None:
            case = set()
            cases.append(case)
        case.add(post.url)
        last[post.author.handle] = last[story] = case
    return cases


class Dying:
    """A store for a process that dies: from then on nothing of what it tells is recorded."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.dead = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def settle_alerts(self, settled: Sequence[Any]) -> int:
        return len(settled) if self.dead else self._store.settle_alerts(settled)

    def claim_alerts(self, *arguments: Any) -> list[Any]:
        return [] if self.dead else self._store.claim_alerts(*arguments)


@dataclass
class Campaign:
    """One run. ``restarts`` counts deaths of the daemon, ``reboots`` those of the tracker."""

    tracker: Tracker
    folder: Path
    rng: random.Random
    now: datetime = field(default_factory=utc_now)
    restarts: int = 0
    reboots: int = 0
    faults: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.store = open_store(f"sqlite:{self.folder / 'desks.db'}", owner="campaign")
        self.teams = Teams(
            {"service": Team("service", ("desk",), Calendar(UTC))}, {}, frozenset({"desk"})
        )
        self.store.cases.plan_desks({"desk": 5.0}, self.now)
        self._start()

    def _start(self) -> None:
        """The daemon's stages, as after its start."""
        self.dying = Dying(self.store)
        judges = [Judge("urgency", FakeClassifier("urgency", lambda _: "high"))]
        rules = [Rule("urgent", (), team="service")]
        self.tag = TagStage(self.store, judges, Routing(rules, UTC, self.teams))
        self.send = SendStage(self.dying, {"desk": self.tracker.desk}, lambda: self.now)  # type: ignore[arg-type,dict-item]
        self.desk = DeskStage(self.store, {"desk": self.tracker.desk}, self.teams)

    def kill(self) -> None:
        """What was being told is told to its end, and nobody writes down that it was."""
        self.dying.dead = True
        while self.send._sending:
            self.send.step(self.now)
            sleep(0.005)
        self.now += LEASE
        self.restarts += 1
        self._start()

    def reboot(self) -> None:
        """The tracker goes while it is told things, and comes back."""
        self.tracker.server.stop()
        self.step()
        self.tracker.server.start()
        self.reboots += 1

    def bad_way(self) -> None:
        """A share of all requests fails, as the seed has it."""

        def plan(method: str, path: str) -> Fault | None:
            if self.rng.random() > SHARE_OF_FAULTS:
                return None
            fault = self.rng.choice(_FAULTS)
            self.faults[f"{fault.what} {fault.status if fault.what == 'status' else ''}"] += 1
            return fault

        self.tracker.proxy.plan = plan

    def come(self, post: Post) -> None:
        poll(self.store, [post], now=self.now)
        self.tag.step(self.now)
        self.now += timedelta(milliseconds=1)

    def step(self) -> int:
        """One turn of the send stage, until it has nothing under way."""
        done = self.send.step(self.now)
        while self.send._sending:
            sleep(0.002)
            done += self.send.step(self.now)
        done += self.send.step(self.now)
        self.now += STEP
        return done

    def until_told(self) -> None:
        """Until nothing waits for the desk any more."""
        for _ in range(STEPS_MAX):
            self.step()
            self.now += WAIT  # what failed often is tried again after half an hour
            status = self.store.status(self.now)
            if not status.waiting_by_channel.get("desk") and not status.retrying:
                return
        raise AssertionError("the desk was not told everything")

    def asked(self, done: Callable[[], bool]) -> None:
        """Ask the desk what was done there, until that is so."""
        for _ in range(ASKED_MAX):
            self.desk.step(self.now)
            while self.desk.busy:
                sleep(0.002)
                self.desk.step(self.now)
            if done():
                return
            self.now += 6 * STEP
        raise AssertionError("what was done at the desk did not come back")

    def asked_once(self) -> None:
        """Let the desk answer one question, whatever it says."""
        seen = len(self.tracker.proxy.seen)
        self.tracker.proxy.calm()
        self.asked(lambda: len(self.tracker.proxy.seen) > seen)
        self.bad_way()

    def links(self) -> Iterator[tuple[str, list[str]]]:
        """Each ticket with the links that stand in it."""
        for ticket in self.tracker.tickets():
            yield ticket, LINK.findall("\n".join(self.tracker.words(ticket)))
