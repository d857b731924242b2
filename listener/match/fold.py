"""Text made comparable: one case, one way to write each character, and the way back.

Two texts that a reader takes for the same (``FINNAIR``, ``Finn\u00adair``, a decomposed
``Żabka``) fold to the same string. Folding changes lengths, so :class:`Folded` knows where
each part of the folded text stands in the original.

Everything is bounded: a text is folded in pieces, because normalising takes time that grows
with the square of a run of combining marks, and some people post such runs.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

_PIECE_CHARS = 120


def _character_class(points: Iterator[int]) -> str:
    """Code points in ascending order as the inside of a regex character class."""
    ranges: list[list[int]] = []
    for point in points:
        if ranges and ranges[-1][1] == point - 1:
            ranges[-1][1] = point
        else:
            ranges.append([point, point])
    return "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in ranges)


IGNORED = (
    "\u00ad\u034f\u061c\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\ufe00-\ufe0f\ufeff\ufff0-\ufff8\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
"""What is never seen: soft hyphens, zero-width characters, bidi marks, variation selectors."""

_IGNORED = re.compile(f"[{IGNORED}]+")

MARKS = (
    _character_class(
        point
        for point in range(0x300, 0x1F000)
        if unicodedata.category(chr(point))[0] == "M" and not _IGNORED.match(chr(point))
    )
    + "\u1160-\u11ff\ud7b0-\ud7fb"
)
"""What belongs to the character before it: combining marks, the rest of a Hangul syllable."""

SPACELESS = (
    "\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u1950-\u19ff\u1a20-\u1aaf"
    "\u2e80-\u2fdf\u3005-\u3007\u3021-\u302f\u3031-\u318f\u31a0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\ua960-\ua97f\ua9e0-\ua9ff\uaa60-\uaa7f\uac00-\ud7ff\uf900-\ufaff\uffa0-\uffdc"
    "\U0001aff0-\U0001b16f\U00020000-\U0003ffff"
)
"""Scripts written without spaces, or (Hangul) with particles attached: Thai, Lao, Burmese,
Hangul, Khmer, Tai, Han, Kana, Bopomofo. No boundary is asked for inside or beside them."""

SPACED = rf"[^\W{SPACELESS}]"
"""One letter, digit or underscore of a script that parts its words with spaces."""

_FOLLOWS = f"{MARKS}\uff9e\uff9f"  # half-width voicing signs become marks
_PIECE = re.compile(f"(?s).{{1,{_PIECE_CHARS}}}(?:[{IGNORED}]{{0,8}}[{_FOLLOWS}]){{0,30}}")
_CLUSTER = re.compile(f"(?s)[\\x00-\\x7f]+(?![{IGNORED}{_FOLLOWS}])|.(?:[{IGNORED}]*[{_FOLLOWS}])*")
"""One character with its marks, or a stretch of ASCII, in which one stands for one."""

# Trade marks would become the letters "tm" of the word before them, the single jamo that
# Koreans laugh and weep with a part of its last syllable, an Arabic phrase sign 18 characters.
_KEPT_CLASS = "™℠\u3130-\u318f\uffa0-\uffdc\ufdf0-\ufdfd"
_KEPT = re.compile(f"([{_KEPT_CLASS}]+)")

_WRITTEN_ALIKE = (
    dict.fromkeys("’‘ʼ´`｀\u1fef\u1ffd", "'") | dict.fromkeys("‐‑–︲", "-") | {"ŉ": "'n"}
)
_UNUSUAL = re.compile(f"[{IGNORED}{_KEPT_CLASS}{''.join(_WRITTEN_ALIKE)}]")


def fold(text: str) -> str:
    """The text in the form in which two texts are compared.

    Case is folded in full (ß is ss), compatibility forms become plain (ﬁ is fi, full width is
    half), İ and ı are i, typographic apostrophes and hyphens are the typewriter's.
    """
    if text.isascii():
        return text.lower().replace("`", "'")
    return "".join(map(_fold_piece, _PIECE.findall(text)))


@dataclass(frozen=True, slots=True)
class Folded:
    """A text and its folded form."""

    original: str
    text: str
    # Where each piece starts, in the folded and in the original, and whether one character of it
    # became one: then there is nothing to look for.
    _pieces: tuple[tuple[int, int, bool], ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The stretch of the original that became ``text[start:end]``, in whole characters.

        ``end`` must be greater than ``start``.
        """
        return self._cluster(start)[0], self._cluster(end - 1)[1]

    def _cluster(self, position: int) -> tuple[int, int]:
        """The character of the original, with its marks, that holds a folded position."""
        at = bisect_right(self._pieces, position, key=lambda piece: piece[0]) - 1
        folded_end, original_start, is_lowered = self._pieces[at]
        if is_lowered:
            start = original_start + position - folded_end
            return start, start + 1
        following = self._pieces[at + 1 : at + 2]
        original_end = following[0][1] if following else len(self.original)
        for cluster in _CLUSTER.finditer(self.original, original_start, original_end):
            folded_start, folded_end = folded_end, folded_end + len(_fold_piece(cluster.group()))
            if folded_end > position:
                if not cluster.group().isascii():
                    return cluster.span()
                start = cluster.start() + position - folded_start
                return start, start + 1
        return original_end, original_end


def folded(text: str) -> Folded:
    """The text folded, with the way back to its characters."""
    if text.isascii():
        return Folded(text, fold(text), ((0, 0, True),))
    pieces = _PIECE.findall(text)
    parts = [_fold_piece(piece) for piece in pieces]
    lowered = [piece.lower() == part for piece, part in zip(pieces, parts, strict=True)]
    starts = zip(_starts(parts), _starts(pieces), lowered, strict=True)
    return Folded(text, "".join(parts), tuple(starts))


def _starts(parts: list[str]) -> list[int]:
    return list(accumulate(map(len, parts[:-1]), initial=0))


def _fold_piece(text: str) -> str:
    if text.isascii():
        return text.lower().replace("`", "'")
    if not _UNUSUAL.search(text):
        return _normalised(text)
    seen = _IGNORED.sub("", text)
    for written, plain in _WRITTEN_ALIKE.items():
        seen = seen.replace(written, plain)
    if _KEPT.search(seen):
        return "".join(
            part if _KEPT.fullmatch(part) else _normalised(part) for part in _KEPT.split(seen)
        )
    return _normalised(seen)


def _normalised(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).casefold()
    return unicodedata.normalize("NFKC", plain.replace("ı", "i").replace("i\u0307", "i"))
