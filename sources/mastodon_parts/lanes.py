"""The lists of an instance that are read, and reading one on from where it was left.

A list is read forward (``min_id``): each page holds what came next, so a poll that stops early
leaves no hole. Reading begins a little below what was read last, and what was seen is dropped.
Only a search answers newest first whatever it is asked; there a page limit leaves a gap, told.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Literal
from urllib.parse import quote

from listener.match.forms import account
from listener.match.queries import queries_for
from listener.match.usual import usual_forms
from listener.model import Brand, Fault, Gap
from listener.ports import Reject, Retry
from sources.common import fields
from sources.common.fields import Json
from sources.common.purse import NothingLeft
from sources.mastodon_parts.cursor import RECENT_MAX, LaneState, newest
from sources.mastodon_parts.instance import Instance, NotThere, host_of
from sources.mastodon_parts.statuses import (
    Status,
    is_sane,
    is_snowflake,
    of_one_kind,
    order,
    snowflake,
    status_of,
)

QUERY_CHARS_MAX = 500
QUERIES_MAX = 10

_PAGE = 40
_LATE = timedelta(hours=6)
_REJECTS_MAX = 50

Public = Literal["no", "local", "all"]


@dataclass(frozen=True, slots=True)
class Lane:
    """One list: its instance's address, its name there, and how it is asked for.

    ``wraps`` says that each status is wrapped in a notification, whose id counts. ``searches``:
    it is the answer to a search. ``account`` is whose posts they are, where the path wants an id.
    ``stream`` is the path of the stream that goes with it, or empty.
    """

    address: str
    name: str
    path: str
    parameters: Mapping[str, object]
    wraps: bool = False
    searches: bool = False
    account: str = ""
    stream: str = ""

    @property
    def key(self) -> str:
        """Its name among all."""
        return f"{self.address} {self.name}"


def tags_of(brands: Sequence[Brand], further: Sequence[str]) -> list[str]:
    """The hashtags to read, without their mark."""
    stated = [*further, *(tag for brand in brands for tag in brand.hashtags)]
    tags = (tag.strip().lstrip("#").casefold() for tag in stated)
    return list(dict.fromkeys(tag for tag in tags if tag))


def open_lanes(address: str, tags: Sequence[str], public: Public) -> Iterator[Lane]:
    """The lists that need no login everywhere."""
    for tag in tags:
        path = f"/api/v1/timelines/tag/{quote(tag, safe='')}"
        stream = f"/api/v1/streaming/hashtag?tag={quote(tag, safe='')}"
        yield Lane(address, f"#{tag}", path, {"limit": _PAGE}, stream=stream)
    if public != "no":
        asked: dict[str, object] = {"limit": _PAGE}
        asked |= {"local": "true"} if public == "local" else {}
        stream = f"/api/v1/streaming/public{'/local' if public == 'local' else ''}"
        path = "/api/v1/timelines/public"
        yield Lane(address, f"public {public}", path, asked, stream=stream)


def mentions_lane(address: str) -> Lane:
    """Who mentions the account whose token it is."""
    asked = {"limit": _PAGE, "types[]": "mention"}
    stream = "/api/v1/streaming/user/notification"
    return Lane(address, "mentions", "/api/v1/notifications", asked, wraps=True, stream=stream)


def search_lanes(address: str, queries: Sequence[str]) -> Iterator[Lane]:
    """What an instance finds by words."""
    for query in queries[:QUERIES_MAX]:
        asked = {"limit": _PAGE, "type": "statuses", "q": query}
        yield Lane(address, f"search {query}", "/api/v2/search", asked, searches=True)


def account_lanes(address: str, brands: Sequence[Brand]) -> Iterator[Lane]:
    """The posts of the brands' own accounts here: they answer, often where no list shows it."""
    stated = (handle for brand in brands for handle in (*brand.handles, *brand.own_accounts))
    for handle in dict.fromkeys(map(account, stated)):
        name, _, host = handle.partition("@")
        if name and host == host_of(address):
            asked = {"limit": _PAGE, "exclude_reblogs": "true"}
            path = "/api/v1/accounts/{id}/statuses"
            yield Lane(address, f"@{name}", path, asked, account=name)


def queries_of(brands: Sequence[Brand]) -> list[str]:
    """The brands' queries."""
    asked = [
        queries_for(
            brand,
            "mastodon",
            QUERY_CHARS_MAX,
            lambda base, brand=brand: usual_forms(base, brand.languages),  # type: ignore[misc]
        )
        for brand in brands
    ]
    return list(dict.fromkeys(query for one in asked for query in one.queries))


@dataclass
class LaneReading:
    """One visit to a list. ``state`` covers what is in ``found``, and nothing beyond."""

    lane: Lane
    instance: Instance
    state: LaneState
    now: datetime
    first_look: timedelta
    found: dict[str, Status] = field(default_factory=dict)
    rejects: list[Fault] = field(default_factory=list)
    gap: Gap | None = None
    failure: Retry | Reject | None = None
    caught_up: bool = False
    _full: bool = False

    def run(self) -> None:
        """Read on until all is read, the purse is empty, or the instance fails."""
        try:
            self._know_account()
            after = begin_at(self.state.recent) if self.state.recent else self._first()
            if self.lane.searches:
                self._down_to(after)
            else:
                self._forward(after)
            self.caught_up = True
            self.state = replace(self.state, read_at=self.now.timestamp())
        except NothingLeft:
            pass
        except NotThere:  # no list answers so; a host that does is none of ours
            self.failure = Retry(f"{self.instance.host} has no such list")
        except (Retry, Reject) as failure:
            self.failure = failure

    def _know_account(self) -> None:
        if self.lane.account and not self.state.account:
            answer = self.instance.page("/api/v1/accounts/lookup", acct=self.lane.account)
            found = fields.name(answer, "id")
            if not found:
                raise Retry(f"{self.instance.host} knows no account {self.lane.account}")
            self.state = replace(self.state, account=found)

    def _first(self) -> str:
        """The newest page; where it doesn't reach back far enough, the id to read on from."""
        page = self._page(None)
        since = self.now - self.first_look
        if self.state.read_at:  # the list was empty until now
            since = datetime.fromtimestamp(self.state.read_at, UTC) - _LATE
        self.state = replace(self.state, since=self.state.since or since.timestamp())
        if page and self._full:
            oldest = min(page, key=order)
            if is_snowflake(oldest) and int(oldest) > int(snowflake(since)):
                return snowflake(since)
        self._keep(page)
        return ""

    def _forward(self, after: str) -> None:
        while after:
            page = self._page(after)
            ahead = {key: one for key, one in page.items() if order(key) > order(after)}
            if page and not ahead:
                raise Retry(f"{self.instance.host} answered with another page than was asked for")
            self._keep(ahead)
            after = max(ahead, key=order) if ahead and self._full else ""

    def _down_to(self, after: str) -> None:
        """All that is newer than ``after``, of a list that answers newest first."""
        found: dict[str, Status | None] = {}
        below: str | None = None
        while after:
            try:
                page = self._page(after, below)
            except NothingLeft:
                self._keep(found)
                self.gap = self._gap(found.values())
                raise
            new = {key for key in page if key not in found and order(key) > order(after)}
            found |= {key: page[key] for key in new}
            below = min(found, key=order, default=None)
            if not (new and self._full):
                break
        self._keep(found)

    def _gap(self, found: Iterable[Status | None]) -> Gap | None:
        dates = [one.post.published_at for one in found if one and one.post.published_at]
        if not dates:
            return None
        first = (self.now - self.first_look).timestamp()
        read_at = datetime.fromtimestamp(self.state.read_at or first, UTC)
        cause = "page limit of the search"
        return Gap(min(read_at, *dates), min(dates), cause, self.lane.key)

    def _keep(self, page: Mapping[str, Status | None]) -> None:
        since = self.state.since
        self.found |= {key: one for key, one in page.items() if one and _is_since(one, since)}
        self.state = replace(self.state, recent=newest((*self.state.recent, *page)))

    def _page(self, after: str | None, below: str | None = None) -> dict[str, Status | None]:
        """The list's entries by their ids in it, with None for what is no public post."""
        path = self.lane.path.replace("{id}", self.state.account)
        asked = {**self.lane.parameters, "min_id": after, "max_id": below}
        answer = self.instance.page(path, **asked)
        within = ("statuses",) if self.lane.searches else ()
        if not isinstance(fields.at(answer, *within), list):
            raise Retry(f"{self.instance.host} answered with no list: is it a Mastodon instance?")
        self._full = len(fields.at(answer, *within)) >= _PAGE
        page: dict[str, Status | None] = {}
        for raw in fields.items(answer, *within):
            try:
                key, status = self._entry(raw)
            except ValueError as error:
                self._reject(str(error))
            else:
                page[key] = status
        usual = of_one_kind(page, self.state.recent)
        for _ in page.keys() - usual:
            self._reject("its id is none of this instance")
        return {key: status for key, status in page.items() if key in usual}

    def _entry(self, raw: Json) -> tuple[str, Status | None]:
        told = fields.table(raw, "status") if self.lane.wraps else raw
        key = fields.needed(raw, "id")
        status = status_of(told, self.instance.host, self.instance.named)
        if len(key) > 30 or not key.isascii() or not is_sane(key, self.now):
            raise ValueError("its id is none that was given by now")
        return key, status

    def _reject(self, reason: str) -> None:
        if len(self.rejects) < _REJECTS_MAX:
            self.rejects.append(Fault(self.lane.key, f"an entry of the list: {reason}"))


def begin_at(recent: Sequence[str]) -> str:
    """The id to read on from: just below the oldest of these, or further where they are few."""
    oldest = recent[0]
    if not is_snowflake(oldest):
        return oldest
    late = int(_LATE.total_seconds() * 1000) << 16 if len(recent) < RECENT_MAX else 1
    return str(max(int(oldest) - late, 1))


def _is_since(status: Status, since: float) -> bool:
    published = status.post.published_at
    return published is None or published.timestamp() >= since
