"""Posts from files that grow, are replaced, are cut, are broken."""

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.model import Batch
from listener.ports import Reject, Retry, Source
from listener.testing import SourceSuite
from sources.jsonl import JsonlSource
from sources.jsonl_parts.lines import LINE_BYTES_MAX

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def line(text: str, **fields: object) -> str:
    return json.dumps({"text": text} | fields) + "\n"


def written(folder: Path, *lines: str) -> Path:
    path = folder / "posts.jsonl"
    path.write_text("".join(lines), encoding="utf-8")
    return path


def texts(batch: Batch) -> list[str]:
    return [post.text for post in batch.posts]


class TestConformance(SourceSuite):
    @pytest.fixture
    def source(self, tmp_path: Path) -> Source:
        lines = [line(f"post {number}", id=str(number)) for number in range(7)]
        return JsonlSource(
            str(written(tmp_path, *lines, '{"text": "a\\u0000\\ud800b"}')), lines_max=3
        )


# --- a file --------------------------------------------------------------------------------


def test_a_line_becomes_a_post(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        line(
            "Hyvää päivää 👋",
            id="7",
            site="forum",
            author={"handle": "aino"},
            published_at="2026-11-21T12:00:00+02:00",
        ),
    )
    (post,) = JsonlSource(str(path)).poll(None).posts
    assert (post.id, post.text, post.author.handle) == ("forum:7", "Hyvää päivää 👋", "aino")
    assert post.published_at == NOON - timedelta(hours=2)


def test_the_site_is_given_where_the_line_names_none(tmp_path: Path) -> None:
    path = written(tmp_path, line("a", id="1"), line("b", id="1", site="own"))
    batch = JsonlSource(str(path), site="given").poll(None)
    assert [post.id for post in batch.posts] == ["given:1", "own:1"]


def test_a_file_is_read_in_portions(tmp_path: Path) -> None:
    path = written(tmp_path, *(line(str(number)) for number in range(5)))
    source = JsonlSource(str(path), lines_max=2)
    first = source.poll(None)
    second = source.poll(first.cursor)
    third = source.poll(second.cursor)
    assert [texts(first), texts(second), texts(third)] == [["0", "1"], ["2", "3"], ["4"]]
    assert [first.more, second.more, third.more] == [True, True, False]
    assert texts(source.poll(third.cursor)) == []


def test_what_is_appended_comes_next(tmp_path: Path) -> None:
    path = written(tmp_path, line("old"))
    source = JsonlSource(str(path))
    cursor = source.poll(None).cursor
    with path.open("a") as file:
        file.write(line("new"))
    assert texts(source.poll(cursor)) == ["new"]


@pytest.mark.parametrize("cut", [1, 5, 11])
def test_an_incomplete_last_line_waits_for_its_end(tmp_path: Path, cut: int) -> None:
    whole = line("än")
    path = tmp_path / "posts.jsonl"
    path.write_bytes(line("first").encode() + whole.encode()[:cut])
    source = JsonlSource(str(path))
    batch = source.poll(None)
    assert (texts(batch), batch.rejects, batch.more) == (["first"], (), False)
    path.write_bytes(line("first").encode() + whole.encode())
    assert texts(source.poll(batch.cursor)) == ["än"]


def test_a_last_line_that_is_complete_needs_no_newline(tmp_path: Path) -> None:
    path = written(tmp_path, line("a").rstrip())
    source = JsonlSource(str(path))
    batch = source.poll(None)
    assert texts(batch) == ["a"]
    with path.open("a") as file:
        file.write("\n" + line("b"))
    later = source.poll(batch.cursor)
    assert (texts(later), later.rejects) == (["b"], ())


def test_a_replaced_file_is_read_from_its_beginning(tmp_path: Path) -> None:
    path = written(tmp_path, line("one"), line("two"))
    source = JsonlSource(str(path))
    cursor = source.poll(None).cursor
    written(tmp_path, line("other"), line("file"), line("longer than the first one"))
    assert len(source.poll(cursor).posts) == 3


def test_a_truncated_file_is_read_from_its_beginning(tmp_path: Path) -> None:
    path = written(tmp_path, line("one"), line("two"))
    source = JsonlSource(str(path))
    cursor = source.poll(None).cursor
    written(tmp_path, line("one"))
    assert texts(source.poll(cursor)) == ["one"]


def test_a_truncated_file_is_known_though_its_beginning_is_the_same(tmp_path: Path) -> None:
    path = written(tmp_path, line("x" * 2_000), line("two"), line("three"))
    source = JsonlSource(str(path))
    cursor = source.poll(None).cursor
    written(tmp_path, line("x" * 2_000), line("other"))
    assert texts(source.poll(cursor)) == ["x" * 2_000, "other"]


def test_a_byte_order_mark_and_other_line_ends_are_harmless(tmp_path: Path) -> None:
    path = tmp_path / "posts.jsonl"
    path.write_bytes(b'\xef\xbb\xbf{"text": "a"}\r\n\r\n   \n{"text": "b"}\r\n')
    batch = JsonlSource(str(path)).poll(None)
    assert (texts(batch), batch.rejects) == (["a", "b"], ())


# --- bad lines -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (b"{", "is no JSON"),
        (b"hello", "is no JSON"),
        (b"[1]", "must be a JSON object"),
        (b"null", "must be a JSON object"),
        (b"{}", "'text' is missing"),
        (b'{"text": 5}', "'text' must be a string"),
        (b'{"text": "a", "published_at": "soon"}', "published_at"),
        (b"\xff\xfe\x00", "is not UTF-8"),
        (b"[" * 100_000, "can't be read"),
        (b'{"text": "a", "n": ' + b"9" * 10_000 + b"}", "can't be read"),
    ],
)
def test_a_bad_line_costs_only_itself(tmp_path: Path, bad: bytes, reason: str) -> None:
    path = tmp_path / "posts.jsonl"
    path.write_bytes(line("before").encode() + bad + b"\n" + line("after").encode())
    batch = JsonlSource(str(path)).poll(None)
    assert texts(batch) == ["before", "after"]
    (fault,) = batch.rejects
    assert fault.where == "line 2"
    assert reason in fault.reason


def test_line_numbers_go_on_over_polls(tmp_path: Path) -> None:
    path = written(tmp_path, line("1"), "\n", line("3"), "bad\n", line("5"))
    source = JsonlSource(str(path), lines_max=3)
    batch = source.poll(source.poll(None).cursor)
    assert [fault.where for fault in batch.rejects] == ["line 4"]


def test_a_line_that_is_too_long_is_passed_over(tmp_path: Path) -> None:
    path = written(tmp_path, line("a"), line("x" * LINE_BYTES_MAX), line("b"))
    batch = JsonlSource(str(path)).poll(None)
    assert texts(batch) == ["a", "b"]
    assert [fault.where for fault in batch.rejects] == ["line 2"]
    assert "is longer than" in batch.rejects[0].reason


def test_a_line_that_is_too_long_and_still_grows_is_told_once(tmp_path: Path) -> None:
    path = written(tmp_path, line("a"), "x" * (LINE_BYTES_MAX + 1))
    source = JsonlSource(str(path))
    first = source.poll(None)
    with path.open("a") as file:
        file.write("x" * 2_000)
    second = source.poll(first.cursor)
    with path.open("a") as file:
        file.write("x\n" + line("b") + "bad\n")
    third = source.poll(second.cursor)
    assert [len(batch.rejects) for batch in (first, second, third)] == [1, 0, 1]
    assert texts(third) == ["b"]
    assert third.rejects[0].where == "line 4"


def test_a_line_longer_than_one_poll_can_skip_is_skipped_over_several(tmp_path: Path) -> None:
    path = written(tmp_path, line("a"))
    with path.open("r+b") as file:
        file.seek(300 * 1024 * 1024)  # a hole, which reads as zeros
        file.write(b"\n" + line("b").encode())
    source = JsonlSource(str(path))
    first = source.poll(None)
    second = source.poll(first.cursor)
    assert [texts(first), texts(second)] == [["a"], ["b"]]
    assert [len(first.rejects), len(second.rejects)] == [1, 0]


@given(st.lists(st.binary(max_size=60), max_size=8), st.integers(1, 3))
def test_any_bytes_are_read_to_the_end(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[bytes], lines_max: int
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.jsonl"
    path.write_bytes(b"\n".join([*pieces, line("last").encode()]))
    source = JsonlSource(str(path), lines_max=lines_max)
    cursor, found, more = None, list[str](), True
    for _ in range(len(b"".join(pieces)) + len(pieces) + 2):
        batch = source.poll(cursor)
        cursor, more = batch.cursor, batch.more
        found += texts(batch)
        if not more:
            break
    assert not more
    assert found[-1:] == ["last"]


# --- cursors and places that make no sense -----------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        {"offset": -1},
        {"offset": "1"},
        {"offset": True},
        {"line": None},
        {"head": 5},
        {"started": "soon"},
        {"first": "2026-01-01"},
        {"v": 99},
        {"extra": 1},
    ],
)
def test_a_damaged_cursor_starts_afresh(tmp_path: Path, change: dict[str, object]) -> None:
    source = JsonlSource(str(written(tmp_path, line("a"), line("b"))))
    cursor = source.poll(None).cursor
    assert source.poll(cursor).posts == ()
    assert texts(source.poll(json.dumps(json.loads(cursor or "") | change))) == ["a", "b"]


def test_a_file_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(Reject, match=r"there is no file .*gone\.jsonl: check path"):
        JsonlSource(str(tmp_path / "gone.jsonl")).poll(None)


def test_a_folder_and_a_pipe_are_no_files(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    for path in (tmp_path, tmp_path / "fifo"):
        with pytest.raises(Reject, match="is no file that can be read"):
            JsonlSource(str(path)).poll(None)


def test_a_file_that_cannot_be_opened_is_worth_a_retry(tmp_path: Path) -> None:
    with pytest.raises(Retry, match=r"can't read .*: File name too long"):
        JsonlSource(str(tmp_path / ("x" * 300))).poll(None)


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"path": ""}, "path names nothing"),
        ({"path": "a\0b"}, "path names nothing"),
        ({"path": "a", "lines_max": 0}, "lines_max is 0"),
        ({"path": "a", "replay_speed": -1}, "replay_speed is -1"),
        ({"path": "a", "replay_speed": float("nan")}, "replay_speed is nan"),
        ({"path": "-", "replay_speed": 2}, "replay_speed needs a file"),
    ],
)
def test_settings_that_make_no_sense_are_refused(settings: dict[str, str], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        JsonlSource(**settings)  # type: ignore[arg-type]
