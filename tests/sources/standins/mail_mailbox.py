"""A mailbox that people write to about Norvia, as a world of posts on a clock.

It is a stand-in to whoever drives it, and the small IMAP server to the source that reads it.
Mails are neither edited nor taken back here. What troubles a site troubles a mail server in its
own way: refusals bear the codes of RFC 5530, and each connection counts as a request.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from email.utils import format_datetime
from typing import Any, ClassVar

from listener.model import Brand
from sources.mail import MailSource
from tests.sources import mail_letters
from tests.sources.standins.imap_server import HANG_UP, ImapServer, Said, serving
from tests.sources.standins.serving import NOON, Answer, Asked, Entry, StandIn

WELL = Answer()
GREETING, UNAVAILABLE = b"* OK ready\r\n", b"* BYE [UNAVAILABLE] back soon\r\n"
CUT = b"* 1 FETCH (UID 1 BODY[]<0> {5000}\r\nFrom: "
LOGIN_REFUSED = {401: "AUTHENTICATIONFAILED", 402: "CONTACTADMIN", 429: "LIMIT"}
"""How a login is refused, where a site would answer with this status."""


class MailSite(StandIn):
    """The folder INBOX of one mailbox; each post is a mail that came in."""

    name: ClassVar[str] = "mail"

    def __init__(self, now: datetime = NOON) -> None:
        super().__init__(now)
        self.server = ImapServer()
        self.server.greeting = self._greeting
        self.server.answering = self._answering
        self._mood: Answer | str = WELL

    def next_id(self, at: datetime) -> str:
        return f"{len(self.entries) + 1}@example.org"

    def published(self, entry: Entry) -> None:
        thread = " ".join(f"<{one}>" for one in reversed(list(self._above(entry))))
        answers = {"In_Reply_To": f"<{entry.reply_to}>", "References": thread} if thread else {}
        raw = mail_letters.letter(
            len(self.entries),
            entry.text,
            sender=f"{entry.author} <{entry.author}@example.org>",
            Date=format_datetime(entry.at),
            Message_ID=f"<{entry.id}>",
            **answers,
        )
        self.server.deliver(raw, received=entry.at)

    def answer(self, asked: Asked) -> Answer:
        return WELL

    def source(self, *brands: Brand, **settings: Any) -> MailSource:
        return mail_letters.source(self.server, now=lambda: self.now, brands=brands, **settings)

    def _above(self, entry: Entry) -> Iterator[str]:
        """What it answers, what that answers, and so on."""
        while entry.reply_to:
            yield entry.reply_to
            entry = self.entries[entry.reply_to]

    def _greeting(self) -> bytes:
        """The first words of a connection, if any; how it goes on is settled here too."""
        self._mood = mood = self.respond(Asked(self.now, "IMAP", "INBOX", {}, {}, b""))
        if isinstance(mood, str):
            return HANG_UP
        if mood.status >= 500:
            return UNAVAILABLE + HANG_UP
        is_gibberish = mood.status < 400 and not mood.cut and mood is not WELL
        return mood.content() + HANG_UP if is_gibberish else GREETING

    def _answering(self, said: Said) -> bytes | None:
        """What is said in place of the right answer, while there is trouble."""
        mood = self._mood
        if isinstance(mood, str):
            return HANG_UP
        if said.command in {"AUTHENTICATE", "LOGIN"} and mood.status in LOGIN_REFUSED:
            return f"{said.tag} NO [{LOGIN_REFUSED[mood.status]}] not now\r\n".encode()
        if said.command == "UID FETCH" and mood.cut:
            return CUT + HANG_UP
        return None


@contextmanager
def serving_mail(site: MailSite) -> Iterator[MailSite]:
    """The mailbox on 127.0.0.1. Whoever reads it may have changed nothing there."""
    with serving(site.server):
        yield site
    assert site.server.refused == []


def renumber(site: MailSite) -> None:
    """The server gives all mails new numbers, as after a move to another machine."""
    site.server.renumber()
