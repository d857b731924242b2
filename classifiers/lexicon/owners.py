"""Whom each word of a text is about: the brand, or somebody else whom it names.

A clause that names one of them is about that one; where it names both, each word is about the
nearer; where it names neither, it goes on about whoever was named last. Others are not known by
name: what is written like a name and is no everyday word counts as one.
"""

from collections.abc import Sequence

from classifiers.lexicon.tokens import Token
from listener.match.common import LISTED, is_common

OURS, THEIRS, NOBODY = "ours", "theirs", ""

_NAME_CHARS_MIN = 3


def named(row: Sequence[Token], language: str) -> frozenset[int]:
    """The places of what may be another's name: a handle, or a capital on no everyday word.

    The first word of a sentence has a capital anyway: it counts where it stands elsewhere too.
    """
    codes = (language,) if language in LISTED else ()
    like = [place for place, token in enumerate(row) if _is_name(token, codes)]
    sure = {row[place].forms[0] for place in like if not _begins(row, place)}
    return frozenset(
        place for place in like if row[place].kind == "handle" or row[place].forms[0] in sure
    )


def _begins(row: Sequence[Token], place: int) -> bool:
    """Whether a word stands first in its sentence, or first after a colon or a quote."""
    before = row[place - 1] if place else None
    return before is None or before.kind in {"stop", "pause"} or before.shown in "\"'-*>"


def _is_name(token: Token, codes: tuple[str, ...]) -> bool:
    if token.kind == "handle":
        return True
    shown = token.shown
    looks_so = shown[:1].isupper() and not token.shouted and len(shown) >= _NAME_CHARS_MIN
    is_word = token.kind == "word" and not token.hashtag
    return looks_so and is_word and not is_common(token.forms[0], codes)


def owners(
    clauses: Sequence[int], brands: Sequence[int], others: frozenset[int]
) -> tuple[str, ...]:
    """For each word whom it is about; nobody where only one side, or neither, is named."""
    if not brands or not others:
        return (NOBODY,) * len(clauses)
    named_at = {**dict.fromkeys(others, THEIRS), **dict.fromkeys(brands, OURS)}
    in_clause: dict[int, list[int]] = {}
    for place in sorted(named_at):
        in_clause.setdefault(clauses[place], []).append(place)
    told, last = [], named_at[min(named_at)]
    for place, clause in enumerate(clauses):
        here = in_clause.get(clause)
        if here:
            last = named_at[min(here, key=lambda name: (abs(name - place), name))]
        told.append(last)
    return tuple(told)
