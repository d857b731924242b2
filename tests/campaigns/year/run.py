"""A platform's year on a stepped clock: its stand-in, the real source, stages and store.

The clock jumps to the next poll or second look that is due; what happened in the world meanwhile
happens first, each at its moment. A restart throws away the source with its connections and the
store's, at times between what was fetched and what was stored, as kill -9 does.
"""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from listener.coverage import Period, SourceView, view
from listener.match import Matcher
from listener.stages import Stage
from listener.stages.bringing import Listened
from listener.stages.poll import PollStage
from listener.stages.recheck import PACE_SECONDS, RecheckStage
from listener.store.port import Store
from listener.store.rows import moment, stamp
from listener.store.sqlite import SqliteStore
from listener.wiring import source_plan
from tests.campaigns.year.judge import Books, Kept
from tests.campaigns.year.plan import Event, Plan
from tests.campaigns.year.platforms import Platform
from tests.listener.stage_helpers import AtOnce
from tests.sources.standins.serving import NORVIA, Entry, StandIn

SOURCE = "year"
STEPS_MAX = 200
PACE = timedelta(seconds=PACE_SECONDS)
JUMP_MAX = timedelta(hours=6)


@dataclass
class Year:
    """One platform's year: ``play`` it, then ask for the ``books``."""

    site: StandIn
    platform: Platform
    plan: Plan
    folder: Path
    looks: list[datetime] = field(default_factory=list)
    killed: set[str] = field(default_factory=set)
    restarts: int = 0
    _store: Store | None = None
    _stages: list[Stage] = field(default_factory=list)
    _rows: sqlite3.Connection = field(init=False, repr=False)

    def play(self) -> None:
        """From the first moment to the last."""
        self.site.now = self.plan.start
        self._begin(self.plan.start)
        self._rows = sqlite3.connect(self.folder / "year.db")
        for _ in range(min(self.platform.lists, 2)):  # what was empty can't show what it lost
            self.site.publish("Norvia", reply_to=self.site.publish("Norvia"))
        events = list(reversed(self.plan.events))
        for now in self._moments():
            while events and events[-1].at <= now:
                self._happen(events.pop())
            self._settle(now)
            self._work(now)
        self.site.now = self.plan.end

    def books(self) -> Books:
        """What the store holds and tells at the year's end; then it is closed."""
        told = self.store.watched(self.plan.start, self.plan.end)
        of_source = next(one for one in told if one.source == SOURCE)
        self.store.close()
        return self._read(view(of_source, Period(self.plan.start, self.plan.end)))

    @property
    def store(self) -> Store:
        """The store as it is open now."""
        assert self._store is not None
        return self._store

    def _begin(self, now: datetime) -> None:
        """Everything anew, as a process begins."""
        platform = self.platform
        source = self.site.source(NORVIA, **platform.settings)
        self._store = SqliteStore.at(self.folder / "year.db", owner=f"year {self.restarts}")
        plan = source_plan(SOURCE, source, platform.poll_seconds, platform.limits)
        self._store.plan_sources([plan], now)
        sources = {SOURCE: Listened(source, platform.poll_seconds, limits=platform.limits)}
        matcher = Matcher([NORVIA])
        self._stages = [
            PollStage(self._store, sources, matcher, AtOnce()),
            RecheckStage(self._store, sources, matcher, AtOnce()),
        ]

    def _restart(self, now: datetime, *, in_the_middle: bool) -> None:
        """End without a word; ``in_the_middle``: with what was fetched not stored yet."""
        if in_the_middle and not self._is_off(now):
            before = set(self.site.billed)
            for stage in self._stages:
                stage.step(now)
            self.killed |= {post_id for _, post_id in set(self.site.billed) - before}
        owner = f"year {self.restarts}"
        self.restarts += 1
        self.store.close()
        self._begin(now)
        self.store.release([owner])

    def _is_off(self, now: datetime) -> bool:
        spell = self.plan.spell_at(now)
        return spell is not None and spell.kind == "off"

    def _settle(self, now: datetime) -> None:
        """The site as it is at this moment."""
        spell = self.plan.spell_at(now)
        self.site.now = now
        self.site.trouble = spell.answer if spell else None

    def _happen(self, event: Event) -> None:
        site = self.site
        self._settle(event.at)
        if event.deed in ("publish", "reply"):
            site.publish(f"Norvia, number {len(site.entries) + 1}", **self._how(event))
        elif event.deed == "restart":
            self._restart(event.at, in_the_middle=event.pick < 0.5)
        elif event.deed == "cut":
            self.platform.cut(site)
        else:
            self._change(event)

    def _change(self, event: Event) -> None:
        """Something befalls one of the newest posts."""
        count = self.platform.edits_among if event.deed == "edit" else 200
        alive = [entry for entry in self._alive(count) if not entry.edited_at]
        if not alive:
            return
        entry = alive[int(event.pick * len(alive))]
        if event.deed == "edit":
            self.site.edit(entry.id, f"{entry.text}, put right")
        elif event.deed == "delete":
            self.site.delete(entry.id)
        else:
            self.site.remove_author(entry.author)

    def _how(self, event: Event) -> dict[str, str]:
        author = f"writer{int(event.pick * 400)}"
        recent = self._alive(30) if event.deed == "reply" else []
        return {"author": author} | ({"reply_to": recent[0].id} if recent else {})

    def _alive(self, count: int) -> list[Entry]:
        """Which of the newest posts are there, the newest first."""
        newest = islice(reversed(self.site.entries.values()), count)
        gone = self.site.gone_authors
        return [one for one in newest if not one.deleted_at and one.author not in gone]

    def _work(self, now: datetime) -> None:
        """Until nothing is due at this moment."""
        for _ in range(STEPS_MAX):
            worked = sum(stage.step(now) for stage in self._stages)
            if not worked and not any(stage.busy for stage in self._stages):
                break
        else:
            raise AssertionError(f"there is no end of work at {now}")
        if self._asked("SELECT last_ok_at FROM sources") == stamp(now) and not self._asked(
            "SELECT count(*) FROM faults"
        ):
            self.looks.append(now)

    def _moments(self) -> Iterator[datetime]:
        """When there is something to do: a poll is due, or more second looks than one call takes.

        Other second looks wait for the next poll: hours make no difference to them.
        """
        now = self.plan.start
        while now < self.plan.end:
            yield now
            due_at = moment(self._asked("SELECT due_at FROM sources"))
            if self._looks_wait(now + PACE):
                due_at = min(due_at, now + PACE)
            due_at = max(min(due_at, now + JUMP_MAX), now + timedelta(seconds=1))
            spell = self.plan.spell_at(due_at)
            now = spell.until if spell and spell.kind == "off" else due_at

    def _looks_wait(self, now: datetime) -> bool:
        """Whether second looks were due a while ago and may be made now."""
        return bool(
            self._asked(
                """SELECT 1 FROM rechecks WHERE planned AND due_at <= ?1 AND EXISTS
                   (SELECT 1 FROM posts WHERE source = rechecks.source AND check_at <= ?1)""",
                stamp(now),
            )
        )

    def _asked(self, query: str, *values: object) -> Any:
        """One value, past our own code."""
        row = self._rows.execute(query, values).fetchone()
        return row[0] if row else None

    def _read(self, told: SourceView) -> Books:
        """The tables as they are."""
        kept = {
            native_id: Kept(text, title_and_author)
            for native_id, text, title_and_author in self._rows.execute(
                """SELECT native_id, text, title || author_id || author_handle || author_name
                   FROM posts"""
            )
        }
        noted = self._rows.execute(
            "SELECT since, until FROM coverage WHERE cause <> '' AND filled_at IS NULL"
        ).fetchall()
        requests, posts = self._rows.execute(
            """SELECT coalesce(sum(requests), 0), coalesce(sum(posts), 0) FROM
               (SELECT requests, posts FROM spending
                UNION ALL SELECT requests, posts FROM reservations)"""
        ).fetchone()
        self._rows.close()
        return Books(
            kept=kept,
            told=tuple((gap.since, gap.until) for gap in told.gaps),
            noted=tuple((moment(since), moment(until)) for since, until in noted),
            requests=requests,
            posts=posts,
            looks=tuple(self.looks),
            killed=frozenset(self.killed),
        )
