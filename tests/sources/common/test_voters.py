"""Who voted for which idea, as far as it is remembered."""

import json

from sources.common.voters import HELD_MAX, ID_MAX, Voters, load, number_of


def test_who_came_and_who_left() -> None:
    voters = Voters()
    assert voters.compare("1", [5, 3]) == ([3, 5], [])
    assert voters.compare("1", [3, 9]) == ([9], [5])
    assert voters.compare("1", [4], whole=False) == ([4], [])
    assert voters.compare("1", []) == ([], [3, 4, 9])
    assert voters.count("1") == 0


def test_what_was_told_is_remembered_in_few_characters() -> None:
    voters = Voters()
    shown = range(4_000_000, 4_001_000)
    voters.compare("12", shown)
    told = json.dumps(voters.dump(), separators=(",", ":"))
    assert len(told) < 2_100
    again = load(json.loads(told))
    assert again.compare("12", shown) == ([], [])


def test_of_too_many_those_looked_at_longest_ago_are_forgotten() -> None:
    voters = Voters()
    for idea in ("old", "new", "newest"):
        voters.compare(idea, range(1, HELD_MAX // 2 + 1))
    assert list(voters.dump()) == ["new", "newest"]
    voters.compare("new", [1])
    assert list(voters.dump()) == ["newest", "new"]


def test_nonsense_is_left_out() -> None:
    told = {"1": [3, "x", None, -5, 4], "2": "abc", "3": [[]], "4": [10**30], "5": None}
    voters = load(told)
    assert voters.held == {"1": {3, 7}, "3": frozenset(), "4": {ID_MAX}}
    assert not load({"1": [1] * (HELD_MAX + 1)}).held


def test_numbers() -> None:
    assert number_of({"id": 7}, "id") == 7
    assert number_of({"id": "7"}, "id") == 7
    for value in (0, -1, 10**16, "x", "", None, True, 1.5, [], "٣", "9" * 5_000):
        assert number_of({"id": value}, "id") is None
