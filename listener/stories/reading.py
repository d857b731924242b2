"""What of a text is compared: its words, without what copying adds to them.

Who copies a text adds a link, a handle, a mark that it is a copy, a comment before it; a site
adds counts after it, or cuts it with an ellipsis. All of that is taken off here. Only the
beginning of a text is read, and no expression looks further than a bounded stretch, so the time
is linear in at most ``CHARS_MAX`` characters.
"""

import re

from listener.match.fold import IGNORED, MARKS, SPACED, SPACELESS

CHARS_MAX = 4000
"""How much of a text is read: some 600 words."""

_TAIL_CHARS = 120
_CORE_CHARS_MIN = 40

_LINK = re.compile(r"(?:https?://|www\.|pic\.twitter\.com/)\S+", re.IGNORECASE)
_BARE_LINK = re.compile(r"(?<![\w.-])(?:[\w-]{1,40}\.){1,3}[a-z]{2,8}/\S*", re.IGNORECASE)
_HANDLE = re.compile(r"@(?<!\w@)[\w.-]{1,60}(?:\s{1,3}kautta\b)?")
_VIA = re.compile(r"\b[Vv]ia(?=\s{1,3}@)")
_REPOST_MARK = re.compile(r"\b(?:RT|MT|QT)\s{0,3}:?\s{0,3}@[\w.-]{1,60}\s{0,3}:?")
_QUOTATION = re.compile('"([^"]+)"|“([^“”]+)”|„([^„”“]+)[”“]|«([^«»]+)»|”([^”]+)”')

_UNITS = (
    "likes?|shares?|retweets?|reposts?|comments?|repl(?:y|ies)|views?|upvotes?|points?|reads?|"
    "tykkäystä|jakoa|kommenttia|katselua|näyttökertaa|polubie(?:ń|nia|nie)|"
    "udostępnie(?:ń|nia|nie)|komentarz[ey]?|wyświetle(?:ń|nia|nie)"
)
_NUMBER = r"\d[\d.,]{0,9}(?:\s\d{3}){0,2}\s{0,2}(?:k|m|mln|tys)?\.?"
_SIGNED = rf"[♥❤👍🔁🔄💬⭐👀]\ufe0f?\s?{_NUMBER}"
_COUNT = rf"(?:{_NUMBER}\s{{0,2}}(?:{_UNITS})\b|\b(?:{_UNITS})\s?:?\s?{_NUMBER}|{_SIGNED})"
_COUNT_AT_END = re.compile(rf"(?:^|[\s|·•,;([—-]){_COUNT}\W{{0,9}}$", re.IGNORECASE)
_COUNTS_MAX = 4
_DIGIT = re.compile(r"\d")
_CUT_END = re.compile(r"[\[(]?(?:…|\.\.\.)[\])]?\W{0,9}$")

_PLAIN_WORD = re.compile(r"\w{1,40}")
_WORD = re.compile(f"{SPACED}(?:[^\\W{SPACELESS}]|[{MARKS}{IGNORED}]){{0,39}}|[{SPACELESS}]")
_NOT_PLAIN = re.compile(
    "[^\x00-\xac\xae-\u02ff\u0370-\u0482\u048a-\u052f\u2010-\u2029\u20a0-\u20bf\u2600-\u27bf"
    "\U0001f300-\U0001faff]"
)
"""Beyond Latin, Greek, Cyrillic, their punctuation and emoji: scripts without spaces, marks."""
_SENTENCE_START = re.compile(r'(?:^\W{0,9}|[.!?:…"“”„«»\n]\s{0,3})\w')


def words_of(text: str) -> tuple[list[str], bool]:
    """The words that are compared, as written, and whether the text says that it was cut.

    The word at the start of a sentence is in lower case, since its capital tells nothing.
    """
    text = _without_marks(text[:CHARS_MAX])
    end = _CUT_END.search(text, max(0, len(text) - 20))
    text = _SENTENCE_START.sub(_lower, text[: end.start()] if end else text)
    words: list[str] = (_WORD if _NOT_PLAIN.search(text) else _PLAIN_WORD).findall(text)
    return words, bool(end)


def _without_marks(text: str) -> str:
    """The text without links, handles, marks of copying and counts."""
    if "/" in text or "www." in text:
        text = _LINK.sub(" ", text)
    if "/" in text:
        text = _BARE_LINK.sub(" ", text)
    text = _core(text)
    if "@" in text:
        text = _HANDLE.sub(" ", _VIA.sub(" ", text))
    tail = text[-_TAIL_CHARS:]
    return text[:-_TAIL_CHARS] + _without_counts(tail) if _DIGIT.search(tail) else text


def _without_counts(tail: str) -> str:
    # One after the other: an expression for any number of them takes exponential time.
    for _ in range(_COUNTS_MAX):
        count = _COUNT_AT_END.search(tail)
        if not count:
            break
        tail = tail[: count.start()]
    return tail


def _core(text: str) -> str:
    """What is repeated, where a mark says so and it's no shorter than what was added to it.

    A longer addition is a post in its own right, and is read whole.
    """
    starts = [mark.end() for mark in _REPOST_MARK.finditer(text)]
    if starts and 2 * (len(text) - starts[-1]) >= len(text):
        return text[starts[-1] :]
    for quotation in _QUOTATION.finditer(text):
        if len(quotation.group()) >= max(_CORE_CHARS_MIN, len(text) / 2):
            return quotation.group()
    return text


def _lower(start: re.Match[str]) -> str:
    return start.group().lower()
