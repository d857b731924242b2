"""The sentences that a reader judged: whether they are fit to measure by, and how matching does.

``make eval-matching`` prints what is behind these figures.
"""

from collections import Counter
from functools import cache

import pytest

from benchmarks.matching_sentences import ALL_KINDS, LANGUAGES, Judged

CASES_MIN = 300

KINDS = {
    *("plain", "inflected", "compound", "misspelt", "obfuscated", "lookalike", "none"),
    *("handle", "hashtag", "link", "product", "person", "several", "base"),
}
KINDS_OF = {
    "fi": {"colon"},
    "pl": {"joined"},
    "sv": {"possessive"},
    "et": {"colon"},
    "en": {"possessive"},
}

FLOORS = {
    "fi": (0.985, 0.98),
    "pl": (0.975, 0.965),
    "sv": (0.985, 0.98),
    "et": (0.98, 0.98),
    "en": (0.985, 0.98),
}
"""Language → precision and recall, a little under what was measured."""

judged = cache(Judged)


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_are_enough_cases_and_no_text_twice(language) -> None:
    texts = Counter(case.text for case in judged(language).cases)
    assert len(texts) >= CASES_MIN
    assert not [text for text, count in texts.items() if count > 1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_case_is_about_brands_of_the_file(language) -> None:
    ids = [brand.id for brand in judged(language).brands]
    assert len(set(ids)) == len(ids)
    for case in judged(language).cases:
        assert case.about <= set(ids), case.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_occurs_and_no_other(language) -> None:
    kinds = {case.kind for case in judged(language).cases}
    assert kinds == KINDS | KINDS_OF[language]


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_to_be_found_in_negatives_and_something_elsewhere(language) -> None:
    for case in judged(language).cases:
        if case.kind in {"lookalike", "none"}:
            assert not case.about, case.text
        elif case.kind == "several":
            assert len(case.about) > 1, case.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_precision_and_recall_stay_above_their_floors(language) -> None:
    precision, recall = FLOORS[language]
    tally = judged(language).tallies()[ALL_KINDS]
    errors = "\n".join(judged(language).errors())
    assert tally.precision >= precision, errors
    assert tally.recall >= recall, errors
