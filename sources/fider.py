"""Fider: a forum of wishes. Ideas, comments, what the team answered, votes and who cast them.

How a forum is asked, its answers read and its posts looked at again stands in ``fider_parts``:
``forum``, ``posts``, ``reading``, ``looking``, ``cursor``.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from listener.clock import utc_now
from listener.model import UNLIMITED, Batch, Brand, Fault, Post, Spent
from listener.ports import Retry, Secret
from sources.common.asking import Asking
from sources.common.purse import Purse
from sources.common.settings import site_addresses, within
from sources.fider_parts.cursor import dump, load
from sources.fider_parts.forum import MEANINGS, Forum, refusal
from sources.fider_parts.looking import SecondLook
from sources.fider_parts.reading import Reading

_SILENCE_SECONDS_MAX = 10.0


@dataclass
class FiderSource:
    """Everything that is said in a Fider forum: each post once, and again when it changed.

    An idea is brought again when its votes or its status changed, too, with its new facts.
    """

    forum: Annotated[str, "Address of a Fider forum."]
    api_key: Annotated[
        Secret | None, "Key of a member of the team, for private forums and hidden votes."
    ] = None
    supporters: Annotated[bool, "Whether to ask who voted for an idea."] = True
    ideas_max: Annotated[int, "How many of the newest ideas are watched."] = 1_000
    requests_max: Annotated[int, "How many requests one poll may send."] = 30
    first_hours: Annotated[float, "How far back the first poll looks."] = 24.0
    timeout_seconds: Annotated[float, "How long one answer may take in full."] = 20.0
    allow_private: Annotated[bool, "Whether the forum may lie in a private network."] = False
    brands: tuple[Brand, ...] = ()
    now: Callable[[], datetime] = utc_now
    poll_seconds_max: float = 45.0
    recheck_posts_max: int = 20

    def __post_init__(self) -> None:
        (self.forum,) = site_addresses("forum", [self.forum])
        within("ideas_max", self.ideas_max, 5_000)
        within("requests_max", self.requests_max, 1_000)
        within("first_hours", self.first_hours, 720)
        within("timeout_seconds", self.timeout_seconds, 60)

    def poll(self, cursor: str | None) -> Batch:
        """What is new or changed, within about 45 seconds."""
        return self.poll_within(cursor, UNLIMITED)

    def dearest(self) -> Spent:
        """All the requests that one poll may send."""
        return Spent(requests=self.requests_max)

    def poll_within(self, cursor: str | None, allowance: Spent) -> Batch:
        """As ``poll``, at no more than so many requests. Raises Retry and Reject."""
        if allowance.requests <= 0:
            raise Retry("its budget has no request left", state="budget", spent=Spent())
        purse = Purse(min(allowance.requests, self.requests_max), self.poll_seconds_max)
        reading = Reading(
            self._asked(purse),
            load(cursor, self.now()),
            self.now(),
            self.ideas_max,
            timedelta(hours=self.first_hours),
            self.supporters,
        )
        reading.run()
        if reading.failure and purse.spent == 1:
            reading.failure.spent = purse.told()
            raise reading.failure
        return _batch(reading, purse.told())

    def recheck(self, posts: Sequence[Post], allowance: Spent) -> Batch:
        """Those of these posts that changed or are gone. Raises where none could be seen."""
        purse = Purse(allowance.requests, self.poll_seconds_max)
        look = SecondLook(self._asked(purse))
        look.at(posts[: self.recheck_posts_max])
        if look.failure and not look.looked_at:
            look.failure.spent = purse.told()
            raise look.failure
        return Batch(
            posts=tuple(look.changed),
            deleted=tuple(look.deleted),
            faults=tuple(look.faults),
            spent=purse.told(),
        )

    def _asked(self, purse: Purse) -> Forum:
        key = self.api_key.reveal() if self.api_key else ""
        asking = Asking(
            self.forum,
            self.now,
            {"Authorization": f"Bearer {key}"} if key else {},
            timeout_seconds=min(self.timeout_seconds, _SILENCE_SECONDS_MAX),
            total_seconds=self.timeout_seconds,
            size_bytes_max=20_000_000,
            allow_private=self.allow_private,
            meanings=MEANINGS,
            refusal=refusal,
        )
        return Forum(asking, purse)


def _batch(reading: Reading, spent: Spent) -> Batch:
    failure = reading.failure
    told = (Fault(reading.forum.address, failure.reason),) if failure else ()
    return Batch(
        posts=tuple(sorted(reading.posts, key=reading.told_at)),
        cursor=dump(reading.state),
        faults=(*reading.faults, *told),
        rejects=tuple(reading.rejects),
        gaps=(reading.gap,) if reading.gap else (),
        more=reading.goes_on,
        complete=reading.is_complete,
        wait_seconds=failure.after_seconds if isinstance(failure, Retry) else None,
        look_again=tuple(reading.look_again),
        supporters=tuple(reading.supporters),
        spent=spent,
    )
