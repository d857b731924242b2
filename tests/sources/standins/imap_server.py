"""A small IMAP server on the loopback, to be told when to misbehave.

It knows what a reader needs of RFC 3501 (CAPABILITY, LOGIN, AUTHENTICATE, STARTTLS, EXAMINE, UID
SEARCH, UID FETCH, NOOP, LOGOUT), of RFC 2177 (IDLE) and of Google's XOAUTH2, and notes in
``refused`` every command beyond that: none of them may ever be sent. A real Dovecot is asked in
``tests/services``; this one is for what a good server never does.
"""

import base64
import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

HANG_UP = b"\0hang up\0"
"""Where an answer ends with it, the connection ends there."""

CAPABILITIES = ("IMAP4rev1", "AUTH=PLAIN", "IDLE")
USER, PASSWORD, TOKEN = "feedback@norvia.example", 'pass "word" \\ å', "ya29.token"

_PARTIAL = re.compile(r"BODY\.PEEK\[\]<0\.(\d+)>")
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


@dataclass
class Kept:
    """A mail in a folder."""

    uid: int
    raw: bytes
    received: datetime


@dataclass
class Box:
    """A folder. ``next`` is the number that the next mail gets."""

    validity: int = 7
    next: int = 1
    mails: dict[int, Kept] = field(default_factory=dict)


@dataclass(frozen=True)
class Said:
    """A command as it came, and the connection for an answer of one's own."""

    tag: str
    command: str
    words: str
    line: socket.socket


Answering = Callable[[Said], bytes | None]
"""Bytes to send in place of the right answer, or None for that one."""


class ImapServer:
    """The mailbox, and how its server behaves. ``now`` is when mails are taken in."""

    def __init__(self, certificate: Path | None = None) -> None:
        self.now = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)
        self.folders: dict[str, Box] = {"INBOX": Box()}
        self.capabilities: tuple[str, ...] = CAPABILITIES
        self.greeting: bytes | Callable[[], bytes] = b"* OK ready\r\n"
        self.answering: Answering = lambda _: None
        self.untold = ""
        self.before_tls = ""
        self.commands: list[str] = []
        self.refused: list[str] = []
        self.logins = 0
        self.port = 0
        self.stop = threading.Event()
        self.certificate = certificate
        self.news = threading.Condition()
        self.idling = threading.Event()

    def deliver(
        self, raw: bytes, folder: str = "INBOX", *, received: datetime | None = None
    ) -> int:
        """A mail comes in; its number."""
        box = self.folders.setdefault(folder, Box())
        with self.news:
            uid, box.next = box.next, box.next + 1
            box.mails[uid] = Kept(uid, raw, received or self.now)
            self.news.notify_all()
        return uid

    def renumber(self, folder: str = "INBOX") -> None:
        """All mails get new numbers, under a new name of the numbering."""
        box = self.folders[folder]
        mails = [Kept(n, one.raw, one.received) for n, one in enumerate(box.mails.values(), 1)]
        self.folders[folder] = Box(
            box.validity + 1, len(mails) + 1, {one.uid: one for one in mails}
        )

    def context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(str(self.certificate))
        return context


@contextmanager
def serving(server: ImapServer, *, tls: bool = False) -> Iterator[ImapServer]:
    """The server on 127.0.0.1, its port in ``port``."""
    listening = socket.create_server(("127.0.0.1", 0))
    server.port = listening.getsockname()[1]

    def serve(line: socket.socket) -> None:
        with suppress(OSError, ValueError):
            if tls:
                line = server.context().wrap_socket(line, server_side=True)
            talk = _Talk(server, line)
            try:
                talk.run()
            finally:
                talk.words.close()
                talk.line.close()

    def accept() -> None:
        with suppress(OSError):
            while True:
                line, _ = listening.accept()
                line.settimeout(20)
                threading.Thread(target=serve, args=(line,), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.stop.set()
        with server.news:
            server.news.notify_all()
        with suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join(5)


class _Talk:
    """One connection."""

    def __init__(self, server: ImapServer, line: socket.socket) -> None:
        self.server = server
        self.line = line
        self.words = line.makefile("rb")
        self.box: Box | None = None

    def run(self) -> None:
        greeting = self.server.greeting
        if not self.send(greeting() if callable(greeting) else greeting):
            return
        while line := self.words.readline():
            tag, _, rest = line.decode().strip().partition(" ")
            command, _, words = rest.partition(" ")
            if command.upper() == "UID":
                second, _, words = words.partition(" ")
                command = f"UID {second}"
            said = Said(tag, command.upper(), words, self.line)
            self.server.commands.append(said.command)
            other = self.server.answering(said)
            answer = self.right(said) if other is None else other
            if not self.send(answer) or said.command == "LOGOUT":
                return

    def send(self, answer: bytes) -> bool:
        self.line.sendall(answer.removesuffix(HANG_UP))
        return not answer.endswith(HANG_UP)

    def right(self, said: Said) -> bytes:
        name = said.command.lower().replace(" ", "_")
        method = getattr(self, f"do_{name}", None)
        if method is None:
            self.server.refused.append(f"{said.command} {said.words}")
            return f"{said.tag} BAD unknown\r\n".encode()
        answer: bytes = method(said)
        return answer

    def do_capability(self, said: Said) -> bytes:
        capabilities = " ".join(self.server.capabilities)
        return f"* CAPABILITY {capabilities}\r\n{said.tag} OK done\r\n".encode()

    def do_noop(self, said: Said) -> bytes:
        return f"{said.tag} OK done\r\n".encode()

    def do_logout(self, said: Said) -> bytes:
        return f"* BYE good-bye\r\n{said.tag} OK done\r\n".encode()

    def do_starttls(self, said: Said) -> bytes:
        next_tag = f"{said.tag[:4]}{int(said.tag[4:]) + 1}"
        slipped_in = self.server.before_tls.replace("%", next_tag)
        self.line.sendall(f"{said.tag} OK begin\r\n{slipped_in}".encode())
        self.line = self.server.context().wrap_socket(self.line, server_side=True)
        self.words = self.line.makefile("rb")
        return b""

    def do_login(self, said: Said) -> bytes:
        escaped = PASSWORD.replace("\\", "\\\\").replace('"', '\\"')
        return self._login(said, said.words in {f'"{USER}" "{escaped}"', f'"{USER}" "ascii"'})

    def do_authenticate(self, said: Said) -> bytes:
        self.line.sendall(b"+ \r\n")
        words = base64.b64decode(self.words.readline()).decode()
        if said.words == "XOAUTH2":
            good = words == f"user={USER}\x01auth=Bearer {TOKEN}\x01\x01"
            if not good:
                self.line.sendall(b"+ eyJzdGF0dXMiOiI0MDAifQ==\r\n")
                self.words.readline()
            return self._login(said, good)
        return self._login(said, words == f"\0{USER}\0{PASSWORD}")

    def _login(self, said: Said, good: bool) -> bytes:
        self.server.logins += 1
        if good:
            return f"{said.tag} OK logged in\r\n".encode()
        return f"{said.tag} NO [AUTHENTICATIONFAILED] no: {said.words} {PASSWORD}\r\n".encode()

    def do_examine(self, said: Said) -> bytes:
        box = self.server.folders.get(said.words.strip('"'))
        if box is None:
            return f"{said.tag} NO [NONEXISTENT] no such folder\r\n".encode()
        self.box = box
        told = {"UIDVALIDITY": box.validity, "UIDNEXT": box.next}
        codes = "".join(
            f"* OK [{code} {number}] ok\r\n"
            for code, number in told.items()
            if code != self.server.untold
        )
        counts = f"* {len(box.mails)} EXISTS\r\n* 0 RECENT\r\n* FLAGS (\\Seen)\r\n"
        return f"{counts}{codes}{said.tag} OK [READ-ONLY] open\r\n".encode()

    def do_uid_search(self, said: Said) -> bytes:
        what, _, value = said.words.partition(" ")
        box = self._box()
        if what == "SINCE":
            day, month, year = value.split("-")
            since = datetime(int(year), _MONTHS.index(month) + 1, int(day), tzinfo=UTC)
            found = [one.uid for one in box.mails.values() if one.received >= since]
        elif value == "*":
            found = [max(box.mails)] if box.mails else []
        else:
            first, last = map(int, value.split(":"))
            found = [uid for uid in box.mails if first <= uid <= last]
        return f"* SEARCH {' '.join(map(str, found))}\r\n{said.tag} OK done\r\n".encode()

    def do_uid_fetch(self, said: Said) -> bytes:
        uids, _, what = said.words.partition(" ")
        mails = self._box().mails
        wanted = [mails[int(uid)] for uid in uids.split(",") if int(uid) in mails]
        partial = _PARTIAL.search(what)
        answers = [fetched(one, int(partial[1])) if partial else sized(one) for one in wanted]
        return b"".join(answers) + f"{said.tag} OK done\r\n".encode()

    def do_idle(self, said: Said) -> bytes:
        box = self._box()
        known = len(box.mails)
        self.line.sendall(b"+ idling\r\n")
        self.server.idling.set()

        def tell() -> None:
            with self.server.news, suppress(OSError):
                self.server.news.wait_for(
                    lambda: len(box.mails) > known or self.server.stop.is_set()
                )
                self.line.sendall(f"* {len(box.mails)} EXISTS\r\n".encode())

        threading.Thread(target=tell, daemon=True).start()
        self.words.readline()
        self.server.idling.clear()
        return f"{said.tag} OK done\r\n".encode()

    def _box(self) -> Box:
        assert self.box is not None
        return self.box


def sized(mail: Kept) -> bytes:
    """A mail's number, size and time."""
    at = mail.received
    date = f"{at.day:2}-{_MONTHS[at.month - 1]}-{at.year} {at:%H:%M:%S} +0000"
    return (
        f'* {mail.uid} FETCH (UID {mail.uid} INTERNALDATE "{date}" RFC822.SIZE {len(mail.raw)})\r\n'
    ).encode()


def fetched(mail: Kept, bytes_max: int) -> bytes:
    """A mail's first bytes, as a literal."""
    raw = mail.raw[:bytes_max]
    head = f"* {mail.uid} FETCH (UID {mail.uid} BODY[]<0> {{{len(raw)}}}\r\n"
    return head.encode() + raw + b")\r\n"
