"""Rows that are odd, hostile or broken: each is a post or costs itself, with its reason."""

import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.importing.opening import open_export
from listener.importing.records import Record
from listener.importing.rows import Row
from listener.stages.reading import as_seen
from tests.listener.importing.exports import NOW, STATUS, reader, rows, write

HEADER = "Query Name,Page Type,Date,Url,Full Text,Author,X Author Id,Sentiment,X Reply To,Title\n"
AT = "2024-03-01 10:00:00"


def row(folder: Path, line: str) -> Row:
    (one,) = rows(write(folder, HEADER + line))
    return one


def reason(folder: Path, line: str) -> str:
    with pytest.raises(ValueError, match=r".") as told:
        row(folder, line)
    return str(told.value)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (f"q,x,,{STATUS},hello\n", "it has no date"),
        (f"q,x,soon,{STATUS},hello\n", "'soon' is no date"),
        (f"q,x,2031-01-01,{STATUS},hello\n", "its date lies ahead: 2031-01-01 00:00 UTC"),
        (f"q,x,{AT},{STATUS},\n", "nothing is said in it"),
        (f"q,,{AT},,hello\n", "neither an address nor a site"),
        (f"q,x,{AT},{STATUS},a,b,c,d,e,f,g\n", "it has 11 cells where the header has 10"),
        (f'q,x,{AT},{STATUS},"hello\n', "its quotes don't fit"),
    ],
)
def test_a_row_that_is_no_post_says_why(line: str, told: str, tmp_path: Path) -> None:
    assert told in reason(tmp_path, line)


def test_a_short_row_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    """Spreadsheets leave out empty cells at the end of a row."""
    assert row(tmp_path, f"q,x,{AT},{STATUS},hello\n").post.text == "hello"
    assert row(tmp_path, f"q,x,{AT},{STATUS},hello,,,,,,,,\n").post.text == "hello"


def test_text_that_a_spreadsheet_takes_for_a_formula_is_text(tmp_path: Path) -> None:
    assert row(tmp_path, f'q,x,{AT},{STATUS},"=HYPERLINK(""a"")"\n').post.text == '=HYPERLINK("a")'


def test_what_it_answers_is_named_as_our_sources_do(tmp_path: Path) -> None:
    def parent(stated: str) -> str:
        return row(tmp_path, f"q,x,{AT},{STATUS},hello,,,,{stated}\n").post.in_reply_to

    assert parent("https://twitter.com/norvia/status/17") == "17"
    assert parent("17") == "17"
    assert parent("@norvia") == "@norvia"
    assert parent("https://www.reddit.com/r/a/comments/1abc2d/b/") == ""
    assert parent("1.7E+18") == ""


def test_ids_that_a_spreadsheet_has_mangled_are_none(tmp_path: Path) -> None:
    assert row(tmp_path, f"q,x,{AT},{STATUS},hello,anna,1.23457E+17\n").post.author.id == ""
    assert row(tmp_path, f"q,x,{AT},{STATUS},hello,anna,123\n").post.author.id == "123"


def test_posts_at_one_address_are_told_apart(tmp_path: Path) -> None:
    url = "https://forum.example/thread/7"
    lines = [f"q,forum,{AT},{url},{text},{who}\n" for text, who in (("a", "anna"), ("b", "ben"))]
    first, second = rows(write(tmp_path, HEADER + "".join(lines)))
    assert first.post.id == second.post.id == f"forum.example:{url}"
    assert first.is_by_address
    assert first.apart.id != second.apart.id
    assert first.apart.id == row(tmp_path, lines[0]).apart.id
    far = row(tmp_path, f"q,forum,{AT},{url}/{'a' * 475},hello,anna\n")
    assert len(far.apart.native_id) <= 500


def test_a_row_without_an_address_is_named_by_its_content(tmp_path: Path) -> None:
    first = row(tmp_path, f"q,facebook,{AT},,hello,Anna A\n").post
    assert (first.site, first.url, first.author.name) == ("facebook", "", "Anna A")
    assert row(tmp_path, f"q,facebook,{AT},,hello,Anna A\n").post == first
    assert row(tmp_path, f"q,facebook,{AT},,hello!,Anna A\n").post.id != first.id
    hostile = row(tmp_path, f"q,facebook,{AT},javascript:alert(1),hello,Anna A\n").post
    assert (hostile.id, hostile.url) == (first.id, "")


def test_where_files_were_joined_the_header_comes_again(tmp_path: Path) -> None:
    line = f"q,x,{AT},{STATUS},hello\n"
    assert len(rows(write(tmp_path, HEADER + line + HEADER + line))) == 2


@given(st.lists(st.text(max_size=40), max_size=14))
def test_any_cells_are_a_post_or_a_reason(cells: list[str]) -> None:
    header = open_export(HEADER_FILE).header
    read = reader(open_export(HEADER_FILE))
    assert read.header == header
    with contextlib.suppress(ValueError):
        assert as_seen(read.row(Record(cells, 2, 0, 3)).post, NOW).id


HEADER_FILE = Path(__file__).with_name("header.csv")
