"""Russian: six cases, three genders, in Cyrillic; and endings behind a name in Latin letters.

A brand in Cyrillic (*Сбербанк, в Сбербанке; Лента, в Ленте*) gets the forms of each noun or
adjective that its ending allows. One in Latin letters stays as it is, and what people put
behind it is in :data:`ENDINGS` (*iPhone'ом, Google-у*). Where a form has ё, it is also given
with е, because most people write so.
"""

import re
from collections.abc import Iterator

CODE = "ru"

CLITICS: tuple[str, ...] = ()
POSSESSIVES: tuple[str, ...] = ()

ENDINGS = (
    *("ами", "ого", "ому", "ями"),
    *("ам", "ах", "ев", "ей", "ем", "ов", "ой", "ом", "ою", "ые", "ый", "ых", "ью", "ям", "ях"),
    *("а", "е", "и", "й", "м", "у", "ы", "ю", "я"),
)
"""What follows a name after a mark: "iPhone'ом", "Google-у", "МТС-ом"."""

_WORD = re.compile("[а-яё]{2,40}")
_VOWELS = "аеёиоуыэюя"
_VELAR = tuple("гкх")
_HUSHING = tuple("жчшщ")

_FLEETING = re.compile(f"(.*[^{_VOWELS}]|.*[{_VOWELS}](?=[её][цк]))([оеё])([кцлнрт]|нь|ль)")
_SOFT_BEFORE_FLEETING = re.compile(".*(?:ёк|[нрл]ек|л[её]ц)")  # огонёк, огонька; палец, пальца
_SHORT_STEMS = {
    "день": "дн", "лев": "льв", "лёд": "льд", "лён": "льн", "лоб": "лб", "огонь": "огн",
    "пёс": "пс", "пень": "пн", "ров": "рв", "рот": "рт", "сон": "сн", "угол": "угл",
    "уголь": "угл", "ветер": "ветр", "посол": "посл",
}  # fmt: skip
_CLUSTER = re.compile(f"(.*[^{_VOWELS}])([клнмр])")


def forms(word: str) -> frozenset[str]:
    """Every form of a folded noun or adjective in Cyrillic, itself included."""
    if not _WORD.fullmatch(word):
        return frozenset({word})
    found = {word, *_nouns(word), *_adjectives(word)}
    return frozenset(found | {form.replace("ё", "е") for form in found})


def owned(word: str) -> frozenset[str]:  # noqa: ARG001 (other languages need it)
    """No body: Russian says whose a thing is with a word of its own."""
    return frozenset()


def _joined(stem: str, endings: str) -> Iterator[str]:
    return (stem + ending for ending in endings.split(" "))


def _nouns(word: str) -> Iterator[str]:
    stem, last = word[:-1], word[-1]
    if last in "ьй":
        yield from _in_soft_consonant(word)
    elif last not in _VOWELS:
        yield from _in_consonant(word)
    elif last == "а":
        yield from _in_a(stem)
    elif last == "я":
        yield from _in_ya(stem)
    elif last == "о":
        yield from _hard_cases(stem, "а у ом е ам ами ах")
        yield from _bare(stem)
    elif last in "её":
        yield from _in_e(stem)
    elif last in "ыи":
        yield from _plural(stem, last)


def _hard_cases(stem: str, endings: str) -> Iterator[str]:
    """The endings, and -и or -ы as the last consonant allows."""
    yield from _joined(stem, endings)
    yield stem + ("и" if stem.endswith((*_VELAR, *_HUSHING)) else "ы")


def _in_consonant(word: str) -> Iterator[str]:
    for stem in {word, _without_vowel(word)}:
        yield from _hard_cases(stem, "а у ом е ам ами ах")
        if stem.endswith((*_HUSHING, "ц")):
            yield stem + "ем"
        yield stem + ("ей" if stem.endswith(_HUSHING) else "ов")
        if stem.endswith("ц"):
            yield stem + "ев"
    if word.endswith(("ов", "ев", "ёв", "ин")):  # a surname: с Тиньковым
        yield from _joined(word, "ым ых ыми")
    if word.endswith(("анин", "янин", "арин")):  # one of a people: россиянин, россияне
        yield from _joined(word[:-2], " е ам ами ах")
    if word.endswith(("онок", "ёнок")):  # the young: котёнок, котята
        young = word[:-4] + ("ят" if word.endswith("ёнок") else "ат")
        yield from _joined(young, " а ам ами ах")


def _in_soft_consonant(word: str) -> Iterator[str]:
    for stem in {word[:-1], _without_vowel(word)}:
        yield from _joined(stem, "я ю ем ём е и ям ями ях")
        if word.endswith("ь"):
            yield stem + "ей"
        else:
            yield from _joined(stem, "ев ёв")
    if word.endswith("ь"):
        yield from _joined(word[:-1], "ью")
        if word[-2] in _HUSHING:
            yield from _joined(word[:-1], "ам ами ах")


def _in_a(stem: str) -> Iterator[str]:
    yield from _hard_cases(stem, "е у ой ою ам ами ах")
    yield from _bare(stem)
    if stem.endswith((*_HUSHING, "ц")):
        yield from _joined(stem, "ей ею")


def _in_ya(stem: str) -> Iterator[str]:
    if stem.endswith("м") and len(stem) > 1:  # время, времени, времён
        yield from _joined(stem + "ен", "и ем а ам ами ах")
        yield stem + "ён"
    yield from _joined(stem, "и ю ей ею ёй ям ями ях")
    yield stem + ("и" if stem.endswith("и") else "е")
    yield from _bare_soft(stem)


def _in_e(stem: str) -> Iterator[str]:
    if stem.endswith((*_HUSHING, "ц")):
        yield from _joined(stem, "а у ем ам ами ах")
        yield from _bare(stem)
        return
    yield from _joined(stem, "я ю ем ём и ям ями ях ев")
    yield from _bare_soft(stem)


def _plural(stem: str, last: str) -> Iterator[str]:
    """The forms of what has no singular: Чебоксары, Мытищи, Новости."""
    if last == "ы" or stem.endswith((*_VELAR, *_HUSHING)):
        yield from _joined(stem, "ам ами ах ов")
        yield from _bare(stem)
    else:
        yield from _joined(stem, "ям ями ях ей")
    if stem.endswith(_HUSHING):
        yield stem + "ей"


def _without_vowel(word: str) -> str:
    """The stem without its fleeting vowel: рынок → рынк, орёл → орл, боец → бойц; or as it is."""
    plain = word.removesuffix("ь").removesuffix("й")
    found = _FLEETING.fullmatch(word)
    if word in _SHORT_STEMS or not found or not re.search(f"[{_VOWELS}]", found[1]):
        return _SHORT_STEMS.get(word, plain)
    head, end = found[1], found[3].removesuffix("ь")
    if head[-1] in _VOWELS:
        return head + "й" + end
    return head + ("ь" if _SOFT_BEFORE_FLEETING.fullmatch(word) else "") + end


def _bare(stem: str) -> set[str]:
    """The genitive plural without an ending: газет, лавок, девушек, копеек, писем."""
    found = _CLUSTER.fullmatch(stem)
    if not found:
        return {stem} if len(stem) > 2 else set()
    head, end = found.groups()
    if head[-1] in "ьй":
        return {f"{head[:-1]}е{end}"}
    return {stem, f"{head}о{end}", f"{head}е{end}"}


def _bare_soft(stem: str) -> set[str]:
    """The same of a stem in -я or -е: недель, станций, статей, песен."""
    if stem.endswith("ь"):
        return {stem[:-1] + "ей", stem[:-1] + "ий"}
    if stem[-1] in _VOWELS:
        return {stem + "й"}
    return {stem + "ь", stem + "ей"} | _bare(stem)


def _adjectives(word: str) -> Iterator[str]:
    stem, end = word[:-2], word[-2:]
    if end in {"ый", "ой", "ая", "ое", "ые"}:
        yield from _joined(stem, "ая ое ого ому ом ую ой ою")
        soft = stem.endswith((*_VELAR, *_HUSHING))
        yield from _joined(stem, "ий им ие их ими" if soft else "ый ым ые ых ыми")
        yield stem + end
    if end in {"ий", "ее", "яя"} or (end == "ие" and stem.endswith((*_VELAR, "н"))):
        yield from _joined(stem, "ий им ие их ими")
        if stem.endswith(_VELAR):
            yield from _joined(stem, "ая ое ого ому ом ую ой ою")
        elif stem.endswith(_HUSHING):
            yield from _joined(stem, "ая ее его ему ем ую ей ею")
        else:
            yield from _joined(stem, "яя ее его ему ем юю ей ею")
