"""Files as lines: every encoding, packed, damaged, and places that reading can go on from."""

import gzip
from itertools import pairwise
from pathlib import Path

import pytest

from listener.importing import plain
from listener.importing.plain import Line, PlainFile, Unreadable, fingerprint

TEXT = "Päivä,Zażółć\n1,“yes”\nlast"


def write(folder: Path, content: bytes, name: str = "f.csv") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def texts(file: PlainFile, start: int = 0, number: int = 1) -> list[str]:
    return [line.text for line in file.lines(start, number)]


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (TEXT.encode(), "UTF-8"),
        (b"\xef\xbb\xbf" + TEXT.encode(), "UTF-8"),
        (TEXT.encode("utf-16"), "utf-16-le"),
        (b"\xfe\xff" + TEXT.encode("utf-16-be"), "utf-16-be"),
        (TEXT.encode("utf-16-le"), "utf-16-le"),
        (TEXT.encode("utf-16-be"), "utf-16-be"),
        # Without the time of packing: each of pytest's workers packs it anew, and the bytes name
        # the test.
        (gzip.compress(TEXT.encode(), mtime=0), "UTF-8"),
        (gzip.compress(TEXT.encode("utf-16"), mtime=0), "utf-16-le"),
    ],
)
def test_the_encoding_is_found_out(content: bytes, named: str, tmp_path: Path) -> None:
    file = PlainFile(write(tmp_path, content))
    assert file.encoding == named
    lines = list(file.lines())
    assert [line.text for line in lines] == ["Päivä,Zażółć\n", "1,“yes”\n", "last"]
    assert [line.number for line in lines] == [1, 2, 3]
    assert file.odd_lines == 0
    for before, line in pairwise(lines):
        assert next(file.lines(before.end, line.number)) == line


def test_a_line_that_is_not_utf_8_is_read_as_windows_1252_and_counted(tmp_path: Path) -> None:
    mixed = "ä,ß\n".encode() + "ä,“ß”\n".encode("cp1252") + b"\x81\n" + "ą\n".encode()
    file = PlainFile(write(tmp_path, mixed))
    assert texts(file) == ["ä,ß\n", "ä,“ß”\n", "\ufffd\n", "ą\n"]
    assert file.odd_lines == 2


def test_the_encoding_can_be_told(tmp_path: Path) -> None:
    path = write(tmp_path, "Zażółć\n".encode("iso-8859-2"))
    assert texts(PlainFile(path, "latin2")) == ["Zażółć\n"]
    assert texts(PlainFile(write(tmp_path, "Zażółć\n".encode("utf-16")), "UTF-16")) == ["Zażółć\n"]
    big_endian = b"\xfe\xff" + "Zażółć\n".encode("utf-16-be")
    assert texts(PlainFile(write(tmp_path, big_endian), "utf-16")) == ["Zażółć\n"]
    for unknown in ("klingon", "hex", "\x00"):
        with pytest.raises(Unreadable, match="is not known"):
            PlainFile(path, unknown)


def test_nuls_and_odd_line_ends_pass(tmp_path: Path) -> None:
    file = PlainFile(write(tmp_path, "a\x00b\r\n\u2028c\x0bd\x85\n".encode()))
    assert texts(file) == ["a\x00b\r\n", "\u2028c\x0bd\x85\n"]


def test_line_ends_of_old_macs_are_line_ends(tmp_path: Path) -> None:
    file = PlainFile(write(tmp_path, b"a,b\rc,d\r"))
    lines = list(file.lines())
    assert [line.text for line in lines] == ["a,b\n", "c,d\n"]
    assert next(file.lines(lines[0].end, 2)) == lines[1]


def test_a_line_without_end_comes_in_pieces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plain, "LINE_BYTES_MAX", 100_000)
    file = PlainFile(write(tmp_path, b"a" * 1_000_000 + b"\nb\n"))
    lines = list(file.lines())
    assert max(len(line.text) for line in lines) < 300_000
    assert "".join(line.text for line in lines) == "a" * 1_000_000 + "\nb\n"
    assert lines[-1] == Line("b\n", 2, 1_000_003)


def test_a_packed_file_that_was_cut_off_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    whole = gzip.compress("".join(f"{n},{n**5}\n" for n in range(100_000)).encode())
    lines = PlainFile(write(tmp_path, whole[: len(whole) // 2])).lines()
    for _ in range(1000):
        next(lines)
    with pytest.raises(Unreadable, match="damaged or cut off"):
        list(lines)


def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="there is no such file"):
        PlainFile(tmp_path / "missing.csv")
    with pytest.raises(Unreadable, match="is no plain file"):
        PlainFile(tmp_path)
    with pytest.raises(Unreadable, match="damaged"):
        PlainFile(write(tmp_path, b"\x1f\x8bnothing packed"))
    with pytest.raises(Unreadable, match="no such file"):
        fingerprint(tmp_path / "missing.csv")


def test_how_much_was_read_is_told(tmp_path: Path) -> None:
    file = PlainFile(write(tmp_path, b"a,b\n" * 100_000))
    assert file.share_read() == 0
    lines = file.lines()
    next(lines)
    assert 0 < file.share_read() < 0.5
    for _ in range(99_998):
        next(lines)
    assert file.share_read() == 1


def test_the_same_content_has_the_same_fingerprint(tmp_path: Path) -> None:
    one = fingerprint(write(tmp_path, b"a" * 3_000_000, "1.csv"))
    assert fingerprint(write(tmp_path, b"a" * 3_000_000, "2.csv")) == one
    assert fingerprint(write(tmp_path, b"a" * 2_999_999 + b"b", "3.csv")) != one
