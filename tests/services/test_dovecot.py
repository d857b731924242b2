"""A real Dovecot: everything comes once, news at once, and nothing in the mailbox changes."""

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from imaplib import Time2Internaldate
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from listener.clock import sleep, utc_now
from listener.ports import Reject, Retry, Secret
from sources.mail import MailSource
from tests.services import dovecot
from tests.services.daemon import PATIENCE_SECONDS, listening
from tests.services.required import need
from tests.sources.mail_letters import OWN, Following, letter

KILLS = 6
MAILS_A_LIFE = 300
CONFIG = """
[listener]
database = "sqlite:listener.db"
[web]
enabled = false
[brands.norvia]
names = ["Norvia"]
own_accounts = ["help@norvia.example"]
[sources.mail]
type = "mail"
host = "127.0.0.1"
port = {port}
security = "none"
user = "feedback@norvia.example"
password = "file:secret"
folders = ["INBOX", "Sent"]
poll_seconds = 60
idle_seconds = {idle}
mails_max = {mails_max}
allow_private = true
"""


@pytest.fixture
def server() -> Iterator[dovecot.Dovecot]:
    need("dovecot", dovecot.missing())
    with dovecot.running() as server:
        yield server


def source(server: dovecot.Dovecot, **settings: Any) -> MailSource:
    stated = {
        "password": Secret(dovecot.PASSWORD),
        "security": "none",
        "port": server.port,
        "idle_seconds": 0.0,
        "allow_private": True,
        **settings,
    }
    return MailSource("localhost", dovecot.USER, **stated)


def test_a_thousand_mails_come_once_and_nothing_changes(server: dovecot.Dovecot) -> None:
    for number in range(500):
        server.deliver(letter(number))
    person = server.person()
    for number in range(500, 1_000):
        at = Time2Internaldate(utc_now())
        person.append("INBOX", "(\\Flagged)" if number % 2 else "", at, letter(number))
    person.logout()
    before = server.contents()
    following = Following(source(server))
    following.to_rest()
    assert sorted(following.ids) == sorted(f"{number}@example.org" for number in range(1_000))
    assert server.contents() == before
    person = server.person()
    person.select("INBOX", readonly=True)
    assert len(person.search(None, "UNSEEN")[1][0].split()) == 1_000
    assert len(person.search(None, "RECENT")[1][0].split()) == 1_000
    person.logout()


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_by_tls(server: dovecot.Dovecot, security: str, monkeypatch: pytest.MonkeyPatch) -> None:
    server.deliver(letter(1))
    port = server.tls_port if security == "tls" else server.port
    safe = source(server, security=security, port=port)
    with pytest.raises(Retry, match="certificate"):
        safe.poll(None)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(server.authorities))
    assert len(safe.poll(None).posts) == 1


def test_news_wake_it_within_seconds(server: dovecot.Dovecot) -> None:
    server.deliver(letter(1))
    following = Following(source(server, idle_seconds=25.0))
    following.to_rest()
    timer = threading.Timer(1.5, lambda: server.deliver(letter(2)))
    timer.start()
    began = monotonic()
    batch = following.poll()
    timer.join()
    print(f"woken after {monotonic() - began - 1.5:.2f} s")
    assert [post.native_id for post in batch.posts] == ["2@example.org"]
    assert monotonic() - began < 10


def test_what_is_refused_is_told(server: dovecot.Dovecot) -> None:
    with pytest.raises(Reject) as wrong:
        source(server, password=Secret("wrong")).poll(None)
    assert wrong.value.state == "login"
    with pytest.raises(Reject) as nowhere:
        source(server, folders=["Nowhere"]).poll(None)
    assert nowhere.value.state == "gone"
    many = [server.person() for _ in range(5)]
    with pytest.raises(Retry) as crowded:
        source(server).poll(None)
    assert crowded.value.state == "rate limit"
    for person in many:
        person.logout()
    assert source(server).poll(None).complete


def test_what_moves_comes_once(server: dovecot.Dovecot) -> None:
    person = server.person()
    person.create("Archive")
    for number in range(6):
        server.deliver(letter(number))
    following = Following(source(server, folders=["INBOX", "Archive"]))
    following.to_rest()
    person.select("INBOX")
    person.copy("1:3", "Archive")
    person.store("1:3", "+FLAGS", "(\\Deleted)")
    person.expunge()
    server.deliver(letter(6))
    following.to_rest()
    person.logout()
    assert sorted(following.ids) == [f"{number}@example.org" for number in range(7)]


def test_an_answer_names_what_it_answers(server: dovecot.Dovecot) -> None:
    server.deliver(letter(1))
    person = server.person()
    person.create("L&AOQ-hetetyt")
    answer = letter(2, "Sorry.", sender=OWN, In_Reply_To="<1@example.org>")
    person.append("L&AOQ-hetetyt", "(\\Seen)", Time2Internaldate(utc_now()), answer)
    person.logout()
    following = Following(source(server, folders=["INBOX", "Lähetetyt"]))
    following.to_rest()
    assert {post.in_reply_to for post in following.came} == {"", "1@example.org"}


def test_lost_numbers_bring_no_doubles(server: dovecot.Dovecot) -> None:
    for number in range(50):
        server.deliver(letter(number))
    following = Following(source(server))
    following.to_rest()
    server.stop()
    server.renumber()
    server.start()
    server.deliver(letter(50))
    following.to_rest()
    assert sorted(following.ids) == sorted(f"{number}@example.org" for number in range(51))
    assert any("numbered anew" in told for told in following.told)


def test_a_server_that_ends_and_comes_back(server: dovecot.Dovecot) -> None:
    for number in range(300):
        server.deliver(letter(number))
    following = Following(source(server, mails_max=50))
    following.poll()
    server.stop()
    with pytest.raises(Retry) as gone:
        following.poll()
    assert gone.value.state == "outage"
    server.start()
    following.to_rest()
    assert len(set(following.ids)) == len(following.ids) == 300


def test_the_daemon_stores_a_mail_when_it_comes(server: dovecot.Dovecot, tmp_path: Path) -> None:
    server.create("Sent")
    server.deliver(letter(1, "Norvia, a zebrafish was aboard."))
    with listening(tmp_path, _config(server, tmp_path, idle=20, mails_max=300)) as daemon:
        daemon.until("the mailbox is read", lambda: bool(daemon.found("zebrafish")))
        sleep(2)  # it waits for news now
        server.deliver(letter(2, "Norvia, a pangolin was aboard."))
        seconds = daemon.until("a mail is stored", lambda: bool(daemon.found("pangolin")))
        assert seconds < 10
        daemon.until("both are mentions", lambda: daemon.exported().count("\n") == 2)
        server.deliver(letter(3, "Sorry.", sender=OWN, In_Reply_To="<2@example.org>"), "Sent")
        daemon.until("it is answered", lambda: _answered(daemon.exported()))


def test_killed_again_and_again_it_stores_each_mail_once(
    server: dovecot.Dovecot, tmp_path: Path
) -> None:
    server.create("Sent")
    (tmp_path / "config.toml").write_text(_config(server, tmp_path, idle=1, mails_max=20))
    chance = random.Random(7)
    midway = 0
    for life in range(KILLS):
        delivered = _delivered(server, life)
        before, stored = server.contents(), _stored(tmp_path)
        process = _started(tmp_path)
        _until(lambda was=stored: _stored(tmp_path) > was)  # type: ignore[misc]
        sleep(chance.uniform(0, 0.4))  # somewhere in a later poll
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
        assert server.contents() == before
        midway += _stored(tmp_path) < delivered
    delivered = _delivered(server, KILLS)  # so that the last life has work, however fast it is here
    before = server.contents()
    process = _started(tmp_path)
    try:
        _until(lambda: _stored(tmp_path) >= delivered)
    finally:
        process.terminate()
        assert process.wait(30) == 0
    print(f"{KILLS} kills, {midway} of them with mails still to come")
    assert midway
    with closing(sqlite3.connect(tmp_path / "listener.db")) as database:
        ids = [row[0] for row in database.execute("SELECT native_id FROM posts")]
    assert sorted(ids) == sorted(f"{number}@example.org" for number in range(delivered))
    assert server.contents() == before


def _delivered(server: dovecot.Dovecot, life: int) -> int:
    """How many mails there are, once this life has its own."""
    for number in range(life * MAILS_A_LIFE, (life + 1) * MAILS_A_LIFE):
        server.deliver(letter(number))
    return (life + 1) * MAILS_A_LIFE


def _config(server: dovecot.Dovecot, folder: Path, **settings: int) -> str:
    (folder / "secret").write_text(dovecot.PASSWORD)
    return CONFIG.format(port=server.port, **settings)


def _started(folder: Path) -> "subprocess.Popen[bytes]":
    with (folder / "log.txt").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "listener", "run", "--only", "poll"],
            cwd=folder,
            stdout=log,
            stderr=log,
            env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
        )


def _stored(folder: Path) -> int:
    try:
        with closing(sqlite3.connect(folder / "listener.db", timeout=10)) as database:
            return int(database.execute("SELECT count(*) FROM posts").fetchone()[0])
    except sqlite3.OperationalError:
        return 0  # there is no table yet


def _until(holds: Any) -> None:
    ends = monotonic() + PATIENCE_SECONDS
    while not holds():
        assert monotonic() < ends
        sleep(0.02)  # a real daemon takes real time


def _answered(exported: str) -> bool:
    return any(json.loads(line).get("answered_at") for line in exported.splitlines())
