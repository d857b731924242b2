from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.coverage import (
    UNTOLD_CAUSE,
    Coverage,
    Period,
    SourceView,
    cause_of,
    split,
    together,
    view,
    without,
)
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


def test_a_gap_of_a_place_is_one_of_its_source_and_names_it() -> None:
    gap = Gap(at(2), at(3), "page limit", "r/travel")
    source = view(Coverage("reddit", ((at(0), at(10)),), (gap,)), Period(at(0), at(10)))
    assert hours(source) == [(2, 3, "r/travel: page limit")]
    assert (source.share, source.is_whole) == (1.0, False)
    assert source.missed(at(2), at(3))


@pytest.mark.parametrize(
    ("state", "reason", "cause"),
    [
        ("", "", ""),
        ("outage", "HTTP 500", "HTTP 500"),
        ("credits", "top it up", "credits: top it up"),
        ("budget", "the month's budget is spent", "budget"),
    ],
)
def test_a_cause_names_its_kind_where_it_is_no_outage(state: str, reason: str, cause: str) -> None:
    assert cause_of(state, reason) == cause


def gap_of(since: int, until: int) -> Gap:
    return Gap(at(since), at(until), "down", "a place")


def test_a_gap_is_split_by_what_was_read() -> None:
    gap = gap_of(2, 8)
    assert split(gap, gap_of(4, 5)) == (gap_of(4, 5), (gap_of(2, 4), gap_of(5, 8)))
    assert split(gap, gap_of(0, 5)) == (gap_of(2, 5), (gap_of(5, 8),))
    assert split(gap, gap_of(0, 9)) == (gap, ())
    assert split(gap, gap_of(8, 9)) == (None, (gap,))


LENGTHS = st.tuples(st.integers(0, 20), st.integers(1, 20)).map(
    lambda pair: gap_of(pair[0], pair[0] + pair[1])
)


@given(LENGTHS, st.lists(LENGTHS, max_size=6))
def test_what_is_filled_and_what_is_left_make_up_the_gap(gap: Gap, known: list[Gap]) -> None:
    filled: list[Gap] = []
    left = (gap,)
    for one in known:
        parts = [split(rest, one) for rest in left]
        filled += [part for part, _ in parts if part]
        left = tuple(rest for _, rests in parts for rest in rests)
    assert left == without(gap, known)
    for hour in range(45):
        middle = at(hour + 0.5)
        in_gap = gap.since <= middle < gap.until
        read = any(one.since <= middle < one.until for one in known)
        assert sum(one.since <= middle < one.until for one in filled) == (in_gap and read)
        assert sum(one.since <= middle < one.until for one in left) == (in_gap and not read)
    assert together(filled) + together(left) == gap.until - gap.since


@given(st.lists(LENGTHS, max_size=8))
def test_stretches_that_overlap_count_once(gaps: list[Gap]) -> None:
    hours_in_any = sum(
        any(one.since <= at(hour + 0.5) < one.until for one in gaps) for hour in range(45)
    )
    assert together(gaps) == timedelta(hours=hours_in_any)
    assert together(reversed(gaps)) == together(gaps)
