from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.stories.likeness import aligned, are_alike
from listener.stories.sketch import sketch_of

WORDS = st.lists(st.integers(0, 8), max_size=30)
STRIKE = "Strike cancels a hundred flights at Helsinki airport on Thursday says the union"
FLIGHT = (
    "I waited four hours for my flight {} to {} and then they sent me home with a voucher for "
    "coffee and a paper bag which is a joke"
)
BODY = " ".join(
    f"{who} said that {what} would be {how} before the summer"
    for who, what, how in zip(
        ("the mayor", "our driver", "a neighbour", "the doctor", "her teacher", "the pilot"),
        ("every bridge", "some school", "that garden", "the harbour", "an old church", "the ice"),
        ("painted", "closed", "sold", "rebuilt", "opened", "gone"),
        strict=True,
    )
)


def longest(one: list[int], other: list[int]) -> int:
    """The length of the longest common subsequence, the plain way."""
    row = [0] * (len(other) + 1)
    for a in one:
        last = row
        row = [0]
        for j, b in enumerate(other):
            row.append(last[j] + 1 if a == b else max(last[j + 1], row[j]))
    return row[-1]


@given(WORDS, WORDS)
def test_the_longest_common_subsequence_is_found(one: list[int], other: list[int]) -> None:
    pairs = aligned(one, other)
    assert len(pairs) == longest(one, other)
    assert all(one[i] == other[j] for i, j in pairs)
    assert all(a < c and b < d for (a, b), (c, d) in pairwise(pairs))


@given(WORDS, WORDS)
def test_order_matters_to_nobody(one: list[int], other: list[int]) -> None:
    words = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight"]
    first, second = (sketch_of(" ".join(words[n] for n in some)) for some in (one, other))
    assert are_alike(first, second) == are_alike(second, first)


def alike(one: str, other: str) -> bool:
    return are_alike(sketch_of(one), sketch_of(other))


@pytest.mark.parametrize(
    "other",
    [
        STRIKE.title(),
        f"BREAKING news from Finland: {STRIKE}",
        f"{STRIKE} and nobody knows when it ends",
        STRIKE.replace("cancels", "cancles"),
        STRIKE.replace(" on Thursday", ""),
        STRIKE[:52] + "…",
        STRIKE[:55] + "...",
    ],
)
def test_a_copy_is_like_its_original(other: str) -> None:
    assert alike(STRIKE, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("", ""),
        ("thanks!", "thanks!"),
        ("my flight AY123 to Oslo was late", "my flight AY456 to Rome was late"),
        (FLIGHT.format("AY123", "Oslo"), FLIGHT.format("AY456", "Rome")),
        (FLIGHT.format("AY123", "Oslo"), FLIGHT.format("AY456", "Oslo")),
        (FLIGHT.format("home", "oslo"), FLIGHT.format("back", "rome")),
        (
            "I love the new lounge at the airport of Oslo",
            "I hate the new lounge at the airport of Oslo",
        ),
        (STRIKE, STRIKE.replace("Helsinki", "Stockholm")),
        (STRIKE, "Lakko peruu sata lentoa Helsingin kentällä torstaina kertoo liitto"),
        (STRIKE[:50], f"{STRIKE} {BODY}"),
    ],
)
def test_something_else_is_not_alike(one: str, other: str) -> None:
    assert not alike(one, other)


def test_an_article_may_have_another_lead_and_another_end() -> None:
    one = f"OSLO, Monday. A grey morning for 300 people in Norway. {BODY} Reporting by Anna Lind."
    other = (
        f"ROME, Friday. A bright start for 4,000 others in Italy, we hear. {BODY} Edited by Jan."
    )
    assert alike(one, other)
    assert not alike(one[:200], other[:200])


def test_own_words_in_the_middle_of_a_long_form_make_another_story() -> None:
    form = (
        "dear company I write to you about my order and I ask you {} to pay back the whole sum now"
    )
    mine = "since the blue sofa came with three legs and a mouse lived in it"
    yours = "because nobody ever brought those curtains although my children waited all day"
    assert not alike(form.format(mine), form.format(yours))


def test_what_was_cut_is_the_beginning_of_one_text_only() -> None:
    assert alike(f"{STRIKE} {BODY}"[:70] + "…", f"{STRIKE} {BODY}")
    assert not alike(STRIKE[:70] + "…", f"Long ago and far away: {STRIKE} {BODY}")
