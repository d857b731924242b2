"""One visit to one address: what is asked, what the answer means, what is remembered of it."""

import hashlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from listener.model import Gap, Post
from listener.net import Reply, request, retry_after_seconds
from listener.ports import Reject, Retry
from sources.feed_parts.cursor import UrlState, forgetful, newest
from sources.feed_parts.document import Document, TooCostly, Unreadable
from sources.feed_parts.hosts import is_one_of
from sources.feed_parts.posts import posts_of, site_of
from sources.feed_parts.reading import after_read, rollover, vanished
from sources.feed_parts.shown import shown
from sources.feed_parts.websub import Subscribing
from sources.feed_parts.wishes import fresh_seconds, hold_until, linked

Parse = Callable[[bytes, str, str, int], Document]
"""Reads a body of some content type from some address, at most so many entries of it."""

UNREAD_MAX = 9
"""After so many answers of "not modified" the feed is read all the same: some sites go by the
newest entry's date and don't notice an edit (WordPress, with comments)."""

COSTLY_WAIT_SECONDS = 3_600.0
LASTING_WAIT_SECONDS = 3_600.0
COMMENT_FEEDS_MAX = 10

_CALLS_MAX = 3  # the feed a page named, the page again, the feed it names now
_REDIRECTS_MAX = 3
REQUESTS_MAX = _CALLS_MAX * (1 + _REDIRECTS_MAX) + 1  # and its hub
"""The most that one visit takes."""

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
    """How far one visit may go, and which hosts may lie in private networks.

    ``obey_hints``: whether it matters for how long a feed calls itself fresh; ``comments``:
    whether the feeds of its comments are looked for.
    """

    total_seconds: float
    size_bytes_max: int
    entries_max: int
    private_hosts: Collection[str] = ()
    obey_hints: bool = True
    comments: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a visit.

    ``faults`` holds what went wrong. Where that is all there is, ``failed`` is true, and
    ``wait_seconds`` is how long trying again makes no sense, as far as is known. ``gap`` is what
    the feed had already dropped from its list, ``gone`` the ids of posts that it lists no longer
    among their neighbours. ``requests`` is how many it took.
    """

    state: UrlState
    posts: tuple[Post, ...] = ()
    faults: tuple[str, ...] = ()
    failed: bool = False
    wait_seconds: float | None = None
    gap: Gap | None = None
    gone: tuple[str, ...] = ()
    requests: int = 0


@dataclass(slots=True)
class Visit:
    """A visit to ``url`` at ``now``; ``site`` overrules the host as the posts' site."""

    url: str
    site: str
    limits: Limits
    parse: Parse
    now: datetime
    subscribing: Subscribing | None = None
    requests: int = 0

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
            afresh = self._attempt(forgetful(state))
            outcome = outcome if afresh.failed else afresh
        if not outcome.failed:
            outcome = replace(outcome, state=self._subscribed(outcome.state))
        return replace(outcome, requests=self.requests)

    def _attempt(self, state: UrlState) -> Outcome:
        try:
            return self._answered(state, self._fetch(state.feed_url or self.url, state))
        except Retry as error:
            return _failure(state, error.reason, error.after_seconds)
        except Reject as error:
            return _failure(state, error.reason, LASTING_WAIT_SECONDS)
        except TooCostly as error:
            later = _later(state, self.now, COSTLY_WAIT_SECONDS)
            return _failure(later, str(error), COSTLY_WAIT_SECONDS)

    def _answered(self, state: UrlState, reply: Reply) -> Outcome:
        if reply.status == 304 and state.digest:
            return self._unchanged(replace(state, unread=state.unread + 1), reply)
        if not 200 <= reply.status < 300:
            return _refused(reply, state, self.now)
        etag, modified = _validator(reply, "ETag"), _validator(reply, "Last-Modified")
        state = replace(state, etag=etag, modified=modified, unread=0)
        digest = hashlib.sha256(reply.body).hexdigest()[:32]
        if digest == state.digest:
            return self._unchanged(state, reply)
        return self._changed(replace(state, digest=digest, fault=""), reply)

    def _unchanged(self, state: UrlState, reply: Reply) -> Outcome:
        """Nothing new; what was wrong with the body is still wrong with it."""
        if state.fault:
            return _failure(state, state.fault)
        return Outcome(self._held(after_read(state, {}, (), self.now), reply))

    def _changed(self, state: UrlState, reply: Reply) -> Outcome:
        content_type = reply.headers.get("Content-Type", "")
        try:
            found = self.parse(reply.body, content_type, reply.url, self.limits.entries_max)
        except Unreadable as error:
            return self._unchanged(replace(state, fault=str(error)), reply)
        if found.feed_url:
            return self._led_on(state, found)
        site = self.site or site_of(self.url)
        listed = posts_of(found.entries, site, state.seen)
        gap = rollover(state, listed.seen, found.entries, shown(self.url), self.now)
        gone = tuple(f"{site}:{name}" for name in vanished(state, listed.seen))
        state = after_read(state, listed.seen, found.entries, self.now)
        state = self._told(replace(state, names=newest(listed.names)), found, reply)
        told = _overlong(found)
        return Outcome(self._held(state, reply), tuple(listed.fresh), told, gap=gap, gone=gone)

    def _led_on(self, state: UrlState, found: Document) -> Outcome:
        """The address is a page that names its feed: go on there, once, and remember it."""
        if state.feed_url:
            return _failure(
                state, f"names {shown(state.feed_url)} as its feed, which is a page too"
            )
        state = self._with_comments(state, [found.wishes.comments])
        return self._attempt(forgetful(state, found.feed_url))

    def _told(self, state: UrlState, found: Document, reply: Reply) -> UrlState:
        """What the feed says of itself, remembered."""
        said, named = found.wishes, linked(reply.headers, reply.url)
        hub, topic = named.get("hub") or said.hub, named.get("self") or said.topic or reply.url
        is_same = (hub, topic) == (state.hub, state.topic)
        state = replace(
            state,
            ttl=said.ttl,
            skip_hours=list(said.skip_hours),
            skip_days=list(said.skip_days),
            hub=hub,
            topic=topic if hub else "",
            subscribed_at=state.subscribed_at if is_same else 0.0,
        )
        of_entries = [entry.comments for entry in found.entries[:COMMENT_FEEDS_MAX]]
        return self._with_comments(state, [said.comments] if said.comments else of_entries)

    def _subscribed(self, state: UrlState) -> UrlState:
        """The state after the feed's hub was asked to tell of news, where it is time to."""
        if self.subscribing is None or not self.subscribing.is_wanted(state, self.now):
            return state
        self.requests += 1
        return self.subscribing.asked(state, self.now)

    def _with_comments(self, state: UrlState, addresses: Sequence[str]) -> UrlState:
        """The state with these feeds of comments, as far as they are on the same site."""
        if not self.limits.comments:
            return replace(state, comments=[]) if state.comments else state
        ours = site_of(state.feed_url or self.url)
        named = dict.fromkeys(one for one in addresses if one and site_of(one) == ours)
        named.pop(self.url, None)
        return replace(state, comments=list(named)) if named else state

    def _held(self, state: UrlState, reply: Reply) -> UrlState:
        """For how long there is nothing to ask, by the feed's and the server's own word."""
        if not self.limits.obey_hints:
            return replace(state, hold_until=0.0)
        seconds = max(state.ttl, fresh_seconds(reply.headers, self.now))
        at = hold_until(seconds, state.skip_hours, state.skip_days, self.now)
        return replace(state, hold_until=at.timestamp() if at > self.now else 0.0)

    def _fetch(self, url: str, state: UrlState) -> Reply:
        self.requests += 1
        reply = _fetch(url, state, self.limits)
        self.requests += reply.requests - 1
        return reply


def _fetch(url: str, state: UrlState, limits: Limits) -> Reply:
    headers = {"Accept": _ACCEPT}
    if state.digest and state.unread < UNREAD_MAX:
        stated = {"If-None-Match": state.etag, "If-Modified-Since": state.modified}
        headers |= {name: value for name, value in stated.items() if value}
    return request(
        "GET",
        url,
        headers=headers,
        timeout_seconds=min(10.0, limits.total_seconds),
        total_seconds=limits.total_seconds,
        size_bytes_max=limits.size_bytes_max,
        redirects_max=_REDIRECTS_MAX,
        allow_private=is_one_of(limits.private_hosts, url),
    )


def _validator(reply: Reply, name: str) -> str:
    """What to show the server next time, if it can be sent back as it came."""
    value = reply.headers.get(name, "")
    return value if value.isascii() and value.isprintable() and len(value) <= 500 else ""


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
