"""Finnish: fifteen cases, two numbers, stems that change, possessives and clitics.

Nokia: Nokian, Nokialle, Nokiasta. Kauppa: kaupan, kauppoja, kauppaansa, kaupassakin. What the
word means is never asked: its ending says which types it may be of (:mod:`.stems`), a type
gives stems, and the stems take the endings (:mod:`.endings`).
"""

import re
from collections.abc import Iterable

from listener.match.inflect.finnish.endings import harmonised
from listener.match.inflect.finnish.sounds import harmonies
from listener.match.inflect.finnish.stems import stems

CODE = "fi"

FORMS_MAX = 400

_WORD = re.compile(r"(?:[^\W_]+[-'])?[^\W_]*[^\W\d_]")
_WORD_CHARS_MAX = 40
_OWNED_CHARS_MIN = 4

_BARE = "n a ä ta tä tta ttä ssa ssä sta stä lla llä lta ltä lle ksi na nä t"
_ILLATIVES = "an en in on un yn än ön han hen hin hon hun hyn hän hön seen aan een iin oon ään"
_PLURALS = "ien jen iden itten oiden eiden ja jä ia iä ita itä oita oja eita eja ejä"
_JOINTS = ("i", "oi", "ei")
_ONE = ("kaan", "kään", "han", "hän", "kin", "ko", "kö", "pa", "pä")
_TWO = ("kohan", "köhän", "kos", "kös", "pas", "päs", "kinko", "kinkö", "kinhan", "kinhän")


def _longest_first(endings: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(endings), key=lambda ending: (-len(ending), ending)))


CLITICS = _longest_first((*_ONE, *_TWO, "pahan", "pähän", "kaanko", "käänkö", "kaanhan"))
"""What may follow any form, even a possessive: Finnairkin, Finnairillako, Finnairhan."""

POSSESSIVES = _longest_first(("ni", "si", "nsa", "nsä", "mme", "nne", "an", "än", "en"))
"""Whose it is: kauppani, kauppasi, kauppansa, kaupassaan, kaupakseen, kauppaamme."""

_CASES = (
    *f"{_BARE} {_ILLATIVES} {_PLURALS}".split(),
    *(joint + case for joint in _JOINTS for case in _BARE.split()),
)
ENDINGS = _longest_first(case + more for case in _CASES for more in ("", *_ONE))
"""What may follow the base after a colon: IKEA:sta, HSL:ään, Netflix:issä, S:llekin."""


def forms(word: str) -> frozenset[str]:
    """The folded word in every case and both numbers, at most 400 forms.

    After a hyphen only the last part bends. A word over 40 characters, or of other signs than
    letters and digits, is all there is.
    """
    head, last = _parted(word)
    if not last:
        return frozenset({word})
    return frozenset({word, *_written(head, last, (one.forms() for one in stems(last)))})


def owned(word: str) -> frozenset[str]:
    """What stands before a possessive: kauppa-, kaupassa-, kaupakse-, kauppaa-, kauppoje-.

    Nothing for words under four letters: theirs would be everyday words (Yle, *yleensä*).
    """
    head, last = _parted(word)
    if not last or len(word) < _OWNED_CHARS_MIN:
        return frozenset()
    return frozenset(_written(head, last, (one.bodies() for one in stems(last))))


def _parted(word: str) -> tuple[str, str]:
    """What stays as it is, and the part that bends: nothing where nothing does."""
    if len(word) > _WORD_CHARS_MAX or not _WORD.fullmatch(word):
        return "", ""
    last = re.split("[-']", word)[-1]
    return word[: len(word) - len(last)], last


def _written(head: str, last: str, groups: Iterable[list[str]]) -> set[str]:
    """The groups of forms, the likeliest first, as long as there is room for a whole one."""
    found: set[str] = set()
    for group in groups:
        more = {head + form for form in harmonised(group, harmonies(last))}
        if len(found) + len(more) >= FORMS_MAX and len(found | more) >= FORMS_MAX:
            break
        found |= more
    return found
