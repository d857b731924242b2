"""What one reading of a feed tells: how often it posts, and whether something passed unseen."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from listener import pace
from listener.model import Gap
from listener.pace import Seen
from sources.feed_parts.cursor import UrlState, remembered
from sources.feed_parts.document import Entry


def after_read(
    state: UrlState, listed: Mapping[str, str], entries: Sequence[Entry], now: datetime
) -> UrlState:
    """The state after the feed was read at ``now`` and listed these; nothing where unchanged."""
    at = now.timestamp()
    if state.read_at:
        came = sum(key not in state.seen for key in listed)
        known = pace.watched(Seen(state.posts, state.seconds), came, at - state.read_at)
    else:
        known = pace.listed(at - one.published for one in entries if one.published is not None)
    seen = remembered(state.seen, dict(listed)) if listed else state.seen
    return replace(state, seen=seen, read_at=at, posts=known.posts, seconds=known.seconds)


def rollover(
    state: UrlState,
    listed: Mapping[str, str],
    entries: Sequence[Entry],
    place: str,
    now: datetime,
) -> Gap | None:
    """The stretch of which a feed no longer lists anything, or None.

    Where none of the entries was known there may have been more of them than the feed lists,
    unless the oldest is from before the last reading: then the site only names them anew. A feed
    that lists fewer than it did has not run over; what it listed was taken down.
    """
    if len(listed) < len(state.names):
        return None
    if not (state.read_at and state.seen and listed) or state.seen.keys() & listed.keys():
        return None
    until = min((one.published for one in entries if one.published is not None), default=None)
    until = now.timestamp() if until is None else min(until, now.timestamp())
    if until <= state.read_at:
        return None
    count = "1 entry" if len(listed) == 1 else f"{len(listed):,} entries"
    cause = f"page limit: the feed lists {count} and none was known"
    return Gap(_moment(state.read_at), _moment(until), cause, place)


def vanished(state: UrlState, listed: Mapping[str, str]) -> list[str]:
    """The names of entries that it lists no longer, though it lists older ones.

    What was listed before the oldest that is still there has only made room for news.
    """
    before = list(state.names)
    still = [place for place, mark in enumerate(before) if mark in listed]
    later = before[still[0] :] if still else []
    return [state.names[mark] for mark in later if mark not in listed]


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
