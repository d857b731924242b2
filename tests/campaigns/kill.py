"""The daemon, killed again and again at random moments, and what must hold afterwards.

The child is forked from a server that has everything imported, so that it is polling, tagging
and sending milliseconds after it starts, and a kill hits work, not start-up.
"""

import json
import multiprocessing
import os
import random
import signal
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from pathlib import Path
from threading import Event
from typing import Any

from tests.campaigns.places import SECRET, GrowingFeed, Hook

ALIVE_SECONDS_MAX = 0.9
FINISH_SECONDS_MAX = 240
WORK_SECONDS_MAX = 10
LINES_A_POLL = 1
LINES_A_KILL = 16

CONFIG = """
[listener]
database = "sqlite:kill.db"
log_level = "error"
[web]
enabled = false
[brands.norvia]
names = ["Norvia"]
[sources.file]
type = "jsonl"
path = {file}
poll_seconds = 1
lines_max = {lines_a_poll}
[sources.feed]
type = "feed"
urls = [{feed}]
poll_seconds = 1
allow_private = true
[classifiers]
order = ["spam", "sentiment", "urgency", "intent"]
[channels.hook]
type = "webhook"
url = {hook}
secret = "file:secret"
allow_private = true
[[rules]]
name = "each"
send_to = ["hook"]
[[rules]]
name = "burst"
when = {{ urgency = ["high", "medium", "low"] }}
send_to = ["hook"]
group_seconds = 1
"""


@dataclass
class Findings:
    """What was found; every list and every ``lost`` must be empty or zero."""

    kills: int = 0
    kills_at_work: int = 0
    posts: int = 0
    mentions: int = 0
    tellings: int = 0
    duplicates: int = 0
    cursor_ahead: list[str] = field(default_factory=list)
    posts_lost: int = 0
    mentions_lost: int = 0
    mentions_untold: list[str] = field(default_factory=list)
    mentions_told_under_two_keys: list[str] = field(default_factory=list)
    tellings_that_changed: list[str] = field(default_factory=list)
    forged: int = 0


class Campaign:
    """A folder with a configuration, a file that is being read, a feed and a webhook."""

    def __init__(self, folder: Path, feed: GrowingFeed, hook: Hook, kills: int, seed: int) -> None:
        self.folder = folder
        self.feed = feed
        self.hook = hook
        self.kills = kills
        self.random = random.Random(seed)
        self.lines = kills * LINES_A_KILL
        self.config = folder / "config.toml"
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["tests.campaigns.kill_child"])
        self._write_files()

    def run(self) -> Findings:
        """Kill so many times, then let the daemon finish, then look."""
        found = Findings(kills=self.kills)
        for kill in range(self.kills):
            before = self._work_done()
            child = self._started()
            if kill % 2:  # every other one surely at work; the rest wherever it happens to be
                self._wait_for_work(before)
            Event().wait(self.random.uniform(0.0, ALIVE_SECONDS_MAX / (1 + kill % 2)))
            os.kill(child.pid or 0, signal.SIGKILL)
            child.join()
            found.kills_at_work += self._work_done() != before
            found.cursor_ahead += self._cursor_ahead()
        self._finish()
        return self._look(found)

    def _wait_for_work(self, before: tuple[int, ...]) -> None:
        for _ in range(WORK_SECONDS_MAX * 50):
            if self._work_done() != before:
                return
            Event().wait(0.02)

    def _write_files(self) -> None:
        lines = (
            json.dumps({"id": str(n), "text": f"Norvia lost my bag number {n}, help!"})
            for n in range(self.lines)
        )
        (self.folder / "posts.jsonl").write_text("\n".join(lines) + "\n")
        (self.folder / "secret").write_text(SECRET)
        self.config.write_text(
            CONFIG.format(
                file=json.dumps(str(self.folder / "posts.jsonl")),
                feed=json.dumps(self.feed.url),
                hook=json.dumps(self.hook.url),
                lines_a_poll=LINES_A_POLL,
            )
        )

    def _started(self) -> BaseProcess:
        from tests.campaigns.kill_child import listen

        child = self._context.Process(target=listen, args=(self.config,))
        child.start()
        return child

    def _finish(self) -> None:
        """Let it run undisturbed until nothing is left to read, to judge or to tell."""
        child = self._started()
        for _ in range(FINISH_SECONDS_MAX * 4):
            Event().wait(0.25)
            if self._is_done():
                break
        os.kill(child.pid or 0, signal.SIGTERM)
        child.join(15)
        assert child.exitcode == 0, f"the daemon did not drain: {child.exitcode}"

    def _is_done(self) -> bool:
        waiting = self._number(
            "SELECT (SELECT count(*) FROM mentions WHERE state = 'new')"
            " + (SELECT count(*) FROM outbox WHERE state = 'pending')"
        )
        posts = self._number("SELECT count(*) FROM posts")
        return waiting == 0 and posts >= self.lines + self.feed.items_max

    def _cursor_ahead(self) -> list[str]:
        """The file's cursor covers the lines that are stored, and not one more."""
        posts = self._number("SELECT count(*) FROM posts WHERE source = 'file'")
        cursor = self._one("SELECT cursor FROM sources WHERE name = 'file'")
        if cursor is None:
            return [f"no cursor, {posts} posts"] if posts else []
        offset = json.loads(cursor)["offset"]
        with (self.folder / "posts.jsonl").open("rb") as file:
            covered = file.read(offset).count(b"\n")
        return [] if covered == posts else [f"cursor covers {covered} lines, {posts} stored"]

    def _look(self, found: Findings) -> Findings:
        expected = self.lines + self.feed.items_max
        found.posts = self._number("SELECT count(*) FROM posts")
        found.mentions = self._number("SELECT count(*) FROM mentions WHERE state = 'tagged'")
        found.posts_lost = expected - found.posts
        found.mentions_lost = expected - found.mentions
        found.tellings = sum(self.hook.times.values())
        found.duplicates = self.hook.duplicates
        found.tellings_that_changed = self.hook.changed
        found.forged = self.hook.forged
        told = self.hook.mentions()
        with self._database() as db:
            keys = [row[0] for row in db.execute("SELECT key FROM mentions")]
        # Two rules, so each mention is told in just two tellings, however often each came.
        found.mentions_untold = [key for key in keys if told[key] < 2]
        found.mentions_told_under_two_keys = [key for key in keys if told[key] > 2]
        return found

    def _work_done(self) -> tuple[int, ...]:
        return (
            self._number("SELECT count(*) FROM posts"),
            self._number("SELECT count(*) FROM tags"),
            sum(self.hook.times.values()),
        )

    def _number(self, query: str) -> int:
        return int(self._one(query) or 0)

    def _one(self, query: str) -> Any:
        """The one value, or None where there is none yet."""
        try:
            with self._database() as db:
                row = db.execute(query).fetchone()
        except sqlite3.OperationalError as error:
            if "no such table" not in str(error):
                raise
            return None  # killed before the tables were made
        return None if row is None else row[0]

    def _database(self) -> "closing[sqlite3.Connection]":
        return closing(sqlite3.connect(self.folder / "kill.db", timeout=10))
