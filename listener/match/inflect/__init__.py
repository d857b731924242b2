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

_HYPHENATING = {"pl", "ru"}
_WORDS_KEPT = 4096


@dataclass(frozen=True, slots=True)
class Paradigm:
    """One folded word as its languages write it.

    ``forms`` is language → complete forms, ``owned`` language → bodies that need a possessive.
    """

    word: str
    forms: dict[str, frozenset[str]]
    owned: dict[str, frozenset[str]]
    written: frozenset[str]
    unaccented: frozenset[str]

    def recognise(self, token: str) -> str | None:
        """How the folded token is this word: "" as it is, in words otherwise, or None."""
        if token == self.word:
            return ""
        if token in self.written or any(self._is_extended(code, token) for code in self.forms):
            return "inflected"
        if self._is_joined(token):
            return "inflected"
        return "without diacritics" if token in self.unaccented else None

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
        """Whether it is a number or a letter with an ending: Tele2st, H&Mist."""
        if not token.startswith(self.word) or not (self.word[-1].isdigit() or len(self.word) == 1):
            return False
        ending = token[len(self.word) :]
        return any(ending in _MODULES[code].ENDINGS for code in self.forms)

    def _is_extended(self, code: str, token: str) -> bool:
        forms, owned = self.forms[code], self.owned[code]
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
    forms: dict[str, frozenset[str]] = {code: _MODULES[code].forms(word) for code in known}
    owned: dict[str, frozenset[str]] = {code: _MODULES[code].owned(word) for code in known}
    written = frozenset({word}.union(*forms.values()))
    return Paradigm(word, forms, owned, written, frozenset(map(plain, written)) - written)


@lru_cache(maxsize=64)
def joined_ending(codes: tuple[str, ...]) -> Callable[[str, int], re.Match[str] | None]:
    """Finds an ending joined to a name (``IKEA:sta``), with the sign between, at a place."""
    parts = [_joined(code) for code in codes if code in _MODULES]
    return re.compile(rf"(?:{'|'.join(parts)})(?!\w)" if parts else "(?!)").match


def _joined(code: str) -> str:
    sign = "[:'-]" if code in _HYPHENATING else "[:']"
    longest_first = sorted(_MODULES[code].ENDINGS, key=lambda ending: (-len(ending), ending))
    return f"{sign}(?:{'|'.join(map(re.escape, longest_first))})"


def _is_inflected(word: str) -> bool:
    return word.isalnum() and not word.isdigit()


def _bare(token: str, endings: Iterable[str]) -> list[str]:
    """The token without each of the endings that it has."""
    return [token[: -len(end)] for end in ("", *endings) if end and token.endswith(end)] + [token]


def _all(groups: dict[str, frozenset[str]]) -> frozenset[str]:
    return frozenset().union(*groups.values())


def _prefix_free(forms: Iterable[str]) -> tuple[str, ...]:
    kept: list[str] = []
    for form in sorted(forms):
        if not kept or not form.startswith(kept[-1]):
            kept.append(form)
    return tuple(kept)
