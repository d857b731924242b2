"""What a person states in a table, checked for several sources."""

import math

import pytest

from sources.common.settings import site_addresses, within


def test_addresses_come_once_and_without_a_slash_at_the_end() -> None:
    stated = [" https://a.example/ ", "https://a.example", "http://b.example:8080/forum"]
    assert site_addresses("forums", stated) == ["https://a.example", "http://b.example:8080/forum"]


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("https://bo:sesame@a.example", "user or password"),
        ("https://sesame@a.example/x", "user or password"),
        ("https://bo:ses/ame@a.example", "no http or https address"),
        ("bo:sesame@a.example", "no http or https address"),
        ("https://a.example/?token=sesame", "query or fragment"),
        ("https://a.example?", "query or fragment"),
        ("https://a.example#sesame", "query or fragment"),
        ("ftp://a.example", "no http or https address"),
        ("https://a.example:99999", "no http or https address"),
        ("https://:443", "no http or https address"),
        ("https://a.example\\b", "no http or https address"),
        ("https://a.exa\x00mple", "no http or https address"),
        ("", "no http or https address"),
    ],
)
def test_an_address_that_cannot_be_a_site_is_named_by_its_place(address: str, words: str) -> None:
    with pytest.raises(ValueError, match=f"forums: address 2 .*{words}") as refused:
        site_addresses("forums", ["https://fine.example", address])
    assert "ses" not in str(refused.value)


@pytest.mark.parametrize("value", [0, -1, 60.1, math.nan, math.inf, -math.inf])
def test_numbers_have_bounds(value: float) -> None:
    within("timeout_seconds", 60, 60)
    with pytest.raises(ValueError, match=r"timeout_seconds is .* at most 60"):
        within("timeout_seconds", value, 60)
