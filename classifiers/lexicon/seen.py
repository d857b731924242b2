"""A mention as the small models see it: its words, its clauses, and where the brand stands.

A judgement is about one brand, so one text reads differently for each brand that it names. The
brand's own spans become one sign before the text is taken apart: "Happy Shop" is no praise, and
what is learnt of one brand must hold for the next.
"""

import functools
from collections.abc import Sequence
from dataclasses import dataclass

from classifiers.lexicon.lists import LANGUAGES
from classifiers.lexicon.meanings import meanings
from classifiers.lexicon.owners import named, owners
from classifiers.lexicon.reading import Hit, Reading, read
from classifiers.lexicon.scope import Scope
from classifiers.lexicon.tokens import BRAND, TEXT_CHARS_MAX, Token
from listener.model import Evidence, Mention

TITLE_CHARS_MAX = 500

SEEN_MAX = 128
"""How many are kept taken apart: a batch's judges all look at the same ones."""
PARENT_CHARS_MAX = 1_000

OTHER = "@other"
"""Stands for another brand that is listened for: read as what it is, however it is written."""

_UNPLACED = frozenset({"link", "domain", "thread", "reply"})


@dataclass(frozen=True, slots=True)
class Part:
    """One text, taken apart.

    ``clauses`` and ``sentences`` give each token's number, ``brands`` and ``others`` the places
    of names, ``owners`` says whom each token is about and ``means`` what it means.
    """

    row: tuple[Token, ...]
    hits: tuple[Hit, ...]
    scope: Scope
    clauses: tuple[int, ...]
    sentences: tuple[int, ...]
    brands: tuple[int, ...]
    others: frozenset[int]
    owners: tuple[str, ...]
    means: tuple[tuple[str, ...], ...]

    def beside(self, numbers: Sequence[int]) -> frozenset[int]:
        """The numbers, of clauses or of sentences, in which the brand stands."""
        return frozenset(numbers[place] for place in self.brands)


@dataclass(frozen=True, slots=True)
class Said:
    """What a mention says, the brand's sign in it: equal for copies, so they are judged once.

    ``of_nobody`` is what mentions no brand and is judged all the same: by its own mood.
    """

    text: str
    parent: str
    language: str
    site: str
    is_reply: bool
    is_direct: bool
    of_nobody: bool


@dataclass(frozen=True, slots=True)
class Seen:
    """What was said, taken apart: the post's own text, and what it replies to where known."""

    said: Said
    own: Part
    parent: Part


def said(mention: Mention, language: str) -> Said:
    """The mention's own words, for the lexicon of ``language``."""
    post = mention.post
    title = _signed(post.title[:TITLE_CHARS_MAX], mention, "title")
    text = _signed(post.text[:TEXT_CHARS_MAX], mention, "text")
    return Said(
        f"{title}\n{text}" if title else text,
        mention.parent_text[:PARENT_CHARS_MAX],
        language,
        post.site,
        bool(post.in_reply_to),
        mention.directness == "direct",
        not mention.brand,
    )


@functools.lru_cache(maxsize=SEEN_MAX)
def see(words: Said) -> Seen:
    """It taken apart; with the signs of all languages alone where its own has no lexicon."""
    return Seen(words, part(words.text, words.language), part(words.parent, words.language))


def part(text: str, language: str) -> Part:
    """A text taken apart, the brand's sign in it."""
    reading = read(text, language if language in LANGUAGES else "")
    scope = Scope(reading)
    clauses, sentences = _numbers(reading, scope.turns)
    brands = tuple(place for place, token in enumerate(reading.row) if token.kind == "brand")
    others = named(reading.row, language)
    return Part(
        reading.row,
        tuple(hit for kind in reading.kinds for hit in reading.find(kind)),
        scope,
        clauses,
        sentences,
        brands,
        others,
        owners(clauses, brands, others),
        tuple(map(meanings(language).of, reading.row)),
    )


def _numbers(reading: Reading, turns: frozenset[int]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Each token's clause and sentence; a stop belongs to what it ends."""
    clauses, sentences = [], []
    clause = sentence = 0
    for place, token in enumerate(reading.row):
        clause += place in turns
        clauses.append(clause)
        sentences.append(sentence)
        clause += token.kind in {"pause", "stop"}
        sentence += token.kind == "stop"
    return tuple(clauses), tuple(sentences)


def _signed(text: str, mention: Mention, field: str) -> str:
    """The text with the brand's sign where evidence stands, and a handle for each other brand."""
    kept, edge = text.replace(BRAND, " "), len(text)
    ours = {(one.start, one.end): BRAND for one in _placed(mention.evidence, field)}
    theirs = {(one.start, one.end): OTHER for one in _placed(mention.others, field)}
    for start, end in sorted(theirs.keys() | ours.keys(), reverse=True):
        is_free = all(end <= a or b <= start for a, b in ours) or (start, end) in ours
        if 0 <= start < end <= edge and is_free:
            kept = f"{kept[:start]} {ours.get((start, end), OTHER)} {kept[end:]}"
            edge = start
    return kept


def _placed(evidence: Sequence[Evidence], field: str) -> list[Evidence]:
    """Those with a place in this field, without those inside others."""
    placed = [one for one in evidence if one.field == field and one.kind not in _UNPLACED]
    return [one for one in placed if not any(_within(one, other) for other in placed)]


def _within(one: Evidence, other: Evidence) -> bool:
    if one is other:
        return False
    overlaps = one.start < other.end and other.start < one.end
    return overlaps and (other.end - other.start, -other.start) > (one.end - one.start, -one.start)
