"""The screen: one automaton that meets the keys of every brand in one pass over a text.

It is the only step that sees a firehose. Whatever a matcher would accept holds a key, so a text
without one needs no second look. Keys are met anywhere, words begin somewhere: most of what it
lets through is turned down at once by the matcher, and nothing is lost.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from listener.match.disguise import is_mixed, unmasked
from listener.match.fold import fold

_BATCH_TEXTS = 512

_TYPOGRAPHIC = dict.fromkeys("’‘`´", "'") | dict.fromkeys("‐‑–", "-")
_TYPOGRAPHIC |= {"…": "...", "ß": "ss", "\xa0": " "}
_UNSEEN = ("\ufe0f", "\u200d", "\u200b", "\u00ad")
# What folds to itself in lower case, one for one: Latin letters, general punctuation that stays,
# arrows and signs, kana and Han, emoji. Everything else takes the slow way.
_PLAIN_CLASS = (
    "\\x00-\\xa7\\xa9\\xab\\xac\\xae\\xb0\\xb1\\xb6\\xb7\\xbb\\xbf-\\xde\\xe0-\\xff"
    "\\u0100-\\u012f\\u0134-\\u013e\\u0141-\\u0148\\u014a-\\u017e\\u0410-\\u044f\\u0401\\u0451"
    "\\u2010\\u2012\\u2013\\u2014\\u2015\\u201c-\\u201f\\u2020-\\u2022\\u2026\\u2030\\u2039\\u203a"
    "\\u20a0-\\u20a7\\u20a9-\\u20bf\\u2190-\\u21ff\\u2500-\\u27bf\\u3041-\\u3096\\u30a1-\\u30fa"
    "\\u4e00-\\u9fff\\U0001f1e6-\\U0001f1ff\\U0001f300-\\U0001faff"
)
_UNUSUAL = re.compile(f"[^{_PLAIN_CLASS}{''.join(_TYPOGRAPHIC)}{''.join(_UNSEEN)}]")
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_SHORT_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}
_END = re.compile("\0")
_SURROGATE = re.compile("[\ud800-\udfff]")
_SURROGATES = re.compile("[\ud800-\udbff][\udc00-\udfff]")


class Screen:
    """Keys, compiled; then asked about texts."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._automaton = AhoCorasick(
            keys,
            matchkind=MatchKind.Standard,
            implementation=Implementation.ContiguousNFA,
            store_patterns=False,
        )

    def met(self, folded: str) -> list[tuple[int, int, int]]:
        """The keys met in a folded text: which one, where it starts, where it ends."""
        return self._find(folded, overlapping=True)

    def lets_through(self, text: str) -> bool:
        """Whether a text, as it was published, may hold something."""
        return bool(self._find(screened(text)))

    def lets_through_json(self, line: str) -> bool:
        """Whether a line of JSON may: its escapes are read, wherever in the line they stand."""
        return self.lets_through(unescaped(line) if "\\" in line else line)

    def those_let_through(self, texts: Sequence[str]) -> Iterator[int]:
        """Which of many texts may hold something, by their places in the list, ascending."""
        for start in range(0, len(texts), _BATCH_TEXTS):
            for place in self._batch(texts[start : start + _BATCH_TEXTS]):
                yield start + place

    def _batch(self, texts: Sequence[str]) -> Iterable[int]:
        """The texts as one, because what a call costs is then paid once."""
        joined = "\0".join(texts)
        if joined.count("\0") != len(texts) - 1:
            return (place for place, text in enumerate(texts) if self.lets_through(text))
        simple = "" if _UNUSUAL.search(joined) else _simply_folded(joined)
        if not simple or is_mixed(simple):
            simple = "\0".join(map(screened, texts))
        return self._met_in(simple)

    def _met_in(self, joined: str) -> Iterable[int]:
        """The places of the texts, parted by NUL, in which a key stands."""
        met = self._find(joined)
        if not met:
            return ()
        ends = [end.start() for end in _END.finditer(joined)]
        return sorted({bisect_right(ends, start) for _, start, _ in met})

    def _find(self, text: str, *, overlapping: bool = False) -> list[tuple[int, int, int]]:
        try:
            return self._automaton.find_matches_as_indexes(text, overlapping)
        except UnicodeEncodeError:  # half of a surrogate pair, which no key holds
            text = _SURROGATE.sub("\ufffd", text)
            return self._automaton.find_matches_as_indexes(text, overlapping)


def screened(text: str) -> str:
    """The text folded as far as keys need it, with what its masked words would be behind it."""
    simple = fold(text) if _UNUSUAL.search(text) else _simply_folded(text)
    bare = unmasked(simple)
    return f"{simple} {bare}" if bare else simple


def unescaped(line: str) -> str:
    """The line with the escapes of JSON read; what is none stays as it is."""
    plain = _ESCAPE.sub(_character, line)
    return _SURROGATES.sub(_together, plain)


def _simply_folded(text: str) -> str:
    if text.isascii():
        return text.lower().replace("`", "'")
    for sign in _UNSEEN:
        text = text.replace(sign, "")
    for sign, plain in _TYPOGRAPHIC.items():
        text = text.replace(sign, plain)
    return text.lower()


def _character(escape: re.Match[str]) -> str:
    what = escape.group(1)
    return chr(int(what[1:], 16)) if len(what) == 5 else _SHORT_ESCAPES.get(what, what)


def _together(pair: re.Match[str]) -> str:
    return pair.group().encode("utf-16", "surrogatepass").decode("utf-16")
