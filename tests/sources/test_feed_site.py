"""The feed source on a blog with comments: published, edited, rolled over and taken down."""

from collections.abc import Iterator

import pytest

from listener.model import UNLIMITED, Batch
from listener.ports import Rechecking, Source
from listener.testing import SourceSuite
from tests.sources.standins.feed_site import LISTED, FeedSite
from tests.sources.standins.serving import HOUR, MINUTE, NORVIA, serving


@pytest.fixture
def site() -> Iterator[FeedSite]:
    with serving(FeedSite()) as site:
        assert isinstance(site, FeedSite)
        yield site


class TestOnABlog(SourceSuite):
    @pytest.fixture
    def source(self, site: FeedSite) -> Source:
        site.publish("Norvia is on time", reply_to=site.publish("On Norvia"))
        return site.source(NORVIA)


def texts(batch: Batch) -> set[str]:
    return {post.text for post in batch.posts}


def test_articles_comments_and_edits_come(site: FeedSite) -> None:
    article = site.publish("On Norvia")
    source = site.source(NORVIA)
    first = source.poll(None)
    assert texts(first) == {"On Norvia"}
    comment = site.publish("Norvia lost my bag & more", reply_to=article, author="bo")
    site.now += 5 * MINUTE
    second = source.poll(first.cursor)
    (post,) = second.posts
    assert (post.text, post.author.name) == ("Norvia lost my bag & more", "bo")
    assert post.native_id == comment
    assert post.published_at == site.entries[comment].at
    site.edit(comment, "Norvia found my bag")
    site.now += 10 * MINUTE
    assert texts(source.poll(second.cursor)) == {"Norvia found my bag"}


def test_what_rolled_over_is_told_as_a_gap(site: FeedSite) -> None:
    source = site.source(NORVIA, comments=False)
    site.publish("Norvia 0")
    cursor = source.poll(None).cursor
    began = site.now
    for number in range(1, 3 * LISTED + 1):
        site.now += MINUTE
        site.publish(f"Norvia {number}")
    batch = source.poll(cursor)
    assert len(batch.posts) == LISTED
    (gap,) = batch.gaps
    assert (gap.since, gap.until) == (began, site.now - (LISTED - 1) * MINUTE)
    missed = [one for one in site.entries.values() if gap.since < one.at < gap.until]
    assert len(missed) == 2 * LISTED


def test_what_was_taken_down_is_found_by_a_second_look(site: FeedSite) -> None:
    article = site.publish("On Norvia")
    kept, gone = (site.publish(f"Norvia {n}", reply_to=article) for n in range(2))
    lost = site.publish("Norvia again")
    source = site.source(NORVIA)
    first = source.poll(None)
    site.now += HOUR
    posts = (*first.posts, *source.poll(first.cursor).posts)
    assert len(posts) == 4
    site.delete(gone)
    site.delete(lost)
    assert isinstance(source, Rechecking)
    batch = source.recheck(posts, UNLIMITED)
    assert set(batch.deleted) == {f"feed:{one}" for one in (gone, lost)}
    assert f"feed:{kept}" not in batch.deleted


def test_ten_thousand_articles_slow_nothing_down(site: FeedSite) -> None:
    for number in range(10_000):
        site.publish(f"Norvia {number}", at=site.now - number * MINUTE)
    assert len(site.source(NORVIA).poll(None).posts) == LISTED
