"""A customer's own words, without the mails that theirs answers.

Mail programs put what is answered under a line of their own ("On … wrote:") or a block of them
(From, Sent, To, Subject), and mark its lines with ``>`` or not at all. Only an answer is cut, and
only where such a mark is plain; in doubt all is kept: a quote too much is read twice, a word too
few is never read. A forwarded mail is kept whole: it is what its sender wants read.

English, Finnish, Polish, Swedish and German.
"""

import re
from collections.abc import Sequence
from itertools import groupby

from sources.mail_parts.signatures import without_signature

_HEAD_CHARS_MAX = 400
_HEAD_LINES_MAX = 3
_BLOCK_LINES_MAX = 8
_SEPARATOR_CHARS_MAX = 100

_WROTE = re.compile(
    r"\b(wrote|writes|kirjoitti|pisze|napisał|skrev|schrieb)(a|\(a\))?\b", re.IGNORECASE
)
_STARTS = re.compile(
    r"\W{0,3}(on|at|am|den|w dniu|dnia)\b|\W{0,3}(mon|tue|wed|thu|fri|sat|sun|ma|ti|ke|to|pe|la|su"
    r"|pon|wto?|śr|czw|pt|pią|sob|niedz?|mån|tis|ons|tor|fre|lör|sön|mo|di|mi|do|fr|sa|so)"
    r"\w{0,9}[.,]?\s|\W{0,3}\d",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"[^\s<>\[\]()]@[^\s<>\[\]()]+\.\w")
_DATE = re.compile(r"\b(19|20)\d\d\b|\b\d{1,2}[./-]\d{1,2}[./-]")
_TIME = re.compile(r"\b\d{1,2}[:.]\d\d\b")

_FROM = "from|lähettäjä|od|från|von"
_SENT = "sent|date|lähetetty|päivämäärä|päiväys|wysłano|wysłane|data|skickat|skickad|datum|gesendet"
_REST = (
    "to|cc|subject|vastaanottaja|kopio|aihe|do|dw|temat|till|kopia|ämne|an|betreff"
    "|reply-to|reply to"
)
_LABEL = re.compile(
    rf"[*_\s]{{0,4}}(?:(?P<sender>{_FROM})|(?P<sent>{_SENT})|(?P<rest>{_REST}))[*_\s]{{0,3}}:",
    re.IGNORECASE,
)
_SEPARATOR = re.compile(r"\s*(_{5,}|-{3,}.{0,60}?-{3,}|-{5,}|={5,})\s*|\s*")
_FORWARDED = re.compile(
    r"\W{0,20}(forwarded message|begin forwarded message|välitetty viesti"
    r"|välitetyn viestin alku|edelleenlähetetty viesti|(początek )?przekazan[aej]+ wiadomoś(ć|ci)"
    r"|wiadomość przekazana|treść przekazanej wiadomości|vidarebefordrat (meddelande|mejl|mail)"
    r"|vidarebefordrat brev|weitergeleitete nachricht|anfang der weitergeleiteten nachricht)"
    r"\W{0,20}",
    re.IGNORECASE,
)
_FORWARD_TITLE = re.compile(r"\s*(fwd?|vl|wg|vb|pd|fwd?\[\d+\])\s*:", re.IGNORECASE)
_ANSWER_TITLE = re.compile(r"\s*(re|sv|vs|aw|odp|antw)(\[\d+\])?\s*:", re.IGNORECASE)
_BELOW = re.compile(
    r"\b(see|answers?|repl(y|ies)|comments?|marked)\b.{0,40}\b(below|inline|in[- ]line|in red)\b"
    r"|\binline\b|\b(ks\.?|katso|vastauk\w+|kommen\w+)\b.{0,40}\balla\b|\balla\b.{0,20}punaisella"
    r"|\b(poniżej|na czerwono|w treści)\b|\b(se|svar|kommentar\w*)\b.{0,40}\b(nedan|rött)\b"
    r"|\b(siehe|antwort\w*|kommentar\w*)\b.{0,40}\b(unten|rot)\b",
    re.IGNORECASE,
)


def own_words(text: str, *, title: str, is_answer: bool) -> str:
    """The text without what it answers, and without its signature.

    ``is_answer`` says that the mail names another as the one it answers; a title can say so too.
    """
    lines = text.split("\n")
    forwards = _FORWARD_TITLE.match(title) or any(map(_FORWARDED.fullmatch, lines))
    if forwards:
        return _joined([lines])
    answers = is_answer or bool(_ANSWER_TITLE.match(title))
    own = _without_answered(lines) if answers else [lines]
    return _joined([without_signature(part) for part in own]) or _joined([lines])


def _without_answered(lines: Sequence[str]) -> list[list[str]]:
    """The parts between what is quoted."""
    end = _unmarked_from(lines)
    if (
        end is not None
        and not _BELOW.search("\n".join(lines[:end][-20:]))
        and any(line.strip() and not _is_quoted(line) for line in lines[:end])
    ):
        lines = lines[:end]
    quoted = [_is_quoted(line) for line in lines]
    for start, size in _heads(lines):
        after = next((n for n in range(start + size, len(lines)) if lines[n].strip()), None)
        if after is not None and quoted[after]:
            quoted[start : start + size] = [True] * size
    marked = zip(quoted, lines, strict=True)
    groups = groupby(marked, key=lambda one: one[0])
    return [[line for _, line in group] for is_quoted, group in groups if not is_quoted]


def _unmarked_from(lines: Sequence[str]) -> int | None:
    """Where a quote begins that goes on, unmarked, to the end; None where there is none."""
    starts = [n for n in range(len(lines)) if _is_block(lines, n)][:1]
    last_marked = max((n for n, line in enumerate(lines) if _is_quoted(line)), default=-1)
    for start, size in _heads(lines):
        head = " ".join(lines[start : start + size])
        is_plain = _ADDRESS.search(head) or (_DATE.search(head) and _TIME.search(head))
        if is_plain and start > last_marked:
            starts.append(start)
            break
    if not starts:
        return None
    end = min(starts)
    while end > 0 and _SEPARATOR.fullmatch(lines[end - 1][:_SEPARATOR_CHARS_MAX]):
        end -= 1
    return end


def _heads(lines: Sequence[str]) -> list[tuple[int, int]]:
    """Where lines stand that a mail program puts over a quote, and how many each takes."""
    found = []
    for start, line in enumerate(lines):
        if not line.strip() or len(line) > _HEAD_CHARS_MAX or _is_quoted(line):
            continue
        for size in range(1, _HEAD_LINES_MAX + 1):
            some = lines[start : start + size]
            if len(some) == size and all(one.strip() for one in some) and _is_head(some):
                found.append((start, size))
                break
    return found


def _is_head(some: Sequence[str]) -> bool:
    if not some[-1].rstrip().endswith(":"):
        return False
    head = " ".join(one.strip() for one in some)
    if len(head) > _HEAD_CHARS_MAX or not _WROTE.search(head):
        return False
    if _STARTS.match(head):
        return bool(_ADDRESS.search(head) or _DATE.search(head) or _TIME.search(head))
    return len(some) == 1 and bool(_ADDRESS.search(head))


def _is_block(lines: Sequence[str], start: int) -> bool:
    """Whether the head of a mail begins here, as Outlook repeats it."""
    first = _LABEL.match(lines[start])
    if first is None or not first["sender"]:
        return False
    labels = [_LABEL.match(line) for line in lines[start + 1 : start + _BLOCK_LINES_MAX]]
    known = [label for label in labels if label]
    return any(label["sent"] for label in known) and any(label["rest"] for label in known)


def _is_quoted(line: str) -> bool:
    return line.lstrip().startswith(">")


def _joined(parts: Sequence[Sequence[str]]) -> str:
    """The parts as one text, without empty lines at its ends or two in a row."""
    kept: list[str] = []
    for line in (line.rstrip() for part in parts for line in [*part, ""]):
        if line or (kept and kept[-1]):
            kept.append(line)
    return "\n".join(kept).strip("\n")
