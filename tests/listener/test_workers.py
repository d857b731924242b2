"""Threads that do outside work: few, replaced when they hang, and never in the way of an end."""

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait

import pytest

from listener.workers import Workers

SOON = 5.0


@pytest.fixture
def blocked() -> Iterator[threading.Event]:
    """What hanging work waits for; at the end it is let go."""
    event = threading.Event()
    yield event
    event.set()


def hang(until: threading.Event) -> tuple[threading.Event, Callable[[], str]]:
    """Work that says when it began and hangs until it is let go."""
    began = threading.Event()

    def work() -> str:
        began.set()
        assert until.wait(SOON)
        return "late"

    return began, work


def threads_of(name: str) -> int:
    return sum(thread.name.startswith(f"{name}-") for thread in threading.enumerate())


def test_work_is_done_and_its_outcome_kept() -> None:
    workers = Workers("outcome", 2)
    futures = [workers.submit(lambda n=n: n * n) for n in range(20)]  # type: ignore[misc]
    assert [future.result(SOON) for future in futures] == [n * n for n in range(20)]
    workers.close()


@pytest.mark.parametrize("error", [ValueError("bad"), SystemExit(3), KeyboardInterrupt()])
def test_whatever_work_raises_is_told_and_the_thread_goes_on(error: BaseException) -> None:
    workers = Workers("errors", 1)

    def fail() -> None:
        raise error

    assert workers.submit(fail).exception(SOON) is error
    assert workers.submit(lambda: "fine").result(SOON) == "fine"
    workers.close()


def test_work_is_not_done_in_the_callers_thread() -> None:
    workers = Workers("elsewhere", 1)
    assert workers.submit(threading.current_thread).result(SOON).name == "elsewhere-1"
    assert workers.submit(threading.current_thread).result(SOON).daemon
    workers.close()


def test_no_more_work_is_under_way_than_there_may_be_threads(blocked: threading.Event) -> None:
    workers = Workers("few", 2)
    begun: list[threading.Event] = []
    futures: list[Future[str]] = []
    for _ in range(3):
        began, work = hang(blocked)
        begun.append(began)
        futures.append(workers.submit(work))
    assert begun[0].wait(SOON)
    assert begun[1].wait(SOON)
    assert not begun[2].is_set()
    assert threads_of("few") == 2
    blocked.set()
    assert [future.result(SOON) for future in futures] == ["late"] * 3
    workers.close()


def test_a_thread_that_hangs_is_replaced(blocked: threading.Event) -> None:
    workers = Workers("hung", 1)
    began, work = hang(blocked)
    hung = workers.submit(work)
    assert began.wait(SOON)
    workers.give_up(hung)
    assert workers.submit(lambda: "in time").result(SOON) == "in time"
    workers.close()


def test_threads_that_come_back_late_end_and_do_not_pile_up(blocked: threading.Event) -> None:
    workers = Workers("late", 1)
    given_up = []
    for _ in range(5):
        began, work = hang(blocked)
        given_up.append(workers.submit(work))
        assert began.wait(SOON)
        workers.give_up(given_up[-1])
    hung = [thread for thread in threading.enumerate() if thread.name.startswith("late-")]
    blocked.set()
    assert wait(given_up, SOON).not_done == set()
    for thread in hung:
        thread.join(SOON)
    assert threads_of("late") == 0
    assert workers.submit(lambda: "on").result(SOON) == "on"
    assert threads_of("late") == 1
    workers.close()


def test_what_came_just_before_it_was_given_up_changes_nothing() -> None:
    workers = Workers("just", 1)
    done = workers.submit(lambda: 1)
    assert done.result(SOON) == 1
    workers.give_up(done)
    assert workers.submit(lambda: 2).result(SOON) == 2
    assert threads_of("just") == 1
    workers.close()


def test_closed_workers_end_after_what_they_were_given() -> None:
    workers = Workers("closing", 2)
    futures = [workers.submit(lambda: "done") for _ in range(4)]
    threads = [thread for thread in threading.enumerate() if thread.name.startswith("closing-")]
    workers.close()
    for thread in threads:
        thread.join(SOON)
    assert threads_of("closing") == 0
    assert [future.result(0) for future in futures] == ["done"] * 4


def test_a_process_ends_though_its_work_hangs() -> None:
    program = """
import threading
from listener.workers import Workers
began = threading.Event()
Workers("w", 1).submit(lambda: (began.set(), threading.Event().wait()))
assert began.wait(10)
"""
    ended = subprocess.run(
        [sys.executable, "-c", program], timeout=30, capture_output=True, check=False
    )
    assert (ended.returncode, ended.stderr) == (0, b"")
