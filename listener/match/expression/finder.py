"""Where the terms of many expressions stand in a post, found in one pass over its words.

Words and phrases are looked up in dicts, wildcards by what is fixed in them (:mod:`.wildcards`),
patterns by a literal that they can't do without. So the time grows with the text and hardly with
the number of terms.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections import defaultdict, deque
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import lru_cache

from listener.match.expression.patterns import Patterns
from listener.match.expression.tree import Span, Term
from listener.match.expression.wildcards import Wildcards
from listener.match.expression.words import (
    WORD_CHARS_MAX,
    pattern_for,
    words_in,
)

PLACES_MAX = 10_000
"""More places of one term in one post are not kept."""

_WORDS_KEPT = 65_536  # words whose terms are remembered between posts

_BODY_CHARS_MIN = 3

Forms = Callable[[str], Collection[str]]
IsForm = Callable[[str, str], bool]


def alone(word: str) -> Collection[str]:
    """The word in no form but its own."""
    return (word,)


def in_no_other(word: str, token: str) -> bool:  # noqa: ARG001
    """The word in no form that is not listed."""
    return False


class TermFinder:
    """Terms, compiled once. ``forms`` gives the forms of a bare word, folded.

    ``is_form`` tells of a longer word that begins with one of them whether it is a form too:
    there are too many to list where a language puts small words behind any form.
    """

    def __init__(
        self, terms: Iterable[Term], forms: Forms = alone, is_form: IsForm = in_no_other
    ) -> None:
        self._is_form = is_form
        every = list(dict.fromkeys(terms))
        self._words: dict[str, list[Term]] = defaultdict(list)
        self._phrases: dict[str, list[tuple[tuple[str, ...], Term]]] = defaultdict(list)
        self._phrase_words_max = 1
        self._lengths: dict[str, set[int]] = defaultdict(set)  # of phrases, by their last word
        for term in every:
            if term.kind in {"word", "phrase"}:
                self._take_up(term, forms)
        self._wildcards = Wildcards([term for term in every if term.kind == "wildcard"])
        self._patterns = Patterns([term for term in every if term.kind == "regex"])
        self._terms_of = lru_cache(_WORDS_KEPT)(self._look_up)

    def places(self, title: str, text: str) -> dict[Term, list[Span]]:
        """For each term found its spans, title first, in order. Both texts are folded."""
        found: dict[Term, list[Span]] = defaultdict(list)
        for field, written in (("title", title), ("text", text)):
            for term, first, last in self._found(written) if written else ():
                if field == "title" or term.where == "any":
                    spans = found[term]
                    if len(spans) < PLACES_MAX:
                        spans.append(Span(field, first, last))
        return dict(found)

    def _take_up(self, term: Term, forms: Forms) -> None:
        ways = (term.text, *forms(term.text)) if _is_bare(term) else (term.text,)
        for words in dict.fromkeys(tuple(words_in(way)) for way in ways):
            if len(words) == 1:
                self._words[words[0]].append(term)
            elif words:
                self._phrases[_plain(words)].append((words, term))
                self._lengths[words[-1].lstrip("#@")].add(len(words))
                self._phrase_words_max = max(self._phrase_words_max, len(words))

    def _look_up(self, word: str) -> tuple[Term, ...]:
        plain = word.lstrip("#@")
        found = [*self._words.get(word, ()), *self._wildcards.matching(word)]
        found += self._begun(plain)
        if plain != word:
            found += [*self._words.get(plain, ()), *self._wildcards.matching(plain)]
        return tuple(dict.fromkeys(found))

    def _begun(self, word: str) -> Iterator[Term]:
        """The bare words with a form that begins this word, of which it is a form too."""
        for end in range(_BODY_CHARS_MIN, len(word)):
            for term in self._words.get(word[:end], ()):
                if _is_bare(term) and self._is_form(term.text, word):
                    yield term

    def _found(self, text: str) -> Iterator[tuple[Term, int, int]]:
        yield from self._found_words(text)
        yield from self._found_patterns(text)

    def _found_words(self, text: str) -> Iterator[tuple[Term, int, int]]:
        recent: deque[str] = deque(maxlen=self._phrase_words_max)
        for number, found in enumerate(pattern_for(text).finditer(text)):
            word = found.group()
            if len(word) > WORD_CHARS_MAX:
                word = ""
            for term in self._terms_of(word):
                yield term, number, number
            recent.append(word)
            if word.lstrip("#@") in self._lengths:
                yield from self._ended(recent, number)

    def _ended(self, recent: deque[str], number: int) -> Iterator[tuple[Term, int, int]]:
        """The phrases that end with the last of these words."""
        for count in self._lengths.get(recent[-1].lstrip("#@"), ()):
            stretch = list(recent)[-count:]
            phrases = self._phrases.get(_plain(stretch), ()) if len(stretch) == count else ()
            for words, term in phrases:
                if _is_marked_like(stretch, words):
                    yield term, number - count + 1, number

    def _found_patterns(self, text: str) -> Iterator[tuple[Term, int, int]]:
        edges: tuple[array[int], array[int]] | None = None
        for term, start, end in self._patterns.matches(text):
            starts, ends = edges = edges or _edges(text)
            yield term, bisect_right(ends, start), bisect_left(starts, end) - 1


def _is_bare(term: Term) -> bool:
    return term.kind == "word" and term.text[0] not in "#@"


def _plain(words: Sequence[str]) -> str:
    """The words without the markers of hashtags and handles."""
    return " ".join(words).replace("#", "").replace("@", "")


def _is_marked_like(stretch: list[str], words: tuple[str, ...]) -> bool:
    """Whether a hashtag or handle stands wherever the phrase has one."""
    pairs = zip(stretch, words, strict=True)
    return all(word[0] not in "#@" or word == seen for seen, word in pairs)


def _edges(text: str) -> "tuple[array[int], array[int]]":
    """Where each word begins and where it ends, in little memory."""
    starts, ends = array("q"), array("q")
    for found in pattern_for(text).finditer(text):
        starts.append(found.start())
        ends.append(found.end())
    return starts, ends
