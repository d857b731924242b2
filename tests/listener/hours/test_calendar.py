"""Hours of service by example: where clocks change, days are left out, and nothing ever opens."""

import pickle
from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from listener.hours.calendar import SEARCH_DAYS_MAX, Calendar, Spans
from listener.hours.holidays_of import holidays_of

HELSINKI = ZoneInfo("Europe/Helsinki")
HOUR = 3_600


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def spans(*stated: str) -> Spans:
    pairs = (span.split("-") for span in stated)
    return tuple((time.fromisoformat(start), time.fromisoformat(end)) for start, end in pairs)


OFFICE = Calendar(
    HELSINKI, dict.fromkeys(range(5), spans("08:00-12:00", "13:00-16:00")), country="FI"
)
NIGHTS = Calendar(HELSINKI, dict.fromkeys(range(7), spans("22:00-06:00")))


def test_it_is_open_from_the_first_instant_to_before_the_last() -> None:
    assert not OFFICE.is_open(at("2028-02-29 05:59:59.999999"))
    assert OFFICE.is_open(at("2028-02-29 06:00"))
    assert OFFICE.is_open(at("2028-02-29 09:59:59.999999"))
    assert not OFFICE.is_open(at("2028-02-29 10:00"))


def test_the_lunch_is_no_service() -> None:
    assert OFFICE.seconds_between(at("2028-02-29 00:00"), at("2028-03-01 00:00")) == 7 * HOUR
    assert OFFICE.add(at("2028-02-29 09:30"), HOUR) == at("2028-02-29 11:30")


def test_what_is_used_up_as_it_closes_is_due_then() -> None:
    assert OFFICE.add(at("2028-02-29 13:00"), HOUR) == at("2028-02-29 14:00")
    assert OFFICE.add(at("2028-02-29 13:00"), HOUR + 0.000001) == at("2028-03-01 06:00:00.000001")


def test_no_time_at_all_is_over_at_once() -> None:
    sunday = at("2028-03-05 12:00")
    assert OFFICE.add(sunday, 0) == sunday
    assert OFFICE.seconds_between(sunday, sunday) == 0
    assert OFFICE.seconds_between(at("2028-03-07 12:00"), sunday) == 0


def test_a_long_weekend_is_passed_over() -> None:
    maundy_thursday = at("2028-04-13 12:30")
    assert OFFICE.add(maundy_thursday, HOUR) == at("2028-04-18 05:30")
    assert OFFICE.next_opening(at("2028-04-13 13:00")) == at("2028-04-18 05:00")


def test_single_days_come_before_holidays_and_weeks() -> None:
    days = {date(2028, 12, 6): spans("10:00-11:00"), date(2028, 12, 7): ()}
    calendar = Calendar(HELSINKI, OFFICE.weekly, days, "FI")
    assert calendar.seconds_between(at("2028-12-06 00:00"), at("2028-12-07 20:00")) == HOUR
    assert calendar.next_opening(at("2028-12-06 09:00")) == at("2028-12-08 06:00")


@pytest.mark.parametrize(
    "country",
    ["", "fi", "ZZ", "DE-XX", "FI-", "-BY", "utils", "HolidayBase", "NYSE", "../FI", "ÄÖ"],
)
def test_what_is_no_country(country: str) -> None:
    with pytest.raises(LookupError):
        holidays_of(country, 2028)


def test_a_part_of_a_country_has_holidays_of_its_own() -> None:
    corpus_christi = at("2028-06-15 09:00")
    week = dict.fromkeys(range(5), spans("08:00-16:00"))
    berlin = ZoneInfo("Europe/Berlin")
    assert not Calendar(berlin, week, country="DE-BY").is_open(corpus_christi)
    assert Calendar(berlin, week, country="DE-BE").is_open(corpus_christi)


@pytest.mark.parametrize(
    ("day", "hours"), [("2028-03-25", 7), ("2028-10-28", 9), ("2028-06-01", 8)]
)
def test_a_night_has_the_hours_that_its_clock_shows(day: str, hours: int) -> None:
    noon = at(f"{day} 12:00")
    assert NIGHTS.seconds_between(noon, noon + timedelta(days=1)) == hours * HOUR
    assert NIGHTS.add(noon, hours * HOUR) == NIGHTS.add(noon, (hours - 1) * HOUR) + timedelta(
        hours=1
    )


def test_half_of_the_hour_that_comes_twice_comes_twice() -> None:
    calendar = Calendar(HELSINKI, {6: spans("03:00-03:30")})
    start = at("2028-10-29 00:00")
    assert calendar.seconds_between(start, start + timedelta(days=1)) == HOUR
    assert [calendar.add(start, n * 900) for n in (2, 3)] == [
        at("2028-10-29 00:30"),
        at("2028-10-29 01:15"),
    ]


def test_hours_within_the_one_that_is_skipped_never_come() -> None:
    calendar = Calendar(HELSINKI, {6: spans("03:15-03:45")})
    assert calendar.seconds_between(at("2028-03-26 00:00"), at("2028-03-27 00:00")) == 0
    assert calendar.next_opening(at("2028-03-26 00:00")) == at("2028-04-02 00:15")


def test_a_shift_belongs_to_the_day_on_which_it_begins() -> None:
    calendar = Calendar(HELSINKI, NIGHTS.weekly, {date(2028, 6, 2): ()})
    assert calendar.is_open(at("2028-06-02 02:59"))
    assert not calendar.is_open(at("2028-06-02 20:00"))
    assert not calendar.is_open(at("2028-06-03 02:00"))
    assert calendar.is_open(at("2028-06-03 19:00"))


def test_overlapping_spans_count_once() -> None:
    calendar = Calendar(UTC, {0: spans("08:00-12:00", "10:00-14:00", "10:30-11:00"), 1: ()})
    monday = at("2028-05-01 00:00")
    assert calendar.seconds_between(monday, monday + timedelta(days=7)) == 6 * HOUR


def test_a_night_and_the_next_day_overlap_once() -> None:
    calendar = Calendar(UTC, {0: spans("20:00-08:00"), 1: spans("06:00-09:00")})
    assert calendar.seconds_between(at("2028-05-01 00:00"), at("2028-05-03 00:00")) == 13 * HOUR


def test_without_weekly_spans_it_is_always_open() -> None:
    for zone in (UTC, HELSINKI, timezone(timedelta(hours=5, minutes=45))):
        calendar = Calendar(zone)
        start = at("2028-03-25 12:34:56.789")
        assert calendar.is_open(start)
        assert calendar.next_opening(start) == start
        assert calendar.add(start, 90 * 24 * HOUR) == start + timedelta(days=90)
        assert calendar.seconds_between(start, start + timedelta(days=400)) == 400 * 24 * HOUR


def test_what_never_opens_is_not_searched_for_ever() -> None:
    start = at("2028-01-01 00:00")
    days = {start.date() + timedelta(days=n): () for n in range(-1, SEARCH_DAYS_MAX + 2)}
    never = Calendar(UTC, days=days)
    assert never.next_opening(start) is None
    assert never.add(start, 1) is None
    assert not never.is_open(start)
    assert never.seconds_between(start, start + timedelta(days=SEARCH_DAYS_MAX)) == 0
    assert Calendar(UTC, {0: spans("08:00-08:01")}).add(start, 59 * 60) is None


def test_a_day_that_a_country_leaves_out_is_no_day() -> None:
    calendar = Calendar(ZoneInfo("Pacific/Apia"), {4: spans("08:00-16:00")})
    assert calendar.next_opening(at("2011-12-28 12:00")) == at("2012-01-05 18:00")


def test_it_can_be_pickled_and_compared() -> None:
    assert pickle.loads(pickle.dumps(OFFICE)) == OFFICE
