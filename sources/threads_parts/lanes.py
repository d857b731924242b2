"""The lists that are read: one's own threads and replies, mentions, conversations, searches."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from listener.match.queries import queries_for
from listener.match.usual import usual_forms
from listener.model import Brand
from sources.threads_parts.cursor import LaneState, State
from sources.threads_parts.graph import FIELDS, REPLY_FIELDS, THREAD_FIELDS

PAGE = 100
WATCHED_SECONDS = 30 * 86_400.0
"""So long the replies to a thread of one's own are read."""

_QUERY_CHARS_MAX = 100
_YOUNG_SECONDS = 86_400.0
_REST_SECONDS_MAX = 86_400.0
_AGE_PER_REST = 20.0


@dataclass(frozen=True, slots=True)
class Lane:
    """One list, newest first, and how it is asked for.

    ``query`` makes it a search: that is paged by time, the others by a cursor. ``root`` is the
    thread whose conversation it is. It is asked every ``every`` seconds at most.
    """

    key: str
    path: str
    query: str = ""
    root: str = ""
    every: float = 0.0
    is_own: bool = False
    fields: str = FIELDS

    def parameters(self, mark: str, floor: float) -> dict[str, object]:
        """What is asked: what comes after a mark, or the newest."""
        asked: dict[str, object] = {"fields": self.fields, "limit": PAGE}
        if not self.query:
            return asked | {"after": mark or None}
        asked |= {"q": self.query, "search_type": "RECENT"}
        return asked | {"since": max(int(floor), 1_688_540_400), "until": mark or None}


def lanes_of(
    state: State, queries: Sequence[str], now: float, *, mentions: bool, search_seconds: float
) -> Iterator[Lane]:
    """Every list there is, one's own threads first, because they say what is watched."""
    yield Lane("threads", "/me/threads", is_own=True, fields=THREAD_FIELDS)
    yield Lane("replies", "/me/replies", fields=REPLY_FIELDS)
    if mentions:
        yield Lane("mentions", "/me/mentions")
    for query in queries:
        yield Lane(f"search {query}", "/keyword_search", query=query, every=search_seconds)
    for root, at in state.own.items():
        if now - at < WATCHED_SECONDS:
            path, rest = f"/{root}/conversation", _rest(now - at)
            yield Lane(f"in {root}", path, root=root, every=rest, fields=REPLY_FIELDS)


def _rest(age: float) -> float:
    """How long an older thread is left alone after it was read: the older, the longer."""
    return min(age / _AGE_PER_REST, _REST_SECONDS_MAX) if age > _YOUNG_SECONDS else 0.0


def is_due(lane: Lane, known: LaneState | None, now: float) -> bool:
    """Whether it is time to ask this list; one that was left midway need not wait."""
    if known is None:
        return True
    return known.again_at <= now and (bool(known.mark) or now - known.asked_at >= lane.every)


def queries_of(brands: Sequence[Brand], stated: Sequence[str]) -> list[str]:
    """What to search for: plain words, as the search knows no operators, each once."""
    found = stated or [query for brand in brands for query in _queries(brand)]
    plain = (" ".join(query.replace('"', " ").split()).lstrip("#@ ") for query in found)
    return list({query.casefold(): query for query in plain if query}.values())


def _queries(brand: Brand) -> tuple[str, ...]:
    def forms(base: str) -> list[str]:
        return usual_forms(base, brand.languages)

    return queries_for(brand, "mastodon", _QUERY_CHARS_MAX, forms).queries
