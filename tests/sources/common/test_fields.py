"""Reading JSON that somebody else wrote: a value of the right kind, or what stands for none."""

import math
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.text import clean_text
from sources.common import fields

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["a", "b", ""]), inner, max_size=3)
    ),
    max_leaves=12,
)
PATHS = st.lists(st.sampled_from(["a", "b", "", 0, 1, -1, 99]), max_size=3)


@given(JSON, PATHS)
def test_nothing_escapes_whatever_stands_there(value: Any, path: list[Any]) -> None:
    assert all(isinstance(one, dict) for one in fields.items(value, *path))
    assert isinstance(fields.table(value, *path), dict)
    assert clean_text(read := fields.text(value, *path)) == read
    assert clean_text(read := fields.name(value, *path)) == read
    assert 0 <= fields.count(value, *path) <= fields.COUNT_MAX
    assert fields.truth(value, *path) in (True, False, None)
    moment = fields.moment(value, *path)
    assert moment is None or moment.tzinfo is UTC


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff\xfe", b"nul", b"[" * 100_000, b'{"a":' * 100_000, b"9" * 5_000]
)
def test_what_is_no_json_is_a_value_error(body: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  that is all that is promised
        fields.parsed(body)


def test_a_path_leads_through_keys_and_places() -> None:
    value = {"a": [{"b": 1}, {"b": 2}], "n": None}
    assert fields.at(value, "a", 1, "b") == 2
    assert fields.at(value, "a", -1, "b") == 2
    for nowhere in (("a", 2), ("a", "b"), ("n", "x"), (0,), ("a", 0, "b", "c")):
        assert fields.at(value, *nowhere) is None


def test_a_string_is_no_list_and_a_list_no_object() -> None:
    assert list(fields.items({"a": "xyz"}, "a")) == []
    assert list(fields.items([1, {"b": 1}, "x", [{}]])) == [{"b": 1}]
    assert fields.table([1], 0) == {}


def test_a_list_that_must_be_there() -> None:
    assert list(fields.listed({"a": []}, "a")) == []
    for value in ({}, {"a": None}, {"a": {}}, {"a": "[]"}, [], None):
        with pytest.raises(ValueError, match="it has no list a"):
            fields.listed(value, "a")


@pytest.mark.parametrize(
    ("value", "read"),
    [(7, "7"), ("x7", "x7"), (True, ""), (7.0, ""), (None, ""), ([], ""), (10**31, "")],
)
def test_names(value: object, read: str) -> None:
    assert fields.name([value], 0) == read


def test_a_name_that_must_be_there() -> None:
    assert fields.needed({"id": 0}, "id") == "0"
    with pytest.raises(ValueError, match=r"it has no user\.id"):
        fields.needed({"user": {"id": ""}}, "user", "id")


@pytest.mark.parametrize(
    ("value", "read"),
    [
        (3, 3),
        (3.9, 3),
        (-3, 0),
        (10**400, fields.COUNT_MAX),
        (math.inf, fields.COUNT_MAX),
        (-math.inf, 0),
        (math.nan, 0),
        (True, 0),
        ("3", 0),
        (None, 0),
    ],
)
def test_counts(value: object, read: int) -> None:
    assert fields.count([value], 0) == read


def test_a_count_that_may_be_missing() -> None:
    assert fields.count_or_none({"n": 0}, "n") == 0
    assert fields.count_or_none({"n": "0"}, "n") is None
    assert fields.count_or_none({}, "n") is None


@pytest.mark.parametrize(
    ("value", "read"),
    [
        (0, datetime(1970, 1, 1, tzinfo=UTC)),
        ("2026-11-21T14:00:00+02:00", datetime(2026, 11, 21, 12, tzinfo=UTC)),
        ("2026-11-21T12:00:00Z", datetime(2026, 11, 21, 12, tzinfo=UTC)),
        ("2026-11-21 12:00", datetime(2026, 11, 21, 12, tzinfo=UTC)),
        ("yesterday", None),
        ("0001-01-01T00:00:00+23:59", None),
        (10**30, None),
        (10**400, None),
        (math.nan, None),
        (True, None),
    ],
)
def test_moments(value: object, read: datetime | None) -> None:
    assert fields.moment([value], 0) == read


def test_long_texts_are_cut_where_they_are_to_be() -> None:
    assert len(fields.text(["x" * 9_000], 0)) == fields.CHARS_MAX
    assert len(fields.text(["x" * 9_000], 0, chars_max=None)) == 9_000
    assert fields.text(["a\x00\ud800b"], 0) == "a\ufffd\ufffdb"


@pytest.mark.parametrize(
    ("stored", "read"), [(0, 0), (86_400, 86_400), (186_400, 186_400), (186_401, 0), ("1", 0)]
)
def test_a_stored_time_far_ahead_counts_as_none(stored: object, read: float) -> None:
    now = datetime.fromtimestamp(100_000, UTC)
    assert fields.second({"at": stored}, now, "at") == read
