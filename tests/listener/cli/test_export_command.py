"""``listener export`` of real stores."""

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from listener.answers import Answer
from listener.cli.exporting import cell
from listener.clock import utc_now
from listener.model import Author, Engagement
from listener.testing import a_mention, a_post
from listener.testing.fakes import NOON
from listener.testing.store_steps import HOUR, poll, tag_all
from tests.listener.cli.commands import Listener, Told, configure, store_in

AUTHOR = Author("=cmd()", "Anna\x1b[2J", 7, id="77", verified=True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three tagged mentions of two brands; the second is answered, the third taken down."""
    posts = [
        a_post("1", "@SUM(1+1) Norvia\r\nnext, “line”", author=AUTHOR, conversation="9"),
        a_post("2", published_at=NOON + HOUR, engagement=Engagement(1, 2, 3, 4)),
        a_post("3", "gone for good"),
    ]
    mentions = [a_mention(post=posts[0]), a_mention(post=posts[1], brand="skylark")]
    mentions.append(a_mention(post=posts[2]))
    answers = [Answer("fake:2", "skylark", "fake:9", NOON + 2 * HOUR)]
    with store_in(tmp_path) as store:
        poll(store, posts, mentions=mentions, answers=answers)
        tag_all(store)
        poll(store, [], deleted=["fake:3"], now=NOON + HOUR)
    configure(tmp_path)
    return tmp_path


def rows(told: Told) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(told.out, newline="")))


def test_json_lines_hold_all_that_is_known(folder: Path, listener: Listener) -> None:
    told = listener("export")
    assert (told.code, told.err) == (0, "")
    first, second = (json.loads(line) for line in told.lines)
    assert first["post"]["text"] == "@SUM(1+1) Norvia\r\nnext, “line”"
    assert first["post"]["author"] == {
        "handle": "=cmd()",
        "name": "Anna\x1b[2J",
        "followers": 7,
        "id": "77",
        "verified": True,
    }
    assert (first["id"], first["brand"], first["post"]["conversation"]) == ("fake:1", "norvia", "9")
    assert first["tags"]["urgency"]["label"] == "high"
    assert (first["priority"]["score"], first["answered_at"]) == (80, None)
    assert second["answered_at"] == "2026-03-10T14:00:00Z"
    assert second["post"]["engagement"] == {"likes": 1, "shares": 2, "replies": 3, "views": 4}


def test_csv_is_a_table_that_computes_nothing(folder: Path, listener: Listener) -> None:
    first, second = rows(listener("export", "--format", "csv"))
    assert first["text"] == "'@SUM(1+1) Norvia\nnext, “line”"
    assert (first["author_handle"], first["author_name"]) == ("'=cmd()", "Anna[2J")
    assert (first["urgency"], first["priority"], first["answered_at"]) == ("high", "80", "")
    assert (second["brand"], second["views"]) == ("skylark", "4")


@pytest.mark.parametrize(
    ("value", "safe"),
    [
        ("=1+1", "'=1+1"),
        ("  +1", "'  +1"),
        ("\t-1", "'    -1"),
        ("\u200b@x", "'@x"),
        ("\x00=x", "'=x"),
        ("＝1", "'＝1"),
        ("a=1", "a=1"),
        ("", ""),
        ("\r\n=1", "'\n=1"),
        ("\n \u2028\n@x", "'\n \n\n@x"),
        ("\u00a0=1", "'\u00a0=1"),
        ("\u3000\u2003+1", "'\u3000\u2003+1"),
        ("\ufe66\ufe62", "'\ufe66\ufe62"),
        ("\n1 - 1", "\n1 - 1"),
        (7, 7),
        (None, None),
    ],
)
def test_a_cell_is_no_formula(value: object, safe: object) -> None:
    assert cell(value) == safe


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_what_was_taken_down_is_never_in_it(folder: Path, listener: Listener, form: str) -> None:
    told = listener("export", "--format", form)
    assert "fake:1" in told.out
    assert "fake:3" not in told.out
    assert "gone for good" not in told.out


def test_a_period_and_a_brand_choose(folder: Path, listener: Listener) -> None:
    def ids(*arguments: str) -> list[str]:
        return [json.loads(line)["id"] for line in listener("export", *arguments).lines]

    assert ids("--since", "2026-03-10T15:00") == []
    assert ids("--since", "2026-03-10T12:30+00:00") == ["fake:2"]
    assert ids("--until", "2026-03-10T12:30+00:00") == ["fake:1"]
    assert ids("--brand", "skylark") == ["fake:2"]
    assert ids("--brand", "skylark", "--brand", "norvia") == ["fake:1", "fake:2"]


def test_a_file_is_whole_or_not_there(folder: Path, listener: Listener) -> None:
    told = listener("export", "--output", "out.jsonl")
    assert (told.code, told.out) == (0, "")
    assert len((folder / "out.jsonl").read_text().splitlines()) == 2
    assert sorted(path.name for path in folder.glob("out*")) == ["out.jsonl"]


def test_a_file_that_is_there_stays_unless_forced(folder: Path, listener: Listener) -> None:
    (folder / "out.jsonl").write_text("last month")
    told = listener("export", "--output", "out.jsonl")
    assert (told.code, told.err) == (
        2,
        "listener: out.jsonl is there already; --force overwrites it\n",
    )
    assert (folder / "out.jsonl").read_text() == "last month"
    assert listener("export", "--output", "out.jsonl", "--force").code == 0
    assert len((folder / "out.jsonl").read_text().splitlines()) == 2


@pytest.mark.parametrize("name", ["config.toml", "test.db", "test.db-wal", "link", "./test.db"])
def test_neither_the_configuration_nor_the_store_is_overwritten(
    folder: Path, listener: Listener, name: str
) -> None:
    (folder / "link").symlink_to("test.db")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    told = listener("export", "--force", "--output", name)
    assert told.code == 2
    assert told.err.endswith("is the listener's own: name another file\n")
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_a_full_disk_is_told_in_a_line(folder: Path) -> None:
    with Path("/dev/full").open("w") as full:
        ended = subprocess.run(
            [sys.executable, "-m", "listener", "export"],
            cwd=folder,
            stdout=full,
            stderr=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[3])},
            check=False,
            timeout=60,
        )
    said = ended.stderr.decode()
    assert ended.returncode == 2
    assert said.startswith("listener: standard output can't be written: ")
    assert len(said.splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--format", "xml"), "'xml' is none; there are jsonl, csv"),
        (("--brand", "norvja"), "did you mean"),
        (("--since", "soon"), "is no time"),
        (("--since", "1d", "--until", "2d"), "--since must lie before --until"),
        (("--output", "no/such/folder/x"), "can't be written"),
        (("--output", "."), "is no file"),
    ],
)
def test_bad_use_is_told_in_a_line(
    folder: Path, listener: Listener, arguments: tuple[str, ...], said: str
) -> None:
    told = listener("export", *arguments)
    assert (told.code, told.out) == (2, "")
    assert said in told.err


def test_nothing_stored_is_a_table_without_rows(tmp_path: Path, listener: Listener) -> None:
    configure(tmp_path)
    with store_in(tmp_path) as store:
        poll(store, [], now=utc_now())
    assert listener("export").out == ""
    assert listener("export", "--format", "csv").out.startswith("id,brand,published_at,")
