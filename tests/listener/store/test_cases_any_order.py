"""Whatever happens in whatever order: one case per mention, one opening per thread, acts once.

And when all is told, every channel that follows has been told each mention once, and the last
thing it heard of a case is how the case stands.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import hypothesis.strategies as st
from hypothesis import given, settings

from listener.answers import Answer
from listener.cases import ActKind, Refused
from listener.escalation import Escalation, Plan
from listener.model import Alert
from listener.rules import CaseOrder
from listener.store.sqlite import SqliteStore
from listener.testing import a_post
from listener.testing.case_steps import an_act, come, due
from listener.testing.fakes import NOON
from listener.testing.store_steps import delivered, poll, retry

CHANNELS = ("desk", "slack")
STATES = ("new", "claimed", "answered", "closed")
KINDS: tuple[ActKind, ...] = ("claim", "release", "answer", "close", "reopen", "snooze", "note")


@dataclass
class World:
    """A store, a clock that goes on a minute a step, and all that the channels were sent."""

    path: Path
    now: datetime = NOON
    sent: dict[str, list[Alert]] = field(default_factory=dict)
    store: SqliteStore = field(init=False)

    def __post_init__(self) -> None:
        self.store = SqliteStore.at(self.path, busy_seconds=1)

    def restart(self) -> None:
        self.store.close()
        self.store = SqliteStore.at(self.path, busy_seconds=1)

    def send(self, channel: str, *, works: bool) -> int:
        turns = due(self.store, self.now, channel)
        for turn in turns:
            if works:
                done = replace(delivered(turn), at=self.now, receipt=turn.alert.thread)
                self.sent.setdefault(turn.alert.thread, []).append(turn.alert)
            else:
                done = retry(turn, self.now + timedelta(minutes=1))
            assert self.store.settle_alerts([done]) == 1
        return len(turns)

    def send_all(self) -> None:
        self.now += timedelta(days=2)
        while sum(self.send(channel, works=True) for channel in (*CHANNELS, "boss")):
            self.now += timedelta(days=1)


Step = Callable[[World], object]


def comes(number: int, author: int, story: int, team: str, pace: int) -> Step:
    def step(world: World) -> None:
        come(
            world.store,
            str(number),
            by=f"author{author}",
            text=f"Norvia is late {world.now}",
            story=f"fake:s{story}",
            now=world.now,
            channels=CHANNELS[: 1 + number % 2],
            case=CaseOrder(team),
            group_seconds=pace,
            daily_max=9,
        )

    return step


def goes(number: int) -> Step:
    return lambda world: poll(world.store, [], deleted=[f"fake:{number}"], now=world.now)


def is_edited_away(number: int) -> Step:
    edited = a_post(str(number), "no brand")
    return lambda world: poll(world.store, [edited], mentions=[], now=world.now)


def is_answered(number: int) -> Step:
    def step(world: World) -> None:
        answer = Answer(f"fake:{number}", "norvia", f"fake:r{number}", world.now)
        poll(world.store, [], answers=[answer], now=world.now)

    return step


def acts(at: int, kind: ActKind, key: int) -> Step:
    def step(world: World) -> None:
        cases = world.store.cases.find(states=STATES)
        act = an_act(kind, f"act {key}", world.now, until=world.now + timedelta(minutes=3))
        for case in cases[at : at + 1]:
            with suppress(Refused):
                world.store.cases.act(case.key, act, world.now)

    return step


def is_late(at: int, follows: bool) -> Step:
    def step(world: World) -> None:
        for case in world.store.cases.due(world.now, 9)[at : at + 1]:
            late = Escalation(case.step + 1, {"boss": follows, "desk": True}, "still waits")
            wakes = case.snoozed_until is not None
            plan = Plan(None, None, world.now + timedelta(minutes=5), (late,), wakes)
            assert world.store.cases.keep(case, plan, world.now)

    return step


def is_sent(channel: str, works: bool) -> Step:
    return lambda world: world.send(channel, works=works)


NUMBERS = st.integers(0, 7)
STEPS = st.one_of(
    st.builds(comes, NUMBERS, st.integers(0, 2), st.integers(0, 2),
              st.sampled_from(("service", "press")), st.sampled_from((0, 600))),
    st.builds(comes, NUMBERS, st.integers(0, 2), st.just(0), st.just("service"), st.just(0)),
    st.builds(acts, st.integers(0, 2), st.sampled_from(KINDS), st.integers(0, 5)),
    st.builds(is_sent, st.sampled_from((*CHANNELS, "boss")), st.booleans()),
    st.builds(goes, NUMBERS),
    st.builds(is_edited_away, NUMBERS),
    st.builds(is_answered, NUMBERS),
    st.builds(is_late, st.integers(0, 1), st.booleans()),
    st.just(World.restart),
)  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(st.lists(STEPS, max_size=30))
def test_cases_hold_whatever_happens(steps: list[Step]) -> None:
    with TemporaryDirectory() as folder:
        world = World(Path(folder) / "test.db")
        for step in steps:
            step(world)
            world.now += timedelta(minutes=1)
        world.send_all()
        each_mention_is_in_one_case(world)
        no_thread_has_two_openings(world)
        each_act_was_done_once(world)
        each_mention_was_told_once_in_each_thread(world)
        the_last_word_is_how_it_stands(world)
        world.store.close()


def rows(world: World, query: str) -> list[tuple[object, ...]]:
    with world.store._connection.reading() as db:
        return [tuple(row) for row in db.execute(query).fetchall()]


def each_mention_is_in_one_case(world: World) -> None:
    standing = {mention.key for mention in world.store.mentions(NOON, world.now)}
    files = [world.store.cases.file(case.key) for case in world.store.cases.find(states=STATES)]
    inside = [mention.key for file in files if file for mention in file.mentions]
    assert sorted(inside) == sorted(standing)
    for file in files:
        assert file
        assert file.case.mentions == len(file.mentions)
        assert file.mentions or file.case.state == "closed" or file.acts[-1].kind == "reopen"


def no_thread_has_two_openings(world: World) -> None:
    found = rows(world, "SELECT thread, key, revision FROM outbox ORDER BY thread, revision")
    threads: dict[object, list[tuple[object, object]]] = {}
    for thread, key, revision in found:
        threads.setdefault(thread, []).append((key, revision))
    for thread, tellings in threads.items():
        assert tellings[0] == (thread, 1)
        assert [revision for _, revision in tellings] == list(range(1, len(tellings) + 1))


def each_act_was_done_once(world: World) -> None:
    assert rows(world, "SELECT case_key, key FROM acts GROUP BY 1, 2 HAVING count(*) > 1") == []


def each_mention_was_told_once_in_each_thread(world: World) -> None:
    for alerts in world.sent.values():
        told = [mention.key for alert in alerts for mention in alert.mentions]
        assert len(told) == len(set(told))
    untold = """SELECT c.mention FROM case_members c JOIN mentions m ON m.key = c.mention
        WHERE m.state = 'tagged' AND NOT EXISTS (
            SELECT 1 FROM told t JOIN outbox o ON o.key = t.key WHERE t.mention = c.mention
            AND o.channel = 'desk' AND o.case_key = c.case_key AND o.state = 'delivered')"""
    assert rows(world, untold) == []


def the_last_word_is_how_it_stands(world: World) -> None:
    cases = {case.key: case for case in world.store.cases.find(states=STATES)}
    for thread, alerts in world.sent.items():
        told = [alert for alert in alerts if alert.kind != "retraction"]
        last = told[-1].case if told else None
        if last is None or thread.endswith("/boss"):
            continue  # the boss may not follow
        now = cases[last.key]
        assert (last.state, last.owner) == (now.state, now.owner)
