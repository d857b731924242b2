"""What the benchmarks have in common: posts to read, a webhook to tell, a process to measure."""

import json
import os
import random
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]

OPENINGS = ("So", "Honestly", "Today", "Again", "Well", "Listen", "Ok", "Hey", "Update:", "FYI")
OTHERS = ("the weather", "my neighbour", "this recipe", "the new bridge", "our cat", "the match")
SAYINGS = (
    "lost my bag and nobody answers the phone, third time this month!",
    "was on time and the crew was lovely, thank you",
    "opens a new route to Gdańsk in May",
    "charged me twice, is this fraud?",
    "has a sale on until Sunday, might book",
    "peruutti lennon eikä kukaan vastaa",
    "on taas myöhässä, matkustan ensi kerralla junalla",
    "zgubił mój bagaż, skandal",
)

CONFIG = """
[listener]
database = "sqlite:bench.db"
log_level = "error"
[web]
enabled = false
[brands.norvia]
names = ["Norvia"]
handles = ["@norvia"]
[sources.file]
type = "jsonl"
path = {file}
lines_max = 500
[channels.hook]
type = "webhook"
url = {hook}
allow_private = true
[[rules]]
name = "urgent"
when = {{ urgency = ["high", "medium"] }}
send_to = ["hook"]
group_seconds = {group_seconds}
"""


def write_posts(path: Path, count: int, share_with_mention: float, seed: int = 1) -> None:
    """So many posts as JSON lines, of which this share names the brand."""
    chance = random.Random(seed)
    with path.open("w", encoding="utf-8") as file:
        for n in range(count):
            about = "Norvia" if chance.random() < share_with_mention else chance.choice(OTHERS)
            text = f"{chance.choice(OPENINGS)} {about} {chance.choice(SAYINGS)} ({n})"
            file.write(json.dumps({"id": str(n), "text": text}) + "\n")


def write_config(folder: Path, hook: str, group_seconds: int) -> Path:
    """The listener's configuration for this folder."""
    path = folder / "config.toml"
    file = json.dumps(str(folder / "posts.jsonl"))
    path.write_text(CONFIG.format(file=file, hook=json.dumps(hook), group_seconds=group_seconds))
    return path


class Hook:
    """A webhook on loopback that counts requests and the posts told in them."""

    def __enter__(self) -> "Hook":
        hook = self
        self.requests = 0
        self.posts: set[str] = set()
        self.first_at: float | None = None

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                hook.requests += 1
                hook.first_at = hook.first_at or time.perf_counter()
                told = body.get("mentions", [{"post": body}])
                hook.came([one["post"]["id"] for one in told])
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/"
        return self

    def came(self, posts: list[str]) -> None:
        """These were told."""
        self.posts.update(one.removeprefix("jsonl:") for one in posts)

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def run(command: list[str], folder: Path) -> tuple[float, float]:
    """Run to the end. Returns wall seconds and the largest resident size in MiB."""
    started = time.perf_counter()
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    child = subprocess.Popen(command, cwd=folder, env=env, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        sys.exit(f"{' '.join(command)} ended with {child.returncode}")
    return time.perf_counter() - started, usage.ru_maxrss / 1024
