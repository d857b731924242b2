"""Pushing over the daemon's own server: what is answered with success is on the disk."""

import http.client
import json
import socket
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from queue import Full
from threading import Event

import pytest

from listener.clock import utc_now
from listener.config import load_config
from listener.ports import Arrival
from listener.store.port import StoreUnavailable
from listener.store.sqlite import SqliteStore
from listener.web import patience
from listener.web.intake import WAITING_MAX, Keeper, Room
from listener.web.server import Pages
from tests.sources.pushing import KEY, signed

CONFIG = """
[web]
port = 0
[brands.norvia]
names = ["Norvia"]
[classifiers]
order = []
[sources.calls]
type = "inbound"
secret = "env:SECRET"
"""


@pytest.fixture
def nudged() -> Event:
    return Event()


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that takes twenty callers, and waits for nobody."""
    monkeypatch.setattr(patience, "HEAD_SECONDS_MAX", 0.5)
    monkeypatch.setattr(patience, "CONNECTIONS_MAX", 20)


@pytest.fixture
def pages(tmp_path: Path, nudged: Event) -> Iterator[Pages]:
    path = tmp_path / "config.toml"
    path.write_text(CONFIG)
    served = Pages(load_config(path, {"SECRET": KEY}), lambda: {"web": "ok"}, utc_now, nudged.set)
    served.start()
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", served.port), timeout=1).close()
            break
        except OSError:
            Event().wait(0.02)
    yield served
    served.stop()


def push(pages: Pages, body: bytes, path: str = "/sources/calls", **headers: str):
    with closing(http.client.HTTPConnection("127.0.0.1", pages.port, timeout=30)) as line:
        line.request("POST", path, body, signed(body, utc_now()) | headers)
        answer = line.getresponse()
        return answer.status, answer.read()


def kept(tmp_path: Path) -> list[str]:
    with closing(sqlite3.connect(tmp_path / "listener.db")) as db:
        return [json.loads(body)["id"] for (body,) in db.execute("SELECT body FROM arrivals")]


def test_what_was_accepted_is_on_the_disk(pages: Pages, tmp_path: Path, nudged: Event) -> None:
    status, body = push(pages, b'{"id": "1", "text": "Norvia is late"}')
    assert (status, json.loads(body)["accepted"]) == (202, 1)
    assert kept(tmp_path) == ["1"]
    assert nudged.wait(5)
    assert push(pages, b'{"id": "1", "text": "Norvia is late"}')[0] == 202
    assert kept(tmp_path) == ["1"]


def test_two_hundred_at_once_are_all_kept(pages: Pages, tmp_path: Path) -> None:
    bodies = [json.dumps({"id": str(at), "text": "Norvia"}).encode() for at in range(200)]
    ready = Event()

    def caller(body: bytes) -> int:
        with closing(http.client.HTTPConnection("127.0.0.1", pages.port, timeout=60)) as line:
            line.connect()
            ready.wait(30)
            line.request("POST", "/sources/calls", body, signed(body, utc_now()))
            return line.getresponse().status

    with ThreadPoolExecutor(200) as pool:
        answers = [pool.submit(caller, body) for body in bodies]
        ready.set()
        assert {answer.result(60) for answer in answers} == {202}
    assert sorted(map(int, kept(tmp_path))) == list(range(200))


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/sources/nobody", {}, 404),
        ("/sources/calls", {"X-Listener-Signature": "sha256=0"}, 401),
    ],
)
def test_what_is_refused_leaves_nothing(
    pages: Pages, tmp_path: Path, path: str, headers: dict[str, str], status: int
) -> None:
    assert push(pages, b'{"id": "1", "text": "Norvia"}', path, **headers)[0] == status
    assert push(pages, b'{"id": "2", "text": "Norvia"}')[0] == 202
    assert kept(tmp_path) == ["2"]


def test_what_is_too_large_is_not_even_read(pages: Pages) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", pages.port, timeout=30)) as line:
        line.putrequest("POST", "/sources/calls")
        line.putheader("Content-Length", str(10**12))
        line.endheaders()
        assert line.getresponse().status == 413


def test_who_hangs_up_in_the_middle_leaves_nothing(pages: Pages, tmp_path: Path) -> None:
    body = json.dumps({"id": "half", "text": "Norvia " * 1_000}).encode()
    headers = signed(body, utc_now()) | {"Content-Length": str(len(body)), "Host": "x"}
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    with socket.create_connection(("127.0.0.1", pages.port), timeout=30) as line:
        line.sendall(f"POST /sources/calls HTTP/1.1\r\n{head}\r\n".encode() + body[:3_000])
    assert push(pages, b'{"id": "2", "text": "Norvia"}')[0] == 202
    assert kept(tmp_path) == ["2"]


def test_who_looks_is_told_how_to_push(pages: Pages) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", pages.port, timeout=30)) as line:
        line.request("GET", "/sources/calls")
        answer = line.getresponse()
        assert (answer.status, "push" in json.loads(answer.read())) == (200, True)


def test_while_the_disk_takes_nothing_the_sender_is_told_to_come_again(tmp_path: Path) -> None:
    path = tmp_path / "test.db"
    SqliteStore.at(path).close()
    keeper = Keeper(lambda: SqliteStore.at(path, busy_seconds=0.05), utc_now, lambda: None)
    keeper.start()
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable):
            keeper.keep("calls", [Arrival("1", b"{}")]).result(30)
        other.execute("ROLLBACK")
        keeper.keep("calls", [Arrival("1", b"{}")]).result(30)
    keeper.stop(5)
    with closing(SqliteStore.at(path)) as store:
        assert store.arrivals.waiting() == {"calls": 1}


def test_more_than_can_be_kept_soon_is_turned_away(tmp_path: Path) -> None:
    keeper = Keeper(lambda: SqliteStore.at(tmp_path / "test.db"), utc_now, lambda: None)
    waiting = [keeper.keep("calls", [Arrival(str(at), b"{}")]) for at in range(WAITING_MAX)]
    with pytest.raises(Full):
        keeper.keep("calls", [Arrival("one more", b"{}")])
    keeper.start()
    for one in waiting:
        one.result(30)
    keeper.stop(5)


def test_who_gave_up_waiting_costs_only_themselves(tmp_path: Path) -> None:
    keeper = Keeper(lambda: SqliteStore.at(tmp_path / "test.db"), utc_now, lambda: None)
    gone, here = (keeper.keep("calls", [Arrival(key, b"{}")]) for key in "ab")
    gone.cancel()
    keeper.start()
    here.result(30)
    keeper.keep("calls", [Arrival("c", b"{}")]).result(30)
    keeper.stop(5)


def test_what_can_t_be_kept_costs_only_who_pushed_it(tmp_path: Path) -> None:
    keeper = Keeper(lambda: SqliteStore.at(tmp_path / "test.db"), utc_now, lambda: None)
    fine = keeper.keep("calls", [Arrival("a", b"{}")])
    odd = keeper.keep("calls", [Arrival("\ud800", b"{}")])
    keeper.start()
    fine.result(30)
    with pytest.raises(UnicodeEncodeError):
        odd.result(30)
    keeper.stop(5)


def test_all_callers_together_have_so_much_room() -> None:
    room = Room(bytes_max=10)
    with room.held() as first, room.held() as second:
        first(6)
        with pytest.raises(Full):
            second(5)
        second(4)
    with room.held() as third:
        third(10)


def test_more_than_there_is_room_for_is_told_to_come_again(
    pages: Pages, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert push(pages, b'{"id": "1", "text": "Norvia"}')[0] == 202
    with monkeypatch.context() as small:
        small.setattr(Room, "held", held_by_others)
        assert push(pages, b'{"id": "2", "text": "Norvia"}')[0] == 503
    assert push(pages, b'{"id": "3", "text": "Norvia"}')[0] == 202
    assert kept(tmp_path) == ["1", "3"]


@contextmanager
def held_by_others(_room: Room) -> Iterator[Callable[[int], None]]:
    def take(_size: int) -> None:
        raise Full

    yield take


@pytest.mark.parametrize("said", [b"", b"GET /healthz HTTP/1.1\r\nHost:"])
@pytest.mark.usefixtures("hasty")
def test_who_calls_and_says_nothing_is_let_go(pages: Pages, said: bytes) -> None:
    with socket.create_connection(("127.0.0.1", pages.port), timeout=10) as line:
        line.sendall(said)
        assert hung_up(line)


@pytest.mark.usefixtures("hasty")
def test_who_got_an_answer_and_drips_on_is_let_go(pages: Pages) -> None:
    with socket.create_connection(("127.0.0.1", pages.port), timeout=10) as line:
        line.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        assert line.recv(65_536).startswith(b"HTTP/1.1 200")
        line.sendall(b"G")
        assert hung_up(line)


@pytest.mark.usefixtures("hasty")
def test_silent_callers_keep_others_out_for_a_moment_only(pages: Pages) -> None:
    silent = [socket.create_connection(("127.0.0.1", pages.port)) for _ in range(40)]
    assert any(hung_up(line) for line in silent[25:]), "there are files for these no more"
    for _ in range(200):
        with suppress(OSError, http.client.HTTPException):
            if push(pages, b'{"id": "1", "text": "Norvia"}')[0] == 202:
                break
        Event().wait(0.05)
    else:
        pytest.fail("nobody is served any more")
    for line in silent:
        line.close()


def hung_up(line: socket.socket) -> bool:
    """Whether the server ends the connection; it has ten seconds for it."""
    line.settimeout(10)
    with suppress(ConnectionError):
        while line.recv(65_536):
            pass
    return True


def test_what_is_long_is_read_aside(pages: Pages, tmp_path: Path) -> None:
    long = [{"id": str(n), "text": "Norvia " * 100} for n in range(1_000)]
    assert push(pages, json.dumps(long).encode())[0] == 202
    assert len(kept(tmp_path)) == 1_000
    assert any(thread.name.startswith("reader") for thread in threading.enumerate())
