"""Work begun ahead is done once, waited for where asked, and its faults are its own."""

import threading
from dataclasses import dataclass, field

from classifiers.small.ahead import BEGUN_MAX, Ahead


@dataclass
class Gated:
    """Work that is done once it may be."""

    may: threading.Event = field(default_factory=threading.Event)
    done: list[str] = field(default_factory=list)

    def work(self, key: str) -> None:
        assert self.may.wait(60)
        self.done.append(key)


def test_it_is_begun_once_while_it_is_under_way_and_waited_for() -> None:
    gated = Gated()
    ahead = Ahead(gated.work, threads=2)
    ahead.begin("one")
    ahead.begin("one")
    ahead.begin("two")
    assert gated.done == []
    gated.may.set()
    ahead.finish("one")
    ahead.finish("two")
    assert sorted(gated.done) == ["one", "two"]


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
    gated = Gated()
    ahead = Ahead(gated.work, threads=1)
    keys = [str(number) for number in range(BEGUN_MAX + 9)]
    for key in keys:
        ahead.begin(key)
    gated.may.set()
    ahead.finish(keys[BEGUN_MAX - 1])
    ahead.finish(keys[BEGUN_MAX])
    assert gated.done == keys[:BEGUN_MAX]
