"""What each platform is asked for, derived from a brand's table: one place says what we listen to.

A platform is asked for more than the match will keep. What it is asked to leave out are forbidden
words and names (no fields, no expressions) and the brand's own posts, which the match would
drop, and on X other languages for names
(not for handles, hashtags and links, which are sure in any language).

Names are quoted wherever a platform could read an operator in them, and quotes in them are
dropped, as no platform has a way to write one in a phrase.

Platforms know no Finnish or Polish inflection. Where the caller gives the forms of a name, the
most frequent first, as many are asked for as fit into the queries.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

from listener.match.demands import says_more
from listener.match.forms import account, hosts
from listener.match.platforms import SYNTAX, Platform, Syntax, phrase
from listener.model import Brand
from listener.text import shown

QUERIES_MAX = 5
"""Forms alone never make a brand's queries more than this; base forms may."""

FORMS_MAX = 400
_TAIL_SHARE = 3  # what is excluded takes at most a third of a query

_WORDS = {
    "name": "names",
    "short name": "short_names",
    "misspelling": "misspellings",
    "product": "products",
    "person": "people",
    "campaign": "campaigns",
}
"""What is asked for in the brand's languages only, with the key that lists it."""

Forms = Callable[[str], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Queries:
    """The queries for one brand on one platform.

    ``left_out`` says in a phrase each what could not be asked for: a name that is too long or
    has nothing to search for, forms and exclusions for which there was no room.
    """

    queries: tuple[str, ...]
    left_out: tuple[str, ...] = ()


@dataclass(slots=True)
class _Query:
    """A query as it grows: its terms, and what follows them."""

    joint: str
    tail: str
    chars_max: int
    words_max: int
    terms: list[str] = field(default_factory=list)
    _chars: int = 0
    _words: int = 0

    def takes(self, term: str) -> bool:
        """Whether there was room for the term; it is then in."""
        if self.terms and not self.joint:
            return False
        words = self._words + len(term.split())
        chars = self._chars + len(term) + (len(self.joint) if self.terms else 0)
        around = len(self.tail) + 3 if self.tail else 0  # two brackets and a space
        if chars + around > self.chars_max or words + len(self.tail.split()) > self.words_max:
            return False
        self.terms.append(term)
        self._chars, self._words = chars, words
        return True

    def __str__(self) -> str:
        body = self.joint.join(self.terms)
        if not self.tail:
            return body
        return f"({body}) {self.tail}" if len(self.terms) > 1 else f"{body} {self.tail}"


@dataclass(slots=True)
class _Group:
    """Queries with the same tail; a term goes to the first that has room."""

    empty: Callable[[], _Query]
    queries: list[_Query] = field(default_factory=list)

    def takes(self, term: str) -> bool:
        return any(query.takes(term) for query in self.queries)

    def opens_for(self, term: str) -> bool:
        """Whether the term fits into a query of its own, which is then opened."""
        query = self.empty()
        if not query.takes(term):
            return False
        self.queries.append(query)
        return True


@dataclass(frozen=True, slots=True)
class _Plan:
    """Words in the brand's languages, terms sure in any language, terms too long for a tail.

    Where a platform can't be asked for a language the first two are one.
    """

    words: _Group
    sure: _Group
    bare: _Group

    @property
    def queries(self) -> list[_Query]:
        groups = [self.words, self.bare]
        if self.sure is not self.words:
            groups.insert(1, self.sure)
        return [query for group in groups for query in group.queries]


def queries_for(
    brand: Brand,
    platform: Platform,
    chars_max: int,
    forms: Forms | None = None,
    queries_max: int = QUERIES_MAX,
) -> Queries:
    """The queries that find the brand's mentions on a platform, each within ``chars_max``.

    ``forms`` gives for a name, product or person the forms it is written in, the most frequent
    first; each name has its turn. Every name, short name, misspelling, product, person,
    campaign, handle, hashtag and domain is in exactly one query or in ``left_out``.
    """
    syntax = SYNTAX[platform]
    left_out: list[str] = []
    terms = _terms(brand, syntax, left_out)
    tail = _tail(brand, syntax, chars_max, left_out)
    plan = _plan(brand, syntax, chars_max, tail)
    for term, (what, is_word) in terms.items():
        groups = (plan.words, plan.bare) if is_word else (plan.sure, plan.bare)
        if not any(one.takes(term) or one.opens_for(term) for one in groups):
            left_out.append(f"{what}: does not fit into {chars_max} characters")
    if forms:
        left_out += _add_forms(plan, _new_forms(brand, forms, terms), queries_max)
    return Queries(tuple(map(str, plan.queries)), tuple(left_out))


def _terms(brand: Brand, syntax: Syntax, left_out: list[str]) -> dict[str, tuple[str, bool]]:
    """Each term as the platform writes it, with its name for people and whether it is a word."""
    terms: dict[str, tuple[str, bool]] = {}
    for kind, base, written in _written(brand, syntax):
        what = f"{kind} “{shown(base, 60)}”"
        if not written:
            left_out.append(f"{what}: nothing that can be searched for here")
        for term in written:
            terms.setdefault(term, (what, kind in _WORDS))
    return terms


def _written(brand: Brand, syntax: Syntax) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    for kind, key in _WORDS.items():
        yield from ((kind, base, _present(phrase(base))) for base in getattr(brand, key))
    for base in brand.handles:
        yield "handle", base, _present(syntax.handle(account(base)))
    for base in brand.hashtags:
        yield "hashtag", base, _present(syntax.hashtag(base.strip().lstrip("#")))
    for base in brand.domains:
        yield "domain", base, tuple(filter(None, map(syntax.domain, hosts(base))))


def _present(term: str) -> tuple[str, ...]:
    return (term,) if term else ()


def _tail(brand: Brand, syntax: Syntax, chars_max: int, left_out: list[str]) -> str:
    """What posts are left out by the platform already: forbidden words, the brand's own posts."""
    tail = ""
    if syntax.without:
        left_out += [
            f"forbid “{shown(entry, 60)}”: no plain words; such posts come and are dropped later"
            for entry in filter(says_more, brand.forbid)
        ]
    for what, piece in _exclusions(brand, syntax):
        longer = f"{tail} {piece}".strip()
        if len(longer) * _TAIL_SHARE <= chars_max and len(longer.split()) * 2 <= syntax.words_max:
            tail = longer
        else:
            left_out.append(f"{what}: no room; such posts come and are dropped later")
    return tail


def _exclusions(brand: Brand, syntax: Syntax) -> Iterator[tuple[str, str]]:
    if syntax.without:
        for word in brand.forbid:
            written = "" if says_more(word) else phrase(word)
            if written:
                yield f"forbid “{shown(word, 60)}”", f"{syntax.without}{written}"
    if syntax.without_author:
        for name in dict.fromkeys(map(account, brand.handles + brand.own_accounts)):
            if re.fullmatch(r"[a-z0-9_-]{1,30}", name):
                yield f"own account “{name}”", f"{syntax.without_author}{name}"


def _plan(brand: Brand, syntax: Syntax, chars_max: int, tail: str) -> _Plan:
    languages = syntax.languages(brand.languages)
    in_language = f"{languages} {tail}".strip()

    def group(ending: str) -> _Group:
        return _Group(lambda: _Query(syntax.joint, ending, chars_max, syntax.words_max))

    sure = group(tail)
    has_room = languages and len(in_language) * 2 <= chars_max
    return _Plan(group(in_language) if has_room else sure, sure, group(""))


def _new_forms(
    brand: Brand, forms: Forms, terms: dict[str, tuple[str, bool]]
) -> dict[str, list[str]]:
    """The forms of each base that are no term yet, each under the first base that has it."""
    seen = set(terms)
    found: dict[str, list[str]] = {}
    for base in dict.fromkeys(brand.names + brand.products + brand.people + brand.campaigns):
        written = dict.fromkeys(filter(None, map(phrase, forms(base)[:FORMS_MAX])))
        found[base] = [term for term in written if term not in seen]
        seen |= written.keys()
    return found


def _add_forms(plan: _Plan, forms: dict[str, list[str]], queries_max: int) -> list[str]:
    """Fill the queries, the most frequent form of each name before the next of any."""
    lost = dict.fromkeys(forms, 0)
    for rank in zip_longest(*forms.values()):
        for base, term in zip(forms, rank, strict=True):
            if term is None or plan.words.takes(term):
                continue
            if len(plan.queries) >= queries_max or not plan.words.opens_for(term):
                lost[base] += 1
    return [
        f"{count} of {len(forms[base])} forms of “{shown(base, 60)}”: no room"
        for base, count in lost.items()
        if count
    ]
