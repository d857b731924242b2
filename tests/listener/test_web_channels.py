"""Calls for channels, over a real server: heeded once, refused by status, never in anyone's way."""

import json
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event

import pytest

from listener.cases import Act, Change
from listener.ports import Call, Heard, Hearing, Retry
from listener.store import Store
from listener.store.port import StoreUnavailable
from listener.store.sqlite import SqliteStore
from listener.teams import Person, Teams
from listener.testing.case_steps import an_act, come, the_case
from listener.testing.fakes import NOON
from listener.web.channels import BODY_BYTES_MAX, Switchboard, routes
from tests.listener.web_loopback import Loopback


@dataclass
class Bell:
    """A channel that takes acts as JSON, and keeps what it was to tell its callers."""

    told: list[str] = field(default_factory=list)
    heard: list[Call] = field(default_factory=list)
    fault: Exception | None = None
    rung: Event = field(default_factory=Event)

    def hear(self, call: Call) -> Heard:
        self.heard.append(call)
        if call.headers.get("x-key") != "right":
            return Heard(status=401, body=b"wrong key")
        acts = json.loads(call.body)
        changes = tuple(
            Change(Act(one["key"], one["kind"], one["by"], "bell", call.at), one["case"])
            for one in acts
        )
        return Heard(changes)

    def answer(self, call: Call, why: str) -> None:
        self.told.append(why)
        self.rung.set()
        if self.fault:
            raise self.fault


@dataclass
class Mute:
    """A channel that can tell its callers nothing."""

    bell: Bell

    def hear(self, call: Call) -> Heard:
        return self.bell.hear(call)


@dataclass
class Place:
    """A store with one case, behind a site with a channel."""

    path: Path
    bell: Bell = field(default_factory=Bell)
    nudges: list[bool] = field(default_factory=list)
    opened: list[Store] = field(default_factory=list)
    locked: bool = False

    def board(self) -> Switchboard:
        anna = Person("Anna", known_as=("bell:U1",))
        channels: dict[str, Hearing] = {"service": self.bell, "mute": Mute(self.bell)}
        return Switchboard(
            channels,
            self.store,
            lambda: NOON,
            Teams(people={"Anna": anna}).name_of,
            lambda: self.nudges.append(True),
        )

    def store(self) -> Store:
        if self.locked:
            raise StoreUnavailable("locked", "somebody else writes")
        self.opened.append(SqliteStore.at(self.path, owner="web"))
        return self.opened[-1]

    def key(self) -> str:
        return the_case(self.read()).key

    def read(self) -> SqliteStore:
        return SqliteStore.at(self.path)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    store = SqliteStore.at(tmp_path / "cases.db")
    come(store, "1")
    store.close()
    return Place(tmp_path / "cases.db")


@pytest.fixture
def site(place: Place) -> Iterator[Loopback]:
    with Loopback(routes(place.board())) as served:
        yield served


def ring(
    site: Loopback, *acts: dict[str, str], name: str = "service", **headers: str
) -> tuple[int, bytes]:
    sent = {"X-Key": "right"} | headers
    return site.ask("POST", f"/channels/{name}", json.dumps(acts).encode(), sent)


def an(kind: str, place: Place, key: str = "k", by: str = "bell:U1", **more: str) -> dict[str, str]:
    return {"key": key, "kind": kind, "by": by, "case": place.key()} | more


def test_what_is_done_there_is_in_the_store_by_the_persons_name(
    place: Place, site: Loopback
) -> None:
    assert ring(site, an("claim", place)) == (200, b"")
    case = the_case(place.read())
    assert (case.state, case.owner) == ("claimed", "Anna")
    file = place.read().cases.file(case.key)
    assert file
    assert [(act.kind, act.by, act.via) for act in file.acts] == [("claim", "Anna", "bell")]
    assert place.nudges == [True]


def test_several_acts_in_one_call_each_stand_alone(place: Place, site: Loopback) -> None:
    acts = [
        an("claim", place, "1"),
        an("claim", place, "2"),
        an("answer", place, "3"),
        an("close", place, "4", case="cnone"),
    ]
    assert ring(site, *acts)[0] == 200
    assert the_case(place.read()).state == "answered"
    assert place.bell.rung.wait(5)
    assert place.bell.told == ["Anna has it already; there is no such case any more"]
    assert len(place.opened) == 1


def test_a_replay_changes_nothing_and_is_refused(place: Place, site: Loopback) -> None:
    ring(site, an("claim", place))
    ring(site, an("release", place, "r"))
    version = the_case(place.read()).version
    assert ring(site, an("claim", place))[0] == 409
    assert ring(site, an("claim", place), **{"X-Slack-Retry-Num": "1"}) == (200, b"")
    case = the_case(place.read())
    assert (case.state, case.version) == ("new", version)
    assert len(place.nudges) == 2
    assert place.bell.told == []


def test_who_is_late_with_the_same_is_told_who_was_faster(place: Place, site: Loopback) -> None:
    assert ring(site, an("claim", place))[0] == 200
    assert ring(site, an("claim", place, by="bell:U2")) == (200, b"")
    assert place.bell.rung.wait(5)
    assert place.bell.told == ["Anna was faster: it is theirs"]
    assert the_case(place.read()).owner == "Anna"


def test_of_many_at_once_one_gets_it_and_the_others_are_told(place: Place, site: Loopback) -> None:
    claims = [an("claim", place, by=f"bell:U{n}") for n in range(2, 10)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda claim: ring(site, claim), claims))
    assert answers == [(200, b"")] * 8
    for _ in range(100):
        if len(place.bell.told) == 7:
            break
        Event().wait(0.02)
    owner = the_case(place.read()).owner
    assert owner in {claim["by"] for claim in claims}
    assert place.bell.told == [f"{owner} was faster: it is theirs"] * 7
    file = place.read().cases.file(place.key())
    assert file
    assert len(file.acts) == 1


def test_a_channel_that_can_tell_nobody_answers_in_words(place: Place, site: Loopback) -> None:
    answer = ring(site, an("claim", place, case="cnone"), name="mute")
    assert answer == (409, b"there is no such case any more")


def test_a_word_that_can_not_be_told_costs_nothing_else(place: Place, site: Loopback) -> None:
    place.bell.fault = Retry("answered 503")
    assert ring(site, an("release", place))[0] == 200
    assert place.bell.rung.wait(5)
    place.bell.fault = None
    assert ring(site, an("claim", place, "2"))[0] == 200


def test_the_channels_own_refusal_is_the_answer(place: Place, site: Loopback) -> None:
    answer = ring(site, an("claim", place), **{"X-Key": "wrong"})
    assert answer == (401, b"wrong key")
    assert the_case(place.read()).state == "new"
    assert place.nudges == []
    assert place.opened == []


def test_header_names_come_in_lower_case_and_the_time_is_ours(place: Place, site: Loopback) -> None:
    ring(site, **{"X-StRaNge": "ä".encode().decode("latin-1")})
    (call,) = place.bell.heard
    assert call.headers["x-strange"]
    assert call.at == NOON
    assert call.body == b"[]"


REFUSED: list[tuple[str, str, bytes, int]] = [
    ("POST", "/channels/unknown", b"", 404),
    ("POST", "/channels/", b"", 404),
    ("POST", "/channels/service/more", b"", 404),
    ("GET", "/channels/service", b"", 405),
    ("PUT", "/channels/service", b"", 405),
    ("POST", "/channels/service", b"x" * (BODY_BYTES_MAX + 1), 413),
]


@pytest.mark.parametrize(("method", "path", "body", "status"), REFUSED)
def test_what_is_no_call_is_refused_before_the_channel_hears_it(
    place: Place, site: Loopback, method: str, path: str, body: bytes, status: int
) -> None:
    assert site.ask(method, path, body)[0] == status
    assert place.bell.heard == []


def test_a_caller_that_does_not_go_on_is_not_waited_for(place: Place) -> None:
    half = b"POST /channels/service HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n["
    with Loopback(routes(replace(place.board(), body_seconds_max=0.1))) as site:
        with socket.create_connection(("127.0.0.1", site.port), timeout=5) as caller:
            caller.sendall(half)
            assert caller.recv(100).startswith(b"HTTP/1.1 408 ")
        assert place.bell.heard == []
        assert ring(site, an("claim", place))[0] == 200


def test_a_caller_who_hangs_up_in_the_middle_costs_nobody_else(place: Place) -> None:
    half = b"POST /channels/service HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n["
    with Loopback(routes(place.board())) as site:
        for _ in range(20):
            with socket.create_connection(("127.0.0.1", site.port), timeout=5) as caller:
                caller.sendall(half)
        assert ring(site, an("claim", place))[0] == 200
    assert len(place.bell.heard) == 1


def test_the_largest_body_is_heard(place: Place, site: Loopback) -> None:
    assert site.ask("POST", "/channels/service", b"x" * BODY_BYTES_MAX)[0] == 401
    assert len(place.bell.heard) == 1


def test_while_the_store_can_not_be_used_the_caller_is_told_to_come_again(
    place: Place, site: Loopback
) -> None:
    claim = an("claim", place)
    place.locked = True
    assert ring(site, claim)[0] == 503
    place.locked = False
    assert ring(site, claim)[0] == 200
    assert the_case(place.read()).state == "claimed"


def test_stores_are_closed_again(place: Place, site: Loopback) -> None:
    key = place.key()
    act = {"kind": "note", "by": "bell:U1", "case": key}
    ring(site, act | {"key": "first"})
    open_before = len(list(Path("/proc/self/fd").iterdir()))
    for n in range(30):
        assert ring(site, act | {"key": f"n{n}"})[0] == 200
    assert len(place.opened) == 31
    assert len(list(Path("/proc/self/fd").iterdir())) < open_before + 10


def test_without_a_channel_that_hears_there_is_no_such_place() -> None:
    board = Switchboard({}, lambda: pytest.fail("no store"), lambda: NOON, str, bool)
    assert routes(board) == []


def test_the_acts_of_a_test_are_the_stores_own(place: Place) -> None:
    """What these tests lean on: the same key is the same act."""
    store = place.read()
    assert not store.cases.act(place.key(), an_act("claim", "k"), NOON).known
    assert store.cases.act(place.key(), an_act("claim", "k"), NOON).known
