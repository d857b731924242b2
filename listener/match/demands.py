"""What a brand's table demands of a post beyond its name: ``require``, ``forbid``, ``expression``.

An entry is a word or a name (found in any of its forms), a Boolean expression, or either of
them with ``NEAR/5`` before it: then it must stand within five words of the brand's evidence.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from listener.match.common import LISTED, is_common
from listener.match.expression import Expression, Facts, Places, facts_of, parse
from listener.match.expression.cost import needed
from listener.match.expression.errors import fault, quoted
from listener.match.expression.evaluate import held_by, is_true
from listener.match.expression.finder import TermFinder
from listener.match.expression.index import ExpressionIndex
from listener.match.expression.parser import tree_of
from listener.match.expression.regex import literals
from listener.match.expression.sense import denial_in, refuse_contradiction
from listener.match.expression.tree import Node, Or, Span, Term, terms_in, written
from listener.match.expression.why_not import why_not
from listener.match.expression.words import places_in
from listener.match.finders import Finders
from listener.match.finding import EVIDENCE_CHARS_MAX
from listener.match.fold import Folded, fold, folded
from listener.match.forms import Finder, name_finders
from listener.match.inflect import LANGUAGES, paradigm
from listener.match.screen import Screen
from listener.model import Brand, Evidence, Post

NEAR_WORDS_MAX = 100

DemandKey = Literal["require", "forbid"]

_NEAR = re.compile(r"\s*NEAR/(\d{1,3})\s+(?=\S)")
_LIKE_NEAR = re.compile(r"\s*NEAR/")
_SAYS_MORE = re.compile(r'\b(?:AND|OR|NOT|O?NEAR/\d+)\b|["()*?]|(?:^|\s)[-/]|\b[a-z]{4,6}:\S')
_ALL_CODES = tuple(LANGUAGES)
_WILD = re.compile("[*?]")


@dataclass(frozen=True, slots=True)
class Demand:
    """One entry. ``near`` is the most words between it and the evidence, 0 for anywhere.

    ``node`` is an expression's tree; else ``finders`` are the numbers of what finds a name.
    """

    written: str
    near: int = 0
    node: Node | None = None
    finders: tuple[int, ...] = ()


class Demands:
    """The demands of all brands, compiled once."""

    def __init__(self, brands: Sequence[Brand]) -> None:
        finders: list[Finder] = []
        self._required = [_taken(brand, "require", finders) for brand in brands]
        self._forbidden = [_taken(brand, "forbid", finders) for brand in brands]
        self._expressions = [parse(one.expression) if one.expression else None for one in brands]
        self._finders = Finders(finders)
        self._terms = TermFinder(self._all_terms(), _forms, _is_longer_form)
        lone = [index for index, brand in enumerate(brands) if finds_by_expression(brand)]
        self._lone = dict(enumerate(lone))
        self._index = ExpressionIndex([self._expression(index) for index in lone])

        self.keys = list(dict.fromkeys(self._lone_keys()))
        self._screen = Screen(self.keys) if self.keys else None

    def _lone_keys(self) -> Iterator[str]:
        """What must be met in a text before an expression alone can find it."""
        for index in self._lone.values():
            for term in needed(self._expression(index).root, lambda term: 1 / len(term.text)) or ():
                yield from _keys(term)

    def read(self, post: Post) -> "Reading":
        """The post, to be asked about by every demand on it: it is read through once."""
        return Reading(post, self._terms, self._finders)

    def expressed(self, reading: "Reading") -> Iterator[tuple[int, Evidence]]:
        """The brands that an expression alone finds, each with the words that made it hold."""
        texts = (reading.post.title, reading.post.text)
        if self._screen is None or not any(map(self._screen.lets_through, texts)):
            return
        for number, held in self._index.held(reading.places, reading.facts):
            for span in held.spans:
                yield self._lone[number], reading.evidence(span)

    def unmet(self, index: int, reading: "Reading", evidence: Sequence[Evidence]) -> str:
        """Why what was found of the brand does not count, in a sentence; "" if it does."""
        required, forbidden = self._required[index], self._forbidden[index]
        expression = self._expressions[index]
        if not (required or forbidden or expression):
            return ""
        for demand in forbidden:
            if word := reading.meets(demand, evidence):
                return f"it holds the forbidden “{demand.written}”{word}"
        if required and not any(reading.meets(demand, evidence) for demand in required):
            return f"it holds none of the required {_listed(required)}"
        if expression and not is_true(expression.root, reading.places, reading.facts):
            return why_not(expression.root, reading.places, reading.facts)
        return ""

    def _expression(self, index: int) -> Expression:
        expression = self._expressions[index]
        assert expression is not None
        return expression

    def _all_terms(self) -> Iterator[Term]:
        for demand in (one for some in (*self._required, *self._forbidden) for one in some):
            yield from terms_in(demand.node) if demand.node else ()
        for expression in self._expressions:
            yield from expression.terms if expression else ()


class Reading:
    """One post as demands look at it; each part is made when it is first asked for."""

    def __init__(self, post: Post, terms: TermFinder, finders: Finders) -> None:
        self.post = post
        self._terms = terms
        self._finders = finders

    @cached_property
    def facts(self) -> Facts:
        """What the fields of expressions ask about."""
        return facts_of(self.post)

    @cached_property
    def places(self) -> Places:
        """Where the terms of all expressions stand."""
        return self._terms.places(self._folded["title"].text, self._folded["text"].text)

    def meets(self, demand: Demand, evidence: Sequence[Evidence]) -> str:
        """Where the demand is met, in words that go on a sentence; "" where it isn't."""
        if demand.node is not None and not demand.near:
            return " " if is_true(demand.node, self.places, self.facts) else ""
        spans = self._spans(demand)
        if demand.near:
            spans = self._near(spans, demand.near, evidence)
        return f" in its {spans[0].field}" if spans else ""

    def evidence(self, span: Span) -> Evidence:
        """The evidence of an expression's span."""
        whole, words = self._folded[span.field], self._words[span.field]
        start, end = whole.span(words[span.first_word][0], words[span.last_word][1])
        text = whole.original[start:end][:EVIDENCE_CHARS_MAX]
        return Evidence("expression", text, start, start + len(text), span.field)

    @cached_property
    def _folded(self) -> dict[str, Folded]:
        return {"title": folded(self.post.title), "text": folded(self.post.text)}

    @cached_property
    def _words(self) -> dict[str, list[tuple[int, int]]]:
        return {field: places_in(whole.text) for field, whole in self._folded.items()}

    @cached_property
    def _found(self) -> dict[int, list[Span]]:
        """The word spans of each finder."""
        found: dict[int, list[Span]] = {}
        for field, whole in self._folded.items():
            for number, span, _ in self._finders.spans(whole.text):
                found.setdefault(number, []).append(self._word_span(field, span.start, span.end))
        return found

    def _word_span(self, field: str, start: int, end: int) -> Span:
        words = self._words[field]
        first = bisect_right(words, start, key=lambda word: word[1])
        last = bisect_left(words, end, key=lambda word: word[0]) - 1
        return Span(field, first, max(first, last))

    def _spans(self, demand: Demand) -> Sequence[Span]:
        if demand.node is None:
            return [span for number in demand.finders for span in self._found.get(number, ())]
        if not is_true(demand.node, self.places, self.facts):
            return ()
        return held_by(demand.node, self.places, self.facts).spans

    def _near(
        self, spans: Sequence[Span], words_max: int, evidence: Sequence[Evidence]
    ) -> list[Span]:
        """The spans at most so many words from a piece of evidence in the same field."""
        places = {field: self._places_of(field, evidence) for field in self._folded}
        return [span for span in spans if _reaches(span, words_max, places[span.field])]

    def _places_of(self, field: str, evidence: Sequence[Evidence]) -> list[Span]:
        """The evidence in words, in order; each stretch of the text is folded once."""
        original = self._folded[field].original
        places: list[Span] = []
        read = folded_chars = 0
        for one in sorted((it for it in evidence if it.field == field), key=_start):
            folded_chars += len(fold(original[read : one.start]))
            read = one.start
            end = folded_chars + len(fold(one.text))
            places.append(self._word_span(field, folded_chars, end))
        return places


def _start(evidence: Evidence) -> int:
    return evidence.start


def _reaches(span: Span, words_max: int, places: Sequence[Span]) -> bool:
    """Whether one of the places, which are in order and apart, is so near to the span."""
    at = bisect_right(places, span.last_word + words_max, key=lambda place: place.first_word) - 1
    return at >= 0 and span.first_word <= places[at].last_word + words_max


def finds_by_expression(brand: Brand) -> bool:
    """Whether the brand has nothing but an expression to be found by."""
    heard = (brand.names, brand.short_names, brand.products, brand.people, brand.campaigns)
    exact = (brand.handles, brand.hashtags, brand.domains, brand.misspellings)
    return bool(brand.expression) and not any((*heard, *exact))


def check_demand(text: str, key: DemandKey = "require") -> None:
    """Raise :class:`ExpressionError` for an entry that can't be read, or that makes no sense.

    What no post fulfils makes none, nor does a ``forbid`` that nearly every post fulfils.
    """
    near, rest = _parted(text)
    if says_more(rest) or "near/" in rest.casefold():  # in small letters it is told to be so
        _check_tree(tree_of(rest), text, key, near)


def _check_tree(node: Node, text: str, key: DemandKey, near: int) -> None:
    parts = node.parts if isinstance(node, Or) else (node,)
    odd = next((part for part in parts if not isinstance(part, Term)), None)
    if near and odd is not None:
        expected = "a term, or terms joined by OR, after NEAR"
        raise fault(text, odd.at, expected, quoted(written(odd)))
    refuse_contradiction(node, text)
    denial = denial_in(node) if key == "forbid" else None
    if denial is not None:
        found = f"{quoted(written(denial))}, which forbids nearly every post"
        raise fault(text, denial.at, "something that may not stand there (or use require)", found)


def _parted(text: str) -> tuple[int, str]:
    """The words of a ``NEAR/5`` before the entry, 0 without one, and the entry in its place.

    Spaces stand where the NEAR stood, so that places in the entry are places in the text.
    """
    near = _NEAR.match(text)
    if near and 1 <= int(near[1]) <= NEAR_WORDS_MAX:
        return int(near[1]), re.sub(r"\S", " ", near[0]) + text[near.end() :]
    like = _LIKE_NEAR.match(text)
    if like:
        expected = f"NEAR/1 to NEAR/{NEAR_WORDS_MAX} and a space before a term, as in NEAR/5 word"
        raise fault(text, like.end() - len("NEAR/"), expected)
    return 0, text


def says_more(entry: str) -> bool:
    """Whether an entry is an expression, not the words of a name."""
    return bool(_SAYS_MORE.search(entry))


def _taken(brand: Brand, key: DemandKey, finders: list[Finder]) -> tuple[Demand, ...]:
    entries: tuple[str, ...] = getattr(brand, key)
    for entry in entries:
        check_demand(entry, key)
    return tuple(_demand(brand, entry, finders) for entry in entries)


def _demand(brand: Brand, entry: str, finders: list[Finder]) -> Demand:
    near, rest = _parted(entry)
    if says_more(rest):
        return Demand(entry, near, tree_of(rest))
    mine = list(name_finders(rest, brand.languages or _ALL_CODES, loose=False))
    finders.extend(mine)
    return Demand(entry, near, None, tuple(range(len(finders) - len(mine), len(finders))))


def _forms(word: str) -> frozenset[str]:
    return paradigm(word, _ALL_CODES).spellings()


def _is_longer_form(word: str, token: str) -> bool:
    """Whether the token is the word with what may follow any form: *liittymäkin*.

    A frequent word is itself, not something longer: *europa* is no form of *euro*.
    """
    return not is_common(token, LISTED) and paradigm(word, _ALL_CODES).recognise(token) is not None


def _keys(term: Term) -> tuple[str, ...]:
    """What stands in every text in which the term does."""
    if term.kind == "regex":
        return literals(term.text)
    if term.kind == "wildcard":
        return (max(_WILD.split(term.text), key=len),)
    if term.kind == "phrase":
        return (max(term.text.lstrip("#@").split(), key=len),)
    return paradigm(term.text.lstrip("#@"), _ALL_CODES).stems()


def _listed(demands: Sequence[Demand]) -> str:
    told = ", ".join(f"“{demand.written}”" for demand in demands[:5])
    return f"{told} and {len(demands) - 5} more" if len(demands) > 5 else told
