"""Do two sketches say the same? The words of both are put side by side, in their order.

The longest common subsequence of the words says what is shared. What one has and the other lacks
was added or left out: a comment, a lead, a list of hashtags. What stands in the place of
something else was *replaced*, and that is what tells two fillings of a template from a copy, the
more so where a number or a name was replaced with another.

The subsequence is found with Hyyrö's bit vectors, one step a word, so that a comparison takes
the same short time whatever the texts are.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from listener.stories.sketch import FIRST_LETTER, WORDS_MAX, Sketch

SHARED_OF_LONGER_MIN = 1 / 2
SHARED_OF_SHORTER_MIN = 2 / 3
SHARED_PER_REPLACED = 12
"""So many words must be shared for each word that was replaced, by its weight."""

VARIANT_WEIGHT = 1
"""The weight of a word replaced with one of the same first letter: mistyped, inflected."""

WORD_WEIGHT = 2
"""The weight of a word replaced with another."""

PARTICULAR_WEIGHT = 4
"""The weight of a number or name replaced with another."""

LONG_WORDS = 60
"""Texts that share so many words are articles: those may have another lead and another end."""

_ANCHOR_WORDS = 8

Pair = tuple[int, int]


def are_alike(one: Sketch, other: Sketch) -> bool:
    """Whether the two are copies of one text. Sketches without words are like nothing."""
    if one.words == other.words:
        return bool(one.words)
    if _is_beginning(one, other) or _is_beginning(other, one):
        return True
    shorter, longer = sorted((one.length, other.length))
    if shorter < SHARED_OF_LONGER_MIN * longer:
        return False
    one, other = sorted((one, other), key=lambda sketch: sketch.words)  # either way the same
    unseen = max(0, shorter - WORDS_MAX)  # taken for shared, as far as both texts go on
    needed = max(SHARED_OF_LONGER_MIN * longer - unseen, SHARED_OF_SHORTER_MIN * (shorter - unseen))
    words, other_words = one.numbers(), other.numbers()
    in_other = set(other_words)
    if sum(word in in_other for word in words) < needed:
        return False
    pairs = aligned(words, other_words)
    return len(pairs) >= max(needed, SHARED_PER_REPLACED * _replaced(one, other, pairs))


def _is_beginning(one: Sketch, other: Sketch) -> bool:
    return one.is_cut and bool(one.words) and other.words.startswith(one.words)


def aligned(one: Sequence[int], other: Sequence[int]) -> list[Pair]:
    """The places of a longest common subsequence, in ascending order: (in one, in other)."""
    rows = list(_rows(one, other))
    pairs = []
    i, j = len(one), len(other)
    while i and j:
        if rows[j] >> (i - 1) & 1:  # as much is shared without the last word of one
            i -= 1
            continue
        j -= 1
        if one[i - 1] == other[j]:
            i -= 1
            pairs.append((i, j))
    return pairs[::-1]


def _rows(one: Sequence[int], other: Sequence[int]) -> Iterator[int]:
    """For each beginning of ``other``: bit i is 0 where word i of ``one`` lengthens the shared."""
    places: dict[int, int] = {}
    for place, word in enumerate(one):
        places[word] = places.get(word, 0) | 1 << place
    row = full = (1 << len(one)) - 1
    yield row
    for word in other:
        hits = row & places.get(word, 0)
        row = (row + hits | row - hits) & full
        yield row


def _replaced(one: Sketch, other: Sketch, pairs: list[Pair]) -> int:
    """How much stands in the place of something else, in words weighted by what they are."""
    words, other_words = one.numbers(), other.numbers()
    if len(pairs) >= LONG_WORDS:
        pairs = _anchored(pairs)
    else:
        pairs = [(-1, -1), *pairs, (len(words), len(other_words))]
    weight = 0
    for (i, j), (next_i, next_j) in pairwise(pairs):
        if next_i - i == 1 or next_j - j == 1:
            continue
        if _has(one.particulars, i, next_i) and _has(other.particulars, j, next_j):
            weight += PARTICULAR_WEIGHT * (min(next_i - i, next_j - j) - 1)
            continue
        for word, by in zip(words[i + 1 : next_i], other_words[j + 1 : next_j], strict=False):
            weight += VARIANT_WEIGHT if not (word ^ by) & FIRST_LETTER else WORD_WEIGHT
    return weight


def _has(particulars: int, after: int, before: int) -> bool:
    return bool(particulars >> (after + 1) & ((1 << (before - after - 1)) - 1))


def _anchored(pairs: list[Pair]) -> list[Pair]:
    """The pairs from the first to the last stretch of some shared words in a row."""
    starts = [
        place
        for place, ((i, j), (end_i, end_j)) in enumerate(
            zip(pairs, pairs[_ANCHOR_WORDS - 1 :], strict=False)
        )
        if end_i - i == end_j - j == _ANCHOR_WORDS - 1
    ]
    return pairs[starts[0] : starts[-1] + _ANCHOR_WORDS] if starts else pairs
