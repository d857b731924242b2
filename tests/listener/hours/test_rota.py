"""Who is on call: turns by the clock on the wall, people away, changes of the clock."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from listener.hours.rota import Rota

HELSINKI = ZoneInfo("Europe/Helsinki")
PEOPLE = ("anna", "bert", "carl")
WEEKLY = Rota(PEOPLE, datetime(2028, 1, 3, 9, tzinfo=HELSINKI), 7, HELSINKI)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_turns_change_at_the_local_time_in_winter_and_in_summer() -> None:
    assert WEEKLY.on_call(at("2028-01-03 07:00")) == "anna"
    assert WEEKLY.on_call(at("2028-01-10 06:59:59.999999")) == "anna"
    assert WEEKLY.on_call(at("2028-01-10 07:00")) == "bert"
    assert WEEKLY.on_call(at("2028-06-05 05:59")) == "anna"
    assert WEEKLY.on_call(at("2028-06-05 06:00")) == "bert"


def test_before_the_start_turns_run_backwards() -> None:
    assert WEEKLY.on_call(at("2028-01-03 06:59")) == "carl"
    assert WEEKLY.on_call(at("2027-12-27 06:59")) == "bert"


def test_who_is_away_is_passed_over() -> None:
    now = at("2028-01-04 12:00")
    assert WEEKLY.on_call(now, {"anna"}) == "bert"
    assert WEEKLY.on_call(now, {"anna", "bert"}) == "carl"
    assert WEEKLY.on_call(now, set(PEOPLE)) == ""


def test_the_next_one_goes_round() -> None:
    now = at("2028-01-04 12:00")
    assert [WEEKLY.after(person, now) for person in PEOPLE] == ["bert", "carl", "anna"]
    assert WEEKLY.after("anna", now, {"bert"}) == "carl"
    assert WEEKLY.after("anna", now, {"bert", "carl"}) == "anna"
    assert WEEKLY.after("anna", now, set(PEOPLE)) == ""


def test_after_somebody_without_a_turn_comes_who_is_on_call() -> None:
    assert WEEKLY.after("dora", at("2028-01-11 12:00")) == "bert"
    assert Rota((), WEEKLY.start, 7, HELSINKI).on_call(at("2028-01-11 12:00")) == ""


@pytest.mark.parametrize(
    ("handed_over", "start"),
    [
        (
            "2028-10-29 00:30",
            datetime(2028, 10, 28, 3, 30, tzinfo=HELSINKI),
        ),  # the clock shows 03:30 twice
        ("2028-03-26 01:00", datetime(2028, 3, 25, 3, 30, tzinfo=HELSINKI)),  # and here never
    ],
)
def test_it_is_handed_over_once_where_the_clock_changes(handed_over: str, start: datetime) -> None:
    rota = Rota(PEOPLE, start, 1, HELSINKI)
    change = at(handed_over)
    hours = [change + timedelta(minutes=15 * n) for n in range(-12, 80)]
    expected = ["anna" if hour < change else "bert" for hour in hours]
    assert [rota.on_call(hour) for hour in hours] == expected


def test_every_turn_of_two_years_has_its_days() -> None:
    moment, seen = at("2028-01-03 07:00"), []
    for _ in range(730):
        seen.append(WEEKLY.on_call(moment + timedelta(hours=3)))
        moment += timedelta(days=1)
    assert seen == [PEOPLE[day // 7 % 3] for day in range(730)]
