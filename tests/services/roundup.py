"""A real Roundup: the classic tracker in a temporary folder, served by its own WSGI handler.

It is a test requirement and runs from the tests' own Python; SQLite holds its data. ``Person`` is
somebody at the keyboard there, by the same REST interface that scripts use.
"""

import base64
import importlib.util
import json
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode, urlsplit
from urllib.request import Request, urlopen

from listener.clock import sleep

START_SECONDS_MAX = 30
ADMIN, BOT = ("admin", "admin-pw"), ("listener", "listener-pw")
ANNA, BELA = ("anna", "anna-pw"), ("bela", "bela-pw")
_SECTIONS = {"web": "[tracker]", "password_pbkdf2_default_rounds": "[main]"}
_ADMIN = "from roundup.scripts.roundup_admin import run; run()"
_SERVER = """
import sys
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server
from roundup.cgi.wsgi_handler import RequestDispatcher

class Server(ThreadingMixIn, WSGIServer):
    daemon_threads, request_queue_size = True, 64

class Quiet(WSGIRequestHandler):
    def log_message(self, *_): pass

app = RequestDispatcher(sys.argv[1])
make_server("127.0.0.1", int(sys.argv[2]), app, Server, Quiet).serve_forever()
"""


def missing() -> str:
    """What this machine lacks, in a sentence, or nothing."""
    found = importlib.util.find_spec("roundup")
    return "" if found else "pip install roundup, which the extra dev holds"


@dataclass
class Roundup:
    """The tracker. It can be stopped and started again; its data and its address stay."""

    home: Path
    port: int
    web: str
    process: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)

    @property
    def url(self) -> str:
        """Where it listens; ``web`` is where it believes to be, and takes requests from."""
        return f"http://127.0.0.1:{self.port}/"

    def person(self, login: tuple[str, str]) -> "Person":
        return Person(self.url, self.web, login)

    def start(self) -> None:
        command = [sys.executable, "-W", "ignore", "-c", _SERVER, str(self.home), str(self.port)]
        with (self.home.parent / "server.log").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        self._wait()

    def stop(self) -> None:
        if self.process is None:
            return
        self.process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(5)
        self.process.kill()
        self.process.wait()
        self.process = None

    def _asked(self) -> None:
        with suppress(HTTPError):  # it answers, if only to say no
            urlopen(f"{self.url}rest/", timeout=5).close()

    def _wait(self) -> None:
        ends = time.monotonic() + START_SECONDS_MAX
        while True:
            try:
                return self._asked()
            except (URLError, OSError):
                if time.monotonic() > ends:
                    raise
                sleep(0.05)  # a real server starts in real time


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a login, working on issues."""

    url: str
    web: str
    login: tuple[str, str]

    def get(self, path: str, **parameters: object) -> Any:
        return self._ask("GET", f"{path}?{urlencode(parameters)}")["data"]

    def issue(self, number: str, **parameters: object) -> dict[str, Any]:
        return self.get(f"issue/{number}", **parameters)["attributes"]  # type: ignore[no-any-return]

    def issues(self) -> list[str]:
        found = self.get("issue", **{"@page_size": 9999, "@sort": "id"})["collection"]
        return [row["id"] for row in found]

    def words(self, number: str) -> list[str]:
        """The messages of an issue, the oldest first."""
        found = sorted(int(row["id"]) for row in self.issue(number)["messages"])
        return [self.get(f"msg/{one}/content")["data"] for one in found]

    def names(self, kind: str) -> dict[str, str]:
        """Name → id of statuses, priorities or users."""
        label = "username" if kind == "user" else "name"
        found = self.get(kind, **{"@fields": label})["collection"]
        return {row[label]: row["id"] for row in found}

    def page(self, path: str) -> str:
        """A page of the web, as anybody sees it."""
        asked = Request(f"{self.url}{path}", headers={"Host": urlsplit(self.web).netloc})
        with urlopen(asked, timeout=20) as answer:
            return str(answer.read().decode())

    def change(self, number: str, **values: object) -> None:
        etag = self.get(f"issue/{number}")["@etag"]
        self._ask("PUT", f"issue/{number}", values, etag)

    def status(self, number: str, name: str) -> None:
        self.change(number, status=self.names("status")[name])

    def write(self, number: str, words: str, **values: object) -> str:
        """Add a message, as the form of the web does: with other changes at once."""
        me = self.names("user")[self.login[0]]
        made = self._ask("POST", "msg", {"content": words, "author": me})["data"]["id"]
        have = [row["id"] for row in self.issue(number)["messages"]]
        self.change(number, messages=[*have, made], **values)
        return str(made)

    def make(self, kind: str, **values: object) -> str:
        return str(self._ask("POST", kind, values)["data"]["id"])

    def _ask(self, method: str, path: str, body: object = None, etag: str = "") -> Any:
        token = base64.b64encode(":".join(self.login).encode()).decode()
        headers = {"Authorization": f"Basic {token}", "X-Requested-With": "rest"}
        headers |= {"Origin": self.web.rstrip("/"), "Referer": self.web}
        headers |= {"Host": urlsplit(self.web).netloc, "Content-Type": "application/json"}
        headers |= {"If-Match": etag} if etag else {}
        data = json.dumps(body).encode() if body is not None else None
        asked = Request(f"{self.url}rest/data/{path}", data, headers, method=method)
        try:
            with urlopen(asked, timeout=20) as answer:
                return json.load(answer)
        except HTTPError as error:
            raise AssertionError(f"{error.code} {error.read()[:500]!r}") from None


@contextmanager
def running(folder: Path, web: str = "") -> Iterator[Roundup]:
    """A fresh classic tracker with accounts for us and for two agents.

    ``web`` is the address of what stands in front of it; empty: nothing does.
    """
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    tracker = Roundup(folder / "tracker", port, web or f"http://127.0.0.1:{port}/")
    _install(tracker)
    tracker.start()
    try:
        admin = tracker.person(ADMIN)
        for name, password in (BOT, ANNA, BELA):
            address = f"{name}@example.org"
            admin.make("user", username=name, password=password, address=address, roles="User")
        yield tracker
    finally:
        tracker.stop()


def _install(tracker: Roundup) -> None:
    _admin("-i", str(tracker.home), "install", "classic", "sqlite", "admin_email=a@example.org")
    config = tracker.home / "config.ini"
    wanted = {"web": tracker.web, "domain": "example.org", "host": "localhost"}
    wanted["password_pbkdf2_default_rounds"] = "1000"  # else each login takes a second
    wanted["debug"] = str(tracker.home.parent / "mail.log")  # mail is written there, never sent
    config.write_text(_with(config.read_text(), wanted))
    _admin("-i", str(tracker.home), "initialise", ADMIN[1])


def _with(config: str, wanted: dict[str, str]) -> str:
    """Set these values, each in its section, as a person edits the file."""
    lines, section = [], ""
    for line in config.splitlines():
        section = line.strip() if line.startswith("[") else section
        name = re.match(r"#?\s*(\w+) =", line)
        place = _SECTIONS.get(name[1], "[mail]") if name else ""
        ours = name is not None and name[1] in wanted and section == place
        lines.append(f"{name[1]} = {wanted[name[1]]}" if name and ours else line)
    return "\n".join(lines) + "\n"


def _admin(*arguments: str) -> None:
    command = [sys.executable, "-W", "ignore", "-c", _ADMIN, *arguments]
    done = subprocess.run(command, capture_output=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr.decode()[-2000:]
