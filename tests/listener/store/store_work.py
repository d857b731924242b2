"""The store's day in small: every verb that writes, over and over, in a random order.

The generators yield each time a verb has returned: what it did was acknowledged by then.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from itertools import count
from random import Random

from listener.budget import Limits
from listener.cases import ActKind, Change, Refused
from listener.escalation import Escalation, Plan
from listener.model import Author, Fault, Post, Priority, Spent, Tag
from listener.ports import Changes
from listener.rules import Rule, Silence, Silenced, orders
from listener.store import scrub as wiping
from listener.store.port import (
    Polled,
    Rechecked,
    RecheckTurn,
    SendTurn,
    Settled,
    SourcePlan,
    SourceTurn,
    Tagged,
    TagTurn,
)
from listener.store.sqlite import SqliteStore
from listener.testing import a_mention, a_post
from listener.testing.case_steps import an_act, an_order
from listener.watch import Alarm

LEASE_SECONDS = 60.0
MINUTE = timedelta(minutes=1)
AMPLE, SPENT = Limits(1_000_000, None, 1_000_000), Limits(requests_per_day=1)
DEAREST = Spent(1, 10, 500)
LOOK_AGAIN_MAX = 10
AUTHORS = 40
RULES = (Rule("each", ("desk",)), Rule("burst", ("desk",), group_seconds=120))

Step = Callable[[SqliteStore, Random, datetime], Iterator[None]]


def work(store: SqliteStore, random: Random, start: datetime) -> Iterator[None]:
    """Work without end, a step a minute."""
    store.migrate()
    yield
    for minutes in count():
        (step,) = random.choices(STEPS, WEIGHTS)
        yield from step(store, random, start + minutes * MINUTE)


def poll(store: SqliteStore, random: Random, now: datetime) -> Iterator[None]:
    plan = SourcePlan("fake", 60, AMPLE, LOOK_AGAIN_MAX, recheck_is_dear=random.random() < 0.5)
    store.plan_sources([plan], now, all_due=True)
    yield
    turns = store.claim_sources(now, LEASE_SECONDS, 1)
    yield
    for turn in turns:
        limits = random.choices((AMPLE, SPENT), (9, 1))[0]
        reserved = store.reserve("fake", limits, DEAREST, now)
        yield
        if random.random() < 0.1:
            continue  # it died at it: what was set aside stays so, and the lease runs out
        if random.random() < 0.1:
            store.fail_poll(turn, "no answer", now, reserved=reserved)
        else:
            store.save_poll(turn, replace(brought(turn, random, now), reserved=reserved))
        yield


def recheck(store: SqliteStore, random: Random, now: datetime) -> Iterator[None]:
    turns = store.claim_rechecks(now, LEASE_SECONDS, 1)
    yield
    for turn in turns:
        reserved = store.reserve("fake", AMPLE, DEAREST, now, looks=True)
        yield
        if random.random() < 0.1:
            continue
        if random.random() < 0.2:
            store.fail_recheck(turn, "no answer", now, reserved=reserved)
        else:
            store.save_recheck(turn, replace(_rechecked(turn, random, now), reserved=reserved))
        yield


def forget(store: SqliteStore, random: Random, now: datetime) -> Iterator[None]:
    store.forget(f"author{random.randrange(AUTHORS)}", ["fake"], now)
    yield


def scrub(store: SqliteStore, random: Random, now: datetime) -> Iterator[None]:
    """As the store does it, but that each of its transactions counts as a verb."""
    connection = store._connection  # no verb does a single one of them
    with connection.reading() as db:
        goes_on = wiping.index_waits(db, now)
    if goes_on:
        with connection.writing() as db:
            wiping.begin_index(db)
        yield
    while goes_on:
        with connection.writing() as db:
            goes_on = wiping.index_on(db)
        yield
    assert store.scrub(now), "nobody else has the database open"
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


def act(store: SqliteStore, random: Random, now: datetime) -> Iterator[None]:
    """People act on cases, at a desk and elsewhere, and the clock goes on."""
    cases = store.cases.find(states=("new", "claimed", "answered", "closed"), limit=20)
    for case in random.sample(cases, min(len(cases), 3)):
        with suppress(Refused):
            kind = random.choice(KINDS)
            store.cases.act(case.key, an_act(kind, now=now, until=now + 9 * MINUTE), now)
        yield
    for case in store.cases.due(now, 2):
        late = Escalation(case.step + 1, {"boss": True}, "still waits")
        store.cases.keep(case, Plan(None, None, now + 9 * MINUTE, (late,)), now)
        yield
    store.cases.plan_desks({"tickets": 60.0}, now)
    yield
    turns = store.cases.claim_desks(now, LEASE_SECONDS, 1)
    yield
    for turn in turns:
        changes = tuple(Change(an_act("claim", now=now), case.key) for case in cases[:2])
        store.cases.save_changes(turn, Changes(str(now), changes), now, now)
        yield


def control(store: SqliteStore, random: Random, now: datetime) -> Iterator[None]:
    """Silences begin and end, what is buried is sent again, a channel stands still."""
    number = store.controls.silence(Silence(now, now + 9 * MINUTE, "anna"))
    yield
    store.controls.end_silence(random.randint(1, number), now)
    yield
    store.controls.resend(now)
    yield
    turns = store.claim_alerts("tickets", now, LEASE_SECONDS, random.randint(1, 10))
    yield
    outcomes = [_settled(turn, random, now) for turn in turns]
    died = replace(outcomes[0], outcome="stopped", receipt=None, state="login") if turns else None
    store.settle_alerts([*outcomes[1:], died] if died else [])
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
    """New posts, numbered on from the cursor, which counts them; and an old one edited or gone.

    Posts with odd numbers are not shown again here: once gone they are gone for good.
    """
    first = int(turn.cursor or 0)
    new = range(first, first + random.randint(0, 8))
    old = random.sample(range(first), min(first, random.randint(0, 4)))
    edited = [number for number in old[:1] if number % 2 == 0]
    posts = [_post(number, random, now) for number in (*new, *edited)]
    return Polled(
        posts=posts,
        mentions=[a_mention(post=post) for post in posts],
        cursor=str(new.stop),
        seen_at=now,
        due_at=now + MINUTE,
        deleted=[f"fake:{number}" for number in old[1:2]],
        gone=[f"fake:author{random.randrange(AUTHORS)}"] * (random.random() < 0.1),
        look_again=[f"fake:{number}" for number in old[2:]],
        spent=Spent(1, len(posts), 50 * len(posts)),
        faults=[Fault("https://a.example", "404")] * random.randint(0, 1),
        rejects=[Fault("line 7", "no post")] * random.randint(0, 3),
    )


def _post(number: int, random: Random, now: datetime) -> Post:
    chars = random.choice((0, 20, 200, 9_000))
    text = f"Norvia {word(number)} {random.randbytes(chars // 2).hex()}"
    author = Author(f"author{number % AUTHORS}")
    return a_post(str(number), text, published_at=now, author=author)


def word(number: int) -> str:
    """The word that stands in every version of this post and in no other."""
    return "w" + blake2b(str(number).encode(), digest_size=8).hexdigest()


def _rechecked(turn: RecheckTurn, random: Random, now: datetime) -> Rechecked:
    """Some were edited, some are gone, and some the site didn't answer about."""
    shares = {"edited": 0.2, "deleted": 0.2, "passed over": 0.2, "as before": 0.4}
    ends = random.choices(list(shares), list(shares.values()), k=len(turn.posts))
    came = {end: [p for p, its in zip(turn.posts, ends, strict=True) if its == end] for end in ends}
    posts = [_post(int(post.native_id), random, now) for post in came.get("edited", [])]
    passed_over = [post.id for post in came.get("passed over", [])]
    return Rechecked(
        seen_at=now,
        due_at=now,
        posts=posts,
        mentions=[a_mention(post=post) for post in posts],
        deleted=[post.id for post in came.get("deleted", [])],
        looked_at=[post.id for post in turn.posts if post.id not in passed_over],
        passed_over=passed_over,
        reason="slow" * bool(passed_over),
        spent=Spent(1, len(turn.posts)),
    )


def _tagged(turn: TagTurn, random: Random, now: datetime) -> Tagged:
    tags = (Tag("urgency", random.choice(("low", "high")), 0.9, ("says so",), "t/1"),)
    priority = Priority(random.randint(0, 100), ("because",))
    mention = replace(turn.mention, tags=tags, priority=priority)
    told = orders(RULES, mention, now, UTC)
    if random.random() < 0.5:
        told.append(an_order(mention.key, now, channel="tickets"))
    story = f"fake:{int(mention.post.native_id) // 10}"
    silenced = [Silenced("each", "mail", 1)] * random.randint(0, 1)
    return Tagged(mention, turn.token, told, story, silenced)


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


STEPS: tuple[Step, ...] = (
    poll, tag, send, watch, restart, recheck, forget, scrub, act, control
)  # fmt: skip
WEIGHTS = (6, 5, 5, 2, 1, 3, 1, 3, 3, 2)
KINDS: tuple[ActKind, ...] = ("claim", "answer", "close", "reopen", "note", "mute_author")
