"""Markup that is meant to take hours takes none, and no word is lost by that."""

import pytest

from sources.common.plain_text import feed_address, plain_text

ENDLESS = ["<!--", "<", "<a ", "</", "<!", "<?", "<![", "<a href='", "<!--<", "< ", "<script>"]


@pytest.mark.parametrize("piece", ENDLESS)
def test_beginnings_without_an_end_cost_no_more_than_their_length(piece: str) -> None:
    text, _ = plain_text(f"Norvia was <b>late</b>. {piece * 200_000}")
    assert text.startswith("Norvia was late.")
    assert feed_address(piece * 200_000, "http://example.org/") == ""


def test_what_has_an_end_is_read_as_ever() -> None:
    text, links = plain_text("a <!-- unseen --> b <a href='http://example.org/'>c</a> 1 < 2 <!-- x")
    assert "unseen" not in text
    assert text.startswith("a b c 1 < 2")
    assert links == ("http://example.org/",)
