"""Websocket frames out of bytes as they come, many at a time. RFC 6455 §5, the client's side.

Libraries take each frame in several small reads, and as large as the server says. A stream of the
whole network wants it otherwise: what one read brought is cut in one pass, and held to a size.
"""

import os
from struct import unpack_from

from listener.ports import Retry

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
_CONTINUED = 0

Frame = tuple[int, bytes]
"""What kind of frame, and what is in it; a message in pieces comes as one."""


class FrameReader:
    """Cuts bytes into frames. Raises Retry where a message is too large or is no websocket's."""

    def __init__(self, message_bytes_max: int) -> None:
        self._bytes_max = message_bytes_max
        self._rest = b""
        self._pieces: list[bytes] = []
        self._kind = 0

    def frames(self, data: bytes) -> list[Frame]:
        """The frames that are complete now."""
        data, at, found = self._rest + data, 0, []
        while (head := _head(data, at)) is not None:
            start, length = head
            if length > self._bytes_max:
                raise Retry(f"it sent a message of {length} bytes, more than is taken")
            if start + length > len(data):
                break
            found += self._frame(data[at], data[start : start + length])
            at = start + length
        self._rest = data[at:]
        return found

    def _frame(self, first: int, payload: bytes) -> list[Frame]:
        kind, is_last = first & 0x0F, bool(first & 0x80)
        if first & 0x70 or (kind >= CLOSE and not is_last):
            raise Retry("it sent a frame that can't be read")
        if kind >= CLOSE or (is_last and kind != _CONTINUED and not self._pieces):
            return [(kind, payload)]
        return self._piece(kind, payload, is_last=is_last)

    def _piece(self, kind: int, payload: bytes, *, is_last: bool) -> list[Frame]:
        if (kind == _CONTINUED) is not bool(self._pieces):
            raise Retry("it sent the pieces of a message out of order")
        self._kind = kind or self._kind
        self._pieces.append(payload or b"")
        if sum(map(len, self._pieces)) > self._bytes_max or len(self._pieces) > 1_000:
            raise Retry("it sent a message in more pieces than are taken")
        if not is_last:
            return []
        whole, self._pieces = b"".join(self._pieces), []
        return [(self._kind, whole)]


def framed(kind: int, payload: bytes = b"") -> bytes:
    """A control frame as clients send it: of at most 125 bytes, masked."""
    mask = os.urandom(4)
    masked = bytes(byte ^ mask[place % 4] for place, byte in enumerate(payload))
    return bytes([0x80 | kind, 0x80 | len(payload)]) + mask + masked


def _head(data: bytes, at: int) -> tuple[int, int] | None:
    """Where the payload of the frame at this place starts, and its length; None: not there yet."""
    if len(data) < at + 2:
        return None
    length = data[at + 1]
    if length < 126:
        return at + 2, length
    if length == 126:
        return (at + 4, unpack_from("!H", data, at + 2)[0]) if len(data) >= at + 4 else None
    if length == 127:
        return (at + 10, unpack_from("!Q", data, at + 2)[0]) if len(data) >= at + 10 else None
    raise Retry("it sent a masked frame, which no server may")
