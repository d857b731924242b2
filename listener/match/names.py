"""A name of one or more words as people write it: inflected, misspelt, spelt out, masked.

The name is met by the beginnings of its longest word, its *anchor*; from there its other words
are read to both sides. :mod:`listener.match.inflect` knows the forms of a word,
:mod:`listener.match.spelling` its slips, :mod:`listener.match.disguise` how it is hidden.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import product

from listener.match import disguise
from listener.match.common import begins_common, is_common
from listener.match.edges import WORD, WORD_END, WORD_START, separator, token_at, token_before
from listener.match.inflect import Paradigm, joined_ending, paradigm
from listener.match.spelling import SLIP_CHARS_MIN, SLIP_IN_COMPANY_CHARS_MIN, plain, slips

WRITTEN, SLIP, SPELT_OUT, LOOK_ALIKE = "written", "slip", "spelt out", "look-alike"
WHOLE = "whole"
"""The way of a name of letters and signs, C++ or H&M: one of its words is no key to look for."""

INFLECTED_CHARS_MIN = 3
"""A name of one shorter word has endings only where they are joined to it, as in OP:n."""

_JOINED = {" ": (" ", "-"), "-": ("-", " "), "&": ("&", " & "), "+": ("+", " + ")}
_NAMED_BEFORE = re.compile(r"[@/.]")
_HOST_AFTER = re.compile(r"\.\w|@")


@dataclass(frozen=True, slots=True)
class Span:
    """Where something stands in a folded text, and how it is written there.

    ``codes`` are the languages of which it is a form, empty for a base form.
    """

    start: int
    end: int
    how: str = ""
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Name:
    """A name to be found. ``words`` and the texts ``between`` them are folded.

    ``between`` has one text more than there are words: it begins and ends with what stands
    around the name's own first and last word, mostly nothing. ``loose`` lets slips and disguises
    count. ``anchor`` is which of the words texts are searched for.
    """

    words: tuple[str, ...]
    between: tuple[str, ...]
    codes: tuple[str, ...]
    loose: bool
    anchor: int

    def anchored_at_rarest(self, usage: Mapping[str, int]) -> "Name":
        """The name anchored at the word that the fewest names have, if it is long enough."""
        fit = [at for at, word in enumerate(self.words) if len(word) >= INFLECTED_CHARS_MIN]
        rarest = min(fit or [self.anchor], key=lambda at: (usage[self.words[at]], at))
        return replace(self, anchor=rarest)

    def ways(self) -> Iterator[tuple[str, str]]:
        """What to search texts for, each with the way of writing that it begins."""
        word = self.words[self.anchor]
        if self._is_of_signs:
            yield from ((key, WHOLE) for key in self._wholes())
            return
        for stem in self._paradigm(self.anchor).stems():
            yield stem, WRITTEN
        if self.loose:
            for key in _slip_keys(word, self.codes, self._slip_chars_min):
                yield key, SLIP
        if self.loose and len(self.words) == 1:
            for way in dict.fromkeys((word, plain(word))):
                yield from ((key, SPELT_OUT) for key in disguise.spelt_out_keys(way))
                yield from ((key, LOOK_ALIKE) for key in disguise.look_alike_keys(way))

    def span(self, text: str, at: int, way: str, key: str) -> Span | None:
        """Where the name stands whose key was met in the folded text at ``at``, or None."""
        if way == SPELT_OUT:
            return self._spelt_out(text, at, key)
        if way == LOOK_ALIKE:
            return self._look_alike(text, at, key)
        if way == WHOLE:
            at += len(self.between[0])
        token = token_at(text, at)
        how = self._slip(self.anchor, token, key) if way == SLIP else self._known(token)
        if how is None:
            return None
        start = self._leftwards(text, at)
        end = self._rightwards(text, at + len(token))
        if start is None or end is None or (how and _is_name_of_another(text, start, end, way)):
            return None
        codes = self._paradigm(self.anchor).languages(token) if how and way != SLIP else ()
        return Span(start, self._with_ending(text, end), how, codes)

    @property
    def _is_of_signs(self) -> bool:
        return len(self.words[self.anchor]) < INFLECTED_CHARS_MIN and any(self.between)

    def _parts(self) -> list[str]:
        """The name in pieces: what stands between, a word, what stands between, a word."""
        pieces = zip(self.between, (*self.words, ""), strict=True)
        return [part for pair in pieces for part in pair]

    def _wholes(self) -> list[str]:
        """The whole name, as its words may be joined."""
        ways = [_JOINED.get(part, (part,)) for part in self._parts()]
        return sorted(map("".join, product(*ways)))

    def _known(self, token: str) -> str | None:
        return self._recognise(self.anchor, token)

    def _paradigm(self, at: int) -> Paradigm:
        lone_and_short = len(self.words) == 1 and len(self.words[0]) < INFLECTED_CHARS_MIN
        return paradigm(self.words[at], () if lone_and_short else self.codes)

    def _recognise(self, at: int, token: str) -> str | None:
        return self._paradigm(at).recognise(token) if token else None

    @property
    def _slip_chars_min(self) -> int:
        """Beside the name's other words a shorter word can be told in spite of a slip."""
        return SLIP_CHARS_MIN if len(self.words) == 1 else SLIP_IN_COMPANY_CHARS_MIN

    def _slip(self, at: int, token: str, key: str) -> str | None:
        """How the token is a slip of the word, the key being the slip's part of it."""
        forms, word = self._paradigm(at), self.words[at]
        if is_common(token, self.codes) or forms.recognise(token) is not None:
            return None
        for stem in (word, _common_stem(word, self.codes)):
            whole = stem + token[len(key) :]
            if key in slips(stem, self._slip_chars_min) and whole in forms.written:
                return "misspelt"
        return None

    def _recognise_other(self, at: int, token: str) -> str | None:
        """A word beside the anchor: in any of its forms, or whole with a slip."""
        how = self._recognise(at, token)
        return how if how is not None or not self.loose else self._slip(at, token, token)

    def _spelt_out(self, text: str, at: int, key: str) -> Span | None:
        sign, word = key[1], self.words[0]
        end = at + len(disguise.spelt_out(word, sign))
        ways = (disguise.spelt_out(word, sign), disguise.spelt_out(plain(word), sign))
        if not text.startswith(ways, at) or not _is_whole(text, at, end):
            return None
        grows = _lone_letter_after(text, end, sign) or _lone_letter_before(text, at, sign)
        return None if grows else Span(at, end, "spelt out")

    def _look_alike(self, text: str, at: int, key: str) -> Span | None:
        end = at + len(key)
        rest = token_at(text, end)
        if self._recognise(0, self.words[0] + rest) is None:
            return None
        end += len(rest)
        if not _is_whole(text, at, end) or _is_name_of_another(text, at, end, LOOK_ALIKE):
            return None
        return Span(at, end, "look-alike characters")

    def _leftwards(self, text: str, position: int) -> int | None:
        """Where the name starts whose anchor starts here."""
        for at in range(self.anchor - 1, -1, -1):
            found = separator(self.between[at + 1]).before(text, position)
            token = token_before(text, found) if found is not None else ""
            if found is None or self._recognise_other(at, token) is None:
                return None
            position = found - len(token)
        if not WORD_START.match(text, position):
            return None
        lead = self.between[0]
        return position - len(lead) if text.endswith(lead, 0, position) else None

    def _rightwards(self, text: str, position: int) -> int | None:
        """Where the name ends whose anchor ends here."""
        for at in range(self.anchor + 1, len(self.words)):
            found = separator(self.between[at]).after(text, position)
            token = token_at(text, found) if found is not None else ""
            if found is None or self._recognise_other(at, token) is None:
                return None
            position = found + len(token)
        tail = self.between[-1]
        ends = WORD_END.match(text, position) and text.startswith(tail, position)
        return position + len(tail) if ends else None

    def _with_ending(self, text: str, end: int) -> int:
        ending = joined_ending(self.codes)(text, end)
        return ending.end() if ending else end


def name_of(text: str, codes: tuple[str, ...], *, loose: bool) -> Name:
    """The folded name, anchored at its longest word. It must hold a word."""
    words = tuple(WORD.findall(text))
    longest = max(range(len(words)), key=lambda at: len(words[at]))
    anchor = longest if len(words[longest]) >= INFLECTED_CHARS_MIN else 0
    return Name(words, tuple(WORD.split(text)), codes, loose, anchor)


@lru_cache(maxsize=4096)
def _common_stem(word: str, codes: tuple[str, ...]) -> str:
    """What all forms of the word begin with: a slip in it may be followed by any ending."""
    forms = sorted(form for form in paradigm(word, codes).written if form[0] == word[0])
    first, last = forms[0], forms[-1]
    alike = (at for at, letter in enumerate(first) if last[at : at + 1] != letter)
    return first[: next(alike, len(first))]


def _slip_keys(word: str, codes: tuple[str, ...], chars_min: int) -> list[str]:
    ways = slips(word, chars_min) | slips(_common_stem(word, codes), chars_min)
    return sorted(way for way in ways if not begins_common(way, codes))


def _is_whole(text: str, start: int, end: int) -> bool:
    return bool(WORD_START.match(text, start) and WORD_END.match(text, end))


def _is_name_of_another(text: str, start: int, end: int, way: str) -> bool:
    """Whether what is not the name itself is a handle's, a host's or a path's own spelling."""
    if text[max(0, start - 1) : start] == "@":
        return True
    if way in {WRITTEN, WHOLE}:
        return False
    return bool(_NAMED_BEFORE.match(text, start - 1) if start else None) or bool(
        _HOST_AFTER.match(text, end)
    )


def _lone_letter_after(text: str, end: int, sign: str) -> bool:
    return text[end : end + 1] == sign and len(token_at(text, end + 1)) == 1


def _lone_letter_before(text: str, start: int, sign: str) -> bool:
    """Spaces stand before any word, so they say nothing about the letter before them."""
    if sign == " " or text[max(0, start - 1) : start] != sign:
        return False
    return len(token_before(text, start - 1)) == 1
