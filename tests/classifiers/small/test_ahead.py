"""Work begun ahead is done once, waited for where asked, and its faults are its own."""

import threading

from classifiers.small.ahead import BEGUN_MAX, Ahead


def test_it_is_begun_once_while_it_is_under_way_and_waited_for() -> None:
    may, done = threading.Event(), list[str]()

    def work(key: str) -> None:
        assert may.wait(60)
        done.append(key)

    ahead = Ahead(work, threads=2)
    ahead.begin("one")
    ahead.begin("one")
    ahead.begin("two")
    assert done == []
    may.set()
    ahead.finish("one")
    ahead.finish("two")
    assert sorted(done) == ["one", "two"]


def test_what_was_not_begun_needs_no_waiting() -> None:
    Ahead(print, threads=1).finish("never")


def test_a_fault_is_told_to_nobody_and_the_next_is_begun_anew() -> None:
    tried: list[int] = []

    def work(key: int) -> None:
        tried.append(key)
        raise ValueError(key)

    ahead = Ahead(work, threads=1)
    for key in (1, 2, 1):  # the one thread is done with the first when it is at the second
        ahead.begin(key)
        ahead.finish(key)
        ahead.begin(3)
        ahead.finish(3)
    assert [key for key in tried if key != 3] == [1, 2, 1]


def test_what_nobody_may_ask_for_does_not_pile_up() -> None:
    may, done = threading.Event(), list[int]()

    def work(key: int) -> None:
        assert may.wait(60)
        done.append(key)

    ahead = Ahead(work, threads=1)
    for key in range(BEGUN_MAX + 9):
        ahead.begin(key)
    may.set()
    ahead.finish(BEGUN_MAX - 1)
    ahead.finish(BEGUN_MAX)
    assert done == [*range(BEGUN_MAX)]
