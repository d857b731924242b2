"""Patterns: what is allowed, what is refused and why, and what the worst of them costs."""

import random
import re
import time

import pytest

from listener.match.expression import ExpressionError, parse
from listener.match.expression.finder import TermFinder
from listener.match.expression.regex import literals

REFUSED = [
    ("/a*bc/", 3, "a bounded repetition such as {0,50}"),
    ("/a+bc/", 3, "a bounded repetition such as {1,50}"),
    ("/ab.*/", 5, "a bounded repetition"),
    ("/ab{2,}/", 4, "{m} or {m,n}"),
    ("/ab{,3}/", 4, "{m} or {m,n}"),
    ("/ab{0,51}/", 4, "n from 1 to 50"),
    ("/ab{3,2}/", 4, "n from 1 to 50"),
    ("/ab{0}/", 4, "n from 1 to 50"),
    ("/ab{2}{2}/", 7, "one repetition"),
    ("/ab??/", 5, "one repetition"),
    ("/(ab){2}/", 6, "a repetition only after a single"),
    ("/(ab)?/", 6, "a repetition only after a single"),
    ("/(?=ab)/", 2, "no look-around"),
    ("/(?P<n>ab)/", 2, "no look-around"),
    ("/(?i)ab/", 2, "no look-around"),
    (r"/(ab)\1/", 6, "after \\ a sign"),
    (r"/\bab/", 2, "after \\ a sign"),
    ("/^ab/", 2, "no ^"),
    ("/ab$/", 4, "no $"),
    ("/ab|/", 5, "something to look for"),
    ("/(ab/", 2, "a ) for this ("),
    ("/ab)/", 4, "no ) without"),
    ("/[ab/", 2, "a ] after the ["),
    ("/[]ab/", 2, "a ] after the ["),
    ("/ab[z-a]/", 5, "a range that goes up"),
    ("/ab[ß]/", 5, "folds to several"),
    ("/abß?/", 5, "folds to several"),
    ("/{2}ab/", 2, "something to repeat"),
    ("/[a-z]{1,50}/", 2, "2 letters or digits"),
    ("/abc|[a-z]/", 2, "2 letters or digits"),
    ("/a.b.c/", 2, "2 letters or digits"),
    ("/ab.{0,50}.{0,50}/", 2, "at most 300 ways"),
    ("/ab.{50}.{50}.{50}.{50}/", 2, "at most 200 characters"),
    ("/" + "(" * 12 + "ab" + ")" * 12 + "/", 13, "groups at most 10 deep"),
]


@pytest.mark.parametrize(("text", "column", "expected"), REFUSED)
def test_refuses_what_is_outside_the_subset(text: str, column: int, expected: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(text)
    assert expected in caught.value.expected, str(caught.value)
    assert caught.value.column == column


@pytest.mark.parametrize(
    ("text", "post", "found"),
    [
        ("/ay ?[0-9]{2,4}/", "lento ay 123 ja ay77x ja ay77", [(1, 2), (6, 6)]),
        ("/finn ?air/", "finn air finnair finnairilla", [(0, 1), (2, 2)]),
        ("/(finn|aero)(air|flot)/", "aeroflot finnair", [(0, 0), (1, 1)]),
        ("/ab.{0,4}cd/", "xab abcd", [(1, 1)]),
        (r"/24\/7/", "auki 24/7 aina", [(1, 2)]),
        (r"/\d{2,3}eur/", "20eur 2eur 1000eur", [(0, 0)]),
        ("/x[^a-y]zy/", "xzzy xazy", [(0, 0)]),
        (r"/\$ab\./", "$ab.", [(0, 0)]),
        ("/Straße/", "strasse", [(0, 0)]),
    ],
)
def test_stands_on_whole_words(text: str, post: str, found: list[tuple[int, int]]) -> None:
    (term,) = parse(text).terms
    spans = TermFinder([term]).places("", post).get(term, [])
    assert [(span.first_word, span.last_word) for span in spans] == found


def test_one_of_its_literals_stands_in_every_match() -> None:
    chance = random.Random(7)
    atoms = ["a", "b", "ab", "[ab]", "b?", "a{1,2}", "(ab|ba)", "(aa|b[ab]b)", "|ab", " "]
    seen = 0
    for _ in range(4000):
        source = "".join(chance.choices(atoms, k=chance.randint(1, 5)))
        try:
            (term,) = parse(f"/{source}/").terms
        except ExpressionError:
            continue
        post = "".join(chance.choices("ab ", k=12))
        for match in re.finditer(term.text, post):
            seen += 1
            assert any(one in match.group() for one in literals(term.text)), (source, post)
    assert seen > 500


@pytest.mark.parametrize(
    ("pattern", "unit"),
    [
        ("/aa.{0,49}a{0,4}b/", "a"),
        ("/[ab]{0,5}[ab]{0,5}[ab]{0,5}aa!/", "aa "),
        ("/ .{0,16}.{0,16}  aab/", " "),
        ("/(aa|a.)(aa|a.)(aa|a.)(aa|a.)(aa|a.)(aa|a.)(aa|a.)(aa|a.)aab/", "a"),
    ],
)
def test_the_worst_grows_with_the_length_only(pattern: str, unit: str) -> None:
    (term,) = parse(pattern).terms
    finder = TermFinder([term])

    def seconds(chars: int) -> float:
        text = (unit * chars)[:chars] + "c"
        start = time.process_time()
        finder.places("", text)
        return time.process_time() - start

    seconds(1000)
    short = min(seconds(4_000) for _ in range(3))
    assert seconds(32_000) < 8 * short * 4 + 0.1
