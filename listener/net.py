"""The one way out to the network for plugins: bounded, and closed towards the inside.

Every address that strangers can influence is fetched through :func:`request`. It refuses private
addresses on the very connection it makes, follows redirects by hand under the same check, and
holds every answer to a size and a time. Proxies and ``.netrc`` of the environment are ignored; a
certificate authority of one's own is taken from ``REQUESTS_CA_BUNDLE``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urljoin, urlsplit

from listener import __version__
from listener.net_connect import Deadline
from listener.ports import Reject

USER_AGENT = f"mention-listener/{__version__}"
RETRY_AFTER_SECONDS_MAX = 86_400.0

_REDIRECTS = {301, 302, 303, 307, 308}
_KEPT_ACROSS_HOSTS = {
    "accept",
    "accept-language",
    "if-modified-since",
    "if-none-match",
    "user-agent",
}


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, whatever its status.

    The names of ``headers`` are looked up in any case. ``body`` is decompressed. ``url`` is
    where the answer came from, after redirects, and ``requests`` how many it took.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str
    requests: int = 1


def request(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    timeout_seconds: float = 10.0,
    total_seconds: float = 30.0,
    size_bytes_max: int = 10_000_000,
    redirects_max: int = 5,
    allow_private: bool = False,
) -> Reply:
    """Send one request and return the answer, after at most ``total_seconds``.

    ``timeout_seconds`` bounds each wait: for a name, a connection, the next bytes.
    ``size_bytes_max`` counts the decompressed body. GET and HEAD follow up to ``redirects_max``
    redirects, and towards another host carry no header that could be a credential; with 0, and
    for other methods, whose body nobody may move elsewhere, a redirect comes back as a Reply.

    Raises Retry for trouble on the way (name, connection, certificate, a time-out, an answer
    that is broken or too large), and Reject for what is refused: a scheme other than http and
    https, credentials in the address, a private address unless ``allow_private``, a redirect
    from https to http, too many redirects. Never raises for a status.
    """
    from listener.net_requests import exchange, prepare

    sent = {"User-Agent": USER_AGENT, "Accept-Encoding": "gzip, deflate"} | dict(headers or {})
    follows = method.upper() in ("GET", "HEAD") and redirects_max > 0
    with Deadline(total_seconds) as deadline:
        for requests in range(1, redirects_max + 2):
            prepared = prepare(method, url, sent, body)
            status, got, content = exchange(
                prepared,
                timeout_seconds=timeout_seconds,
                deadline=deadline,
                size_bytes_max=size_bytes_max,
                allow_private=allow_private,
            )
            reply = Reply(status, got, content, str(prepared.url), requests)
            target = _redirect_target(reply)
            if not follows or not target:
                return reply
            url, sent = target, _headers_towards(target, reply.url, sent)
    raise Reject(f"{urlsplit(reply.url).hostname} redirects more than {redirects_max} times")


def retry_after_seconds(headers: Mapping[str, str], now: datetime) -> float | None:
    """How long an answer asks to wait, 0 to a day, or None where it doesn't say.

    Reads ``Retry-After`` as seconds or as a date; ``now`` is aware.
    """
    value = headers.get("Retry-After", "").strip()
    if value.isascii() and value.isdigit():
        seconds = float(value[:9])
    else:
        try:
            until = parsedate_to_datetime(value)
        except (ValueError, OverflowError):
            return None
        seconds = ((until if until.tzinfo else until.replace(tzinfo=UTC)) - now).total_seconds()
    return min(max(seconds, 0.0), RETRY_AFTER_SECONDS_MAX)


def _redirect_target(reply: Reply) -> str:
    """Where a redirect leads, or an empty string; raises Reject where it gives up TLS."""
    location = reply.headers.get("Location", "").strip()
    if reply.status not in _REDIRECTS or not location:
        return ""
    # Header bytes arrive as Latin-1; an address that is not ASCII was meant as UTF-8.
    location = location.encode("latin-1", "replace").decode("utf-8", "replace")
    try:
        target = urljoin(reply.url, location)
        downgrade = reply.url.startswith("https:") and urlsplit(target).scheme == "http"
    except ValueError as error:
        raise Reject(f"{urlsplit(reply.url).hostname} redirects to no address") from error
    if downgrade:
        raise Reject(f"{urlsplit(reply.url).hostname} redirects from https to http")
    return target


def _headers_towards(target: str, url: str, headers: Mapping[str, str]) -> dict[str, str]:
    """The headers that may follow a redirect: all to the same origin, few to another."""
    if _origin(target) == _origin(url):
        return dict(headers)
    kept = _KEPT_ACROSS_HOSTS | {"accept-encoding"}
    return {name: value for name, value in headers.items() if name.lower() in kept}


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    try:
        return parts.scheme, parts.hostname, parts.port
    except ValueError:  # no port between 0 and 65535: never the same origin
        return url, None, None
