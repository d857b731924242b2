"""Posts a second through poll, tag and send, against the naive script of the same job.

``python benchmarks/pipeline.py [--posts 1000]``. Whole processes, in turn, on the same posts:
half name the brand, and what is not of low urgency is told to a webhook on loopback. The listener
is measured telling each mention alone, and telling bursts together.
"""

import argparse
import statistics
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.load import ROOT, Hook, run, write_config, write_posts

ROUNDS = 3


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=1000)
    posts = parser.parse_args().posts
    ways = {"naive script": None, "listener, each alone": 0, "listener, bursts": 60}
    rates: dict[str, list[float]] = {way: [] for way in ways}
    requests: dict[str, int] = {}
    told: dict[str, int] = {}
    for _ in range(ROUNDS):
        for way, group_seconds in ways.items():
            rate, hook = one(posts, group_seconds)
            rates[way].append(rate)
            requests[way], told[way] = hook.requests, len(hook.posts)
    naive = statistics.median(rates["naive script"])
    print(f"{posts} posts, half of them mentions, median of {ROUNDS} rounds")
    print(f"{'':24}{'posts/s':>10}{'ratio':>8}{'requests':>10}{'told':>8}")
    for way, measured in rates.items():
        rate = statistics.median(measured)
        print(f"{way:24}{rate:10.0f}{rate / naive:8.2f}{requests[way]:10}{told[way]:8}")


def one(posts: int, group_seconds: int | None) -> tuple[float, Hook]:
    """One run in a fresh folder."""
    with tempfile.TemporaryDirectory(dir=".") as name, Hook() as hook:
        folder = Path(name).resolve()
        write_posts(folder / "posts.jsonl", posts, 0.5)
        if group_seconds is None:
            command = [sys.executable, str(ROOT / "benchmarks/naive.py"), str(folder), hook.url]
        else:
            config = write_config(folder, hook.url, group_seconds)
            command = [sys.executable, "-m", "listener", "once", "--config", str(config)]
        seconds, _ = run(command, folder)
    return posts / seconds, hook


if __name__ == "__main__":
    main()
