"""What rules would have told about mentions that are there: the outbox, played over in memory.

Pure. Mentions go through the routing and into messages by the very functions that the store asks
(:mod:`listener.placing`), and every message goes out as soon as it is due. What can't be known so:
a channel that was down or slow, which would have merged more; cases that people would have closed,
whose authors would have got a new one; escalations and changes of a case; rules about volumes and
sources.
"""

import heapq
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, tzinfo
from itertools import groupby

from listener.placing import (
    THREAD_SECONDS_MAX,
    Place,
    Telling,
    held,
    over_ceiling,
    place,
    place_in_case,
)
from listener.routing import Routing
from listener.rules import Order, Silence
from listener.store.cases.case_rows import author_of
from listener.store.cases.members import key_of
from listener.store.port import Judged

FORGOTTEN_AFTER = timedelta(seconds=2 * THREAD_SECONDS_MAX)
"""A message that went out so long ago is nobody's thread any more; a case's always is."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message that would have gone out ``at`` then, with the keys of its mentions.

    From ``revision`` 2 on it is an update of the message that its ``thread`` began with.
    """

    key: str
    thread: str
    revision: int
    rule: str
    channel: str
    at: datetime
    mentions: tuple[str, ...]


def replay(
    routing: Routing, judged: Iterable[Judged], silences: Sequence[Silence] = ()
) -> Iterator[Message]:
    """The messages in the order in which they would have gone out.

    ``judged`` come in the order in which they were tagged; those of one moment are one batch.
    """
    outbox = _Outbox()
    for at, batch in groupby(judged, key=lambda one: one.at):
        yield from outbox.due(at)
        for one in batch:
            routed = routing.route(one.mention, one.story, silences, at)
            outbox.put(routed.orders, one, at)
    yield from outbox.due(None)


@dataclass(slots=True)
class Count:
    """How many messages, with how many mentions; ``updates`` are those that only add to one."""

    messages: int = 0
    updates: int = 0
    mentions: int = 0

    def add(self, message: Message) -> None:
        """One more."""
        self.messages += 1
        self.updates += message.revision > 1
        self.mentions += len(message.mentions)


@dataclass(frozen=True, slots=True)
class Told:
    """What a rule would have told a channel, in all and by local day; days without any left out."""

    rule: str
    channel: str
    total: Count = field(default_factory=Count)
    days: dict[date, Count] = field(default_factory=dict)

    @property
    def busiest(self) -> date:
        """The first of the days with most messages."""
        return max(self.days, key=lambda day: (self.days[day].messages, -day.toordinal()))


def counted(messages: Iterable[Message], zone: tzinfo) -> list[Told]:
    """The messages by rule, channel and local day, in the order of their first ones."""
    told: dict[tuple[str, str], Told] = {}
    for one in messages:
        of = told.setdefault((one.rule, one.channel), Told(one.rule, one.channel))
        of.total.add(one)
        of.days.setdefault(one.at.astimezone(zone).date(), Count()).add(one)
    return list(told.values())


@dataclass(frozen=True, slots=True)
class _Case:
    key: str
    rule: str
    team: str


@dataclass(slots=True)
class _Cases:
    """Who joins whom: by author, else by story, the case that was joined last."""

    joined: dict[tuple[str, ...], tuple[datetime, str, _Case]] = field(default_factory=dict)

    def of(self, order: Order, one: Judged, now: datetime) -> _Case:
        """The case of the mention, opened where it fits none."""
        assert order.case is not None
        asked = {"author": order.case.by_author, "story": order.case.by_story}
        wanted = [key for key in _joining(one, order.case.team) if asked[key[0]]]
        fits = (self.joined[key][2] for key in wanted if key in self.joined)
        mention = one.mention
        new = _Case(key_of(order.rule, mention.key, now), order.rule, order.case.team)
        case = next(fits, new)
        for key in _joining(one, case.team):
            last = self.joined.get(key)
            if last is None or (last[0], last[1]) < (now, mention.key):
                self.joined[key] = (now, mention.key, case)
        return case


def _joining(one: Judged, team: str) -> list[tuple[str, ...]]:
    """By what a mention finds a case, and is found in one of this team's: author, then story."""
    author, brand = author_of(one.mention), one.mention.brand
    by_author: list[tuple[str, ...]] = [("author", author, brand)] if author else []
    return [*by_author, ("story", one.story, brand, team)] if one.story else by_author


@dataclass(slots=True)
class _Row:
    """A message in the making, as the store would know it."""

    order: Order
    telling: Telling
    mentions: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Outbox:
    """What waits, what went out last of each group, and how much was told today."""

    latest: dict[tuple[str, str, str], _Row] = field(default_factory=dict)
    waiting: list[tuple[datetime, str]] = field(default_factory=list)
    rows: dict[str, _Row] = field(default_factory=dict)
    told: Counter[tuple[str, str, datetime]] = field(default_factory=Counter)
    cases: _Cases = field(default_factory=_Cases)
    swept_at: datetime | None = None

    def put(self, orders: Sequence[Order], one: Judged, now: datetime) -> None:
        """Give the orders of one mention their places."""
        self._sweep(now)
        opened = next((order for order in orders if order.case is not None), None)
        case = self.cases.of(opened, one, now) if opened else None
        for order in orders:
            if case is not None and order.case is not None:
                self._put_in_case(replace(order, rule=case.rule, group=case.key), now)
            else:
                self._put(order, now)

    def due(self, now: datetime | None) -> Iterator[Message]:
        """What goes out until ``now``, or all that waits."""
        while self.waiting and (now is None or self.waiting[0][0] <= now):
            at, key = heapq.heappop(self.waiting)
            row = self.rows.get(key)
            if row is not None and row.telling.due_at == at:
                del self.rows[key]
                row.telling = replace(row.telling, untried=False)
                told = row.telling
                where = (key, told.thread, told.revision, row.order.rule, row.order.channel)
                yield Message(*where, at, tuple(row.mentions))

    def _put(self, order: Order, now: datetime) -> None:
        if over_ceiling(order, self._latest(order), self._told_today(order), now):
            order = held(order)
        self._carry(order, place(order, self._latest(order), now), now)

    def _put_in_case(self, order: Order, now: datetime) -> None:
        thread = f"{order.rule}/{order.group}/{order.channel}"
        latest = self._latest(order)
        revision = latest.revision if latest else 0
        told_today = self._told_today(order)
        self._carry(order, place_in_case(order, thread, latest, revision, told_today, now), now)

    def _latest(self, order: Order) -> Telling | None:
        row = self.latest.get(_group(order))
        return row.telling if row else None

    def _told_today(self, order: Order) -> int:
        return self.told[order.rule, order.channel, order.day_start]

    def _carry(self, order: Order, where: Place, now: datetime) -> None:
        if not where.joins:
            row = _Row(order, _opened(where, self._latest(order), now))
            self.rows[where.key] = self.latest[_group(order)] = row
            self.told[order.rule, order.channel, order.day_start] += 1
        row = self.latest[_group(order)]
        row.mentions.append(order.mention_key)
        row.telling = replace(row.telling, due_at=where.due_at, size=len(row.mentions))
        heapq.heappush(self.waiting, (where.due_at, where.key))

    def _sweep(self, now: datetime) -> None:
        """Forget, once a day, what no message can follow any more."""
        if self.swept_at is not None and now < self.swept_at + FORGOTTEN_AFTER:
            return
        self.swept_at = now
        for key, row in list(self.latest.items()):
            told = row.telling
            gone = not told.untried and told.due_at + FORGOTTEN_AFTER < now
            if gone and row.order.case is None:
                del self.latest[key]
        for day in [day for day in self.told if day[2] + FORGOTTEN_AFTER < now]:
            del self.told[day]


def _group(order: Order) -> tuple[str, str, str]:
    return order.rule, order.channel, order.group


def _opened(where: Place, latest: Telling | None, now: datetime) -> Telling:
    return Telling(
        key=where.key,
        thread=where.thread,
        revision=where.revision,
        started_at=latest.started_at if latest and where.revision > 1 else now,
        paced_at=where.paced_at,
        due_at=where.due_at,
        untried=True,
        size=0,
    )
