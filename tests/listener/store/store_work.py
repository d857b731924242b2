"""The store's day in small: every verb that writes, over and over, in a random order.

The generators yield each time a verb has returned: what it did was acknowledged by then.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random

from listener.model import Fault, Post, Priority, Tag
from listener.rules import Rule, orders
from listener.store.port import Polled, SendTurn, Settled, SourcePlan, SourceTurn, Tagged, TagTurn
from listener.store.sqlite import SqliteStore
from listener.testing import a_mention, a_post
from listener.watch import Alarm

LEASE_SECONDS = 60.0
MINUTE = timedelta(minutes=1)
RULES = (Rule("each", ("desk",)), Rule("burst", ("desk",), group_seconds=120))

Step = Callable[[SqliteStore, Random, datetime], Iterator[None]]


def work(store: SqliteStore, random: Random, start: datetime) -> Iterator[None]:
    """Work without end, a step a minute."""
    store.migrate()
    yield
    for minutes in count():
        (step,) = random.choices((poll, tag, send, watch, restart), (6, 5, 5, 2, 1))
        yield from step(store, random, start + minutes * MINUTE)


def poll(store: SqliteStore, random: Random, now: datetime) -> Iterator[None]:
    store.plan_sources([SourcePlan("fake", 60)], now, all_due=True)
    yield
    turns = store.claim_sources(now, LEASE_SECONDS, 1)
    yield
    for turn in turns:
        if random.random() < 0.1:
            store.fail_poll(turn, "no answer", now)
        else:
            store.save_poll(turn, brought(turn, random, now))
        yield


def tag(store: SqliteStore, random: Random, now: datetime) -> Iterator[None]:
    turns = store.claim_mentions(now, LEASE_SECONDS, random.randint(1, 20))
    yield
    store.save_tags([_tagged(turn, random, now) for turn in turns], now)
    yield


def send(store: SqliteStore, random: Random, now: datetime) -> Iterator[None]:
    turns = store.claim_alerts("desk", now, LEASE_SECONDS, random.randint(1, 10))
    yield
    store.settle_alerts([_settled(turn, random, now) for turn in turns])
    yield


def watch(store: SqliteStore, random: Random, now: datetime) -> Iterator[None]:
    raised = Alarm("down", "fake", "Source fake failed", kind=random.choice(("source", "clear")))
    store.save_alarm(raised, ["desk"], now, now)
    yield
    store.beat("watch tool", now)
    yield
    store.release(["tool"])
    yield


def restart(store: SqliteStore, random: Random, now: datetime) -> Iterator[None]:
    """Closing moves what is in the log into the database, and deletes the log."""
    store.close()
    store.beat("back", now)
    yield


def brought(turn: SourceTurn, random: Random, now: datetime) -> Polled:
    """New posts, numbered on from the cursor, which counts them; and an old one edited or gone."""
    first = int(turn.cursor or 0)
    new = range(first, first + random.randint(0, 8))
    old = random.sample(range(first), min(first, random.randint(0, 2)))
    posts = [_post(number, random, now) for number in (*new, *old[:1])]
    return Polled(
        posts=posts,
        mentions=[a_mention(post=post) for post in posts],
        cursor=str(new.stop),
        seen_at=now,
        due_at=now + MINUTE,
        deleted=[f"fake:{number}" for number in old[1:]],
        faults=[Fault("https://a.example", "404")] * random.randint(0, 1),
        rejects=[Fault("line 7", "no post")] * random.randint(0, 3),
    )


def _post(number: int, random: Random, now: datetime) -> Post:
    chars = random.choice((0, 20, 200, 9_000))
    text = f"Norvia {random.randbytes(chars // 2).hex()}"
    return a_post(str(number), text, published_at=now)


def _tagged(turn: TagTurn, random: Random, now: datetime) -> Tagged:
    tags = (Tag("urgency", random.choice(("low", "high")), 0.9, ("says so",), "t/1"),)
    priority = Priority(random.randint(0, 100), ("because",))
    mention = replace(turn.mention, tags=tags, priority=priority)
    return Tagged(mention, turn.token, orders(RULES, mention, now, UTC))


def _settled(turn: SendTurn, random: Random, now: datetime) -> Settled:
    plain = Settled(turn.alert.key, turn.token, "delivered", now, receipt="m1")
    return random.choice(
        (
            plain,
            plain,
            replace(plain, outcome="returned", receipt=None),
            replace(plain, outcome="buried", receipt=None, reason="gone"),
            replace(plain, outcome="retry", receipt=None, reason="busy", next_at=now + MINUTE),
        )
    )
