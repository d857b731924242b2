from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.coverage import UNTOLD_CAUSE, Coverage, Period, SourceView, view
from listener.model import Gap

START = datetime(2026, 11, 1, tzinfo=UTC)


def at(hours: float) -> datetime:
    return START + timedelta(hours=hours)


def seen_by(*seen: tuple[float, float], gaps: tuple[tuple[float, float], ...] = ()) -> SourceView:
    """A view of ten hours."""
    coverage = Coverage(
        "rss",
        tuple((at(since), at(until)) for since, until in seen),
        tuple(Gap(at(since), at(until), "down") for since, until in gaps),
    )
    return view(coverage, Period(at(0), at(10)))


def hours(source: SourceView) -> list[tuple[float, float, str]]:
    """The gaps, in hours."""
    return [
        (
            (gap.since - START) / timedelta(hours=1),
            (gap.until - START) / timedelta(hours=1),
            gap.cause,
        )
        for gap in source.gaps
    ]


def test_a_source_seen_throughout_has_no_gaps() -> None:
    source = seen_by((-5, 4), (4, 12))
    assert source.share == 1
    assert source.is_whole
    assert source.gaps == ()
    assert source.seen == ((at(0), at(10)),)


def test_a_source_never_seen_is_one_gap_even_where_nobody_recorded_it() -> None:
    source = seen_by()
    assert source.share == 0
    assert not source.is_whole
    assert hours(source) == [(0, 10, UNTOLD_CAUSE)]


def test_gaps_are_cut_to_the_period_and_keep_their_cause() -> None:
    source = seen_by((-3, 20), gaps=((-1, 1), (9, 15), (11, 12), (-4, -2), (5, 5)))
    assert hours(source) == [(0, 1, "down"), (9, 10, "down")]
    assert source.share == pytest.approx(0.8)


def test_a_gap_counts_more_than_a_claim_to_have_seen_it() -> None:
    source = seen_by((0, 10), gaps=((2, 3), (2.5, 4)))
    assert source.share == pytest.approx(0.8)
    assert source.seen == ((at(0), at(2)), (at(4), at(10)))
    assert hours(source) == [(2, 3, "down"), (2.5, 4, "down")]


def test_a_hole_nobody_explained_is_a_gap_unless_it_is_short() -> None:
    source = seen_by((0, 4), (4.1, 6), (7, 9.9))
    assert hours(source) == [(6, 7, UNTOLD_CAUSE)]
    assert source.share == pytest.approx(0.88)
    short = seen_by((0, 4), (4.1, 9.9))
    assert short.is_whole
    assert short.share < 1


def test_what_was_seen_and_what_was_missed_of_a_stretch() -> None:
    source = seen_by((0, 4), (6, 10))
    assert source.saw(at(3), at(5))
    assert source.missed(at(3), at(5))
    assert not source.saw(at(4), at(6))
    assert source.missed(at(4), at(6))
    assert source.saw(at(7), at(8))
    assert not source.missed(at(7), at(8))


@pytest.mark.parametrize("hours", [0, -1])
def test_a_period_without_time_is_refused(hours: int) -> None:
    with pytest.raises(ValueError, match="must end after it begins"):
        Period(at(0), at(hours))


STRETCHES = st.lists(st.tuples(st.integers(-5, 15), st.integers(-5, 15)), max_size=6)


@given(STRETCHES, STRETCHES)
def test_each_moment_is_either_seen_or_in_a_gap(seen, gaps) -> None:
    source = seen_by(*seen, gaps=tuple(gaps))
    stretches = [(gap.since, gap.until) for gap in source.gaps]
    for hour in range(10):
        middle = at(hour + 0.5)
        is_seen = any(since <= middle < until for since, until in source.seen)
        is_missed = any(since <= middle < until for since, until in stretches)
        assert is_seen != is_missed
        claimed = any(since <= hour < until for since, until in seen)
        denied = any(since <= hour < until for since, until in gaps)
        assert is_seen == (claimed and not denied)
    assert source.share == pytest.approx(sum((b - a) / timedelta(hours=10) for a, b in source.seen))
