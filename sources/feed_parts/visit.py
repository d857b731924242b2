"""One visit to one address: what is asked, what the answer means, what is remembered of it."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from listener.model import Post
from listener.net import Reply, request, retry_after_seconds
from listener.ports import Reject, Retry
from sources.feed_parts.cursor import UrlState, remembered
from sources.feed_parts.document import Document, TooCostly, Unreadable
from sources.feed_parts.posts import posts_of, site_of

Parse = Callable[[bytes, str, str, int], Document]
"""Reads a body of some content type from some address, at most so many entries of it."""

COSTLY_WAIT_SECONDS = 3_600.0
LASTING_WAIT_SECONDS = 3_600.0

_ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, "
    "application/xml;q=0.9, text/xml;q=0.9, text/html;q=0.8, */*;q=0.5"
)
_MEND = {
    401: "asks for a login (401): only feeds open to everybody can be read",
    403: "may not be read (403): it needs a login or refuses this program",
    404: "is not there (404): check the address",
    410: "is gone for good (410): take the address out",
}


@dataclass(frozen=True, slots=True)
class Limits:
    """How far one visit may go, and whether to private addresses."""

    total_seconds: float
    size_bytes_max: int
    entries_max: int
    allow_private: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a visit.

    ``faults`` holds what went wrong. Where that is all there is, ``failed`` is true, and
    ``wait_seconds`` is how long trying again makes no sense, as far as is known.
    """

    state: UrlState
    posts: tuple[Post, ...] = ()
    faults: tuple[str, ...] = ()
    failed: bool = False
    wait_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit to ``url`` at ``now``; ``site`` overrules the host as the posts' site."""

    url: str
    site: str
    limits: Limits
    parse: Parse
    now: datetime

    def outcome(self, state: UrlState) -> Outcome:
        """Ask for what is new since ``state``; never raises for what a server does.

        Where the feed that a page once named fails, the page is asked again.
        """
        state = replace(state, waiting=False)
        until = state.not_before - self.now.timestamp()
        if until > 0:
            moment = datetime.fromtimestamp(state.not_before, UTC)
            return _failure(state, f"is not asked before {moment:%Y-%m-%d %H:%M} UTC", until)
        outcome = self._attempt(replace(state, not_before=0.0))
        if outcome.failed and state.feed_url and not outcome.state.not_before:
            afresh = self._attempt(UrlState(seen=state.seen))
            return outcome if afresh.failed else afresh
        return outcome

    def _attempt(self, state: UrlState) -> Outcome:
        try:
            return self._answered(state, _fetch(state.feed_url or self.url, state, self.limits))
        except Retry as error:
            return _failure(state, error.reason, error.after_seconds)
        except Reject as error:
            return _failure(state, error.reason, LASTING_WAIT_SECONDS)
        except TooCostly as error:
            later = _later(state, self.now, COSTLY_WAIT_SECONDS)
            return _failure(later, str(error), COSTLY_WAIT_SECONDS)

    def _answered(self, state: UrlState, reply: Reply) -> Outcome:
        if reply.status == 304 and state.digest:
            return _unchanged(state)
        if not 200 <= reply.status < 300:
            return _refused(reply, state, self.now)
        etag, modified = _validator(reply, "ETag"), _validator(reply, "Last-Modified")
        state = replace(state, etag=etag, modified=modified)
        digest = hashlib.sha256(reply.body).hexdigest()[:32]
        if digest == state.digest:
            return _unchanged(state)
        return self._changed(replace(state, digest=digest, fault=""), reply)

    def _changed(self, state: UrlState, reply: Reply) -> Outcome:
        content_type = reply.headers.get("Content-Type", "")
        try:
            found = self.parse(reply.body, content_type, reply.url, self.limits.entries_max)
        except Unreadable as error:
            return _unchanged(replace(state, fault=str(error)))
        if found.feed_url:
            return self._led_on(state, found.feed_url)
        posts, listed = posts_of(found.entries, self.site or site_of(self.url), state.seen)
        state = replace(state, seen=remembered(state.seen, listed))
        return Outcome(state, tuple(posts), _overlong(found))

    def _led_on(self, state: UrlState, feed_url: str) -> Outcome:
        """The address is a page that names its feed: go on there, once, and remember it."""
        if state.feed_url:
            return _failure(state, f"names {state.feed_url} as its feed, which is a page too")
        return self._attempt(UrlState(feed_url=feed_url, seen=state.seen))


def _fetch(url: str, state: UrlState, limits: Limits) -> Reply:
    headers = {"Accept": _ACCEPT}
    if state.digest and state.etag:
        headers["If-None-Match"] = state.etag
    if state.digest and state.modified:
        headers["If-Modified-Since"] = state.modified
    return request(
        "GET",
        url,
        headers=headers,
        timeout_seconds=min(10.0, limits.total_seconds),
        total_seconds=limits.total_seconds,
        size_bytes_max=limits.size_bytes_max,
        allow_private=limits.allow_private,
    )


def _validator(reply: Reply, name: str) -> str:
    """What to show the server next time, if it can be sent back as it came."""
    value = reply.headers.get(name, "")
    return value if value.isascii() and value.isprintable() and len(value) <= 500 else ""


def _unchanged(state: UrlState) -> Outcome:
    """Nothing new; what was wrong with the body is still wrong with it."""
    return _failure(state, state.fault) if state.fault else Outcome(state)


def _refused(reply: Reply, state: UrlState, now: datetime) -> Outcome:
    """A status that brings no feed."""
    if reply.status in (429, 503):
        seconds = retry_after_seconds(reply.headers, now)
        later = _later(state, now, seconds or 0.0)
        return _failure(later, f"asks to wait (status {reply.status})", seconds)
    if reply.status in _MEND:
        return _failure(state, _MEND[reply.status], LASTING_WAIT_SECONDS)
    return _failure(state, f"answers with status {reply.status} instead of a feed")


def _later(state: UrlState, now: datetime, seconds: float) -> UrlState:
    return replace(state, not_before=(now + timedelta(seconds=seconds)).timestamp())


def _failure(state: UrlState, reason: str, wait_seconds: float | None = None) -> Outcome:
    return Outcome(state, faults=(reason,), failed=True, wait_seconds=wait_seconds)


def _overlong(document: Document) -> tuple[str, ...]:
    passed_over = document.total - len(document.entries)
    if not passed_over:
        return ()
    return (f"lists {document.total:,} entries: the last {passed_over:,} are passed over",)
