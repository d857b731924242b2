"""A text reduced to what is needed to find its story: small, of bounded size, comparable.

Words become 32-bit numbers: a hash, and in the low byte one of the first letter, so that a word
mistyped or inflected can be told from another word. That is enough, since texts are compared by
many words in a row. The keys by which a story is found are 64-bit hashes: of the whole text, of its
beginning, and the lowest hashes of its word triples (a min-wise sketch), of which two texts that
share much surely share some, wherever the shared part stands.
"""

from array import array
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

from listener.match.fold import fold
from listener.stories.reading import CHARS_MAX, words_of

WORDS_MAX = 192
"""How many words of a text are compared."""

WORDS_NEAR_MIN = 8
"""Texts of fewer different words are one story only where they are equal."""

_WORDS_MIN, _LETTERS_MIN = 4, 20  # below, a text means too little to be anybody's copy
_TRIPLES = 12
_HEADS = 8, 16  # words of a beginning by which what was cut is found

_WORD = 0xFFFFFFFF
FIRST_LETTER = 0xFF
"""What of a word's number is of its first letter only."""

_NUMBER, _CAPITAL = 1 << 32, 1 << 33
_FIRST, _SECOND, _THIRD = 0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9  # any odd
_KEY = (1 << 64) - 1


@dataclass(frozen=True, slots=True)
class Sketch:
    """The words of a text as numbers. ``particulars`` has a bit for each number and name.

    No words: the text means too little to be compared. ``length`` is how many there are in the
    text, of which the first are kept. ``is_cut``: the text says that it goes on.
    """

    words: bytes = b""
    particulars: int = 0
    length: int = 0
    is_cut: bool = False

    @property
    def is_long(self) -> bool:
        """Whether there are words enough to find copies that aren't equal."""
        return len(set(self.numbers())) >= WORDS_NEAR_MIN

    def numbers(self) -> list[int]:
        """The words, a number each."""
        return memoryview(self.words).cast("I").tolist()


def sketch_of(text: str, title: str = "") -> Sketch:
    """The sketch of a post. A title counts only where the text alone is too short to compare.

    So answers under one title are not one story, and an article is known under another title.
    """
    words, is_cut = words_of(text)
    if title and len(words) < WORDS_NEAR_MIN:
        words = words_of(title)[0] + words
    if is_cut and len(words) > WORDS_NEAR_MIN:
        words.pop()  # it may be cut itself
    length = len(words) * max(len(text), CHARS_MAX) // CHARS_MAX
    words = words[:WORDS_MAX]
    codes = [_code(word) for word in words]
    numbers = array("I", [code & _WORD for code in codes])
    if not _means_something(words, len(set(numbers))):
        return Sketch()
    return Sketch(numbers.tobytes(), _particulars(codes), length, is_cut)


def keys_of(sketch: Sketch) -> list[int]:
    """The keys under which a story is found, at most 15; the surest first."""
    words = sketch.numbers()
    if len(set(words)) < WORDS_NEAR_MIN:
        return [_hash(sketch.words)] if words else []
    triples = {
        (one * _FIRST + two * _SECOND + three * _THIRD) & _KEY
        for one, two, three in zip(words, words[1:], words[2:], strict=False)
    }
    heads = [_hash(b"head" + sketch.words[: 4 * count]) for count in _HEADS if count <= len(words)]
    return [_hash(sketch.words), *heads, *sorted(triples)[:_TRIPLES]]


def _means_something(words: list[str], different: int) -> bool:
    if different < WORDS_NEAR_MIN:
        return different >= _WORDS_MIN and sum(map(len, words)) >= _LETTERS_MIN
    return True


def _particulars(codes: list[int]) -> int:
    """A bit for each number and each name. Where most words have capitals they name nothing."""
    capitals = sum(code >= _CAPITAL for code in codes)
    sought = _NUMBER if 2 * capitals > len(codes) else _NUMBER | _CAPITAL
    return sum(1 << place for place, code in enumerate(codes) if code & sought)


@lru_cache(maxsize=1 << 16)
def _code(word: str) -> int:
    """The word's hash, the same however it's written, with what kind of word it is."""
    folded = fold(word)
    kind = _NUMBER if any(map(str.isdigit, folded)) else _CAPITAL if word[0].isupper() else 0
    number = _hash(folded.encode(errors="replace")) & _WORD & ~FIRST_LETTER
    return kind | number | ord(folded[0]) & FIRST_LETTER if folded else kind


def _hash(data: bytes) -> int:
    return int.from_bytes(blake2b(data, digest_size=8).digest(), "little")
