"""The platforms of the simulated year, and what of its plan each can have."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from listener.budget import NO_LIMITS, Limits
from listener.recheck_due import DAILY, WEEKLY, YOUNG
from tests.campaigns.year.plan import Rates
from tests.sources.standins.appstore_site import AppStoreConnectSite, AppStoreSite
from tests.sources.standins.bluesky_site import BlueskySite
from tests.sources.standins.discourse_site import DiscourseSite
from tests.sources.standins.facebook_site import FacebookSite
from tests.sources.standins.feed_site import LISTED, FeedSite
from tests.sources.standins.fider_site import FiderSite
from tests.sources.standins.hackernews_site import HackerNewsSite
from tests.sources.standins.instagram_site import InstagramSite
from tests.sources.standins.linkedin_site import LinkedInSite
from tests.sources.standins.mail_mailbox import MailSite, renumber, serving_mail
from tests.sources.standins.mastodon_site import MastodonSite
from tests.sources.standins.playstore_site import PlayStoreSite
from tests.sources.standins.reddit_site import RedditSite
from tests.sources.standins.serving import DAY, StandIn, serving
from tests.sources.standins.stackexchange_site import StackExchangeSite
from tests.sources.standins.telegram_site import TelegramSite
from tests.sources.standins.threads_site import ThreadsSite
from tests.sources.standins.uservoice_site import UserVoiceSite
from tests.sources.standins.x_site import XSite
from tests.sources.standins.youtube_site import YoutubeSite

START = datetime(2027, 3, 1, tzinfo=UTC)

Patience = Callable[[timedelta], timedelta | None]
"""How long a second look may take, without trouble, at a post that was so old when it changed.

None: it may never come."""


def free(age: timedelta) -> timedelta | None:
    """Daily in the first month, then weekly; a day more, because polls are hours apart."""
    return DAY + (DAILY if age < YOUNG - 2 * DAY else WEEKLY + DAY)


def billed(age: timedelta) -> timedelta | None:
    """Each look after twice the post's age, and a month is the end of it."""
    return 3 * DAY + 2 * age if 3 * age < YOUNG - 3 * DAY else None


def listed(age: timedelta) -> timedelta | None:
    """As long as it is among those that the site lists at all."""
    return free(age) if age < 2 * YOUNG else None


def never(_: timedelta) -> timedelta | None:
    """Nobody looks again."""
    return None


def nothing(site: StandIn) -> None:
    """There is no stream to cut."""


def cut(site: BlueskySite) -> None:
    """The next stream breaks off, and one of the hosts dies or comes back."""
    site.cuts += 1
    site.down ^= {0}


@dataclass(frozen=True)
class Platform:
    """A platform: its stand-in, how often things happen there, and how it is listened to.

    ``serve`` is how its stand-in is reached, which is HTTP but for mail.
    ``cut`` cuts its streams, where it has any that are read.
    ``edits_among`` is how many of the newest posts are edited: sites may not tell of others.
    Where ``lists`` is not 0, the site lists so many posts, and what comes too fast rolls over.
    Where ``looks`` is not 0, second looks are billed, and a post may have so many.
    """

    name: str
    site: type[StandIn]
    rates: Rates = field(default_factory=Rates)
    limits: Limits = NO_LIMITS
    poll_seconds: float = 3 * 3_600
    settings: Mapping[str, Any] = field(default_factory=dict)
    finds_edits: Patience = free
    finds_deletions: Patience = free
    edits_among: int = 200
    lists: int = 0
    looks: int = 0
    cut: Callable[[Any], None] = nothing
    serve: Callable[[Any], AbstractContextManager[StandIn]] = serving


SELDOM = Rates(posts=1.0)
"""Where a second look at one post takes one request, and a post has forty and more."""

LETTERS = Rates(edits=0.0, deletions=0.0, removals=0.0, cuts=0.05)
"""What was sent stays as it is; but a server may number all mails anew."""

WISHES = Rates(posts=1.0, removals=0.0)
"""Who leaves such a forum takes their name along, and leaves their words there."""

FEED = {"poll_seconds": 3 * 3_600.0}

PLATFORMS = [
    Platform("hackernews", HackerNewsSite, SELDOM, Limits(requests_per_day=1_000)),
    Platform("reddit", RedditSite, limits=Limits(requests_per_day=100)),
    Platform("discourse", DiscourseSite, SELDOM),
    Platform("x", XSite, limits=Limits(posts_per_month=4_000), finds_deletions=billed, looks=4),
    Platform(
        "x, poor",
        XSite,
        Rates(busy=4),
        Limits(posts_per_month=300),
        finds_deletions=never,
        looks=4,
    ),
    Platform("mastodon", MastodonSite, limits=Limits(requests_per_day=60)),
    Platform("bluesky", BlueskySite, Rates(cuts=0.3), cut=cut),
    Platform(
        "feed",
        FeedSite,
        SELDOM,
        settings=FEED,
        finds_deletions=billed,
        edits_among=6,
        lists=LISTED,
    ),
    Platform("appstore", AppStoreSite, limits=Limits(requests_per_day=100), finds_deletions=listed),
    Platform("appstore, keyed", AppStoreConnectSite, SELDOM, Limits(requests_per_day=300)),
    Platform("facebook", FacebookSite, SELDOM, Limits(requests_per_day=150), edits_among=20),
    Platform("fider", FiderSite, WISHES),
    Platform(
        "instagram",
        InstagramSite,
        Rates(posts=1.0, edits=0.0),
        Limits(requests_per_day=150),
        finds_edits=never,
    ),
    Platform(
        "linkedin",
        LinkedInSite,
        SELDOM,
        Limits(requests_per_day=200),
        settings={"keep_hours": 0.0},
        finds_edits=billed,
        finds_deletions=billed,
    ),
    Platform(
        "mail",
        MailSite,
        LETTERS,
        Limits(requests_per_day=60),
        finds_edits=never,
        finds_deletions=never,
        cut=renumber,
        serve=serving_mail,
    ),
    Platform("playstore", PlayStoreSite, SELDOM, Limits(requests_per_day=300)),
    Platform(
        "stackexchange",
        StackExchangeSite,
        Rates(removals=0.0),
        Limits(requests_per_day=300),
        settings={"key": None},
    ),
    Platform("telegram", TelegramSite, finds_deletions=never),
    Platform("threads", ThreadsSite, SELDOM, Limits(requests_per_day=1_000)),
    Platform("uservoice", UserVoiceSite, WISHES),
    Platform("youtube", YoutubeSite, limits=Limits(requests_per_day=100)),
]
