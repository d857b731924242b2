"""The head of a mail: what it is about, who wrote it when, which mails it answers.

Anybody can write anything there. Each line is read by itself: one that makes no sense counts as
missing.
"""

import hashlib
import re
from datetime import UTC, datetime, timedelta
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime

from listener.text import clean_text, shown
from sources.mail_parts.charsets import decoded

ID_CHARS_MAX = 200

_TITLE_CHARS_MAX = 1_000
_NAME_CHARS_MAX = 200
_LATE = timedelta(days=400)
_FOLD = re.compile(r"[\r\n]+[ \t]*")
_ID = re.compile(r"<\s*([^<>]{1,2000}?)\s*>")
_SPACE = re.compile(r"\s+")
_ADDRESS = re.compile(r"[^\s@<>()\[\]\\,;:\"]{1,64}@[^\s@<>()\[\]\\,;:\"]{1,255}")


def values(mail: Message, name: str) -> list[str]:
    """What the lines of this name say, unfolded, not decoded; 8-bit words read as they may be."""
    name = name.lower()
    found = [value for key, value in mail.raw_items() if key.lower() == name]
    return [_FOLD.sub(" ", _readable(str(value))).strip() for value in found]


def value(mail: Message, name: str) -> str:
    """The first line of this name, or nothing."""
    return next(iter(values(mail, name)), "")


def words(text: str) -> str:
    """A line with its encoded words (RFC 2047) decoded."""
    try:
        pieces = decode_header(text)
    except (HeaderParseError, ValueError, LookupError):  # base64 that is none
        return text
    return "".join(map(_piece, pieces))


def _piece(piece: tuple[bytes | str, str | None]) -> str:
    said, charset = piece
    if isinstance(said, str):
        return said
    return decoded(said, charset) if charset else said.decode("raw-unicode-escape", "replace")


def title_of(mail: Message) -> str:
    """Its subject, on one line."""
    return clean_text(_SPACE.sub(" ", words(value(mail, "Subject"))).strip(), _TITLE_CHARS_MAX)


def sender(mail: Message, name: str = "From") -> tuple[str, str]:
    """The address, in lower case, and the name of the first who is named there."""
    try:
        found = getaddresses([value(mail, name)])
    except (ValueError, IndexError, RecursionError):
        found = []
    for called, address in found:
        if _ADDRESS.fullmatch(address):
            known = shown(words(called), _NAME_CHARS_MAX)
            return clean_text(address.lower()), "" if known.lower() == address.lower() else known
    return _bare(value(mail, name))


def _bare(text: str) -> tuple[str, str]:
    """An address in what is no list of addresses, and the rest as a name."""
    found = _ADDRESS.search(text)
    if found is None:
        return "", shown(words(text).strip(" <>\"'"), _NAME_CHARS_MAX)
    name = shown(words(text.replace(found[0], "")).strip(" <>\"'"), _NAME_CHARS_MAX)
    return clean_text(found[0].lower()), name


def ids(mail: Message, name: str) -> list[str]:
    """The mails that are named there, the oldest first, as this source names them."""
    return [native_id(found[1]) for found in _ID.finditer(value(mail, name))]


def own_id(mail: Message) -> str:
    """The mail's own name, or nothing where it bears none."""
    said = value(mail, "Message-ID")
    found = _ID.search(said)
    bare = found[1] if found else said.strip("<> ")
    return native_id(bare) if bare else ""


def native_id(message_id: str) -> str:
    """A Message-ID as the name of a post; one that is too long is named by its digest."""
    plain = clean_text(_SPACE.sub("", message_id), 10_000)
    if len(plain) <= ID_CHARS_MAX and plain.isprintable():
        return plain
    return made_id(plain)


def made_id(words_: str) -> str:
    """A name made of a mail's words."""
    return f"sha256-{hashlib.sha256(words_.encode('utf-8', 'surrogatepass')).hexdigest()[:40]}"


def thread(mail: Message) -> tuple[str, str]:
    """The mail that this one answers, and the mail that its thread began with; or nothing."""
    references = ids(mail, "References")
    parents = [*ids(mail, "In-Reply-To")[:1], *references[-1:]]
    parent = next(iter(parents), "")
    return parent, next(iter([*references, parent]), "")


def published(mail: Message, received: datetime | None) -> datetime | None:
    """When it was written: as it says, unless it was received before that, or a year later."""
    said = _date(value(mail, "Date"))
    if said is None or received is None:
        return received or said
    return said if received - _LATE <= said <= received else received


def _date(text: str) -> datetime | None:
    try:
        read = parsedate_to_datetime(text[:200])
        return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError, IndexError, TypeError):
        return None


def _readable(text: str) -> str:
    """Bytes beyond ASCII, which the parser hides in surrogates, as the text they are."""
    if text.isascii():
        return text
    return decoded(text.encode("utf-8", "surrogateescape"), "")
