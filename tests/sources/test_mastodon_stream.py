"""The streams of Mastodon: they ring, and bring edits and deletions."""

import json
import queue
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest

from listener.model import Batch, Post
from listener.ports import Secret
from sources.mastodon import MastodonSource
from tests.sources.faults import talking
from tests.sources.standins.mastodon_site import TOKEN, MastodonSite
from tests.sources.standins.serving import MINUTE, serving

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n:)\n\n"


class Bells:
    """Streams on the loopback: what is rung goes out on every one that is open."""

    def __init__(self) -> None:
        self.open: list[queue.Queue[bytes | None]] = []
        self.head = HEAD

    def talk(self, connection: socket.socket, stop: threading.Event) -> None:
        mine: queue.Queue[bytes | None] = queue.Queue()
        self.open.append(mine)
        with suppress(OSError):
            connection.sendall(self.head)
            while not stop.is_set():
                with suppress(queue.Empty):
                    said = mine.get(timeout=0.05)
                    if said is None:
                        return
                    connection.sendall(said)

    def ring(self, kind: str, payload: object) -> None:
        data = payload if isinstance(payload, str) else json.dumps(payload)
        for one in self.open:
            one.put(f":thump\nevent: {kind}\ndata: {data}\n\n".encode())

    def hang_up(self) -> None:
        for one in self.open:
            one.put(None)
        self.open.clear()


@pytest.fixture
def site() -> Iterator[MastodonSite]:
    with serving(MastodonSite()) as one:
        assert isinstance(one, MastodonSite)
        yield one


@pytest.fixture
def bells() -> Bells:
    return Bells()


@pytest.fixture
def source(site: MastodonSite, bells: Bells) -> Iterator[MastodonSource]:
    with talking(bells.talk) as (address, _):
        source = site.source(
            stream=True, stream_url=address, token=Secret(TOKEN), mentions=False, hashtags=[]
        )
        source.listen_seconds = 3.0
        yield source


def opened(source: MastodonSource, site: MastodonSite, bells: Bells) -> Batch:
    """The source once its streams stand and it has read what there is."""
    batch = source.poll(None)
    source.listen_seconds = 0.2
    for _ in range(20):
        site.asked.clear()
        batch = source.poll(batch.cursor)
        if not site.asked:
            assert len(bells.open) == 2
            return batch
    pytest.fail("it never rests")


def test_while_the_streams_are_quiet_nobody_asks(
    site: MastodonSite, bells: Bells, source: MastodonSource
) -> None:
    site.publish("Norvia")
    batch = opened(source, site, bells)
    batch = source.poll(batch.cursor)
    assert not site.asked
    assert not batch.faults
    assert batch.wait_seconds == 1
    site.now += 20 * MINUTE
    source.poll(batch.cursor)
    assert site.asked, "now and then the lists are read all the same"


def test_a_ring_brings_what_is_new_and_a_deletion_and_an_edit(
    site: MastodonSite, bells: Bells, source: MastodonSource
) -> None:
    first, second = site.publish("Norvia one"), site.publish("Norvia two")
    batch = opened(source, site, bells)
    third = site.publish("Norvia three")
    site.delete(first)
    site.now += MINUTE
    site.edit(second, "Norvia two, edited")
    bells.ring("update", site.shape(third))
    bells.ring("delete", str(site.local[first]))
    bells.ring("status.update", site.shape(second))
    bells.ring("filters_changed", "undefined")
    source.listen_seconds = 3.0
    posts, deleted = list[Post](), list[str]()
    for _ in range(4):
        batch = source.poll(batch.cursor)
        source.listen_seconds = 0.2
        posts += batch.posts
        deleted += batch.deleted
    assert sorted(post.text for post in posts) == ["Norvia three", "Norvia two, edited"]
    assert set(deleted) == {f"mastodon:{first}"}


def test_a_stream_that_breaks_is_told_and_loses_nothing(
    site: MastodonSite, bells: Bells, source: MastodonSource
) -> None:
    batch = opened(source, site, bells)
    bells.hang_up()
    source.listen_seconds = 3.0
    batch = source.poll(batch.cursor)
    assert any("stream" in fault.where and "ended" in fault.reason for fault in batch.faults)
    site.publish("Norvia meanwhile")
    texts = [post.text for post in batch.posts]
    source.listen_seconds = 0.2
    for _ in range(3):
        batch = source.poll(batch.cursor)
        texts += [post.text for post in batch.posts]
    assert texts == ["Norvia meanwhile"]


def test_a_stream_that_is_refused_leaves_the_lists(
    site: MastodonSite, bells: Bells, source: MastodonSource
) -> None:
    bells.head = b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n"
    site.publish("Norvia")
    batch = source.poll(None)
    texts = [post.text for post in batch.posts]
    source.listen_seconds = 3.0
    batch = source.poll(batch.cursor)
    assert [*texts, *(post.text for post in batch.posts)] == ["Norvia"]
    assert any("stream = false" in fault.reason for fault in batch.faults)


def test_after_a_crash_the_stream_begins_anew_and_the_lists_are_read(
    site: MastodonSite, bells: Bells, source: MastodonSource
) -> None:
    stored = opened(source, site, bells)
    site.publish("Norvia")
    bells.ring("update", {})
    source.listen_seconds = 3.0
    lost = source.poll(stored.cursor)
    again = source.poll(stored.cursor)
    assert [post.text for post in lost.posts] == [post.text for post in again.posts] == ["Norvia"]


def test_rubbish_in_the_stream_does_no_harm(
    site: MastodonSite, bells: Bells, source: MastodonSource
) -> None:
    batch = opened(source, site, bells)
    for payload in ("{", "[]", "null", "[[[", "\x00", '{"id": 5}'):
        bells.ring("status.update", payload)
        bells.ring("delete", payload)
        bells.ring("update", payload)
    site.publish("Norvia")
    source.listen_seconds = 3.0
    batch = source.poll(batch.cursor)
    assert [post.text for post in batch.posts] == ["Norvia"]
