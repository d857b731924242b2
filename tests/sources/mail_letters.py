"""Invented mails, and a source that reads them from the small server."""

from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from listener.model import Batch, Brand, Post
from listener.ports import Secret
from sources.mail import MailSource
from sources.mail_parts.posts import Read, read
from tests.sources.standins.imap_server import PASSWORD, USER, ImapServer
from tests.sources.standins.serving import SECOND

NOW = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)
OWN = "help@norvia.example"
NORVIA = Brand("norvia", names=("Norvia",), own_accounts=(OWN,))


def letter(
    number: int, words: str = "", *, sender: str = "Anna Aalto <anna@example.org>", **heads: str
) -> bytes:
    """A mail as a mail program sends it; a head is named with ``_`` for ``-``."""
    stated = {
        "From": sender,
        "To": USER,
        "Subject": f"Letter {number}",
        "Date": format_datetime(NOW - (1_000 - number) * SECOND),
        "Message-ID": f"<{number}@example.org>",
        "Content-Type": "text/plain; charset=utf-8",
        **{name.replace("_", "-"): value for name, value in heads.items()},
    }
    head = "".join(f"{name}: {value}\n" for name, value in stated.items())
    mail = f"{head}\n{words or f'Norvia was late, says letter {number}.'}\n"
    return mail.replace("\n", "\r\n").encode()


def read_raw(raw: bytes | str, own: frozenset[str] = frozenset()) -> Read:
    """A mail read, as if it came at noon."""
    return read(raw.encode() if isinstance(raw, str) else raw, NOW, own)


def source(server: ImapServer, **settings: Any) -> MailSource:
    """A source set up on the small server, which does not wait for news."""
    stated = {
        "password": Secret(PASSWORD),
        "security": "none",
        "idle_seconds": 0.0,
        "allow_private": True,
        "brands": (NORVIA,),
        "timeout_seconds": 10.0,
        "now": lambda: server.now,
        **settings,
    }
    return MailSource("127.0.0.1", USER, port=server.port, **stated)


class Following:
    """Follows a source by its cursor, and keeps what came."""

    def __init__(self, source: MailSource) -> None:
        self.source = source
        self.cursor: str | None = None
        self.came: list[Post] = []
        self.told: list[str] = []

    def poll(self) -> Batch:
        batch = self.source.poll(self.cursor)
        self.cursor = batch.cursor
        self.came += batch.posts
        self.told += [f"{one.where}: {one.reason}" for one in (*batch.faults, *batch.rejects)]
        return batch

    def to_rest(self, polls_max: int = 100) -> None:
        for _ in range(polls_max):
            if not self.poll().more:
                return
        raise AssertionError("there was still more")

    @property
    def ids(self) -> list[str]:
        return [post.native_id for post in self.came]
