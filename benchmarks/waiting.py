"""How long an urgent post that is addressed to the brand waits for others to be judged.

    python -m benchmarks.waiting [BACKLOG [URGENT]]

Three troubles. A poll brings sixty posts at once while a slow judge, as a large model is (15 posts
a second), stands beside the quick ones: first judged fifty at a time, then as many as they do in a
quarter of a second. And BACKLOG posts (100,000) wait that came before, of an outage, say: then
also how fast those are worked off, and what polls cost meanwhile.
"""

import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter

from benchmarks.latency import CONFIG, Running, Times, Told
from benchmarks.load import SAYINGS
from listener import logs, wiring
from listener.clock import run_in_utc, sleep, utc_now
from listener.config import Config, JudgeConfig, load_config
from listener.model import Author, Mention, Post, Tag
from listener.store import Store, open_store
from listener.store.port import Polled, SourcePlan

BURST = 60
BURST_EVERY_SECONDS = 6.0
SLOW_PER_SECOND = 15
AT_ONCE = 2_000
PATIENCE_SECONDS = 300


@dataclass
class SlowJudge:
    """Takes its time for each mention, and says nothing by it."""

    def tag(self, mentions: Sequence[Mention]) -> list[Tag]:
        """One tag each, late."""
        sleep(len(mentions) / SLOW_PER_SECOND)
        return [Tag("slow", "yes", 1.0) for _ in mentions]


def a_post(n: int, *, urgent: bool = False) -> Post:
    said = f"{'@norvia' if urgent else 'Norvia'} {SAYINGS[n % len(SAYINGS)]} ({n})"
    author = Author("urgent" if urgent else f"writer{n}")
    return Post("bench", str(n), said, author=author, published_at=utc_now())


class Saver:
    """Saves posts as the poll stage does; urgent ones come one at a time."""

    def __init__(self, store: Store, config: Config, times: Times) -> None:
        self._store = store
        self._times = times
        self._matcher = wiring.matcher(config)
        self._n = 0
        self.seconds: list[float] = []

    def save(self, count: int, *, urgent: bool = False) -> None:
        """So many posts in one poll."""
        posts = [a_post(self._n + n, urgent=urgent) for n in range(count)]
        self._n += count
        mentions = [mention for post in posts for mention in self._matcher.match(post)]
        now, began = utc_now(), perf_counter()
        (turn,) = self._store.claim_sources(now, 60, 1)
        self._store.save_poll(turn, Polled(posts, mentions, None, now, now))
        self.seconds.append(perf_counter() - began)
        if urgent:
            self._times.begun[posts[0].id] = began
            self._times.saved[posts[0].id] = perf_counter()


@contextmanager
def world(
    times: Times, batch_seconds: float, *, slow: bool
) -> Iterator[tuple[Config, Store, Saver]]:
    """A fresh store, and a webhook that is told."""
    with tempfile.TemporaryDirectory(dir=".") as name, Told(times) as hook:
        path = Path(name).resolve() / "config.toml"
        more = f"[classifiers]\nbatch_seconds = {batch_seconds}\n"
        path.write_text(CONFIG.format(hook=hook.url) + more, encoding="utf-8")
        config = load_config(path, {})
        if slow:
            judges = (*config.judges, JudgeConfig("slow", "slow", SlowJudge()))
            config = replace(config, judges=judges)
        with closing(open_store(config.database)) as store:
            store.plan_sources([SourcePlan("bench", 1)], utc_now(), all_due=True)
            yield config, store, Saver(store, config, times)


def beside_a_slow_judge(count: int, batch_seconds: float) -> Times:
    """A burst every few seconds, and in the midst of it an urgent post."""
    times = Times()
    with (
        world(times, batch_seconds, slow=True) as (config, store, saver),
        Running(config, times) as generation,
    ):
        wake = generation.nudge("poll")
        _warm(store, saver, wake)
        for n in range(count):
            saver.save(BURST)
            wake()
            sleep(0.2 + n % 10 / 10)
            saver.save(1, urgent=True)
            wake()
            sleep(BURST_EVERY_SECONDS - 0.2 - n % 10 / 10)
        _wait_for(times)
    return times


def behind(backlog: int, count: int) -> tuple[Times, list[float], float]:
    """Urgent posts before a backlog: their times, seconds of a poll, what is judged a second."""
    times = Times()
    with world(times, 0.25, slow=False) as (config, store, saver):
        for _ in range(backlog // AT_ONCE):
            saver.save(AT_ONCE)
        saver.seconds.clear()
        with Running(config, times) as generation:
            wake = generation.nudge("poll")
            wake()
            sleep(3.0)
            before, began = _waiting(store), perf_counter()
            for _ in range(count):
                saver.save(1, urgent=True)
                wake()
                sleep(0.2)
            after, ended = _waiting(store), perf_counter()
            _wait_for(times)
    return times, saver.seconds, (before - after) / (ended - began)


def _warm(store: Store, saver: Saver, wake: Callable[[], None]) -> None:
    """The judges are loaded, and what the first batches taught is as it will be."""
    saver.save(20)
    wake()
    until = perf_counter() + PATIENCE_SECONDS
    while _waiting(store) and perf_counter() < until:
        sleep(0.1)


def _waiting(store: Store) -> int:
    return store.status(utc_now()).stages["tag"].waiting


def _wait_for(times: Times) -> None:
    until = perf_counter() + PATIENCE_SECONDS
    while len(times.told) < len(times.begun) and perf_counter() < until:
        sleep(0.05)


def _line(name: str, times: Times) -> str:
    cuts = quantiles(times.whole(), n=100)
    lost = len(times.begun) - len(times.told)
    return f"{name:36}p50 {cuts[49]:6.2f} s   p99 {cuts[98]:6.2f} s   {lost} lost"


def main() -> None:
    """Print a line per way."""
    backlog = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 30
    run_in_utc()
    logs.set_up("error", "console", [])
    print(f"save to socket of {count} urgent, direct posts")
    print(_line("slow judge, fifty at a time", beside_a_slow_judge(count, 30)))
    print(_line("slow judge, a quarter of a second", beside_a_slow_judge(count, 0.25)))
    times, polls, per_second = behind(backlog, count)
    print(_line(f"behind {backlog:,} that wait", times))
    print(
        f"  meanwhile {per_second:.0f} a second are judged, and a poll is saved in "
        f"{median(polls) * 1e3:.0f} ms"
    )


if __name__ == "__main__":
    main()
