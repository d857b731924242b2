"""Which posts a poll asks for, so that none is lost and X bills none on two days.

X bills a post once a UTC day. Within a day it costs nothing to ask again for the last minutes,
which finds what X was late to index; across midnight it would cost every post in them a second
time. So a new day begins exactly after the newest post of the old one, and around midnight, when
our clock and X's may disagree about the day, nothing is asked at all.

Where reading goes on is told by X's own ids, never by our clock, which may be off.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from listener.model import Gap
from sources.x_parts.cursor import Bound, State, Stretch, key
from sources.x_parts.posts import EPOCH, written_at

OVERLAP_SECONDS = 120
FIRST_SECONDS = 86_400
REACH_SECONDS = 7 * 86_400 - 1_800
"""How far back recent search goes, less what clocks differ by."""

_SKEW_SECONDS = 900
_BEFORE_MIDNIGHT_SECONDS = 60
_AFTER_MIDNIGHT_SECONDS = 30

_TOO_OLD = "X's search reaches back seven days only"
_CHANGED = "the queries were changed before it was read"


def midnight_wait(now: datetime) -> float:
    """The seconds until it is safe to ask; 0 except around midnight in UTC."""
    passed = timedelta(hours=now.hour, minutes=now.minute, seconds=now.second).total_seconds()
    if passed < _AFTER_MIDNIGHT_SECONDS:
        return _AFTER_MIDNIGHT_SECONDS - passed
    left = 86_400 - passed
    return left + _AFTER_MIDNIGHT_SECONDS if left <= _BEFORE_MIDNIGHT_SECONDS else 0.0


def day_of(now: datetime) -> str:
    """The UTC day."""
    return f"{now:%Y-%m-%d}"


def due(
    state: State, queries: Iterable[str], now: datetime
) -> tuple[State, list[Stretch], list[Gap]]:
    """The state with a bound for each query, what is to be read now, and what no longer can be.

    A query with an unread stretch reads that first, and new posts at the poll after.
    """
    at = int(now.timestamp())
    reach = at - REACH_SECONDS
    keys = [key(query) for query in queries]
    begin = state.asked - _SKEW_SECONDS if state.asked else at - FIRST_SECONDS
    bounds = {one: state.bounds.get(one) or Bound(max(begin, reach)) for one in keys}
    gaps = [_gap(one, _CHANGED, now) for one in state.unread if one.query not in bounds]
    gaps += [_gap(one, _TOO_OLD, now) for one in state.unread if _ends(one) < reach]
    unread = [one for one in state.unread if one.query in bounds and _ends(one) >= reach]
    if state.asked and state.asked < reach:
        gaps.append(Gap(_moment(state.asked), _moment(reach), _TOO_OLD))
    if state.day != day_of(now):
        unread = [_without_overlap(one) for one in unread]
        bounds = {one: replace(bound, floor=bound.newest) for one, bound in bounds.items()}
    waiting = {one.query for one in unread}
    fresh = [_above(one, bound, state.asked) for one, bound in bounds.items() if one not in waiting]
    return (
        replace(state, bounds=bounds),
        [_clipped(one, reach) for one in (*unread, *fresh)],
        gaps,
    )


def recent(seen: dict[str, int], now: datetime) -> dict[str, int]:
    """What of ``seen`` the next poll could meet again."""
    since = now.timestamp() - 2 * (_SKEW_SECONDS + OVERLAP_SECONDS)
    return {one: second for one, second in seen.items() if second >= since}


def without_token(stretch: Stretch) -> Stretch:
    """The stretch from below its oldest known post on, for a page that X takes back."""
    since_id = stretch.since_id or _id_at(stretch.since)
    until_id = stretch.oldest or stretch.until_id
    if not until_id:
        return replace(stretch, token="")  # X mixes no times with ids
    return replace(stretch, token="", since_id=since_id, until_id=until_id)


def _above(query: str, bound: Bound, asked: int) -> Stretch:
    """What is above a query's bound, with a little below it where that costs nothing."""
    newest = _second(bound.newest)
    if not newest:
        return Stretch(query, bound.since)
    since = max(newest - OVERLAP_SECONDS, bound.since)
    if newest < asked - _SKEW_SECONDS:  # what is below was asked for often enough
        return Stretch(query, newest, since_id=bound.newest)
    if since <= _second(bound.floor):
        return Stretch(query, since, since_id=bound.floor, floor=bound.newest)
    return Stretch(query, since, floor=bound.newest)


def _without_overlap(stretch: Stretch) -> Stretch:
    """What lies below the floor was billed on the day before."""
    if not stretch.floor:
        return stretch
    return replace(without_token(stretch), since_id=stretch.floor, floor="")


def _clipped(stretch: Stretch, reach: int) -> Stretch:
    """X refuses what begins before its reach; a page by its token may be refused then, too."""
    if stretch.since >= reach:
        return stretch
    if stretch.until_id or stretch.token:
        return replace(without_token(stretch), since=reach, since_id=_id_at(reach))
    return replace(stretch, since=reach, since_id="")


def _gap(stretch: Stretch, cause: str, now: datetime) -> Gap:
    until = max(min(_ends(stretch), int(now.timestamp())), stretch.since + 1)
    return Gap(_moment(stretch.since), _moment(until), cause, "search")


def _ends(stretch: Stretch) -> int:
    """The second up to which a stretch is unread."""
    return _second(stretch.oldest) or _second(stretch.until_id) or 2**33


def _second(post_id: str) -> int:
    moment = written_at(post_id)
    return int(moment.timestamp()) if moment else 0


def _id_at(second: int) -> str:
    """The id that a post written in this second would have at least."""
    return str(int((_moment(second) - EPOCH).total_seconds() * 1000) << 22)


def _moment(second: int) -> datetime:
    return datetime.fromtimestamp(second, UTC)
