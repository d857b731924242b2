"""Bluesky on the loopback: two Jetstream hosts and the public API.

After the README of ``bluesky-social/jetstream`` (``/subscribe``, its events and cursor), RFC 6455
for the websocket, and the HTTP reference of ``com.atproto.identity.resolveHandle``,
``app.bsky.actor.getProfiles`` and ``app.bsky.feed.getPosts``.

The websockets are served beside the HTTP server that all stand-ins share, by one server for all
of them. An answer to a ping comes after everything that had happened by then.
"""

import base64
import hashlib
import json
import select
import socket
import threading
from bisect import bisect_right, insort
from collections import Counter
from datetime import timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from struct import pack
from typing import Any
from urllib.parse import parse_qs, urlsplit
from weakref import WeakValueDictionary

from listener.model import Brand
from sources.bluesky import BlueskySource
from tests.sources.standins.serving import NORVIA, Answer, Asked, Entry, StandIn

POST = "app.bsky.feed.post"
CALL_MAX = 25
AT_ONCE_MAX = 100_000
"""How many events may happen at one moment: each takes a microsecond."""


class BlueskySite(StandIn):
    """The network. ``keeps`` is how far back its hosts can be wound; ``down`` lists dead ones, and
    ``cuts`` says how many of the next streams are cut halfway through what they have to say.

    ``facets`` and ``embeds`` of a post are set by its text before it is published. Handles are
    the authors' names, below ``bsky.social`` where they have no dot.
    """

    name = "bluesky"

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.keeps = timedelta(hours=24)
        self.down: set[int] = set()
        self.cuts = 0
        self.extras: dict[str, dict[str, Any]] = {}
        self.log: list[tuple[int, str]] = []
        self.streams: dict[int, socket.socket] = {}
        self.opened: list[tuple[int, int]] = []
        self._author, self._served_at = "ada", ""
        self._at_once: Counter[int] = Counter()
        self._numbers = count(1)
        self.key = f"site{id(self)}"
        _SITES[self.key] = self

    # The world.

    def publish(self, text: str, *, author: str = "ada", **rest: Any) -> str:
        with self._lock:
            self._author = author
            return super().publish(text, author=author, **rest)

    def next_id(self, at: Any) -> str:
        return f"{did(self._author)}/3m{next(self._numbers):011d}"

    def published(self, entry: Entry) -> None:
        self._commit("create", entry, max(entry.at, self.now))

    def changed(self, entry: Entry) -> None:
        self._commit("delete" if entry.deleted_at else "update", entry, self.now)

    def remove_author(self, author: str, status: str = "takendown") -> None:
        super().remove_author(author)
        told = {"active": False, "did": did(author), "seq": 1, "status": status}
        self.emit({"did": did(author), "kind": "account", "account": told})

    def disconnect(self) -> None:
        """Every open stream is cut."""
        for one in list(self.streams.values()):
            one.shutdown(socket.SHUT_RDWR)

    def emit(self, event: dict[str, Any], at: Any = None) -> None:
        """Any event, now; a string goes out as it is."""
        with self._lock:
            moment = _micros(at or self.now)
            self._at_once[moment] += 1
            stamp = moment + self._at_once[moment]
            frame = json.dumps(
                event | {"time_us": stamp}, ensure_ascii=False, separators=(",", ":")
            )
            insort(self.log, (stamp, frame.replace("<", "\\u003c").replace("&", "\\u0026")))

    def _commit(self, operation: str, entry: Entry, at: Any) -> None:
        rkey = entry.id.rpartition("/")[2]
        commit = {"rev": f"3r{next(self._numbers):011d}", "operation": operation}
        commit |= {"collection": POST, "rkey": rkey}
        if operation != "delete":
            commit |= {"record": self.record(entry), "cid": f"bafyrei{rkey}"}
        self.emit({"did": did(entry.author), "kind": "commit", "commit": commit}, at)

    def record(self, entry: Entry) -> dict[str, Any]:
        record: dict[str, Any] = {"$type": POST, "createdAt": _iso(entry.at), "langs": ["en"]}
        if entry.reply_to:
            record["reply"] = {"parent": _ref(entry.reply_to), "root": _ref(self._root(entry))}
        return record | {"text": entry.text} | self.extras.get(entry.text, {})

    def _root(self, entry: Entry) -> str:
        while entry.reply_to in self.entries:
            entry = self.entries[entry.reply_to]
        return entry.reply_to or entry.id

    # What the hosts send.

    def due(self, after: int) -> list[tuple[int, str]]:
        """What is later than this and has happened by now, as far as it is kept."""
        with self._lock:
            now = _micros(self.now) + AT_ONCE_MAX
            oldest = _micros(self.now - self.keeps)
            start = bisect_right(self.log, (max(after, oldest), "\uffff"))
            return self.log[start : bisect_right(self.log, (now, "\uffff"))]

    # What the API answers.

    def answer(self, asked: Asked) -> Answer:
        if asked.path.endswith("/subscribe"):
            number = int(asked.path.split("/")[-2])
            return Answer(503) if number in self.down else Answer(101)
        method = {
            "/xrpc/com.atproto.identity.resolveHandle": self._resolve,
            "/xrpc/app.bsky.actor.getProfiles": self._profiles,
            "/xrpc/app.bsky.feed.getPosts": self._posts,
        }.get(asked.path)
        return method(asked) if method else Answer(501, {"error": "MethodNotImplemented"})

    def _resolve(self, asked: Asked) -> Answer:
        name = asked.one("handle").removesuffix(".bsky.social")
        known = {entry.author for entry in self.entries.values()} - set(self.gone_authors)
        if name not in known:
            body = {"error": "InvalidRequest", "message": "Unable to resolve handle"}
            return Answer(400, body)
        return Answer(body={"did": did(name)})

    def _profiles(self, asked: Asked) -> Answer:
        actors = asked.query.get("actors", [])
        if len(actors) > CALL_MAX:
            return Answer(400, {"error": "InvalidRequest", "message": "too many actors"})
        authors = {did(entry.author): entry.author for entry in self.entries.values()}
        here = [
            authors[one] for one in actors if authors.get(one) not in (None, *self.gone_authors)
        ]
        return Answer(body={"profiles": [_profile(one) for one in here]})

    def _posts(self, asked: Asked) -> Answer:
        uris = asked.query.get("uris", [])
        if len(uris) > CALL_MAX:
            return Answer(400, {"error": "InvalidRequest", "message": "too many uris"})
        entries = [
            self.entries.get(uri.removeprefix("at://").replace(f"/{POST}", "")) for uri in uris
        ]
        here = [one for one in entries if one is not None and self._is_here(one)]
        return Answer(body={"posts": [self._view(entry) for entry in here]})

    def _is_here(self, entry: Entry) -> bool:
        return (
            entry.at <= self.now and not entry.deleted_at and entry.author not in self.gone_authors
        )

    def _view(self, entry: Entry) -> dict[str, Any]:
        counts = {"likeCount": entry.likes, "repostCount": 0, "quoteCount": 0, "replyCount": 0}
        return {
            **_ref(entry.id),
            "author": _profile(entry.author),
            "record": self.record(entry),
            "indexedAt": _iso(entry.at),
        } | counts

    def source(self, *brands: Brand, **settings: Any) -> BlueskySource:
        self._served_at = self._served_at or self.url
        is_ours = self.url == self._served_at  # else a test answers for us
        streams = _streams() if is_ours else self.url.replace("http", "ws")
        chosen: dict[str, Any] = {
            "hosts": [f"{streams}/{self.key}/{number}" for number in (0, 1)],
            "api_url": self.url,
            "listen_seconds": 0,
            "quiet_seconds": 0.0,
            "first_hours": 24,
            "retention_hours": self.keeps.total_seconds() / 3_600,
            "silence_seconds_max": 0,
            "allow_private": True,
            "now": lambda: self.now,
        }
        return BlueskySource(brands=brands or (NORVIA,), **(chosen | settings))


_SITES: WeakValueDictionary[str, BlueskySite] = WeakValueDictionary()


def did(author: str) -> str:
    """The lasting name of an author."""
    digest = hashlib.sha256(author.encode()).digest()[:15]
    return f"did:plc:{base64.b32encode(digest).decode().lower()}"


def handle(author: str) -> str:
    return author if "." in author else f"{author}.bsky.social"


def _profile(author: str) -> dict[str, Any]:
    return {
        "did": did(author),
        "handle": handle(author),
        "displayName": author.title(),
        "followersCount": 10 * len(author),
        "verification": {"verifiedStatus": "none", "trustedVerifierStatus": "none"},
    }


def _ref(post_id: str) -> dict[str, str]:
    author, _, rkey = post_id.rpartition("/")
    return {"cid": f"bafyrei{rkey}", "uri": f"at://{author}/{POST}/{rkey}"}


def _micros(at: Any) -> int:
    return round(at.timestamp() * 1_000_000)


def _iso(at: Any) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


# The websocket server.


@cache
def _streams() -> str:
    """The address of the one server that speaks for the hosts of all stand-ins."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Upgrade)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"ws://127.0.0.1:{server.server_port}"


class _Upgrade(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    rbufsize = 0  # what follows the request is waited for at the socket

    def do_GET(self) -> None:
        self.close_connection = True
        parts = urlsplit(self.path)
        site = _SITES.get(parts.path.split("/")[1])
        if site is None:
            return
        headers = {key.lower(): value for key, value in self.headers.items()}
        asked = Asked(site.now, "GET", parts.path, parse_qs(parts.query), headers, b"")
        answer = site.respond(asked)
        if isinstance(answer, str):
            return
        if answer.status == 101:
            self._upgrade(headers["sec-websocket-key"])
            self._stream(site, asked)
            return
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        content = answer.content()
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _upgrade(self, key: str) -> None:
        self.send_response(101)
        self.send_header("Upgrade", "websocket")
        self.send_header("Connection", "Upgrade")
        self.send_header("Sec-WebSocket-Accept", accept(key))
        self.end_headers()

    def _stream(self, site: BlueskySite, asked: Asked) -> None:
        cursor = int(asked.one("cursor", "0")) or _micros(site.now)
        site.opened.append((int(asked.path.split("/")[-2]), cursor))
        site.streams[id(self)] = self.connection
        try:
            self._serve(site, cursor)
        except OSError:
            pass
        finally:
            site.streams.pop(id(self), None)

    def _serve(self, site: BlueskySite, after: int) -> None:
        is_cut = site.cuts > 0
        site.cuts -= is_cut
        while True:
            is_asked = bool(select.select([self.connection], [], [], 0.01)[0])
            control = self._control() if is_asked else (0, b"")
            if due := site.due(after):
                texts = (text.encode("utf-8", "replace") for _, text in due)
                frames = b"".join(map(framed, texts))
                if is_cut:
                    self.connection.sendall(frames[: len(frames) // 2])
                    return
                self.connection.sendall(frames)
                after = due[-1][0]
            if control[0] == 9:
                self.connection.sendall(framed(control[1], 10))
            if control[0] == 8:
                self.connection.sendall(framed(control[1], 8))
                return

    def _control(self) -> tuple[int, bytes]:
        """A frame of the client's: masked, and here always a short one."""
        head = self.rfile.read(6)
        if len(head) < 6:
            raise ConnectionError
        payload = self.rfile.read(head[1] & 0x7F)
        return head[0] & 0x0F, bytes(one ^ head[2 + n % 4] for n, one in enumerate(payload))

    def log_message(self, *_: object) -> None:
        pass


def accept(key: str) -> str:
    """The server's half of the handshake."""
    digest = hashlib.sha1(f"{key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11".encode()).digest()
    return base64.b64encode(digest).decode()


def framed(payload: bytes, kind: int = 1) -> bytes:
    """A frame as servers send it."""
    size = len(payload)
    head = bytes([0x80 | kind])
    if size < 126:
        return head + bytes([size]) + payload
    return head + (pack("!BH", 126, size) if size < 65_536 else pack("!BQ", 127, size)) + payload
