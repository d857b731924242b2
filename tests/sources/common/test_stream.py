"""A stream held between two polls: nothing dropped, nothing kept that a crash would lose."""

import threading
from collections.abc import Iterator

from sources.common.stream import Held, Stream


def counting(stop: threading.Event) -> Iterator[int]:
    yield from range(100)


def breaking(stop: threading.Event) -> Iterator[int]:
    yield 1
    raise OSError("cut")


def waiting(stop: threading.Event) -> Iterator[int]:
    yield 1
    stop.wait(5)


def test_everything_comes_in_order_through_a_small_queue() -> None:
    stream, items = Stream(counting, held_max=3), []
    while not (taken := stream.take(5, 10)).ended:
        assert len(taken.items) <= 10
        items += taken.items
    assert items + taken.items == list(range(100))
    assert taken.error is None


def test_an_error_is_handed_over_after_what_came_before() -> None:
    taken = Stream(breaking).take(5, 10, linger_seconds=2)
    assert taken.items == [1]
    assert taken.ended
    assert isinstance(taken.error, OSError)


def test_a_take_ends_without_anything() -> None:
    stream = Stream(waiting)
    assert stream.take(5, 10, linger_seconds=0).items == [1]
    assert stream.take(0.01, 10).items == []
    stream.close()


def test_only_the_cursor_it_stands_at_keeps_it_open() -> None:
    held: Held[int] = Held(held_max=2)
    first, is_new = held.at(None, waiting)
    assert is_new
    assert not held.holds(None)
    held.stands_at("one")
    assert held.holds("one")
    assert held.at("one", waiting) == (first, False)
    other, is_new = held.at("two", waiting)
    assert is_new
    assert other is not first
    held.drop()
    assert not held.holds("two")
