"""The dry run: what a rule would have told is what the store has told."""

import sqlite3
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from shutil import copy
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listener.dryrun import Message, _Outbox, counted, replay
from listener.hours.calendar import Calendar
from listener.model import Author, Priority
from listener.placing import MENTIONS_PER_TELLING_MAX, THREAD_SECONDS_MAX
from listener.routing import Routing
from listener.rules import Condition, Quiet, Rule, Silence, Spike
from listener.stages.tag import TagStage
from listener.store.port import Judged, Settled, Tagged
from listener.store.rows import moment
from listener.store.sqlite import SqliteStore
from listener.teams import Team, Teams
from listener.testing import a_mention, a_post
from listener.testing.fakes import NOON
from listener.testing.store_steps import poll

HELSINKI = ZoneInfo("Europe/Helsinki")
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
EVER = timedelta(days=4_000)
OFFICE = Calendar(HELSINKI, {day: ((time(9), time(17)),) for day in range(5)})
TEAMS = Teams(
    {
        "care": Team("care", ("tickets", "desk"), OFFICE, break_through=95),
        "press": Team("press", ("mail",), Calendar(UTC), fallback="care"),
    },
    following=frozenset({"tickets"}),
)


# -- random rules and random days


COMMON: dict[str, st.SearchStrategy[Any]] = {
    "name": st.just("rule"),
    "when": st.builds(
        Condition,
        brands=st.sampled_from([frozenset(), frozenset({"norvia"})]),
        priority_min=st.sampled_from([0, 0, 50]),
    ),
    "group_seconds": st.sampled_from([0, 0, 60, 3_600]),
    "quiet": st.sampled_from([None, Quiet(time(22), time(7)), Quiet(time(11), time(14, 30))]),
    "break_through": st.sampled_from([None, 90]),
    "daily_max": st.sampled_from([None, 1, 2]),
}
OF_MESSAGES = st.builds(
    Rule,
    send_to=st.sampled_from([("desk",), ("desk", "mail")]),
    fold=st.sampled_from([None, "mention", "brand", "author", "story"]),
    digest_at=st.sampled_from([None, None, time(9), time(23, 30)]),
    **COMMON,
)
OF_CASES = st.builds(
    Rule,
    send_to=st.sampled_from([(), ("desk",), ("mail",)]),
    team=st.sampled_from(["care", "press"]),
    fold=st.sampled_from([None, "mention", "author", "story", "author or story"]),
    **COMMON,
)
RULES = st.lists(OF_MESSAGES, max_size=2) | st.lists(OF_CASES | OF_MESSAGES, min_size=1, max_size=3)


@dataclass(frozen=True)
class Heard:
    """One mention to come: how long after the one before, of whom, by whom, how grave."""

    pause: timedelta
    brand: str
    author: str
    story: int
    score: int
    direct: bool


HEARD = st.builds(
    Heard,
    pause=st.sampled_from([0, 0, 0.5, 1, 2, 30, 61, 600, 1_500]).map(lambda n: n * MINUTE),
    brand=st.sampled_from(["norvia", "skylark"]),
    author=st.sampled_from(["", "anna", "bert", "cleo"]),
    story=st.integers(0, 2),
    score=st.sampled_from([10, 60, 90, 100]),
    direct=st.booleans(),
)


def judged_of(heard: Sequence[Heard]) -> list[Judged]:
    at, judged = NOON, []
    for n, one in enumerate(heard):
        at += one.pause
        author = Author(one.author, "" if one.author else "Somebody")
        post = a_post(f"{n:04}", published_at=at, author=author)
        mention = a_mention(
            post=post,
            brand=one.brand,
            directness="direct" if one.direct else "indirect",
            priority=Priority(one.score, ("so",)),
        )
        judged.append(Judged(mention, f"fake:s{one.story}", at))
    return judged


# -- the live path: a real store, and channels that take everything at once


class Live:
    """A store whose clock is stepped, and whose alerts are delivered the moment they are due."""

    def __init__(self, empty: Path, folder: Path, routing: Routing) -> None:
        self.path = Path(copy(empty, folder / "live.db"))
        self.store = SqliteStore.at(self.path)
        self.routing = routing
        self.sent: list[Message] = []

    def run(self, judged: Sequence[Judged], silences: Sequence[Silence] = ()) -> list[Message]:
        moments = sorted({one.at for one in judged})
        for now in moments:
            self._send_until(now)
            self._tag([one for one in judged if one.at == now], silences, now)
        self._send_until(NOON + EVER)
        return self.sent

    def stored(self) -> list[Judged]:
        """The mentions as the store has them."""
        return list(self.store.judged(NOON, NOON + EVER))

    def _tag(self, batch: list[Judged], silences: Sequence[Silence], now: datetime) -> None:
        by_key = {one.mention.key: one for one in batch}
        bare = [replace(one.mention, priority=Priority()) for one in batch]
        poll(self.store, [mention.post for mention in bare], mentions=bare, now=now)
        tagged = []
        for turn in self.store.claim_mentions(now, 60, 1_000):
            one = by_key[turn.mention.key]
            routed = self.routing.route(one.mention, one.story, silences, now)
            told = (routed.orders, one.story, routed.silenced)
            tagged.append(Tagged(one.mention, turn.token, *told))
        assert self.store.save_tags(tagged, now) == len(batch)

    def _send_until(self, until: datetime) -> None:
        while (at := self._next_due()) is not None and at <= until:
            for channel in ("desk", "mail", "tickets"):
                while turns := self.store.claim_alerts(channel, at, 60, 1_000):
                    for turn in turns:
                        alert = turn.alert
                        keys = tuple(mention.key for mention in alert.mentions)
                        told = (alert.rule, alert.channel, at, keys)
                        self.sent.append(Message(alert.key, alert.thread, 0, *told))
                    settled = [Settled(t.alert.key, t.token, "delivered", at) for t in turns]
                    assert self.store.settle_alerts(settled) == len(turns)

    def _next_due(self) -> datetime | None:
        with closing(sqlite3.connect(self.path)) as db:
            found = db.execute("SELECT min(next_at) FROM outbox WHERE state = 'pending'")
            (stamped,) = found.fetchone()
        return moment(stamped) if stamped else None


def compared(messages: Sequence[Message]) -> dict[str, tuple[Any, ...]]:
    by_key = {
        one.key: (one.thread, one.rule, one.channel, one.at, sorted(one.mentions))
        for one in messages
    }
    assert len(by_key) == len(messages), "a key was used twice"
    return by_key


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that is migrated and holds nothing."""
    path = tmp_path_factory.mktemp("store") / "empty.db"
    SqliteStore.at(path).close()
    return path


@settings(max_examples=25, deadline=None)
@given(RULES, st.lists(HEARD, min_size=1, max_size=14))
def test_a_dry_run_tells_what_the_live_path_told(
    empty: Path, rules: list[Rule], heard: list[Heard]
) -> None:
    named = [replace(rule, name=f"rule {n}") for n, rule in enumerate(rules)]
    routing = Routing(named, HELSINKI, TEAMS)
    judged = judged_of(heard)
    with TemporaryDirectory() as folder:
        live = Live(empty, Path(folder), routing)
        sent, stored = live.run(judged), live.stored()
        live.store.close()
    assert sorted(one.mention.key for one in stored) == sorted(one.mention.key for one in judged)
    assert compared(list(replay(routing, stored))) == compared(sent)


@pytest.mark.parametrize("fold", [None, "mention", "author", "story", "author or story"])
def test_cases_beyond_the_ceiling(empty: Path, tmp_path: Path, fold: Any) -> None:
    """What the random days meet too seldom: a team, a ceiling, and who is known by two things."""
    rule = Rule("care", ("mail",), team="care", fold=fold, daily_max=1, group_seconds=60)
    who = ["anna", "bert", "anna", "cleo", "bert", "", "anna", "dora", "cleo", "bert"]
    stories = [0, 0, 1, 1, 2, 2, 0, 3, 2, 0]
    heard = [
        Heard(n % 4 * 45 * MINUTE, "norvia", author, story, 60, n % 3 == 0)
        for n, (author, story) in enumerate(zip(who, stories, strict=True))
    ]
    routing = Routing([rule], HELSINKI, TEAMS)
    judged = judged_of(heard)
    live = Live(empty, tmp_path, routing)
    with closing(live.store):
        sent = live.run(judged)
        assert compared(list(replay(routing, live.stored()))) == compared(sent)
    assert {one.channel for one in sent} == {"tickets", "desk", "mail"}


def test_the_tag_stage_itself_is_played_over(empty: Path, tmp_path: Path) -> None:
    """With the stories that it finds and the priorities that it gives."""
    words = "has cancelled every morning flight to Oulu because of fog, and nobody can say why"
    texts = (f"Norvia {words}", f"Norvia {words}!", "Norvia is fine", "Thank you Norvia")
    rules = [
        Rule("stories", ("desk",), fold="story", group_seconds=900),
        Rule("care", ("mail",), Condition(directness=frozenset({"direct"})), team="care"),
    ]
    live = Live(empty, tmp_path, Routing(rules, HELSINKI, TEAMS))
    stage = TagStage(live.store, [], live.routing)
    with closing(live.store):
        for n in range(16):
            now = NOON + n * 7 * MINUTE
            live._send_until(now)
            for direct in (False, True):
                post = a_post(f"{n}-{direct}", texts[(n + direct) % 4], author=Author(f"a{n % 3}"))
                mention = a_mention(post=post, directness="direct" if direct else "indirect")
                poll(live.store, [post], mentions=[mention], now=now)
            assert stage.step(now) == 2
        live._send_until(NOON + EVER)
        assert compared(list(replay(live.routing, live.stored()))) == compared(live.sent)
    threads = Counter(one.thread for one in live.sent if one.channel == "desk")
    assert max(threads.values()) > 1


# -- what must hold of any replay


def told_of(rules: list[Rule], judged: Sequence[Judged], *silences: Silence) -> list[Message]:
    return list(replay(Routing(rules, HELSINKI, TEAMS), judged, silences))


@settings(max_examples=50, deadline=None)
@given(OF_MESSAGES, st.lists(HEARD, min_size=1, max_size=40))
def test_nothing_is_lost_and_nothing_told_twice(rule: Rule, heard: list[Heard]) -> None:
    judged = judged_of(heard)
    messages = told_of([rule], judged)
    told = Counter((key, one.channel) for one in messages for key in one.mentions)
    meets = [one.mention for one in judged if one.mention.priority.score >= rule.when.priority_min]
    if rule.when.brands:
        meets = [mention for mention in meets if mention.brand == "norvia"]
    assert told == Counter((mention.key, to) for mention in meets for to in rule.send_to)
    assert all(len(one.mentions) <= MENTIONS_PER_TELLING_MAX for one in messages)
    assert [one.at for one in messages] == sorted(one.at for one in messages)


@settings(max_examples=50, deadline=None)
@given(
    st.sampled_from(["author", "story"]),
    st.sampled_from([0, 60, 3_600]),
    st.lists(HEARD, min_size=1, max_size=40),
)
def test_never_two_threads_are_open_for_what_is_folded(
    fold: Any, group_seconds: int, heard: list[Heard]
) -> None:
    judged = judged_of(heard)
    messages = told_of([Rule("all", ("desk",), fold=fold, group_seconds=group_seconds)], judged)
    by_key = {one.mention.key: one for one in judged}
    threads: dict[str, list[Message]] = {}
    for one in messages:
        threads.setdefault(one.thread, []).append(one)
    began: dict[str, list[datetime]] = {}
    for thread in threads.values():
        shared = {shared_by(fold, by_key[key]) for one in thread for key in one.mentions}
        assert len(shared) == 1
        (name,) = shared
        if name:
            began.setdefault(name, []).append(by_key[thread[0].mentions[0]].at)
        else:
            assert [len(one.mentions) for one in thread] == [1]
        gaps = [later.at - sooner.at for sooner, later in pairwise(thread)]
        assert all(gap >= timedelta(seconds=group_seconds or 60) for gap in gaps)
    for starts in began.values():
        day = timedelta(seconds=THREAD_SECONDS_MAX)
        assert all(later - sooner >= day for sooner, later in pairwise(sorted(starts)))


def shared_by(fold: str, judged: Judged) -> str:
    return judged.mention.post.author.handle if fold == "author" else judged.story


# -- by example


def day_of(*pauses: float, **fields: Any) -> list[Judged]:
    plain: dict[str, Any] = {"brand": "norvia", "author": "anna", "story": 1, "score": 60}
    heard = [Heard(pause * MINUTE, direct=False, **(plain | fields)) for pause in pauses]
    return judged_of(heard)


def test_a_digest_is_one_message_of_a_brand_at_its_time() -> None:
    rule = Rule("low", ("mail",), digest_at=time(9), break_through=90)
    first, second, third = day_of(0, 60, 60)
    urgent = replace(second, mention=replace(second.mention, priority=Priority(95)))
    at_once, digest = told_of([rule], [first, urgent, third])
    assert (at_once.at, len(at_once.mentions)) == (urgent.at, 1)
    assert digest.at == datetime(2026, 3, 11, 7, tzinfo=UTC)
    assert len(digest.mentions) == 2
    assert digest.key.startswith("low//digest-2026-03-11-norvia@")


def test_the_digest_of_the_next_day_is_another_message() -> None:
    first, second = told_of([Rule("low", ("mail",), digest_at=time(9))], day_of(0, 24 * 60))
    assert second.at - first.at == DAY
    assert first.thread != second.thread


def test_a_digest_beyond_the_ceiling_does_not_ring_at_midnight() -> None:
    rule = Rule("low", ("mail",), digest_at=time(9), daily_max=1)
    first, second = day_of(0, 1)
    judged = [first, replace(second, mention=replace(second.mention, brand="skylark"))]
    assert {one.at for one in told_of([rule], judged)} == {datetime(2026, 3, 11, 7, tzinfo=UTC)}


def test_a_silence_holds_back_the_telling_and_nothing_else() -> None:
    rules = [Rule("all", ("desk", "mail"))]
    hush = Silence(NOON, NOON + 90 * MINUTE, "anna", channels=frozenset({"desk"}))
    told = told_of(rules, day_of(0, 60, 60), hush)
    assert [(one.channel, one.at - NOON) for one in told if one.channel == "desk"] == [
        ("desk", 120 * MINUTE)
    ]
    assert sum(one.channel == "mail" for one in told) == 3


def test_what_is_silenced_is_in_the_store_all_the_same(empty: Path, tmp_path: Path) -> None:
    hush = Silence(NOON - DAY, NOON + DAY, "anna", number=7)
    rules = [Rule("all", ("desk",)), Rule("care", (), team="care")]
    live = Live(empty, tmp_path, Routing(rules, HELSINKI, TEAMS))
    with closing(live.store):
        assert live.run(day_of(0, 1, 2), [hush]) == []
        stored = live.stored()
        assert [one.mention.priority.score for one in stored] == [60, 60, 60]
        trail = list(live.store.controls.trail(NOON - DAY, NOON + DAY))
        assert Counter((one.rule, one.channel, one.outcome) for one in trail) == {
            ("all", "desk", "silenced"): 3,
            ("care", "desk", "silenced"): 3,
            ("care", "tickets", "silenced"): 3,
        }
        assert live.store.cases.find() == []


def test_rules_about_volumes_are_not_played_over() -> None:
    assert told_of([Rule("spike", ("desk",), spike=Spike())], day_of(0, 1)) == []


def test_counts_by_day_are_of_the_local_day() -> None:
    rule = Rule("all", ("desk",), group_seconds=60)
    judged = day_of(0, 0, 0.5, 10 * 60, 1)  # the last two at 00:00 and 00:02 in Helsinki
    (told,) = counted(told_of([rule], judged), HELSINKI)
    days = {str(day): (n.messages, n.updates, n.mentions) for day, n in told.days.items()}
    assert days == {"2026-03-10": (2, 1, 3), "2026-03-11": (2, 1, 2)}
    assert (told.total.messages, told.total.mentions) == (4, 5)
    assert str(told.busiest) == "2026-03-10"


def test_a_year_of_stories_keeps_no_more_than_days_of_them() -> None:
    outbox = _Outbox()
    routing = Routing([Rule("all", ("desk",), fold="story", daily_max=5)], HELSINKI)
    for n in range(600):
        (one,) = day_of(0)
        now = NOON + n * 360 * MINUTE
        one = Judged(replace(one.mention, post=a_post(str(n))), f"fake:{n}", now)
        list(outbox.due(now))
        outbox.put(routing.route(one.mention, one.story, (), now).orders, one, now)
        assert len(outbox.latest) <= 40
        assert len(outbox.told) <= 10
