"""The daemon, killed again and again at random moments, and what must hold afterwards.

It reads a file, a feed, and a site that bills, with a budget that is raised a little at every
start; what the site takes down it takes back. In some rounds two daemons share all this, in some
``listener forget`` runs beside them, and is killed as well. Each is forked from a server that has
everything imported, so that it is polling, tagging and sending milliseconds after it starts, and a
kill hits work, not start-up.
"""

import json
import multiprocessing
import os
import random
import signal
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path
from threading import Event
from typing import Any

from tests.campaigns.billed import POSTS_AN_AUTHOR, BilledSite, Ceilings
from tests.campaigns.kill_findings import UNBILLED, Findings, look
from tests.campaigns.places import SECRET, GrowingFeed, Hook

DATABASE = "kill.db"
ALIVE_SECONDS_MAX = 0.9
FINISH_SECONDS_MAX = 900
WORK_SECONDS_MAX = 10
LINES_A_POLL = 1
LINES_A_POLL_IN_THE_END = 50
LINES_A_KILL = 16
REQUESTS_A_START, POSTS_A_START = 2, 10
ENOUGH = Ceilings(requests=1_000_000, posts=1_000_000)
TWO_DAEMONS_EVERY = 4
FORGET_EVERY = 6
ROUNDS_MAX = 60
"""A slow machine takes more of them until something was taken back and an author is whole."""

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
[sources.billed]
type = "billed"
url = {billed}
poll_seconds = 1
[sources.billed.budget]
{budget}
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
when = {{ urgency = ["high", "medium", "low", "error"] }}
send_to = ["hook"]
group_seconds = 1
"""


@dataclass(frozen=True)
class Places:
    """What the daemon reads and tells."""

    feed: GrowingFeed
    site: BilledSite
    hook: Hook


class Campaign:
    """A folder with a configuration, a file that is being read, and the places."""

    def __init__(self, folder: Path, places: Places, kills: int, seed: int) -> None:
        self.folder = folder
        self.places = places
        self.kills = kills
        self.random = random.Random(seed)
        self.lines = kills * LINES_A_KILL
        self.forgotten: set[str] = set()
        self.config = folder / "config.toml"
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["tests.campaigns.kill_child"])
        self._write_files()

    def run(self) -> Findings:
        """Kill so many times, then let the daemon finish, then look."""
        found = Findings(kills=self.kills, expected=self.lines + self.places.feed.items_max)
        for kill in range(self.kills):
            self._raise_budget()
            self.places.site.grow()
            before = self._work_done()
            children = self._children(kill)
            if kill % 2:  # every other one surely at work; the rest wherever it happens to be
                self._wait_for_work(before)
            self._kill(children, ALIVE_SECONDS_MAX / (1 + kill % 2))
            found.kills_at_work += self._work_done() != before
            found.cursor_ahead += self._cursor_ahead()
        self._finish([])
        return self._look(found)

    def share(self, rounds: int) -> Findings:
        """Two daemons at once, and none is killed; the budget is raised under them."""
        found = Findings(expected=self.lines + self.places.feed.items_max)
        self._raise_budget()
        daemons = [self._started(), self._started()]
        self._wait_for_work(self._work_done())
        for number in range(ROUNDS_MAX):
            self.places.site.grow()
            self._raise_budget()
            self._tell(daemons, signal.SIGHUP)
            Event().wait(self.random.uniform(0.2, ALIVE_SECONDS_MAX))
            if number >= rounds and self.places.hook.taken_back and self._somebody():
                break  # who is forgotten before the end
        self._finish(daemons)
        return self._look(found)

    def _children(self, kill: int) -> list[BaseProcess]:
        """A daemon; now and then two, or one and somebody who wants to be forgotten."""
        children = [self._started() for _ in range(1 + (kill % TWO_DAEMONS_EVERY == 0))]
        who = self._somebody() if kill % FORGET_EVERY == 1 else None
        return children if who is None else [*children, self._forgetting(who)]

    def _kill(self, children: list[BaseProcess], alive_seconds_max: float) -> None:
        for child in children:
            Event().wait(self.random.uniform(0.0, alive_seconds_max / len(children)))
            child.kill()
        for child in children:
            child.join()
            assert child.exitcode in {0, -signal.SIGKILL}, f"it ended by itself: {child.exitcode}"

    def _raise_budget(self) -> None:
        """A changed budget makes the source due, and this one is soon spent again."""
        ceilings = self.places.site.ceilings
        ceilings.requests += REQUESTS_A_START
        ceilings.posts += POSTS_A_START
        self._write_config(ceilings)

    def _somebody(self) -> str | None:
        """An author of whom everything is stored that will ever come."""
        known = self._one(
            f"""SELECT group_concat(author_handle) FROM (SELECT author_handle FROM posts
                WHERE source = 'billed' AND deleted_at IS NULL GROUP BY author_handle
                HAVING count(*) = {POSTS_AN_AUTHOR} ORDER BY author_handle)"""
        )
        if not known:
            return None
        who: str = self.random.choice(known.split(","))
        self.forgotten.add(who)
        return who

    def _forgetting(self, who: str) -> BaseProcess:
        from tests.campaigns.kill_child import forget_author

        child = self._context.Process(target=forget_author, args=(self.config, who))
        child.start()
        return child

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

    def _write_config(self, ceilings: Ceilings, lines_a_poll: int = LINES_A_POLL) -> None:
        self.config.write_text(
            CONFIG.format(
                file=json.dumps(str(self.folder / "posts.jsonl")),
                feed=json.dumps(self.places.feed.url),
                billed=json.dumps(self.places.site.url),
                budget=ceilings.toml(),
                hook=json.dumps(self.places.hook.url),
                lines_a_poll=lines_a_poll,
            )
        )

    def _started(self) -> BaseProcess:
        from tests.campaigns.kill_child import listen

        child = self._context.Process(target=listen, args=(self.config,))
        child.start()
        return child

    def _finish(self, daemons: list[BaseProcess]) -> None:
        """Let them run until nothing is left to read, to judge, to tell or to look at."""
        for who in sorted(self.forgotten):  # whoever was killed at it is asked once more
            child = self._forgetting(who)
            child.join(60)
            assert child.exitcode == 0, f"forgetting {who} failed: {child.exitcode}"
        self.places.site.calm_down()
        self.places.site.ceilings = ENOUGH
        self._write_config(ENOUGH, LINES_A_POLL_IN_THE_END)
        self._tell(daemons, signal.SIGHUP)
        daemons = daemons or [self._started()]
        for _ in range(FINISH_SECONDS_MAX * 4):
            Event().wait(0.25)
            if self._is_done():
                break
        self._tell(daemons, signal.SIGTERM)
        for daemon in daemons:
            daemon.join(15)
            assert daemon.exitcode == 0, f"the daemon did not drain: {daemon.exitcode}"

    def _tell(self, daemons: list[BaseProcess], number: signal.Signals) -> None:
        for daemon in daemons:
            os.kill(daemon.pid or 0, number)

    def _look(self, found: Findings) -> Findings:
        look(found, self.folder / DATABASE, self.places.site, self.places.hook, self.forgotten)
        return found

    def _is_done(self) -> bool:
        """What is read is asked first: what is read after that question still waits at the next."""
        posts = self._number(f"SELECT count(*) FROM posts WHERE {UNBILLED}")
        cursor = self._one("SELECT cursor FROM sources WHERE name = 'billed'") or '{"after": 0}'
        read = json.loads(cursor)["after"] >= len(self.places.site.events)
        waiting = self._number(
            "SELECT (SELECT count(*) FROM mentions WHERE state = 'new')"
            " + (SELECT count(*) FROM outbox WHERE state = 'pending')"
            " + (SELECT count(*) FROM posts WHERE check_at < strftime('%Y-%m-%dT%H:%M:%f', 'now'))"
        )
        return waiting == 0 and posts >= self.lines + self.places.feed.items_max and read

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

    def _work_done(self) -> tuple[int, ...]:
        return (
            self._number("SELECT count(*) FROM posts"),
            self._number("SELECT count(*) FROM tags"),
            sum(self.places.hook.times.values()),
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
        return closing(sqlite3.connect(self.folder / DATABASE, timeout=10))
