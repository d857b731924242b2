"""Rows: cells over several lines, quotes that don't fit, and nothing lost behind them."""

import csv
import io
import re
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.importing import records
from listener.importing.plain import Line
from listener.importing.records import Record, Records


def lines(text: str) -> Iterator[Line]:
    end = 0
    for number, line in enumerate(re.findall(r"[^\n]*\n|[^\n]+", text), 1):
        end += len(line.encode())
        yield Line(line, number, end)


def read(text: str, width: int = 3, delimiter: str = ",") -> list[Record]:
    return list(Records(lines(text), delimiter, width))


def cells(text: str, width: int = 3) -> list[list[str]]:
    return [record.cells for record in read(text, width) if not record.fault]


def faults(text: str, width: int = 3) -> list[int]:
    return [record.line for record in read(text, width) if record.fault]


def test_a_cell_may_have_several_lines() -> None:
    first, second = read('1,"two\nlines, and ""more""",x\n2,b,c\n')
    assert first == Record(["1", 'two\nlines, and "more"', "x"], 1, 30, 3)
    assert second == Record(["2", "b", "c"], 3, 36, 4)


def test_empty_lines_are_no_rows() -> None:
    assert cells("1,a,b\n\n,,\n2,a,b\n") == [["1", "a", "b"], ["2", "a", "b"]]


def test_a_quote_that_is_never_closed_costs_its_own_row() -> None:
    text = '1,"open,b\n2,a,b\n3,"c, d",e\n4,"x\ny",z\n'
    assert faults(text) == [1]
    assert cells(text) == [["2", "a", "b"], ["3", "c, d", "e"], ["4", "x\ny", "z"]]


def test_a_quote_that_is_open_at_the_end_costs_its_own_row() -> None:
    text = '1,a,b\n2,"open,b\n3,a,b\n'
    assert faults(text) == [2]
    assert cells(text) == [["1", "a", "b"], ["3", "a", "b"]]


def test_quotes_in_the_middle_of_a_cell_are_taken_as_they_stand() -> None:
    assert cells('1,"He said "hi" there",x\n2,say "hi",b\n') == [
        ["1", 'He said hi" there"', "x"],
        ["2", 'say "hi"', "b"],
    ]
    assert cells('1,x,"first line\nsay "hi" bye"\n2,b,c\n') == [
        ["1", "x", 'first line\nsay hi" bye"'],
        ["2", "b", "c"],
    ]


def test_two_rows_are_never_made_one() -> None:
    """Four cells by chance: the quote that was lost in one is found in the other."""
    text = '1,"lost,b,c\n2,"x, y",z,u\n'
    assert faults(text, 4) == [1]
    assert cells(text, 4) == [["2", "x, y", "z", "u"]]


def test_rows_between_two_lost_quotes_are_not_swallowed() -> None:
    text = '1,"lost,b\n' + "2,a,b\n" * 30 + '3,"lost,b,c\n4,a,b\n'
    assert faults(text) == [1, 32]
    assert cells(text) == [["2", "a", "b"]] * 30 + [["4", "a", "b"]]


def test_noise_is_refused_line_by_line() -> None:
    assert faults('1,a\rb,c\n"\r\r,x\n2,a,b\n') == [1, 2]
    assert cells("1,a\rb,c\n2,a,b\n") == [["2", "a", "b"]]


def test_a_row_that_goes_on_and_on_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "RECORD_CHARS_MAX", 1000)
    text = '1,"open,b\n' + "".join(f"{n},a,b\n" for n in range(2, 500))
    assert faults(text) == [1]
    assert len(cells(text)) == 498
    long_line = '1,"' + "a" * 5000 + '",b\n2,a,b\n'
    assert faults(long_line) == [1]
    assert cells(long_line) == [["2", "a", "b"]]


def test_a_large_cell_is_read() -> None:
    (row,) = cells('1,"' + "long\n" * 100_000 + '",b\n')
    assert len(row[1]) == 500_000


def test_reading_goes_on_from_any_row() -> None:
    text = '1,"open,b\n2,"a\nb",c\n"3",\x00,c\n4,"d ""e""",f\n'
    whole = read(text)
    data = text.encode()
    for record in whole:
        rest = data[record.end :].decode()
        again = Records(
            (Line(t, n + record.next_line - 1, e + record.end) for t, n, e in lines(rest)), ",", 3
        )
        assert list(again) == [one for one in whole if one.line > record.line]


@given(st.lists(st.lists(st.text(max_size=12), min_size=2, max_size=4), max_size=8))
def test_what_csv_writes_is_read_as_it_was(rows: list[list[str]]) -> None:
    written = io.StringIO(newline="")
    csv.writer(written, quoting=csv.QUOTE_ALL).writerows(rows)
    whole = [row for row in rows if any(row)]
    assert [one.cells for one in read(written.getvalue(), 0)] == whole


@given(st.text(alphabet='",\n\r a1\x00', max_size=60))
def test_any_text_ends_and_every_row_moves_on(text: str) -> None:
    ends = [record.end for record in read(text, 2)]
    assert ends == sorted(set(ends))
    assert all(end <= len(text.encode()) for end in ends)


def test_of_a_line_without_end_only_the_beginning_is_kept() -> None:
    pieces = [Line("a" * 2_000_000, 1, 2_000_000 * (n + 1)) for n in range(3)]
    refused = list(Records(iter(pieces), ",", 3))
    assert len(refused) == 3
    assert all(one.fault and len(one.cells[0]) < 50_000 for one in refused)
