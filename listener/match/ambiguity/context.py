"""What is asked: a post around a brand's name, what is known of the brand, what people marked.

These are plain values. A :class:`Profile` is made once per brand; a :class:`Context` per post.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from listener.match.common import is_common
from listener.match.fold import fold
from listener.match.inflect import LANGUAGES, paradigm
from listener.model import Brand

PROFILE_TERMS_MAX = 10_000
"""So many terms, each form one, are looked for: the brand's own first, then other brands'."""

_NOT_THE_NAME = frozenset({"product", "person", "domain"})
_WORD = re.compile(r"\w+")
_CONTEXT = "your word"
WORDS_IN_TERM_MAX = 6
"""Longer terms are not looked for."""


@dataclass(frozen=True, slots=True)
class Context:
    """One post in which something of the brand was found.

    ``spans`` are the places in ``text``, as (start, end) in characters. ``kinds`` says what
    stands there (name, product, person, handle, hashtag, domain …), in the same order; further
    kinds are of evidence that has no place in the text (reply, a link's domain, the title's).
    ``author`` is a handle. ``thread_about`` tells whether the post that this one answers was
    about the brand, None where nobody knows. ``author_about`` and ``author_not`` count this
    author's earlier posts that were, and were not, about it.
    """

    text: str
    title: str = ""
    spans: tuple[tuple[int, int], ...] = ()
    kinds: tuple[str, ...] = ()
    author: str = ""
    site: str = ""
    language: str = ""
    thread_about: bool | None = None
    author_about: int = 0
    author_not: int = 0

    def named(self) -> tuple[tuple[int, int], ...]:
        """Where the ambiguous thing itself stands: the name, not a product beside it."""
        kinds = self.kinds[: len(self.spans)]
        kinds += ("name",) * (len(self.spans) - len(kinds))
        pairs = zip(self.spans, kinds, strict=True)
        return tuple(span for span, kind in pairs if kind not in _NOT_THE_NAME) or self.spans


@dataclass(frozen=True, slots=True)
class Mark:
    """A person's answer: the post of this context is, or is not, about the company."""

    context: Context
    about: bool


Terms = dict[str, tuple[str, str]]
"""A folded term of one or more words, single-spaced → (what it is, as its owner writes it)."""


@dataclass(frozen=True, slots=True)
class Profile:
    """What is known of a brand beforehand, from its own table and the other brands'.

    ``terms`` are what speaks for the company where it stands near the name: own products,
    people, handles, hashtags, domains, context and required words, and the names of other
    brands; words and names in any of their forms. ``firsts`` are their first words.
    ``languages`` are codes of ISO 639-1.
    """

    names: tuple[str, ...]
    terms: Terms
    languages: frozenset[str]
    firsts: frozenset[str]

    @classmethod
    def of(cls, brand: Brand, others: Iterable[Brand] = ()) -> "Profile":
        """The profile of ``brand``; ``others`` are the other brands of the config."""
        codes = brand.languages or tuple(LANGUAGES)
        own = {" ".join(_words(name)) for name in (*brand.names, *brand.handles, *brand.hashtags)}
        terms: Terms = {}
        _take_up(terms, "your hashtag", brand.hashtags)
        _take_up(terms, "your account", (*brand.handles, *brand.own_accounts))
        _take_up(terms, "your site", brand.domains)
        _take_up(terms, "your product", brand.products, codes)
        _take_up(terms, "your person", brand.people, codes)
        _take_up(terms, _CONTEXT, (*brand.context, *brand.require), codes)
        for other in others:
            _take_up(terms, "another brand", other.names, codes)
        terms = {term: known for term, known in terms.items() if term not in own}
        return cls(
            names=brand.names,
            terms=terms,
            languages=frozenset(fold(code)[:2] for code in brand.languages),
            firsts=frozenset(term.split()[0] for term in terms),
        )


def _take_up(terms: Terms, what: str, written: Sequence[str], codes: tuple[str, ...] = ()) -> None:
    """Takes up each term that is not there yet, in its forms in the languages ``codes``."""
    for base in written:
        words = _words(base)
        if 0 < len(words) <= WORDS_IN_TERM_MAX:
            for last in _forms(words[-1], codes, owned=what == _CONTEXT):
                if len(terms) < PROFILE_TERMS_MAX:
                    terms.setdefault(" ".join((*words[:-1], last)), (what, base))


def _forms(word: str, codes: tuple[str, ...], *, owned: bool) -> list[str]:
    """The word, then its forms; not those that are everybody's words, as it is not itself.

    ``owned``: with possessives too, as common nouns have them and names hardly.
    """
    known = paradigm(word, codes)
    forms = sorted((known.spellings() if owned else known.written | known.unaccented) - {word})
    return [word, *(form for form in forms if is_common(word, codes) or not is_common(form, codes))]


def _words(text: str) -> list[str]:
    return _WORD.findall(fold(text))
