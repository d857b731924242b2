"""Where terms stand in a folded post, against a plain search word by word."""

import random
import time
from collections.abc import Collection
from fnmatch import fnmatchcase

import pytest

from listener.match.expression import Span, parse
from listener.match.expression.finder import PLACES_MAX, TermFinder
from listener.match.expression.tree import Term
from listener.match.expression.words import places_in, words_in
from listener.match.fold import fold


def found(expression: str, text: str, title: str = "") -> list[Span]:
    terms = parse(expression).terms
    places = TermFinder(terms).places(fold(title), fold(text))
    return sorted(span for spans in places.values() for span in spans)


@pytest.mark.parametrize(
    ("expression", "text", "words"),
    [
        ("finnair", "Finnair on FINNAIR.", [(0, 0), (2, 2)]),
        ("finnair", "finnairilla finnairit", []),
        (
            "finnair",
            "#Finnair @finnair (Finnair's) finnair-lento",
            [(0, 0), (1, 1), (2, 2), (4, 4)],
        ),
        ("#finnair", "finnair #finnair @finnair #finnair2 x#finnair", [(1, 1)]),
        ("@finnair", "@finnair me@finnair.com #finnair", [(0, 0)]),
        ("żabka", "z\u0307abka Z\u0307ABKA", [(0, 0), (1, 1)]),
        ('"finnair plus"', "finnair plus finnair, Plus plus finnair", [(0, 1), (2, 3)]),
        ('"finnair plus"', "#finnair @plus", [(0, 1)]),
        ('"#finnair plus"', "finnair plus #finnair plus", [(2, 3)]),
        ('"a a"', "a a a", [(0, 1), (1, 2)]),
        ("AT&T", "at&t at t att", [(0, 1), (2, 3)]),
        ("telef*", "telefon telef tele telefonilla", [(0, 0), (1, 1), (3, 3)]),
        ("*phone", "saxophone phone phones", [(0, 0), (1, 1)]),
        ("tele* OR *hone", "tele hone", [(0, 0), (1, 1)]),
        ("*phone*", "saxophones phon", [(0, 0)]),
        ("wom?n", "woman women womn womaan", [(0, 0), (1, 1)]),
        ("#tele*", "telefon #telefon", [(1, 1)]),
        ("lau*ku*lla", "laukkukullalla laukku", [(0, 0)]),
        ("ソニー", "私はソニーのファン", [(2, 4)]),
        ("title:finnair", "finnair", []),
    ],
)
def test_finds(expression: str, text: str, words: list[tuple[int, int]]) -> None:
    assert found(expression, text) == [("text", *place) for place in words]


def test_title_and_text_are_counted_apart() -> None:
    assert found("finnair title:lento", "lento finnair", "Finnair lento") == [
        ("text", 1, 1),
        ("title", 0, 0),
        ("title", 1, 1),
    ]


def test_a_bare_word_is_found_in_the_forms_given_and_a_quoted_one_is_not() -> None:
    def forms(word: str) -> Collection[str]:
        return {word, f"{word}illa", f"{word}'s", f"{word}-x y"}

    bare, exact = parse("finnair").terms + parse('"finnair"').terms
    places = TermFinder([bare, exact], forms).places("", "finnairilla finnair's finnair-x-y")
    assert places[bare] == [
        Span("text", 0, 0),
        Span("text", 1, 1),
        Span("text", 1, 2),
        Span("text", 3, 3),
        Span("text", 3, 5),
    ]
    assert places[exact] == [Span("text", 1, 1), Span("text", 3, 3)]


def test_a_word_number_leads_back_to_the_characters() -> None:
    text = fold("Hei, #Finnair lentää!")
    (spans,) = TermFinder(parse("lentää").terms).places("", text).values()
    start, end = places_in(text)[spans[0].first_word]
    assert text[start:end] == "lentää"


def test_is_the_same_as_looking_at_each_word_for_each_term() -> None:
    chance = random.Random(11)
    wilds = ["ab?*", "*abb", "a*bab", "*bab*", "?aba", "bab*a*", "abb?", "*aa*bbb", "b?aab*"]
    terms = [Term("wildcard", wild) for wild in wilds]
    terms += [Term("phrase", phrase) for phrase in ("a b", "ab a", "ab ab ab", "b", "a ab b a")]
    terms += [Term("word", word) for word in ("a", "abab", "bb")]
    finder = TermFinder(terms)
    for _ in range(600):
        text = "".join(chance.choices("aabb ", k=chance.randint(0, 60)))
        assert finder.places("", text) == _slowly(terms, text)


def _slowly(terms: list[Term], text: str) -> dict[Term, list[Span]]:
    words = words_in(text)
    places: dict[Term, list[Span]] = {}
    for term in terms:
        parts = term.text.split()
        for at in range(len(words) - len(parts) + 1):
            pairs = zip(words[at:], parts, strict=False)
            if all(fnmatchcase(word, part) for word, part in pairs):
                places.setdefault(term, []).append(Span("text", at, at + len(parts) - 1))
    return places


def test_many_phrases_with_one_end_cost_no_more_than_one() -> None:
    terms = [Term("phrase", f"x{number} is good") for number in range(5000)]
    finder = TermFinder(terms)
    text = "x7 is good " * 1000
    start = time.process_time()
    assert {term.text for term in finder.places("", text)} == {"x7 is good"}
    assert time.process_time() - start < 1


def test_bounds_the_places_and_the_words() -> None:
    finder = TermFinder(parse("aaa* OR b").terms)
    places = finder.places("", "b " * (PLACES_MAX + 5) + "a" * 1_000_000)
    assert [len(spans) for spans in places.values()] == [PLACES_MAX]
    assert finder.places("", "") == {}
