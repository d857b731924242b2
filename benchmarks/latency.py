"""From the saving of a post to bytes on the channel's socket: how long, and in which stage.

    python -m benchmarks.latency [POSTS [PER_SECOND]]

The daemon's own roles tag (with the shipped judges) and send; this process saves posts as the
poll stage does, and nudges as it does. The channel is a webhook on loopback that keeps when each
alert came. First urgent posts come alone, one after the other; then with 200 posts a second of
which one in 50 is urgent; only those are told, each alone. Beside them stands the same daemon
without the nudges from one role to the next: what a scheduler that ticks every second would give.
"""

import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles
from time import perf_counter
from typing import Any

from benchmarks.load import SAYINGS, Hook
from listener import logs, wiring
from listener.clock import run_in_utc, sleep, utc_now
from listener.config import load_config
from listener.daemon import Generation
from listener.model import Author, Post
from listener.store import Store, open_store
from listener.store.port import Polled, SourcePlan

CONFIG = """
[listener]
database = "sqlite:latency.db"
log_level = "error"
[web]
enabled = false
[brands.norvia]
names = ["Norvia"]
handles = ["@norvia"]
[channels.hook]
type = "webhook"
url = "{hook}"
allow_private = true
[[rules]]
name = "urgent"
when = {{ author = ["urgent"] }}
send_to = ["hook"]
"""
"""Whom a rule tells is decided by the author here, so that both runs tell what they mean to."""

URGENT_EVERY = 50
PAUSE_SECONDS = 0.1
PATIENCE_SECONDS = 120
STAGES = ("save", "tag", "claim", "send")


@dataclass
class Times:
    """When each urgent post came to which point, in seconds of a clock that never goes back."""

    begun: dict[str, float] = field(default_factory=dict)
    saved: dict[str, float] = field(default_factory=dict)
    tagged: dict[str, float] = field(default_factory=dict)
    claimed: dict[str, float] = field(default_factory=dict)
    told: dict[str, float] = field(default_factory=dict)

    def of_stage(self, stage: str) -> list[float]:
        """How long the stage took for each post that was told."""
        points = [self.begun, self.saved, self.tagged, self.claimed, self.told]
        at = STAGES.index(stage)
        return [points[at + 1][one] - points[at][one] for one in self.told]

    def whole(self) -> list[float]:
        """From the end of the save, when the post is safe, to the socket."""
        return [self.told[one] - self.saved[one] for one in self.told]


class Watched:
    """A store that notes when its verbs were done with which posts."""

    def __init__(self, store: Store, times: Times) -> None:
        self._store = store
        self._times = times

    def __getattr__(self, verb: str) -> Any:
        return getattr(self._store, verb)

    def save_tags(self, tagged: Sequence[Any], now: Any) -> int:
        """Tagged from then on."""
        kept = self._store.save_tags(tagged, now)
        for one in tagged:
            self._times.tagged[one.mention.post.id] = perf_counter()
        return kept

    def claim_alerts(self, *claimed: Any) -> list[Any]:
        """Claimed from then on."""
        turns = self._store.claim_alerts(*claimed)
        for turn in turns:
            for mention in turn.alert.mentions:
                self._times.claimed[mention.post.id] = perf_counter()
        return turns


class Told(Hook):
    """A webhook that notes when a post was told."""

    def __init__(self, times: Times) -> None:
        super().__init__()
        self._times = times

    def came(self, posts: list[str]) -> None:
        """The moment counts at which they first came."""
        for post in posts:
            self._times.told.setdefault(post, perf_counter())


def a_post(n: int, *, urgent: bool) -> Post:
    said = f"Norvia {SAYINGS[n % len(SAYINGS)]} ({n})"
    author = Author("urgent" if urgent else f"writer{n}")
    return Post("bench", str(n), said, author=author, published_at=utc_now())


class Saver:
    """Saves posts as the poll stage does, and wakes the role that follows."""

    def __init__(self, store: Store, generation: Generation, times: Times) -> None:
        config = generation.config
        self._store = store
        self._times = times
        self._matcher = wiring.matcher(config)
        self.wake = generation.nudge("poll")
        self._n = 0

    def save(self, count: int, *, urgent: bool) -> None:
        """So many posts in one poll; the first is the urgent one, if there is one."""
        posts = [a_post(self._n + n, urgent=urgent and n == 0) for n in range(count)]
        self._n += count
        if urgent:
            self._times.begun[posts[0].id] = perf_counter()
        mentions = [mention for post in posts for mention in self._matcher.match(post)]
        now = utc_now()
        (turn,) = self._store.claim_sources(now, 60, 1)
        self._store.save_poll(turn, Polled(posts, mentions, None, now, now))
        if urgent:
            self._times.saved[posts[0].id] = perf_counter()
        self.wake()


def alone(saver: Saver, count: int) -> None:
    """One urgent post after the other."""
    for _ in range(count):
        saver.save(1, urgent=True)
        sleep(PAUSE_SECONDS)


def under_load(saver: Saver, count: int, per_second: int) -> None:
    """Ten polls a second bring the load; each so many posts."""
    polls = count * URGENT_EVERY * 10 // per_second
    size = per_second // 10
    began, saved = perf_counter(), 0
    for n in range(polls):
        due = n * size // URGENT_EVERY > saved
        saver.save(size, urgent=due)
        saved += due
        left = began + (n + 1) / 10 - perf_counter()
        if left > 0:
            sleep(left)


def measured(way: str, count: int, per_second: int) -> Times:
    """A fresh store and a daemon on it, then the posts of this way."""
    times = Times()
    with tempfile.TemporaryDirectory(dir=".") as name, Told(times) as hook:
        folder = Path(name).resolve()
        (folder / "config.toml").write_text(CONFIG.format(hook=hook.url), encoding="utf-8")
        config = load_config(folder / "config.toml", {})
        with Running(config, times) as generation, closing(open_store(config.database)) as store:
            store.plan_sources([SourcePlan("bench", 1)], utc_now(), all_due=True)
            saver = Saver(store, generation, times)
            saver.save(1, urgent=False)  # the judges are loaded at the first
            sleep(1.0)
            if way == "by the tick":
                for role in generation.roles:
                    role.nudge = lambda: None
                saver.wake = lambda: None
            if way == "under load":
                under_load(saver, count, per_second)
            else:
                alone(saver, count if way == "alone" else count // 5)
            _wait_for_all(times)
    return times


class Running:
    """The daemon's roles but for polling, with a store that is watched."""

    def __init__(self, config: Any, times: Times) -> None:
        self._generation = Generation(config, utc_now, ("tag", "send"))
        opened = self._generation.open_store
        self._generation.open_store = lambda: Watched(opened(), times)  # type: ignore[method-assign,assignment,return-value]

    def __enter__(self) -> Generation:
        self._generation.start()
        return self._generation

    def __exit__(self, *_: object) -> None:
        self._generation.stop()


def _wait_for_all(times: Times) -> None:
    until = perf_counter() + PATIENCE_SECONDS
    while len(times.told) < len(times.begun) and perf_counter() < until:
        sleep(0.05)


def _lines(way: str, times: Times) -> Iterator[str]:
    lost = len(times.begun) - len(times.told)
    yield f"{way}: {len(times.told)} told, {lost} not"
    for stage in STAGES:
        yield _line(stage, times.of_stage(stage))
    yield _line("save to socket", times.whole())


def _line(name: str, seconds: Sequence[float]) -> str:
    cuts = quantiles(seconds, n=100)
    return f"  {name:15} p50 {cuts[49] * 1e3:7.1f} ms   p99 {cuts[98] * 1e3:7.1f} ms"


def main() -> None:
    """Print a table per way."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    per_second = int(sys.argv[2]) if len(sys.argv) > 2 else 200
    run_in_utc()
    logs.set_up("error", "console", [])
    print(f"under load: {per_second} posts a second")
    for way in ("alone", "under load", "by the tick"):
        print("\n".join(_lines(way, measured(way, count, per_second))))


if __name__ == "__main__":
    main()
