"""Posts a second through poll, tag and send, against the naive script of the same job.

``python benchmarks/pipeline.py [--posts 2000]``. Whole processes, in turn, on the same posts:
half name the brand, and what is not of low urgency is told to a webhook on loopback. The time is
from the process' start until the last of it is told. The listener is measured telling each
mention alone, and telling bursts together.
"""

import argparse
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.load import ROOT, Hook, run, write_config, write_posts
from listener.clock import sleep

ROUNDS = 3
PATIENCE_SECONDS = 300
WAYS: dict[str, int | None] = {"naive script": None, "each alone": 0, "bursts": 1}


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=2000)
    posts = parser.parse_args().posts
    rates: dict[str, list[float]] = {way: [] for way in WAYS}
    told: dict[str, tuple[int, int]] = {}
    for _ in range(ROUNDS):
        expected = 0
        for way, group_seconds in WAYS.items():
            seconds, hook = one(posts, group_seconds, expected)
            rates[way].append(posts / seconds)
            told[way] = (len(hook.posts), hook.requests)
            expected = len(hook.posts)
    naive = statistics.median(rates["naive script"])
    print(f"{posts} posts, half of them mentions, median of {ROUNDS} rounds")
    print(f"{'':14}{'posts/s':>10}{'ratio':>8}{'told':>8}{'requests':>10}")
    for way, measured in rates.items():
        rate = statistics.median(measured)
        print(f"{way:14}{rate:10.0f}{rate / naive:8.2f}{told[way][0]:8}{told[way][1]:10}")


def one(posts: int, group_seconds: int | None, expected: int) -> tuple[float, Hook]:
    """One run in a fresh folder: seconds until all was told, and what was."""
    with tempfile.TemporaryDirectory(dir=".") as name, Hook() as hook:
        folder = Path(name).resolve()
        write_posts(folder / "posts.jsonl", posts, 0.5)
        if group_seconds is None:
            command = [sys.executable, str(ROOT / "benchmarks/naive.py"), str(folder), hook.url]
            return run(command, folder)[0], hook
        config = write_config(folder, hook.url, group_seconds)
        return until_told(folder, config, hook, expected), hook


def until_told(folder: Path, config: Path, hook: Hook, expected: int) -> float:
    """Run the daemon until so many posts were told; seconds from its start to the last."""
    command = [sys.executable, "-m", "listener", "run", "--config", str(config)]
    started = time.perf_counter()
    child = subprocess.Popen(command, cwd=folder, env=os.environ | {"PYTHONPATH": str(ROOT)})
    while len(hook.posts) < expected and time.perf_counter() - started < PATIENCE_SECONDS:
        sleep(0.01)
    seconds = time.perf_counter() - started
    child.send_signal(signal.SIGTERM)
    child.wait(30)
    return seconds


if __name__ == "__main__":
    main()
