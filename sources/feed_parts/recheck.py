"""Whether posts of feeds are still there: a feed does not say what was taken down, its pages do.

A post is gone where its address answers 404 or 410 while the site's front page answers well. One
whose address names a place in a page (a comment: ``…/article#comment-7``) is gone where the page
has surely lost that place: see ``comments_page``.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from time import monotonic
from urllib.parse import urlsplit

from listener.clock import sleep
from listener.model import Batch, Fault, Post, Spent
from listener.net import Reply, request
from listener.ports import Reject, Retry
from sources.common.again import put_off
from sources.common.plain_text import web_address
from sources.common.politeness import Politeness, host_of
from sources.feed_parts.comments_page import has_lost, numbered_place
from sources.feed_parts.hosts import is_one_of
from sources.feed_parts.parse import decoded

POSTS_MAX = 20

_REDIRECTS_MAX = 5
_REQUESTS_MAX = 2 * (1 + _REDIRECTS_MAX)
_TOTAL_SECONDS_MAX = 45.0
_GONE = (404, 410)
_TURN_SECONDS = 0.05


@dataclass
class Recheck:
    """One look at some posts, within ``requests_max`` requests.

    Their addresses are strangers': only ``private_hosts`` may lie in private networks.
    """

    requests_max: int
    timeout_seconds: float
    size_bytes_max: int
    private_hosts: Collection[str]
    politeness: Politeness
    requests: int = 0
    _ends: float = field(default_factory=lambda: monotonic() + _TOTAL_SECONDS_MAX)
    _well: dict[str, bool] = field(default_factory=dict)

    def batch(self, posts: Sequence[Post]) -> Batch:
        """Those that are gone, and in ``faults`` those that could not be looked at."""
        deleted: list[str] = []
        faults: list[Fault] = []
        for post in posts:
            if monotonic() > self._ends or self.requests + _REQUESTS_MAX > self.requests_max:
                faults += put_off([post], "nothing is left to spend")
                continue
            try:
                if web_address(post.url) and self._is_gone(post.url):
                    deleted.append(post.id)
            except (Retry, Reject) as error:
                faults += put_off([post], error.reason)
        return Batch(deleted=tuple(deleted), faults=tuple(faults), spent=Spent(self.requests))

    def _is_gone(self, url: str) -> bool:
        reply = self._get(url)
        if reply.status in _GONE:
            return self._is_well(url)
        if not 200 <= reply.status < 300:
            raise Retry(f"it answers with status {reply.status}")
        place = numbered_place(url)
        if not place:
            return False
        page = decoded(reply.body, reply.headers.get("Content-Type", ""))
        return has_lost(page, place, (url, reply.url))

    def _is_well(self, url: str) -> bool:
        """Whether the site's front page answers: else all its posts would seem to be gone."""
        parts = urlsplit(url)
        front = f"{parts.scheme}://{parts.netloc}/"
        if front not in self._well:
            self._well[front] = self._get(front).status < 400
        if not self._well[front]:
            raise Retry("the site's front page is not there either")
        return True

    def _get(self, url: str) -> Reply:
        host = host_of(url)
        while not self.politeness.may_enter(host):
            if monotonic() > self._ends:
                raise Retry("its host is asked for other things")
            sleep(_TURN_SECONDS)
        try:
            return self._got(url)
        finally:
            self.politeness.leave(host)

    def _got(self, url: str) -> Reply:
        self.requests += 1
        reply = request(
            "GET",
            url.partition("#")[0],
            headers={"Accept": "text/html, */*;q=0.5"},
            total_seconds=self.timeout_seconds,
            size_bytes_max=self.size_bytes_max,
            redirects_max=_REDIRECTS_MAX,
            allow_private=is_one_of(self.private_hosts, url),
        )
        self.requests += reply.requests - 1
        return reply
