"""Reddit: new posts and comments of chosen subreddits, and what the site's search finds.

Reddit is asked through praw with an app's own login, which reads what everybody may read. Each
poll reads a few listings, newest first, back to where it read before. How Reddit is asked, how a
listing is read, what a post is and what is remembered is told in ``reddit_parts``: ``client``,
``places``, ``listing``, ``posts``, ``cursor`` and ``poll``; ``again`` is the second look at known
posts.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from time import monotonic
from typing import Annotated

from listener import __version__
from listener.clock import utc_now
from listener.model import UNLIMITED, Batch, Brand, Post, Spent
from listener.ports import Reject, Retry, Secret
from sources.reddit_parts.again import RECHECK_POSTS_MAX, look_again
from sources.reddit_parts.client import App, Client, Line
from sources.reddit_parts.cursor import load
from sources.reddit_parts.places import (
    Places,
    account,
    check_requests,
    derived_queries,
    own_accounts,
    subreddit,
)
from sources.reddit_parts.poll import Poll

USER_AGENT = f"python:mention-listener:v{__version__} (social listening)"
LINES_MAX = 2
_LOGIN_REQUESTS = 3  # a token, another where the first has just expired, the request repeated


@dataclass
class RedditSource:
    """Submissions and comments, each once, and again when its words were edited.

    A subreddit that can't be read costs only itself. A poll raises Reject or Retry where nothing
    could be read at all.
    """

    client_id: Annotated[str, "Id of the app, from reddit.com/prefs/apps."]
    client_secret: Annotated[Secret, "Secret of the app."]
    subreddits: Annotated[list[str], "Subreddits to read, posts and comments: all of them."] = (
        field(default_factory=list)
    )
    search: Annotated[bool, "Whether to search all of Reddit for the brands' names."] = True
    queries: Annotated[list[str], "What to search for instead of what the brands say."] = field(
        default_factory=list
    )
    accounts: Annotated[list[str], "The brand's own accounts, whose comments are read."] = field(
        default_factory=list
    )
    user_agent: Annotated[str, "How to name this program; empty: its name and version."] = ""
    pages_max: Annotated[int, "How many pages of 100 are read of one listing in one poll."] = 10
    brands: tuple[Brand, ...] = ()
    now: Callable[[], datetime] = utc_now
    site_url: str = "https://www.reddit.com"
    api_url: str = "https://oauth.reddit.com"
    allow_private: bool = False
    timeout_seconds: float = 10.0
    poll_seconds_max: float = 40.0
    recheck_posts_max: int = RECHECK_POSTS_MAX
    # Only for the token that each praw instance holds, so that not every poll asks for one.
    _lines: deque[Line] = field(default_factory=deque, init=False, repr=False)

    def __post_init__(self) -> None:
        self.subreddits = list(dict.fromkeys(map(subreddit, self.subreddits)))
        self.accounts = list(dict.fromkeys(map(account, self.accounts)))
        if self.pages_max < 1:
            raise ValueError(f"pages_max is {self.pages_max}: it must be 1 or more")
        if self.user_agent and len(self.user_agent) < 7:
            raise ValueError("user_agent is too short: Reddit wants the program named by it")

    def poll(self, cursor: str | None) -> Batch:
        """What is new in every listing, within about 40 seconds."""
        return self.poll_within(cursor, UNLIMITED)

    def dearest(self) -> Spent:
        """Every listing read to its full depth."""
        places = self._places()
        pages = len(list(places.listings())) * self.pages_max
        return Spent(requests=pages + check_requests(places.subreddits) + _LOGIN_REQUESTS)

    def poll_within(self, cursor: str | None, allowance: Spent) -> Batch:
        """As ``poll``, with no more requests than allowed."""
        places, now = self._places(), self.now()
        if not any(places.listings()):
            words = "there is nothing to read: name subreddits, queries, or brands to search for"
            raise Reject(words)
        with self._client(allowance) as client:
            return Poll(client, places, load(cursor, now), now, self.pages_max).read()

    def recheck(self, posts: Sequence[Post], allowance: Spent) -> Batch:
        """Which of the posts were edited, and which are gone, in one request for 100."""
        with self._client(allowance) as client:
            pause = client.pause()
            if pause is not None:
                raise pause
            return replace(look_again(client, posts), spent=Spent(requests=client.requests))

    def _places(self) -> Places:
        searched = self.queries or (derived_queries(self.brands) if self.search else [])
        accounts = dict.fromkeys([*self.accounts, *own_accounts(self.brands)])
        return Places(tuple(self.subreddits), tuple(dict.fromkeys(searched)), tuple(accounts))

    @contextmanager
    def _client(self, allowance: Spent) -> Iterator[Client]:
        """Reddit for one poll. A praw instance is used by one at a time, then by another."""
        agent = self.user_agent or USER_AGENT
        urls = (self.site_url, self.api_url)
        bounds = (self.allow_private, self.timeout_seconds)
        app = App(self.client_id, self.client_secret, agent, *urls, *bounds)
        ends = monotonic() + self.poll_seconds_max
        client = Client(app, self.now, allowance.requests, ends, self._idle_line())
        try:
            yield client
        except (Retry, Reject) as failure:
            failure.spent = Spent(requests=client.requests)
            raise
        finally:
            if client.line and len(self._lines) < LINES_MAX:
                self._lines.append(client.line)

    def _idle_line(self) -> Line | None:
        try:
            return self._lines.pop()
        except IndexError:
            return None
