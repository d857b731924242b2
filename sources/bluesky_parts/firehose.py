"""The firehose of a relay or of one's own server: CBOR and CAR over a websocket, in sequence.

Reference: the lexicon ``com.atproto.sync.subscribeRepos`` and the event stream encoding of the
AT Protocol. Needs the package ``libipld``, which reads both formats.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from importlib import import_module
from math import inf
from typing import Any
from urllib.parse import urlencode

from listener.model import Fault
from listener.ports import Reject
from sources.bluesky_parts.events import (
    DID,
    GONE,
    POSTS,
    RKEY,
    Event,
    Reading,
    as_json,
    believed,
    known,
)
from sources.bluesky_parts.sieve import Sieve
from sources.common import fields
from sources.common.fields import Json

_OPS_MAX = 200  # the protocol's own limit of one commit
_LOST = {"OutdatedCursor", "FutureCursor"}


def url(host: str, position: int | None) -> str:
    """Where to listen from after ``position`` on; 0: from the oldest that is kept, None: now."""
    query = "" if position is None else "?" + urlencode({"cursor": position})
    return f"{host.rstrip('/')}/xrpc/com.atproto.sync.subscribeRepos{query}"


def check() -> None:
    """Raises Reject where the package is missing."""
    try:
        _libipld()
    except ImportError:
        raise Reject('mode = "firehose" needs the package libipld: pip install libipld') from None


def _libipld() -> Any:
    return import_module("libipld")


def reading(messages: Sequence[bytes], sieve: Sieve, now: float = inf) -> Reading:
    """The events that matter in these messages, read at ``now``."""
    found = Reading(count=len(messages))
    position, lost = 0, False
    for message in messages:
        try:
            head, body = _decoded(message)
            position = max(position, fields.count(body, "seq"))
            at = fields.moment(body, "time")
            found.times.extend([at.timestamp()] if at else [])
            found.events.extend(_events(head, body, sieve))
            lost = lost or fields.text(body, "name") in _LOST or fields.text(body, "error") in _LOST
        except (ValueError, OverflowError, RecursionError) as error:
            found.rejects.append(Fault("a message of the stream", str(error)[:200]))
    return believed(replace(found, position=position, lost=lost), now)


def _decoded(message: bytes) -> tuple[Json, Json]:
    parts = _libipld().decode_dag_cbor_multi(message)
    if len(parts) != 2:
        raise ValueError("it is not a header and a body")
    return as_json(parts[0]), as_json(parts[1])


def _events(head: Json, body: Json, sieve: Sieve) -> Iterator[Event]:
    at = fields.moment(body, "time")
    if at is None:
        return
    if head.get("t") == "#account":
        is_gone = fields.truth(body, "active") is False
        if is_gone and fields.text(body, "status") in GONE:
            yield Event("gone", known(DID, body.get("did")), at.timestamp())
    elif head.get("t") == "#commit":
        yield from _commit(body, at.timestamp(), sieve)


def _commit(body: Json, at: float, sieve: Sieve) -> Iterator[Event]:
    did, rev = known(DID, body.get("repo")), fields.name(body, "rev")
    ops = [op for op in fields.items(body, "ops") if _rkey(op)][:_OPS_MAX]
    blocks: dict[bytes, Any] | None = None
    for op in ops:
        action = op.get("action")
        if action == "delete":
            yield Event("delete", did, at, _rkey(op), rev)
        elif action == "update" or (action == "create" and _matters(body, did, sieve)):
            blocks = _blocks(body) if blocks is None else blocks
            record = as_json(blocks.get(op["cid"]) if isinstance(op.get("cid"), bytes) else None)
            yield Event(action, did, at, _rkey(op), rev, record)


def _rkey(op: Json) -> str:
    collection, _, rkey = fields.text(op, "path").partition("/")
    return rkey if collection == POSTS and RKEY.fullmatch(rkey) else ""


def _matters(body: Json, did: str, sieve: Sieve) -> bool:
    """Texts stand in the blocks as they are; what is around them reads as noise."""
    blocks = body.get("blocks")
    raw = blocks.decode("utf-8", "replace") if isinstance(blocks, bytes) else ""
    text = raw.replace("\0", " ").replace("\\", " ")
    return did in sieve.handles or bool(sieve.naming([raw]) or sieve.telling([text]))


def _blocks(body: Json) -> dict[bytes, Any]:
    blocks = body.get("blocks")
    if not isinstance(blocks, bytes):
        return {}
    read: dict[bytes, Any] = _libipld().decode_car(blocks)[1]
    return read
