"""What must hold after the daemon was killed again and again: nothing lost, nothing left."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from listener.clock import utc_now
from listener.store.sqlite import SqliteStore
from tests.campaigns.billed import BilledSite, author, word
from tests.campaigns.places import Hook

UNBILLED = "source IN ('file', 'feed')"
EVER = datetime(2000, 1, 1, tzinfo=UTC)
RULES = 2


@dataclass
class Findings:
    """What was found; every list and every ``lost`` must be empty or zero."""

    kills: int = 0
    expected: int = 0
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
    tellings_that_changed: list[tuple[str, str]] = field(default_factory=list)
    forged: int = 0
    # Of the site that bills:
    published: int = 0
    taken_down: int = 0
    forgotten: int = 0
    stored: int = 0
    in_gaps: int = 0
    requests: int = 0
    set_aside_for_good: int = 0
    taken_back: int = 0
    ceilings_crossed: list[str] = field(default_factory=list)
    neither_stored_nor_missed: list[int] = field(default_factory=list)
    still_there: list[str] = field(default_factory=list)
    in_unused_space: list[str] = field(default_factory=list)
    still_shown: list[str] = field(default_factory=list)
    shown_again: list[str] = field(default_factory=list)


def look(
    found: Findings, database: Path, site: BilledSite, hook: Hook, forgotten: set[str]
) -> None:
    """Look into the database, its files, and at what the site and the hook counted."""
    dead = site.dead | {n for n in range(len(site.texts)) if author(n) in forgotten}
    found.published, found.taken_down = len(site.texts), len(site.dead)
    found.forgotten = len(forgotten)
    with closing(sqlite3.connect(database)) as db:
        _look_at_unbilled(found, db)
        _look_at_tellings(found, db, site, hook, dead)
        _look_at_books(found, db, site, dead)
    _look_for_leftovers(found, database, hook, dead)


def _look_at_unbilled(found: Findings, db: sqlite3.Connection) -> None:
    found.posts = _number(db, f"SELECT count(*) FROM posts WHERE {UNBILLED}")
    of_them = f"FROM mentions WHERE state = 'tagged' AND {UNBILLED}"
    found.mentions = _number(db, f"SELECT count(*) {of_them}")
    found.posts_lost = found.expected - found.posts
    found.mentions_lost = found.expected - found.mentions


def _look_at_tellings(
    found: Findings, db: sqlite3.Connection, site: BilledSite, hook: Hook, dead: set[int]
) -> None:
    """Two rules, so each mention is told in just two tellings, however often each came.

    What was taken down, or spoke of the brand no more, may have been told before that or not.
    """
    found.tellings = sum(hook.times.values())
    found.duplicates = hook.duplicates
    found.forged = hook.forged
    told = hook.mentions()
    may_miss = {f"billed:{n}#norvia" for n in dead | site.left_brand}
    keys = [row[0] for row in db.execute("SELECT key FROM mentions")]
    found.tellings_that_changed = [one for one in hook.changed if one[1] not in may_miss]
    found.mentions_untold = [key for key in keys if told[key] < RULES and key not in may_miss]
    found.mentions_told_under_two_keys = [key for key in keys if told[key] > RULES]


def _look_at_books(
    found: Findings, db: sqlite3.Connection, site: BilledSite, dead: set[int]
) -> None:
    stored = {
        int(row[0])
        for row in db.execute("SELECT native_id FROM posts WHERE source = 'billed' AND text <> ''")
    }
    gaps = db.execute("SELECT place FROM coverage WHERE source = 'billed' AND place LIKE 'post %'")
    missed = {int(row[0].removeprefix("post ")) for row in gaps}
    there = set(range(len(site.texts))) - dead
    found.stored, found.in_gaps = len(stored), len(missed)
    found.neither_stored_nor_missed = sorted(there - stored - missed)
    found.requests = sum(n for key, n in site.billed.items() if key.endswith("requests"))
    found.set_aside_for_good = _number(db, "SELECT count(*) FROM reservations")
    found.ceilings_crossed = site.crossed


def _look_for_leftovers(found: Findings, database: Path, hook: Hook, dead: set[int]) -> None:
    """The words of what is gone, in the store, its search, an export, and its files as bytes."""
    with closing(SqliteStore.at(database)) as store:
        if not store.scrub(utc_now(), 5):
            found.still_there.append("the log could not be emptied")
        export = store.mentions(EVER, utc_now() + timedelta(days=1))
        texts = "\n".join(mention.post.text for mention in export)
        for n in sorted(dead):
            found.still_there += [f"search: {n}" for _ in store.search(word(n), 1)]
            found.still_there += [f"export: {n}"] if word(n) in texts else []
    for file in database.parent.glob(f"{database.name}*"):
        held = file.read_bytes()
        # The search index keeps what two neighbours share only once.
        left = [n for n in sorted(dead) if word(n)[4:].encode() in held]
        # Told, not forbidden: where SQLite moves a row to another page, a copy of it may stay in
        # the old page's unused space until the file is rebuilt (docs/deletion.md).
        found.in_unused_space += [f"{file.name}: {n}" for n in left]
    shown = [n for n in sorted(dead) if f"billed:{n}" in hook.shown]
    found.still_shown = [f"billed:{n}" for n in shown if f"billed:{n}" not in hook.taken_back]
    found.shown_again = hook.shown_again
    found.taken_back = len(hook.taken_back)


def _number(db: sqlite3.Connection, query: str) -> int:
    return int(db.execute(query).fetchone()[0])
