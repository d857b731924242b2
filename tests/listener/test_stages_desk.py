"""Desk: what people do at a help desk is done to the case, once, and no desk delays another."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from listener.cases import Act, Change
from listener.hours.calendar import Calendar
from listener.model import Case
from listener.ports import Changes, Reject, Retry
from listener.routing import Routing
from listener.rules import Rule
from listener.stages.desk import LEASE_SECONDS, REFUSED_WAIT_SECONDS, DeskStage
from listener.stages.tag import TagStage
from listener.store import Store
from listener.teams import Person, Team, Teams
from listener.testing import a_post
from listener.testing.fakes import NOON
from listener.testing.store_steps import poll
from tests.listener.stage_helpers import AtOnce, Balking, Hanging, locked, open_at, step_until

SECOND = timedelta(seconds=1)
ANNA = Person("anna", known_as=("tracker:7",))
TEAMS = Teams({"care": Team("care", ("tracker",), Calendar(UTC))}, {"anna": ANNA})


@dataclass
class FakeDesk:
    """Tells what it is given, and keeps the cursors it was asked with."""

    answer: Callable[[], Changes] = lambda: Changes("1")
    changes_seconds: float = 30.0
    follows_cases: bool = True
    asked: list[str | None] = field(default_factory=list)

    def send(self, _alert: object) -> str | None:
        return "T1"

    def changes(self, cursor: str | None) -> Changes:
        self.asked.append(cursor)
        return self.answer()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_at(tmp_path)
    poll(opened, [a_post("1")])
    rule = Rule("complaints", (), team="care")
    TagStage(opened, [], Routing([rule], UTC, TEAMS)).step(NOON)
    opened.cases.plan_desks({"tracker": 30.0, "other": 30.0}, NOON)
    yield opened
    opened.close()


def only(store: Store) -> Case:
    (case,) = store.cases.find(states=("new", "claimed", "answered", "closed"))
    return case


def claimed(store: Store, key: str = "tracker:1") -> Changes:
    act = Act(key, "claim", "tracker:7", "tracker", NOON + SECOND)
    return Changes("2", (Change(act, case=only(store).key),))


def a_stage(store: Store, **desks: FakeDesk) -> DeskStage:
    return DeskStage(store, desks, TEAMS, AtOnce())


def test_an_act_at_the_desk_is_done_to_the_case_by_name(store: Store) -> None:
    desk = FakeDesk(lambda: claimed(store))
    stage = a_stage(store, tracker=desk)
    stage.step(NOON)
    stage.step(NOON + SECOND)
    assert (only(store).state, only(store).owner) == ("claimed", "anna")
    stage.step(NOON + 31 * SECOND)
    assert desk.asked == [None, "2"]


def test_the_same_act_told_again_changes_nothing(store: Store) -> None:
    stage = a_stage(store, tracker=FakeDesk(lambda: claimed(store)))
    for n in range(4):
        stage.step(NOON + n * 31 * SECOND)
    file = store.cases.file(only(store).key)
    assert file is not None
    assert [act.key for act in file.acts if act.kind == "claim"] == ["tracker:1"]


@pytest.mark.parametrize(
    ("failure", "wait"),
    [(Retry("busy", 500), 500), (Reject("wrong token"), REFUSED_WAIT_SECONDS), (KeyError("x"), 15)],
)
def test_a_desk_that_fails_is_asked_again_later_from_where_it_was(
    store: Store, failure: Exception, wait: float
) -> None:
    def fail() -> Changes:
        raise failure

    desk = FakeDesk(fail)
    stage = a_stage(store, tracker=desk)
    stage.step(NOON)
    for seconds in (0, wait - 1, wait * 1.3):
        stage.step(NOON + seconds * SECOND)
    assert desk.asked == [None, None]


def test_more_is_asked_for_at_once(store: Store) -> None:
    desk = FakeDesk(lambda: Changes(str(len(desk.asked)), more=len(desk.asked) < 3))
    stage = a_stage(store, tracker=desk)
    for _ in range(6):
        stage.step(NOON)
    assert desk.asked == [None, "1", "2"]


def test_a_desk_that_hangs_delays_no_other_and_is_left_behind(store: Store) -> None:
    hang = Hanging()
    other = FakeDesk(lambda: claimed(store))

    def hanging() -> Changes:
        hang()
        return Changes("never")

    stage = DeskStage(store, {"tracker": FakeDesk(hanging), "other": other}, TEAMS)
    step_until(stage, NOON, lambda: bool(only(store).owner))
    assert hang.began.is_set()
    late = NOON + LEASE_SECONDS * SECOND
    step_until(stage, late, lambda: not stage.busy)
    hang.let_go.set()
    stage.step(late)
    (turn,) = store.cases.claim_desks(late + timedelta(hours=1), 60, 1)
    assert turn.cursor is None or turn.channel == "other"


def test_while_the_store_cant_what_came_is_kept(store: Store) -> None:
    book = Balking(store.cases, {"save_changes": [locked()]})  # type: ignore[arg-type]
    balking = Balking(store)
    object.__setattr__(balking, "cases", book)
    stage = DeskStage(balking.as_store(), {"tracker": FakeDesk(lambda: claimed(store))}, TEAMS)
    stage.workers = AtOnce()
    stage.step(NOON)
    with pytest.raises(type(locked())):
        stage.step(NOON)
    assert stage.busy
    stage.step(NOON)
    assert only(store).owner == "anna"


def test_an_act_on_no_case_of_ours_costs_nothing_else(store: Store) -> None:
    stray = Change(Act("tracker:9", "close", "tracker:7", "tracker", NOON), case="cunknown")
    known = claimed(store).changes[0]
    stage = a_stage(store, tracker=FakeDesk(lambda: Changes("3", (stray, known))))
    stage.step(NOON)
    stage.step(NOON)
    assert only(store).state == "claimed"


def test_what_cant_be_kept_costs_its_desk_and_no_other(store: Store) -> None:
    nobody = Act("k", "note", None, "tracker", NOON)  # type: ignore[arg-type]
    bad, good = FakeDesk(lambda: Changes("2", (Change(nobody, case="c"),))), FakeDesk()
    stage = a_stage(store, tracker=bad, other=good)
    for seconds in (0, 1, 31, 32):
        stage.step(NOON + seconds * SECOND)
    assert (good.asked, bad.asked[0], stage.busy) == ([None, "1"], None, False)
    assert "AttributeError" in dict(store.status(NOON).desks)["tracker"]


def test_an_act_at_no_time_at_all_costs_itself(store: Store) -> None:
    west = timezone(timedelta(hours=-12))
    never = Act("n", "snooze", "x", "tracker", NOON, until=datetime.max.replace(tzinfo=west))
    strange = Change(never, case=only(store).key)
    told = Changes("2", (strange, *claimed(store).changes))
    stage = a_stage(store, tracker=FakeDesk(lambda: told))
    stage.step(NOON)
    stage.step(NOON + SECOND)
    assert (only(store).state, stage.busy) == ("claimed", False)


def test_a_desk_that_never_gets_on_is_not_asked_without_pause(store: Store) -> None:
    desk = FakeDesk(lambda: Changes("1", (), more=True))
    stage = a_stage(store, tracker=desk)
    for seconds in range(20):
        stage.step(NOON + seconds * SECOND)
    assert desk.asked == [None, "1"]
