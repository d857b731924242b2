"""What the platforms are asked for: within their limits, nothing lost, nothing smuggled in."""

import re
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listener.match.inflect import paradigm
from listener.match.platforms import SYNTAX, Platform
from listener.match.queries import Queries, queries_for
from listener.match.usual import usual_forms
from listener.model import Brand

PLATFORMS: tuple[Platform, ...] = get_args(Platform)

FINNAIR = Brand(
    "finnair",
    names=("Finnair",),
    products=("Finnair Plus",),
    people=("Turkka Kuusisto",),
    handles=("@Finnair",),
    hashtags=("#Finnair",),
    domains=("https://www.finnair.com",),
    own_accounts=("FinnairSuomi",),
    forbid=("finnaire", "air force"),
    languages=("fi", "en"),
)

NAMED = 'Finnair OR "Finnair Plus" OR "Turkka Kuusisto"'
WITHOUT = '-finnaire -"air force"'
WITHOUT_ON_X = f"{WITHOUT} -from:finnair -from:finnairsuomi"
WITHOUT_ON_REDDIT = 'NOT finnaire NOT "air force" NOT author:finnair NOT author:finnairsuomi'

ASKED = {
    "x": (
        f"({NAMED}) (lang:fi OR lang:en OR lang:und) {WITHOUT_ON_X}",
        f'(@finnair OR #Finnair OR url:"finnair.com") {WITHOUT_ON_X}',
    ),
    "reddit": (f"({NAMED} OR finnair OR site:finnair.com) {WITHOUT_ON_REDDIT}",),
    "hackernews": ("Finnair", '"Finnair Plus"', '"Turkka Kuusisto"', "finnair", '"finnair.com"'),
    "bluesky": (
        "Finnair",
        '"Finnair Plus"',
        '"Turkka Kuusisto"',
        '"@finnair"',
        "#Finnair",
        "domain:finnair.com",
    ),
    "mastodon": (
        "Finnair",
        '"Finnair Plus"',
        '"Turkka Kuusisto"',
        '"@finnair"',
        "#Finnair",
        '"finnair.com"',
    ),
    "youtube": (f'({NAMED.replace(" OR ", "|")}|"@finnair"|#Finnair|"finnair.com") {WITHOUT}',),
    "google_news": (f'({NAMED} OR finnair OR "finnair.com") {WITHOUT}',),
}


def terms_of(query: str, platform: Platform) -> list[str]:
    """The terms of a query, taken apart again without the code that made it."""
    quoted: list[str] = []

    def kept(found: re.Match[str]) -> str:
        quoted.append(found.group())
        return f"\x00{len(quoted) - 1}\x00"

    bare = re.sub(r'"[^"]*"', kept, query)
    inner = re.match(r"\(([^()]*)\)", bare)
    terms = inner[1] if inner else re.sub(r" (?:-|NOT |\().*", "", bare)
    parts = terms.split(SYNTAX[platform].joint or "\n")
    return [re.sub("\x00(\\d+)\x00", lambda at: quoted[int(at[1])], part) for part in parts]


@pytest.mark.parametrize("platform", PLATFORMS)
def test_asks_as_the_platform_documents(platform: Platform) -> None:
    assert queries_for(FINNAIR, platform, 512) == Queries(ASKED[platform])


@pytest.mark.parametrize(
    ("name", "term"),
    [
        ("IKEA", "IKEA"),
        ("Żabka", "Żabka"),
        ("Not", '"Not"'),
        ("OR", '"OR"'),
        ("AT&T", '"AT&T"'),
        ("lang:fi", '"lang:fi"'),
        ("-spam", '"-spam"'),
        ("(a OR b)", '"(a OR b)"'),
        ('x" OR "y', '"x OR y"'),
        ("x\\” y\n-z\x00\u202e", '"x y -z"'),
        ("a | b", '"a | b"'),
    ],
)
@pytest.mark.parametrize("platform", PLATFORMS)
def test_an_operator_in_a_name_is_only_a_word(platform: Platform, name: str, term: str) -> None:
    assert queries_for(Brand("b", names=(name,)), platform, 100) == Queries((term,))


def test_what_cannot_be_searched_is_said() -> None:
    brand = Brand(
        "b",
        names=("!!", "\u200b", "x" * 200),
        handles=("@not a handle", "r/finnair"),
        hashtags=("two words", "2024"),
        domains=("no host here",),
    )
    found = queries_for(brand, "x", 100)
    assert found.queries == ()
    assert found.left_out == (
        "name “!!”: nothing that can be searched for here",
        "name “”: nothing that can be searched for here",
        "handle “@not a handle”: nothing that can be searched for here",
        "handle “r/finnair”: nothing that can be searched for here",
        "hashtag “two words”: nothing that can be searched for here",
        "hashtag “2024”: nothing that can be searched for here",
        "domain “no host here”: nothing that can be searched for here",
        f"name “{'x' * 59}…”: does not fit into 100 characters",
    )


def test_a_long_name_goes_without_the_exclusions_rather_than_not_at_all() -> None:
    brand = Brand("b", names=("x" * 95, "y"), forbid=("zz",))
    assert queries_for(brand, "x", 100) == Queries(("y -zz", "x" * 95))


def test_exclusions_without_room_are_said() -> None:
    brand = Brand("b", names=("y",), forbid=("z" * 30, "w"))
    found = queries_for(brand, "google_news", 60)
    assert found.queries == ("y -w",)
    assert found.left_out == (
        f"forbid “{'z' * 30}”: no room; such posts come and are dropped later",
    )


def test_a_language_that_x_does_not_know_restricts_nothing() -> None:
    assert queries_for(Brand("b", names=("y",), languages=("fi", "se")), "x", 512).queries == ("y",)
    he = queries_for(Brand("b", names=("y",), languages=("he",)), "x", 512)
    assert he.queries == ("y (lang:iw OR lang:und)",)


def test_google_is_asked_for_at_most_32_words() -> None:
    brand = Brand("b", names=tuple(f"one two {number}" for number in range(25)))
    found = queries_for(brand, "google_news", 10_000)
    assert len(found.queries) == 3
    for query in found.queries:
        assert len(query.replace(" OR ", " ").split()) <= 32


def test_as_many_forms_as_fit_the_most_frequent_first() -> None:
    brand = Brand("b", names=("Finnair", "Nokia"))

    def forms(name: str) -> list[str]:
        return [name, f"{name}n", f"{name}lla", f"{name}sta"]

    found = queries_for(brand, "x", 60, forms, queries_max=1)
    assert found.queries == ("Finnair OR Nokia OR Finnairn OR Nokian OR Finnairlla",)
    assert found.left_out == (
        "1 of 3 forms of “Finnair”: no room",
        "2 of 3 forms of “Nokia”: no room",
    )
    assert len(queries_for(brand, "x", 60, forms, queries_max=2).queries) == 2
    assert queries_for(brand, "x", 60, forms, queries_max=2).left_out == ()
    assert len(queries_for(brand, "mastodon", 60, forms, queries_max=0).queries) == 2


WORD = st.text("abcäż", min_size=1, max_size=9)
NAMES = st.lists(WORD | st.tuples(WORD, WORD).map(" ".join), max_size=6, unique=True)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(PLATFORMS), NAMES, NAMES, st.integers(1, 120), st.booleans())
def test_every_term_is_in_exactly_one_query_or_left_out(
    platform: Platform, names: list[str], forbid: list[str], chars_max: int, is_inflected: bool
) -> None:
    brand = Brand(
        "b",
        names=tuple(names[::2]),
        products=tuple(names[1::2]),
        hashtags=tuple(name.replace(" ", "") + "2" for name in names),
        forbid=tuple(forbid),
        languages=("fi",),
    )
    found = queries_for(
        brand, platform, chars_max, (lambda name: [name, name + "X"]) if is_inflected else None
    )
    assert all(0 < len(query) <= chars_max for query in found.queries)
    asked = [term.strip('"#') for query in found.queries for term in terms_of(query, platform)]
    assert len(asked) == len(set(asked))
    for name in (*brand.names, *brand.products, *brand.hashtags):
        is_said = any(f"“{name}”: does not fit" in said for said in found.left_out)
        assert (name in asked) is not is_said


ODD = (*'"”\\()-|:#@/ \n\x00', " OR ", "NOT ", "a", "b.c")
HOSTILE = st.lists(
    st.text(max_size=9) | st.lists(st.sampled_from(ODD), max_size=6).map("".join), max_size=2
).map(tuple)


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(PLATFORMS),
    st.builds(
        Brand,
        st.just("b"),
        *[HOSTILE] * 10,
    ),
    st.integers(-1, 600),
)
def test_nothing_hostile_breaks_out(platform: Platform, brand: Brand, chars_max: int) -> None:
    for query in queries_for(brand, platform, chars_max).queries:
        assert len(query) <= chars_max
        assert query.isprintable()
        assert query.count('"') % 2 == 0
        outside = re.sub(r'"[^"]*"', "x", query)
        assert outside.count("(") == outside.count(")") <= 2
        assert not re.search(r"[\\\n”]|\bOR\b \bOR\b|\(\)", outside)


def test_short_names_misspellings_and_campaigns_are_asked_for_too() -> None:
    brand = Brand(
        "b", ("Finnair",), short_names=("AY",), misspellings=("Finair",), campaigns=("Lennä nyt",)
    )
    assert queries_for(brand, "reddit", 512).queries == ('Finnair OR AY OR Finair OR "Lennä nyt"',)


def test_forbidden_expressions_are_not_sent_and_are_told() -> None:
    said = ("site:chess.com", "NEAR/6 sok", "sok AND owoc", "Google Play", "-x")
    asked = queries_for(Brand("play", ("Play",), forbid=said), "google_news", 512)
    assert asked.queries == ('Play -"Google Play"',)
    assert [left.split("”")[0] for left in asked.left_out] == [
        f"forbid “{entry}" for entry in said if entry != "Google Play"
    ]
    assert all("dropped later" in left for left in asked.left_out)


def test_each_name_and_product_gets_forms_where_there_is_little_room() -> None:
    brand = Brand("b", ("Elisa", "Finnair"), products=("Livebox",), languages=("fi",))
    asked = queries_for(brand, "reddit", 80, lambda base: usual_forms(base, ("fi",)), 1)
    assert asked.queries == (
        "Elisa OR Finnair OR Livebox OR elisan OR finnairin OR liveboxin OR elisalla",
    )
    assert len(asked.left_out) == 3


@pytest.mark.parametrize(
    ("base", "codes", "first"),
    [
        ("Elisa", ("fi",), ["elisan", "elisalla", "elisassa", "elisasta", "elisalle", "elisaa"]),
        ("Finnair", ("fi",), ["finnairin", "finnairilla", "finnairissa", "finnairista"]),
        ("Nike Plus", ("fi",), ["nike plusin"]),
        ("Żabka", ("pl",), ["żabki", "żabkę", "żabką", "żabce"]),
        ("Sklep", ("pl", "en"), ["sklepu", "skleps", "sklepem"]),
        ("Poczta Polska", ("pl",), []),
        ("Elisa", ("fi", "xx"), ["elisan"]),
        ("Elisa", (), []),
        ("", ("fi",), []),
        ("AT&T", ("fi",), []),
    ],
)
def test_the_usual_forms_come_first(base: str, codes: tuple[str, ...], first: list[str]) -> None:
    assert usual_forms(base, codes)[: len(first) or None] == first


def test_every_form_comes_once() -> None:
    forms = usual_forms("Telia", ("fi", "sv"))
    assert len(forms) == len(set(forms))
    written = paradigm("telia", ("fi",)).written | paradigm("telia", ("sv",)).written
    assert {"telia", *forms} == written
