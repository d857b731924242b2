"""Counts as exports write them: ``1,234``, ``1.234``, ``1 234``, ``1.2K``, ``12.0``."""

import re

COUNT_MAX = 10**15

_GROUPS = re.compile(r"[0-9]{1,3}(?:[.,' ][0-9]{3})+")
_NUMBER = re.compile(r"[0-9]{1,15}(?:[.,][0-9]{1,9})?")
_TIMES = {"k": 10**3, "m": 10**6, "b": 10**9}


def count(cell: str) -> int | None:
    """The count in a cell, from 0 on; None where there is none."""
    cell = cell.strip()
    if cell.isascii() and cell.isdigit():
        return min(int(cell[:16]), COUNT_MAX)
    written = cell.replace("\u00a0", " ").replace("\u202f", " ").lower()
    times = _TIMES.get(written[-1:], 1)
    number = written.rstrip("kmb").strip() if times > 1 else written
    if times == 1 and _GROUPS.fullmatch(number):
        return min(int(re.sub(r"\D", "", number)), COUNT_MAX)
    if not _NUMBER.fullmatch(number):
        return None
    return min(round(float(number.replace(",", ".")) * times), COUNT_MAX)
