"""Mapping files: any other export, and each fault of such a file in one sentence."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from listener.importing.mapping import BadMapping, read_mapping
from listener.importing.opening import open_export
from listener.importing.plain import Unreadable
from listener.model import Author
from tests.listener.importing.exports import reader, rows, write

GOOD = """
name = "oldtool"
timezone = "Europe/Helsinki"
dates = "%d.%m.%Y klo %H.%M"
[columns]
text = ["Viesti", "Otsikko"]
date = "Aika"
author = "Kuka"
sentiment = "Sävy"
[constants]
site = "forum.example"
language = "fi"
[sentiment]
"Ikävä" = "negative"
"""
EXPORT = """\
sep=;
Aika;Kuka;Viesti;Otsikko;Sävy;Aika
01.03.2024 klo 12.00;anna;Norvia myöhässä;;ikävä;
02.03.2024 klo 12.00;ben;;Taas myöhässä;positive;
"""


def mapping(folder: Path, text: str = GOOD) -> Path:
    path = folder / "map.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_any_export_is_read_by_its_mapping(tmp_path: Path) -> None:
    layout = read_mapping(mapping(tmp_path))
    path = write(tmp_path, EXPORT, "cp1252")
    export = open_export(path, layout)
    assert (export.header.line, export.header.delimiter) == (2, ";")
    assert export.header.doubled == ("Aika",)
    first, second = rows(path, wanted=layout)
    assert first.post.published_at == datetime(2024, 3, 1, 12, tzinfo=UTC)
    assert (first.post.site, first.post.language) == ("forum.example", "fi")
    assert (first.post.author, first.sentiment) == (Author(name="anna"), "negative")
    assert first.post.native_id.startswith("import-")
    assert (second.post.text, second.sentiment) == ("Taas myöhässä", "positive")
    assert layout.zone == "Europe/Helsinki"


def test_the_header_can_be_told_by_its_line(tmp_path: Path) -> None:
    text = GOOD.replace("[columns]", "header_line = 3\n[columns]")
    path = write(tmp_path, "Aika;Viesti\n\n" + EXPORT.partition("\n")[2], "cp1252")
    assert open_export(path, read_mapping(mapping(tmp_path, text))).header.line == 3
    wrong = read_mapping(mapping(tmp_path, text.replace("= 3", "= 4")))
    with pytest.raises(Unreadable, match="line 4 is no header of 'oldtool'"):
        open_export(path, wrong)


def test_a_mapping_needs_no_name(tmp_path: Path) -> None:
    path = mapping(tmp_path, GOOD.replace('name = "oldtool"', ""))
    assert read_mapping(path.rename(tmp_path / "Old Tool (2).toml")).name == "old-tool-2"


def test_delimiters_have_names(tmp_path: Path) -> None:
    layout = read_mapping(mapping(tmp_path, 'delimiter = "tab"\n' + GOOD))
    path = write(tmp_path, EXPORT.replace(";", "\t"))
    assert open_export(path, layout).header.delimiter == "\t"


@pytest.mark.parametrize(
    ("was", "becomes", "told"),
    [
        ('name = "oldtool"', 'name = "Old Tool!"', "name: write a short one"),
        ('name = "oldtool"', "name = 7", "name: write it as a short text"),
        ("dates =", "date =", "no such setting 'date'; did you mean 'dates'"),
        ('date = "Aika"', "", "'date' is missing"),
        ('text = ["Viesti", "Otsikko"]', "", "'text' is missing"),
        ('site = "forum.example"', "", "'url' or 'site' is missing"),
        ('author = "Kuka"', 'athor = "Kuka"', "no field 'athor'; did you mean 'author'"),
        ('author = "Kuka"', "author = []", "author: a column's name"),
        ('author = "Kuka"', "author = [1]", "author: a column's name"),
        ('author = "Kuka"', 'author = " "', "author: a column's name"),
        ('language = "fi"', 'text = "fi"', "constants: no 'text'"),
        ('language = "fi"', "language = 5", "constants: language: write it"),
        ('"negative"', '"bad"', "one of negative, neutral, positive, mixed"),
        ('"negative"', "[1]", "one of negative, neutral, positive, mixed"),
        ("[sentiment]", "[[sentiment]]", "sentiment: write it as a table"),
        ("[columns]", "header_line = true\n[columns]", "header_line: a line's number"),
        ("[columns]", "[columns", "is no TOML"),
        ("[columns]", "#" * 200_000 + "\n[columns]", "is larger than"),
    ],
)
def test_each_fault_is_told(was: str, becomes: str, told: str, tmp_path: Path) -> None:
    assert was in GOOD
    with pytest.raises(BadMapping, match=told) as caught:
        read_mapping(mapping(tmp_path, GOOD.replace(was, becomes)))
    assert "\n" not in str(caught.value)


def test_a_file_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(BadMapping, match="no such file"):
        read_mapping(tmp_path / "missing.toml")
    (tmp_path / "map.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(BadMapping, match="not UTF-8"):
        read_mapping(tmp_path / "map.toml")


def test_dates_that_contradict_each_other_need_a_person(tmp_path: Path) -> None:
    layout = read_mapping(mapping(tmp_path, GOOD.replace('dates = "%d.%m.%Y klo %H.%M"', "")))
    path = write(tmp_path, "Aika;Viesti\n25/02/2024;a\n04/03/2024;b\n02/26/2024;c\n")
    with pytest.raises(Unreadable, match=r"'25/02/2024' \(line 2\).*'02/26/2024' \(line 4\)"):
        open_export(path, layout)
    export = open_export(path, layout, "day")
    read = [reader(export).row(record) for record in list(export.records())[:2]]
    assert [row.post.published_at.month for row in read if row.post.published_at] == [2, 3]
    with pytest.raises(ValueError, match="'02/26/2024' is no date"):
        reader(export).row(list(export.records())[2])


def test_dates_that_read_both_ways_need_a_person(tmp_path: Path) -> None:
    layout = read_mapping(mapping(tmp_path, GOOD.replace('dates = "%d.%m.%Y klo %H.%M"', "")))
    text = "Aika;Viesti\n" + "04/03/2024;b\n" * 3000
    with pytest.raises(Unreadable, match="in all 3,000 rows"):
        open_export(write(tmp_path, text), layout)
    late = open_export(write(tmp_path, text + "12/31/2023;c\n"), layout)
    assert late.dates.order == "month", "the last of all rows settles it"
    with pytest.raises(Unreadable, match="write day or month"):
        open_export(write(tmp_path, text), layout, "american")
