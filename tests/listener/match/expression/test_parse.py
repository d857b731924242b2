"""Reading expressions: what they mean, and what is said where they can't be read."""

import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listener.match.expression import Expression, ExpressionError, parse
from listener.match.expression.tree import Term
from tests.listener.match.expression import made


def read(text: str) -> Expression | ExpressionError:
    try:
        return parse(text)
    except ExpressionError as error:
        return error


MEANT = [
    ("finnair lento", "finnair AND lento"),
    ("finnair AND lento OR laukku", "finnair AND lento OR laukku"),
    ("finnair AND (lento OR laukku)", "finnair AND (lento OR laukku)"),
    ("((finnair)) AND (lento AND (kone))", "finnair AND lento AND kone"),
    ("finnair -spam", "finnair AND NOT spam"),
    ("finnair NOT (spam OR scam)", "finnair AND NOT spam AND NOT scam"),
    ("finnair -(spam scam)", "finnair AND (NOT spam OR NOT scam)"),
    ("NOT NOT finnair", "finnair"),
    ("finnair finnair", "finnair"),
    ("FINNAIR Żabka STRASSE straße", "finnair AND żabka AND strasse"),
    ("and AND or AND not AND near", "and AND or AND not AND near"),
    ("“Finnair  Plus!”", '"finnair plus"'),
    ('"finnair"', '"finnair"'),
    ("AT&T", '"at t"'),
    ("finnair-lento", '"finnair lento"'),
    ("IKEA:sta", '"ikea sta"'),
    ("#Finnair @finnair", "#finnair AND @finnair"),
    ("a NEAR/3 (b OR c)", "a NEAR/3 (b OR c)"),
    ("a b ONEAR/2 c d", "a AND b ONEAR/2 c AND d"),
    ("x NOT (a NEAR/1 b)", "x AND NOT (a NEAR/1 b)"),
    ('title:Telef** AND Title:"uusi kone"', 'title:telef* AND title:"uusi kone"'),
    ("x Site:Reddit author:@Finnair", "x AND site:reddit AND author:finnair"),
    ("x author:“John Smith”", 'x AND author:"john smith"'),
    ("x link:www.Finnair.com", "x AND link:finnair.com"),
    ("x\nOR\ny", "x OR y"),
    ("/AY ?[A-C0-9]{2,4}/", "/ay {0,1}[a-c0-9]{2,4}/"),
    (r"/24\/7/ x", r"/24\/7/ AND x"),
    ("ソニー", '"ソ ニ ー"'),
]

FAULTS = [
    ("", 1, 1, "a word"),
    ("a OR", 1, 5, "after OR"),
    ("a AND AND b", 1, 7, "after AND"),
    ("(a OR b", 1, 8, "a ) that closes the ( at character 1"),
    ("a)", 1, 2, "or the end"),
    ("()", 1, 2, "a word"),
    ("NEAR/3 b", 1, 1, "a word"),
    ("a NEAR b", 1, 3, "NEAR/n with n from 1 to 100"),
    ("a ONEAR/101 b", 1, 3, "ONEAR/n with n from 1 to 100"),
    ("a NEAR/x b", 1, 3, "NEAR/n"),
    ("a NEAR/2 b NEAR/2 c", 1, 12, "one NEAR"),
    ("a NEAR/2 lang:fi", 1, 10, "both sides of NEAR"),
    ("a NEAR/2 (b c)", 1, 11, "both sides of NEAR"),
    ("a NEAR/2 (b OR -c)", 1, 16, "both sides of NEAR"),
    ('a "b', 1, 3, "a quote that closes"),
    ("a /b", 1, 3, "a / that closes"),
    ('a"b"', 1, 2, "a space between"),
    ("/ab/i", 1, 5, "a space between"),
    ("/r/finnair", 1, 4, "a space between"),
    ("a\nb sight:x", 2, 3, "did you mean 'site'"),
    ("https://x.y", 1, 1, "a known field"),
    ("a site:", 1, 8, "straight after site:"),
    ("a site: x", 1, 9, "straight after site:"),
    ("a lang:finnish", 1, 8, "two or three letters"),
    ("a type:tweet", 1, 8, "post or reply"),
    ("a link:finnair.com/deals", 1, 8, "the host of a link"),
    ("a link:finnair", 1, 8, "the host of a link"),
    ("a site:red*", 1, 8, "a plain word"),
    ("*", 1, 1, "at least 3 letters"),
    ("a te*", 1, 3, "at least 3 letters"),
    ("*a?b?c*", 1, 1, "3 letters in a row"),
    ("tele-f*", 1, 1, "one word without punctuation"),
    ('"customer serv*"', 1, 1, "no wildcard in quotes"),
    (":-)", 1, 1, "a word with a letter"),
    ("😀", 1, 1, "a word with a letter"),
    ("a" * 101, 1, 1, "at most 100 characters"),
    ('"' + "a " * 51 + '"', 1, 1, "at most 50 words"),
    ("NOT a", 1, 1, "a term that must stand"),
    ("a OR NOT b", 1, 6, "a term that must stand"),
    ("a OR (lang:fi AND NOT b)", 1, 7, "a term that must stand"),
    ("lang:fi site:x", 1, 1, "a term that must stand"),
    ("a AND NOT a", 1, 7, "something that a post can fulfil"),
    ('"a b" -a', 1, 7, "something that a post can fulfil"),
    ("title:a -a", 1, 9, "something that a post can fulfil"),
    ("(a NEAR/2 b) -b", 1, 14, "something that a post can fulfil"),
    ("a (b -a OR c -a)", 1, 6, "something that a post can fulfil"),
    ("a lang:fi lang:en", 1, 11, "something that a post can fulfil"),
    ("a lang:fi -lang:fi", 1, 11, "something that a post can fulfil"),
    ("(" * 51 + "a" + ")" * 51, 1, 51, "at most 50 deep"),
    ("a " * 2001, 1, 4001, "at most 2,000 terms"),
    ("a" * 20001, 1, 20001, "at most 20,000 characters"),
]

FULFILLABLE = [
    "a (-a OR b)",
    "title:a OR -title:a b",
    "a -title:a",
    '(a OR b) -"a b"',
    "a site:example.org site:blog.example.org",
    "a link:x.fi link:y.fi",
    "a (lang:fi OR lang:en)",
    "(a NEAR/2 (b OR c)) -b",
]


@pytest.mark.parametrize(("text", "normal"), MEANT)
def test_means(text: str, normal: str) -> None:
    expression = parse(text)
    assert str(expression) == normal
    assert parse(normal) == expression


@pytest.mark.parametrize(("text", "line", "column", "expected"), FAULTS)
def test_refuses_with_the_place_and_what_was_expected(
    text: str, line: int, column: int, expected: str
) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(text)
    error = caught.value
    assert (error.line, error.column) == (line, column), str(error)
    assert expected in error.expected, str(error)
    assert str(error) == (
        f"Line {line}, column {column} at {error.around}: "
        f"expected {error.expected}; found {error.found}."
    )
    assert len(str(error)) < 400


@pytest.mark.parametrize("text", FULFILLABLE)
def test_does_not_refuse_what_can_hold(text: str) -> None:
    assert isinstance(parse(text), Expression)


@pytest.mark.parametrize("lead", ["", "kaksi sanaa\n", "x " * 200])
def test_the_caret_stands_under_the_fault(lead: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(f"{lead}finnair sitee:x OR\t" + "y " * 100)
    line, caret = caught.value.picture.split("\n")
    assert line[caret.index("^") :].startswith("sitee:x OR y")
    assert len(line) <= 76


def test_terms_come_once_in_order_and_say_where_they_must_stand() -> None:
    expression = parse('b "a b" title:te?lef* -/abc{2}/ (b NEAR/2 c)')
    assert expression.terms == (
        Term("word", "b"),
        Term("phrase", "a b"),
        Term("wildcard", "te?lef*", "title"),
        Term("regex", "abc{2,2}"),
        Term("word", "c"),
    )


def test_is_the_same_whatever_the_brackets() -> None:
    assert parse("(a b) c") == parse("a (b (c))")
    assert hash(parse("(a b) c")) == hash(parse("a AND b AND c"))
    assert parse("a b") != parse("b a")


def test_what_is_written_parses_to_the_same() -> None:
    chance = random.Random(4)
    seen = 0
    for _ in range(2000):
        expression = read(made.expression(chance, 4)[0])
        if isinstance(expression, Expression):
            seen += 1
            assert parse(str(expression)) == expression
    assert seen > 700


ANY = st.text(max_size=30) | st.lists(
    st.sampled_from(
        (
            *'()-"/:*? \n#@|\\ŉß',
            *("AND ", " OR ", "NOT ", " NEAR/2 ", "site:", "title:", "link:", "author:"),
            *("u/", "www.", "a.fi", "abc", "[a-z]", "{1,9}"),
        )
    ),
    max_size=12,
).map("".join)


@settings(max_examples=1000, deadline=None)
@given(ANY)
def test_any_text_is_read_or_refused_and_what_is_read_can_be_written(text: str) -> None:
    expression = read(text)
    if isinstance(expression, ExpressionError):
        assert expression.line >= 1
        assert expression.column >= 1
        assert "\n" not in str(expression)
    else:
        assert parse(str(expression)) == expression


@pytest.mark.parametrize(
    "text",
    [
        "a " * 2000,
        "-" * 19_000 + "a",
        "(" * 19_000,
        " OR ".join(f"(a{n} -b{n})" for n in range(900)),
        "x " + " ".join(f"link:a{n}.fi" for n in range(1200)),
        "/" + ".{0,50}" * 2800 + "/",
        "/ab(" + "|".join("[a-z]x" for _ in range(2000)) + ")/",
        "*" * 19_000 + "abc",
        '"' * 19_000,
        "(a OR " * 49 + "b" + ")" * 49,
    ],
)
def test_reads_or_refuses_the_largest_quickly(text: str) -> None:
    start = time.process_time()
    expression = read(text)
    if isinstance(expression, ExpressionError):
        assert len(str(expression)) < 400
    assert time.process_time() - start < 2


@pytest.mark.parametrize(
    ("text", "column", "operator"),
    [
        ("telefon or internet", 9, "or"),
        ("telefon And internet", 9, "And"),
        ('"a b" and (c OR d)', 7, "and"),
        ("(c OR d) or -a", 10, "or"),
        ("lang:pl and site:x.pl telefon", 9, "and"),
        ("telefon not internet", 9, "not"),
        ("telefon AND not internet", 13, "not"),
        ("near/6 browar", 1, "near/6"),
        ("piwo oNear/6 browar", 6, "oNear/6"),
    ],
)
def test_an_operator_in_small_letters_is_refused(text: str, column: int, operator: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(text)
    assert caught.value.column == column
    assert caught.value.found == (
        f"“{operator}”: write {operator.upper()}, or quote it if you mean the word"
    )


@pytest.mark.parametrize(
    "text",
    ['a "and" b', "and", "a AND or", "or AND b", "not OR b", "title:not a", "near a", "a b.or c"],
)
def test_a_small_operator_that_is_quoted_or_joins_nothing_is_a_word(text: str) -> None:
    assert parse(str(parse(text))) == parse(text)


@pytest.mark.parametrize(
    ("text", "around"),
    [
        ("a OR", "a OR⟪⟫"),
        ("a OR sitee:x", "a OR ⟪sitee:x⟫"),
        ("vespa\nOR )", "vespa OR ⟪)⟫"),
        (
            f"{'piaggio OR ' * 9}scooter NEAR ({'Alessandro ' * 9})",
            "… OR piaggio OR scooter ⟪NEAR⟫ (Alessandro Alessandro …",
        ),
    ],
)
def test_the_place_is_shown_with_what_stands_around_it(text: str, around: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(text)
    assert caught.value.around == around
    assert f"at {around}: expected" in str(caught.value)


@pytest.mark.parametrize("quotes", ["“”", "„”", "»«", "«»", '""'])
def test_any_quotes_do_and_case_does_not_matter_in_them(quotes: str) -> None:
    text = "Osake nousi".join(quotes)
    assert parse(text) == parse('"osake nousi"')
