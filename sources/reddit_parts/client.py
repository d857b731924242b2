"""Asking Reddit through praw, without the waits that praw would take.

praw logs in, renews the token and words the requests. It also sleeps: before a request when the
share of requests runs low, and before it repeats one that failed. A poll must do neither, so the
session below says what an answer means before praw hears of it, and keeps the rate-limit headers
to itself: praw's limiter, which sees none, never waits. What the headers say is in ``share``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic
from typing import TYPE_CHECKING, Any

import requests

from listener.net import RETRY_AFTER_SECONDS_MAX, Reply
from listener.ports import FailureState, Reject, Retry, Secret
from sources.common import fields
from sources.common.asking import failure, wait_seconds
from sources.common.session import NetSession

if TYPE_CHECKING:
    import praw

SPARE_REQUESTS = 5
"""So many of the app's requests are left to others in each of Reddit's ten minutes."""

_TOKEN_PATH = "/api/v1/access_token"  # noqa: S105  an address, no secret
_LIMIT_HEADERS = ("x-ratelimit-used", "x-ratelimit-remaining", "x-ratelimit-reset")
_CLOSED: dict[str, tuple[FailureState, str]] = {
    "private": ("blocked", "is private: only its members may read it"),
    "quarantined": ("blocked", "is quarantined: Reddit shows it to no app"),
    "banned": ("gone", "was banned by Reddit: take it out"),
    "gold_only": ("blocked", "is for paying members only"),
}


@dataclass(frozen=True, slots=True)
class App:
    """Who asks: an app registered at Reddit, and where Reddit is."""

    client_id: str
    client_secret: Secret
    user_agent: str
    site_url: str
    api_url: str
    allow_private: bool = False
    timeout_seconds: float = 10.0


class Closed(Reject):
    """One place can't be read; the others may be."""


class _Expired(Exception):
    """The token is no longer good."""


@dataclass(slots=True)
class Share:
    """What is left of the requests Reddit allows in ten minutes, as it last said."""

    remaining: float | None = None
    reset_seconds: float | None = None

    def read(self, headers: Mapping[str, str]) -> None:
        """Take over what an answer says, if it does."""
        remaining = _number(headers.get("x-ratelimit-remaining"))
        if remaining is not None:
            self.remaining = remaining
            self.reset_seconds = _number(headers.get("x-ratelimit-reset"))


class RedditSession(NetSession):
    """The session praw sends through: counts, holds to an allowance, names failures."""

    def __init__(self, app: App, now: Callable[[], datetime]) -> None:
        super().__init__(
            timeout_seconds=app.timeout_seconds,
            total_seconds=app.timeout_seconds * 1.5,
            size_bytes_max=10_000_000,
            allow_private=app.allow_private,
        )
        self.calls_max = 0
        self.share = Share()
        self._now = now

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        """The answer if it is a success; else Retry, Reject or a call for another token."""
        if self.calls >= self.calls_max:
            raise Retry("the requests allowed for this poll are used up", state="budget")
        response = super().send(request, **options)
        self.share.read(response.headers)
        reply = Reply(response.status_code, response.headers, response.content, response.url)
        if not 200 <= reply.status < 300:
            is_login = str(request.url).endswith(_TOKEN_PATH)
            raise (_login_failure if is_login else _failure)(reply, self._now())
        for name in _LIMIT_HEADERS:
            response.headers.pop(name, None)
        return response


@dataclass
class Line:
    """One praw instance and its session; used by one poll at a time, for praw is not shared."""

    reddit: "praw.Reddit"
    session: RedditSession


def line(app: App, now: Callable[[], datetime]) -> Line:
    """A praw instance that has no token yet and asks for one when first used."""
    import praw

    session = RedditSession(app, now)
    reddit = praw.Reddit(
        "DEFAULT",
        client_id=app.client_id,
        client_secret=app.client_secret.reveal(),
        user_agent=app.user_agent,
        # A praw.ini or a variable of somebody else's must not log us in as a user, or elsewhere.
        username=None,
        password=None,
        refresh_token=None,
        redirect_uri=None,
        reddit_url=app.site_url,
        oauth_url=app.api_url,
        check_for_updates=False,
        check_for_async=False,
        requestor_kwargs={"session": session},
    )
    return Line(reddit, session)


@dataclass
class Client:
    """Reddit for the length of one poll: at most ``requests_max`` requests until ``ends``.

    ``ends`` is a moment of the monotonic clock. ``line`` may come from an earlier poll, for its
    token; it is None where there is none to use again.
    """

    app: App
    now: Callable[[], datetime]
    requests_max: int
    ends: float
    line: Line | None = None
    _spent_before: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self._use(self.line or line(self.app, self.now), 0)

    @property
    def requests(self) -> int:
        """How many requests were sent, those for a token among them."""
        return self._spent_before + self._session.calls

    @property
    def share(self) -> Share:
        """What Reddit last said about the share of requests that is left."""
        return self._session.share

    def pause(self) -> Retry | None:
        """Why nothing more should be asked for now, or None."""
        share = self.share
        if self.requests >= self.requests_max:
            return Retry("the requests allowed for this poll are used up", state="budget")
        if monotonic() >= self.ends:
            return Retry("Reddit was too slow for one poll")
        if share.remaining is not None and share.remaining < SPARE_REQUESTS:
            words = "Reddit's share of requests for these ten minutes is nearly used up"
            return Retry(words, share.reset_seconds, state="rate limit")
        return None

    def listing(self, path: str, **parameters: str | int) -> fields.Json:
        """The ``data`` of the listing at this path. Raises Retry, Reject, and Closed."""
        data = fields.table(self._get(path, parameters), "data")
        if not isinstance(data.get("children"), list):
            raise Retry(f"Reddit answered {path} with something that is no listing")
        return data

    def _get(self, path: str, parameters: dict[str, str | int]) -> Any:
        try:
            return self._ask(path, parameters)
        except _Expired:
            self._use(line(self.app, self.now), self.requests)
        try:
            return self._ask(path, parameters)
        except _Expired as error:
            words = "Reddit does not accept the token it just gave (401): check the app's rights"
            raise Reject(words, state="login") from error

    def _ask(self, path: str, parameters: dict[str, str | int]) -> Any:
        from praw.exceptions import PRAWException
        from prawcore.exceptions import OAuthException, PrawcoreException, RequestException

        try:
            return self._reddit.request(method="GET", path=path, params=parameters)
        except RequestException as error:
            if isinstance(error.original_exception, Retry | Reject | _Expired):
                raise error.original_exception from None
            raise Retry(f"Reddit could not be asked: {error}") from error
        except OAuthException as error:
            raise Reject(f"Reddit refuses the login: {error.error}", state="login") from error
        except (PRAWException, PrawcoreException, *_NO_JSON) as error:
            raise Retry(f"Reddit answered {path} with something that can't be read") from error

    def _use(self, line: Line, spent: int) -> None:
        self.line, self._spent_before = line, spent
        self._reddit, self._session = line.reddit, line.session
        self._session.calls = 0
        self._session.calls_max = self.requests_max - spent
        self._session.share = Share()


_NO_JSON = (LookupError, TypeError, ValueError, AttributeError, RecursionError)


def _login_failure(reply: Reply, now: datetime) -> Exception:
    if reply.status in {400, 401}:
        words = (
            f"Reddit does not accept client_id and client_secret ({reply.status}):"
            " compare them with reddit.com/prefs/apps"
        )
        return Reject(words, state="login")
    if reply.status == 403:
        words = "Reddit refuses this app (403): it may be suspended; see reddit.com/prefs/apps"
        return Reject(words, state="suspended")
    return _worded(reply, now)


def _failure(reply: Reply, now: datetime) -> Exception:
    if reply.status == 401:
        return _Expired()
    if reply.status in {301, 302, 404}:
        state, words = _CLOSED.get(_reason(reply), ("gone", "is not there: check the name"))
        return Closed(words, state=state)
    if reply.status == 403 and _is_json(reply):
        unknown: tuple[FailureState, str] = ("blocked", "is not shown to this app (403)")
        state, words = _CLOSED.get(_reason(reply), unknown)
        return Closed(words, state=state)
    return _worded(reply, now)


def _worded(reply: Reply, now: datetime) -> Exception:
    if reply.status == 403:
        words = "Reddit blocks this program or address (403): check user_agent and the network"
        return Reject(words, state="blocked")
    if reply.status == 429:
        words = "Reddit was asked too often (429)"
        return Retry(words, wait_seconds(reply, now), state="rate limit")
    return failure(reply, now)


def _reason(reply: Reply) -> str:
    try:
        return fields.text(fields.parsed(reply.body), "reason")
    except ValueError:
        return ""


def _is_json(reply: Reply) -> bool:
    return reply.body.lstrip()[:1] == b"{"


def _number(value: str | None) -> float | None:
    """The number in a header, 0 to a day, or None where it holds none."""
    try:
        number = float(value or "")
    except ValueError:
        return None
    return min(max(number, 0.0), RETRY_AFTER_SECONDS_MAX) if number == number else None  # noqa: PLR0124
