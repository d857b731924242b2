"""A file as lines of text with their places, packed or not, in whichever encoding.

A line is UTF-8 where it is, and windows-1252 where it is not: so a file whose encoding changes
halfway, or that lies about it, is read all the same, and how many lines were not UTF-8 is told.
What has two bytes per character is turned into UTF-8 first. Places are counted in the stream that
is read so: the file's own bytes, or the unpacked or translated ones.
"""

import codecs
import gzip
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

BLOCK_BYTES = 65_536
SAMPLE_BYTES = 262_144
LINE_BYTES_MAX = 1_048_576
"""A longer line comes in pieces; the rows behind refuse it."""

UTF_8 = "UTF-8"
FALLBACK = "windows-1252"

_PACKED = b"\x1f\x8b"
_MARKS = {
    codecs.BOM_UTF8: UTF_8,
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}


class Line(NamedTuple):
    """A line with its end, its number from 1, and the place behind it."""

    text: str
    number: int
    end: int


class Unreadable(ValueError):
    """The file can't be read on; the message says why in one sentence."""


@dataclass(slots=True)
class PlainFile:
    """An export as lines. ``encoding`` empty: found out by looking.

    ``odd_lines`` counts those that were not in the encoding, since reading last began.
    """

    path: Path
    encoding: str = ""
    is_packed: bool = False
    has_old_line_ends: bool = False
    odd_lines: int = 0
    _raw: BinaryIO | None = field(default=None, repr=False)
    _is_at_end: bool = False

    def __post_init__(self) -> None:
        sample = self._look()
        told, guessed = self.encoding and _named(self.encoding), _guessed(sample)
        is_told = told and not (told == guessed[: len(told)] == "utf-16")
        self.encoding = told if is_told else guessed
        text = sample.decode(self.encoding, "replace")
        self.has_old_line_ends = "\n" not in text and "\r" in text

    @property
    def is_wide(self) -> bool:
        """Whether a character has more than one byte even where it is plain ASCII."""
        return "a".encode(self.encoding) != b"a"

    def lines(self, start: int = 0, number: int = 1) -> Iterator[Line]:
        """The lines from a place on, of which the first has this number. Raises Unreadable."""
        end = start
        self.odd_lines = 0
        decoded = self._decoder()
        for raw in _split(self._blocks(start)):
            end += len(raw)
            text = decoded(raw)
            yield Line(text.lstrip("\ufeff") if number == 1 else text, number, end)
            number += raw.endswith(b"\n")

    def share_read(self) -> float:
        """How much of the file was read so far, 0 to 1."""
        if self._is_at_end:
            return 1.0
        size = self.path.stat().st_size
        return min(self._raw.tell() / size, 1.0) if self._raw and size else 0.0

    def _look(self) -> bytes:
        """The first bytes, unpacked."""
        if self.path.exists() and not self.path.is_file():
            raise Unreadable("is no plain file, which can be read twice")
        try:
            with self.path.open("rb") as file:
                self.is_packed = file.read(2) == _PACKED
            with _opened(self.path, is_packed=self.is_packed) as file:
                return file.read(SAMPLE_BYTES)
        except (OSError, EOFError, zlib.error) as error:
            raise Unreadable(_why(error)) from None

    def _blocks(self, start: int) -> Iterator[bytes]:
        """What is to be split into lines, from this place on."""
        self._is_at_end = False
        try:
            with self.path.open("rb") as self._raw:
                file = gzip.GzipFile(fileobj=self._raw) if self.is_packed else self._raw
                if not (self.is_packed or self.is_wide):
                    file.seek(start)
                    start = 0
                yield from _behind(start, self._translated(cast("BinaryIO", file)))
                self._is_at_end = True
        except (OSError, EOFError, zlib.error) as error:
            raise Unreadable(_why(error)) from None
        finally:
            self._raw = None

    def _translated(self, file: BinaryIO) -> Iterator[bytes]:
        decoder = codecs.getincrementaldecoder(self.encoding)("replace") if self.is_wide else None
        while block := file.read(BLOCK_BYTES):
            plain = decoder.decode(block).encode("utf-8", "replace") if decoder else block
            yield plain.replace(b"\r", b"\n") if self.has_old_line_ends else plain

    def _decoder(self) -> Callable[[bytes], str]:
        encoding = UTF_8 if self.is_wide else self.encoding
        other = FALLBACK if encoding == UTF_8 else encoding

        def decoded(raw: bytes) -> str:
            try:
                return raw.decode(encoding)
            except UnicodeDecodeError:
                self.odd_lines += 1
                return raw.decode(other, "replace")

        return decoded


def fingerprint(path: Path) -> str:
    """What tells a file's content from any other's. Raises Unreadable."""
    digest = blake2b(digest_size=20)
    try:
        with path.open("rb") as file:
            while block := file.read(1_048_576):
                digest.update(block)
    except OSError as error:
        raise Unreadable(_why(error)) from None
    return digest.hexdigest()


def _opened(path: Path, *, is_packed: bool) -> BinaryIO:
    return cast("BinaryIO", gzip.open(path, "rb")) if is_packed else path.open("rb")


def _named(encoding: str) -> str:
    """The encoding as Python names it. Raises Unreadable for one that nobody knows."""
    try:
        name = codecs.lookup(encoding).name
        "a".encode(name)
    except (LookupError, UnicodeError, ValueError):
        msg = f"the encoding '{encoding}' is not known; name one such as utf-8 or windows-1252"
        raise Unreadable(msg) from None
    return {"utf-8": UTF_8, "utf-8-sig": UTF_8, "cp1252": FALLBACK}.get(name, name)


def _guessed(sample: bytes) -> str:
    """What the first bytes say; of text in two bytes per character every other one is NUL."""
    for mark, encoding in _MARKS.items():
        if sample.startswith(mark):
            return encoding
    pairs = max(1, len(sample) // 2)
    if sample[1::2].count(0) > pairs * 0.4:
        return "utf-16-le"
    if sample[0::2].count(0) > pairs * 0.4:
        return "utf-16-be"
    return UTF_8


def _behind(start: int, blocks: Iterator[bytes]) -> Iterator[bytes]:
    """The blocks without their first bytes."""
    for block in blocks:
        yield block[start:]
        start = max(0, start - len(block))


def _split(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """Whole lines, each with its end."""
    rest = b""
    for block in blocks:
        *lines, rest = (rest + block).split(b"\n")
        for line in lines:
            yield line + b"\n"
        if len(rest) > LINE_BYTES_MAX:
            yield rest
            rest = b""
    if rest:
        yield rest


def _why(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return "there is no such file"
    if isinstance(error, gzip.BadGzipFile | EOFError | zlib.error):
        return "the packed file is damaged or cut off"
    strerror = getattr(error, "strerror", None)
    return f"can't be read: {(strerror or type(error).__name__).lower()}"
