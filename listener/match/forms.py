"""What to look for: a brand's base forms as terms over folded text.

A term is found in two steps. Its *keys* are met by one automaton whatever the number of terms
(:mod:`listener.match.screen`). Only where a key stands the whole term and its edges are tried.

:func:`terms_of` is where a base form becomes what stands for it: names, products and people
may be inflected (:mod:`listener.match.names`); handles, hashtags and domains are spelt exactly.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from listener.match.edges import (
    ANYWHERE,
    CHARACTER_END,
    WORD,
    WORD_END,
    WORD_START,
    is_of_a_word,
    with_joints,
)
from listener.match.fold import MARKS, SPACED, SPACELESS, fold
from listener.match.inflect import LANGUAGES
from listener.match.names import WRITTEN, Span, name_of
from listener.model import Brand

WORDS_PER_NAME_MAX = 12

_INFLECTED = {"name": "names", "product": "products", "person": "people", "campaign": "campaigns"}
_EXACT = {"handle": "handles", "hashtag": "hashtags", "domain": "domains"}

_FIRST_PIECE = re.compile(r"\S[^\s-]*")
_NO_LETTERS_APART = re.compile(f"[{MARKS}{SPACELESS}]")
_OF_A_SITE = re.compile(r"([a-z][a-z0-9]*):(?=[^/])")
_HASHTAG_START = re.compile(f"(?<!{SPACED})(?<![/&])")
_HASHTAG_END = re.compile(rf"(?!\w)(?![{MARKS}])")
# Another name goes on before or after: not-finnair.com, finnair.com.evil.org, and the user name
# in https://finnair.com@evil.org. A hyphen alone may be grammar, as in "finnair.com-sivusto".
_DOMAIN_START = re.compile(f"(?<!-)(?<!{SPACED})")
_DOMAIN_END = re.compile(rf"(?!{SPACED})(?!(?:-(?:{SPACED}|-){{0,63}})?\.\w)(?!@)")


class Finder(Protocol):
    """Finds one thing in folded texts, from its keys on."""

    def ways(self) -> Iterable[tuple[str, str]]:
        """What to search texts for, each with the way of writing that it begins."""

    def span(self, text: str, at: int, way: str, key: str) -> Span | None:
        """Where the thing stands whose key was met in the folded text at ``at``, or None."""


@dataclass(frozen=True, slots=True)
class Literal:
    """Something spelt one way, but for its case and its white space."""

    key: str
    start: re.Pattern[str]
    body: re.Pattern[str]
    end: re.Pattern[str]
    how: str = ""

    def ways(self) -> Iterable[tuple[str, str]]:
        """The first piece of it, whole."""
        return ((self.key, WRITTEN),)

    def span(self, text: str, at: int, way: str, key: str) -> Span | None:  # noqa: ARG002
        """Where it stands if it begins here."""
        found = self.body.match(text, at)
        if not found or not self.start.match(text, at) or not self.end.match(text, found.end()):
            return None
        return Span(at, found.end(), self.how)


@dataclass(frozen=True, slots=True)
class Term:
    """One thing of a brand: what kind, the entry of the brand's table, and how it is found.

    ``site`` is where a handle holds, ``cased`` the exact spelling that a short name must have;
    ``any_language`` where the brand lists none, so that the text's own decides.
    """

    kind: str
    base: str
    finder: Finder = field(compare=False)
    site: str = ""
    cased: str = ""
    any_language: bool = False


def terms_of(brand: Brand) -> Iterator[Term]:
    """Everything that stands for the brand."""
    codes = brand.languages or tuple(LANGUAGES)
    for kind, entries in _INFLECTED.items():
        for base in dict.fromkeys(getattr(brand, entries)):
            finders = name_finders(base, codes, loose=brand.loose and not brand.ambiguous)
            yield from (Term(kind, base, one, any_language=not brand.languages) for one in finders)
    for base in brand.misspellings:
        finders = name_finders(base, codes, loose=False)
        yield from (Term("name", base, one, any_language=not brand.languages) for one in finders)
    for base in brand.short_names:
        if plain := fold(base).strip():
            yield Term("name", base, _literal("name", plain), cased=base.strip())
    for kind, entries in _EXACT.items():
        ways = ((base, way) for base in getattr(brand, entries) for way in written(kind, base))
        for way, base in {way: base for base, way in ways}.items():
            site = _OF_A_SITE.match(base) if kind == "handle" else None
            yield Term(kind, base, _literal(kind, way), site=site.group(1) if site else "")


def name_finders(base: str, codes: tuple[str, ...], *, loose: bool) -> Iterator[Finder]:
    """What finds a name: with and without its apostrophe, and run together behind a ``#``."""
    plain = fold(base).strip()
    for way in dict.fromkeys((plain, plain.replace("'", ""))):
        yield from _name_finder(way, codes, loose=loose)
    joined = "".join(WORD.findall(plain))
    if joined and joined != plain and not _NO_LETTERS_APART.search(plain):
        yield _literal("hashtag", f"#{joined}", "run together")


def written(kind: str, base: str) -> tuple[str, ...]:
    """The ways, folded, in which a base form that is spelt exactly may stand in a text."""
    plain = fold(base).strip()
    if kind == "handle":
        name = _OF_A_SITE.sub("", plain).lstrip("@/")
        return _present(name if "/" in name else f"@{name}" if name else "")
    if kind == "hashtag":
        name = plain.lstrip("#")
        return _present(f"#{name}" if name else "")
    return hosts(base)


def hosts(domain: str) -> tuple[str, ...]:
    """The names of a domain, however it was given: in its own script and as DNS has it."""
    address = fold(domain).strip().rpartition("://")[2]
    name = address.split("/")[0].removeprefix("www.").rstrip(".")
    return tuple(dict.fromkeys(_present(name) + _punycode(name)))


def account(handle: str) -> str:
    """The account that a handle names, the same for ``@Finnair``, ``u/finnair`` and ``finnair``."""
    return _OF_A_SITE.sub("", fold(handle).strip()).lstrip("@/").removeprefix("u/")


def _name_finder(plain: str, codes: tuple[str, ...], *, loose: bool) -> Iterator[Finder]:
    """Inflected where its script has words to inflect; nothing for an empty name."""
    words = WORD.findall(plain)
    if words and len(words) <= WORDS_PER_NAME_MAX and not _NO_LETTERS_APART.search(plain):
        yield name_of(plain, codes, loose=loose)
    elif plain:
        yield _literal("name", plain)


def _present(form: str) -> tuple[str, ...]:
    return (form,) if form else ()


def _punycode(name: str) -> tuple[str, ...]:
    try:
        return _present("" if name.isascii() else name.encode("idna").decode())
    except UnicodeError:
        return ()


def _literal(kind: str, way: str, how: str = "") -> Literal:
    start, end = _edges(kind, way)
    exact = kind in _EXACT
    piece = _FIRST_PIECE.match(way)
    return Literal(
        key=way if exact or not piece else piece.group(),
        start=start,
        body=re.compile(re.escape(way) if exact else with_joints(way)),
        end=end,
        how=how,
    )


def _edges(kind: str, way: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    if kind == "hashtag":
        return _HASHTAG_START, _HASHTAG_END
    if kind == "domain":
        return _DOMAIN_START, _DOMAIN_END
    starts_word = kind == "handle" or is_of_a_word(way[0])
    return (
        WORD_START if starts_word else ANYWHERE,
        WORD_END if is_of_a_word(way[-1]) else CHARACTER_END,
    )
