"""A requests session for the libraries that want one, whose every call goes our bounded way.

tweepy and praw bring a session of their own, without time-outs, size limits or a check of where
an address leads. This one hands each call to :func:`listener.net.request`.
"""

from typing import Any
from urllib.parse import urlsplit

import requests
from requests.structures import CaseInsensitiveDict

from listener import net
from listener.net import Reply


class NetSession(requests.Session):
    """Sends through :mod:`listener.net`; Retry and Reject come up through the library.

    ``moved`` maps an address's beginning to another, for a library whose host is fixed. Redirects
    come back as they are. ``calls`` counts what was sent.
    """

    def __init__(
        self,
        *,
        timeout_seconds: float = 10.0,
        total_seconds: float = 25.0,
        size_bytes_max: int = 20_000_000,
        allow_private: bool = False,
        moved: tuple[str, str] | None = None,
    ) -> None:
        super().__init__()
        self.trust_env = False
        self.calls = 0
        self._limits: dict[str, Any] = {
            "timeout_seconds": timeout_seconds,
            "total_seconds": total_seconds,
            "size_bytes_max": size_bytes_max,
            "allow_private": allow_private,
        }
        self._moved = moved

    def send(  # what a library asks for in the rest, our limits decide
        self, request: requests.PreparedRequest, **_: Any
    ) -> requests.Response:
        """One exchange, bounded in time and size."""
        url = str(request.url)
        if self._moved and url.startswith(self._moved[0]):
            url = self._moved[1] + url[len(self._moved[0]) :]
        body = request.body
        self.calls += 1
        reply = net.request(
            str(request.method),
            url,
            headers={key: _str(value) for key, value in request.headers.items() if _is_ours(key)},
            body=body.encode() if isinstance(body, str) else body,
            redirects_max=0,
            **self._limits,
        )
        return _response(reply, request)


def _is_ours(header: str) -> bool:
    return header.lower() not in {"content-length", "accept-encoding", "connection"}


def _str(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


def _response(reply: Reply, asked: requests.PreparedRequest) -> requests.Response:
    response = requests.Response()
    response.status_code = reply.status
    response.headers = CaseInsensitiveDict(reply.headers)
    response.headers.pop("Content-Encoding", None)  # it is decompressed
    response._content = reply.body
    response._content_consumed = True  # type: ignore[attr-defined]  # there is no line to close
    response.encoding = "utf-8"
    response.url = reply.url
    response.request = asked
    response.reason = str(urlsplit(reply.url).hostname)
    return response
