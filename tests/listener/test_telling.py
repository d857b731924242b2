"""An alert's title: one line that says who, how grave and where."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.model import Author, Mention, Tag
from listener.telling import mentions_title
from listener.testing import a_mention, a_post


def saying(native_id: str = "1", brand: str = "norvia", **labels: str) -> Mention:
    tags = tuple(Tag(kind, label, 0.9) for kind, label in labels.items())
    return a_mention(native_id, brand, tags=tags)


@pytest.mark.parametrize(
    ("labels", "title"),
    [
        ({}, "norvia: mention on fake by traveller"),
        ({"intent": "complaint"}, "norvia: complaint on fake by traveller"),
        (
            {"intent": "complaint", "urgency": "high"},
            "norvia: urgent complaint on fake by traveller",
        ),
        ({"intent": "question", "urgency": "medium"}, "norvia: question on fake by traveller"),
        ({"intent": "other"}, "norvia: mention on fake by traveller"),
        ({"intent": "error", "urgency": "error"}, "norvia: mention on fake by traveller"),
    ],
)
def test_one_mention_is_told_by_what_it_is(labels: dict[str, str], title: str) -> None:
    assert mentions_title([saying(**labels)]) == title


@pytest.mark.parametrize(
    ("author", "who"),
    [(Author("", "A Traveller"), " by A Traveller"), (Author(), ""), (Author("h", "N"), " by h")],
)
def test_an_author_is_named_where_there_is_one(author: Author, who: str) -> None:
    assert (
        mentions_title([a_mention(post=a_post(author=author))]) == f"norvia: mention on fake{who}"
    )


def test_a_burst_is_told_by_its_numbers() -> None:
    told = [
        saying("1", urgency="high", sentiment="negative"),
        saying("2", urgency="high"),
        saying("3", sentiment="negative"),
        saying("4", urgency="low", sentiment="positive"),
    ]
    assert mentions_title(told) == "norvia: 4 mentions, 2 urgent, 2 negative"
    assert mentions_title(told[3:] * 2) == "norvia: 2 mentions"


def test_an_update_says_how_many_there_are_in_all() -> None:
    assert mentions_title([saying()], 3) == "norvia: 1 more mention (4 in all)"
    told = [saying("1"), saying("2", sentiment="negative")]
    assert mentions_title(told, 40) == "norvia: 2 more mentions (42 in all), 1 negative"


def test_several_brands_are_all_named() -> None:
    told = [saying("1", "norvia"), saying("2", "skylark"), saying("3", "norvia")]
    assert mentions_title(told) == "norvia and skylark: 3 mentions"


def test_nothing_has_no_title() -> None:
    assert mentions_title([]) == ""


@given(st.text(max_size=200), st.text(max_size=200))
def test_strangers_can_not_break_the_line_or_make_it_long(handle: str, site: str) -> None:
    title = mentions_title([a_mention(post=a_post(author=Author(handle)))])
    assert len(title) < 120
    assert "\n" not in title
    assert not any(unicodedata.category(part).startswith("C") for part in title)
