"""What the tests of X by search share: posts to publish, and polling to the end."""

from datetime import timedelta

from listener.model import Batch
from sources.x import XSource
from tests.sources.standins.serving import HOUR, MINUTE
from tests.sources.standins.x_site import XSite

MUCH = 10**12


def publish(site: XSite, count: int, since: timedelta = HOUR) -> list[str]:
    """So many posts, the first so long ago, evenly up to a minute ago."""
    step = (since - MINUTE) / count
    return [
        site.publish(f"Norvia number {number}", at=site.now - since + number * step)
        for number in range(count)
    ]


def follow(source: XSource, cursor: str | None = None) -> list[Batch]:
    """Polls until there is no more."""
    batches = [source.poll(cursor)]
    while batches[-1].more:
        assert len(batches) < 50
        batches.append(source.poll(batches[-1].cursor))
    return batches


def ids(*batches: Batch) -> list[str]:
    return [post.native_id for batch in batches for post in batch.posts]
