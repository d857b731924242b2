"""The words of a mail: which of its parts are read, and what is only named.

Of alternatives the plain one is read, unless it is empty; HTML becomes plain text, its quotes
marked as in plain mails. Attachments are never opened: their names are all that is told.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message

from listener.text import shown
from sources.common.plain_text import LINKS_MAX, plain_text
from sources.mail_parts import heads
from sources.mail_parts.charsets import decoded

TEXT_CHARS_MAX = 200_000

_PARTS_MAX = 500
_DEPTH_MAX = 20
_NAMED_MAX = 10
_NAME_CHARS_MAX = 100
_QUOTE_START, _QUOTE_END = "\ue0f1", "\ue0f2"
_BLOCKQUOTE = re.compile(r"<(/?)blockquote\b[^>]*>", re.IGNORECASE)
_TITLE = re.compile(r"<title\b[^<>]{0,200}>[^<]{0,1000}</title\s*>", re.IGNORECASE)
_TEXTS = {"text/plain", "text/html"}


@dataclass
class Words:
    """What was found in a mail. Lines of others begin with ``>``, as mail programs write them."""

    texts: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    attached: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All parts that are read, one under the other."""
        return "\n\n".join(self.texts)[:TEXT_CHARS_MAX]


def words_of(mail: Message) -> Words:
    """The words of a mail."""
    words = Words()
    for part in _shown_parts(mail):
        name = _file_name(part)
        if _is_attached(part, name):
            if len(words.attached) < _NAMED_MAX and name:
                words.attached.append(name)
        elif _is_text(part):
            _read(part, words)
    return words


def _shown_parts(mail: Message) -> Iterator[Message]:
    """The parts without parts, in order; of alternatives only the one to read."""
    left, count = [(mail, 0)], 0
    while left and count < _PARTS_MAX:
        part, depth = left.pop()
        count += 1
        inner = _inner(part) if depth < _DEPTH_MAX else []
        if not inner:
            yield part
            continue
        if part.get_content_type() == "multipart/alternative":
            inner = [_best(inner)]
        elif part.get_content_type() == "multipart/related":
            inner = inner[:1]
        left += [(one, depth + 1) for one in reversed(inner)]


def _is_text(part: Message) -> bool:
    """Whether it holds words; a multipart whose parts can't be found is read as it is."""
    without_parts = part.get_content_maintype() == "multipart" and not part.is_multipart()
    return without_parts or part.get_content_type() in _TEXTS


def _inner(part: Message) -> list[Message]:
    """What a multipart holds; a mail that was attached is an attachment."""
    if not part.is_multipart() or part.get_content_maintype() != "multipart":
        return []
    payload = part.get_payload()
    parts = payload[:_PARTS_MAX] if isinstance(payload, list) else []
    return [one for one in parts if isinstance(one, Message)]


def _best(inner: list[Message]) -> Message:
    for one in inner:
        if one.get_content_type() == "text/plain" and _text(one).strip():
            return one
    rich = [one for one in inner if one.get_content_type() != "text/plain"]
    readable = [one for one in rich if one.get_content_type() != "text/calendar"]
    return next(iter([*readable, *rich, *inner]))


def _is_attached(part: Message, name: str) -> bool:
    disposition = heads.value(part, "Content-Disposition").partition(";")[0].strip().lower()
    if disposition == "attachment" or part.get_content_maintype() == "message":
        return True
    return bool(name) and part.get_content_type() not in _TEXTS


def _file_name(part: Message) -> str:
    try:
        name = part.get_filename() or ""
    except (ValueError, LookupError, TypeError):
        return ""
    return shown(heads.words(str(name)), _NAME_CHARS_MAX)


def _read(part: Message, words: Words) -> None:
    text = _text(part)
    if part.get_content_type() == "text/html":
        text, links = _from_html(text)
        words.links += [link for link in links if len(words.links) < LINKS_MAX]
    if text.strip():
        words.texts.append(text.strip("\n"))


def _text(part: Message) -> str:
    payload = part.get_payload(decode=True)
    raw = payload if isinstance(payload, bytes) else b""
    text = decoded(raw, part.get_content_charset("") or "")
    return text.replace("\r\n", "\n").replace("\r", "\n")[: TEXT_CHARS_MAX * 5]


def _from_html(markup: str) -> tuple[str, tuple[str, ...]]:
    """Its text, with ``>`` before the lines of quotes, and its links."""
    markup = markup.replace(_QUOTE_START, "").replace(_QUOTE_END, "")
    marked = _BLOCKQUOTE.sub(
        lambda tag: f"<p>{_QUOTE_END if tag[1] else _QUOTE_START}</p>", _TITLE.sub("", markup)
    )
    text, links = plain_text(marked)
    lines: list[str] = []
    depth = 0
    for line in text.split("\n"):
        if line == _QUOTE_START:
            depth += 1
        elif line == _QUOTE_END:
            depth = max(depth - 1, 0)
        else:
            lines.append(f"> {line}" if depth else line)
    return "\n".join(lines), links
