"""The firehose: posts out of CBOR and CAR, as a relay or a server of one's own sends them."""

import hashlib
import importlib.util
import random
from typing import Any

import pytest

from listener.ports import Reject
from sources.bluesky import BlueskySource
from sources.bluesky_parts import firehose
from sources.bluesky_parts.cursor import State
from sources.bluesky_parts.events import Reading, post_of
from sources.bluesky_parts.harvest import Harvest
from sources.bluesky_parts.sieve import Sieve
from tests.sources.standins.serving import NOON, NORVIA

HAS_LIBIPLD = importlib.util.find_spec("libipld") is not None
needs_libipld = pytest.mark.skipif(not HAS_LIBIPLD, reason="libipld is not installed")
DID = "did:plc:7xxegdkaxvl552wbq3gzpead"


def cbor(value: Any) -> bytes:
    import libipld

    encoded: bytes = libipld.encode_dag_cbor(value)
    return encoded


def sized(data: bytes) -> bytes:
    """The data behind its length, as a CAR has it."""
    size, varint = len(data), b""
    while size >= 128:
        varint += bytes([size & 127 | 128])
        size >>= 7
    return varint + bytes([size]) + data


def message(kind: str, **body: Any) -> bytes:
    told = {"seq": 7, "time": "2026-11-21T12:00:00.000Z"} | body
    return cbor({"op": 1, "t": kind}) + cbor(told)


def commit(action: str, text: str = "", path: str = "app.bsky.feed.post/3m1", **rest: Any) -> bytes:
    block = cbor({"$type": "app.bsky.feed.post", "createdAt": "2026-11-21T11:59:00Z", "text": text})
    cid = b"\x01\x71\x12\x20" + hashlib.sha256(block).digest()
    # The encoder makes no links: the tag and the CID are put in by hand.
    link = b"\xd8\x2a\x58\x25\x00" + cid
    head = cbor({"version": 1, "roots": ["LINK"]}).replace(b"\x64LINK", link)
    ops = [{"action": action, "path": path, "cid": "LINK" if text else None}]
    blocks = sized(head) + sized(cid + block)
    body = {"repo": DID, "rev": "3m", "ops": ops, "blocks": blocks} | rest
    return message("#commit", **body).replace(b"\x64LINK", link)


def reading(*messages: bytes) -> Reading:
    return firehose.reading(messages, Sieve((NORVIA,), {}))


@needs_libipld
def test_posts_edits_deletions_and_accounts_come() -> None:
    read = reading(
        commit("create", "Norvia lost my bag 😡"),
        commit("create", "nothing of interest"),
        commit("update", "I take it back", seq=8),
        commit("delete", seq=9),
        commit("create", "Norvia", "app.bsky.feed.like/3m1"),
        message("#account", did=DID, active=False, status="takendown", seq=10),
        message("#account", did=DID, active=True),
        message("#identity", did=DID),
    )
    assert [event.kind for event in read.events] == ["create", "update", "delete", "gone"]
    assert [post_of(event, {}).text for event in read.events[:2]] == [
        "Norvia lost my bag 😡",
        "I take it back",
    ]
    assert read.position == 10
    assert not read.rejects
    assert {event.did for event in read.events} == {DID}


@needs_libipld
def test_what_the_host_no_longer_has_is_a_gap() -> None:
    info = cbor({"op": 1, "t": "#info"}) + cbor({"name": "OutdatedCursor"})
    since = NOON.timestamp() - 9_000
    harvest = Harvest(State("x", 3, since), Sieve((NORVIA,), {}), 0.0, 0.0)
    harvest.add(reading(info, commit("create", "Norvia again")), NOON.timestamp())
    (gap,) = harvest.gaps
    assert (gap.since.timestamp(), gap.until) == (since, NOON)
    assert len(harvest.posts) == 1


@needs_libipld
def test_a_cursor_from_the_future_starts_anew() -> None:
    error = cbor({"op": -1}) + cbor({"error": "FutureCursor", "message": "in the future"})
    harvest = Harvest(State("x", 900, NOON.timestamp() - 60), Sieve((NORVIA,), {}), 0.0, 0.0)
    harvest.add(reading(error), NOON.timestamp())
    assert harvest.state.position == 0
    assert harvest.gaps


@needs_libipld
def test_damaged_messages_cost_themselves() -> None:
    chance = random.Random(3)
    good = [commit("create", "Norvia"), commit("delete"), message("#account", did=DID, active=1)]
    for _ in range(500):
        data = bytearray(chance.choice(good))
        for _ in range(chance.choice((1, 2, 8))):
            at = chance.randrange(len(data))
            data[at : at + chance.choice((0, 1, 5))] = bytes(chance.choices(range(256), k=2))
        read = reading(bytes(data), good[0])
        assert "Norvia" in [post_of(event, {}).text for event in read.events if event.record]


@pytest.mark.skipif(HAS_LIBIPLD, reason="libipld is installed")
def test_without_the_package_it_says_what_to_install() -> None:
    source = BlueskySource("firehose", ["ws://127.0.0.1:9"], brands=(NORVIA,))
    with pytest.raises(Reject, match="pip install libipld"):
        source.poll(None)
