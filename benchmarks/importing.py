"""A large export read in: speed, memory, and nothing lost or doubled by kills.

``python benchmarks/importing.py [--rows 1000000] [--kills 8] [--seed 1]``. The file is made anew,
the same for the same seed, in the layout of a Brandwatch export with lines above its header: posts
of X, Reddit and news pages over three years, with cells over several lines, a few rows that can't
be read and a few that come twice. It is read in by ``listener import`` as a process of its own, a
tenth of it first; the peak is the largest resident size, as the operating system counted it. Then
it is read in anew, killed with ``kill -9`` at random moments and gone on with each time. The rows
in the store are counted and held against what was written.
"""

import argparse
import csv
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from listener.clock import sleep

ROOT = Path(__file__).parents[1]
CONFIG = """
[listener]
database = "sqlite:listener.db"
timezone = "Europe/Helsinki"
[brands.norvia]
names = ["Norvia"]
handles = ["@norvia"]
[brands.skylark]
names = ["Skylark"]
"""
_COLUMNS = """Query Id,Query Name,Date,Title,Snippet,Full Text,Url,Domain,Sentiment,Page Type,
Language,Author,Full Name,X Followers,Likes,Comments,Shares,Impact,Reach (new),Thread Entry Type"""
HEADER = [name.strip() for name in _COLUMNS.split(",")]
PREAMBLE = ("Report:,Bulk Mentions Download", "Brand:,Norvia", "From:,2021-01-01", "To:,2023-12-31")
_WORDS = """the flight was late again and nobody told us why but the crew smiled bag lost found
gate coffee seat refund app crashed thanks great worst never always ticket price queue morning"""
WORDS = _WORDS.split()
FIRST = datetime(2021, 1, 1, tzinfo=UTC)
SECONDS = 3 * 365 * 86_400


@dataclass(frozen=True)
class Written:
    """What a file holds: rows, posts (each once), rows that can't be read."""

    rows: int
    posts: int
    broken: int


@dataclass(frozen=True)
class Kill:
    """When a run is killed: when it stored so many rows, and so many seconds later."""

    rows: int
    seconds: float


@dataclass(frozen=True)
class Ran:
    """How a run went."""

    seconds: float
    peak_mib: float
    code: int


def write_export(path: Path, rows: int, seed: int) -> Written:
    """Write an export of so many rows."""
    chance = random.Random(seed)
    posts = broken = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write("\n".join(PREAMBLE) + "\n\n")
        writer = csv.writer(file)
        writer.writerow(HEADER)
        last: list[object] = []
        for number in range(rows):
            kind = chance.random()
            if kind < 0.001:
                writer.writerow(
                    [
                        "1",
                        "norvia",
                        "no date at all",
                        "",
                        "",
                        "Norvia",
                        f"https://x.com/a/status/{number}",
                    ]
                )
                broken += 1
            elif kind < 0.003 and last:
                writer.writerow(last)
            else:
                last = _row(number, chance)
                writer.writerow(last)
                posts += 1
    return Written(rows, posts, broken)


def _row(number: int, chance: random.Random) -> list[object]:
    at = FIRST + timedelta(seconds=chance.randrange(SECONDS))
    text = " ".join(chance.choices(WORDS, k=chance.randint(8, 60)))
    if chance.random() < 0.5:
        text = f"{text[:40]} {chance.choice(['Norvia', '@norvia', 'Skylark'])} {text[40:]}"
    if chance.random() < 0.1:
        text = text.replace(" and ", '\n"and", they said,\n')
    site, url = _place(number, chance)
    return [
        "1", "norvia", f"{at:%Y-%m-%d %H:%M:%S}.0", "", text[:80], text, url, site,
        chance.choice(["positive", "neutral", "negative"]), site.partition(".")[0], "en",
        f"user{chance.randrange(200_000)}", "", chance.randrange(10_000), chance.randrange(99),
        chance.randrange(9), chance.randrange(9), "12.5", chance.randrange(10**6), "post",
    ]  # fmt: skip


def _place(number: int, chance: random.Random) -> tuple[str, str]:
    kind = chance.random()
    if kind < 0.6:
        handle = f"user{chance.randrange(200_000)}"
        return "twitter.com", f"https://twitter.com/{handle}/status/{10**18 + number}"
    if kind < 0.8:
        return "reddit.com", f"https://www.reddit.com/r/travel/comments/{number:x}zz/late_again/"
    return "news.example.org", f"https://news.example.org/{number % 997}/story-{number}"


def configure(folder: Path) -> None:
    """An empty folder with a configuration."""
    (folder / "config.toml").write_text(CONFIG, encoding="utf-8")


def run(folder: Path, export: Path, kill_when: Kill | None = None) -> Ran:
    """Read it in, in a process of its own, that is killed at some moment if it is still there."""
    command = [sys.executable, "-m", "listener", "import", str(export)]
    began = time.perf_counter()
    process = subprocess.Popen(
        command,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
    )
    if kill_when is not None:
        _kill(process, folder, kill_when)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return Ran(time.perf_counter() - began, usage.ru_maxrss / 1024, process.returncode)


def _kill(process: "subprocess.Popen[bytes]", folder: Path, when: Kill) -> None:
    """Once so many rows more are stored, and some seconds later; not when it ended before."""
    wanted = rows_stored(folder) + when.rows
    while not _has_ended(process, 0.02) and rows_stored(folder) < wanted:
        pass
    if not _has_ended(process, when.seconds):
        process.send_signal(signal.SIGKILL)


def _has_ended(process: "subprocess.Popen[bytes]", seconds: float) -> bool:
    """Whether it ends within so many seconds; what it took is still to be asked for."""
    until = time.perf_counter() + seconds
    while True:
        ended = os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
        if ended or time.perf_counter() >= until:
            return ended
        sleep(min(0.01, seconds))


def rows_stored(folder: Path) -> int:
    """How many rows of the file are through."""
    try:
        with closing(sqlite3.connect(folder / "listener.db")) as db:
            row = db.execute("SELECT counts FROM imports").fetchone()
            return int(json.loads(row[0])["rows"]) if row else 0
    except sqlite3.OperationalError:  # the table is still to be made
        return 0


def stored(folder: Path) -> dict[str, int]:
    """What is stored, counted."""
    with closing(sqlite3.connect(folder / "listener.db")) as db:
        asked = {
            "posts": "SELECT count(*) FROM posts",
            "ids": "SELECT count(DISTINCT id) FROM posts",
            "mentions": "SELECT count(*) FROM mentions",
            "waiting": "SELECT count(*) FROM mentions WHERE state = 'new'",
            "told": "SELECT count(*) FROM outbox",
            "indexed": "SELECT count(*) FROM posts_fts WHERE posts_fts MATCH 'flight'",
            "finished": "SELECT count(*) FROM imports WHERE finished_at IS NOT NULL",
        }
        return {name: db.execute(sql).fetchone()[0] for name, sql in asked.items()}


def whole(folder: Path, rows: int, seed: int) -> tuple[Written, Ran]:
    """A file of so many rows, read in at one go."""
    folder.mkdir()
    configure(folder)
    written = write_export(folder / "export.csv", rows, seed)
    ran = run(folder, folder / "export.csv")
    assert ran.code == 0
    assert stored(folder)["posts"] == written.posts, (stored(folder), written)
    return written, ran


def killed(folder: Path, export: Path, kills: int, ran: tuple[Written, Ran], seed: int) -> int:
    """The same with kills at random moments; how many fell before its end."""
    folder.mkdir()
    configure(folder)
    chance = random.Random(seed)
    rows, seconds = ran[0].rows, ran[1].seconds
    fell = 0
    for _ in range(kills):
        kill = Kill(
            chance.randrange(2 * rows // (kills + 1)), chance.uniform(0, 3000 * seconds / rows)
        )
        fell += run(folder, export, kill).code == -signal.SIGKILL
    assert run(folder, export).code == 0
    return fell


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--kills", type=int, default=8)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=".") as name:
        folder = Path(name).resolve()
        print(f"{'rows':>10}{'seconds':>9}{'rows/s':>8}{'peak MiB':>10}")
        for rows in (asked.rows // 10, asked.rows):
            place = folder / str(rows)
            written, ran = whole(place, rows, asked.seed)
            print(f"{rows:10,}{ran.seconds:9.0f}{rows / ran.seconds:8,.0f}{ran.peak_mib:10.0f}")
        before = stored(place)
        export = place / "export.csv"
        fell = killed(folder / "killed", export, asked.kills, (written, ran), asked.seed)
        after = stored(folder / "killed")
        print(f"{fell} of {asked.kills} kills fell before its end")
        print(f"written {written}\nat one go  {before}\nwith kills {after}")
        assert before == after
        assert after["posts"] == after["ids"] == written.posts
        assert not after["waiting"]
        assert not after["told"]


if __name__ == "__main__":
    main()
