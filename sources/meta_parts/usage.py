"""How much of its rate limits an app has used, as the headers of Meta's answers tell."""

from collections.abc import Iterator, Mapping
from typing import Any

from sources.common import fields

FULL_PERCENT = 95
"""From here on we rest: beyond 100 Meta refuses, and keeps refusing who goes on asking."""

_HEADERS = ("x-app-usage", "x-page-usage", "x-business-use-case-usage")
_SHARES = ("call_count", "total_time", "total_cputime")
_MINUTES_MAX = 24 * 60
_HEADER_CHARS_MAX = 20_000


def used_percent(headers: Mapping[str, str]) -> int:
    """The fullest of the limits, in percent; 0 where nothing is told."""
    told = [fields.count(one, share) for one in _told(headers) for share in _SHARES]
    return max(told, default=0)


def regain_seconds(headers: Mapping[str, str]) -> float:
    """How long until Meta answers again; 0 where it does, or doesn't say."""
    minutes = [fields.count(one, "estimated_time_to_regain_access") for one in _told(headers)]
    return min(max(minutes, default=0), _MINUTES_MAX) * 60.0


def _told(headers: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
    """The tables in the headers: one for the app, or lists of them by business."""
    for name in _HEADERS:
        value = headers.get(name, "")
        if not value or len(value) > _HEADER_CHARS_MAX:
            continue
        try:
            read = fields.table(fields.parsed(value.encode("utf-8", "replace")))
        except ValueError:
            continue
        yield read
        for business in read:
            yield from fields.items(read, business)
