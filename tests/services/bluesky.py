"""A real Bluesky network of one server, from the project's own development package for Node."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

SCRIPT = Path(__file__).with_suffix(".mjs")
MODULES = Path(__file__).parents[2] / ".services" / "bluesky"
POSTS = "app.bsky.feed.post"


def missing() -> str:
    """What this machine lacks, in a sentence, or nothing."""
    if shutil.which("node") and (MODULES / "node_modules" / "@atproto" / "dev-env").exists():
        return ""
    return "Node with @atproto/dev-env not installed: make services"


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody on the network, logged in."""

    pds: str
    did: str
    token: str

    def publish(self, text: str) -> str:
        """A post; its key in the account's own posts comes back."""
        told = _call(self.pds, "createRecord", self._record(text), self.token)
        return str(told["uri"]).rpartition("/")[2]

    def edit(self, key: str, text: str) -> None:
        _call(self.pds, "putRecord", self._record(text) | {"rkey": key}, self.token)

    def delete(self, key: str) -> None:
        place = {"repo": self.did, "collection": POSTS, "rkey": key}
        _call(self.pds, "deleteRecord", place, self.token)

    def _record(self, text: str) -> dict[str, Any]:
        created = datetime.now(UTC).isoformat().replace("+00:00", "Z")  # noqa: TID251  the real day
        record = {"$type": POSTS, "text": text, "createdAt": created, "langs": ["en"]}
        return {"repo": self.did, "collection": POSTS, "record": record}


@contextmanager
def running() -> Iterator[str]:
    """The address of the PDS."""
    script = MODULES / SCRIPT.name  # Node looks for its modules beside the script
    shutil.copyfile(SCRIPT, script)
    process = subprocess.Popen(
        ["node", str(script)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        lines = (json.loads(line) for line in process.stdout if line.startswith("{"))
        yield next(str(line["pds"]) for line in lines if "pds" in line)
    finally:
        process.stdin.close()
        with suppress(subprocess.TimeoutExpired):
            process.wait(20)
        process.kill()
        process.wait()
        process.stdout.close()


def sign_up(pds: str, handle: str) -> Account:
    """A new account."""
    wish = {"handle": handle, "email": f"{handle}@example.org", "password": "correct horse"}
    told = _call(pds, "createAccount", wish, "", area="server")
    return Account(pds, told["did"], told["accessJwt"])


def _call(
    pds: str, verb: str, wish: dict[str, Any], token: str, *, area: str = "repo"
) -> dict[str, Any]:
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    request = Request(f"{pds}/xrpc/com.atproto.{area}.{verb}", json.dumps(wish).encode(), headers)
    with urlopen(request, timeout=30) as answer:
        told: dict[str, Any] = json.load(answer)
    return told
