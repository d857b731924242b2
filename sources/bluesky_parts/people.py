"""The public API: who an id is, what became of a post. It is asked about few, never about all.

Reference: ``com.atproto.identity.resolveHandle``, ``app.bsky.actor.getProfiles`` and
``app.bsky.feed.getPosts`` of the Bluesky HTTP reference; the last two take 25 a call.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from math import inf
from time import monotonic
from typing import TypeVar

from listener.match.forms import account
from listener.model import Author, Batch, Brand, Engagement, Fault, Post, Spent
from listener.ports import Reject, Retry
from sources.bluesky_parts.cursor import State
from sources.bluesky_parts.events import SITE, Event, post_of, uri_of
from sources.common import fields
from sources.common.again import put_off
from sources.common.asking import Asking
from sources.common.fields import Json

A_CALL = 25
LOOKUPS_MAX = 25
"""Handles asked about in one poll; the others come at the next."""

One = TypeVar("One")

_DAY = 86_400.0
_HOUR = 3_600.0


@dataclass(slots=True)
class People:
    """The API, and how many requests it may still be asked, and until when (as monotonic)."""

    asking: Asking
    requests_left: int
    ends: float = inf
    faults: list[Fault] = field(default_factory=list)
    requests: int = 0

    @property
    def spent(self) -> Spent:
        """What was asked so far."""
        return Spent(requests=self.requests)

    def with_accounts(self, state: State, brands: Iterable[Brand], now: float) -> State:
        """The state with the DIDs of the brands' handles; asked anew once a day.

        Those that nobody has are asked for hourly, those not reached at the next poll.
        """
        handles = list(dict.fromkeys(_handles(brands)))
        age = now - state.accounts_at
        again = age >= _DAY or (age >= _HOUR and not all(state.accounts.values()))
        known = {name: did for name, did in state.accounts.items() if name in handles}
        due = [name for name in handles if name not in known or (again and not known[name])]
        due += [name for name in handles if age >= _DAY and known.get(name)]
        for name in due[:LOOKUPS_MAX]:
            did = self._did(name)
            if did is None:
                break
            known[name] = did or known.get(name, "")
        at = now if again or not state.accounts_at else state.accounts_at
        return replace(state, accounts=known, accounts_at=at)

    def with_authors(self, posts: Sequence[Post], handles: frozenset[str]) -> list[Post]:
        """The posts with the names and followers of those who wrote them, as far as known."""
        profiles: dict[str, Json] = {}
        for dids in _by_call(dict.fromkeys(post.author.id for post in posts)):
            try:
                profiles |= self._profiles(dids)
            except (Retry, Reject) as failure:
                self._unasked(failure)
                break
        return [
            replace(post, author=_author(post.author, profiles[post.author.id], handles))
            if post.author.id in profiles
            else post
            for post in posts
        ]

    def looked_up(self, posts: Sequence[Post]) -> Batch:
        """What became of these posts. Raises Retry and Reject where not one could be asked."""
        changed: list[Post] = []
        deleted: list[str] = []
        asked = 0
        for some in _by_call(posts):
            try:
                views = self._views(some) or self._views(some)  # an empty answer is doubted
            except (Retry, Reject) as failure:
                if not asked:
                    failure.spent = self.spent
                    raise
                self.faults += put_off(posts[asked:], failure.reason)
                break
            asked += len(some)
            here = [(one, views[_uri(one)]) for one in some if _uri(one) in views]
            changed += [new for old, view in here if (new := _renewed(old, view)) != old]
            missing = [one for one in some if _uri(one) not in views]
            deleted += [one.id for one in (missing if here else self._surely_deleted(missing))]
        return Batch(tuple(changed), tuple(deleted), faults=tuple(self.faults), spent=self.spent)

    def _views(self, posts: Sequence[Post]) -> dict[str, Json]:
        """These posts as they are now, as far as they are there. Raises Retry and Reject."""
        answer = self._asked("app.bsky.feed.getPosts", uris=[_uri(one) for one in posts])
        if not isinstance(fields.at(answer, "posts"), list):
            raise Retry(f"{self.asking.base_url} answered without posts")
        return {fields.text(one, "uri"): one for one in fields.items(answer, "posts")}

    def _surely_deleted(self, missing: Sequence[Post]) -> list[Post]:
        """Which of these posts are gone, where none was shown: those whose authors are known.

        An API that knows neither them nor their authors is not the one to ask about them.
        """
        try:
            known = self._profiles(list(dict.fromkeys(post.author.id for post in missing)))
        except (Retry, Reject) as failure:
            self.faults += put_off(missing, failure.reason)
            return []
        unknown = (post for post in missing if post.author.id not in known)
        told = f"{self.asking.base_url} knows neither it nor its author: check api_url"
        self.faults += put_off(unknown, told)
        return [post for post in missing if post.author.id in known]

    def _profiles(self, dids: Sequence[str]) -> dict[str, Json]:
        """The profiles of these accounts, as far as they are known. Raises Retry and Reject."""
        answer = self._asked("app.bsky.actor.getProfiles", actors=dids)
        return {fields.text(one, "did"): one for one in fields.items(answer, "profiles")}

    def _did(self, handle: str) -> str | None:
        """The account's DID, empty where nobody has this handle; None: it could not be asked."""
        try:
            answer = self._asked("com.atproto.identity.resolveHandle", handle=handle)
        except (Retry, Reject) as failure:
            if failure.state == "gone":
                return ""
            self._unasked(failure)
            return None
        did = fields.text(answer, "did", chars_max=300)
        return did if did.startswith("did:") else ""

    def _asked(self, method: str, **parameters: object) -> object:
        if self.requests_left < 1:
            raise Retry("the budget leaves no request for it", state="budget")
        seconds = min(self.asking.total_seconds, self.ends - monotonic())
        if seconds <= 0:
            raise Retry("there is no time left for it")
        self.requests_left -= 1
        self.requests += 1
        asking = replace(self.asking, total_seconds=seconds)
        return asking.get(f"/xrpc/{method}", **parameters)

    def _unasked(self, failure: Retry | Reject) -> None:
        fault = Fault(self.asking.base_url, f"names can't be looked up: {failure.reason}")
        if fault not in self.faults:
            self.faults.append(fault)


def _handles(brands: Iterable[Brand]) -> Iterator[str]:
    """What of the brands' accounts is a handle here: a host name, of no other site."""
    for brand in brands:
        for written in brand.handles + brand.own_accounts:
            site, _, rest = written.partition(":")
            name = account(written)
            is_ours = not rest or site == SITE
            if "." in name and "@" not in name and is_ours and len(name) <= 253:
                yield name


def _author(known: Author, profile: Json, handles: frozenset[str]) -> Author:
    """A brand's own account keeps the handle it is listed under."""
    named = known.handle if known.handle in handles else fields.text(profile, "handle")
    status = fields.text(profile, "verification", "verifiedStatus")
    return replace(
        known,
        handle=named or known.handle,
        name=fields.text(profile, "displayName", chars_max=640) or known.name,
        followers=_or(fields.count_or_none(profile, "followersCount"), known.followers),
        verified=status == "valid" if status else known.verified,
    )


def _or(value: int | None, other: int | None) -> int | None:
    return other if value is None else value


def _renewed(post: Post, view: Json) -> Post:
    """The post as it is now."""
    did, _, rkey = post.native_id.rpartition("/")
    record = fields.table(view, "record")
    now = post_of(Event("update", did, 0.0, rkey, record=record), {}) if record else post
    return replace(
        post,
        text=now.text,
        title=now.title,
        links=now.links,
        author=_author(post.author, fields.table(view, "author"), frozenset({post.author.handle})),
        engagement=Engagement(
            fields.count(view, "likeCount"),
            fields.count(view, "repostCount") + fields.count(view, "quoteCount"),
            fields.count(view, "replyCount"),
        ),
    )


def _uri(post: Post) -> str:
    return uri_of(post.native_id)


def _by_call(them: Iterable[One]) -> Iterator[list[One]]:
    rest = iter(them)
    while some := list(islice(rest, A_CALL)):
        yield some
