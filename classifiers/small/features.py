"""What the small models know of a mention: counted words and pieces of words, and named facts.

Three groups of features are hashed into one space, each of length one so that a long post does
not shout: words and pairs of words; pieces of words, which carry inflection, typos and languages
without lists; and the words around the brand, by their distance from it. Beside them stand named
facts in numbers: what the lexicons found, where it stands to the brand, and how it is written.
"""

import functools
import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from classifiers.lexicon.reading import Hit
from classifiers.lexicon.seen import Part, Seen
from classifiers.lexicon.tokens import Token

HASH_BITS = 20
HASHES = 1 << HASH_BITS

_GROUP_LENGTH = {
    "words": 1.0,
    "pieces": 1.2,
    "around": 0.8,
    "parent": 0.3,
    "owned": 0.6,
    "meant": 1.4,
    "compared": 0.8,
    "facts": 1.0,
}
_PIECES = (3, 4, 5)
_WORD_CHARS_MAX = 40
_REACH = 3
_CLOSE = 4


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """Places in ``range(HASHES)`` and the value at each; a place may come twice, to be summed."""

    places: NDArray[np.int64]
    values: NDArray[np.float32]

    def summed(self) -> dict[int, float]:
        """Each place once, with its value."""
        found: dict[int, float] = {}
        for place, value in zip(self.places.tolist(), self.values.tolist(), strict=True):
            found[place] = found.get(place, 0.0) + value
        return found


def features(seen: Seen) -> Features:
    """All that is known of a mention, as numbers."""
    words = _plain(seen.own)
    counted = _counted(
        {
            "words": _places(_words(words)),
            "pieces": _pieces(seen.own.row),
            "around": _places(_around(seen.own, words)),
            "owned": _places(_owned(seen.own, words)),
            "meant": _places(_meant(seen.own)),
            "compared": _places(_compared(seen.own, words)),
            "parent": _places(index(f"P{word}") for word in _plain(seen.parent)),
        }
    )
    told = dict(facts(seen))
    values = np.fromiter(told.values(), dtype=np.float32) * np.float32(_GROUP_LENGTH["facts"])
    return Features(
        np.concatenate([counted.places, _places(index(f"F{name}") for name in told)]),
        np.concatenate([counted.values, values]),
    )


def _places(some: Iterable[int]) -> NDArray[np.int64]:
    return np.fromiter(some, dtype=np.int64)


def _counted(groups: Mapping[str, NDArray[np.int64]]) -> Features:
    """Each group's places once, by how often they came; all of a group together of its length."""
    apart = [places + (number << HASH_BITS) for number, places in enumerate(groups.values())]
    once, counts = np.unique(np.concatenate(apart), return_counts=True)
    values = 1 + np.log(counts)
    group = once >> HASH_BITS
    squares = np.bincount(group, values * values, minlength=len(groups))
    lengths = np.array([_GROUP_LENGTH[name] for name in groups])
    scaled = values * (lengths / np.sqrt(np.maximum(squares, 1.0)))[group]
    return Features(once & (HASHES - 1), scaled.astype(np.float32))


@functools.lru_cache(maxsize=1 << 16)
def index(name: str) -> int:
    """Where a feature of this name stands: ``F`` and a fact's name, or a word as it is."""
    return crc32(name.encode("utf-8", "surrogatepass")) & (HASHES - 1)


def _plain(part: Part) -> list[str]:
    """The words as they are compared: numbers by their length, names and links as such."""
    words = [_PLAIN.get(token.kind, _folded)(token) for token in part.row]
    for place in part.others:
        words[place] = "§§"
    return words


def _folded(token: Token) -> str:
    return token.forms[-1][:_WORD_CHARS_MAX]


_PLAIN: dict[str, Callable[[Token], str]] = {
    "number": lambda token: "0" * min(len(token.shown), 5),
    "link": lambda _: "://",
    "handle": lambda _: "@",
    "brand": lambda _: "§",
}


def _words(words: Sequence[str]) -> Iterator[int]:
    for word in words:
        yield index(word)
    for first, second in zip(["<", *words], [*words, ">"], strict=True):
        yield index(f"{first} {second}")


def _pieces(row: tuple[Token, ...]) -> NDArray[np.int64]:
    words = [_pieces_of(_folded(token)) for token in row if token.kind == "word"]
    return np.concatenate(words) if words else np.zeros(0, dtype=np.int64)


@functools.lru_cache(maxsize=1 << 14)
def _pieces_of(word: str) -> NDArray[np.int64]:
    edged = f"<{word}>"
    return _places(
        index(f"C{edged[start : start + size]}")
        for size in _PIECES
        for start in range(len(edged) - size + 1)
    )


def _around(part: Part, words: Sequence[str]) -> Iterator[int]:
    """The words near each place of the brand, with their distance and side."""
    for place in part.brands:
        for far in range(1, _REACH + 1):
            if place - far >= 0:
                yield index(f"L{far}{words[place - far]}")
                yield index(f"L{words[place - far]}")
            if place + far < len(words):
                yield index(f"R{far}{words[place + far]}")
                yield index(f"R{words[place + far]}")
        if 0 < place < len(words) - 1:
            yield index(f"M{words[place - 1]} {words[place + 1]}")


def _owned(part: Part, words: Sequence[str]) -> Iterator[int]:
    """The words that are about the brand, and apart from them those about others."""
    for word, owner in zip(words, part.owners, strict=True):
        if owner:
            yield index(f"{owner}{word}")


def _meant(part: Part) -> Iterator[int]:
    """What the words mean, whatever the language; whom it is about; and what comes together."""
    before: tuple[str, ...] = ("<",)
    for place, (means, owner) in enumerate(zip(part.means, part.owners, strict=True)):
        if not means:
            continue
        no = "no " if part.scope.negated_at(place) else ""
        for name in means:
            yield index(f"G{no}{name}")
            if owner:
                yield index(f"G{owner}{no}{name}")
            yield from (index(f"G{first} {no}{name}") for first in before)
        before = tuple(f"{no}{name}" for name in means)


def _compared(part: Part, words: Sequence[str]) -> Iterator[int]:
    """The words of sentences that name the brand and another, by the order of the three."""
    ours, theirs = _by_sentence(part, part.brands), _by_sentence(part, sorted(part.others))
    for place, word in enumerate(words):
        sentence = part.sentences[place]
        if sentence in ours and sentence in theirs and place not in part.others:
            order = (ours[sentence] < place, theirs[sentence] < place)
            first = ours[sentence] < theirs[sentence]
            for name in (word, *part.means[place]):
                yield index(f"Z{order}{first}{name}")


def _by_sentence(part: Part, places: Iterable[int]) -> dict[int, int]:
    """The first of these places in each sentence."""
    return {part.sentences[place]: place for place in sorted(places, reverse=True)}


def facts(seen: Seen) -> Iterator[tuple[str, float]]:
    """The named facts, as name and value, most of them between 0 and 1."""
    yield "one", 1.0
    yield f"language {seen.said.language}", 0.5
    yield f"site {seen.said.site}", 0.5
    yield "reply", 0.5 * seen.said.is_reply
    yield "direct", 0.5 * seen.said.is_direct
    yield "of nobody", 0.5 * seen.said.of_nobody
    yield from _written(seen.own)
    yield from _found(seen.own, "")
    yield from _found(seen.parent, "parent ")


def _written(part: Part) -> Iterator[tuple[str, float]]:
    row = part.row
    words = [token for token in row if token.kind == "word"]
    shouted = sum(token.shouted for token in words)
    yield "length", math.log1p(len(row)) / 5
    yield "shouted", shouted / (len(words) or 1)
    yield "stretched", min(1.0, sum(token.stretched for token in words) / 2)
    yield "hashtags", min(1.0, sum(token.hashtag for token in words) / 5)
    for kind in ("link", "handle", "number", "sign"):
        yield kind, min(1.0, sum(token.kind == kind for token in row) / 3)
    stops = "".join(token.shown for token in row if token.kind == "stop")
    yield "asks", 0.7 * ("?" in stops)
    yield "cries", 0.7 * ("!" in stops)
    yield "cries loudly", 0.7 * ("!!" in stops or "?!" in stops or "??" in stops)
    yield "brand first", 0.5 * (0 in part.brands)
    yield "brand absent", 0.5 * (not part.brands)
    yield "others named", min(1.0, len(part.others) / 2)
    yield "brands", min(1.0, len(part.brands) / 3)


def _found(part: Part, prefix: str) -> Iterator[tuple[str, float]]:
    """What the lexicons found, and where it stands to the brand."""
    sums: dict[str, float] = defaultdict(float)
    for hit in part.hits:
        strength = part.scope.strength(hit)
        for name in facts_of(part, hit):
            sums[name] += strength
    for name, value in sums.items():
        yield f"{prefix}{name}", 0.6 * math.log1p(value)


def facts_of(part: Part, hit: Hit) -> list[str]:
    """The names of what one find says: in all, in the brand's sentence and clause, on its sides."""
    if hit.kind == "grammar":
        return []
    name = f"{'not ' if part.scope.negated(hit) else ''}{hit.kind} {hit.group}"
    owned = [f"{name} {part.owners[hit.start]}"] if part.owners[hit.start] else []
    return owned + _placed(part, hit, name)


def _placed(part: Part, hit: Hit, name: str) -> list[str]:
    sentences = part.beside(part.sentences)
    if part.sentences[hit.start] not in sentences:
        return [name, f"{name} elsewhere"] if sentences else [name]
    names = [name, f"{name} in sentence"]
    if part.clauses[hit.start] in part.beside(part.clauses):
        names.append(f"{name} in clause")
    return names + [f"{name} {side}" for side in sorted(_sides(part, hit))]


def _sides(part: Part, hit: Hit) -> set[str]:
    """On which side of the brand, in its sentence, the hit stands; and whether close by.

    ``between`` says that another's name stands on the hit's other side: "ours, hit, theirs".
    """
    sides = set()
    for place in part.brands:
        if part.sentences[place] == part.sentences[hit.start]:
            side = "before" if hit.start < place else "after"
            sides.add(side)
            if any((other > hit.start) == (side == "after") for other in _beside(part, hit)):
                sides.add(f"between {side}")
            if abs(hit.start - place) <= _CLOSE:
                sides.add(f"close {side}")
    return sides


def _beside(part: Part, hit: Hit) -> list[int]:
    """The places of others' names in the hit's sentence."""
    sentence = part.sentences[hit.start]
    return [place for place in part.others if part.sentences[place] == sentence]
