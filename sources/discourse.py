"""Discourse forums, read by the JSON that every forum shows its visitors.

The forums are asked in turn, under one deadline and one allowance; one that fails costs only
itself. How one is read, and its posts looked at again, stands in ``discourse_parts``: ``forum``,
``reading``, ``posts``, ``parents``, ``looking``, ``cursor``.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Annotated

from listener.clock import utc_now
from listener.model import UNLIMITED, Batch, Brand, Fault, Post, Spent
from listener.ports import Reject, Retry, Secret
from sources.common.places import again, told
from sources.common.purse import Purse
from sources.common.settings import site_addresses, within
from sources.discourse_parts.cursor import ForumState, dump, load
from sources.discourse_parts.forum import Access, Forum, site_of
from sources.discourse_parts.looking import SecondLook
from sources.discourse_parts.parents import ASKED_MAX, own_accounts, posts_with_parents
from sources.discourse_parts.reading import Reading

FIRST_HOURS_MAX = 720
TIMEOUT_SECONDS_MAX = 60

_NOTHING = Batch()


@dataclass(frozen=True, slots=True)
class _Visited:
    """A forum after its turn."""

    state: ForumState
    batch: Batch = _NOTHING
    caught_up: bool = False
    unread: bool = False
    failure: Retry | Reject | None = None
    brought: bool = False


@dataclass
class DiscourseSource:
    """Posts of all topics of some forums, each once, and again when its text was edited.

    Each forum is a site of its own, named after its host. Where every forum fails, ``poll``
    raises what the first one failed with.
    """

    forums: Annotated[list[str], "Addresses of Discourse forums."]
    api_key: Annotated[Secret | None, "Key for forums that only members may read."] = None
    api_username: Annotated[str, "The user whom the key speaks for; empty: system."] = ""
    pages_max: Annotated[int, "How many pages of one forum are read in one poll."] = 4
    first_hours: Annotated[float, "How far back the first poll looks."] = 24.0
    timeout_seconds: Annotated[float, "How long one answer may take in full."] = 20.0
    allow_private: Annotated[bool, "Whether forums may lie in private networks."] = False
    brands: tuple[Brand, ...] = ()
    now: Callable[[], datetime] = utc_now
    poll_seconds_max: float = 45.0
    recheck_posts_max: int = 20

    def __post_init__(self) -> None:
        if not self.forums:
            raise ValueError("forums is empty: give the address of a Discourse forum")
        self.forums = site_addresses("forums", self.forums)
        if self.api_key is not None and len(self.forums) > 1:
            msg = "api_key would be sent to every forum: give the one it is for a table of its own"
            raise ValueError(msg)
        if self.pages_max < 2:
            raise ValueError(f"pages_max is {self.pages_max}: to read on takes 2 pages")
        within("first_hours", self.first_hours, FIRST_HOURS_MAX)
        within("timeout_seconds", self.timeout_seconds, TIMEOUT_SECONDS_MAX)

    def poll(self, cursor: str | None) -> Batch:
        """What is new in all forums, within about 45 seconds."""
        return self.poll_within(cursor, UNLIMITED)

    def dearest(self) -> Spent:
        """Every page and every parent of every forum."""
        return Spent(requests=len(self.forums) * (self.pages_max + ASKED_MAX))

    def poll_within(self, cursor: str | None, allowance: Spent) -> Batch:
        """As ``poll``, at no more than so many requests. Raises Retry and Reject."""
        if allowance.requests <= 0:
            raise Retry("its budget has no request left", state="budget", spent=Spent())
        purse = Purse(min(allowance.requests, self.dearest().requests), self.poll_seconds_max)
        states = load(cursor, self.forums, self.now())
        visited: dict[str, _Visited] = {}
        for address in sorted(states, key=lambda one: not states[one].waiting):
            visited[address] = self._visit(address, states[address], purse)
        failures = [one.failure for one in visited.values() if one.failure and not one.brought]
        if len(failures) == len(visited):
            raise told(failures, purse.told())
        in_order = {address: visited[address] for address in self.forums}
        return _batch(in_order, self.now(), purse.told())

    def recheck(self, posts: Sequence[Post], allowance: Spent) -> Batch:
        """Those of these posts that changed or are gone. Raises what every forum failed with."""
        purse = Purse(allowance.requests, self.poll_seconds_max)
        looks = []
        for address in self.forums:
            mine = [post for post in posts if post.site == site_of(address)]
            if mine:
                look = SecondLook(self._forum(address, purse))
                look.at(mine[: self.recheck_posts_max])
                looks.append(look)
        failures = [look.failure for look in looks if look.failure and not look.looked_at]
        if looks and len(failures) == len(looks):
            raise told(failures, purse.told())
        return Batch(
            posts=tuple(post for look in looks for post in look.changed),
            deleted=tuple(post_id for look in looks for post_id in look.deleted),
            faults=tuple(fault for look in looks for fault in look.faults),
            spent=purse.told(),
        )

    def _visit(self, address: str, state: ForumState, purse: Purse) -> _Visited:
        wait = state.again_at - self.now().timestamp()
        if wait > 0:
            return _Visited(
                state, failure=Retry(state.said or "it asked to wait", wait, state="rate limit")
            )
        if purse.left <= 0:
            return _Visited(replace(state, waiting=True), unread=True)
        reading = self._read(address, state, purse)
        asks = purse.part(ASKED_MAX)
        items = [reading.found[number] for number in sorted(reading.found)]
        posts = posts_with_parents(
            items, reading.places(), own_accounts(self.brands), self._forum(address, asks)
        )
        purse.settle(asks)
        return self._visited(state, reading, posts)

    def _read(self, address: str, state: ForumState, purse: Purse) -> Reading:
        pages = purse.part(self.pages_max)
        first_look = timedelta(hours=self.first_hours)
        reading = Reading(self._forum(address, pages), state, self.now(), first_look)
        reading.run()
        purse.settle(pages)
        return reading

    def _visited(self, before: ForumState, reading: Reading, posts: Sequence[Post]) -> _Visited:
        address, failure, state = reading.forum.address, reading.failure, reading.state
        moved = (state.top, state.back) != (before.top, before.back)
        again_at, said = again(failure, self.now())
        return _Visited(
            replace(state, waiting=False, again_at=again_at, said=said),
            Batch(
                posts=tuple(posts),
                deleted=tuple(f"{site_of(address)}:{number}" for number in reading.deleted),
                rejects=tuple(reading.rejects),
                gaps=(reading.gap,) if reading.gap else (),
            ),
            caught_up=reading.caught_up,
            unread=failure is None and not reading.caught_up and moved,
            failure=failure,
            brought=bool(moved or posts or reading.deleted),
        )

    def _forum(self, address: str, purse: Purse) -> Forum:
        access = Access(
            self.now, self.api_key, self.api_username, self.timeout_seconds, self.allow_private
        )
        return Forum(address, access, purse)


def _batch(visited: Mapping[str, _Visited], now: datetime, spent: Spent) -> Batch:
    batches = [one.batch for one in visited.values()]
    waits = [one.state.again_at - now.timestamp() for one in visited.values()]
    return Batch(
        posts=tuple(post for batch in batches for post in batch.posts),
        deleted=tuple(post_id for batch in batches for post_id in batch.deleted),
        rejects=tuple(reject for batch in batches for reject in batch.rejects),
        gaps=tuple(gap for batch in batches for gap in batch.gaps),
        faults=tuple(
            Fault(address, one.failure.reason) for address, one in visited.items() if one.failure
        ),
        cursor=dump({address: one.state for address, one in visited.items()}),
        complete=all(one.caught_up for one in visited.values()),
        more=any(one.unread for one in visited.values()),
        wait_seconds=min(waits) if min(waits) > 0 else None,
        spent=spent,
    )
