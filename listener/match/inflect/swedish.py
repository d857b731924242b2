"""Swedish: the article at the end, five ways to a plural, and an -s for whose it is.

A brand takes each plural that its ending allows, because people write *Volvor* and *Volvoarna*
of the same cars. The genitive is -s on any of these forms; a form that ends in s, x or z stays
as it is. Plurals that change the vowel are given only for the few native words that compounds
end in (*Söderstad*, *Kungsbok*): no new name is inflected that way.
"""

import re
from collections.abc import Iterator

CODE = "sv"

CLITICS: tuple[str, ...] = ()
POSSESSIVES: tuple[str, ...] = ()

ENDINGS = (
    *("arnas", "ernas", "ornas", "arna", "erna", "orna", "rnas"),
    *("ans", "ars", "ens", "ers", "ets", "ors", "rna"),
    *("an", "ar", "en", "er", "et", "na", "ns", "or", "ts", "n", "r", "s", "t"),
)
"""What follows a name after a mark: "SVT:s", "BMW:n", "SAS:et", "TV4:an", "Lindex's"."""

_WORD = re.compile(r"[^\W_]{1,40}")
_SIBILANTS = ("s", "x", "z")

# How the word ends, how many letters go, what comes instead. Every rule that fits applies.
_RULES = tuple(
    (re.compile(f"(?:{ending})$"), cut, tuple(endings.split()))
    for ending, cut, endings in (
        (r"a", 0, "n"),
        (r"a", 1, "or orna"),
        (r"(?:m|hjärt|ör|ög)a", 0, "t na"),
        (r"e", 0, "n t na"),
        (r"e", 1, "ar arna er erna"),
        (r"are", 1, "na"),
        (r"[iyouåäöé]", 0, "n et ar arna er erna r rna na"),
        (r"[ouåäöé]", 0, "t"),
        (r"[^\daeiouyåäöé]", 0, "en et ar arna erna"),
        (r"[aeiouyåäöé][^aeiouyåäöé]+[aeiouyåäöé]+[^\daeiouyåäöé]+", 0, "er"),  # not Coop, Cooper
        (r"[aeiouyåäö]m", 0, "men met mar marna mer merna"),
        (r"[aeiouyåäö]n", 0, "nen net nar narna ner nerna"),
        (r"[aeiouyåäö][lr]|[^\daeiouyåäöé]l", 0, "n na"),
        (r"(?<![^\W_])[^\daeiouyåäöé]+", 0, "n na"),  # an abbreviation: its letters are read out
        (r"um", 2, "et er erna"),
        (r"\d", 0, "n an"),
    )
)

_UNSTRESSED = re.compile(r"(.*?[^aeiouyåäö])m?e([lnr])")
_AFTER_UNSTRESSED = ("ar", "arna", "er", "erna", "et", "en")

_VOWEL_CHANGES = (
    ("and", "änder"),
    ("bok", "böcker"),
    ("bror", "bröder"),
    ("dotter", "döttrar"),
    ("fot", "fötter"),
    ("man", "män"),
    ("mor", "mödrar"),
    ("natt", "nätter"),
    ("rot", "rötter"),
    ("son", "söner"),
    ("stad", "städer"),
)


def forms(word: str) -> frozenset[str]:
    """Every form of a folded noun, itself included: one or many, with article, genitive."""
    if not _WORD.fullmatch(word):
        return frozenset({word})
    return frozenset(form for plain in _plain_forms(word) for form in (plain, _genitive(plain)))


def owned(word: str) -> frozenset[str]:  # noqa: ARG001 (other languages need it)
    """No body: Swedish says whose a thing is with a word of its own."""
    return frozenset()


def _genitive(form: str) -> str:
    return form if form.endswith(_SIBILANTS) else form + "s"


def _plain_forms(word: str) -> Iterator[str]:
    yield word
    for ending, cut, given in _RULES:
        if ending.search(word):
            yield from (word[: len(word) - cut] + new for new in given)
    yield from _without_unstressed_e(word)
    yield from _with_changed_vowel(word)


def _without_unstressed_e(word: str) -> Iterator[str]:
    """*Cykel* has *cyklar*, *nummer* has *numret*."""
    if parts := _UNSTRESSED.fullmatch(word):
        yield from (parts[1] + parts[2] + new for new in _AFTER_UNSTRESSED)


def _with_changed_vowel(word: str) -> Iterator[str]:
    for end, plural in _VOWEL_CHANGES:
        if word.endswith(end):
            changed = word.removesuffix(end) + plural
            yield from (changed, changed + "na", changed + "nen")
