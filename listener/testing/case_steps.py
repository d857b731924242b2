"""Short steps for tests of cases: mentions that want one, acts, and what the channels are told."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from listener.cases import Act, ActKind
from listener.model import Author, Case, Priority, Tag
from listener.rules import CaseOrder, Order
from listener.store.port import SendTurn, Store, Tagged
from listener.testing.fakes import NOON, a_post
from listener.testing.store_steps import LEASE, claim, delivered, poll

SERVICE = CaseOrder("service")
DAY = timedelta(days=1)


def an_order(mention_key: str, now: datetime = NOON, **fields: object) -> Order:
    """An order of a case for the channel ``desk``, which follows it."""
    plain: dict[str, object] = {
        "rule": "urgent",
        "channel": "desk",
        "mention_key": mention_key,
        "group": mention_key,
        "due_at": now,
        "priority": 80,
        "day_start": now.replace(hour=0, minute=0),
        "day_end": now.replace(hour=0, minute=0) + DAY,
        "rest_at": now.replace(hour=0, minute=0) + DAY,
        "case": SERVICE,
        "follows": True,
    }
    return Order(**(plain | fields))  # type: ignore[arg-type]


def come(
    store: Store,
    *ids: str,
    by: str = "",
    author: Author | None = None,
    text: str = "Norvia is late again",
    story: str = "",
    now: datetime = NOON,
    channels: Sequence[str] = ("desk",),
    published_at: datetime | None = None,
    **order: object,
) -> None:
    """These posts come, each by its own author unless one is named, and want a case."""
    posts = [
        a_post(
            one,
            text,
            author=author or Author(by or f"author{one}"),
            published_at=published_at or now,
        )
        for one in ids
    ]
    poll(store, posts, now=now)
    for turn in claim(store, now):
        urgent = (Tag("urgency", "high", 0.9, ("says so",), "t/1"),)
        mention = replace(turn.mention, tags=urgent, priority=Priority(80, ("because",)))
        orders = [an_order(mention.key, now, channel=name, **order) for name in channels]
        tagged = Tagged(mention, turn.token, orders, story=story or mention.post.id)
        assert store.save_tags([tagged], now) == 1


def the_case(store: Store) -> Case:
    """The only one there is, whatever its state."""
    (case,) = store.cases.find(states=("new", "claimed", "answered", "closed"))
    return case


def an_act(kind: ActKind, key: str = "", now: datetime = NOON, **fields: object) -> Act:
    """Something that Anna does in Slack."""
    act = Act(key or f"{kind}:{now:%H%M%S}", kind, "anna", "slack", now)
    return replace(act, **fields)  # type: ignore[arg-type]


def due(store: Store, now: datetime = NOON, channel: str = "desk") -> list[SendTurn]:
    """What the channel must be told now."""
    return store.claim_alerts(channel, now, LEASE, 1_000)


def deliver(store: Store, now: datetime = NOON, channel: str = "desk") -> list[SendTurn]:
    """Tell the channel all that is due, with a receipt for each thread."""
    told: list[SendTurn] = []
    while turns := due(store, now, channel):
        told += turns
        settled = [
            replace(
                delivered(turn), at=now, receipt=turn.alert.receipt or f"ticket {turn.alert.key}"
            )
            for turn in turns
        ]
        assert store.settle_alerts(settled) == len(turns)
    return told
