"""Short steps for tests of a store: a poll, a tagging, a delivery."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from listener.model import Mention, Post, Priority, Tag
from listener.rules import Rule, orders
from listener.store.port import (
    Polled,
    Saved,
    SendTurn,
    Settled,
    SourcePlan,
    SourceTurn,
    Store,
    Tagged,
    TagTurn,
)
from listener.testing.fakes import NOON, a_mention

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
LEASE = 60.0
EACH = Rule("each", ("desk",))
BURST = Rule("burst", ("desk",), group_seconds=60)


def poll(
    store: Store,
    posts: list[Post],
    *,
    mentions: list[Mention] | None = None,
    now: datetime = NOON,
    **fields: object,
) -> Saved:
    """One whole turn of the source ``fake``: every post mentions norvia unless told otherwise."""
    store.plan_sources([SourcePlan("fake", 60)], now, all_due=True)
    return store.save_poll(turn_at(store, now), polled(posts, mentions=mentions, now=now, **fields))


def polled(
    posts: list[Post],
    *,
    mentions: list[Mention] | None = None,
    now: datetime = NOON,
    **fields: object,
) -> Polled:
    """What a poll brought."""
    if mentions is None:
        mentions = [a_mention(post=post) for post in posts]
    plain: dict[str, object] = {"cursor": None, "seen_at": now, "due_at": now + MINUTE}
    return Polled(posts, mentions, **(plain | fields))  # type: ignore[arg-type]


def turn_at(store: Store, now: datetime) -> SourceTurn:
    """The turn of the one source."""
    (turn,) = store.claim_sources(now, LEASE, 1)
    return turn


def claim(store: Store, now: datetime) -> list[TagTurn]:
    """Everything that wants tagging."""
    return store.claim_mentions(now, LEASE, 10_000)


def tag_all(
    store: Store,
    rules: list[Rule] | None = None,
    now: datetime = NOON,
    priorities: list[int] | None = None,
) -> None:
    """Tag what waits as urgent, and order what the rules say."""
    for at, turn in enumerate(claim(store, now)):
        priority = Priority(priorities[at] if priorities else 80, ("because",))
        urgent = (Tag("urgency", "high", 0.9, ("says so",), "t/1"),)
        mention = replace(turn.mention, tags=urgent, priority=priority)
        told = orders(rules or [], mention, now, UTC)
        assert store.save_tags([Tagged(mention, turn.token, told)], now) == 1


def due(store: Store, now: datetime = NOON) -> list[SendTurn]:
    """What the desk must be told now."""
    return store.claim_alerts("desk", now, LEASE, 100)


def settle(store: Store, turn: SendTurn, receipt: str | None = None) -> None:
    """Deliver it."""
    assert store.settle_alerts([replace(delivered(turn), receipt=receipt)]) == 1


def delivered(turn: SendTurn) -> Settled:
    """It arrived."""
    return Settled(turn.alert.key, turn.token, "delivered", NOON)


def retry(turn: SendTurn, next_at: datetime) -> Settled:
    """It did not, this time."""
    return Settled(turn.alert.key, turn.token, "retry", NOON, reason="try later", next_at=next_at)
