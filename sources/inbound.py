"""Whatever pushes: any system posts what was said to us, signed, one item or a batch.

Calls, chats and mails of other tools come with their own times and outcomes, and so are counted
in the same terms as a post. An item is on the disk before it is answered, and its sender's id
makes sending it again harmless.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from math import ceil
from typing import Annotated, Any

from listener.clock import utc_now
from listener.model import Batch, Fault, Spent
from listener.ports import Arrival, Call, Received, Secret
from listener.text import shown
from sources.common import fields
from sources.inbound_parts.items import FIELDS, Item, item_of, refuse_ahead
from sources.inbound_parts.pace import Bucket
from sources.inbound_parts.signature import sent_at, wrong_with

SECRET_CHARS_MIN = 16
ITEMS_MAX = 1_000
BODY_BYTES_MAX = 5_000_000
REFUSED_TOLD_MAX = 100
PASSED_OVER_TOLD_MAX = 20

_JSON = "application/json"


@dataclass(frozen=True, slots=True)
class _Read:
    """A push as it was read: what to keep, and why which of the rest can't be."""

    arrivals: tuple[Arrival, ...]
    refused: tuple[dict[str, Any], ...]
    count: int
    passed_over: tuple[str, ...] = ()


@dataclass
class InboundSource:
    """Takes what others push to ``/sources/NAME``; ``docs/inbound.schema.json`` is its form.

    It asks nobody: polling only notes that the listener ran, and could have been pushed to.
    """

    secret: Annotated[Secret, "What both sides know; whoever pushes signs with it."]
    secret_before: Annotated[
        Secret | None, "The one before it, while senders change over; both are good."
    ] = None
    site: Annotated[
        str, "Where an item happened that does not say so; empty: the table's name."
    ] = ""
    items_per_minute: Annotated[int, "How many items are taken in a minute."] = 6_000
    links_accounts: Annotated[
        bool, "Whether 'author.accounts' is believed: accounts it names become one person's."
    ] = False
    source_name: str = "inbound"
    now: Callable[[], datetime] = utc_now
    body_bytes_max: int = BODY_BYTES_MAX
    _bucket: Bucket = field(init=False, repr=False)

    def __post_init__(self) -> None:
        for secret in filter(None, (self.secret, self.secret_before)):
            if len(secret.reveal()) < SECRET_CHARS_MIN:
                msg = f"the secret is too short: at least {SECRET_CHARS_MIN} characters"
                raise ValueError(msg)
        if self.items_per_minute < 1:
            raise ValueError(f"items_per_minute is {self.items_per_minute}: it must be 1 or more")
        self.site = (self.site.strip() or self.source_name).lower()
        self._bucket = Bucket(self.items_per_minute)

    def poll(self, cursor: str | None) -> Batch:
        """Nothing, and that nothing was missed: what is pushed comes another way."""
        return Batch(cursor=cursor, complete=True)

    def receive(self, call: Call) -> Received:
        """Check who calls, what it is and how fast it comes. A GET is told how to push."""
        if call.method == "GET":
            return _answer(200, {"push": "POST items here, signed", "form": "inbound.schema.json"})
        if wrong := wrong_with(call, self._secrets()):
            return _answer(401, {"error": wrong})
        try:
            read = self._read(call)
        except ValueError as error:
            return _answer(400, {"error": str(error)})
        wait = self._bucket.wait_seconds(read.count, call.at)
        if wait > 0:
            most = f"at most {self.items_per_minute} items a minute are taken"
            return _answer(429, {"error": most}, {"Retry-After": str(ceil(wait))})
        told = {"accepted": len(read.arrivals), "refused": read.refused[:REFUSED_TOLD_MAX]}
        told["refused_count"] = len(read.refused)
        told |= {"passed_over": list(read.passed_over)} if read.passed_over else {}
        return _answer(202 if read.arrivals else 400, told, arrivals=read.arrivals)

    def take(self, arrivals: Sequence[Arrival], allowance: Spent) -> Batch:  # noqa: ARG002
        """The items as posts: of each the newest word. It spends nothing."""
        latest: dict[str, Item] = {}
        rejects: list[Fault] = []
        for arrival in arrivals:
            try:
                item = self._item(arrival)
            except (ValueError, RecursionError) as error:
                rejects.append(Fault(arrival.key, str(error)))
                continue
            latest[item.post.id] = item
        linked = [item.accounts for item in latest.values() if item.accounts]
        return Batch(
            posts=tuple(item.post for item in latest.values() if not item.gone),
            deleted=tuple(post_id for post_id, item in latest.items() if item.gone),
            rejects=tuple(rejects),
            linked=tuple(linked) if self.links_accounts else (),
        )

    def _item(self, arrival: Arrival) -> Item:
        """The item; one that doesn't say when was said when it came."""
        item = item_of(fields.parsed(arrival.body), self.site)
        said_at = item.post.published_at or arrival.at
        return replace(item, post=replace(item.post, published_at=said_at))

    def _secrets(self) -> list[str]:
        return [one.reveal() for one in (self.secret, self.secret_before) if one]

    def _read(self, call: Call) -> _Read:
        """The items in a call. Raises ValueError where it is no JSON, or too many of them."""
        values = _items_in(call.body)
        arrivals: dict[str, Arrival] = {}
        refused: list[dict[str, Any]] = []
        for place, value in enumerate(values):
            try:
                item = item_of(value, self.site)
                refuse_ahead(item.post, call.at)
                arrival = _arrival(value, item, sent_at(call))
            except (ValueError, RecursionError) as error:
                refused.append({"item": place, "error": str(error)})
            else:
                arrivals.pop(arrival.key, None)  # said twice: it counts where it was said last
                arrivals[arrival.key] = arrival
        unknown = {name for value in values if isinstance(value, dict) for name in value} - FIELDS
        told = sorted(shown(name, 60) for name in unknown)[:PASSED_OVER_TOLD_MAX]
        return _Read(tuple(arrivals.values()), tuple(refused), len(values), tuple(told))


def _items_in(body: bytes) -> list[Any]:
    try:
        value = fields.parsed(body)
    except (ValueError, RecursionError):
        raise ValueError("the body is no JSON: send an item, or a list of items") from None
    values = value if isinstance(value, list) else [value]
    if not values:
        raise ValueError("the list is empty")
    if len(values) > ITEMS_MAX:
        raise ValueError(f"{len(values)} items at once: at most {ITEMS_MAX} are taken")
    return values


def _arrival(value: Any, item: Item, signed_at: datetime) -> Arrival:
    """What is kept; the same item again has the same key, a changed one another."""
    try:
        body = json.dumps(value, ensure_ascii=False, sort_keys=True, allow_nan=False).encode()
    except UnicodeEncodeError:  # half of an emoji: said so, which no text can
        body = json.dumps(value, sort_keys=True).encode()
    digest = hashlib.blake2b(body, digest_size=12).hexdigest()
    return Arrival(f"{item.post.id}#{digest}", body, about=item.post.id, sent_at=signed_at)


def _answer(
    status: int,
    told: dict[str, Any],
    headers: dict[str, str] | None = None,
    *,
    arrivals: tuple[Arrival, ...] = (),
) -> Received:
    body = json.dumps(told, ensure_ascii=False).encode("utf-8", "replace")
    return Received(arrivals, status, body, _JSON, headers or {})
