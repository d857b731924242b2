"""One exchange over requests: the part of :mod:`listener.net` that needs the library.

Kept apart because requests takes a tenth of a second to import. The adapter is used without a
session: no cookies, no proxies, no ``.netrc``, no redirects behind our back.
"""

import os
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from requests import PreparedRequest, Request, RequestException, Response
from requests.adapters import HTTPAdapter
from requests.exceptions import ConnectTimeout, ReadTimeout
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, ReadTimeoutError

from listener.net_connect import Deadline, connect
from listener.ports import Reject, Retry

Opener = Callable[[str, int], socket.socket]

_CHUNK_BYTES = 65_536


def exchange(
    prepared: PreparedRequest,
    *,
    timeout_seconds: float,
    deadline: Deadline,
    size_bytes_max: int,
    allow_private: bool,
) -> tuple[int, Mapping[str, str], bytes]:
    """Status, headers and decompressed body of the answer to one request.

    Raises Retry and Reject as :func:`listener.net.request` does; their reasons name the host
    alone, because a path or a query may hold a secret.
    """
    host = str(urlsplit(str(prepared.url)).hostname)
    opener = partial(
        connect, timeout_seconds=timeout_seconds, deadline=deadline, allow_private=allow_private
    )
    adapter = _CheckedAdapter(opener)
    try:
        with adapter.send(
            prepared,
            stream=True,
            timeout=deadline.remaining(timeout_seconds),
            verify=_authorities(),
        ) as response:
            body = _read(response, host, size_bytes_max)
    except (RequestException, HTTPError, HTTPException, OSError, ValueError) as error:
        if deadline.passed:
            raise Retry(f"{host} did not finish within {deadline.seconds:g} s") from error
        raise Retry(_reason(host, error, timeout_seconds)) from error
    finally:
        adapter.close()
    if deadline.passed:  # a connection shut by the deadline can look like an answer that ended
        raise Retry(f"{host} did not finish within {deadline.seconds:g} s")
    return response.status_code, response.headers, body


def prepare(
    method: str, url: str, headers: Mapping[str, str], body: bytes | None
) -> PreparedRequest:
    """The request in the form that is sent; raises Reject where its address is refused."""
    try:
        prepared = Request(method, url, headers=dict(headers), data=body).prepare()
        parts = urlsplit(str(prepared.url))
        host, scheme = parts.hostname, parts.scheme
    except (RequestException, HTTPError, ValueError) as error:
        raise Reject(f"the request can't be made: {_shape(error)}") from error
    if scheme not in ("http", "https"):
        raise Reject(f"the address begins with {scheme[:20]!r}: only http and https are spoken")
    if not host:
        raise Reject("the address names no host")
    if parts.username is not None or parts.password is not None:
        raise Reject(f"the address of {host} carries a user name or password: take them out of it")
    return prepared


class _CheckedAdapter(HTTPAdapter):
    """An adapter whose every connection is made by ``opener``."""

    def __init__(self, opener: Opener) -> None:
        super().__init__()
        self._opener = opener

    def get_connection_with_tls_context(self, *args: Any, **options: Any) -> Any:
        pool: Any = super().get_connection_with_tls_context(*args, **options)
        kind = _TlsConnection if pool.scheme == "https" else _PlainConnection
        pool.ConnectionCls = partial(kind, self._opener)
        return pool


class _PlainConnection(HTTPConnection):
    def __init__(self, opener: Opener, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._opener = opener

    def _new_conn(self) -> socket.socket:
        return self._opener(self._dns_host.strip("[]"), self.port)


class _TlsConnection(HTTPSConnection):
    """TLS goes on top by urllib3, and still verifies the name that was asked for."""

    def __init__(self, opener: Opener, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._opener = opener

    def _new_conn(self) -> socket.socket:
        return self._opener(self._dns_host.strip("[]"), self.port)


def _authorities() -> str | bool:
    """The certificate authorities of one's own, or True for those that requests brings."""
    path = os.environ.get("REQUESTS_CA_BUNDLE")
    if path and not Path(path).exists():
        raise Reject(f"REQUESTS_CA_BUNDLE names {path}, which does not exist")
    return path or True


def _read(response: Response, host: str, size_bytes_max: int) -> bytes:
    """The body, decompressed as it comes and dropped as soon as it is too large."""
    body = bytearray()
    # One read from the socket at a time: a full buffer may never come.
    while chunk := response.raw.read1(_CHUNK_BYTES, decode_content=True):
        body += chunk
        if len(body) > size_bytes_max:
            raise Retry(f"the answer of {host} is larger than {size_bytes_max:,} bytes")
    return bytes(body)


def _reason(host: str, error: BaseException, timeout_seconds: float) -> str:
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"the certificate of {host} is not accepted: {cause.verify_message}"
        if isinstance(cause, ssl.SSLError):
            return f"no TLS connection with {host}: {cause.reason or 'it broke off'}"
        if isinstance(cause, ReadTimeout | ReadTimeoutError | ConnectTimeout | TimeoutError):
            return f"{host} sent nothing for {timeout_seconds:g} s"
    return f"{host} broke off its answer or sent none that is HTTP ({type(error).__name__})"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error and what it was raised from, innermost first."""
    chain: list[BaseException] = []
    while error is not None and error not in chain:
        chain.append(error)
        error = error.__cause__ or error.__context__
    return reversed(chain)


def _shape(error: Exception) -> str:
    """What is wrong with a request, without repeating what it holds."""
    return {
        "InvalidHeader": "a header holds a line break or begins with a space",
        "MissingSchema": "its address doesn't begin with http:// or https://",
    }.get(type(error).__name__, "its address is malformed")
