"""Which posts a second look did not get to, every source says by name: the others are settled."""

from collections.abc import Iterator, Sequence

import pytest

from listener.model import UNLIMITED, Batch, Post, Spent
from listener.ports import Rechecking
from tests.sources.changes import changing
from tests.sources.mutants import sites
from tests.sources.reader import Reader
from tests.sources.standins.serving import HOUR, NORVIA, Answer, Asked, StandIn, serving

PUBLISHED = 30

FEW = {
    "appstore_connect": Spent(requests=7),
    "bluesky": Spent(requests=1),
    "discourse": Spent(requests=7),
    "feed": Spent(requests=15),
    "hackernews": Spent(requests=7),
    "mastodon": Spent(requests=2),
    "playstore": Spent(requests=8),
    "x": Spent(requests=1, posts=7, money_micros=10**9),
    "youtube": Spent(requests=1),
}
"""What is enough for some of the posts. Reddit is asked for all of them in one request."""


@pytest.fixture(params=sorted(FEW))
def site(request: pytest.FixtureRequest) -> Iterator[StandIn]:
    with serving(sites()[request.param]()) as site:
        yield site


def known(site: StandIn) -> tuple[Rechecking, Sequence[Post]]:
    """The source, and posts of it: the older ones stand as they did, the newest five are gone."""
    for number in range(PUBLISHED):
        site.now += HOUR / 6
        site.publish(f"Norvia {number}")
    site.now += HOUR / 6
    reader = Reader(site, site.source(NORVIA))
    reader.to_rest()
    assert isinstance(reader.source, Rechecking)
    posts = sorted(reader.came, key=lambda post: str(post.published_at))
    posts = posts[-reader.source.recheck_posts_max :]
    for post in posts[-5:]:
        site.delete(post.native_id)
    return reader.source, posts


def assert_named(source: Rechecking, posts: Sequence[Post], batch: Batch) -> None:
    """Its faults name some of the posts, which can be looked at when all is well."""
    places = {fault.where for fault in batch.faults}
    named = [post for post in posts if post.id in places]
    assert len(named) == len(batch.faults), "a fault that names no post"
    assert 0 < len(named) < len(posts)
    assert source.recheck(named, UNLIMITED).faults == ()
    assert not places & set(batch.deleted)


def test_what_the_allowance_left_is_named(site: StandIn) -> None:
    source, posts = known(site)
    batch = source.recheck(posts, FEW[site.name])
    assert batch.spent is not None
    assert batch.spent.requests <= FEW[site.name].requests
    assert_named(source, posts, batch)


def test_what_a_failure_left_is_named(site: StandIn) -> None:
    source, posts = known(site)
    if site.name == "x":
        site.edit(posts[0].native_id, "Norvia, put right")  # asked for apart, in its new words
    good = iter(range(1))

    def failing(_: Asked, answer: Answer | str) -> Answer | str:
        return answer if next(good, None) is not None else Answer(500)

    with changing(site, failing):
        batch = source.recheck(posts, UNLIMITED)
    assert_named(source, posts, batch)
