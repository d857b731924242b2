"""Counts in every usual writing."""

import pytest

from listener.importing.numbers import COUNT_MAX, count


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("0", 0), ("12", 12), (" 1234 ", 1234), ("1,234", 1234), ("1.234.567", 1_234_567),
        ("1 234", 1234), ("1\u00a0234", 1234), ("1\u202f234", 1234), ("1'234", 1234),
        ("12.0", 12), ("12,5", 12), ("1.2K", 1200), ("3M", 3_000_000), ("1,5k", 1500),
        ("0.0", 0), ("9" * 30, COUNT_MAX),
    ],
)  # fmt: skip
def test_a_count(cell: str, expected: int) -> None:
    assert count(cell) == expected


@pytest.mark.parametrize(
    "cell", ["", "-", "N/A", "many", "-5", "1.2.3", "nan", "inf", "1e5", "٣", "k", "12%", "=1+1"]
)
def test_no_count(cell: str) -> None:
    assert count(cell) is None
