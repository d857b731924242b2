"""A real Request Tracker 5: Debian's package on an SQLite database in a temporary folder.

Nothing of the machine's is touched: the site's settings and data lie in the folder, and mail goes
into a file there. ``Person`` is somebody at the keyboard, by REST 2.
"""

import base64
import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from listener.clock import sleep

SERVER = Path("/usr/share/request-tracker5/libexec/rt-server")
START_SECONDS_MAX = 90
BOT, ANNA, BELA = (
    ("listener", "listener-password"),
    ("anna", "anna-password"),
    ("bela", "bela-password"),
)
_PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"
_SETTINGS = """
Set($rtname, 'desk.example'); Set($Organization, 'desk.example'); Set($Timezone, 'UTC');
Set($WebDomain, '127.0.0.1'); Set($WebPort, {port}); Set($WebPath, '');
Set($DatabaseType, 'SQLite'); Set($DatabaseName, '{folder}/rt5');
Set($DatabaseUser, ''); Set($DatabasePassword, '');
Set($MailCommand, 'mbox'); Set($MailParams, '{folder}/mail');
Set($LogToSyslog, undef); Set($LogToSTDERR, 'error');
Set($BcryptCost, 10);
Set($MasonDataDir, '{folder}/mason'); Set($WebSessionClass, undef);
1;
"""
_PEOPLE = """
our @Users = map {{ {{ Name => $_, Password => "$_-password", Privileged => 1,
    EmailAddress => "$_\\@desk.example" }} }} qw({names});
our @ACL = map {{ {{ GroupDomain => 'SystemInternal', GroupType => 'Privileged', Right => $_ }} }}
    qw(SeeQueue ShowTicket ShowTicketComments CreateTicket CommentOnTicket ReplyToTicket
       ModifyTicket OwnTicket TakeTicket StealTicket ReassignTicket ModifySelf SeeCustomField);
1;
"""


def missing() -> str:
    """What this machine lacks, in a sentence, or nothing."""
    found = SERVER.exists() and shutil.which("rt-setup-database-5", path=_PATH)
    return "" if found else "request-tracker5 is not installed: make services"


@dataclass
class RequestTracker:
    """The desk. It can be stopped and started again; its data and its address stay."""

    folder: Path
    port: int
    process: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        settings = {"RT_SITE_CONFIG": str(self.folder / "RT_SiteConfig.pm")}
        return {**os.environ, **settings, "RT_SITE_CONFIG_DIR": str(self.folder / "none"),
                "PATH": _PATH}  # fmt: skip

    def person(self, login: tuple[str, str]) -> "Person":
        return Person(self.url, login)

    def start(self) -> None:
        command = [str(SERVER), "--host", "127.0.0.1", "--port", str(self.port)]
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                [*command, "--max-workers", "3"],
                stdout=log,
                stderr=log,
                env=self.environment,
                start_new_session=True,
            )
        ends = time.monotonic() + START_SECONDS_MAX
        while True:
            try:
                return urlopen(f"{self.url}/NoAuth/css/base/base.css", timeout=30).close()
            except HTTPError:
                return None
            except (URLError, OSError):
                if time.monotonic() > ends:
                    raise
                sleep(0.1)  # a real server starts in real time

    def stop(self) -> None:
        if self.process is None:
            return
        self.process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(10)
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, 9)
        self.process.wait()
        self.process = None

    def set_up(self) -> None:
        (self.folder / "none").mkdir(parents=True)
        settings = _SETTINGS.format(port=self.port, folder=self.folder)
        (self.folder / "RT_SiteConfig.pm").write_text(settings)
        people = self.folder / "people"
        people.write_text(_PEOPLE.format(names=" ".join(name for name, _ in (BOT, ANNA, BELA))))
        self._database("--action", "init")
        self._database("--action", "insert", "--datafile", str(people))

    def _database(self, *arguments: str) -> None:
        command = ["rt-setup-database-5", "--skip-create", *arguments]
        done = subprocess.run(
            command, capture_output=True, check=False, timeout=180, env=self.environment
        )
        assert done.returncode == 0, (done.stdout + done.stderr).decode()[-2000:]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a login, working on tickets."""

    url: str
    login: tuple[str, str]

    def ticket(self, number: str) -> dict[str, Any]:
        return self.ask("GET", f"ticket/{number}")  # type: ignore[no-any-return]

    def tickets(self) -> list[str]:
        asked = urlencode({"query": "id > 0", "orderby": "id", "per_page": 100})
        found, page = [], 1
        while True:
            listed = self.ask("GET", f"tickets?{asked}&page={page}")["items"]
            found += [str(one["id"]) for one in listed]
            if len(listed) < 100:
                return found
            page += 1

    def history(self, number: str) -> list[dict[str, Any]]:
        fields = "Type,Creator,Data,Field,NewValue"
        found, page = [], 1
        while True:
            path = f"ticket/{number}/history?fields={fields}&per_page=100&page={page}"
            listed = self.ask("GET", path)["items"]
            found += listed
            if len(listed) < 100:
                return found
            page += 1

    def words(self, number: str) -> list[str]:
        """What was written in a ticket, the oldest first."""
        told = {"Create", "Comment", "Correspond"}
        numbers = [one["id"] for one in self.history(number) if one["Type"] in told]
        return [self.written(one) for one in numbers]

    def written(self, transaction: str) -> str:
        found = self.ask("GET", f"transaction/{transaction}/attachments?fields=Content")["items"]
        return "\n".join(one.get("Content") or "" for one in found)

    def change(self, number: str, **values: object) -> None:
        self.ask("PUT", f"ticket/{number}", values)

    def write(self, number: str, words: str, kind: str = "correspond") -> None:
        content = {"Content": words, "ContentType": "text/plain"}
        self.ask("POST", f"ticket/{number}/{kind}", content)

    def ask(self, method: str, path: str, body: object = None) -> Any:
        token = base64.b64encode(":".join(self.login).encode()).decode()
        headers = {"Authorization": f"Basic {token}", "Content-Type": "application/json"}
        data = json.dumps(body).encode() if body is not None else None
        asked = Request(f"{self.url}/REST/2.0/{path}", data, headers, method=method)
        try:
            with urlopen(asked, timeout=60) as answer:
                return json.load(answer)
        except HTTPError as error:
            raise AssertionError(f"{error.code} {error.read()[:500]!r}") from None


@contextmanager
def running(folder: Path) -> Iterator[RequestTracker]:
    """A fresh desk with accounts for us and for two agents."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    desk = RequestTracker(folder / "rt", port)
    desk.set_up()
    desk.start()
    try:
        yield desk
    finally:
        desk.stop()
