"""A mail to a post.

Its name is its Message-ID, so the same mail is one post in whichever folder or mailbox it is
read. Its thread is named after the mail that began it, as the mails of a thread say themselves.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from email.message import Message
from email.parser import BytesHeaderParser, BytesParser
from email.policy import Compat32

from listener.model import Author, Post
from listener.text import clean_text
from sources.mail_parts import heads
from sources.mail_parts.body import Words, words_of
from sources.mail_parts.kinds import Kind, kind_of
from sources.mail_parts.quotes import own_words

SITE = "mail"

_HEAD_BYTES_MAX = 200_000
_LINE_CHARS_MAX = 20_000
_KIND_CHARS_MAX = 2_000
UNREADABLE = (ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError)
"""What the parser of the standard library may meet in a mail that somebody made to break it."""


class _Bounded(Compat32):
    """Cuts the lines of a head: their parameters take the parser time by the square."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        is_kind = name.lower().startswith("content-")
        return name, value[: _KIND_CHARS_MAX if is_kind else _LINE_CHARS_MAX]


_POLICY = _Bounded()


@dataclass(frozen=True, slots=True)
class Read:
    """A mail as a post, what kind of mail it is, and ``mark``: who wrote it when.

    ``broken`` says why its words could not be read, where that is so.
    """

    post: Post
    kind: Kind
    mark: str
    broken: str = ""


def read(raw: bytes, received: datetime | None, own: Collection[str]) -> Read:
    """The post in the bytes of a mail. ``own`` are the brands' own addresses.

    Whatever cannot be read is left out; a mail always is a post.
    """
    mail, broken = _parsed(raw)
    title = heads.title_of(mail)
    parent, root = heads.thread(mail)
    words, broken = (Words(), broken) if broken else _words(mail)
    text = clean_text(own_words(words.text, title=title, is_answer=bool(parent)))
    mark = f"{heads.sender(mail)[0]}\n{heads.value(mail, 'Date')}"
    published_at = heads.published(mail, received)
    native_id = heads.own_id(mail) or heads.made_id(f"{mark}\n{published_at}\n{title}\n{text}")
    post = Post(
        site=SITE,
        native_id=native_id,
        text=_with_names(text, words.attached),
        title=title,
        author=_author(mail, own, is_answer=bool(parent)),
        published_at=published_at,
        in_reply_to=parent,
        links=tuple(dict.fromkeys(words.links)),
        conversation=root or native_id,
        medium="mail",
    )
    return Read(post, kind_of(mail), mark, broken)


def _parsed(raw: bytes) -> tuple[Message, str]:
    """The mail; where its parts are nested beyond sense its head alone, and why."""
    try:
        return BytesParser(policy=_POLICY).parsebytes(raw), ""
    except UNREADABLE as error:
        head = raw[:_HEAD_BYTES_MAX].split(b"\r\n\r\n")[0].split(b"\n\n")[0]
        broken = f"its parts can't be told apart ({type(error).__name__})"
        return BytesHeaderParser(policy=_POLICY).parsebytes(head), broken


def _words(mail: Message) -> tuple[Words, str]:
    try:
        return words_of(mail), ""
    except UNREADABLE as error:
        return Words(), f"its words can't be read ({type(error).__name__})"


def _author(mail: Message, own: Collection[str], *, is_answer: bool) -> Author:
    """Who wrote it. A form on one's own site writes in its own name and says whom to answer."""
    address, name = heads.sender(mail)
    if address in own and not is_answer:
        answered, called = heads.sender(mail, "Reply-To")
        if answered and answered not in own:
            address, name = answered, called
    return Author(handle=address, name=name)


def _with_names(text: str, attached: list[str]) -> str:
    """The text, and under it the names of what was attached."""
    if not attached:
        return text
    return f"{text}\n\n[{', '.join(attached)}]".strip("\n")
