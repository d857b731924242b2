"""A word in the forms that its languages give it.

Each language is a file of its own with the same few names; this front joins them. A brand's
name is in no dictionary, so a language's rules give every form the word may plausibly have.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from types import ModuleType

from listener.match.inflect import english, estonian, finnish, german, polish, russian, swedish
from listener.match.spelling import plain

_MODULES: dict[str, ModuleType] = {
    module.CODE: module for module in (english, finnish, polish, swedish, estonian, german, russian)
}
LANGUAGES: dict[str, str] = {
    "en": "English",
    "fi": "Finnish",
    "pl": "Polish",
    "sv": "Swedish",
    "et": "Estonian",
    "de": "German",
    "ru": "Russian",
}
"""The languages whose inflection is known, by code."""

BARE = "without diacritics"

_HYPHENATING = {"pl", "ru"}
_FORM_CHARS_MIN = 3
_WORDS_KEPT = 4096


@dataclass(frozen=True, slots=True)
class Paradigm:
    """One folded word as its languages write it.

    ``forms`` is language → complete forms, ``owned`` language → bodies that need a possessive;
    ``extended`` are the languages that put something behind a form. ``endings`` may follow the
    word itself, where it is a number or a letter: Tele2st, H&Mist.
    """

    word: str
    forms: dict[str, frozenset[str]]
    owned: dict[str, frozenset[str]]
    written: frozenset[str]
    unaccented: frozenset[str]
    extended: tuple[str, ...]
    endings: frozenset[str]

    def recognise(self, token: str) -> str | None:
        """How the folded token is this word: "" as it is, in words otherwise, or None."""
        if token == self.word:
            return ""
        if token in self.written or self._is_joined(token):
            return "inflected"
        if token in self.unaccented:
            return BARE
        extended = any(self._is_extended(code, token) for code in self.extended)
        return "inflected" if extended else None

    def languages(self, token: str) -> tuple[str, ...]:
        """The languages of which the folded token is a form."""
        return tuple(
            code
            for code, forms in self.forms.items()
            if token in forms or self._is_extended(code, token) or self._is_joined(token)
        )

    def spellings(self) -> frozenset[str]:
        """Every complete form, with and without diacritics, and with a possessive."""
        owned = (
            f"{body}{possessive}"
            for code, bodies in self.owned.items()
            for body in bodies
            for possessive in _MODULES[code].POSSESSIVES
        )
        return self.written | self.unaccented | frozenset(owned)

    def stems(self) -> tuple[str, ...]:
        """Beginnings, none of which begins with another: every form begins with one of them."""
        return _prefix_free({*self.written, *self.unaccented, *_all(self.owned)})

    def _is_joined(self, token: str) -> bool:
        return token[len(self.word) :] in self.endings and token.startswith(self.word)

    def _is_extended(self, code: str, token: str) -> bool:
        forms, owned = self.forms[code], self.owned[code]
        if not token.startswith(self.word[0]):
            return False
        for body in _bare(token, _MODULES[code].CLITICS):
            if body in forms:
                return True
            if owned and not owned.isdisjoint(_bare(body, _MODULES[code].POSSESSIVES)):
                return True
        return False


@lru_cache(maxsize=_WORDS_KEPT)
def paradigm(word: str, codes: tuple[str, ...]) -> Paradigm:
    """The forms of a folded word in these languages, of which unknown ones give none."""
    known = [code for code in codes if code in _MODULES] if _is_inflected(word) else []
    forms = {code: _long_enough(word, _MODULES[code].forms(word)) for code in known}
    owned: dict[str, frozenset[str]] = {code: _MODULES[code].owned(word) for code in known}
    written = frozenset({word}.union(*forms.values()))
    takes_endings = known and (word[-1].isdigit() or len(word) == 1)
    return Paradigm(
        word=word,
        forms=forms,
        owned=owned,
        written=written,
        unaccented=frozenset(map(plain, written)) - written,
        extended=tuple(code for code in known if _MODULES[code].CLITICS),
        endings=_all_endings(tuple(known)) if takes_endings else frozenset(),
    )


@lru_cache(maxsize=64)
def _all_endings(codes: tuple[str, ...]) -> frozenset[str]:
    return frozenset(ending for code in codes for ending in _MODULES[code].ENDINGS)


@lru_cache(maxsize=64)
def joined_ending(codes: tuple[str, ...]) -> Callable[[str, int], re.Match[str] | None]:
    """Finds an ending joined to a name (``IKEA:sta``), with the sign between, at a place."""
    parts = [_joined(code) for code in codes if code in _MODULES]
    return re.compile(rf"(?:{'|'.join(parts)})(?!\w)" if parts else "(?!)").match


def _long_enough(word: str, forms: frozenset[str]) -> frozenset[str]:
    """Without forms of one or two letters, which are no longer the word to anybody."""
    return frozenset(form for form in forms if len(form) >= min(_FORM_CHARS_MIN, len(word)))


def _joined(code: str) -> str:
    sign = "[:'-]" if code in _HYPHENATING else "[:']"
    longest_first = sorted(_MODULES[code].ENDINGS, key=lambda ending: (-len(ending), ending))
    return f"{sign}(?:{'|'.join(map(re.escape, longest_first))})"


def _is_inflected(word: str) -> bool:
    return word.isalnum() and not word.isdigit()


def _bare(token: str, endings: tuple[str, ...]) -> list[str]:
    """The token without each of the endings that it has."""
    if not token.endswith(endings):
        return [token]
    return [token, *(token[: -len(end)] for end in endings if token.endswith(end))]


def _all(groups: dict[str, frozenset[str]]) -> frozenset[str]:
    return frozenset().union(*groups.values())


def _prefix_free(forms: Iterable[str]) -> tuple[str, ...]:
    kept: list[str] = []
    for form in sorted(forms):
        if not kept or not form.startswith(kept[-1]):
            kept.append(form)
    return tuple(kept)
