"""Memory after 100,000 mentions, against the naive script of the same job.

``python benchmarks/memory.py [--mentions 100000]``. The largest resident size of the whole
process, as the operating system counted it, at a tenth of the mentions and at all of them: what
does not grow between the two does not grow over months. The naive script is run on the tenth
only, since it would take the better part of an hour on all of them.
"""

import argparse
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.load import ROOT, Hook, run, write_config, write_posts


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mentions", type=int, default=100_000)
    mentions = parser.parse_args().mentions
    print(f"{'':24}{'mentions':>10}{'peak MiB':>10}{'seconds':>9}")
    for way, count in (
        ("naive script", mentions // 10),
        ("listener", mentions // 10),
        ("listener", mentions),
    ):
        seconds, peak = one(way, count)
        print(f"{way:24}{count:10}{peak:10.0f}{seconds:9.1f}")


def one(way: str, mentions: int) -> tuple[float, float]:
    """One run in a fresh folder."""
    with tempfile.TemporaryDirectory(dir=".") as name, Hook() as hook:
        folder = Path(name).resolve()
        write_posts(folder / "posts.jsonl", mentions, 1.0)
        if way == "listener":
            config = write_config(folder, hook.url, 60)
            command = [sys.executable, "-m", "listener", "once", "--config", str(config)]
        else:
            command = [sys.executable, str(ROOT / "benchmarks/naive.py"), str(folder), hook.url]
        return run(command, folder)


if __name__ == "__main__":
    main()
