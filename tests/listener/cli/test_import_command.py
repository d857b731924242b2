"""``listener import`` on real stores: what is stored and told, and that nobody else is told."""

import csv
import gzip
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from listener.clock import utc_now
from listener.model import Post
from listener.stages import importing
from listener.testing import a_post
from listener.testing.store_steps import claim, poll
from tests.listener.cli import teaching
from tests.listener.cli.commands import Listener, configure, store_in
from tests.listener.importing.exports import (
    BRAND24,
    BRANDWATCH,
    MENTION,
    NEWS,
    SPROUT,
    STATUS,
    write,
)

HEADER = "Query Name,Page Type,Date,Url,Full Text,Author,Sentiment\n"
RULE = """
[[rules]]
name = "all"
when = { priority_min = 0 }
send_to = ["desk"]
[[rules]]
name = "spike"
spike = { window_minutes = 1440, mentions_min = 2 }
send_to = ["desk"]
"""


def ids(folder: Path) -> list[str]:
    with store_in(folder) as store:
        posts = store.kept(datetime(1990, 1, 1, tzinfo=UTC), utc_now())
        return sorted(kept.post.id for kept in posts)


def lines_of(number: int, text: str = "Norvia is late", first: int = 0) -> str:
    return HEADER + "".join(
        f"q,x,2024-03-01 10:00:{n % 60:02},https://x.com/a/status/{n},{text} {n},a,negative\n"
        for n in range(first, first + number)
    )


def test_an_export_is_read_in_and_told(tmp_path: Path, listener: Listener) -> None:
    configure(tmp_path)
    write(tmp_path, BRANDWATCH)
    told = listener("import", "export.csv", "--timezone", "UTC")
    assert (told.code, told.err) == (0, "")
    assert told.lines == [
        "export.csv: Brandwatch, commas, UTF-8, its columns in line 5",
        "  dates: they read one way only; times without a zone are read as in UTC",
        "  columns that are not read: 'Query Id', 'Query Name', 'Reach (new)'",
        "export.csv: 3 posts with 3 mentions from 3 rows",
        "  published 2024-03-01 to 2024-03-03, kept under the source import/brandwatch",
        "nobody is told of them; listener retag --since 2024-03-01 has them judged",
    ]
    assert ids(tmp_path) == [
        f"news.example.org:{NEWS}", "reddit:t3_1abc2d", "x:1700000000000000001",
    ]  # fmt: skip
    exported = [json.loads(line) for line in listener("export").lines]
    assert [row["tags"]["sentiment"]["label"] for row in exported] == [
        "negative", "neutral", "positive",
    ]  # fmt: skip
    assert {row["source"] for row in exported} == {"import/brandwatch"}


def test_a_finished_file_is_not_read_again(tmp_path: Path, listener: Listener) -> None:
    configure(tmp_path)
    write(tmp_path, BRANDWATCH)
    listener("import", "export.csv")
    (tmp_path / "export.csv").rename(tmp_path / "same.csv")
    told = listener("import", "same.csv", "--dates", "day")
    assert (told.code, len(told.lines)) == (0, 1)
    assert re.fullmatch(
        r"same\.csv: read in on [-0-9: ]+ already \(3 posts\); --again reads it once more",
        told.lines[0],
    )
    again = listener("import", "same.csv", "--again")
    assert "same.csv: 0 posts with 0 mentions from 3 rows" in again.lines
    assert "  rows passed over: 3 stored before or twice in it" in again.lines
    (listed,) = listener("import", "--list").lines
    assert listed.startswith("same.csv: brandwatch, read in ")


def test_a_brand_that_is_new_is_found_when_it_is_read_again(
    tmp_path: Path, listener: Listener
) -> None:
    configure(tmp_path)
    write(tmp_path, lines_of(3, "Zebra and Norvia"))
    listener("import", "export.csv")
    configure(tmp_path, '[brands.zebra]\nnames = ["Zebra"]\n')
    assert (
        "export.csv: 0 posts with 3 mentions from 3 rows"
        in listener("import", "export.csv", "--again").lines
    )


def test_history_alerts_nobody(tmp_path: Path, listener: Listener) -> None:
    """Neither when it is read in, nor by the daemon's stages, nor when it is judged."""
    configure(tmp_path, RULE)
    write(tmp_path, lines_of(50))
    listener("import", "export.csv")
    for command in ("once", "retag", "once"):
        assert listener(command).code == 0
    with store_in(tmp_path) as store:
        status = store.status(utc_now())
        assert (status.posts, status.mentions, status.alerts_delivered) == (50, 50, 0)
        assert status.stages["send"].waiting == 0
        assert status.stages["tag"].waiting == 0
        assert not status.cases
        assert not status.alarms


def test_what_is_new_in_an_export_is_no_spike(tmp_path: Path, listener: Listener) -> None:
    """Also where it is read in first, and listening begins a moment later."""
    (tmp_path / "posts.jsonl").write_text('{"text": "Norvia is late", "id": "1"}\n')
    configure(tmp_path, RULE + '[sources.file]\ntype = "jsonl"\npath = "posts.jsonl"\n')
    now = utc_now()
    ages = [f"{now - timedelta(hours=hours):%Y-%m-%d %H:%M}Z" for hours in range(1, 60)]
    rows = (f"q,x,{at},https://x.com/a/status/{n},Norvia,a,\n" for n, at in enumerate(ages))
    write(tmp_path, HEADER + "".join(rows))
    told = listener("import", "export.csv")
    assert "export.csv: 35 posts with 35 mentions from 59 rows" in told.out
    assert "UTC on; what is younger than 25 hours could look like a spike" in told.out
    for command in (["once"], ["import", "export.csv", "--again", "--overlap"], ["once"]):
        assert listener(*command).code == 0
    with store_in(tmp_path) as store:
        status = store.status(utc_now())
        assert (status.posts, status.alerts_delivered) == (36, 1), "the one that was heard"
        assert status.alarms == ()


def test_a_dry_run_of_the_rules_tells_what_they_would_have_told(
    tmp_path: Path, listener: Listener
) -> None:
    configure(tmp_path, RULE)
    write(tmp_path, lines_of(5))
    listener("import", "export.csv")
    told = listener("dryrun", "--since", "2024-03-01", "--until", "2024-03-02", "--json")
    assert told.code == 0
    assert "5" in told.out
    quiet = listener("dryrun", "--since", "30d", "--json")
    assert "2024-03" not in quiet.out


def test_a_packed_file_is_gone_on_with_too(
    tmp_path: Path, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(tmp_path)
    monkeypatch.setattr(importing, "CHUNK_ROWS", 10)
    whole = gzip.compress(lines_of(95).encode("utf-16"))
    (tmp_path / "export.csv.gz").write_bytes(whole)
    with monkeypatch.context() as broken:
        broken.setattr(importing.Importer, "save", _fails_after(4))
        assert listener("import", "export.csv.gz").code == 1
    assert len(ids(tmp_path)) == 40
    told = listener("import", "export.csv.gz")
    assert "commas, UTF-16-LE, packed" in told.out
    assert "export.csv.gz: 95 posts with 95 mentions from 95 rows" in told.lines
    assert len(ids(tmp_path)) == 95


def test_a_file_that_is_cut_off_is_read_as_far_as_it_goes(
    tmp_path: Path, listener: Listener
) -> None:
    configure(tmp_path)
    whole = gzip.compress(lines_of(5_000).encode())
    (tmp_path / "export.csv.gz").write_bytes(whole[: len(whole) * 2 // 3])
    told = listener("import", "export.csv.gz", "--dates", "day")
    assert told.code == 2
    assert told.err == "listener: export.csv.gz: the packed file is damaged or cut off\n"
    assert 1000 < len(ids(tmp_path)) < 5000


def test_our_judges_judge_it_later_and_stand_above(
    tmp_path: Path, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    teaching.install(tmp_path / "site", monkeypatch)
    teaching.teach(tmp_path)
    write(tmp_path, lines_of(3))
    listener("import", "export.csv")
    told = listener("retag", "--since", "2024-01-01")
    assert "  sentiment: negative → neutral  3" in told.lines
    exported = [json.loads(line) for line in listener("export", "--until", "2025-01-01").lines]
    assert [row["tags"]["sentiment"]["label"] for row in exported] == ["neutral"] * 3


def test_a_dry_run_stores_nothing(tmp_path: Path, listener: Listener) -> None:
    configure(tmp_path)
    write(tmp_path, BRANDWATCH + "1,norvia,soon,,,,x.com,,,,,,,,,,,x\n")
    told = listener("import", "export.csv", "--dry-run", "--timezone", "UTC")
    assert told.code == 0
    assert not (tmp_path / "test.db").exists()
    for line in (
        "would store 3 posts with 3 mentions from 4 rows",
        "  rows passed over: 1 refused",
        "  line 10: 'soon' is no date",
        "  x:1700000000000000001, 2024-03-01 10:00, by anna",
        '    Norvia is late, again and "nobody" told us',
        "  brands: norvia 3",
        "  months: 2024-03 3",
        "  sites: x 1, reddit 1, news.example.org 1",
    ):
        assert line in told.lines
    listener("import", "export.csv")
    assert "would store 0 posts" in listener("import", "export.csv", "--dry-run").out
    assert len(ids(tmp_path)) == 3


def test_a_post_that_a_source_hears_later_is_the_same(tmp_path: Path, listener: Listener) -> None:
    configure(tmp_path)
    write(tmp_path, BRANDWATCH)
    listener("import", "export.csv")
    at = datetime(2024, 3, 1, 8, tzinfo=UTC)
    heard = Post("x", "1700000000000000001", "Norvia is late again", url=STATUS, published_at=at)
    with store_in(tmp_path) as store:
        assert poll(store, [heard]).posts_new == 0
        assert store.status(utc_now()).posts == 3


def test_what_our_own_sources_hear_is_left_out(tmp_path: Path, listener: Listener) -> None:
    configure(tmp_path)
    now = utc_now()
    with store_in(tmp_path) as store:
        poll(store, [a_post()], now=now - timedelta(days=30))
        claim(store, now)
    days = [60, 20, 1]
    write(
        tmp_path,
        HEADER
        + "".join(
            f"q,x,{now - timedelta(days=day):%Y-%m-%d %H:%M},https://x.com/a/status/{day},Norvia,a,\n"
            for day in days
        ),
    )
    told = listener("import", "export.csv", "--dry-run")
    assert "  rows passed over: 2 left out" in told.lines
    told = listener("import", "export.csv")
    assert "UTC on; since then we listen ourselves; --overlap takes it too" in told.out
    assert ids(tmp_path) == ["fake:1", "x:60"]
    told = listener("import", "export.csv", "--overlap", "--again")
    assert "UTC on; what is younger than 25 hours could look like a spike" in told.out
    assert ids(tmp_path) == ["fake:1", "x:20", "x:60"]


def test_a_digest_says_what_it_rests_on(tmp_path: Path, listener: Listener) -> None:
    configure(tmp_path)
    write(tmp_path, lines_of(3))
    listener("import", "export.csv")
    page = listener("digest", "--since", "2024-03-01", "--until", "2024-03-02").out
    assert "No coverage was recorded for this period" in page
    told, row = [line for line in page.splitlines() if "import/brandwatch" in line]
    assert "is in no number" in told
    assert "no coverage recorded" in row


def test_several_files_of_several_tools(tmp_path: Path, listener: Listener) -> None:
    configure(tmp_path)
    names = []
    for number, text in enumerate((BRANDWATCH, MENTION, BRAND24, SPROUT)):
        names.append(f"{number}.csv")
        write(tmp_path, text, name=names[-1])
    told = listener("import", *names, "--timezone", "UTC")
    assert told.code == 0
    assert len(ids(tmp_path)) == 4, "each post once, whoever exported it"
    assert len(listener("import", "--list").lines) == 4


def test_a_brands_own_place(tmp_path: Path, listener: Listener) -> None:
    configure(tmp_path)
    write(tmp_path, SPROUT)
    listener("import", "export.csv", "--addressed-to", "skylark")
    exported = [json.loads(line) for line in listener("export").lines]
    found = {(row["brand"], row["directness"]) for row in exported}
    assert found == {("norvia", "indirect"), ("skylark", "direct")}


def test_refused_rows_are_written_down_and_can_be_mended(
    tmp_path: Path, listener: Listener
) -> None:
    configure(tmp_path)
    text = lines_of(2) + 'q,x,soon,https://x.com/a/status/5,"=1+1, Norvia",a,\n' + 'q,"open,x\n'
    write(tmp_path, text)
    told = listener("import", "export.csv", "--rejects")
    assert "  rows passed over: 2 refused" in told.lines
    rejects = tmp_path / "export.csv.rejects.csv"
    with rejects.open(encoding="utf-8", newline="") as file:
        header, first, second = csv.reader(file)
    assert header == ["refused line", "refused because", *HEADER.strip().split(",")]
    assert first == ["4", "'soon' is no date", "q", "x", "soon", "https://x.com/a/status/5",
                     "=1+1, Norvia", "a", ""]  # fmt: skip
    assert second[0] == "5"
    mended = rejects.read_text(encoding="utf-8").replace(",soon,", ",2024-03-01,")
    write(tmp_path, mended, name="mended.csv")
    listener("import", "mended.csv")
    assert "x:5" in ids(tmp_path)


def test_it_goes_on_where_it_was_broken_off(
    tmp_path: Path, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Here by a file that is damaged; by kill -9 in tests/campaigns/test_import_kill.py."""
    configure(tmp_path)
    monkeypatch.setattr(importing, "CHUNK_ROWS", 10)
    bad = "".join(f"q,x,soon,https://x.com/a/status/{n},Norvia,a,\n" for n in range(40))
    write(tmp_path, lines_of(35) + bad)
    with monkeypatch.context() as broken:
        broken.setattr(importing.Importer, "save", _fails_after(4))
        told = listener("import", "export.csv", "--rejects")
    assert told.code == 1
    assert len(ids(tmp_path)) == 35
    (listed,) = listener("import", "--list").lines
    assert "broken off at line 42" in listed
    told = listener("import", "export.csv", "--rejects", "--dates", "day")
    assert (told.code, told.out) == (2, "")
    assert told.err == (
        "listener: export.csv: it was begun with other options; give the same ones to go on, "
        "or --again to begin anew\n"
    )
    told = listener("import", "export.csv", "--rejects")
    assert "  going on where it was broken off, at line 42 (40 rows done, begun" in told.out
    assert "export.csv: 35 posts with 35 mentions from 75 rows" in told.lines
    with (tmp_path / "export.csv.rejects.csv").open(newline="") as file:
        refused = [row[0] for row in csv.reader(file)][1:]
    assert refused == [str(line) for line in range(37, 77)], "each once"


def _fails_after(times: int) -> object:
    save = importing.Importer.save
    left = [times]

    def failing(*arguments: object) -> object:
        if not left[0]:
            raise RuntimeError("the machine went down")
        left[0] -= 1
        return save(*arguments)  # type: ignore[arg-type]

    return failing


def test_progress_is_told_where_it_is_asked_for(tmp_path: Path, listener: Listener) -> None:
    configure(tmp_path)
    write(tmp_path, lines_of(30))
    assert listener("import", "export.csv").err == ""
    told = listener("import", "export.csv", "--again", "--progress")
    assert re.fullmatch(r"export\.csv: 30 rows, [\d,]+ rows/s, 100%\n", told.err)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "import takes FILE…, or --list"),
        (["--list", "export.csv"], "import --list takes nothing else"),
        (["missing.csv"], "missing.csv: there is no such file"),
        (["odd.csv"], "odd.csv: no tool is known by its columns (it has 'Day', 'Words'): say"),
        (["export.csv", "--layout", "brandwach"], "did you mean 'brandwatch'?"),
        (["export.csv", "--layout", "mention", "--mapping", "m.toml"], "give one"),
        (["export.csv", "--layout", "mention"], "no row has a date and the text as 'mention'"),
        (["export.csv", "--mapping", "m.toml"], "m.toml: can't be read: no such file"),
        (["export.csv", "--dates", "us"], "write day or month"),
        (["export.csv", "--timezone", "Mars/Base"], "there is no time zone 'Mars/Base'"),
        (["export.csv", "--encoding", "klingon"], "the encoding 'klingon' is not known"),
        (["export.csv", "--addressed-to", "norvi"], "did you mean 'norvia'?"),
        (["both.csv"], "its dates read both ways, such as '03/04/2024'"),
        (["export.csv", "odd.csv"], "odd.csv: no tool"),
    ],
)
def test_bad_use_is_one_clear_line(
    arguments: list[str], told: str, tmp_path: Path, listener: Listener
) -> None:
    configure(tmp_path)
    write(tmp_path, lines_of(1))
    write(tmp_path, "Day,Words\n2024-03-01,Norvia\n", name="odd.csv")
    write(tmp_path, HEADER + "q,x,03/04/2024,https://x.com/a/status/1,Norvia,a,\n", name="both.csv")
    said = listener("import", *arguments)
    assert (said.code, said.out) == (2, "")
    assert told in said.err
    assert said.err.startswith("listener: ")
    assert said.err.count("\n") == 1
    assert not (tmp_path / "test.db").exists(), "nothing is stored before all can be read"


def test_lines_that_are_not_utf_8_are_counted(tmp_path: Path, listener: Listener) -> None:
    configure(tmp_path)
    line = "q,x,2024-03-01,https://x.com/a/status/77,Norvia mönch,a,\n"
    (tmp_path / "export.csv").write_bytes(lines_of(2).encode() + line.encode("cp1252"))
    assert "  1 line not in UTF-8" in listener("import", "export.csv").lines
    (row,) = [one for one in listener("export").lines if "status/77" in one]
    assert json.loads(row)["post"]["text"] == "Norvia mönch"
