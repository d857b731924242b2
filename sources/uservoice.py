"""UserVoice: what customers wish for. Ideas, comments, status updates, votes and who cast them.

How an account is asked, its answers read and its posts looked at again stands in
``uservoice_parts``: ``account``, ``posts``, ``reading``, ``looking``, ``cursor``.

What is known of the site. From UserVoice's own page "Getting Started with the UserVoice Admin
API": the login, the form of answers, the fields of a suggestion, the rate limit and its headers.
From its generated C# client: the paths, the fields of the other records, records by several
numbers, ``includes``. From programs that others run against it: ``updated_after`` and the
``cursor`` of pages. Not verified, and so not relied upon: in which order lists come, what counts
as a change of a suggestion, that what was deleted leaves the lists, what is answered to a cursor
that lapsed. The states of what was taken down are known in part (spam, removed, deleted).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated
from urllib.parse import urlsplit

from listener.clock import utc_now
from listener.model import UNLIMITED, Batch, Brand, Post, Spent
from listener.ports import Retry, Secret
from sources.common.asking import Asking
from sources.common.places import told
from sources.common.purse import Purse
from sources.common.settings import site_addresses, within
from sources.uservoice_parts.account import MEANINGS, Account, Login
from sources.uservoice_parts.cursor import dump, load
from sources.uservoice_parts.looking import SecondLook
from sources.uservoice_parts.reading import Reading

_SILENCE_SECONDS_MAX = 10.0


@dataclass
class UserVoiceSource:
    """Everything that is said in a UserVoice account: each post once, and again when it changed.

    An idea is brought again when its votes or its status changed, too, with its new facts. Notes
    among the team are never read.
    """

    account: Annotated[str, "Address of the account: https://SUBDOMAIN.uservoice.com."]
    api_key: Annotated[str, "Key of a trusted API client."] = ""
    api_secret: Annotated[Secret | None, "The secret that belongs to api_key."] = None
    token: Annotated[Secret | None, "A token of the client, instead of key and secret."] = None
    supporters: Annotated[bool, "Whether to ask who voted for an idea."] = True
    requests_max: Annotated[int, "How many requests one poll may send."] = 40
    first_hours: Annotated[float, "How far back the first poll looks."] = 24.0
    timeout_seconds: Annotated[float, "How long one answer may take in full."] = 20.0
    allow_private: Annotated[bool, "Whether the account may lie in a private network."] = False
    brands: tuple[Brand, ...] = ()
    now: Callable[[], datetime] = utc_now
    poll_seconds_max: float = 45.0
    recheck_posts_max: int = 100
    _login: Login = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        (self.account,) = site_addresses("account", [self.account])
        if not self.token and not (self.api_key and self.api_secret):
            raise ValueError("give api_key and api_secret of a trusted API client, or its token")
        within("requests_max", self.requests_max, 1_000)
        within("first_hours", self.first_hours, 720)
        within("timeout_seconds", self.timeout_seconds, 60)
        # No state: a token that is lost is asked for again.
        self._login = Login(self.api_key, self.api_secret, self.token)

    def poll(self, cursor: str | None) -> Batch:
        """What is new or changed, within about 45 seconds."""
        return self.poll_within(cursor, UNLIMITED)

    def dearest(self) -> Spent:
        """All the requests that one poll may send."""
        return Spent(requests=self.requests_max)

    def poll_within(self, cursor: str | None, allowance: Spent) -> Batch:
        """As ``poll``, at no more than so many requests. Raises Retry and Reject."""
        purse = Purse(min(allowance.requests, self.requests_max), self.poll_seconds_max)
        reading = Reading(
            self._asked(purse),
            load(cursor, self.now()),
            self.now(),
            timedelta(hours=self.first_hours),
            self.supporters,
            self._site(),
        )
        reading.run()
        if not reading.progress:
            if reading.failures:
                raise told(reading.failures, purse.told())
            why = "its budget has too few requests left to read anything"
            raise Retry(why, state="budget", spent=purse.told())
        return _batch(reading, purse.told())

    def recheck(self, posts: Sequence[Post], allowance: Spent) -> Batch:
        """Those of these posts that changed or are gone. Raises where none could be seen."""
        purse = Purse(allowance.requests, self.poll_seconds_max)
        look = SecondLook(self._asked(purse), self._site())
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

    def _asked(self, purse: Purse) -> Account:
        asking = Asking(
            self.account,
            self.now,
            timeout_seconds=min(self.timeout_seconds, _SILENCE_SECONDS_MAX),
            total_seconds=self.timeout_seconds,
            allow_private=self.allow_private,
            meanings=MEANINGS,
        )
        return Account(asking, self._login, purse)

    def _site(self) -> str:
        return urlsplit(self.account).netloc.lower()


def _batch(reading: Reading, spent: Spent) -> Batch:
    waits = [one.after_seconds for one in reading.failures if isinstance(one, Retry)]
    known = [seconds for seconds in waits if seconds is not None]
    return Batch(
        posts=tuple(sorted(reading.posts, key=reading.told_at)),
        cursor=dump(reading.state),
        faults=tuple(reading.faults),
        rejects=tuple(reading.rejects),
        gaps=tuple(reading.gaps),
        more=reading.goes_on,
        complete=reading.is_complete,
        wait_seconds=max(known) if known else None,
        look_again=tuple(reading.look_again),
        supporters=tuple(reading.supporters),
        spent=spent,
    )
