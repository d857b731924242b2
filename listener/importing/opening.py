"""An export, opened: what it is, where its rows are, and how its dates read.

Opening looks at the beginning only, but for one question. Where the order of day and month is open,
every row is asked, since one of the last may be the one that says it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from listener.importing.dates import Order, Orders
from listener.importing.header import Header, find_header
from listener.importing.layouts import Layout
from listener.importing.plain import PlainFile, Unreadable
from listener.importing.records import Record, Records

ROWS_ASKED_FIRST = 1_000

ORDERS: dict[str, Order] = {"day": "day", "month": "month"}


@dataclass(frozen=True, slots=True)
class Dates:
    """How the dates of an export read: an order, or a pattern; and what was seen of it."""

    order: Order = ""
    pattern: str = ""
    orders: Orders = field(default_factory=Orders)
    is_told: bool = False


@dataclass(frozen=True, slots=True)
class Export:
    """A file, its header, and how its dates read."""

    file: PlainFile
    header: Header
    dates: Dates

    def records(self, start: int = 0, line: int = 0) -> Iterator[Record]:
        """The rows from a place and its line on; from the first one without. Raises Unreadable."""
        header = self.header
        lines = self.file.lines(start or header.start, line or header.first_line)
        names = list(header.columns)
        for record in Records(lines, header.delimiter, len(names)):
            if record.cells != names:  # where files were joined, the header comes again
                yield record


def open_export(
    path: Path, wanted: Layout | None = None, dates: str = "", encoding: str = ""
) -> Export:
    """The export in a file: of the layout that is ``wanted``, or of any that is known.

    ``dates`` and ``encoding`` are what a person says of them. Raises Unreadable with one sentence.
    """
    file = PlainFile(path, encoding or (wanted.encoding if wanted else ""))
    header = find_header(file, wanted)
    told = dates or header.layout.dates
    return Export(file, header, _told(told) if told else _found_out(file, header))


def _told(dates: str) -> Dates:
    if dates in ORDERS:
        return Dates(ORDERS[dates], is_told=True)
    if "%" not in dates:
        raise Unreadable(
            "dates: write day or month for what stands first, or a form as %d.%m.%Y %H:%M"
        )
    return Dates(pattern=dates, is_told=True)


def _found_out(file: PlainFile, header: Header) -> Dates:
    places = header.cells["date"]
    orders = Orders()
    export = Export(file, header, Dates())
    for number, record in enumerate(export.records(), 1):
        cells = (record.cells[place].strip() for place in places if place < len(record.cells))
        cell = next(filter(None, cells), "")
        if cell and not record.fault:
            orders.add(cell, record.line)
        if number == ROWS_ASKED_FIRST and orders.order == "":
            break
    if orders.order is None:
        raise Unreadable(_open_question(orders))
    return Dates(orders.order, orders=orders)


def _open_question(orders: Orders) -> str:
    if orders.day and orders.month:
        return (
            f"its dates contradict each other: '{orders.day.cell}' (line {orders.day.line}) has "
            f"the day first, '{orders.month.cell}' (line {orders.month.line}) the month; say which "
            "is right with --dates day or --dates month, and the others are refused"
        )
    example = orders.either.cell if orders.either else ""
    return (
        f"its dates read both ways, such as '{example}', in all {orders.cells:,} rows: say what "
        "stands first with --dates day or --dates month"
    )
