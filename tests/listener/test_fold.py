import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listener.match.fold import _CLUSTER, IGNORED, MARKS, SPACED, fold, folded

# What breaks folding: characters that grow, vanish, compose, reorder, or start a cluster.
AWKWARD = (
    "aZiIİıßẞﬁŉΐςΣſ™℠¹½…´`’‑éŻが핀ㅠㅋﾊﾟ각ậ _@"
    "\u0301\u0307\u0323\u0345\u200d\u00ad\ufe0f\u1161\u11a8\u1fef"
)
TEXTS = st.text(st.sampled_from(AWKWARD) | st.characters(exclude_categories=["Cs"]), max_size=60)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("FINNAIR", "finnair"),
        ("Fin\u00adnair", "Finnair"),
        ("F\u200bi\u200dn\u2060nair\ufeff", "Finnair"),
        ("Z\u0307abka", "Żabka"),
        ("Ｆｉｎｎａｉｒ", "Finnair"),
        ("𝐅𝐢𝐧𝐧𝐚𝐢𝐫", "Finnair"),
        ("ﬁnnair", "Finnair"),
        ("STRASSE", "Straße"),
        ("İŞ BANKASI", "iş bankası"),
        ("i\u0307stanbul", "İstanbul"),
        ("ΟΔΥΣΣΕΥΣ", "Οδυσσευς"),
        ("L’Oréal", "l'ore\u0301al"),
        ("Coca‑Cola", "coca-cola"),
        ("ﾄﾖﾀ", "トヨタ"),
        ("ｶﾞ", "ガ"),
        (unicodedata.normalize("NFD", "핀에어"), "핀에어"),
    ],
)
def test_what_a_reader_takes_for_the_same_folds_to_the_same(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Żabka", "Zabka"), ("Päivä", "Paiva"), ("Play", "P1ay"), ("核", "該"), ("が", "か")],
)
def test_what_differs_stays_different(one: str, other: str) -> None:
    assert fold(one) != fold(other)


def test_a_trade_mark_adds_no_letters_and_laughter_no_syllable() -> None:
    assert fold("Finnair™") == "finnair™"
    assert fold("핀에어ㅠㅠ") == "핀에어ㅠㅠ"


def test_positions_lead_back_to_whole_characters() -> None:
    text = "👍🏽 Straße, Ża\u0301bka\u0328 ﬁn"
    whole = folded(text)
    assert _original(text, "strasse") == "Straße"
    assert _original(text, "k") == "k"
    assert _original(text, "ą") == "a\u0328"
    assert _original(text, "i") == "ﬁ"
    assert whole.text.endswith(" fin")


def test_positions_are_true_across_the_pieces_a_long_text_is_folded_in() -> None:
    text = "ß" * 1_000 + "Żabka" + "İ" * 1_000
    start = folded(text).text.index("żabka")
    assert start == 2_000
    assert folded(text).span(start, start + 5) == (1_000, 1_005)


def test_a_flood_of_combining_marks_is_folded_in_linear_time() -> None:
    flood = "a" + "\u0301\u0323" * 200_000
    whole = folded(flood + " Finnair")
    start = whole.text.index("finnair")
    assert flood + " Finnair" == whole.original
    assert whole.original[slice(*whole.span(start, start + 7))] == "Finnair"


@settings(deadline=None)
@given(TEXTS)
def test_every_position_leads_to_the_character_it_came_from(text: str) -> None:
    whole = folded(text)
    assert whole.text == fold(text)
    for at, character in enumerate(whole.text):
        start, end = whole.span(at, at + 1)
        assert 0 <= start < end <= len(text)
        assert character in fold(text[start:end])


@settings(deadline=None)
@given(TEXTS)
def test_a_stretch_of_the_folded_text_comes_from_a_stretch_that_folds_to_it(text: str) -> None:
    whole = folded(text)
    if whole.text:
        start, end = whole.span(0, len(whole.text))
        assert fold(text[start:end]) == whole.text


def test_no_character_is_folded_halfway() -> None:
    for character in map(chr, [*range(0xD800), *range(0xE000, 0x1F000)]):
        once = fold(character)
        assert fold(once) == once, hex(ord(character))
        assert fold(unicodedata.normalize("NFD", character)) == once, hex(ord(character))


@settings(deadline=None)
@given(TEXTS)
def test_composed_and_decomposed_are_the_same(text: str) -> None:
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


@settings(deadline=None)
@given(TEXTS)
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_a_text_folds_as_its_characters_do(text: str) -> None:
    clusters = [cluster.group() for cluster in _CLUSTER.finditer(text)]
    assert "".join(clusters) == text
    assert "".join(map(fold, clusters)) == fold(text)


def test_what_can_compose_with_the_character_before_it_counts_as_a_mark() -> None:
    joins = re.compile(f"[{MARKS}{IGNORED}]")
    for point in range(0xA0, 0x20000):
        decomposed = unicodedata.decomposition(chr(point)).split()
        if len(decomposed) == 2 and not decomposed[0].startswith("<"):
            assert joins.match(chr(int(decomposed[1], 16))), hex(point)


def test_letters_of_spaced_scripts_are_told_from_the_others() -> None:
    spaced = re.compile(SPACED)
    assert all(map(spaced.match, "aZ9_äŻжλאمह"))
    assert not any(map(spaced.match, "日ひカ핀ไກខမ -.@#™😡"))


def _original(text: str, part: str) -> str:
    start = folded(text).text.index(part)
    return text[slice(*folded(text).span(start, start + len(part)))]
