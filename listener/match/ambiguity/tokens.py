"""The words of a post as the judgement sees them: how written, and how far from the name.

A title is read before its text. In scripts without spaces every character is a word. Only a
window around the first places of the name is read, so a text of any length costs the same, and
one word of a million letters is cut.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from listener.match.ambiguity.context import Context
from listener.match.fold import SPACED, SPACELESS, fold, folded

WINDOW_CHARS = 400
"""How much is read on either side of the name."""

TOKENS_MAX = 400
TITLE_CHARS_MAX = 300
TOKEN_CHARS_MAX = 40
_SPANS_MAX = 8

_TOKEN = re.compile(
    rf"[{SPACELESS}]|[#@$]?(?!_){SPACED}(?:{SPACED}|[\u0300-\u036f])*(?:['’][^\W\d_]{{1,3}}\b)?"
)
_SENTENCE_END = re.compile(r"[.!?…:;](?!\w)|[\n\"“”«»|()\[\]•–—]")
_JOINT = re.compile(r"[-:](?=\w)")


@dataclass(frozen=True, slots=True)
class Token:
    """One word.

    ``opens`` says that it begins a sentence, ``joint`` is a hyphen or colon that ties it to the
    next. ``distance`` counts words to the nearest name, 0 for a name itself.
    """

    written: str
    folded: str
    opens: bool
    joint: str
    distance: int

    @property
    def is_name(self) -> bool:
        """Whether the brand's name stands here."""
        return self.distance == 0


def tokens_of(context: Context, names: Sequence[str]) -> tuple[Token, ...]:
    """The words around the name, in their order; all of a short text.

    ``names`` are looked for in the title, whose evidence has no place in a context.
    """
    text, places = _whole(context, names)
    words = _words(text, places)
    distances = _distances([_touches(*span, places) for span in words])
    tokens: list[Token] = []
    for at, (start, end) in enumerate(words):
        written = text[start:end][:TOKEN_CHARS_MAX]
        opens = at == 0 or bool(_SENTENCE_END.search(text, words[at - 1][1], start + 1))
        joint = _JOINT.match(text, end)
        tokens.append(
            Token(written, fold(written), opens, joint.group() if joint else "", distances[at])
        )
    return tuple(tokens)


def _whole(context: Context, names: Sequence[str]) -> tuple[str, list[tuple[int, int]]]:
    """Title and text in one, and the places of the name in it."""
    places = list(context.named()[:_SPANS_MAX])
    if not context.title:
        return context.text, places
    title = context.title[:TITLE_CHARS_MAX]
    shift = len(title) + 1
    shifted = [(start + shift, end + shift) for start, end in places]
    return f"{title}\n{context.text}", _in_title(title, names) + shifted


def _in_title(title: str, names: Sequence[str]) -> list[tuple[int, int]]:
    """The first place of each name, with the short ending that may follow it."""
    read = folded(title)
    wanted = (re.escape(name) for name in map(fold, names[:_SPANS_MAX]) if name)
    found = (re.search(rf"(?<!\w){name}\w{{0,4}}(?!\w)", read.text) for name in wanted)
    return [read.span(*place.span()) for place in found if place]


def _words(text: str, places: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    for start, end in _windows(places, len(text)):
        found = islice(_TOKEN.finditer(text, start, end), TOKENS_MAX - len(spans))
        spans += [word.span() for word in found]
    return spans


def _windows(places: Sequence[tuple[int, int]], length: int) -> list[tuple[int, int]]:
    """The stretches to read, in order and apart; the beginning, where the name has no place."""
    windows: list[tuple[int, int]] = []
    for start, end in sorted(places) or [(0, 0)]:
        named_to = min(end, start + WINDOW_CHARS)  # nobody's name is longer
        first, last = max(0, start - WINDOW_CHARS), min(length, named_to + WINDOW_CHARS)
        if windows and first <= windows[-1][1]:
            windows[-1] = (windows[-1][0], max(last, windows[-1][1]))
        else:
            windows.append((first, last))
    return windows


def _touches(start: int, end: int, places: Sequence[tuple[int, int]]) -> bool:
    return any(first < end and start < last for first, last in places)


def _distances(names: Sequence[bool]) -> list[int]:
    """Words to the nearest name, by one walk forth and one back; 1 apiece where there is none."""
    if not any(names):
        return [1] * len(names)
    far = len(names)
    forth, back = [far] * far, [far] * far
    since = far
    for at, is_name in enumerate(names):
        since = 0 if is_name else since + 1
        forth[at] = since
    since = far
    for at in range(far - 1, -1, -1):
        since = 0 if names[at] else since + 1
        back[at] = since
    return [min(pair) for pair in zip(forth, back, strict=True)]
