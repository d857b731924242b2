"""A connection to a mail server: to a checked address, in bounded time, of bounded size.

The protocol is the standard library's. What it leaves open is closed here: a server may claim a
literal of any size, send lines without end, or drip.
"""

import imaplib
import os
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from socket import socket
from time import monotonic
from typing import TYPE_CHECKING, Literal

from listener.net_connect import Deadline, connect
from listener.ports import Reject, Retry
from sources.mail_parts.login import Login
from sources.mail_parts.refusals import in_words

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

Security = Literal["starttls", "tls", "none"]

LINE_BYTES_MAX = 2_000_000
LITERAL_BYTES_MAX = 52_000_000
ANSWER_BYTES_MAX = 60_000_000
"""So much is read in answer to one command: a little more than the largest mail allowed."""

_CHUNK_BYTES = 65_536
_EXISTS = re.compile(rb"\* (\d{1,10}) EXISTS\b", re.IGNORECASE)
_GONE = re.compile(rb"\* \d{1,10} EXPUNGE\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Line:
    """The way to a mailbox."""

    host: str
    port: int
    security: Security
    login: Login
    timeout_seconds: float
    allow_private: bool


@contextmanager
def connected(line: Line, deadline: Deadline) -> Iterator["Imap"]:
    """A connection that is logged in, and out at the end. Raises Retry and Reject."""
    with in_words(line.host):
        imap = Imap(line, deadline)
    try:
        with in_words(line.host):
            if line.security == "starttls":
                _start_tls(imap, line)
            line.login.do(imap, line.host)
        yield imap
        with suppress(imaplib.IMAP4.error, OSError, ValueError):
            imap.logout()  # all is read, whatever becomes of the good-bye
    finally:
        with suppress(OSError):
            imap.shutdown()


class Imap(imaplib.IMAP4):
    """The standard library's client, which reads within limits and can wait for news."""

    def __init__(self, line: Line, deadline: Deadline) -> None:
        self._line = line
        self._deadline = deadline
        self._buffer = bytearray()
        self._read_from: socket | None = None
        self._bytes_left = ANSWER_BYTES_MAX
        super().__init__(line.host, line.port)

    def _create_socket(self, timeout: float | None = None) -> socket:  # noqa: ARG002  ours counts
        seconds = self._line.timeout_seconds
        sock = connect(
            self._line.host,
            self._line.port,
            timeout_seconds=seconds,
            deadline=self._deadline,
            allow_private=self._line.allow_private,
        )
        sock.settimeout(seconds)
        if self._line.security != "tls":
            return sock
        try:
            return trusting().wrap_socket(sock, server_hostname=self._line.host)
        except BaseException:
            sock.close()
            raise

    def read(self, size: int) -> bytes:
        """So many bytes; raises ``abort`` where the server claims more than anybody needs."""
        if size > LITERAL_BYTES_MAX:
            raise self.abort(f"a literal of more than {LITERAL_BYTES_MAX} bytes")
        while len(self._buffer) < size:
            self._fill()
        return self._taken(size)

    def readline(self) -> bytes:
        """One line with its end."""
        searched = 0
        while (end := self._buffer.find(b"\n", searched)) < 0:
            searched = len(self._buffer)
            if searched > LINE_BYTES_MAX:
                raise self.abort(f"a line of more than {LINE_BYTES_MAX} bytes")
            self._fill()
        return self._taken(end + 1)

    def send(self, data: "ReadableBuffer") -> None:
        """Send a command, or a part of one."""
        self._bytes_left = ANSWER_BYTES_MAX
        super().send(data)

    @property
    def can_tell_news(self) -> bool:
        """Whether the server offers to tell of news."""
        return "IDLE" in self.capabilities

    def news_within(self, seconds: float, known: int) -> bool | None:
        """Whether more than the ``known`` mails are in the open folder, within so many seconds.

        None where the server doesn't tell after all (RFC 2177).
        """
        tag = b"IDLE1"
        self.send(tag + b" IDLE\r\n")
        ends = monotonic() + seconds
        while not (line := self.readline()).startswith(b"+"):
            if line.startswith(tag):
                return None
        came = self._news(ends, known)
        self.sock.settimeout(self._line.timeout_seconds)
        self.send(b"DONE\r\n")
        while not self.readline().startswith(tag):
            pass
        return came

    def _news(self, ends: float, known: int) -> bool:
        while (left := ends - monotonic()) > 0:
            self.sock.settimeout(max(left, 0.001))
            try:
                line = self.readline()
            except TimeoutError:
                return False
            if _GONE.match(line):
                known -= 1
            exists = _EXISTS.match(line)
            if exists and int(exists[1]) > known:
                return True
        return False

    def _taken(self, size: int) -> bytes:
        """So many bytes of those read. What came before TLS began is nobody's word."""
        if size and self._read_from is not self.sock:
            raise self.abort("words from before TLS")
        taken = bytes(self._buffer[:size])
        del self._buffer[:size]
        return taken

    def _fill(self) -> None:
        if not self._buffer:
            self._read_from = self.sock
        chunk = self.sock.recv(_CHUNK_BYTES)
        self._bytes_left -= len(chunk)
        if not chunk or self._bytes_left < 0:
            raise self.abort("the end" if not chunk else f"more than {ANSWER_BYTES_MAX} bytes")
        self._buffer += chunk


def trusting() -> ssl.SSLContext:
    """Trusts whom the other requests trust."""
    from requests.utils import DEFAULT_CA_BUNDLE_PATH

    authorities = os.environ.get("REQUESTS_CA_BUNDLE") or DEFAULT_CA_BUNDLE_PATH
    return ssl.create_default_context(cafile=authorities)


def _start_tls(imap: Imap, line: Line) -> None:
    if imap.state != "NONAUTH" or "STARTTLS" not in imap.capabilities:
        raise Reject(f"{line.host} offers no STARTTLS: set security to tls", state="setup")
    typ, _ = imap.starttls(trusting())
    if typ != "OK":
        raise Retry(f"{line.host} did not start TLS")
