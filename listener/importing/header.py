"""Where the rows of an export begin, what stands between its cells, and which cell is what.

Some tools write lines about the export above its header row. So the header is looked for: the first
row, by any usual delimiter, that has the columns of a layout.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from listener.importing.layouts import LAYOUTS, Layout, plain_name
from listener.importing.plain import PlainFile, Unreadable
from listener.importing.records import Record, Records
from listener.text import shown

ROWS_LOOKED_AT = 60
COLUMNS_MAX = 2_000
COLUMNS_SHOWN = 12
_DELIMITERS = (",", ";", "\t", "|")


@dataclass(frozen=True, slots=True)
class Header:
    """The header row of an export, and what follows from it.

    ``columns`` are as written; ``cells`` holds for each field of the layout the places of its
    columns, the preferred one first. ``unused`` are columns that no field takes, ``doubled``
    those that stand several times, of which the first counts. Rows begin at the place ``start``,
    in the line ``first_line``.
    """

    layout: Layout
    delimiter: str
    line: int
    columns: tuple[str, ...]
    cells: Mapping[str, tuple[int, ...]]
    unused: tuple[str, ...]
    doubled: tuple[str, ...]
    start: int
    first_line: int


def find_header(file: PlainFile, wanted: Layout | None = None) -> Header:
    """The header of this layout, or of any that is known. Raises Unreadable where none is there."""
    delimiters = [wanted.delimiter] if wanted and wanted.delimiter else _DELIMITERS
    widest: list[str] = []
    for delimiter in delimiters:
        for record in _first_rows(file, delimiter, wanted):
            names = [plain_name(cell) for cell in record.cells]
            layout = _layout_of(names, wanted)
            if layout is not None and len(names) <= COLUMNS_MAX:
                return _header(layout, delimiter, record)
            widest = max(widest, record.cells, key=len)
    raise Unreadable(_not_found(wanted, widest))


def _first_rows(file: PlainFile, delimiter: str, wanted: Layout | None) -> Iterator[Record]:
    line = wanted.header_line if wanted else 0
    if not line:
        yield from islice(Records(file.lines(), delimiter), ROWS_LOOKED_AT)
        return
    lines = (one for one in file.lines() if one.number >= line)
    yield from islice(Records(lines, delimiter), 1)


def _layout_of(names: Collection[str], wanted: Layout | None) -> Layout | None:
    if wanted is not None:
        return wanted if _holds(wanted, names) else None
    known = (one for one in LAYOUTS.values() if one.fits(names) and _holds(one, names))
    return next(known, None)


def _holds(layout: Layout, names: Collection[str]) -> bool:
    """Whether the least that a row needs is among the columns."""
    return _has(layout, ["date"], names) and _has(layout, ["text", "title"], names)


def _has(layout: Layout, fields: Iterable[str], names: Collection[str]) -> bool:
    return any(column in names for key in fields for column in layout.columns.get(key, ()))


def _header(layout: Layout, delimiter: str, record: Record) -> Header:
    names = [plain_name(cell) for cell in record.cells]
    places = {name: place for place, name in reversed(list(enumerate(names)))}
    cells = {
        key: tuple(places[column] for column in columns if column in places)
        for key, columns in layout.columns.items()
    }
    used = {place for taken in cells.values() for place in taken}
    named = [place for place, name in enumerate(names) if name]
    return Header(
        layout=layout,
        delimiter=delimiter,
        line=record.line,
        columns=tuple(record.cells),
        cells={key: taken for key, taken in cells.items() if taken},
        unused=tuple(record.cells[n] for n in named if n not in used and places[names[n]] == n),
        doubled=tuple(dict.fromkeys(record.cells[n] for n in named if places[names[n]] != n)),
        start=record.end,
        first_line=record.next_line,
    )


def _not_found(wanted: Layout | None, widest: list[str]) -> str:
    listed = ", ".join(f"'{shown(cell, 40)}'" for cell in widest[:COLUMNS_SHOWN])
    more = ", …" if len(widest) > COLUMNS_SHOWN else ""
    has = f"it has {listed}{more}" if widest else "it is empty"
    if wanted is None:
        return (
            f"no tool is known by its columns ({has}): say which columns are what with --mapping, "
            "or which tool it is from with --layout"
        )
    if wanted.header_line:
        line = wanted.header_line
        return f"line {line} is no header of '{wanted.name}': a date or the text is missing"
    return f"no row has a date and the text as '{wanted.name}' calls them: {has}"
