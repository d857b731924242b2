"""A guess at the language of a short text, from its script and its commonest small words.

Far less than a language model, and enough to see that a post which names "Elisa" is Italian.
Empty where the text gives too little to go by: a guess here would count against a post.
"""

from collections import Counter
from collections.abc import Iterable

_SMALL_WORDS = {
    "en": "the and is are was you your for with this that have not it's i'm of my on at just we "
    "i to they from what how will can has been there they're don't im when why get got",
    "fi": "ja on ei että se en mutta oli nyt jos kun niin myös kuin tämä mikä mitä olen ole ovat "
    "hän sen minä sinä onko vai tai vain kanssa",
    "pl": "i nie się jest że na to jak z do w ale co czy już tak od po dla przez mam jestem są "
    "było tylko przy może ten tym który",
    "sv": "och är inte det att jag på som för med har av till om den ett så men du vi var kan nu "
    "ska i från hos eller också",
    "et": "ja on ei et see ma ta kui oli ka aga siis mis mida nüüd või kas ning oma selle pole",
    "de": "und ist nicht das ich der die mit auf ein eine für auch wie aber bei zu es wir ihr sich "
    "dem den noch nur war",
    "es": "que el la los las y es por para con una un se no mi me pero como más qué muy del este "
    "esta estoy eso ya lo yo su",
    "pt": "que não é o os uma um com para por se mas eu meu minha você em do da no na mais isso "
    "já tá está vou pra",
    "fr": "le la les et est je pas que pour dans une un des du qui sur mais avec ce ne plus il "
    "vous nous c'est j'ai",
    "it": "che non è il di un una per con sono ho ma mi si della gli le anche come più questo "
    "nel alla perché",
    "nl": "het een en van is niet dat ik de op voor met je maar ook wat zijn naar heb nog bij "
    "deze geen",
    "id": "yang di dan ini itu ada tidak aku ke dari untuk dengan saya gak nya ya lagi udah kalo "
    "juga bisa mau",
    "tr": "ve bir bu da de için çok ne ben ama var mi mı gibi daha değil olan kadar şu",
}
_LANGUAGES_BY_WORD: dict[str, list[str]] = {}
for _code, _words in _SMALL_WORDS.items():
    for _word in _words.split():
        _LANGUAGES_BY_WORD.setdefault(_word, []).append(_code)

_SCRIPTS = (
    ("\u0370", "\u03ff", "el"),
    ("\u0400", "\u052f", "ru"),
    ("\u0590", "\u05ff", "he"),
    ("\u0600", "\u06ff", "ar"),
    ("\u0900", "\u097f", "hi"),
    ("\u0e00", "\u0e7f", "th"),
    ("\u3040", "\u30ff", "ja"),
    ("\u4e00", "\u9fff", "zh"),
    ("\uac00", "\ud7a3", "ko"),
)
_SCRIPT_SHARE = 0.2  # a foreign script is often mixed with Latin names and hashtags
_WORDS_MIN = 2


def tongue(words: Iterable[str]) -> str:
    """The likely ISO 639-1 code of these folded words, or an empty string."""
    words = tuple(words)
    return _by_script("".join(words)) or _by_small_words(words)


def _by_script(letters: str) -> str:
    if letters.isascii():
        return ""
    counts = Counter(
        code for letter in letters for first, last, code in _SCRIPTS if first <= letter <= last
    )
    if counts["ja"]:  # Japanese is written in both
        counts["ja"] += counts.pop("zh", 0)
    code, count = max(counts.items(), key=lambda item: item[1], default=("", 0))
    return code if count > _SCRIPT_SHARE * len(letters) else ""


def _by_small_words(words: Iterable[str]) -> str:
    points: Counter[str] = Counter()
    for word in words:
        codes = _LANGUAGES_BY_WORD.get(word, ())
        for code in codes:
            points[code] += 12 // len(codes)
    ranked = points.most_common(2)
    if not ranked or ranked[0][1] < 12 * _WORDS_MIN / 2:
        return ""
    tied = len(ranked) == 2 and ranked[0][1] == ranked[1][1]
    return "" if tied else ranked[0][0]
