"""From start to first poll, and what each heavy library would have added to it.

``python benchmarks/startup.py``. The daemon is started with the ``words`` judge and a feed on
loopback; the time is from the process' start to the feed's first request, the median of some
runs, beside a naive script that imports feedparser and requests and asks the same feed. Then
the import time of each heavy library in a process of its own, and whether the daemon had it
imported by the time of its first poll.
"""

import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
ROUNDS = 7
HEAVY = ("transformers", "spacy", "tweepy", "praw", "torch")
FEED = b'<rss version="2.0"><channel><title>t</title></channel></rss>'

CONFIG = """
[listener]
log_level = "error"
[web]
port = 0
[brands.norvia]
names = ["Norvia"]
[sources.feed]
type = "feed"
urls = [{url}]
allow_private = true
[classifiers]
order = ["spam", "sentiment", "urgency", "intent"]
"""

NAIVE = "import feedparser, requests, sqlite3; feedparser.parse(requests.get({url}).content)"

# Prints which heavy modules are loaded at the first request, from inside the daemon's process.
SPY = """
import sys, threading
from listener import net
asked = net.request
def request(*args, **kwargs):
    print(*[name for name in {heavy!r} if name in sys.modules], file=open({out!r}, "w"))
    return asked(*args, **kwargs)
net.request = request
sys.argv = ["listener", "run", "--config", {config!r}]
from listener.cli import main
main()
"""


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        server, requested = feed()
        url = f"http://127.0.0.1:{server.server_port}/"
        config = folder / "config.toml"
        config.write_text(CONFIG.format(url=json.dumps(url)))
        daemon = [sys.executable, "-m", "listener", "run", "--config", str(config)]
        script = [sys.executable, "-c", NAIVE.format(url=json.dumps(url))]
        ours: list[float] = []
        naive: list[float] = []
        for _ in range(ROUNDS):
            for file in folder.glob("listener.db*"):
                file.unlink()
            ours.append(first_request(daemon, folder, requested))
            naive.append(first_request(script, folder, requested))
        loaded = loaded_at_first_poll(folder, config, requested)
    first, other = statistics.median(ours), statistics.median(naive)
    print(f"start to first poll, median of {ROUNDS}: listener {first * 1000:.0f} ms,")
    print(f"naive script {other * 1000:.0f} ms, ratio {first / other:.2f}")
    print(f"\n{'heavy library':16}{'import alone':>14}  loaded at the first poll")
    for library in HEAVY:
        print(f"{library:16}{import_time(library):>14}  {'yes' if library in loaded else 'no'}")


def feed() -> tuple[ThreadingHTTPServer, threading.Event]:
    """A feed on loopback, and the event of its being asked."""
    requested = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            requested.set()
            self.send_response(200)
            self.send_header("Content-Length", str(len(FEED)))
            self.end_headers()
            self.wfile.write(FEED)

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server, requested


def first_request(command: list[str], folder: Path, requested: threading.Event) -> float:
    """Seconds from the process' start to the feed's first request."""
    requested.clear()
    started = time.perf_counter()
    child = subprocess.Popen(command, cwd=folder, env=os.environ | {"PYTHONPATH": str(ROOT)})
    assert requested.wait(60), f"{command} never asked"
    seconds = time.perf_counter() - started
    child.send_signal(signal.SIGTERM)
    child.wait(30)
    return seconds


def loaded_at_first_poll(folder: Path, config: Path, requested: threading.Event) -> list[str]:
    """Which heavy libraries the daemon had imported when it first asked a feed."""
    out = folder / "loaded"
    for file in folder.glob("listener.db*"):
        file.unlink()
    spy = SPY.format(heavy=HEAVY, out=str(out), config=str(config))
    first_request([sys.executable, "-c", spy], folder, requested)
    return out.read_text().split()


def import_time(library: str) -> str:
    """How long importing it takes in a process of its own, or that it is not installed."""
    code = f"import time; t = time.perf_counter(); import {library}; print(time.perf_counter() - t)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    return f"{float(done.stdout) * 1000:.0f} ms" if done.returncode == 0 else "not installed"


if __name__ == "__main__":
    main()
