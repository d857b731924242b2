"""Two hundred connections push at once while the daemon is killed; curl pushes too.

So to an ``inbound`` source, and as Meta does to a Facebook page's webhook.

``PUSH_KILLS=100 PUSH_SEED=7`` makes it longer. Every item that was answered 202 must be stored,
once, and nothing that nobody sent. One that was kept and whose answer the kill took is stored as
well, and its sender sends it again: the same id, so it is stored once. How many those were is told.
"""

import hmac
import http.client
import json
import os
import random
import shutil
import socket
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

import pytest

from listener.clock import utc_now
from tests.sources.pushing import KEY, signed

KILLS = int(os.environ.get("PUSH_KILLS", "4"))
SEED = int(os.environ.get("PUSH_SEED", "1"))
CONNECTIONS = 200
HANG_UP_SHARE = 0.05
FORGE_SHARE = 0.05

CONFIG = """
[listener]
database = "sqlite:push.db"
log_level = "error"
[web]
port = {port}
[brands.norvia]
names = ["Norvia"]
[classifiers]
order = []
[sources.pushed]
addressed_to = "norvia"
{source}
"""
INBOUND = """
type = "inbound"
secret = "env:SECRET"
items_per_minute = 1000000
"""
FACEBOOK = """
type = "facebook"
page = "77"
access_token = "env:SECRET"
app_secret = "env:SECRET"
verify_token = "env:SECRET"
api_url = "http://127.0.0.1:9"
"""
PATH = "/sources/pushed"


@dataclass(frozen=True)
class Way:
    """How somebody pushes: the source's table, an item's body, its headers, its post's id."""

    source: str
    body: Callable[[str, str], object]
    headers: Callable[[bytes, str], dict[str, str]]
    post_id: str
    accepted: int
    refused: int

    def written(self, item: str, text: str) -> bytes:
        return json.dumps(self.body(item, text)).encode()


def meta_event(item: str, text: str) -> object:
    """A comment of a visitor, as Meta's page webhook tells it."""
    value = {
        "item": "comment",
        "verb": "add",
        "comment_id": item,
        "post_id": "77_1",
        "parent_id": "77_1",
        "from": {"id": "5", "name": "Ada"},
        "message": text,
        "created_time": 1_790_000_000,
    }
    change = {"field": "feed", "value": value}
    return {"object": "page", "entry": [{"id": "77", "time": 0, "changes": [change]}]}


def meta_headers(body: bytes, key: str) -> dict[str, str]:
    digest = hmac.new(key.encode(), body, "sha256").hexdigest()
    return {"X-Hub-Signature-256": f"sha256={digest}", "Content-Type": "application/json"}


WAYS = {
    "inbound": Way(
        INBOUND,
        lambda item, text: {"id": item, "medium": "call", "text": text},
        lambda body, key: signed(body, utc_now(), key),
        "pushed:{}",
        202,
        401,
    ),
    "facebook": Way(FACEBOOK, meta_event, meta_headers, "facebook:{}", 200, 403),
}


@dataclass
class Sent:
    """What the senders did, and were told."""

    way: Way
    tried: set[str] = field(default_factory=set)
    acknowledged: set[str] = field(default_factory=set)
    forged: set[str] = field(default_factory=set)
    halved: set[str] = field(default_factory=set)
    answers: Counter[int] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)


@pytest.mark.parametrize("name", WAYS)
def test_every_acknowledged_item_is_stored_once_whatever_is_killed(
    tmp_path: Path, name: str
) -> None:
    chance, way = random.Random(SEED), WAYS[name]
    port = free_port()
    (tmp_path / "config.toml").write_text(CONFIG.format(port=port, source=way.source))
    sent, stop = Sent(way), Event()
    senders = [
        threading.Thread(target=sender, args=(number, port, sent, stop))
        for number in range(CONNECTIONS)
    ]
    for thread in senders:
        thread.start()
    pause = Event()
    for _ in range(KILLS):
        with daemon(tmp_path, port) as process:
            pause.wait(0.3 + chance.random() * 1.5)
            process.kill()
            process.wait(30)
    with daemon(tmp_path, port) as process:
        for _ in range(1_200):
            if len(sent.acknowledged) >= CONNECTIONS:
                break
            pause.wait(0.05)
        stop.set()
        for thread in senders:
            thread.join(60)
        curled = push_by_curl(port, way) if shutil.which("curl") else None
        until_taken(tmp_path, pause)
        process.terminate()
        assert process.wait(60) == 0
    stored = posts(tmp_path)
    unanswered = stored - sent.acknowledged - ({curled} if curled else set())
    print(
        f"\n{name}: {KILLS} kills, seed {SEED}, {CONNECTIONS} connections: "
        f"{len(sent.tried):,} items sent, {len(sent.acknowledged):,} acknowledged, "
        f"{len(sent.acknowledged - stored)} of them lost, "
        f"{len(unanswered)} stored whose answer was lost, {len(sent.forged)} forged and "
        f"{len(sent.halved)} cut off, of which {len(stored & (sent.forged | sent.halved))} stored; "
        f"answers {dict(sent.answers)}"
    )
    assert len(sent.acknowledged) >= CONNECTIONS
    assert sent.acknowledged <= stored
    assert stored <= sent.tried | ({curled} if curled else set())
    assert curled is None or curled in stored
    assert sent.answers.keys() <= {way.accepted, way.refused}


def sender(number: int, port: int, sent: Sent, stop: Event) -> None:
    """Sends one item after the other on one connection, and again what was not answered."""
    chance = random.Random(SEED * 1_000 + number)
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    count, again = 0, ""
    while not stop.is_set():
        item = again or f"{number}-{count}"
        count += not again
        again = ""
        kind = chance.random()
        try:
            if kind < HANG_UP_SHARE:
                cut_off(port, f"half-{item}", sent)
                continue
            if kind < HANG_UP_SHARE + FORGE_SHARE:
                status = push(line, f"forged-{item}", sent, sent.forged, "some other secret")
            else:
                status = push(line, item, sent, sent.tried)
        except (OSError, http.client.HTTPException):
            line.close()
            again = item
            stop.wait(0.05)
            continue
        with sent.lock:
            sent.answers[status] += 1
            if status == sent.way.accepted:
                sent.acknowledged.add(sent.way.post_id.format(item))
    line.close()


def push(
    line: http.client.HTTPConnection, item: str, sent: Sent, among: set[str], key: str = KEY
) -> int:
    """Send an item, noted before; the status it was answered with."""
    body = sent.way.written(item, "late " * 20)
    if line.sock is None:
        line.connect()
    with sent.lock:
        among.add(sent.way.post_id.format(item))
    line.request("POST", PATH, body, sent.way.headers(body, key))
    answer = line.getresponse()
    answer.read()
    return answer.status


def cut_off(port: int, item: str, sent: Sent) -> None:
    """The sender dies in the middle of its request."""
    body = sent.way.written(item, "cut off " * 500)
    headers = sent.way.headers(body, KEY) | {"Host": "x", "Content-Length": str(len(body))}
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    with sent.lock:
        sent.halved.add(sent.way.post_id.format(item))
    with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
        line.sendall(f"POST {PATH} HTTP/1.1\r\n{head}\r\n".encode() + body[:1_500])


def push_by_curl(port: int, way: Way) -> str:
    """By a client that is nobody's library."""
    body = way.written("by-curl", "Where is my bag?")
    headers = way.headers(body, KEY)
    stated = [word for name, value in headers.items() for word in ("-H", f"{name}: {value}")]
    subprocess.run(
        ["curl", "-sS", "--fail-with-body", *stated, "--data-binary", "@-",
         f"http://127.0.0.1:{port}{PATH}"],
        input=body, capture_output=True, check=True, timeout=30,
    )  # fmt: skip
    return way.post_id.format("by-curl")


@contextmanager
def daemon(folder: Path, port: int) -> Iterator["subprocess.Popen[bytes]"]:
    """A daemon that answers."""
    with (folder / "log.txt").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "listener", "run", "--only", "poll,web"],
            cwd=folder,
            stdout=log,
            stderr=log,
            env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2]), "SECRET": KEY},
        )
    try:
        for _ in range(600):
            with suppress(OSError):
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            Event().wait(0.05)
            assert process.poll() is None, (folder / "log.txt").read_text()[-3_000:]
        else:
            pytest.fail("the daemon never answered")
        yield process
    finally:
        process.kill()
        process.wait(30)


def until_taken(folder: Path, pause: Event) -> None:
    """Until nothing waits any more."""
    for _ in range(1_200):
        with closing(sqlite3.connect(folder / "push.db")) as db:
            waiting = db.execute("SELECT count(*) FROM arrivals WHERE state = 'waiting'")
            if not waiting.fetchone()[0]:
                return
        pause.wait(0.05)
    pytest.fail("something still waits")


def posts(folder: Path) -> set[str]:
    """The ids of all posts; each has one mention."""
    with closing(sqlite3.connect(folder / "push.db")) as db:
        ids = [row[0] for row in db.execute("SELECT id FROM posts")]
        mentions = db.execute("SELECT count(*), count(DISTINCT post_id) FROM mentions").fetchone()
    assert len(ids) == len(set(ids))
    assert mentions == (len(ids), len(ids))
    return set(ids)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])
