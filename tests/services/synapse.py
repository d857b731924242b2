"""A real Matrix server: Synapse in a folder of its own, with SQLite, on loopback and closed.

It is installed beside the product, never with it (``tests/services/install.sh synapse``). The rate
limits of its defaults are lifted, because they count in minutes what a test does in a second.
"""

import json
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote
from urllib.request import Request, urlopen

from listener.clock import sleep

PYTHON = Path(__file__).parents[2] / ".services/synapse/bin/python"
START_SECONDS_MAX = 90
PASSWORD = "correct-horse-battery"
Json = dict[str, Any]

_FREE = {"per_second": 1000, "burst_count": 1000}


def missing() -> str:
    """What this machine lacks, in a sentence, or nothing."""
    return "" if PYTHON.exists() else "Synapse is not installed: make services"


@dataclass(frozen=True, slots=True)
class Synapse:
    """The server, by its client API."""

    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ask(self, method: str, path: str, body: Json | None = None, token: str = "") -> Json:
        """One call of the client API. Raises HTTPError where the server refuses it."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        content = None if body is None else json.dumps(body).encode()
        request = Request(f"{self.url}/_matrix/client{path}", content, headers, method=method)
        with urlopen(request, timeout=20) as reply:
            answer: Json = json.load(reply)
            return answer

    def user(self, name: str) -> str:
        """Register a user; returns an access token."""
        body = {"username": name, "password": PASSWORD, "auth": {"type": "m.login.dummy"}}
        return str(self.ask("POST", "/v3/register", body)["access_token"])

    def room(self, token: str, alias: str, invited: list[str]) -> str:
        """A room in which whoever is invited may do anything, call everybody too."""
        body = {
            "room_alias_name": alias,
            "preset": "trusted_private_chat",
            "invite": invited,
        }
        return str(self.ask("POST", "/v3/createRoom", body, token)["room_id"])

    def join(self, token: str, room: str) -> None:
        self.ask("POST", f"/v3/join/{quote(room)}", {}, token)

    def say(self, token: str, room: str, words: str) -> None:
        """Say it in the room, without anything in between."""
        body = {"msgtype": "m.text", "body": words}
        path = f"/v3/rooms/{quote(room)}/send/m.room.message/{quote(words)}"
        self.ask("PUT", path, body, token)

    def messages(self, token: str, room: str) -> list[Json]:
        """What was said in the room, the oldest first: the contents of its events."""
        path = f"/v3/rooms/{quote(room)}/messages?dir=b&limit=200"
        found = self.ask("GET", path, None, token)["chunk"]
        said = [event["content"] for event in found if event["type"] == "m.room.message"]
        return said[::-1]

    def calls(self, token: str) -> list[Json]:
        """What called the user: events that a push rule highlights."""
        found = self.ask("GET", "/v3/notifications?only=highlight", None, token)
        return list(found["notifications"])


@contextmanager
def running(folder: Path) -> Iterator[Synapse]:
    """A server that ends with the test."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    config = folder / "homeserver.yaml"
    config.write_text(json.dumps(_config(folder, port)))  # JSON is YAML
    command = [str(PYTHON), "-m", "synapse.app.homeserver", "--config-path", str(config)]
    subprocess.run([*command, "--generate-keys"], check=True, capture_output=True, cwd=folder)
    with (folder / "synapse.txt").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
        try:
            _until_up(Synapse(port), process)
            yield Synapse(port)
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


def _config(folder: Path, port: int) -> Json:
    return {
        "server_name": "localhost",
        "pid_file": str(folder / "synapse.pid"),
        "listeners": [
            {
                "port": port,
                "bind_addresses": ["127.0.0.1"],
                "type": "http",
                "resources": [{"names": ["client"]}],
            }
        ],
        "database": {"name": "sqlite3", "args": {"database": str(folder / "synapse.sqlite")}},
        "media_store_path": str(folder / "media"),
        "signing_key_path": str(folder / "signing.key"),
        "registration_shared_secret": "of-this-test",
        "macaroon_secret_key": "of-this-test",
        "form_secret": "of-this-test",
        "enable_registration": True,
        "enable_registration_without_verification": True,
        "report_stats": False,
        "trusted_key_servers": [],
        "federation_domain_whitelist": [],
        "rc_message": _FREE,
        "rc_registration": _FREE,
        "rc_login": {"address": _FREE, "account": _FREE, "failed_attempts": _FREE},
        "rc_joins": {"local": _FREE, "remote": _FREE},
    }


def _until_up(server: Synapse, process: "subprocess.Popen[bytes]") -> None:
    began = time.monotonic()
    while time.monotonic() - began < START_SECONDS_MAX:
        assert process.poll() is None, "Synapse ended: see synapse.txt in its folder"
        try:
            server.ask("GET", "/versions")
        except (HTTPError, URLError, OSError):
            sleep(0.1)  # a real service takes real time
        else:
            print(f"Synapse is up after {time.monotonic() - began:.1f} s")
            return
    raise AssertionError(f"Synapse is not up within {START_SECONDS_MAX} s")
