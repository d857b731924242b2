"""The daemon as a process: signals, pages, heartbeat, and two of them on one database."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from tests.campaigns.places import SECRET, Hook, Place, _Handler

PATIENCE_SECONDS = 40

CONFIG = """
[listener]
log_format = "json"
{listener}
[web]
port = {port}
[brands.norvia]
names = ["Norvia"]
[sources.file]
type = "jsonl"
path = {file}
poll_seconds = 1
[classifiers]
order = ["urgency"]
[channels.hook]
type = "webhook"
url = {hook}
secret = "env:HOOK_SECRET"
allow_private = true
[[rules]]
name = "each"
send_to = ["hook"]
{more}
"""


class Running:
    """A daemon in a folder of its own, its log lines as they come."""

    def __init__(self, folder: Path, hook: Hook) -> None:
        self.folder = folder
        self.hook = hook
        self.config = folder / "config.toml"
        self.posts = folder / "posts.jsonl"
        self.posts.touch()
        self.write_config()
        self.child: subprocess.Popen[bytes] | None = None

    def write_config(self, more: str = "", listener: str = "", port: int = 0) -> None:
        self.config.write_text(
            CONFIG.format(
                file=json.dumps(str(self.posts)),
                hook=json.dumps(self.hook.url),
                more=more,
                listener=listener,
                port=port,
            )
        )

    def publish(self, native_id: str) -> None:
        with self.posts.open("a") as file:
            file.write(json.dumps({"id": native_id, "text": f"Norvia {native_id}"}) + "\n")

    def start(self, *options: str, **env: str) -> None:
        command = [sys.executable, "-m", "listener", "run", "--config", str(self.config), *options]
        with (self.folder / "log").open("ab") as log:
            self.child = subprocess.Popen(
                command,
                stderr=log,
                cwd=self.folder,
                env=os.environ
                | {"HOOK_SECRET": SECRET, "PYTHONPATH": str(Path(__file__).parents[2])}
                | env,
            )

    def send(self, number: int) -> None:
        assert self.child
        self.child.send_signal(number)

    def ended(self, seconds: float) -> int:
        assert self.child
        return self.child.wait(seconds)

    def log(self) -> list[dict[str, Any]]:
        text = (self.folder / "log").read_text()
        return [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]

    def events(self) -> list[str]:
        return [line["event"] for line in self.log()]

    def page(self, path: str) -> tuple[int, str]:
        (address,) = {line["address"] for line in self.log() if line["event"] == "pages"}
        try:
            with urllib.request.urlopen(address.replace("/healthz", path), timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()


def until(holds: Callable[[], bool], what: str) -> None:
    """Wait for the daemon to do something, with an end to it."""
    for _ in range(PATIENCE_SECONDS * 20):
        if holds():
            return
        Event().wait(0.05)
    pytest.fail(f"not within {PATIENCE_SECONDS} s: {what}")


@pytest.fixture
def hook() -> Iterator[Hook]:
    with Hook() as place:
        yield place


@pytest.fixture
def daemon(tmp_path: Path, hook: Hook) -> Iterator[Running]:
    running = Running(tmp_path, hook)
    yield running
    if running.child and running.child.poll() is None:
        running.child.kill()
        running.child.wait()


def test_from_a_post_to_a_delivered_alert_and_a_drained_stop(daemon: Running, hook: Hook) -> None:
    daemon.publish("1")
    daemon.start()
    until(lambda: len(hook.times) == 1, "the first alert")
    daemon.publish("2")
    until(lambda: len(hook.times) == 2, "the second alert")
    daemon.send(signal.SIGTERM)
    assert daemon.ended(10) == 0
    assert daemon.events()[-1] == "stopped"
    assert hook.mentions() == {"jsonl:1#norvia": 1, "jsonl:2#norvia": 1}
    assert hook.forged == 0
    assert SECRET not in (daemon.folder / "log").read_text()


def test_a_stop_in_the_middle_of_work_loses_nothing(daemon: Running, hook: Hook) -> None:
    for n in range(300):
        daemon.publish(str(n))
    daemon.start()
    until(lambda: len(hook.times) >= 20, "some alerts")
    daemon.send(signal.SIGTERM)
    assert daemon.ended(10) == 0
    daemon.start()
    until(lambda: len(hook.times) == 300, "the rest")
    assert hook.duplicates == 0
    daemon.send(signal.SIGINT)
    assert daemon.ended(10) == 0


def test_a_reload_takes_the_new_configuration(daemon: Running, hook: Hook) -> None:
    daemon.start()
    until(lambda: "listening" in daemon.events(), "start")
    daemon.write_config('[brands.skylark]\nnames = ["Skylark"]')
    daemon.send(signal.SIGHUP)
    until(lambda: "reloaded" in daemon.events(), "reload")
    with daemon.posts.open("a") as file:
        file.write('{"id": "s", "text": "Skylark is on time"}\n')
    until(lambda: "jsonl:s#skylark" in hook.mentions(), "a mention of the new brand")


def test_the_pages_survive_reload_after_reload(daemon: Running) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    daemon.write_config(port=port)
    daemon.start()
    until(lambda: "pages" in daemon.events(), "pages")
    for times in range(1, 4):
        daemon.send(signal.SIGHUP)
        until(lambda times=times: daemon.events().count("reloaded") == times, "reload")  # type: ignore[misc]
        until(lambda: daemon.page("/healthz")[0] == 200, "health after a reload")
    assert not any(event.startswith("no pages") for event in daemon.events())


def test_a_bad_new_configuration_keeps_the_old_and_says_so(daemon: Running, hook: Hook) -> None:
    daemon.start()
    until(lambda: "listening" in daemon.events(), "start")
    daemon.write_config("[sources.blogs]\ntype = 'feeed'")
    daemon.send(signal.SIGHUP)
    refused = "new configuration refused, the old one stays"
    until(lambda: refused in daemon.events(), "refusal")
    (fault,) = {line["fault"] for line in daemon.log() if line["event"] == refused}
    assert "did you mean 'feed'?" in fault
    daemon.publish("1")
    until(lambda: len(hook.times) == 1, "an alert by the old configuration")


def test_pages_tell_health_and_metrics(daemon: Running, hook: Hook) -> None:
    daemon.publish("1")
    daemon.start()
    until(lambda: "pages" in daemon.events() and len(hook.times) == 1, "pages and an alert")
    until(lambda: daemon.page("/healthz")[0] == 200, "health")
    status, body = daemon.page("/healthz")
    assert json.loads(body)["roles"] == dict.fromkeys(
        ("poll", "recheck", "tag", "escalate", "alarm", "desk", "send"), "ok"
    )
    until(lambda: "listener_alerts_delivered 1.0" in daemon.page("/metrics")[1], "metrics")
    assert 'listener_source_up{source="file"} 1.0' in daemon.page("/metrics")[1]
    assert daemon.page("/nothing")[0] == 404
    assert status == 200


def test_roles_can_be_spread_over_processes(daemon: Running, hook: Hook, tmp_path: Path) -> None:
    other = Running(tmp_path, hook)
    daemon.publish("1")
    daemon.start("--only", "poll,tag")
    other.start("--only", "send")
    try:
        until(lambda: len(hook.times) == 1, "an alert through two processes")
    finally:
        other.send(signal.SIGTERM)
        assert other.ended(10) == 0


def test_an_unknown_role_is_bad_use(daemon: Running) -> None:
    daemon.start("--only", "pol")
    assert daemon.ended(30) == 2


class _BeatHandler(_Handler):
    def do_GET(self) -> None:  # noqa: N802  http.server's name
        self.server.place.beats.set()  # type: ignore[attr-defined]
        self.answer(200, b"ok", "text/plain")


class Monitor(Place):
    handler = _BeatHandler

    def __init__(self) -> None:
        self.beats = Event()


def test_the_heartbeat_is_pinged_and_systemd_is_told(daemon: Running, tmp_path: Path) -> None:
    with Monitor() as monitor, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(PATIENCE_SECONDS)
        daemon.write_config(listener=f"heartbeat_url = {json.dumps(monitor.url)}")
        daemon.start(NOTIFY_SOCKET=str(tmp_path / "notify"))
        assert systemd.recv(100) == b"READY=1"
        assert systemd.recv(100) == b"WATCHDOG=1"
        assert monitor.beats.wait(PATIENCE_SECONDS)
        daemon.send(signal.SIGTERM)
        assert systemd.recv(100) in {b"STOPPING=1", b"WATCHDOG=1"}
        assert daemon.ended(10) == 0


def test_no_heartbeat_while_the_store_can_not_be_used(daemon: Running, tmp_path: Path) -> None:
    (tmp_path / "listener.db").write_bytes(b"this is no database" * 100)
    with Monitor() as monitor:
        daemon.write_config(listener=f"heartbeat_url = {json.dumps(monitor.url)}")
        daemon.start()
        until(lambda: "can't work, trying on" in daemon.events(), "the trouble in the log")
        until(lambda: daemon.page("/healthz")[0] == 503, "health 503")
        assert not monitor.beats.is_set()
    (tmp_path / "listener.db").unlink()
    until(lambda: daemon.page("/healthz")[0] == 200, "recovery without a restart")
