"""A burst: a thousand mentions of three stories in ten minutes make three messages in Slack.

All of it is real but Slack and the time: tagging, folding, routing, the store, the send stage, the
channel. The stand-in keeps Slack's documented rates, as strictly as they are written, on the same
clock; so whatever goes out too fast is refused, and counted.
"""

import os
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import pytest

from alerts.slack import SlackChannel
from listener.hours.calendar import Calendar
from listener.model import Author, Post
from listener.ports import Secret
from listener.routing import Routing
from listener.rules import Rule
from listener.stages.send import SendStage
from listener.stages.tag import Judge, TagStage
from listener.store.sqlite import SqliteStore
from listener.teams import Team, Teams
from listener.testing import FakeClassifier, a_post
from listener.testing.fakes import NOON
from listener.testing.store_steps import poll
from tests.alerts.slack_server import SlackServer
from tests.alerts.test_slack_cases import offered, read

MENTIONS = int(os.environ.get("BURST_MENTIONS", "1000"))
SEED = int(os.environ.get("BURST_SEED", "1"))
TICK_SECONDS = 1.25
"""A little more than the channel's pace, so that between two ticks nobody is at work."""
SPINS_MAX = 5_000

STORIES = tuple(
    """
Norvia cancelled the evening flight to Oulu and nobody at the gate can tell us anything. Four hours
in the queue with two small children, no food, no hotel, no answer on the phone, and the app still
says that we left on time this afternoon.

The Norvia app charges the card twice for every seat that you choose, and the refund form shows an
error whatever you write into it. The bank says both payments went through, the chat says that a
colleague will call back within fourteen working days.

Norvia lost all bags of the Saturday charter from Malaga: two hundred people wait at the belt since
midnight, the desk is closed, and the only thing that we were given is a form in a language that
none of us can read, to be sent by fax.
""".strip().split("\n\n")
)


@dataclass
class Steps:
    """A clock that stands still until it is moved."""

    at: datetime = NOON

    def now(self) -> datetime:
        return self.at


def told_by_many(chance: random.Random, count: int, seconds: float) -> list[Post]:
    """Each story as strangers pass it on: word for word, with a word of their own."""
    posts = []
    for n in range(count):
        words = STORIES[n % len(STORIES)]
        before = chance.choice(("", "RT @somebody: ", "Unbelievable! ", "😡 "))
        after = chance.choice(("", " https://norvia.example/1", " 😡😡", " via @somebody"))
        at = NOON + timedelta(seconds=chance.uniform(0, seconds))
        author = Author(f"u{n}", followers=chance.randrange(900))
        posts.append(a_post(f"{n}", before + words + after, author=author, published_at=at))
    return sorted(posts, key=lambda post: post.published_at or NOON)


def routing(pace_seconds: int) -> Routing:
    """One team, told in one channel of one case per story; 0: at the rule's own pace."""
    rule = Rule("urgent", (), team="service", fold="story", group_seconds=pace_seconds)
    team = Team("service", ("slack",), Calendar(UTC), claim_minutes=15, answer_minutes=60)
    return Routing([rule], UTC, Teams({"service": team}, {}, frozenset({"slack"})))


@dataclass
class Burst:
    """The listener between the posts and Slack."""

    store: SqliteStore
    clock: Steps
    tag: TagStage
    send: SendStage

    def tick(self, posts: list[Post]) -> None:
        """What happens until the next tick: posts come, are judged, and are told."""
        if posts:
            poll(self.store, posts, now=self.clock.at)
        while self.tag.step(self.clock.at):
            pass
        for _ in range(SPINS_MAX):
            if not self.send.step(self.clock.at) and not self.send.busy:
                break
            Event().wait(0.001)
        else:
            pytest.fail("the channel does not come back")
        self.clock.at += timedelta(seconds=TICK_SECONDS)

    def live(self, coming: list[Post], every_seconds: float) -> float:
        """Let all of them come, polled so often, and be told. Returns how many seconds it took."""
        began = asked_at = self.clock.at
        while coming or self.store.status(self.clock.at).waiting_by_channel:
            now: list[Post] = []
            if (self.clock.at - asked_at).total_seconds() >= every_seconds:
                asked_at = self.clock.at
                now = [post for post in coming if (post.published_at or NOON) <= asked_at]
                coming = coming[len(now) :]
            self.tick(now)
        return (self.clock.at - began).total_seconds()


@pytest.fixture
def slack() -> Iterator[tuple[SlackServer, Steps]]:
    clock = Steps()
    with SlackServer(now=clock.now) as server:
        yield server, clock


def a_burst(folder: Path, server: SlackServer, clock: Steps, pace_seconds: int = 0) -> Burst:
    store = SqliteStore.at(folder / "burst.db")
    channel = SlackChannel(
        token=server.token,
        channel="#service",
        base_url=server.url,
        allow_private=True,
        signing_secret=Secret("stand-in"),
        now=clock.now,
    )
    judges = [
        Judge("urgency", FakeClassifier("urgency", lambda _: "high")),
        Judge("sentiment", FakeClassifier("sentiment", lambda _: "negative")),
    ]
    tag = TagStage(store, judges, routing(pace_seconds))
    return Burst(store, clock, tag, SendStage(store, {"slack": channel}, clock.now))


def test_a_thousand_mentions_of_three_stories_make_three_messages(
    tmp_path: Path, slack: tuple[SlackServer, Steps]
) -> None:
    burst = a_burst(tmp_path, *slack)
    took = burst.live(told_by_many(random.Random(SEED), MENTIONS, 600), every_seconds=10)
    assert_told_in_three_messages(burst, slack[0], MENTIONS)
    assert took < 700, "the last words were told late"


def test_where_each_word_is_told_at_once_the_channels_pace_is_kept(
    tmp_path: Path, slack: tuple[SlackServer, Steps]
) -> None:
    """Three stories have news all the time, and Slack takes 50 updates a minute."""
    burst = a_burst(tmp_path, *slack, pace_seconds=1)
    took = burst.live(told_by_many(random.Random(SEED), 120, 70), every_seconds=0)
    assert_told_in_three_messages(burst, slack[0], 120)
    assert len(slack[0].calls) > 40, "it was no burst"
    assert took < 90, "the last words were told late"


def assert_told_in_three_messages(burst: Burst, server: SlackServer, count: int) -> None:
    methods = Counter(call.method for call in server.calls)
    print(f"\nseed {SEED}: {count} mentions, {dict(methods)}, too fast {server.too_fast}")
    assert server.too_fast == 0
    assert methods["chat.postMessage"] == len(server.messages) == len(STORIES)
    assert set(methods) == {"chat.postMessage", "chat.update"}
    cases = burst.store.cases.find()
    assert sum(case.mentions for case in cases) == count
    assert len(cases) == len(STORIES)
    assert_all_are_told(burst, server, count)


def assert_all_are_told(burst: Burst, server: SlackServer, count: int) -> None:
    """Each mention was told once, and each message shows how many there are."""
    told = list(burst.store.controls.trail(NOON, burst.clock.at + timedelta(days=1)))
    counted = Counter(mention for one in told for mention in one.mentions)
    assert set(counted.values()) == {1}
    assert len(counted) == count
    shown = [read(message) for message in server.messages.values()]
    for case in burst.store.cases.find():
        (words,) = [text for text in shown if case.key in text]
        assert f"{case.mentions} mentions by {case.authors} authors" in words
    assert all("claim" in offered(message) for message in server.messages.values())
