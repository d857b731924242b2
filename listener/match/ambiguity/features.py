"""What the marks can teach: the words of a post, by their distance to the name.

Words, pairs of words, runs of three letters and what is around the text, as numbers of four
blocks. A block has one length whatever the length of the post. A term carries the words in
which a person is told of it; letters are told as the word that they stand in.
"""

from collections.abc import Iterator, Sequence
from math import sqrt

from listener.match.ambiguity.context import Context
from listener.match.ambiguity.tokens import Token
from listener.match.common import LISTED, share_per_million
from listener.match.fold import fold

BLOCKS = {"word": 4.0, "pair": 1.0, "letters": 4.0, "about": 3.0}
"""How far a block may move the verdict: the length of its part of the vector, log-odds."""

_LETTERS = 3
_HALF_DISTANCE = 12.0
"""A word so many words away counts half."""
_LETTER_TOKENS_MAX = 80
_KNOWN_CHARS_MAX = 80
_SMALL_WORD_SHARE = 1_500.0  # per million words: what stands in every text
_NAME = "…"  # stands for the brand's name, which tells nothing: every post has it

Sign = tuple[str, float, str]
"""The key of a weight, how strongly the sign shows, how a person is told of it, if at all."""


def terms_of(context: Context, tokens: Sequence[Token], language: str) -> Iterator[Sign]:
    """The post as terms in a fixed order, each key once."""
    words = [_NAME if token.is_name else token.folded for token in tokens]
    near = [1.0 / (1.0 + token.distance / _HALF_DISTANCE) for token in tokens]
    yield from _scaled("word", _words(words, near))
    yield from _scaled("pair", _pairs(words, near))
    yield from _scaled("letters", _letters(words, near))
    yield from _scaled("about", _around(context, tokens, language))


def _scaled(block: str, signs: Iterator[Sign]) -> Iterator[Sign]:
    """The block with each key once, at its nearest, and brought to its length."""
    nearest: dict[str, float] = {}
    tellings: dict[str, str] = {}
    for key, value, told in signs:
        if value > nearest.get(key, 0.0):
            nearest[key], tellings[key] = value, told
    length = sqrt(sum(value * value for value in nearest.values()))
    for key, value in nearest.items():
        yield f"{block}:{key}", value / length * BLOCKS[block], tellings[key]


def _words(words: Sequence[str], near: Sequence[float]) -> Iterator[Sign]:
    for word, value in zip(words, near, strict=True):
        if word != _NAME:
            yield word, value, _told(word)


def _pairs(words: Sequence[str], near: Sequence[float]) -> Iterator[Sign]:
    for at in range(len(words) - 1):
        pair = f"{words[at]} {words[at + 1]}"
        yield pair, max(near[at], near[at + 1]), _told(words[at], words[at + 1])


def _letters(words: Sequence[str], near: Sequence[float]) -> Iterator[Sign]:
    for word, value in zip(words[:_LETTER_TOKENS_MAX], near, strict=False):
        if word != _NAME:
            edged, told = f" {word} ", _told(word)
            for at in range(len(edged) - _LETTERS + 1):
                yield edged[at : at + _LETTERS], value, told


def _told(*words: str) -> str:
    """What a person is told of words; nothing of small words, which are no reason to anybody."""
    return "" if all(map(_is_small, words)) else f"near: {' '.join(words)}"


def _is_small(word: str) -> bool:
    return word == _NAME or len(word) < 2 or share_per_million(word, LISTED) > _SMALL_WORD_SHARE


def _around(context: Context, tokens: Sequence[Token], language: str) -> Iterator[Sign]:
    """What is around the text, and how the name itself is written."""
    yield f"language {language}", 1.5, f"language: {language}" if language else ""
    for what, value, known in (("site", 0.5, context.site), ("author", 1.0, context.author)):
        if known:
            short = fold(known[:_KNOWN_CHARS_MAX])
            yield f"{what} {short}", value, f"{what}: {short}"
    for written in sorted({token.written for token in tokens if token.is_name}):
        yield f"form {written}", 1.0, f"written: {written}"
