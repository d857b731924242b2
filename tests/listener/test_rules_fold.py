"""Folding: what shares a message, how long it stays open, and digests."""

from dataclasses import replace
from datetime import UTC, datetime, time
from hashlib import blake2b
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.model import Author
from listener.placing import THREAD_SECONDS_MAX, place
from listener.rules import FOLD_SECONDS, Fold, Order, Rule, order_of
from listener.testing import a_mention, a_post
from listener.testing.fakes import NOON
from tests.listener.test_rules import HELSINKI, HOUR, MORNING, NIGHT, SECOND, ordered, told

ANNA = "author:fake:" + blake2b(b"fake:anna", digest_size=12).hexdigest()

# -- what shares a message


def shared(fold: Fold | None, story: str = "fake:s", **fields: Any) -> tuple[str, int, bool]:
    """What the message of a mention is about, its pace, and whether it stays open."""
    author = fields.pop("author", Author("@Anna"))
    rule = Rule("all", ("desk",), fold=fold, **fields)
    order = order_of(rule, "desk", a_mention(post=a_post(author=author)), story, NOON, HELSINKI)
    return order.group, order.group_seconds, order.stays_open


@pytest.mark.parametrize(
    ("fold", "seconds", "group", "pace", "stays_open"),
    [
        (None, 0, "fake:1#norvia", 0, False),
        (None, 30, "norvia", 30, False),
        ("mention", 30, "fake:1#norvia", 0, False),
        ("brand", 0, "norvia", FOLD_SECONDS, False),
        ("brand", 30, "norvia", 30, False),
        ("author", 0, ANNA, FOLD_SECONDS, True),
        ("author", 30, ANNA, 30, True),
        ("story", 0, "story:fake:s", FOLD_SECONDS, True),
    ],
)
def test_what_comes_into_one_message(
    fold: Fold | None, seconds: int, group: str, pace: int, stays_open: bool
) -> None:
    assert shared(fold, group_seconds=seconds) == (group, pace, stays_open)


def test_an_account_is_known_by_its_id_first() -> None:
    renamed = [shared("author", author=Author(name, id="7")) for name in ("anna", "bert")]
    assert renamed[0] == renamed[1]
    assert renamed[0] != shared("author", author=Author("anna"))


def test_no_key_names_the_author() -> None:
    order = order_of(Rule("all", ("desk",), fold="author"), "desk", a_mention(), "", NOON, HELSINKI)
    assert "traveller" not in place(order, None, NOON).key
    odd = Author("\ud800 @:/\n")
    assert shared("author", author=odd)[0].isascii()


def test_who_is_nobody_shares_nothing() -> None:
    alone = ("fake:1#norvia", 0, False)
    assert shared("author", author=Author("", "A Name")) == alone
    assert shared("story", story="") == alone


@pytest.mark.parametrize("seconds", [61, 3_600, THREAD_SECONDS_MAX - 1])
def test_a_story_goes_on_in_its_message_all_day(seconds: int) -> None:
    def told_at(now: datetime) -> Order:
        return order_of(rule, "desk", a_mention(), "fake:s", now, HELSINKI)

    rule = Rule("all", ("desk",), fold="story")
    opened = place(told_at(NOON), None, NOON)
    now = NOON + seconds * SECOND
    update = place(told_at(now), told(opened, tried=True), now)
    assert (update.thread, update.revision, update.due_at) == (opened.key, 2, now)
    day_after = NOON + THREAD_SECONDS_MAX * SECOND
    assert place(told_at(day_after), told(opened, tried=True), day_after).revision == 1


# -- digests


def digested(now: datetime, score: int = 80, **fields: Any) -> Order:
    return ordered(now, score, **({"digest_at": time(9)} | fields))


def test_a_digest_is_due_at_the_next_such_time() -> None:
    seven = datetime(2026, 3, 11, 7, tzinfo=UTC)
    assert digested(NOON).due_at == seven
    assert digested(seven - SECOND).due_at == seven
    assert digested(seven).due_at == seven + 24 * HOUR
    assert digested(NOON).group == "/digest-2026-03-11-norvia"
    assert digested(NOON).group_seconds >= 1


def test_a_digest_comes_once_on_a_day_whose_clock_skips_or_repeats_its_time() -> None:
    skipped = digested(datetime(2026, 3, 28, 22, tzinfo=UTC), digest_at=time(3, 30))
    assert skipped.due_at == datetime(2026, 3, 29, 1, tzinfo=UTC)
    before = datetime(2026, 10, 24, 22, tzinfo=UTC)
    repeated = digested(before, digest_at=time(3, 30))
    assert repeated.due_at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert digested(repeated.due_at, digest_at=time(3, 30)).due_at == datetime(
        2026, 10, 26, 1, 30, tzinfo=UTC
    )


def test_what_breaks_through_does_not_wait_for_the_digest() -> None:
    grave = digested(NOON, 95, break_through=90, group_seconds=60)
    assert (grave.due_at, grave.group) == (NOON, "norvia")


def test_a_digest_keeps_quiet_hours() -> None:
    order = digested(NOON, digest_at=time(6), quiet=NIGHT)
    assert (order.due_at, order.rest_at) == (MORNING, MORNING)


# -- any fold, any day


@given(
    st.sampled_from(["brand", "author", "story"]),
    st.lists(st.tuples(st.integers(0, 9_000), st.booleans()), min_size=1, max_size=60),
)
def test_what_is_folded_has_one_open_thread_and_keeps_its_pace(
    fold: Fold, steps: list[tuple[int, bool]]
) -> None:
    """Channels may be slow: what is due is tried now, or only later."""
    rule, latest, now = Rule("all", ("desk",), fold=fold), None, NOON
    began: list[datetime] = []
    rings: dict[str, list[datetime]] = {}
    for pause, slow in steps:
        now += pause * SECOND
        order = order_of(rule, "desk", a_mention(), "fake:s", now, HELSINKI)
        if latest is not None:
            latest = replace(latest, untried=latest.untried and (slow or latest.due_at > now))
        placed = place(order, latest, now)
        opens = not placed.joins and placed.revision == 1
        if opens and fold != "brand":
            assert not began or now - began[-1] >= THREAD_SECONDS_MAX * SECOND
        began += [now] * opens
        if not placed.joins:
            rings.setdefault(placed.thread, []).append(placed.due_at)
        size = latest.size + 1 if latest and placed.joins else 1
        latest = told(placed, started_at=began[-1], size=size, tried=False)
    for thread in rings.values():
        assert all(after - before >= FOLD_SECONDS * SECOND for before, after in pairwise(thread))
