"""X by its filtered stream: what it brings, and how the time without it is made up for."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from time import monotonic

import pytest

from listener.model import UNLIMITED, Batch, Brand, Post, Spent
from listener.ports import Reject, Retry, Secret
from sources.x import XSource
from tests.sources.standins.serving import HOUR, MINUTE, NORVIA, SECOND
from tests.sources.standins.x_site import TOKEN
from tests.sources.standins.x_stream import XStreamSite, streaming

MUCH = 10**12


@pytest.fixture
def site() -> Iterator[XStreamSite]:
    with streaming(XStreamSite()) as site:
        yield site


@dataclass
class Reader:
    """Follows a source by its cursor."""

    site: XStreamSite
    source: XSource
    cursor: str | None = None
    came: list[Post] = field(default_factory=list)

    def poll(self, allowance: Spent = UNLIMITED) -> Batch:
        batch = self.source.poll_within(self.cursor, allowance)
        self.cursor = batch.cursor
        self.came += batch.posts
        return batch

    def settle(self) -> None:
        """Connect, and search until all that was written before has come."""
        self.poll()
        assert self.site.open.wait(5)
        self.site.now += MINUTE
        assert self.poll().wait_seconds == 1.0

    def until(self, count: int) -> None:
        """Poll until so many posts came; the stream takes its time."""
        ends = monotonic() + 5
        while len(self.came) < count and monotonic() < ends:
            self.poll()

    @property
    def ids(self) -> list[str]:
        return [post.native_id for post in self.came]


@pytest.fixture
def reader(site: XStreamSite) -> Reader:
    return Reader(site, site.source())


def test_posts_come_as_they_are_written_without_asking(reader: Reader) -> None:
    site = reader.site
    before = site.publish("Norvia before", at=site.now - HOUR)
    reader.settle()
    asked = len(site.asked)
    live = [site.publish(f"Norvia live {number}") for number in range(3)]
    reader.until(4)
    assert reader.ids == [before, *live]
    assert len(site.asked) == asked
    assert reader.came[-1].author.handle == "ada"
    assert site.connected == 1


def test_what_is_written_just_before_connecting_is_not_lost(reader: Reader) -> None:
    """The search knows it only half a minute later, when the stream is long open."""
    post = reader.site.publish("Norvia, a moment ago", at=reader.site.now - 5 * SECOND)
    assert not reader.poll().posts
    reader.site.now += MINUTE
    assert [one.native_id for one in reader.poll().posts] == [post]


def test_an_edit_comes_by_the_stream(reader: Reader) -> None:
    site = reader.site
    reader.settle()
    post = site.publish("Norvia is bad")
    site.now += SECOND
    site.edit(post, "Norvia is good")
    reader.until(2)
    assert [(one.native_id, one.text) for one in reader.came] == [
        (post, "Norvia is bad"),
        (post, "Norvia is good"),
    ]


def test_the_time_without_a_stream_is_searched(reader: Reader) -> None:
    site = reader.site
    reader.settle()
    published = [site.publish("Norvia live")]
    reader.until(1)
    site.hang_up()
    ended = reader.poll()
    assert "operational-disconnect" in ended.faults[0].reason
    assert ended.more
    for _ in range(3):
        published.append(site.publish("Norvia in the dark"))
        site.now += 10 * MINUTE
    reader.settle()
    published.append(site.publish("Norvia in the light"))
    reader.until(5)
    assert sorted(reader.ids) == sorted(published)
    assert max(site.read.values()) == 1


def test_a_poll_that_nobody_stored_is_made_up_for(reader: Reader) -> None:
    """Another process has the cursor but not the connection."""
    site = reader.site
    reader.settle()
    post = site.publish("Norvia taken, then lost in a crash")
    assert [one.native_id for one in reader.source.poll(reader.cursor).posts] == [post]
    reader.source._held.drop()
    site.hang_up()
    site.now += MINUTE
    reader.source = site.source()
    reader.until(1)
    assert reader.ids == [post]


def test_rules_of_others_are_left_alone(site: XStreamSite) -> None:
    site.rules = {
        "7": {"value": "cats", "tag": "somebody else's"},
        "8": {"value": "Norvia of last year", "tag": "mention-listener"},
    }
    site.source().poll(None)
    values = {rule["value"]: rule["tag"] for rule in site.rules.values()}
    assert values.pop("cats") == "somebody else's"
    assert set(values.values()) == {"mention-listener"}
    assert "Norvia of last year" not in values
    assert any("@norvia" in value for value in values)


def test_the_stream_hangs_up_when_the_allowance_is_used_up(reader: Reader) -> None:
    site = reader.site
    reader.settle()
    reader.poll(Spent(MUCH, 12, MUCH))
    for number in range(30):
        site.publish(f"Norvia {number}")
    ends = monotonic() + 5
    while site.open.is_set() and monotonic() < ends:
        reader.site.open.wait(0.01)
    assert not site.open.is_set()
    with pytest.raises(Retry) as failure:
        reader.source.poll_within(reader.cursor, Spent(MUCH, 9, MUCH))
    assert failure.value.state == "budget"


def test_without_a_stream_the_search_goes_on(site: XStreamSite) -> None:
    """A connection of somebody else's is in the way."""
    site.rules = {"7": {"value": "cats", "tag": ""}}
    site.connect()
    post = site.publish("Norvia", at=site.now - HOUR)
    batch = site.source().poll(None)
    assert [one.native_id for one in batch.posts] == [post]
    assert "asks to wait (429)" in batch.faults[0].reason


def test_a_stream_that_leads_inside_is_refused(site: XStreamSite) -> None:
    source = XSource(
        Secret(TOKEN),
        brands=(NORVIA,),
        now=lambda: site.now,
        base_url=site.url,
        stream=True,
        stream_url=site.stream_url,
    )
    with pytest.raises(Reject, match="private address"):
        source.poll(None)
    assert not site.asked
    assert not site.connected


def test_midnight_needs_no_search(reader: Reader) -> None:
    site = reader.site
    site.now = site.now.replace(hour=23, minute=50)
    reader.settle()
    site.now = site.now.replace(hour=23, minute=59, second=50)
    asked = len(site.asked)
    post = site.publish("Norvia at midnight")
    reader.until(1)
    assert reader.ids == [post]
    assert len(site.asked) == asked


def test_brands_that_change_change_the_rules(reader: Reader) -> None:
    reader.settle()
    reader.source._held.drop()
    reader.site.hang_up()
    reader.source = reader.site.source(Brand("velmo", names=("Velmo",)))
    reader.settle()
    assert {rule["value"] for rule in reader.site.rules.values()} == {"(Velmo) -is:retweet"}
