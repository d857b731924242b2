"""Russian forms: every one that people write of a brand, and not the words beside it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.match.fold import fold
from listener.match.inflect import russian

WORDS = st.text(alphabet="абвгдеёжзийклмнопрстуфхцчшщъыьэюя", min_size=1, max_size=40)


@pytest.mark.parametrize(
    ("word", "written"),
    [
        ("сбербанк", "сбербанка сбербанку сбербанком сбербанке сбербанки сбербанков"),
        ("лента", "ленты ленте ленту лентой лентою лент лентам"),
        ("пятёрочка", "пятёрочки пятёрочке пятёрочку пятёрочкой пятёрочек пятерочке"),
        ("мегафон", "мегафона мегафону мегафоном мегафоне"),
        ("россия", "россии россию россией"),
        ("аэрофлот", "аэрофлота аэрофлоту аэрофлотом аэрофлоте"),
        ("тиньков", "тинькова тинькову тиньковым тинькове тиньковых"),
        ("касперский", "касперского касперскому касперским касперском"),
        ("красное", "красного красному красным красном"),
        ("яндекс", "яндекса яндексу яндексом яндексе"),
        ("икея", "икеи икее икею икеей"),
        ("чебоксары", "чебоксар чебоксарам чебоксарами чебоксарах"),
    ],
)
def test_brands_of_every_shape(word: str, written: str) -> None:
    assert set(written.split()) <= russian.forms(word)


@pytest.mark.parametrize(
    ("word", "written"),
    [
        ("рынок", "рынка рынку рынком рынке рынки рынков"),
        ("орёл", "орла орлом орле орлы орлов орел"),
        ("боец", "бойца бойцом бойцы бойцов"),
        ("палец", "пальца пальцем пальцы пальцев"),
        ("огонёк", "огонька огоньком огоньки огонек"),
        ("огонь", "огня огню огнём огнем огне огни огней"),
        ("гражданин", "гражданина гражданином граждане граждан гражданам"),
        ("котёнок", "котёнка котята котят котятами"),
        ("музей", "музея музею музеем музее музеи музеев"),
        ("врач", "врача врачом врачи врачей"),
        ("месяц", "месяца месяцем месяцы месяцев"),
        ("учитель", "учителя учителем учителе учителей учителями"),
        ("площадь", "площади площадью площадей площадям"),
        ("вещь", "вещи вещью вещей вещам вещах"),
        ("девушка", "девушки девушку девушкой девушек"),
        ("копейка", "копейки копейке копеек"),
        ("неделя", "недели неделю неделей недель неделям"),
        ("песня", "песни песню песней песен песнях"),
        ("статья", "статьи статье статью статьёй статей"),
        ("станция", "станции станцию станцией станций"),
        ("окно", "окна окну окном окне окон окнах"),
        ("письмо", "письма письмом писем"),
        ("солнце", "солнца солнцу солнцем солнц"),
        ("издание", "издания изданию изданием издании изданий"),
        ("время", "времени временем времена времён временам"),
        ("новый", "новая новое нового новому новым новую новой новые новых новыми"),
        ("синий", "синяя синее синего синему синюю синей синие синих"),
        ("общий", "общая общее общего общую общей общих"),
    ],
)
def test_native_words_of_every_declension(word: str, written: str) -> None:
    assert set(written.split()) <= russian.forms(word)


@pytest.mark.parametrize(
    ("word", "others"),
    [
        ("лента", "лен ленточка лентяй"),
        ("рынок", "рыночный рынь"),
        ("сбербанк", "сбербанковский сбер"),
        ("яндекс", "яндексовый"),
        ("россия", "российский россиянин"),
    ],
)
def test_words_beside_it_are_not_its_forms(word: str, others: str) -> None:
    assert russian.forms(word).isdisjoint(others.split())


@pytest.mark.parametrize("word", ["", "я", "а" * 41, "ikea", "iphone'ом", "ё-моё", "м2", "żubr"])
def test_what_is_no_russian_word_stays_as_it_is(word: str) -> None:
    assert russian.forms(word) == {word}


def test_endings_after_a_mark() -> None:
    assert {"а", "у", "ом", "е", "ов", "ой", "ами"} <= set(russian.ENDINGS)
    assert list(russian.ENDINGS) == sorted(set(russian.ENDINGS), key=lambda end: (-len(end), end))


def test_nothing_is_attached_to_a_form() -> None:
    assert russian.CLITICS == russian.POSSESSIVES == ()
    assert russian.owned("яндекс") == frozenset()


@given(WORDS)
def test_any_word_has_few_folded_forms_and_itself(word: str) -> None:
    forms = russian.forms(word)
    assert word in forms
    assert len(forms) <= 400
    assert all(form and form == fold(form) for form in forms)


@given(WORDS)
def test_yo_is_also_written_without_its_dots(word: str) -> None:
    forms = russian.forms(word)
    assert len(word) < 2 or {form.replace("ё", "е") for form in forms} <= forms
