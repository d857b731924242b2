"""The replay of a file on the present, the shipped samples, and standard input."""

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import BinaryIO

import pytest

from listener.model import Batch
from listener.ports import Reject
from sources.jsonl import JsonlSource

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def line(text: str, **fields: object) -> str:
    return json.dumps({"text": text} | fields) + "\n"


def written(folder: Path, *lines: str) -> Path:
    path = folder / "posts.jsonl"
    path.write_text("".join(lines), encoding="utf-8")
    return path


def texts(batch: Batch) -> list[str]:
    return [post.text for post in batch.posts]


def test_a_sample_is_named_by_its_name() -> None:
    with pytest.raises(Reject, match=r"there is no sample '\.\./jsonl'; there is: day"):
        JsonlSource("sample:../jsonl").poll(None)


def test_the_shipped_day_is_all_posts() -> None:
    batch = JsonlSource("sample:day").poll(None)
    assert len(batch.posts) >= 200
    assert batch.rejects == ()


class Clock:
    def __init__(self) -> None:
        self.moment = NOON

    def __call__(self) -> datetime:
        return self.moment


@pytest.fixture
def day(tmp_path: Path) -> Path:
    """Three posts of one hour, one without a time, and a line that is no post."""
    return written(
        tmp_path,
        line("0", published_at="2020-01-01T10:00:00Z"),
        line("30", published_at="2020-01-01T10:30:00Z"),
        line("no time"),
        "bad\n",
        line("60", published_at="2020-01-01T11:00:00Z"),
    )


def test_a_day_is_replayed_on_the_present(day: Path) -> None:
    clock = Clock()
    source = JsonlSource(str(day), replay_speed=60, now=clock)
    first = source.poll(None)
    assert [(post.text, post.published_at) for post in first.posts] == [("0", NOON)]
    assert not first.more

    clock.moment = NOON + timedelta(seconds=29)
    second = source.poll(first.cursor)
    assert second.posts == ()

    clock.moment = NOON + timedelta(seconds=59)
    third = source.poll(second.cursor)
    assert [(post.text, post.published_at) for post in third.posts] == [
        ("30", NOON + timedelta(seconds=30)),
        ("no time", None),
    ]
    assert [fault.where for fault in third.rejects] == ["line 4"]

    clock.moment = NOON + timedelta(days=1)
    fourth = source.poll(third.cursor)
    assert [post.published_at for post in fourth.posts] == [NOON + timedelta(seconds=60)]
    assert source.poll(fourth.cursor).posts == ()


def test_a_replay_goes_on_after_a_restart(day: Path) -> None:
    cursor = JsonlSource(str(day), replay_speed=1, now=lambda: NOON).poll(None).cursor
    later = JsonlSource(str(day), replay_speed=1, now=lambda: NOON + timedelta(minutes=30))
    assert texts(later.poll(cursor)) == ["30", "no time"]


def test_a_replay_without_speed_keeps_the_files_times(day: Path) -> None:
    posts = JsonlSource(str(day)).poll(None).posts
    assert posts[0].published_at == datetime(2020, 1, 1, 10, tzinfo=UTC)


def test_times_out_of_reach_stop_nothing(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        line("first", published_at="2020-01-01T00:00:00Z"),
        line("earlier", published_at="0001-01-01T00:00:00Z"),
        line("never", published_at="9999-12-31T23:59:59Z"),
    )
    source = JsonlSource(str(path), replay_speed=1e-6, now=lambda: NOON)
    assert texts(source.poll(None)) == ["first", "earlier"]


# --- standard input ----------------------------------------------------------------------------


@pytest.fixture
def stdin(monkeypatch: pytest.MonkeyPatch) -> Iterator[BinaryIO]:
    """The writing end of a pipe that is standard input."""
    reading, writing = os.pipe()
    with os.fdopen(reading) as file, os.fdopen(writing, "wb", buffering=0) as pipe:
        monkeypatch.setattr("sys.stdin", file)
        yield pipe


def test_standard_input_is_read_as_it_comes(stdin: BinaryIO) -> None:
    source = JsonlSource("-", lines_max=2, wait_seconds=0.05)
    began = monotonic()
    assert source.poll(None) == Batch()
    assert monotonic() - began < 1

    stdin.write((line("1") + line("2") + line("3") + '{"te').encode())
    first, second, third = source.poll(None), source.poll(None), source.poll(None)
    assert [texts(batch) for batch in (first, second, third)] == [["1", "2"], ["3"], []]
    assert [batch.more for batch in (first, second, third)] == [True, False, False]

    stdin.write(b'xt": "4"}\nbad\n')
    fourth = source.poll(None)
    assert texts(fourth) == ["4"]
    assert [fault.where for fault in fourth.rejects] == ["line 5"]


def test_the_end_of_standard_input_ends_its_last_line(stdin: BinaryIO) -> None:
    source = JsonlSource("-", wait_seconds=0.05)
    stdin.write((line("1") + '{"text": "2"}\n{"text": "cut').encode())
    stdin.close()
    batches = [source.poll(None) for _ in range(3)]
    assert [post for batch in batches for post in texts(batch)] == ["1", "2"]
    assert [fault.where for batch in batches for fault in batch.rejects] == ["line 3"]


def test_no_standard_input_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", None)
    with pytest.raises(Reject, match="there is no standard input"):
        JsonlSource("-", wait_seconds=0.05).poll(None)
