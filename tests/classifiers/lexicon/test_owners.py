"""Whom the words of a text are about."""

import pytest

from classifiers.lexicon.owners import NOBODY, OURS, THEIRS, named, owners
from classifiers.lexicon.seen import part
from classifiers.lexicon.tokens import tokens


def about(text: str) -> dict[str, str]:
    """Each word with whom it is about; the brand is written as its sign."""
    read = part(text.replace("§", "\ue000"), "en")
    return {token.shown: owner for token, owner in zip(read.row, read.owners, strict=True)}


def test_a_clause_with_one_name_is_about_that_one() -> None:
    told = about("§ was awful, but Kestra was lovely")
    assert (told["awful"], told["lovely"]) == (OURS, THEIRS)


def test_a_clause_without_a_name_goes_on_about_the_last() -> None:
    told = about("Took Kestra, then §. Slow. Dirty too")
    assert (told["Slow"], told["Dirty"]) == (OURS, OURS)


def test_what_stands_before_the_first_name_is_about_it() -> None:
    assert about("lovely trip with Kestra, not with §")["lovely"] == THEIRS


def test_between_two_names_the_nearer_has_the_word() -> None:
    told = about("§ is always late and dear Kestra is not")
    assert (told["late"], told["dear"]) == (OURS, THEIRS)


@pytest.mark.parametrize("text", ["§ was awful", "Kestra was awful", "all awful", ""])
def test_where_one_side_alone_is_named_there_is_nothing_to_tell_apart(text: str) -> None:
    assert set(about(text).values()) <= {NOBODY}


@pytest.mark.parametrize(
    ("text", "language", "names"),
    [
        ("we took Kestra home", "en", {"Kestra"}),
        ("The bus and I were late", "en", set()),
        ("ask @kestra instead", "en", {"@kestra"}),
        ("WHY IS IT SO", "en", set()),
        ("#Kestra", "en", set()),
        ("Kestra vei, kiitos Kestra", "fi", {"Kestra"}),
        ("Kestra vei perille", "fi", set()),
        ("Hyvä kyyti", "fi", set()),
        ("Dobry dzień", "pl", set()),
    ],
)
def test_a_name_is_a_handle_or_a_capital_on_no_everyday_word(
    text: str, language: str, names: set[str]
) -> None:
    row = tokens(text)
    assert {row[place].shown for place in named(row, language)} == names


def test_a_long_text_full_of_names_takes_time_in_proportion() -> None:
    clauses = list(range(2_000)) * 2
    told = owners(sorted(clauses), tuple(range(0, 4_000, 2)), frozenset(range(1, 4_000, 2)))
    assert len(told) == 4_000
