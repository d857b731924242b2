"""Dates: every usual way to write one, and which way round when that is open."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from listener.importing.dates import Orders, order_in, read

FIVE = datetime(2024, 4, 3, 17, 5, 9)  # noqa: DTZ001 - as read, before a zone is given to it
DAY = datetime(2024, 4, 3)  # noqa: DTZ001
PLUS_TWO = timezone(timedelta(hours=2))


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2024-04-03", DAY),
        ("2024-04-03 17:05:09", FIVE),
        ("2024-04-03 17:05:09.0", FIVE),
        (" 2024-04-03T17:05:09 ", FIVE),
        ("2024-04-03T17:05:09Z", FIVE.replace(tzinfo=UTC)),
        ("2024-04-03T17:05:09.000+0000", FIVE.replace(tzinfo=UTC)),
        ("2024-04-03 17:05:09 UTC", FIVE.replace(tzinfo=UTC)),
        ("2024-04-03 17:05:09 +0200", FIVE.replace(tzinfo=PLUS_TWO)),
        ("2024/04/03 17:05:09", FIVE),
        ("2024/4/3", DAY),
        ("3.4.2024 17.05.09", FIVE),
        ("03.04.2024 17:05:09", FIVE),
        ("3 Apr 2024 17:05:09", FIVE),
        ("03-Apr-2024 17:05:09", FIVE),
        ("Apr 3, 2024 5:05:09 PM", FIVE),
        ("April 3, 2024 at 5:05:09 p.m.", FIVE),
        ("Wed, 03 Apr 2024 17:05:09 +0000", FIVE.replace(tzinfo=UTC)),
        ("Wed, 03 Apr 2024 17:05:09 GMT", FIVE.replace(tzinfo=UTC)),
        ("1712163909", FIVE.replace(tzinfo=UTC)),
        ("1712163909123", FIVE.replace(tzinfo=UTC)),
        ("3 Apr 2024", DAY),
    ],
)
def test_a_date_that_reads_one_way(cell: str, expected: datetime) -> None:
    assert read(cell) == expected
    assert read(cell, "month") == expected


@pytest.mark.parametrize(
    "cell",
    ["03/04/2024 17:05:09", "3/4/24 17:05:09", "3-4-2024, 5:05:09 PM"],
)
def test_a_date_that_reads_two_ways(cell: str) -> None:
    assert read(cell, "day") == FIVE
    assert read(cell, "month") == FIVE.replace(month=3, day=4)
    with pytest.raises(ValueError, match="is no date"):
        read(cell)


@pytest.mark.parametrize(
    "cell",
    [
        "yesterday", "2024-13-03", "31/02/2024", "0", "2024", "12:30", "45385.5", "3 Foo 2024",
        "2024-04-03 25:00", "03/04/2024 lunch", "1/2", "1/2/3/4", "00/00/0000", "9" * 40,
        "٣/٤/٢٠٢٤ ٥",         "13/13/2024", "3 Apr 2024 99:99",
    ],
)  # fmt: skip
def test_what_is_no_date(cell: str) -> None:
    for order in ("", "day", "month"):
        with pytest.raises(ValueError, match="is no date"):
            read(cell, order)


def test_a_date_that_is_missing_or_absurd() -> None:
    with pytest.raises(ValueError, match="it has no date"):
        read("  ")
    with pytest.raises(ValueError, match="before 1990"):
        read("0024-04-03")


def test_a_form_of_its_own() -> None:
    assert read("kl. 17:05:09 03.04.24", pattern="kl. %H:%M:%S %d.%m.%y") == FIVE
    with pytest.raises(ValueError, match="is no date of the form %d"):
        read("2024-04-03", pattern="%d.%m.%Y")


@pytest.mark.parametrize(
    ("cell", "order"),
    [
        ("25/04/2024", "day"),
        ("04/25/2024 10:00", "month"),
        ("04/05/2024", ""),
        ("04-25-2024", "month"),
        ("25.04.2024", None),
        ("04.05.2024", None),
        ("2024-04-25", None),
        ("2024/25/04", None),
        ("Apr 25, 2024", None),
    ],
)
def test_what_a_cell_says_of_the_order(cell: str, order: str | None) -> None:
    assert order_in(cell) == order


def orders(*cells: str) -> Orders:
    found = Orders()
    for line, cell in enumerate(cells, 2):
        found.add(cell, line)
    return found


def test_one_cell_settles_it_for_all() -> None:
    assert orders("04/05/2024", "06/07/2024", "25/12/2024").order == "day"
    assert orders("12/25/2024", "06/07/2024").order == "month"
    assert orders("2024-05-04", "4.5.2024").order == ""
    assert orders("04/05/2024", "06/07/2024").order is None
    found = orders("25/12/2024", "04/05/2024", "12/25/2024")
    assert found.order is None
    assert found.day
    assert found.month
    assert (found.day.line, found.month.line, found.cells) == (2, 4, 3)
