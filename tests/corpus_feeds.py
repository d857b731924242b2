"""Polls a folder of real feed files, three times over, and shows what came of each.

    python tests/corpus_feeds.py FOLDER

Every file is served over a loopback server with an ETag. Each entry must come once, in round 1;
rounds 2 and 3 must be answered by 304 and parse nothing. Files that are no feeds must be faults.
Not collected by pytest, because the files are not part of this repository. Exits 1 where
something is otherwise.
"""

import hashlib
import io
import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote, unquote

import feedparser

from listener.model import Batch
from listener.ports import Retry
from sources.common.politeness import Politeness
from sources.feed import FeedSource
from sources.feed_parts.apart import Parser, parser
from sources.feed_parts.document import Document

ROUNDS = 3


class Handler(BaseHTTPRequestHandler):
    """Serves the folder's files and notes the status of every answer."""

    folder: Path
    statuses: dict[str, list[int]]

    def do_GET(self) -> None:
        name = unquote(self.path.lstrip("/"))
        body = (self.folder / name).read_bytes()
        etag = f'"{hashlib.sha256(body).hexdigest()}"'
        unchanged = self.headers.get("If-None-Match") == etag
        self.statuses.setdefault(name, []).append(304 if unchanged else 200)
        self.send_response(304 if unchanged else 200)
        self.send_header("ETag", etag)
        self.send_header("Content-Length", "0" if unchanged else str(len(body)))
        self.end_headers()
        self.wfile.write(b"" if unchanged else body)

    def log_message(self, *_: object) -> None:
        """Say nothing: the table tells."""


@dataclass
class Row:
    """What three rounds of one file brought."""

    name: str
    own_count: int
    posts: list[int] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    parses: int = 0
    fault: str = ""

    def poll(self, cursor: str | None, address: str, read: Parser) -> Batch:
        """One round; a source that fails as a whole is a row with a fault."""

        def parse(body: bytes, content_type: str, url: str, entries_max: int) -> Document:
            self.parses += 1
            return read(body, content_type, url, entries_max)

        url = f"{address}/{quote(self.name)}"
        try:
            source = FeedSource([url], site=self.name, allow_private=True, parse=parse)
            source.obey_hints = False  # the rounds follow each other at once
            source.politeness = Politeness(spacing_seconds=0)
            batch = source.poll(cursor)
        except Retry as error:
            self.fault = error.reason.removeprefix(url).strip()
            batch = Batch()
        self.posts.append(len(batch.posts))
        self.ids.update(post.native_id for post in batch.posts)
        return batch

    def is_right(self, statuses: list[int]) -> bool:
        """Every entry once, in round 1; or a fault where there is none to be had."""
        if self.fault:
            return self.own_count == 0
        once = self.posts == [self.own_count, 0, 0] and len(self.ids) == self.own_count
        return once and statuses == [200, 304, 304] and self.parses == 1


def own_count(body: bytes) -> int:
    """How many entries the file holds, by another reading of it than ours."""
    try:
        return len(json.loads(body)["items"])
    except (ValueError, KeyError, TypeError):
        return len(feedparser.parse(io.BytesIO(body)).entries)


@contextmanager
def serving(folder: Path) -> Iterator[tuple[str, dict[str, list[int]]]]:
    """The address of a server of the folder's files, and the statuses it gave to each."""
    statuses: dict[str, list[int]] = {}
    handler = type("Serving", (Handler,), {"folder": folder, "statuses": statuses})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", statuses
        server.shutdown()


def line(row: Row, statuses: list[int], *, right: bool) -> str:
    """A row of the table: file, its entries, posts per round, answers, parses, what was wrong."""
    answers = " ".join(map(str, statuses))
    posts = " ".join(f"{count:4}" for count in row.posts)
    note = (row.fault if right else f"WRONG {row.fault}")[:70]
    return f"{row.name[:44]:44} {row.own_count:4} |{posts} | {answers} | {row.parses} | {note}"


def main(folder: Path) -> int:
    """Print the table; 0 where every row is right."""
    files = sorted(path for path in folder.iterdir() if path.suffix in (".xml", ".json", ".rss"))
    rows = [Row(path.name, own_count(path.read_bytes())) for path in files]
    with serving(folder) as (address, statuses), parser() as read:
        for row in rows:
            cursor: str | None = None
            for _ in range(ROUNDS):
                cursor = row.poll(cursor, address, read).cursor
    wrong = [row for row in rows if not row.is_right(statuses[row.name])]
    feeds = [row for row in rows if not row.fault]
    told = [line(row, statuses[row.name], right=row not in wrong) for row in rows]
    told.append(
        f"{len(rows)} files: {len(feeds)} feeds with {sum(len(row.ids) for row in feeds)} posts "
        f"of {sum(row.own_count for row in rows)} entries, {len(rows) - len(feeds)} faults, "
        f"{len(wrong)} not as they should be"
    )
    sys.stdout.write("\n".join(told) + "\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
