"""Three rounds of ``listener once`` over a folder of real feed files.

    python tests/corpus_once.py FOLDER

Every file is served on loopback with an ETag, as a source of its own. Each entry must be stored
once, in round 1; unchanged feeds must be answered by 304. Not collected by pytest, because the
files are not part of this repository. Exits 1 where something is otherwise.
"""

import json
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from contextlib import closing
from http.server import ThreadingHTTPServer
from pathlib import Path

import feedparser

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.corpus_feeds import ROUNDS, Handler

HEAD = '[listener]\nlog_level = "error"\n[web]\nenabled = false\n[brands.any]\nnames = ["the"]\n'
SOURCE = (
    '[sources.f{n}]\ntype = "feed"\nurls = [{url}]\nsite = "s{n}"\n'
    "allow_private = true\nobey_hints = false\n"
)


def main(folder: Path) -> None:
    """Serve, poll three times, compare."""
    files = sorted(path for path in folder.iterdir() if path.suffix in {".xml", ".json"})
    Handler.folder, Handler.statuses = folder, {}
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        base = f"http://127.0.0.1:{server.server_port}/"
        tables = (SOURCE.format(n=n, url=json.dumps(base + f.name)) for n, f in enumerate(files))
        (work / "config.toml").write_text(HEAD + "".join(tables))
        new = [one_round(work) for _ in range(ROUNDS)]
        differing = compare(work, files)
    print(f"{len(files)} files, new posts a round: {new}, entries that differ: {differing}")
    sys.exit(bool(differing or any(new[1:])))


def one_round(work: Path) -> int:
    """One ``listener once``; prints what the server answered."""
    Handler.statuses.clear()
    listener = [sys.executable, "-m", "listener", "once", "--json"]
    done = subprocess.run(listener, cwd=work, capture_output=True, text=True, check=True)
    answers = Counter(status for statuses in Handler.statuses.values() for status in statuses)
    print(done.stdout.strip(), dict(answers))
    return int(json.loads(done.stdout)["posts_new"])


def compare(work: Path, files: list[Path]) -> list[tuple[str, int, int]]:
    """Files whose stored posts are not as many as their entries."""
    with closing(sqlite3.connect(work / "listener.db")) as db:
        query = "SELECT source, count(DISTINCT id) FROM posts GROUP BY source"
        stored = dict(db.execute(query).fetchall())
    counts = ((f.name, entries(f), stored.get(f"f{n}", 0)) for n, f in enumerate(files))
    return [row for row in counts if row[1] != row[2]]


def entries(path: Path) -> int:
    """How many entries a file holds, by feedparser or as JSON."""
    if path.suffix == ".json":
        return len(json.loads(path.read_bytes())["items"])
    return len(feedparser.parse(path.read_bytes()).entries)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
