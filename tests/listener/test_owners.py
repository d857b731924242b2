"""Names of processes: unlike each other, and known to be dead only where that is certain."""

import os
import socket
import subprocess
import sys

import pytest

from listener.owners import dead_owners, owner_name

HOST = socket.gethostname().replace(":", "-").replace(" ", "-")


@pytest.fixture(scope="module")
def dead_pid() -> int:
    """The number of a process that has ended and was waited for."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait(30)
    return process.pid


def test_a_name_tells_host_and_process_and_is_never_given_twice() -> None:
    names = {owner_name() for _ in range(100)}
    assert len(names) == 100
    for name in names:
        assert name.split(":")[:2] == [HOST, str(os.getpid())]
        assert " " not in name


def test_a_process_of_this_host_that_is_gone_is_dead(dead_pid: int) -> None:
    gone = f"{HOST}:{dead_pid}:0a1b2c3d"
    assert dead_owners([gone], owner_name()) == [gone]


def test_a_process_that_runs_is_not_dead() -> None:
    others = [f"{HOST}:{os.getppid()}:0a1b2c3d", f"{HOST}:1:0a1b2c3d"]
    assert dead_owners(others, owner_name()) == []


def test_i_am_not_dead_but_who_had_my_number_before_me_is() -> None:
    me, before_me = owner_name(), f"{HOST}:{os.getpid()}:0a1b2c3d"
    assert dead_owners([me, before_me], me) == [before_me]


def test_of_other_hosts_nothing_is_known(dead_pid: int) -> None:
    assert dead_owners([f"another-host:{dead_pid}:0a1b2c3d"], owner_name()) == []


@pytest.mark.parametrize(
    "owner",
    [
        "",
        ":",
        "tool",
        f"{HOST}",
        f"{HOST}:",
        f"{HOST}:x:y",
        f"{HOST}:-1:y",
        f"{HOST}:0:y",
        f"{HOST}:1.5:y",
        f"{HOST}:²:y",
    ],
)
def test_a_name_that_makes_no_sense_is_left_alone(owner: str) -> None:
    assert dead_owners([owner], owner_name()) == []


def test_no_process_has_a_number_beyond_all_numbers() -> None:
    impossible = f"{HOST}:{'9' * 40}:y"
    assert dead_owners([impossible], owner_name()) == [impossible]


def test_a_host_with_odd_characters_in_its_name_still_makes_a_name_of_three_parts(
    monkeypatch: pytest.MonkeyPatch, dead_pid: int
) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: "a:b c")
    assert owner_name().startswith(f"a-b-c:{os.getpid()}:")
    assert dead_owners([f"a-b-c:{dead_pid}:x"], owner_name()) == [f"a-b-c:{dead_pid}:x"]
