"""Poll: how much of what a source brings is kept, and what becomes of the rest."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from listener.model import Batch, Fault, Gap
from listener.stages.reading import (
    CURSOR_CHARS_MAX,
    FAULTS_MAX,
    GAPS_MAX,
    ID_CHARS_MAX,
    NAMED_MAX,
)
from listener.store import Store
from listener.store.port import Polled, Saved, SourceTurn
from listener.testing import a_post
from listener.testing.fakes import NOON
from tests.listener.poll_helpers import CallingSource, poll_stage, polled, source_status, waiting
from tests.listener.stage_helpers import open_at

SECOND = timedelta(seconds=1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_at(tmp_path)
    yield opened
    opened.close()


def kept(store: Store, batch: Batch) -> Polled:
    """What of a batch reaches the store."""
    saved: list[Polled] = []

    class Watched:
        def __getattr__(self, name: str) -> object:
            return getattr(store, name)

        def save_poll(self, turn: SourceTurn, outcome: Polled) -> Saved:
            saved.append(outcome)
            return store.save_poll(turn, outcome)

    polled(poll_stage(Watched(), blogs=CallingSource(lambda: batch)))  # type: ignore[arg-type]
    (outcome,) = saved
    return outcome


def test_faults_beyond_what_is_kept_are_counted(store: Store) -> None:
    faults = tuple(Fault(f"place {n}", "404") for n in range(FAULTS_MAX + 7))
    outcome = kept(store, Batch(faults=faults))
    assert outcome.faults[:FAULTS_MAX] == list(faults[:FAULTS_MAX])
    assert outcome.faults[FAULTS_MAX:] == [Fault("other places", "7 more faults are not listed")]


def test_as_many_faults_as_are_kept_are_all(store: Store) -> None:
    faults = tuple(Fault(f"place {n}", "404") for n in range(FAULTS_MAX))
    assert kept(store, Batch(faults=faults)).faults == list(faults)


@pytest.mark.parametrize("kind", ["deleted", "gone"])
def test_so_many_ids_are_taken_and_the_rest_is_told(store: Store, kind: str) -> None:
    ids = tuple(f"fake:{n}" for n in range(NAMED_MAX + 3))
    outcome = kept(store, Batch(**{kind: ids}))  # type: ignore[arg-type]
    assert list(getattr(outcome, kind)) == list(ids[:NAMED_MAX])
    (reject,) = outcome.rejects
    assert reject.reason == "3 more than one poll may name"


def test_gaps_beyond_what_is_kept_become_one_that_holds_them(store: Store) -> None:
    gaps = [
        Gap(NOON - (2 * n + 2) * SECOND, NOON - (2 * n + 1) * SECOND, "page limit", f"place {n}")
        for n in range(GAPS_MAX + 10)
    ]
    outcome = kept(store, Batch(gaps=tuple(gaps)))
    assert outcome.gaps[:-1] == gaps[: GAPS_MAX - 1]
    hull = outcome.gaps[-1]
    assert len(outcome.gaps) == GAPS_MAX
    assert (hull.since, hull.until) == (gaps[-1].since, gaps[GAPS_MAX - 1].until)
    assert hull.cause == "11 more gaps, the first: page limit"


def test_a_post_whose_id_is_too_long_costs_itself(store: Store) -> None:
    posts = (a_post("x" * (ID_CHARS_MAX + 1)), a_post("y" * ID_CHARS_MAX))
    outcome = kept(store, Batch(posts))
    assert [post.native_id for post in outcome.posts] == ["y" * ID_CHARS_MAX]
    assert [mention.post.native_id for mention in waiting(store)] == ["y" * ID_CHARS_MAX]
    (reject,) = outcome.rejects
    assert "more than 500 characters" in reject.reason
    assert len(reject.where) <= ID_CHARS_MAX


def test_a_cursor_that_is_too_long_fails_the_poll(store: Store) -> None:
    source = CallingSource(lambda: Batch((a_post(),), cursor="x" * (CURSOR_CHARS_MAX + 1)))
    polled(poll_stage(store, blogs=source))
    stands = source_status(store)
    assert (stands.failures, stands.posts) == (1, 0)
    assert (
        stands.last_error == "its cursor has 4,000,001 characters; no more than 4,000,000 are kept"
    )
