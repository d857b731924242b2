"""Hacker News: stories and comments, found by Algolia's search, looked at again at the site.

The search is free and needs no key. It knows no OR, so each term of a brand is a search of its
own; what the brands' own accounts write is one more. Posts are looked up at the site itself,
which says what was deleted; the search does not.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated

from listener.clock import utc_now
from listener.match.queries import queries_for
from listener.match.usual import usual_forms
from listener.model import UNLIMITED, Batch, Brand, Fault, Post, Spent
from listener.ports import Reject, Retry
from sources.common.asking import Asking
from sources.common.purse import Purse
from sources.common.settings import site_addresses, within
from sources.hackernews_parts.cursor import dump, load
from sources.hackernews_parts.looking import Look
from sources.hackernews_parts.posts import SITE
from sources.hackernews_parts.searching import Reading, Search, forgotten_before

QUERY_CHARS_MAX = 200
AUTHORS_PER_SEARCH = 20
_AUTHOR = re.compile(r"[A-Za-z0-9_-]{2,15}")


@dataclass
class HackerNewsSource:
    """Stories and comments that name a brand, and what its own accounts write."""

    queries: Annotated[
        list[str], "What to search for, a word or a quoted phrase each; none: the brands' terms."
    ] = field(default_factory=list)
    requests_max: Annotated[int, "How many requests one poll may send."] = 30
    timeout_seconds: Annotated[float, "How long one answer may take."] = 10.0
    search_url: Annotated[str, "Where the search is."] = "https://hn.algolia.com"
    items_url: Annotated[str, "Where the site's own items are."] = (
        "https://hacker-news.firebaseio.com"
    )
    allow_private: Annotated[bool, "Whether both may lie in private networks."] = False
    brands: tuple[Brand, ...] = ()
    now: Callable[[], datetime] = utc_now
    page_posts: int = 1_000
    recheck_posts_max: int = 30

    def __post_init__(self) -> None:
        (self.search_url,) = site_addresses("search_url", [self.search_url])
        (self.items_url,) = site_addresses("items_url", [self.items_url])
        within("requests_max", self.requests_max, 1_000)
        within("timeout_seconds", self.timeout_seconds, 60)
        within("page_posts", self.page_posts, 1_000)

    def dearest(self) -> Spent:
        """All the requests that one poll may send."""
        return Spent(requests=self.requests_max)

    def poll(self, cursor: str | None) -> Batch:
        """What was published or edited since the cursor, as far as ``requests_max`` goes."""
        return self.poll_within(cursor, UNLIMITED)

    def poll_within(self, cursor: str | None, allowance: Spent) -> Batch:
        """As ``poll``, at no more requests than allowed; what was left comes first."""
        searches = list(self._searches())
        if not searches:
            raise Reject("there is nothing to search for: give queries, or brands with names")
        reading = Reading(
            self._asking(self.search_url),
            load(cursor, [search.key for search in searches]),
            int(self.now().timestamp()),
            self.page_posts,
            min(self.requests_max, allowance.requests),
        )
        failure = _failure_in(reading, reading.due(searches))
        if failure and reading.requests == 1:
            failure.spent = Spent(requests=1)
            raise failure
        return _batch(reading, failure)

    def recheck(self, posts: Sequence[Post], allowance: Spent) -> Batch:
        """Those of these posts that changed or went, a request each."""
        return Look(self._asking(self.items_url), Purse(allowance.requests)).at(posts)

    def _searches(self) -> Iterator[Search]:
        queries = self.queries or [query for brand in self.brands for query in _queries(brand)]
        # The search makes no difference of case.
        for query in {query.casefold(): query for query in queries}.values():
            yield Search(query, words=query)
        authors = list(dict.fromkeys(name for brand in self.brands for name in _authors(brand)))
        for start in range(0, len(authors), AUTHORS_PER_SEARCH):
            some = authors[start : start + AUTHORS_PER_SEARCH]
            tags = ",".join(f"author_{name}" for name in some)
            yield Search(f"by {','.join(some)}", tags=f"(story,comment),({tags})")

    def _asking(self, url: str) -> Asking:
        return Asking(
            url,
            self.now,
            timeout_seconds=self.timeout_seconds,
            total_seconds=self.timeout_seconds,
            allow_private=self.allow_private,
        )


def _failure_in(reading: Reading, searches: Sequence[Search]) -> Retry | Reject | None:
    """Read them all; the first failure ends it, as all of them ask the same site."""
    try:
        for search in searches:
            reading.read(search)
    except (Retry, Reject) as failure:
        return failure
    return None


def _batch(reading: Reading, failure: Retry | Reject | None) -> Batch:
    """What came until everything was read, or until the failure."""
    return Batch(
        posts=tuple(reading.posts.values()),
        cursor=dump(reading.state, forgotten_before(reading.state, reading.now)),
        faults=(*reading.faults, *((Fault("the search", failure.reason),) if failure else ())),
        rejects=tuple(reading.rejects),
        gaps=tuple(reading.gaps),
        more=reading.more,
        complete=not (failure or reading.more or reading.gaps or reading.faults),
        wait_seconds=failure.after_seconds if isinstance(failure, Retry) else None,
        spent=Spent(requests=reading.requests),
    )


def _queries(brand: Brand) -> tuple[str, ...]:
    def forms(base: str) -> list[str]:
        return usual_forms(base, brand.languages)

    return queries_for(brand, "hackernews", QUERY_CHARS_MAX, forms).queries


def _authors(brand: Brand) -> Iterator[str]:
    """The accounts that are the brand's own here, in the case they are written in."""
    for handle in () if brand.competitor else brand.handles + brand.own_accounts:
        name = handle.strip().removeprefix(f"{SITE}:").lstrip("@/")
        if _AUTHOR.fullmatch(name):
            yield name
