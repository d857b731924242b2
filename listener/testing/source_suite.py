"""What every source must pass."""

import json

import pytest

from listener.model import UNLIMITED, Batch, Spent
from listener.ports import Metered, Reject, Retry, Source
from listener.text import clean_text

POLLS_MAX = 200
CURSOR_CHARS_MAX = 2_000_000


class SourceSuite:
    """Give ``source``: one that has at least one post to bring, from a place of your own."""

    @pytest.fixture
    def source(self) -> Source:
        """The source under test."""
        pytest.fail("the suite needs a 'source' fixture")

    def test_is_a_source(self, source: Source) -> None:
        """It has ``poll``."""
        assert isinstance(source, Source)

    def test_brings_posts_with_identity_and_time(self, source: Source) -> None:
        """Posts name their site and id, and their time is aware or left out."""
        posts = [post for batch in _polls(source) for post in batch.posts]
        assert posts
        for post in posts:
            assert post.site
            assert post.native_id
            assert post.published_at is None or post.published_at.tzinfo is not None

    def test_the_cursor_is_the_state(self, source: Source) -> None:
        """A first poll can be repeated, as after a crash, and brings the same posts."""
        first, again = source.poll(None), source.poll(None)
        assert {post.id for post in first.posts} == {post.id for post in again.posts}

    def test_nothing_comes_twice(self, source: Source) -> None:
        """Following the cursor, each version of a post comes once."""
        seen = [(post.id, post.text) for batch in _polls(source) for post in batch.posts]
        assert len(seen) == len(set(seen))

    def test_the_end_is_reached(self, source: Source) -> None:
        """Where nothing new is published, polling comes to rest."""
        *_, last = _polls(source)
        assert not last.more
        assert not source.poll(last.cursor).posts

    def test_a_cursor_of_another_time_is_no_disaster(self, source: Source) -> None:
        """A cursor that makes no sense starts anew or fails in words."""
        for cursor in ("", "{}", "[]", "not json", json.dumps({"x": [1]}), "9" * 50):
            assert _poll_or_reason(source, cursor)

    def test_texts_can_be_kept(self, source: Source) -> None:
        """No NUL and no lone surrogate, which no database takes."""
        for batch in _polls(source):
            for post in batch.posts:
                assert clean_text(post.text) == post.text
                assert clean_text(post.title) == post.title

    def test_the_cursor_stays_small(self, source: Source) -> None:
        """It is written at every poll."""
        for batch in _polls(source):
            assert len(batch.cursor or "") <= CURSOR_CHARS_MAX

    def test_what_it_tells_of_itself_makes_sense(self, source: Source) -> None:
        """Waits and costs are not negative; a gap has a beginning, an end and a cause."""
        for batch in _polls(source):
            assert batch.wait_seconds is None or batch.wait_seconds >= 0
            assert min(_numbers(batch.spent)) >= 0
            for gap in (*filter(None, [batch.gap]), *batch.gaps, *batch.filled):
                assert gap.since.tzinfo is not None
                assert gap.since <= gap.until
                assert gap.cause

    def test_a_poll_costs_what_was_set_aside_at_most(self, source: Source) -> None:
        """Of a source with a budget; and never more than is allowed, even nothing."""
        if not isinstance(source, Metered):
            pytest.skip("it doesn't count what it asks for")
        dearest = source.dearest()
        assert _within(_spent(source, UNLIMITED), dearest)
        for requests in (0, 1, 2):
            allowance = Spent(requests, dearest.posts, dearest.money_micros)
            assert _within(_spent(source, allowance), allowance)


def _spent(source: Metered, allowance: Spent) -> Spent:
    """What a first poll costs; a failure must say it too."""
    try:
        return source.poll_within(None, allowance).spent
    except (Retry, Reject) as failure:
        spent = failure.spent
    return pytest.fail("a failure doesn't say what it spent") if spent is None else spent


def _within(spent: Spent, allowance: Spent) -> bool:
    return all(one <= most for one, most in zip(_numbers(spent), _numbers(allowance), strict=True))


def _numbers(spent: Spent) -> tuple[int, int, int]:
    return spent.requests, spent.posts, spent.money_micros


def _poll_or_reason(source: Source, cursor: str) -> Batch | str:
    try:
        return source.poll(cursor)
    except (Retry, Reject) as failure:
        return failure.reason


def _polls(source: Source) -> list[Batch]:
    batches: list[Batch] = []
    cursor: str | None = None
    for _ in range(POLLS_MAX):
        batch = source.poll(cursor)
        batches.append(batch)
        cursor = batch.cursor
        if not batch.more:
            return batches
    pytest.fail(f"there was still more after {POLLS_MAX} polls")
