"""The store in one SQLite file, by sqlite-utils. Each verb is one transaction."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from listener.budget import Limits, Spending
from listener.coverage import Coverage
from listener.crisis.baseline import Tally
from listener.match.around import Around, Marked
from listener.model import Mention, Post, Spent
from listener.ports import FailureState
from listener.store import (
    facts,
    forgetting,
    leases,
    ledger,
    marks,
    mentions,
    outbox,
    polls,
    rechecks,
    scrub,
    settling,
    spending,
    standing,
    stories,
    tagging,
    tallies,
    upgrade,
)
from listener.store.arrivals import SqliteArrivals
from listener.store.cases.book import SqliteCases
from listener.store.connection import BUSY_SECONDS, Connect, Connection, connect_to
from listener.store.control_book import SqliteControls
from listener.store.imports import SqliteImports
from listener.store.learning_books import SqliteCorrections, SqliteLessons, SqliteRetags
from listener.store.particulars import SqliteParticulars
from listener.store.past import SqlitePast
from listener.store.people import SqlitePeople
from listener.store.port import (
    InDoubt,
    Judged,
    Kept,
    MarkOutcome,
    Polled,
    Rechecked,
    RecheckTurn,
    Reserved,
    Saved,
    SendTurn,
    Settled,
    SourcePlan,
    SourceTurn,
    Status,
    StoreUnavailable,
    Storied,
    Tagged,
    TagTurn,
    Written,
)
from listener.store.rows import post_of, stamp
from listener.watch import Alarm, SourceFacts, Volume


class SqliteStore:
    """A :class:`listener.store.port.Store` on SQLite in WAL mode. One per thread."""

    def __init__(self, connect: Connect, owner: str = "tool") -> None:
        self._connection = Connection(connect)
        self._owner = owner
        self._cases = SqliteCases(self._connection, owner)
        self._controls = SqliteControls(self._connection)
        self._corrections = SqliteCorrections(self._connection)
        self._lessons = SqliteLessons(self._connection)
        self._retags = SqliteRetags(self._connection)
        self._imports = SqliteImports(self._connection)
        self._past = SqlitePast(self._connection)
        self._arrivals = SqliteArrivals(self._connection, owner)
        self._people = SqlitePeople(self._connection)
        self._particulars = SqliteParticulars(self._connection)

    @classmethod
    def at(
        cls, path: Path, *, owner: str = "tool", busy_seconds: float = BUSY_SECONDS
    ) -> "SqliteStore":
        """The store in this file, which is made and migrated where needed."""
        store = cls(connect_to(path, busy_seconds), owner)
        try:
            store.migrate()
        except StoreUnavailable:
            store.close()
            raise
        return store

    @property
    def cases(self) -> SqliteCases:
        return self._cases

    @property
    def controls(self) -> SqliteControls:
        return self._controls

    @property
    def corrections(self) -> SqliteCorrections:
        return self._corrections

    @property
    def lessons(self) -> SqliteLessons:
        return self._lessons

    @property
    def retags(self) -> SqliteRetags:
        return self._retags

    @property
    def imports(self) -> SqliteImports:
        return self._imports

    @property
    def past(self) -> SqlitePast:
        return self._past

    @property
    def arrivals(self) -> SqliteArrivals:
        return self._arrivals

    @property
    def people(self) -> SqlitePeople:
        return self._people

    @property
    def particulars(self) -> SqliteParticulars:
        return self._particulars

    def migrate(self) -> None:
        """Bring the tables up to date. Two processes may do it at once: one waits."""
        with self._connection.reading() as db:
            if upgrade.is_current(db):
                return
        with self._connection.writing() as db:
            upgrade.bring_up_to_date(db)

    def plan_sources(
        self, plans: Iterable[SourcePlan], now: datetime, *, all_due: bool = False
    ) -> None:
        planned = list(plans)
        with self._connection.writing() as db:
            rechecks.plan(db, planned, now)
            polls.plan(db, planned, now, all_due=all_due)

    def nudge(self, source: str, now: datetime) -> bool:
        with self._connection.writing() as db:
            return polls.nudge(db, source, now)

    def claim_sources(self, now: datetime, lease_seconds: float, limit: int) -> list[SourceTurn]:
        if limit < 1 or not self._any("sources WHERE planned AND due_at <= :now", now):
            return []
        until = now + timedelta(seconds=lease_seconds)
        with self._connection.writing() as db:
            return polls.claim(db, self._owner, now, until, limit)

    def save_poll(self, turn: SourceTurn, polled: Polled) -> Saved:
        with self._connection.writing() as db:
            return polls.save(db, turn, polled)

    def fail_poll(
        self,
        turn: SourceTurn,
        reason: str,
        due_at: datetime,
        *,
        state: FailureState = "outage",
        spent: Spent | None = None,
        reserved: Reserved | None = None,
    ) -> None:
        with self._connection.writing() as db:
            polls.fail(db, turn, reason, due_at, state)
            spending.settle_failed(db, turn.name, reserved, spent)

    def reserve(
        self, source: str, limits: Limits, dearest: Spent, now: datetime, *, looks: bool = False
    ) -> Reserved | None:
        with self._connection.writing() as db:
            return spending.reserve(db, source, limits, dearest, now, looks=looks)

    def settle(self, source: str, reserved: Reserved, spent: Spent | None, now: datetime) -> None:
        with self._connection.writing() as db:
            spending.settle(db, source, reserved, spent, now)

    def spending(self, source: str, now: datetime) -> Spending:
        with self._connection.reading() as db:
            return spending.spending(db, source, now)

    def claim_rechecks(self, now: datetime, lease_seconds: float, limit: int) -> list[RecheckTurn]:
        with self._connection.reading() as db:
            if limit < 1 or not rechecks.due(db, now, 1):
                return []
        until = now + timedelta(seconds=lease_seconds)
        with self._connection.writing() as db:
            return rechecks.claim(db, self._owner, now, until, limit)

    def save_recheck(self, turn: RecheckTurn, rechecked: Rechecked) -> Saved:
        with self._connection.writing() as db:
            return rechecks.save(db, turn, rechecked)

    def fail_recheck(
        self,
        turn: RecheckTurn,
        reason: str,
        due_at: datetime,
        *,
        spent: Spent | None = None,
        reserved: Reserved | None = None,
    ) -> None:
        with self._connection.writing() as db:
            rechecks.fail(db, turn, reason, due_at, spent, reserved)

    def written(self, author: str, site: str | None = None) -> list[Written]:
        with self._connection.reading() as db:
            return forgetting.written(db, *forgetting.named(db, author, site))

    def forget(self, author: str, sites: Iterable[str], now: datetime) -> int:
        with self._connection.writing() as db:
            name, _ = forgetting.named(db, author, None)
            return sum(forgetting.forget(db, name, site, now) for site in sites)

    def scrub(self, before: datetime, busy_seconds: float = 0) -> bool:
        with self._connection.reading() as db:
            index_waits, log_waits = scrub.index_waits(db, before), scrub.log_waits(db)
        if index_waits:
            self._scrub_index()
        if not (index_waits or log_waits):
            return True
        with self._connection.alone(busy_seconds) as db:
            return scrub.empty_log(db)

    def claim_mentions(self, now: datetime, lease_seconds: float, limit: int) -> list[TagTurn]:
        if limit < 1 or not self._any("mentions WHERE state = 'new'", now):
            return []
        until = now + timedelta(seconds=lease_seconds)
        with self._connection.writing() as db:
            return tagging.claim(db, self._owner, now, until, limit)

    def save_tags(self, tagged: Sequence[Tagged], now: datetime) -> int:
        with self._connection.writing() as db:
            return tagging.save(db, tagged, now)

    def claim_alerts(
        self, channel: str, now: datetime, lease_seconds: float, limit: int
    ) -> list[SendTurn]:
        due = "outbox WHERE state = 'pending' AND channel = :channel AND next_at <= :now"
        if limit < 1 or not self._any(due, now, channel=channel):
            return []
        until = now + timedelta(seconds=lease_seconds)
        with self._connection.writing() as db:
            return outbox.claim(db, self._owner, channel, now, until, limit)

    def settle_alerts(self, settled: Sequence[Settled]) -> int:
        with self._connection.writing() as db:
            return sum(settling.settle(db, self._owner, one) for one in settled)

    def release(self, dead: Sequence[str]) -> int:
        with self._connection.writing() as db:
            return leases.release(db, dead)

    def save_alarm(
        self, alarm: Alarm, channels: Sequence[str], now: datetime, due_at: datetime
    ) -> bool:
        with self._connection.writing() as db:
            return outbox.put_alarm(db, alarm, channels, now, due_at)

    def beat(self, role: str, now: datetime) -> None:
        with self._connection.writing() as db:
            db.execute("INSERT OR REPLACE INTO beats VALUES (?, ?)", (role, stamp(now)))

    def owners(self) -> list[str]:
        with self._connection.reading() as db:
            return leases.owners(db)

    def alarmed(self, rule: str) -> frozenset[str]:
        with self._connection.reading() as db:
            rows = db.execute("SELECT subject FROM alarms WHERE rule = ?", (rule,))
            return frozenset(row["subject"] for row in rows)

    def source_facts(self, now: datetime) -> list[SourceFacts]:
        with self._connection.reading() as db:
            return facts.source_facts(db, now)

    def volumes(
        self, brands: Iterable[str], now: datetime, window_minutes: int, weeks: int
    ) -> list[Volume]:
        with self._connection.reading() as db:
            return facts.volumes(db, brands, now, window_minutes, weeks)

    def mentions(self, since: datetime, until: datetime) -> Iterator[Mention]:
        with self._connection.reading() as db:
            yield from mentions.published_between(db, since, until)

    def judged(self, since: datetime, until: datetime) -> Iterator[Judged]:
        with self._connection.reading() as db:
            yield from mentions.tagged_between(db, since, until)

    def mention_counts(self, since: datetime, until: datetime) -> dict[str, int]:
        with self._connection.reading() as db:
            return facts.mention_counts(db, since, until)

    def watched(self, since: datetime, until: datetime) -> list[Coverage]:
        with self._connection.reading() as db:
            return ledger.watched(db, since, until)

    def kept(self, since: datetime, until: datetime) -> Iterator[Kept]:
        with self._connection.reading() as db:
            yield from mentions.kept_between(db, since, until)

    def around(self, posts: Sequence[Post]) -> Mapping[str, Around]:
        with self._connection.reading() as db:
            return marks.around(db, posts)

    def save_mark(
        self, post_id: str, brand: str, now: datetime, *, about: bool, by: str
    ) -> MarkOutcome:
        with self._connection.writing() as db:
            return marks.save(db, post_id, brand, about=about, by=by, now=now)

    def doubts(self, brand: str | None, limit: int) -> InDoubt:
        with self._connection.reading() as db:
            return marks.doubts(db, brand, limit)

    def marks(self) -> list[Marked]:
        with self._connection.reading() as db:
            return marks.all_of(db)

    def storied(self, since: datetime, after: int, limit: int) -> list[Storied]:
        with self._connection.reading() as db:
            return stories.storied(db, since, after, limit)

    def tallies(self, brand: str, since: datetime, until: datetime, minutes: int) -> list[Tally]:
        with self._connection.reading() as db:
            return tallies.tallies(db, brand, since, until, minutes)

    def search(self, words: str, limit: int) -> list[Post]:
        quoted = " ".join('"' + word.replace('"', '""') + '"' for word in words.split())
        if not quoted:
            return []
        with self._connection.reading() as db:
            rows = db.execute(
                """SELECT p.* FROM posts_fts JOIN posts p ON p.n = posts_fts.rowid
                   WHERE posts_fts MATCH ? AND p.deleted_at IS NULL
                   ORDER BY posts_fts.rank LIMIT ?""",
                (quoted, limit),
            )
            return [post_of(row) for row in rows.fetchall()]

    def status(self, now: datetime) -> Status:
        """How everything stands; whether it can be written is found out by writing."""
        with self._connection.reading() as db:
            stands = standing.status(db, now)
        try:
            self.beat("status", now)
        except StoreUnavailable as trouble:
            return replace(stands, store=trouble.state)
        return stands

    def close(self) -> None:
        self._connection.close()

    def _scrub_index(self) -> None:
        """In small transactions, so that nobody waits for it."""
        with self._connection.writing() as db:
            scrub.begin_index(db)
        goes_on = True
        while goes_on:
            with self._connection.writing() as db:
                goes_on = scrub.index_on(db)

    def _any(self, due: str, now: datetime, **values: str) -> bool:
        """A cheap look before a write: an idle tick costs no write lock and no disk sync."""
        with self._connection.reading() as db:
            row = db.execute(f"SELECT 1 FROM {due} LIMIT 1", {"now": stamp(now), **values})
            return row.fetchone() is not None
