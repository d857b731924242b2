"""LinkedIn by its official API: comments on the posts of one's own page, and who mentions it.

One page, asked by the token of one of its administrators. How, stands in ``linkedin_parts``:
``api``, ``notices``, ``page``, ``comments``, ``harvest``, ``posts``, ``looking``, ``cursor``.

LinkedIn lets nobody keep what members wrote for more than 48 hours. So the source has it deleted
then (``keep_hours``).
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Annotated

from listener.clock import utc_now
from listener.model import UNLIMITED, Batch, Brand, Fault, Post, Spent
from listener.ports import Reject, Retry, Secret
from sources.common.expiry import day_of, expiry
from sources.common.places import told
from sources.common.purse import NothingLeft, Purse
from sources.common.settings import site_addresses, within
from sources.linkedin_parts.api import RENEW, Api, NotThere
from sources.linkedin_parts.comments import is_due, read_comments
from sources.linkedin_parts.cursor import dump, load
from sources.linkedin_parts.harvest import Harvest
from sources.linkedin_parts.looking import SecondLook
from sources.linkedin_parts.notices import fetch_sought, read_notices
from sources.linkedin_parts.page import read_page
from sources.linkedin_parts.posts import SITE

KEEP_HOURS_MAX = 24.0 * 365

_ORGANIZATION = re.compile(r"(?:urn:li:organization:)?(\d{1,20})")
_VERSION = re.compile(r"20\d\d(?:0[1-9]|1[0-2])")
_OF_ONE_LIST = frozenset({"blocked", "gone", "setup", "outage"})
_OUTAGES_MAX = 2
_LOOK_AGAIN_MAX = 50


@dataclass
class _Poll:
    """One poll on its way: what failed, and whether something was left."""

    harvest: Harvest
    failures: dict[str, Retry | Reject] = field(default_factory=dict)
    unread: bool = False
    outages: int = 0
    stopped: bool = False


@dataclass
class LinkedInSource:
    """What is written on and about a page, each once, and again when its words were edited.

    Raises Retry and Reject where nothing could be read at all.
    """

    organization: Annotated[str, "Number of the page, from the address its admins see."]
    access_token: Annotated[Secret, "Access token of an administrator of the page."]
    version: Annotated[str, "Version of LinkedIn's API, as YYYYMM; each lives about a year."]
    token_expires: Annotated[
        str, "Day on which the token ends, such as 2026-12-31: you are told a week before."
    ] = ""
    notices: Annotated[
        bool, "Whether the page's notices are read: mentions, and where comments came."
    ] = True
    keep_hours: Annotated[
        float, "After how many hours what members wrote is deleted here; 0: LinkedIn lets you."
    ] = 48.0
    requests_max: Annotated[int, "How many requests one poll may send."] = 20
    first_hours: Annotated[float, "How far back the first poll looks."] = 24.0
    timeout_seconds: Annotated[float, "How long one answer may take in full."] = 20.0
    base_url: Annotated[str, "Where LinkedIn's API is."] = "https://api.linkedin.com"
    allow_private: Annotated[bool, "Whether it may lie in a private network."] = False
    brands: tuple[Brand, ...] = ()
    now: Callable[[], datetime] = utc_now
    poll_seconds_max: float = 45.0
    recheck_posts_max: int = 20
    recheck_is_dear: bool = True

    def __post_init__(self) -> None:
        (self.base_url,) = site_addresses("base_url", [self.base_url])
        number = _ORGANIZATION.fullmatch(self.organization.strip())
        if not number:
            raise ValueError("organization is no number: take it from the page's address")
        self._urn = f"urn:li:organization:{number[1]}"
        if not self.access_token.reveal().strip():
            raise ValueError("access_token is empty: make one for an administrator of the page")
        if not _VERSION.fullmatch(self.version.strip()):
            raise ValueError("version is no month: write it as YYYYMM, such as 202610")
        self._ends_on = day_of("token_expires", self.token_expires)
        if self.keep_hours:
            within("keep_hours", self.keep_hours, KEEP_HOURS_MAX)
        within("requests_max", self.requests_max, 1_000)
        within("first_hours", self.first_hours, 720)
        within("timeout_seconds", self.timeout_seconds, 60)

    def poll(self, cursor: str | None) -> Batch:
        """What is new on and about the page, within about 45 seconds."""
        return self.poll_within(cursor, UNLIMITED)

    def dearest(self) -> Spent:
        """All the requests that one poll may send."""
        return Spent(requests=self.requests_max)

    def poll_within(self, cursor: str | None, allowance: Spent) -> Batch:
        """As ``poll``, at no more than so many requests; what was left comes first."""
        if allowance.requests <= 0:
            raise Retry("its budget has no request left", state="budget", spent=Spent())
        now = self.now()
        purse = Purse(min(allowance.requests, self.requests_max), self.poll_seconds_max)
        state = load(cursor, now - timedelta(hours=self.first_hours), now)
        keeps = self.keep_hours * 3_600
        harvest = Harvest(self._api(purse), state, now.timestamp(), self._urn, keeps)
        harvest.expire()
        poll = _Poll(harvest)
        for name, read in self._jobs(poll):
            self._try(poll, name, read)
        # What is due for deletion goes even where LinkedIn says nothing.
        if poll.failures and not harvest.pages and not harvest.deleted:
            raise told(list(poll.failures.values()), purse.told())
        return self._batch(poll, now)

    def recheck(self, posts: Sequence[Post], allowance: Spent) -> Batch:
        """Those of these posts that changed or are gone, a request each."""
        purse = Purse(allowance.requests, self.poll_seconds_max)
        look = SecondLook(self._api(purse))
        try:
            look.at([post for post in posts if post.site == SITE][: self.recheck_posts_max])
        except (Retry, Reject) as failure:
            failure.spent = purse.told()
            raise
        return Batch(
            posts=tuple(look.changed),
            deleted=tuple(look.deleted),
            faults=tuple(look.faults),
            spent=purse.told(),
        )

    def _api(self, purse: Purse) -> Api:
        return Api(
            self.base_url,
            self.access_token,
            self.version.strip(),
            self.now,
            purse,
            self.timeout_seconds,
            self.allow_private,
        )

    def _jobs(self, poll: _Poll) -> Iterator[tuple[str, Callable[[Harvest], None]]]:
        """The lists that had no turn in this round, then the posts whose comments are due."""
        state = poll.harvest.state
        lists: dict[str, Callable[[Harvest], None]] = {"page": read_page}
        if self.notices:
            lists = {"notices": read_notices} | lists
        yield from ((name, read) for name, read in lists.items() if name not in state.done)
        if "page" in poll.failures:
            return  # without it nobody knows what to read
        if state.sought:
            yield "mentions", fetch_sought
        told_of, now = state.told and self.notices, poll.harvest.now
        due = [urn for urn, one in state.threads.items() if is_due(one, now, told=told_of)]
        for urn in sorted(due, key=lambda urn: state.threads[urn].read_at):
            yield urn, partial(read_comments, urn=urn)

    def _try(self, poll: _Poll, name: str, read: Callable[[Harvest], None]) -> None:
        """One list's refusal is its own; what is said of the app or the member ends the poll."""
        if poll.stopped:
            return
        state = poll.harvest.state
        try:
            read(poll.harvest)
        except NothingLeft:
            poll.unread = True
            return
        except NotThere:
            self._vanished(poll, name)
        except (Retry, Reject) as failure:
            poll.failures[name] = failure
            poll.outages += failure.state == "outage"
            poll.stopped = failure.state not in _OF_ONE_LIST or poll.outages >= _OUTAGES_MAX
            if thread := state.threads.get(name):  # the others go before it next time
                thread.is_due, thread.read_at = True, poll.harvest.now
        if name in ("notices", "page"):
            state.done.append(name)
            state.told = state.told and "notices" not in poll.failures

    def _vanished(self, poll: _Poll, name: str) -> None:
        """A list is not there: of a post, that it was deleted; else that the page is not known."""
        thread = poll.harvest.state.threads.get(name)
        if thread is None:
            words = "LinkedIn knows no such page (404): check organization"
            poll.failures[name] = Reject(words, state="gone")
            return
        thread.read_at, thread.is_due, thread.start = poll.harvest.now, False, 0
        thread.nested.clear()
        for native_id in (name, *list(thread.comments)[-_LOOK_AGAIN_MAX:]):
            poll.harvest.look_again[f"{SITE}:{native_id}"] = None

    def _batch(self, poll: _Poll, now: datetime) -> Batch:
        harvest = poll.harvest
        if not poll.unread:
            harvest.state.done.clear()
        waits = [one.after_seconds for one in poll.failures.values() if isinstance(one, Retry)]
        faults = [Fault(name, failure.reason) for name, failure in poll.failures.items()]
        return Batch(
            posts=tuple(sorted(harvest.posts.values(), key=_published)),
            deleted=tuple(harvest.deleted),
            look_again=tuple(harvest.look_again),
            cursor=dump(harvest.state, now),
            faults=(*faults, *expiry(self._ends_on, now, RENEW)),
            rejects=tuple(harvest.rejects),
            gaps=tuple(harvest.gaps),
            complete=not (poll.failures or poll.unread or harvest.gaps),
            more=poll.unread and harvest.pages > 0 and not poll.stopped,
            wait_seconds=max((wait for wait in waits if wait is not None), default=None),
            spent=harvest.api.purse.told(),
        )


def _published(post: Post) -> float:
    return post.published_at.timestamp() if post.published_at else 0.0
