"""The opening of a websocket, held to a size: RFC 6455 §4, the client's side.

The usual libraries follow redirects by themselves and read a refusal however long it is. Here
the connection is one that was checked, and stays it.
"""

import base64
import hashlib
import os
import socket
from email.parser import BytesHeaderParser
from urllib.parse import urlsplit

from listener.net import USER_AGENT, Reply
from listener.ports import Retry

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_HEAD_BYTES_MAX = 65_536
_BODY_BYTES_MAX = 16_384


class Refused(Exception):
    """The server answered, but opened no websocket; ``reply`` is its answer."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(str(reply.status))
        self.reply = reply


def shake(connection: socket.socket, url: str) -> bytes:
    """Open the websocket; returns what came after the server's answer.

    Raises Refused, Retry where the answer is none, and OSError.
    """
    key = base64.b64encode(os.urandom(16))
    connection.sendall(_request(url, key))
    head, rest = _head(connection)
    first, _, lines = head.partition(b"\r\n")
    words = first.split(b" ", 2)
    if not words[0].startswith(b"HTTP/1.") or len(words) < 2 or not words[1].isdigit():
        raise Retry("it speaks no HTTP")
    headers = BytesHeaderParser().parsebytes(lines)
    if words[1] != b"101":
        from requests.structures import CaseInsensitiveDict

        body = _body(connection, rest, str(headers.get("Content-Length", "")))
        told = CaseInsensitiveDict((name, str(value)) for name, value in headers.items())
        raise Refused(Reply(int(words[1][:9]), told, body, url))
    accepted = base64.b64encode(hashlib.sha1(key + _GUID, usedforsecurity=False).digest())
    if str(headers.get("Sec-WebSocket-Accept", "")).strip() != accepted.decode():
        raise Retry("it speaks no websocket")
    return rest


def _request(url: str, key: bytes) -> bytes:
    parts = urlsplit(url)
    lines = (
        f"GET {parts.path or '/'}{'?' if parts.query else ''}{parts.query} HTTP/1.1",
        f"Host: {parts.netloc}",
        f"User-Agent: {USER_AGENT}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {key.decode()}",
        "Sec-WebSocket-Version: 13",
    )
    return "\r\n".join((*lines, "", "")).encode("ascii")


def _head(connection: socket.socket) -> tuple[bytes, bytes]:
    """The answer's head, and what of the rest came with it."""
    came = b""
    while b"\r\n\r\n" not in came:
        data = connection.recv(4_096)
        if not data:
            raise Retry("it hung up")
        came += data
        if len(came) > _HEAD_BYTES_MAX:
            raise Retry("its answer does not end")
    head, _, rest = came.partition(b"\r\n\r\n")
    return head, rest


def _body(connection: socket.socket, body: bytes, length: str) -> bytes:
    """The beginning of a refusal: it may say how long to wait."""
    wanted = min(int(length), _BODY_BYTES_MAX) if length.isdecimal() and len(length) < 10 else 0
    while len(body) < wanted and (data := connection.recv(4_096)):
        body += data
    return body[:_BODY_BYTES_MAX]
