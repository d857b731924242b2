"""One folder of a mailbox, opened so that nothing in it can change.

EXAMINE opens it read-only, and BODY.PEEK leaves a mail unread: even a server that let both
through would have nothing to mark, since no other command is ever sent.
"""

import base64
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from listener.ports import Retry
from sources.mail_parts.connection import Imap
from sources.mail_parts.refusals import FOLDER, in_words, refusal

UID_MAX = 2**32 - 1

_UID = re.compile(rb"\bUID (\d{1,10})\b", re.IGNORECASE)
_SIZE = re.compile(rb"\bRFC822\.SIZE (\d{1,15})\b", re.IGNORECASE)
_RECEIVED = re.compile(
    rb'\bINTERNALDATE "( ?\d{1,2})-(\w{3})-(\d{4}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)"',
    re.IGNORECASE,
)
_BODY = re.compile(rb'\bBODY\[\](?:<\d+>)? "((?:[^"\\]|\\.)*)"', re.IGNORECASE)
_ESCAPED = re.compile(rb"\\(.)")
_EXPUNGED = b"[EXPUNGEISSUED]"
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NOT_ASCII = re.compile(r"[^\x20-\x7e]+")


@dataclass(frozen=True, slots=True)
class Opened:
    """What a folder said when it was opened.

    ``validity`` names its numbering: UIDs mean something only under it. ``next`` is above every
    UID given so far, ``count`` how many mails there are.
    """

    validity: int
    next: int
    count: int


@dataclass(frozen=True, slots=True)
class Sized:
    """A mail in a folder: its number there, its bytes, and when the server took it in."""

    uid: int
    size: int
    received: datetime | None


@dataclass(frozen=True, slots=True)
class Fetched:
    """The bytes of a mail, as far as they were asked for."""

    mail: Sized
    raw: bytes


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder and the connection it is read by. Each method raises Retry and Reject."""

    name: str
    imap: Imap
    host: str

    def examine(self) -> Opened:
        """Open it, read-only."""
        with in_words(self.host):
            typ, data = self.imap.select(_named(self.name), readonly=True)
            if typ != "OK":
                raise refusal(self.host, data[-1], FOLDER)
            validity, uid_next = self._told("UIDVALIDITY"), self._told("UIDNEXT")
            if not uid_next:
                uid_next = max(self._search("UID *"), default=0) + 1
            return Opened(validity, min(uid_next, UID_MAX), _number(data[-1]))

    def uids(self, first: int, last: int) -> list[int]:
        """The numbers of the mails from ``first`` to ``last``, in order."""
        with in_words(self.host):
            found = self._search(f"UID {first}:{last}")
        return sorted({uid for uid in found if first <= uid <= last})

    def since(self, moment: datetime) -> list[int]:
        """The numbers of the mails taken in since then, and some of the two days before.

        IMAP compares days, each in the time zone it was written in.
        """
        day = moment.astimezone(UTC) - timedelta(days=1)
        date = f"{day.day}-{_MONTHS[day.month - 1].capitalize()}-{day.year}"
        with in_words(self.host):
            return sorted(uid for uid in self._search(f"SINCE {date}") if 0 < uid <= UID_MAX)

    def sizes(self, uids: Sequence[int]) -> list[Sized]:
        """Those of these mails that are still there."""
        answers = self._fetch(uids, "(UID INTERNALDATE RFC822.SIZE)")
        sized = {mail.uid: mail for said, _ in answers if (mail := _sized(said)) is not None}
        return [sized[uid] for uid in uids if uid in sized]

    def mails(self, mails: Sequence[Sized], bytes_max: int) -> list[Fetched]:
        """Up to ``bytes_max`` of each of these mails. One that is gone by now is left out."""
        known = {mail.uid: mail for mail in mails}
        answers = self._fetch(list(known), f"(UID BODY.PEEK[]<0.{bytes_max}>)")
        found: dict[int, Fetched] = {}
        for said, literal in answers:
            uid, raw = _found(_UID, said), _body(said, literal)
            if uid in known and raw is not None:
                found[uid] = Fetched(known[uid], raw[:bytes_max])
        return [found[uid] for uid in known if uid in found]

    def _fetch(self, uids: Sequence[int], what: str) -> list[tuple[bytes, bytes | None]]:
        with in_words(self.host):
            typ, data = self.imap.uid("FETCH", ",".join(map(str, uids)), what)
            if typ != "OK":
                said = data[-1]
                _, data = self.imap.response("FETCH")
                if _EXPUNGED not in said:  # that is no refusal: some mails are gone by now
                    raise Refused(refusal(self.host, said).reason)
        return list(_answers(data))

    def _search(self, what: str) -> list[int]:
        typ, data = self.imap.uid("SEARCH", what)
        if typ != "OK":
            raise refusal(self.host, data[-1])
        words = b" ".join(one for one in data if isinstance(one, bytes)).split()
        return [int(word) for word in words if word.isdigit() and len(word) <= 10]

    def _told(self, code: str) -> int:
        """The number of a response code of the answer to EXAMINE, or 0."""
        _, data = self.imap.response(code)
        return _number(data[-1]) if data else 0


class Refused(Retry):
    """The server said NO to a FETCH, and still talks."""


def _answers(data: Sequence[Any]) -> Iterator[tuple[bytes, bytes | None]]:
    """What the server said of each mail, and the literal in it, if there was one.

    The library gives a pair for what stands before a literal and the literal, and then the rest.
    """
    said, literal = b"", None
    for one in data:
        if isinstance(one, tuple):
            said, literal = said + one[0], one[1]
        elif isinstance(one, bytes):
            yield said + one, literal
            said, literal = b"", None


def _sized(said: bytes) -> Sized | None:
    uid, size = _found(_UID, said), _found(_SIZE, said)
    return Sized(uid, size, _received(said)) if uid else None


def _found(pattern: re.Pattern[bytes], said: bytes) -> int:
    found = pattern.search(said)
    return int(found[1]) if found else 0


def _body(said: bytes, literal: bytes | None) -> bytes | None:
    """The bytes of a mail; a short one may come in quotes."""
    if literal is not None:
        return literal
    quoted = _BODY.search(said)
    return _ESCAPED.sub(rb"\1", quoted[1]) if quoted else None


def _received(said: bytes) -> datetime | None:
    found = _RECEIVED.search(said)
    if found is None:
        return None
    parts = [part.decode() for part in found.groups()]
    day, year, hour, minute, second, east_hours, east_minutes = map(
        int, parts[:1] + parts[2:6] + parts[7:]
    )
    east = timedelta(hours=east_hours, minutes=east_minutes)
    try:
        month = _MONTHS.index(parts[1].lower()) + 1
        local = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
        return local - east if parts[6] == "+" else local + east
    except (ValueError, OverflowError):
        return None


def _number(value: object) -> int:
    digits = value if isinstance(value, bytes) else b""
    return int(digits) if digits.isdigit() and len(digits) <= 10 else 0


def _named(name: str) -> str:
    """A folder's name as IMAP writes it (RFC 3501, 5.1.3: a UTF-7 of its own), quoted."""
    encoded = _NOT_ASCII.sub(lambda found: f"&{_base64(found[0])}-", name.replace("&", "&-"))
    escaped = encoded.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _base64(text: str) -> str:
    return base64.b64encode(text.encode("utf-16-be")).decode().rstrip("=").replace("/", ",")
