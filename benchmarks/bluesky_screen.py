"""Bluesky's stream on one core: 200,000 posts, 200 phrases, against a naive script and a copy.

    python benchmarks/bluesky_screen.py [--posts 200000] [--phrases 200] [--socket]

The messages are of our own making and of the shape that Jetstream sends: posts in eight
languages with facets, cards, images and replies, deletions, accounts that come and go. The
source's own path reads them as it does in a poll: screen, JSON, post, match, cursor; what it keeps
is matched once more, as the daemon does. The naive script reads every message as JSON and searches
every text for one compiled expression per phrase. The copy only moves the bytes. All are seconds
of this process on the processor, in one run, and what is found must be the same.

With ``--socket`` the source's path is also timed with a websocket on the loopback before it, from
a process of its own.
"""

import argparse
import base64
import hashlib
import io
import json
import multiprocessing
import random
import re
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from struct import pack
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from listener.clock import utc_now
from listener.match import Matcher
from listener.model import Brand
from sources.bluesky_parts import jetstream
from sources.bluesky_parts.cursor import State, load
from sources.bluesky_parts.harvest import MESSAGES_MAX, POSTS_MAX, Harvest
from sources.bluesky_parts.sieve import Sieve
from sources.bluesky_parts.websocket import Wire

BEGIN = datetime(2026, 11, 21, 12, tzinfo=UTC).timestamp()
NAMED_SHARE = 0.01
CHUNK_BYTES = 65_536

WORDS = {
    "en": "the a and to of in was it for on with that this my you they have not but so what all",
    "de": "und die der in zu den das nicht von sie ist des sich mit dem dass für auch über größer",
    "es": "el la de que y a en un ser se no haber por con su para como estar tener más año señal",
    "pt": "o a de que e do da em um para é com não uma os no se na por mais coração você está",
    "ja": "今日 は とても 楽しい 一日 でした また 明日 電車 が 遅れて いる ので 困った 猫 かわいい",
    "ko": "오늘 은 정말 좋은 하루 였어요 내일 다시 만나요 기차 가 늦어서 너무 힘들었다 고양이",
    "ru": "и в не на я быть он с что а по это она этот к но они мы весь который из у снова поздно",
    "ar": "في من على هذا إلى أن كان اليوم جدا جميل القطار تأخر مرة أخرى لا أعرف ماذا أفعل قطة",
}
SHARES = {"en": 50, "ja": 16, "pt": 10, "de": 6, "es": 6, "ko": 4, "ru": 4, "ar": 4}
EMOJI = ("😀", "😂", "🙄", "❤️", "👍🏽", "🔥", "🤷‍♀️", "✈️", "🇫🇮", "😡")
SYLLABLES = [c + v for c in "bdfgklmnprstvz" for v in "aeiou"]
TID = "234567abcdefghijklmnopqrstuvwxyz"

Pairs = set[tuple[str, str]]
"""A post's id, and the phrase found in it."""


def phrases(count: int) -> list[str]:
    """Invented names, every fourth of two words."""
    chance = random.Random(11)
    found: dict[str, None] = {}
    while len(found) < count:
        name = "".join(chance.choices(SYLLABLES, k=4)).capitalize() + "x"
        if len(found) % 4 == 0:
            name += " " + "".join(chance.choices(SYLLABLES, k=3)).capitalize() + "q"
        found[name] = None
    return list(found)


class Writer:
    """Messages from one seed."""

    def __init__(self, names: Sequence[str], seed: int = 12) -> None:
        self._chance = random.Random(seed)
        self._names = names
        self._words = {code: words.split() for code, words in WORDS.items()}
        self._at = int(BEGIN * 1_000_000)

    def messages(self, posts: int) -> Iterator[bytes]:
        """So many posts, and a deletion, account or identity event after every fourth."""
        for number in range(posts):
            yield self._message(kind="commit", commit=self._commit("create", self._record()))
            if number % 4 == 0:
                yield self._other()

    def _message(self, **rest: Any) -> bytes:
        self._at += self._chance.randrange(1_000, 40_000)
        message = {"did": self._did(), "time_us": self._at} | rest
        line = json.dumps(message, ensure_ascii=False, separators=(",", ":"))
        return line.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026").encode()

    def _other(self) -> bytes:
        roll = self._chance.random()
        if roll < 0.9:
            return self._message(kind="commit", commit=self._commit("delete"))
        told = {"did": self._did(), "seq": self._chance.randrange(10**10)}
        if roll < 0.95:
            return self._message(kind="identity", identity=told)
        told |= {"active": False, "status": self._chance.choice(("deleted", "deactivated"))}
        return self._message(kind="account", account=told)

    def _commit(self, operation: str, record: dict[str, Any] | None = None) -> dict[str, Any]:
        commit = {"rev": self._tid(), "operation": operation, "collection": "app.bsky.feed.post"}
        commit["rkey"] = self._tid()
        return commit | {"record": record, "cid": self._cid()} if record else commit

    def _record(self) -> dict[str, Any]:
        chance = self._chance
        code = chance.choices(list(SHARES), list(SHARES.values()))[0]
        record = {"$type": "app.bsky.feed.post", "createdAt": self._date()}
        record |= self._embed() | {"langs": [code]}
        if chance.random() < 0.45:
            record["reply"] = {"parent": self._ref(), "root": self._ref()}
        return record | {"text": self._text(code)}

    def _text(self, code: str) -> str:
        chance = self._chance
        words = chance.choices(self._words[code], k=chance.randint(3, 45))
        if chance.random() < NAMED_SHARE:
            name = chance.choice(self._names)
            words[chance.randrange(len(words))] = chance.choice((name, name.lower(), name.upper()))
        if chance.random() < 0.3:
            words.append(chance.choice(EMOJI))
        if chance.random() < 0.25:
            words.insert(len(words) // 2, '\n\n"<3"')
        return " ".join(words)

    def _embed(self) -> dict[str, Any]:
        roll = self._chance.random()
        address = f"https://www.example.net/{self._tid()}?a=1&b=2"
        if roll < 0.12:
            title = " ".join(self._chance.choices(self._words["en"], k=8))
            card = {"description": "", "title": title, "uri": address}
            return {"embed": {"$type": "app.bsky.embed.external", "external": card}} | {
                "facets": [_facet("link", uri=address)]
            }
        if roll < 0.3:
            blob = {"$type": "blob", "ref": {"$link": self._cid()}, "mimeType": "image/jpeg"}
            images = [{"alt": "", "aspectRatio": {"height": 889, "width": 889}, "image": blob}]
            return {"embed": {"$type": "app.bsky.embed.images", "images": images}}
        if roll < 0.4:
            return {"facets": [_facet("tag", tag="sunday"), _facet("mention", did=self._did())]}
        return {}

    def _ref(self) -> dict[str, str]:
        uri = f"at://{self._did()}/app.bsky.feed.post/{self._tid()}"
        return {"cid": self._cid(), "uri": uri}

    def _date(self) -> str:
        at = datetime.fromtimestamp(self._at // 1_000_000, UTC)
        return f"{at:%Y-%m-%dT%H:%M:%S}.{self._chance.randrange(1000):03d}Z"

    def _tid(self) -> str:
        return "3m" + "".join(self._chance.choices(TID, k=11))

    def _cid(self) -> str:
        return "bafyrei" + "".join(self._chance.choices(TID, k=52))

    def _did(self) -> str:
        return "did:plc:" + "".join(self._chance.choices(TID, k=24))


def _facet(kind: str, **feature: str) -> dict[str, Any]:
    features = [{"$type": f"app.bsky.richtext.facet#{kind}"} | feature]
    return {"features": features, "index": {"byteEnd": 20, "byteStart": 0}}


class Ours:
    """The source's path, poll by poll, and the match of the daemon after it."""

    def __init__(self, names: Sequence[str]) -> None:
        brands = tuple(Brand(name, names=(name,), loose=False) for name in names)
        self._sieve, self._matcher = Sieve(brands, {}), Matcher(brands)

    def found(self, chunks: Iterable[list[bytes]]) -> Pairs:
        """What is found in them."""
        pairs: Pairs = set()
        harvest = self._harvest(State("jetstream", at=BEGIN))
        for chunk in chunks:
            harvest.add(jetstream.reading(chunk, self._sieve), BEGIN + 86_400)
            if harvest.count >= MESSAGES_MAX or len(harvest.posts) >= POSTS_MAX:
                pairs |= self._matched(harvest)
                harvest = self._harvest(load(harvest.state.dumped(), "jetstream"))
        return pairs | self._matched(harvest)

    def _harvest(self, state: State | None) -> Harvest:
        assert state is not None
        return Harvest(state, self._sieve, 60.0, 0.0)

    def _matched(self, harvest: Harvest) -> Pairs:
        assert not harvest.rejects
        return {
            (post.native_id, mention.brand)
            for post in harvest.posts.values()
            for mention in self._matcher.match(post)
        }


def by_expressions(names: Sequence[str], messages: Sequence[bytes]) -> Pairs:
    """Every message as JSON, then one expression per phrase."""
    compiled = [(name, re.compile(rf"\b{re.escape(name)}\b", re.IGNORECASE)) for name in names]
    pairs: Pairs = set()
    for message in messages:
        event = json.loads(message)
        record = event.get("commit", {}).get("record")
        if record is None:
            continue
        post_id = f"{event['did']}/{event['commit']['rkey']}"
        pairs.update((post_id, name) for name, one in compiled if one.search(record["text"]))
    return pairs


def copied(messages: Sequence[bytes]) -> int:
    """The bytes, moved and nothing else."""
    sink = io.BytesIO()
    for message in messages:
        sink.write(message)
    return sink.tell()


def chunked(messages: Sequence[bytes]) -> list[list[bytes]]:
    """As they come out of a socket: as many as one read holds."""
    chunks: list[list[bytes]] = [[]]
    size = 0
    for message in messages:
        chunks[-1].append(message)
        size += len(message)
        if size >= CHUNK_BYTES:
            chunks.append([])
            size = 0
    return chunks


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds of this process on the processor, and what the work gave."""
    started = time.process_time()
    answer = work()
    return time.process_time() - started, answer


def serve(door: socket.socket, messages: Sequence[bytes]) -> None:
    """One websocket client: shake hands, send everything, answer its ping, hang up."""
    client, _ = door.accept()
    asked = b""
    while b"\r\n\r\n" not in asked:
        asked += client.recv(4096)
    key = re.search(rb"(?i)sec-websocket-key: *(\S+)", asked)
    assert key is not None
    digest = hashlib.sha1(key[1] + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest()
    client.sendall(
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: " + base64.b64encode(digest) + b"\r\n\r\n"
    )
    for start in range(0, len(messages), 500):
        client.sendall(b"".join(map(_framed, messages[start : start + 500])))
    client.sendall(b"\x8a\x00")  # a pong: there is no more
    while client.recv(4096):
        pass


def _framed(message: bytes) -> bytes:
    size = len(message)
    if size < 126:
        return pack("!BB", 0x81, size) + message
    return pack("!BBH", 0x81, 126, size) + message


def through_socket(ours: Ours, messages: Sequence[bytes]) -> Pairs:
    """The source's path with its websocket before it."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        server = multiprocessing.get_context("fork").Process(target=serve, args=(door, messages))
        server.start()
        wire = Wire(now=utc_now, allow_private=True, quiet_seconds=0.0)
        url = f"ws://127.0.0.1:{door.getsockname()[1]}/subscribe"
        chunks = (chunk.messages for chunk in wire.chunks(url, threading.Event()))
        pairs = ours.found(chunks)
        server.join()
    return pairs


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--posts", type=int, default=200_000)
    parser.add_argument("--phrases", type=int, default=200)
    parser.add_argument("--socket", action="store_true")
    chosen = parser.parse_args()
    names = phrases(chosen.phrases)
    messages = list(Writer(names).messages(chosen.posts))
    size = sum(map(len, messages))
    print(
        f"{chosen.posts} posts, {len(messages)} messages, {size / 1e6:.0f} MB, {len(names)} phrases"
    )
    ours = Ours(names)

    def measured(what: str, work: Callable[[], Any]) -> tuple[float, Any]:
        took, answer = timed(work)
        print(f"{what:32}{took:8.2f} s {len(messages) / took:12,.0f} messages/s", flush=True)
        return took, answer

    copy, _ = measured("copying the bytes", lambda: copied(messages))
    source, found = measured("the source", lambda: ours.found(chunked(messages)))
    if chosen.socket:
        over = partial(through_socket, ours, messages)
        _, heard = measured("the source, with its websocket", over)
        found = found if heard == found else set()
    naive, expected = measured("naive script", lambda: by_expressions(names, messages))
    if found != expected:
        sys.exit(f"not the same was found: {len(found)} here, {len(expected)} by expressions")
    print(f"found by all: the same {len(found)} pairs of a post and a phrase")
    print(f"naive / source: {naive / source:.1f}   source / copy: {source / copy:.1f}")


if __name__ == "__main__":
    main()
