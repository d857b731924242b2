"""Names of one word and of several, inflected, joined and run together."""

from collections import Counter

import pytest

from listener.match import Matcher
from listener.match.names import name_of
from listener.model import Brand, Post
from tests.listener.match.matching import evidence_in, found


@pytest.mark.parametrize(
    ("text", "name", "there"),
    [
        ("Lensin Finnairilla", "Finnair", "Finnairilla"),
        ("finnairinkaan", "Finnair", "finnairinkaan"),
        ("Nokiastani", "Nokia", "Nokiastani"),
        ("Aurinkomatkojen", "Aurinkomatkat", "Aurinkomatkojen"),
        ("w Biedronce", "Biedronka", "Biedronce"),
        ("w zabce", "Żabka", "zabce"),
        ("mBanku", "mBank", "mBanku"),
        ("Volvos", "Volvo", "Volvos"),
        ("Telias nät", "Telia", "Telias"),
        ("Swedbankist", "Swedbank", "Swedbankist"),
        ("IKEA:sta", "IKEA", "IKEA:sta"),
        ("Reserved'em", "Reserved", "Reserved'em"),
        ("PZU-u", "PZU", "PZU-u"),
        ("Tele2:ssa", "Tele2", "Tele2:ssa"),
        ("H&M:n", "H&M", "H&M:n"),
        ("Яндекса", "Яндекс", "Яндекса"),
        ("Poczty Polskiej", "Poczta Polska", "Poczty Polskiej"),
        ("Musti ja Mirristä", "Musti ja Mirri", "Musti ja Mirristä"),
        ("Marks and Spencer", "Marks & Spencer", "Marks and Spencer"),
        ("sainsburys", "Sainsbury's", "sainsburys"),
        ("#cocacola", "Coca-Cola", "#cocacola"),
        ("Verkkokauppa.comista", "Verkkokauppa.com", "Verkkokauppa.comista"),
    ],
)
def test_the_whole_of_what_is_written_is_the_evidence(text: str, name: str, there: str) -> None:
    assert [one for one, _ in found(text, name)] == [there]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Finnairish", "Finnair"),
        ("Finnairiltaan2", "Finnair"),
        ("@finnairilla", "Finnair"),
        ("Polska Poczta", "Poczta Polska"),
        ("poczta w Polsce", "Poczta Polska"),
        ("H and M", "H&M"),
        ("opin", "OP"),
        ("Musti Mirri", "Musti ja Mirri"),
    ],
)
def test_what_is_another_word_or_name(text: str, name: str) -> None:
    assert found(text, name) == []


def test_a_brand_with_languages_is_inflected_in_those_alone() -> None:
    assert found("Norviassa", "Norvia", languages=("pl",)) == []
    assert found("Norvię", "Norvia", languages=("pl",)) == [("Norvię", "Polish form")]


def test_a_form_of_another_language_than_the_texts_does_not_count() -> None:
    text = "Kansa huokasi ikeen alla monta sataa vuotta ja sitten se oli ohi"
    assert found(text, "Ikea") == []
    assert found(text, "Ikea", languages=("de",)) != []


def test_a_form_that_is_everybodys_word_must_be_written_as_a_name() -> None:
    assert found("rób wedle uznania", "Wedel", languages=("pl",)) == []
    assert found("Wedle prawa", "Wedel", languages=("pl",)) == []
    assert found("te Wedle są pyszne", "Wedel", languages=("pl",)) != []


def test_a_short_word_without_its_diacritics_must_be_written_as_a_name() -> None:
    assert found("ładny szal", "Szał", languages=("pl",)) == []
    assert found("koncert Szal", "Szał", languages=("pl",)) == [("Szal", "without diacritics")]


def test_a_short_name_is_found_in_its_own_case() -> None:
    brand = Brand("b", short_names=("AY",))
    assert [one.text for one in evidence_in("AY:n kone, ay ja Ay", brand)] == ["AY"]


def test_a_handle_may_hold_on_one_site_alone() -> None:
    matcher = Matcher([Brand("b", handles=("x:@play",))])
    assert matcher.match(Post("x", "1", "hej @play"))
    assert not matcher.match(Post("mastodon", "1", "hej @play"))


def test_evidence_says_which_entry_it_is_of() -> None:
    brand = Brand("b", names=("Norvia",), products=("Norvia Plus",), campaigns=("Kesälento",))
    there = evidence_in("Kesälennot ja Norvia Plusin edut", brand)
    assert {(one.kind, one.base) for one in there} == {
        ("campaign", "Kesälento"),
        ("product", "Norvia Plus"),
    }


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Kansa kärsi vuosisatoja vieraan vallan ikeen alla.", "Ikea"),
        ("Hast du den Film gesehen?", "DNA"),
        ("Min hund heter Rex.", "Mini"),
        ("very", "Vero"),
    ],
)
def test_a_form_is_no_frequent_word_of_another_language(text: str, name: str) -> None:
    assert found(text, name) == []


@pytest.mark.parametrize(
    ("text", "name", "there"),
    [
        ("Dr Oetker", "Dr. Oetker", "Dr Oetker"),
        ("at H & M now", "H&M", "H & M"),
        ("1.FC Köln", "1. FC Köln", "1.FC Köln"),
        ("_Nokia_ again", "Nokia", "Nokia"),
        ("__Nokia__", "Nokia", "Nokia"),
        ("Z A B K A", "Żabka", "Z A B K A"),
    ],
)
def test_signs_are_written_as_people_write_them(text: str, name: str, there: str) -> None:
    assert [one for one, _ in found(text, name)] == [there]


def test_a_name_is_found_after_many_words_that_only_look_like_it() -> None:
    brand = Brand("b", short_names=("IT",))
    assert [one.text for one in evidence_in("it " * 100 + "IT broke", brand)] == ["IT"]


def test_names_that_share_a_word_are_anchored_at_words_of_their_own() -> None:
    usage = Counter({"samsung": 1_000, "galaxy": 1_000, "a77": 1})
    name = name_of("samsung galaxy a77", ("en",), loose=True)
    assert name.words[name.anchor] == "samsung"
    rare = name.anchored_at_rarest(usage)
    assert {key[:3] for key, _ in rare.ways()} == {"a77"}


def test_a_thousand_names_that_share_a_word_are_told_apart() -> None:
    models = Brand("b", products=tuple(f"Samsung Galaxy A{number}" for number in range(1_000)))
    matcher = Matcher([models])
    assert matcher.match(Post("x", "1", "samsung galaxy " * 5_000)) == ()
    (mention,) = matcher.match(Post("x", "1", "my Samsung Galaxy A77"))
    assert [one.base for one in mention.evidence] == ["Samsung Galaxy A77"]
