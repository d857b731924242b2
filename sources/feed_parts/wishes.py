"""What a feed and its server say of how often to ask, and where news of it is told.

A feed says so in ``ttl``, ``skipHours`` and ``skipDays`` (RSS 2.0) and in the syndication module
of RSS 1.0; a server in ``Cache-Control`` and ``Expires``. None of it holds for longer than a day.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from sources.common.plain_text import web_address
from sources.feed_parts.document import Wishes

HOLD_SECONDS_MAX = 86_400.0

_HEAD_CHARS_MAX = 20_000
_PERIODS = {"hourly": 3_600, "daily": 86_400, "weekly": 604_800, "monthly": 2_592_000}
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_HOUR = re.compile(r"<hour>\s{0,9}(\d{1,2})\s{0,9}</hour>")
_DAY = re.compile(r"<day>\s{0,9}([a-z]{6,9})\s{0,9}</day>")
_MAX_AGE = re.compile(r"(?:^|[,\s])max-age\s{0,9}=\s{0,9}\"?(\d{1,9})", re.IGNORECASE)
_LINK = re.compile(r"<([^<>]{1,2000})>([^<>]{0,1000})")
_REL = re.compile(r"""\brel\s{0,9}=\s{0,9}["']?([^"';,]{1,100})""", re.IGNORECASE)


def wishes(feed: Mapping[str, Any], text: str, url: str) -> Wishes:
    """What the feed says, where ``feed`` is what feedparser found and ``text`` the document."""
    head = text[:_HEAD_CHARS_MAX].lower()
    named = dict(_feed_links(feed, url))
    return Wishes(
        ttl=max(_ttl(feed), _period(feed)),
        skip_hours=_skipped(head, "skiphours", lambda inside: map(int, _HOUR.findall(inside)), 24),
        skip_days=_skipped(head, "skipdays", lambda inside: map(_day, _DAY.findall(inside)), 7),
        hub=named.get("hub", ""),
        topic=named.get("self", ""),
        comments=_wordpress_comments(feed, url),
    )


def linked(headers: Mapping[str, str], url: str) -> dict[str, str]:
    """The addresses in a Link header by their relation, the first of each."""
    found: dict[str, str] = {}
    for match in _LINK.finditer(headers.get("Link", "")[:_HEAD_CHARS_MAX]):
        relation = _REL.search(match[2])
        for name in relation[1].lower().split() if relation else ():
            found.setdefault(name, web_address(match[1], url))
    return found


def fresh_seconds(headers: Mapping[str, str], now: datetime) -> float:
    """For how long an answer may be taken as fresh by its headers; 0 where they don't say."""
    control = headers.get("Cache-Control", "")[:1_000]
    if match := _MAX_AGE.search(control):
        return min(float(match[1]), HOLD_SECONDS_MAX)
    if control and "no-" in control.lower():
        return 0.0
    try:
        until = parsedate_to_datetime(headers.get("Expires", "").strip())
    except (ValueError, OverflowError):
        return 0.0
    seconds = ((until if until.tzinfo else until.replace(tzinfo=UTC)) - now).total_seconds()
    return min(max(seconds, 0.0), HOLD_SECONDS_MAX)


def hold_until(
    seconds: float, skip_hours: list[int], skip_days: list[int], now: datetime
) -> datetime:
    """The first moment to ask again, after so many seconds and outside of what is skipped."""
    latest = now + timedelta(seconds=HOLD_SECONDS_MAX)
    at = min(now + timedelta(seconds=max(seconds, 0.0)), latest)
    while at < latest and (at.hour in skip_hours or at.weekday() in skip_days):
        at = at.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return min(at, latest)


def _ttl(feed: Mapping[str, Any]) -> float:
    """``ttl`` counts minutes."""
    stated = str(feed.get("ttl", "")).strip()
    return min(60.0 * int(stated), HOLD_SECONDS_MAX) if re.fullmatch("[0-9]{1,7}", stated) else 0.0


def _period(feed: Mapping[str, Any]) -> float:
    period = _PERIODS.get(str(feed.get("sy_updateperiod", "")).strip().lower())
    if period is None:
        return 0.0
    stated = str(feed.get("sy_updatefrequency", "1")).strip()
    frequency = int(stated) if re.fullmatch("[0-9]{1,6}", stated) else 1
    return min(period / max(frequency, 1), HOLD_SECONDS_MAX)


def _skipped(
    head: str, tag: str, numbers: Callable[[str], Iterator[int]], count: int
) -> tuple[int, ...]:
    """The numbers inside an element; 24 is how some write midnight. All of them is a mistake."""
    start = head.find(f"<{tag}>")
    end = head.find(f"</{tag}>", start)
    if start < 0 or end < 0:
        return ()
    found = sorted({number % count for number in numbers(head[start:end]) if 0 <= number <= count})
    return tuple(found) if len(found) < count else ()


def _day(name: str) -> int:
    return _DAYS.index(name) if name in _DAYS else -1


def _feed_links(feed: Mapping[str, Any], url: str) -> Iterator[tuple[str, str]]:
    links = feed.get("links")
    for link in links[:50] if isinstance(links, list) else ():
        if isinstance(link, Mapping) and isinstance(link.get("href"), str):
            yield str(link.get("rel", "")).lower(), web_address(link["href"], url)


def _wordpress_comments(feed: Mapping[str, Any], url: str) -> str:
    """WordPress has one feed of all comments, always at the same place below the site's own."""
    home = web_address(str(feed.get("link") or ""), url)
    is_wordpress = "//wordpress.org" in str(feed.get("generator", ""))
    if not home or not is_wordpress or "?" in home or "comments" in url:
        return ""
    return f"{home.rstrip('/')}/comments/feed/"
