"""Bluesky's stream held open: what ends it, what breaks it, and what a host may send."""

import random
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from time import monotonic

import pytest

from listener.clock import utc_now
from listener.model import Brand
from listener.ports import Retry
from sources.bluesky import BlueskySource
from sources.bluesky_parts import jetstream
from sources.bluesky_parts.events import native_id, post_of, uri_of
from sources.bluesky_parts.frames import PING, TEXT, FrameReader
from sources.bluesky_parts.sieve import Sieve
from sources.bluesky_parts.websocket import Wire
from tests.sources.standins.bluesky_site import BlueskySite, accept, framed
from tests.sources.standins.serving import MINUTE, NORVIA, serving
from tests.sources.test_bluesky import texts


@pytest.fixture
def site() -> Iterator[BlueskySite]:
    with serving(BlueskySite()) as running:
        assert isinstance(running, BlueskySite)
        yield running


@pytest.fixture
def listening(site: BlueskySite) -> Iterator[BlueskySource]:
    source = site.source(listen_seconds=2)
    yield source
    source._held.drop()


# A stream held open.


def test_a_post_comes_while_it_listens(site: BlueskySite, listening: BlueskySource) -> None:
    site.publish("Norvia one")
    batch = listening.poll(None)
    threading.Timer(0.1, site.publish, ["Norvia two"]).start()
    started = monotonic()
    batch = listening.poll(batch.cursor)
    assert texts(batch) == ["Norvia two"]
    assert monotonic() - started < 1.5
    assert batch.wait_seconds == 0
    assert batch.spent.requests == 1  # who wrote it; the stream was open
    assert len(site.opened) == 1


def test_a_cut_stream_goes_on_at_another_host(site: BlueskySite, listening: BlueskySource) -> None:
    site.publish("Norvia one")
    batch = listening.poll(None)
    site.disconnect()
    site.publish("Norvia two")
    with pytest.raises(Retry, match=r"hung up|broke"):
        listening.poll(batch.cursor)
    again = listening.poll(batch.cursor)
    assert texts(again) == ["Norvia two"]
    assert [host for host, _ in site.opened] == [0, 1]
    assert not again.gaps


def test_a_poll_whose_outcome_was_not_stored_is_read_again(
    site: BlueskySite, listening: BlueskySource
) -> None:
    site.publish("Norvia at first")
    first = listening.poll(None).cursor
    site.publish("Norvia one")
    assert texts(listening.poll(first)) == ["Norvia one"]
    assert texts(listening.poll(first)) == ["Norvia one"]


def test_a_long_absence_is_read_in_parts_and_told_as_filled(site: BlueskySite) -> None:
    source = site.source()
    cursor = source.poll(None).cursor
    left = site.now
    for n in range(600):
        site.now += timedelta(seconds=20)
        site.publish(f"Norvia {n}")
    came, batches = [], []
    while not batches or batches[-1].more:
        batches.append(source.poll(cursor))
        cursor = batches[-1].cursor
        came += texts(batches[-1])
    assert sorted(came) == sorted(f"Norvia {n}" for n in range(600))
    assert len(came) == 600
    if len(batches) > 1:  # how much one read of a socket brings is the system's own affair
        assert not batches[0].complete
        assert [(gap.since, gap.until) for gap in batches[-1].filled] == [(left, site.now)]
    assert batches[-1].complete


# What a server may do.


@contextmanager
def saying(*answers: bytes, hang_up: bool = True) -> Iterator[str]:
    """A server that answers the handshake with the first, then sends the rest."""
    stop = threading.Event()

    def serve(door: socket.socket) -> None:
        client, _ = door.accept()
        with client:
            asked = client.recv(65_536)
            key = asked.split(b"Sec-WebSocket-Key: ")[1].split(b"\r\n")[0].decode()
            client.sendall(answers[0].replace(b"$ACCEPT", accept(key).encode()))
            for answer in answers[1:]:
                client.sendall(answer)
            stop.wait(0.2 if hang_up else 5)

    with socket.create_server(("127.0.0.1", 0)) as door:
        thread = threading.Thread(target=serve, args=(door,), daemon=True)
        thread.start()
        yield f"ws://127.0.0.1:{door.getsockname()[1]}/x"
        stop.set()
        thread.join(5)


WELCOME = b"HTTP/1.1 101 Switching\r\nupgrade: websocket\r\nSEC-WebSocket-accept: $ACCEPT\r\n\r\n"
LARGE = b"\x81\x7f\x00\x00\x7f\x00\x00\x00\x00\x00"
TOLD = {
    "no upgrade": ([b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"], "status 200"),
    "a redirect": ([b"HTTP/1.1 302 Go\r\nLocation: ws://10.0.0.1/\r\n\r\n"], "status 302"),
    "another key": ([b"HTTP/1.1 101 Switching\r\nSec-WebSocket-Accept: x\r\n\r\n"], "no websocket"),
    "no http": ([b"SSH-2.0-x\r\n\r\n"], "no HTTP"),
    "an endless head": ([b"HTTP/1.1 101 X\r\n" + b"a: b\r\n" * 20_000], "does not end"),
    "too large": ([WELCOME, LARGE], "more than is taken"),
    "masked": ([WELCOME, b"\x81\x85abcd12345"], "masked"),
    "compressed": ([WELCOME, b"\xc1\x01x"], "can't be read"),
    "a piece of nothing": ([WELCOME, b"\x80\x01x"], "out of order"),
    "closed": ([WELCOME, framed(b"\x03\xf0too slow", 8)], "too slow"),
    "hung up": ([WELCOME], "hung up|reset"),
}


@pytest.mark.parametrize("what", TOLD)
def test_what_is_no_stream_is_told(what: str) -> None:
    answers, words = TOLD[what]
    with saying(*answers) as url, pytest.raises(Retry, match=words):
        list(Wire(utc_now, allow_private=True).chunks(url, threading.Event()))


def test_a_server_that_falls_silent_is_left() -> None:
    wire = Wire(utc_now, True, beat_seconds=0.05, ping_seconds=0.1, dead_seconds=0.3)
    with saying(WELCOME, hang_up=False) as url, pytest.raises(Retry, match="said nothing"):
        list(wire.chunks(url, threading.Event()))


def test_a_server_that_only_answers_pings_is_left() -> None:
    wire = Wire(utc_now, True, beat_seconds=0.05, dead_seconds=9, stalled_seconds=0.2)
    with (
        saying(WELCOME, framed(b"", 10), hang_up=False) as url,
        pytest.raises(Retry, match="brought nothing"),
    ):
        list(wire.chunks(url, threading.Event()))


def test_on_a_network_that_never_sleeps_silence_is_not_the_end(site: BlueskySite) -> None:
    site.publish("Norvia one")
    source = site.source(silence_seconds_max=60)
    site.now += MINUTE
    batch = source.poll(None)
    assert texts(batch) == ["Norvia one"]
    assert not batch.complete
    assert batch.more


def test_what_comes_with_the_welcome_is_read() -> None:
    wire = Wire(utc_now, True, quiet_seconds=0)
    with saying(WELCOME + framed(b"one"), framed(b"two") + framed(b"", 10)) as url:
        chunks = list(wire.chunks(url, threading.Event()))
    assert [message for chunk in chunks for message in chunk.messages] == [b"one", b"two"]


def test_frames_may_be_cut_anywhere() -> None:
    sizes = (0, 1, 125, 126, 65_535, 65_536)
    stream = b"".join(framed(b"x" * size) for size in sizes)
    stream += b"\x01\x02ab" + framed(b"p", 9) + b"\x00\x01c" + b"\x80\x01d"
    for seed in range(5):
        chance, reader, found = random.Random(seed), FrameReader(70_000), []
        at = 0
        while at < len(stream):
            step = chance.choice((1, 2, 3, 1_000, 50_000))
            found += reader.frames(stream[at : at + step])
            at += step
        assert [(kind, len(payload)) for kind, payload in found[:6]] == [(TEXT, n) for n in sizes]
        assert found[6:] == [(PING, b"p"), (TEXT, b"abcd")]


def test_a_message_in_endless_pieces_is_refused() -> None:
    reader = FrameReader(1_000)
    reader.frames(b"\x01\x02ab")
    with pytest.raises(Retry, match="pieces"):
        reader.frames(b"\x00\x7dx" + b"x" * 124 + (b"\x00\x7d" + b"x" * 125) * 20)


# What is worth reading.


def messages_of(*shown: str) -> list[bytes]:
    site = BlueskySite()
    for text in shown:
        site.publish(text)
    return [frame.encode() for _, frame in site.log]


@pytest.mark.parametrize(
    "text",
    ["Norvia", "NORVIA!", "no\nNorvia", 'so-called "Norvia"', "мой N\u00f8rvia Norvia", "#norvia",
     "\u0130 Norvia", "ＮＯＲＶＩＡ", "a\\nNorvia", "x" * 5_000 + " Norvia"],
)  # fmt: skip
def test_the_sieve_lets_every_mention_through(text: str) -> None:
    sieve = Sieve((NORVIA,), {})
    (event,) = jetstream.reading(messages_of("nothing", text, "or that"), sieve).events
    post = post_of(event, {})
    assert post.text == text
    assert sieve.keeps(post)


def test_a_message_written_with_escapes_and_spaces_is_read() -> None:
    (plain,) = messages_of("here is N\u00f8rvia or Norvia")
    spaced = plain.decode().replace('":', '" : ').replace("Norvia", "\\u004e\\u006frvia").encode()
    assert len(jetstream.reading([spaced], Sieve((NORVIA,), {})).events) == 1


def test_what_only_holds_a_key_is_not_kept() -> None:
    sieve = Sieve((Brand("on", short_names=("ON",)),), {})
    read = jetstream.reading(messages_of("on and on", "Switch it ON"), sieve)
    assert [
        post_of(event, {}).text for event in read.events if sieve.keeps(post_of(event, {}))
    ] == ["Switch it ON"]


def test_damaged_messages_do_no_harm(site: BlueskySite) -> None:
    ours = site.publish("Norvia", author="norvia.test")
    site.extras["Norvia with all"] = {
        "facets": [{"features": [{"uri": "https://norvia.example", "did": "did:plc:x"}]}],
        "embed": {"external": {"uri": "https://x.example", "title": "Norvia"}},
    }
    site.publish("Norvia with all", reply_to=ours)
    site.delete(ours)
    site.remove_author("ada")
    sieve = Sieve((NORVIA,), {"did:plc:x": "norvia.test"})
    chance = random.Random(5)
    for _ in range(500):
        messages = []
        for _, frame in site.log:
            data = bytearray(frame.encode())
            for _ in range(chance.choice((1, 1, 3, 20))):
                at = chance.randrange(len(data))
                data[at : at + chance.choice((0, 1, 9))] = chance.choice(
                    (b"", b'"', b"{", b"\xff", b"9" * 400, b"null", b"\\ud800", b"[" * 2_000)
                )
            messages.append(bytes(data))
        read = jetstream.reading(messages, sieve)
        for event in read.events:
            if event.kind in ("create", "update"):
                sieve.keeps(post_of(event, sieve.handles))


def test_ids_and_addresses_name_each_other() -> None:
    assert native_id(uri_of("did:plc:abc/3m1")) == "did:plc:abc/3m1"
    for no_post in ("", "at://did:plc:abc/app.bsky.feed.like/3m1", "https://x.example/", "at://x"):
        assert native_id(no_post) == ""
