"""Bluesky's public API: which answers are believed, and how long it may take."""

from collections.abc import Iterator
from time import monotonic

import pytest

from listener.model import UNLIMITED, Batch, Spent
from listener.ports import Reject, Retry
from sources.bluesky import PUBLIC_API, BlueskySource
from tests.sources.standins.bluesky_site import BlueskySite
from tests.sources.standins.serving import NORVIA, Answer, serving

EMPTY = Answer(body={"posts": []})


@pytest.fixture
def site() -> Iterator[BlueskySite]:
    with serving(BlueskySite()) as running:
        assert isinstance(running, BlueskySite)
        yield running


def known(site: BlueskySite, count: int = 3) -> Batch:
    for n in range(count):
        site.publish(f"Norvia {n}", author=f"author{n}")
    return site.source().poll(None)


# Which answers are believed.


def test_an_api_that_knows_nobody_deletes_nothing(site: BlueskySite) -> None:
    posts = known(site).posts
    site.queued = [EMPTY, EMPTY, Answer(body={"profiles": []})]
    batch = site.source().recheck(posts, UNLIMITED)
    assert (batch.deleted, batch.posts) == ((), ())
    assert [fault.where for fault in batch.faults] == [post.id for post in posts]
    assert "knows neither it nor its author" in batch.faults[0].reason


def test_one_empty_answer_deletes_nothing(site: BlueskySite) -> None:
    posts = known(site).posts
    site.queued = [EMPTY]
    batch = site.source().recheck(posts, UNLIMITED)
    assert (batch.deleted, batch.spent) == ((), Spent(requests=2))


def test_where_authors_cannot_be_asked_about_nothing_is_deleted(site: BlueskySite) -> None:
    posts = known(site).posts
    site.queued = [EMPTY, EMPTY, Answer(500)]
    batch = site.source().recheck(posts, UNLIMITED)
    assert (batch.deleted, len(batch.faults)) == ((), 3)
    site.queued = [EMPTY, EMPTY]
    assert not site.source().recheck(posts, Spent(requests=2)).deleted


def test_the_only_post_is_deleted_where_its_author_is_known(site: BlueskySite) -> None:
    post = known(site, 1).posts[0]
    site.publish("good morning", author="author0")
    site.delete(post.native_id)
    assert site.source().recheck([post], UNLIMITED).deleted == (post.id,)


def test_a_firehose_is_not_asked_about_at_another_network() -> None:
    ours = BlueskySource("firehose", ["wss://pds.intranet.example"], brands=(NORVIA,))
    assert (ours.api_url, ours.recheck_posts_max) == ("", 0)
    with pytest.raises(Reject, match="api_url"):
        ours.recheck([], UNLIMITED)
    chosen = BlueskySource("firehose", ["wss://pds.intranet.example"], "https://api.example")
    assert chosen.api_url == "https://api.example"
    assert BlueskySource().api_url == PUBLIC_API
    assert BlueskySource(api_url="").api_url == ""


# How long it may take.


def test_who_wrote_is_asked_no_more_after_a_failure(site: BlueskySite) -> None:
    posts = known(site, 60).posts
    source = site.source()
    people = source._people(100)
    site.trouble = Answer(500)
    assert people.with_authors(posts, frozenset()) == list(posts)
    assert (people.requests, len(people.faults)) == (1, 1)


def test_nothing_is_asked_when_the_time_is_up(site: BlueskySite) -> None:
    posts = known(site, 2).posts
    before = len(site.asked)
    people = site.source()._people(100)
    people.ends = monotonic()
    assert people.with_authors(posts, frozenset()) == list(posts)
    assert "no time left" in people.faults[0].reason
    with pytest.raises(Retry, match="no time left"):
        people.looked_up(posts)
    assert (len(site.asked), people.requests) == (before, 0)
