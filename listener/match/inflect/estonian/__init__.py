"""Estonian: fourteen cases, two numbers, and a stem vowel that the base form does not show.

Telia: Telias, Teliale. Swedbank: Swedbanki, Swedbankis. Pank: panga, panka, pankade. The
ending of a word says which vowels its stem may have; each gives a genitive, from which all
other cases follow but the partitive and the short illative. A foreign name takes -i.
"""

import re
from collections.abc import Iterable

from listener.match.inflect.estonian.stems import CASES, stems

CODE = "et"

FORMS_MAX = 400

_WORD = re.compile(r"(?:[^\W_]+[-'])?[^\W_]*[^\W\d_]")
_WORD_CHARS_MAX = 40


def _longest_first(endings: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(endings) - {""}, key=lambda ending: (-len(ending), ending)))


CLITICS: tuple[str, ...] = ("gi", "ki")
"""What may follow any form: Teliagi, Swedbankki."""

POSSESSIVES: tuple[str, ...] = ()

_JOINTS = ("", "i", "de", "te", "ide", "ite")
ENDINGS = _longest_first(
    (*(joint + case for joint in _JOINTS for case in CASES), "d", "t", "id", "it", "e", "eid")
)
"""What may follow the base after an apostrophe or a hyphen: Google'is, IKEA-le, SEB-i."""


def forms(word: str) -> frozenset[str]:
    """The folded word in every case and both numbers, at most 400 forms.

    After a hyphen only the last part bends. A word over 40 characters, or of other signs than
    letters and digits, is all there is.
    """
    if len(word) > _WORD_CHARS_MAX or not _WORD.fullmatch(word):
        return frozenset({word})
    last = re.split("[-']", word)[-1]
    head = word[: len(word) - len(last)]
    found = {word}
    for one in stems(last) if len(last) > 1 else ():
        more = {head + form for form in one.forms()}
        if len(found) + len(more) > FORMS_MAX and len(found | more) > FORMS_MAX:
            break
        found |= more
    return frozenset(found)


def owned(word: str) -> frozenset[str]:  # noqa: ARG001 (other languages need it)
    """No body: Estonian says whose a thing is with a word of its own."""
    return frozenset()
