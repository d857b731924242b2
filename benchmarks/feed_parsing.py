"""Real feeds through feedparser alone and through our path, entry by entry and by the clock.

    python benchmarks/feed_parsing.py FOLDER

FOLDER holds feed files of yours (.xml, .rss, .atom, .json). feedparser is the judge of what a
file holds, of a JSON Feed its own list of items is. An entry is found if a post carries its id or
link, or where it has neither, its title. Told are the entries missed, one by one; the time that
each way takes for a file; and what is saved where a file is served a second time and has not
changed, by a server that says so (304) and by one that sends it again. Exits 1 where an entry
is missed.
"""

import io
import json
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from time import perf_counter
from typing import Any
from urllib.parse import quote, unquote

import feedparser

from listener.model import Post
from listener.ports import Retry
from sources.common.plain_text import plain_text, web_address
from sources.common.politeness import Politeness
from sources.feed import FeedSource
from sources.feed_parts.document import Unreadable
from sources.feed_parts.parse import read_document
from sources.feed_parts.posts import posts_of

SUFFIXES = {".xml", ".rss", ".atom", ".json"}
ROUNDS = 3
URL = "https://feeds.example/"
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)

Entry = dict[str, Any]


def judged(body: bytes) -> list[Entry]:
    """The entries by another reading than ours."""
    try:
        items = json.loads(body)["items"]
    except (ValueError, KeyError, TypeError):
        return list(feedparser.parse(io.BytesIO(body)).entries)
    return [{"id": item.get("id"), "link": item.get("url")} for item in items]


def ours(body: bytes) -> list[Post]:
    try:
        return posts_of(read_document(body, "", URL).entries, "feeds", {})[0]
    except Unreadable:
        return []


def is_found(entry: Entry, posts: list[Post]) -> bool:
    """Whether one of the posts is this entry."""
    name, link = str(entry.get("id") or ""), web_address(str(entry.get("link") or ""), URL)
    title = " ".join(plain_text(str(entry.get("title") or ""))[0].split())
    keys = {key for post in posts for key in (post.native_id.partition("#")[0], post.url)}
    if name or link:
        return bool({" ".join(name.split()).partition("#")[0], link} - {""} & keys)
    return any(" ".join(post.title.split()) == title for post in posts)


def fastest(work: Callable[[], object]) -> float:
    def once() -> float:
        began = perf_counter()
        work()
        return perf_counter() - began

    return min(once() for _ in range(ROUNDS))


@contextmanager
def serving(folder: Path, *, says_unchanged: bool) -> Iterator[str]:
    """The folder on the loopback, by a server that knows ETags or by one that doesn't."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = (folder / unquote(self.path.lstrip("/"))).read_bytes()
            unchanged = says_unchanged and self.headers.get("If-None-Match") == '"1"'
            self.send_response(304 if unchanged else 200)
            if says_unchanged:
                self.send_header("ETag", '"1"')
            self.send_header("Content-Length", "0" if unchanged else str(len(body)))
            self.end_headers()
            self.wfile.write(b"" if unchanged else body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def polled(address: str, files: list[Path]) -> tuple[float, float]:
    """Seconds for a first poll of all files and for a second that finds them unchanged."""
    source = FeedSource(
        [f"{address}/{quote(path.name)}" for path in files],
        allow_private=True,
        obey_hints=False,
        politeness=Politeness(at_once=8, spacing_seconds=0),
        parse=read_document,
        now=lambda: NOON,
    )
    began = perf_counter()
    try:
        cursor = source.poll(None).cursor
    except Retry as error:
        sys.exit(f"none of the files is a feed: {error.reason}")
    first = perf_counter() - began
    began = perf_counter()
    source.poll(cursor)
    return first, perf_counter() - began


def main(folder: Path) -> int:
    """Print what was found and how long it took; 1 where an entry was missed."""
    files = sorted(path for path in folder.iterdir() if path.suffix in SUFFIXES)
    total = missed = 0
    theirs_seconds = ours_seconds = 0.0
    for path in files:
        body = path.read_bytes()
        entries, posts = judged(body), ours(body)
        lost = [entry for entry in entries if not is_found(entry, posts)]
        total, missed = total + len(entries), missed + len(lost)
        theirs = fastest(lambda body=body: judged(body))  # type: ignore[misc]
        own = fastest(lambda body=body: ours(body))  # type: ignore[misc]
        theirs_seconds, ours_seconds = theirs_seconds + theirs, ours_seconds + own
        print(
            f"{path.name[:44]:44} {len(entries):4} entries, {len(posts):4} posts, "
            f"feedparser {theirs * 1e3:7.1f} ms, ours {own * 1e3:7.1f} ms"
        )
        for entry in lost:
            print(f"  MISSED {entry.get('id') or entry.get('link') or entry.get('title')}")
    found = 100 * (total - missed) / total if total else 0.0
    print(f"{len(files)} files: {total - missed:,} of {total:,} entries found ({found:.1f} %)")
    print(
        f"feedparser alone {theirs_seconds:.2f} s; bytes to posts {ours_seconds:.2f} s "
        f"({ours_seconds / theirs_seconds:.2f} times as long)"
    )
    for words, says in (("a server that answers 304", True), ("one that sends it again", False)):
        with serving(folder, says_unchanged=says) as address:
            first, again = polled(address, files)
        print(
            f"{words}: first poll {first:.2f} s, unchanged {again:.2f} s "
            f"({100 * (1 - again / first):.0f} % saved)"
        )
    return 1 if missed or not total else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])) if len(sys.argv) == 2 else print(__doc__))
