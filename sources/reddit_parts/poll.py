"""One poll: the listings in turn, until all are read or something stops it."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from listener.model import Batch, Fault, Gap, Post, Spent
from listener.ports import Reject, Retry
from sources.reddit_parts.client import Client, Closed
from sources.reddit_parts.cursor import State, dump
from sources.reddit_parts.listing import Listing, read_listing
from sources.reddit_parts.places import CHECK_SECONDS, Places, check, check_requests, told, without
from sources.reddit_parts.posts import SITE, Thing

_BAD = "?"
_UNDATED = datetime.min.replace(tzinfo=UTC)


@dataclass
class Poll:
    """What is read so far, and what went wrong."""

    client: Client
    places: Places
    state: State
    now: datetime
    pages_max: int
    pages: int = 0
    posts: dict[str, Post] = field(default_factory=dict)
    deleted: dict[str, None] = field(default_factory=dict)
    faults: dict[str, Fault] = field(default_factory=dict)
    rejects: list[Fault] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    failures: list[Retry | Reject] = field(default_factory=list)
    stop: Retry | Reject | None = None

    def read(self) -> Batch:
        """Read what there is. Raises what was wrong where nothing could be read."""
        self._check()
        is_first = not self.state.listings
        self.state.turn += 1
        places = {listing.place: listing for listing in self.places.listings()}
        reaches = {place: self.state.reach(place, self.now) for place in places}
        self.state.listings = reaches
        for place in sorted(places, key=lambda place: reaches[place].turn):
            if not self.stop:
                self._read(places[place])
        if not self.pages:
            raise (self.failures or [self.stop or Retry("Reddit could not be asked")])[0]
        self.state.forget(self.now)
        return self._batch(is_first=is_first)

    def _check(self) -> None:
        """Look up now and then which subreddits are shut."""
        due = self.now.timestamp() - self.state.checked_at >= CHECK_SECONDS
        left = self.client.requests_max - self.client.requests
        if not due or not self.places.subreddits or left <= check_requests(self.places.subreddits):
            return
        try:
            self.gaps += check(self.client, self.places.subreddits, self.state, self.now)
        except (Retry, Reject) as failure:
            self._failed("the look-up of subreddits", failure)

    def _read(self, listing: Listing) -> None:
        reach = self.state.listings[listing.place]
        reading = read_listing(self.client, listing, reach, self.now, self.pages_max)
        open_ones = without(listing, self.state.shut)
        if isinstance(reading.stopped, Closed) and open_ones:
            reading = read_listing(self.client, open_ones, reach, self.now, self.pages_max)
        had_turn = reading.pages > 0 or not reading.is_pause
        turn = self.state.turn if had_turn else reach.turn
        self.state.listings[listing.place] = replace(reading.reach, turn=turn)
        self.pages += reading.pages
        self.gaps += reading.gaps
        for thing, since in reading.things:
            self._take(thing, since)
        for reject in reading.rejects:
            self._reject(reject)
        if reading.is_pause:
            self.stop = reading.stopped
        elif reading.stopped:
            self._failed(listing.where, reading.stopped)

    def _failed(self, where: str, failure: Retry | Reject) -> None:
        """A failure of one place is a fault; one of all places ends the poll as well."""
        self.faults.setdefault(where, Fault(where, failure.reason))
        self.failures.append(failure)
        if isinstance(failure, Retry):
            is_general = failure.state != "outage" or failure.after_seconds is not None
        else:
            is_general = not isinstance(failure, Closed)
        if is_general:
            self.stop = failure

    def _take(self, thing: Thing, since: float) -> None:
        at, mark = min(thing.at, self.now).timestamp(), thing.mark
        if not self.state.is_news(thing.id, at, mark, since):
            return
        self.state.known[thing.id] = (at, mark)
        if thing.post is None:
            self.posts.pop(thing.id, None)
            self.deleted[f"{SITE}:{thing.id}"] = None
        else:
            self.deleted.pop(f"{SITE}:{thing.id}", None)
            self.posts[thing.id] = thing.post

    def _reject(self, reject: Fault) -> None:
        """Tell of an unreadable thing once, though it is listed again at every poll."""
        if reject.where not in self.state.known:
            self.state.known[reject.where] = (self.now.timestamp(), _BAD)
            self.rejects.append(reject)

    def _batch(self, *, is_first: bool) -> Batch:
        failed = [one for one in (self.stop, *self.failures) if isinstance(one, Retry)]
        waits = [one.after_seconds for one in failed if one.after_seconds is not None]
        is_short = any(one.state == "rate limit" for one in failed)
        reaches = self.state.listings.values()
        is_left = any(reach.unread or reach.turn < self.state.turn for reach in reaches)
        for fault in told(self.state):
            self.faults.setdefault(fault.where, fault)
        return Batch(
            posts=tuple(sorted(self.posts.values(), key=_published)),
            deleted=tuple(self.deleted),
            cursor=dump(self.state),
            faults=tuple(self.faults.values()),
            rejects=tuple(self.rejects),
            gaps=tuple(self.gaps),
            more=is_left and not self.failures and not is_short,
            complete=not (is_left or is_first or self.failures or self.stop or self.gaps),
            wait_seconds=max(waits, default=None),
            spent=Spent(requests=self.client.requests),
        )


def _published(post: Post) -> datetime:
    return post.published_at or _UNDATED
