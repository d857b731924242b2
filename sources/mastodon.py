"""Mastodon instances, and whatever else in the fediverse speaks Mastodon's API.

Each instance is asked for some lists: hashtags, its public timeline, and with a token who
mentions one's account and what it finds by words. The lists are read in turn under one deadline
and one allowance; one that fails costs only itself. How, stands in ``mastodon_parts``:
``instance``, ``lanes``, ``statuses``, ``threads``, ``looking``, ``cursor``.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Annotated, Literal

from listener.clock import utc_now
from listener.match.forms import account
from listener.model import UNLIMITED, Batch, Brand, Fault, Post, Spent
from listener.ports import Reject, Retry, Secret
from sources.common.places import again, told
from sources.common.purse import Purse
from sources.common.settings import site_addresses, within
from sources.mastodon_parts.cursor import LaneState, Memory, dump, load
from sources.mastodon_parts.instance import Instance, host_of
from sources.mastodon_parts.lanes import (
    Lane,
    LaneReading,
    account_lanes,
    mentions_lane,
    open_lanes,
    queries_of,
    search_lanes,
    tags_of,
)
from sources.mastodon_parts.looking import SecondLook
from sources.mastodon_parts.statuses import SITE, status_of
from sources.mastodon_parts.streaming import STREAMS_MAX, Heard, Line, Listening
from sources.mastodon_parts.threads import ASKED_MAX, Threads

FIRST_HOURS_MAX = 720
TIMEOUT_SECONDS_MAX = 60
LOOK_AGAIN_MAX = 20
"""So many edits and deletions that an instance tells of others' posts are looked into at once."""

_QUIET_SECONDS = 900.0
_UNSTREAMED_SECONDS = 120.0
_LISTENING_PAUSE_SECONDS = 1.0


@dataclass
class _Poll:
    """One poll on its way: what there is to spend, what is remembered, what came."""

    purse: Purse
    memory: Memory
    states: dict[str, LaneState]
    instances: dict[str, Instance]
    heard: Heard
    deleted: list[str] = field(default_factory=list)
    threads: dict[str, Threads] = field(default_factory=dict)
    posts: list[Post] = field(default_factory=list)
    readings: dict[str, LaneReading] = field(default_factory=dict)
    failures: dict[str, Retry | Reject] = field(default_factory=dict)
    moved: set[str] = field(default_factory=set)


@dataclass
class MastodonSource:
    """Public posts of the fediverse as some instances show them, each once, and its edits.

    The same post shown by several instances is one. Where every list of every instance fails,
    ``poll`` raises what that means.
    """

    instances: Annotated[list[str], "Addresses of instances, such as https://mastodon.social."]
    hashtags: Annotated[list[str], "Hashtags to read beside those of the brands."] = field(
        default_factory=list
    )
    public: Annotated[
        Literal["no", "local", "all"],
        "Whether public timelines are read: local, of an instance's own people, or all it knows.",
    ] = "no"
    token: Annotated[Secret | None, "Access token of an account on the first instance."] = None
    mentions: Annotated[bool, "Whether who mentions the token's account is read."] = True
    stream: Annotated[
        bool, "Whether the first instance's streams are listened to, so that it is asked less."
    ] = False
    stream_url: Annotated[str, "Address of its streams, where that is another host."] = ""
    search: Annotated[bool, "Whether the first instance is searched for the brands."] = False
    pages_max: Annotated[int, "How many pages of one list are read in one poll."] = 5
    first_hours: Annotated[float, "How far back the first poll looks."] = 24.0
    timeout_seconds: Annotated[float, "How long one answer may take in full."] = 20.0
    allow_private: Annotated[bool, "Whether instances may lie in private networks."] = False
    brands: tuple[Brand, ...] = ()
    now: Callable[[], datetime] = utc_now
    poll_seconds_max: float = 45.0
    listen_seconds: float = 20.0
    recheck_posts_max: int = 20
    _listening: Listening = field(init=False, repr=False, default_factory=Listening)

    def __post_init__(self) -> None:
        if not self.instances:
            raise ValueError("instances is empty: give the address of a Mastodon instance")
        self.instances = site_addresses("instances", self.instances)
        if self.stream_url:
            (self.stream_url,) = site_addresses("stream_url", [self.stream_url])
        if not self.pages_max > 0:
            raise ValueError(f"pages_max is {self.pages_max}: it must be more than 0")
        within("first_hours", self.first_hours, FIRST_HOURS_MAX)
        within("timeout_seconds", self.timeout_seconds, TIMEOUT_SECONDS_MAX)
        if self.search and self.token is None:
            raise ValueError("search needs a token: an account on the first instance may search")

    def poll(self, cursor: str | None) -> Batch:
        """What is new in all lists, within about 45 seconds."""
        return self.poll_within(cursor, UNLIMITED)

    def dearest(self) -> Spent:
        """Every page of every list, the ids of one's accounts, and every parent."""
        lanes = self._lanes()
        accounts = sum(1 for lane in lanes if lane.account)
        pages = len(lanes) * self.pages_max
        streams = len(self._streams(lanes))
        return Spent(requests=pages + accounts + streams + len(self.instances) * ASKED_MAX)

    def poll_within(self, cursor: str | None, allowance: Spent) -> Batch:
        """As ``poll``, at no more than so many requests. Raises Retry and Reject."""
        lanes = self._lanes()
        if not lanes:
            words = "give the brands hashtags, or set hashtags, public or token"
            raise Reject(f"there is nothing to ask the instances for: {words}", spent=Spent())
        if allowance.requests <= 0:
            raise Retry("its budget has no request left", state="budget", spent=Spent())
        purse = Purse(min(allowance.requests, self.dearest().requests), self.poll_seconds_max)
        states, memory = load(cursor, (lane.key for lane in lanes), self.now())
        instances = {one: self._instance(one, purse) for one in self.instances}
        poll = _Poll(purse, memory, states, instances, self._heard(cursor, lanes, purse))
        for lane in sorted(lanes, key=lambda one: not states[one.key].waiting):
            if not self._rests(lane, poll):
                self._visit(lane, poll)
        failures = [poll.failures[key] for key in poll.failures if key not in poll.moved]
        if len(failures) == len(lanes):
            raise told(failures, purse.told())
        self._take_from_streams(poll)
        batch = _batch(poll, self.now())
        self._listening.stands_at(batch.cursor)
        return batch

    def recheck(self, posts: Sequence[Post], allowance: Spent) -> Batch:
        """Those of these posts that changed or are gone. Raises what every instance failed with."""
        purse = Purse(allowance.requests, self.poll_seconds_max)
        listed = {host_of(address): address for address in self.instances}
        look = SecondLook(lambda host: self._instance(listed.get(host, f"https://{host}"), purse))
        look.at(posts[: self.recheck_posts_max])
        if look.failures and not look.looked_at:
            raise told(look.failures, purse.told())
        return Batch(
            posts=tuple(look.changed),
            deleted=tuple(look.deleted),
            faults=tuple(look.faults),
            spent=purse.told(),
        )

    def _lanes(self) -> list[Lane]:
        tags = tags_of(self.brands, self.hashtags)
        lanes: list[Lane] = []
        for address in self.instances:
            lanes += open_lanes(address, tags, self.public)
            lanes += account_lanes(address, self.brands)
        if self.token and self.mentions:
            lanes.append(mentions_lane(self.instances[0]))
        if self.token and self.search:
            lanes += search_lanes(self.instances[0], queries_of(self.brands))
        return lanes

    def _instance(self, address: str, purse: Purse) -> Instance:
        """Only what a person has listed may lie in a private network."""
        token = self.token if address == self.instances[0] else None
        named = frozenset(map(host_of, self.instances))
        private = self.allow_private and host_of(address) in named
        return Instance(address, self.now, purse, token, self.timeout_seconds, private, named)

    def _streams(self, lanes: Sequence[Lane]) -> dict[str, str]:
        """The streams that are listened to, by their lists."""
        first = [lane for lane in lanes if lane.stream and lane.address == self.instances[0]]
        return {lane.key: lane.stream for lane in first[:STREAMS_MAX]} if self.stream else {}

    def _heard(self, cursor: str | None, lanes: Sequence[Lane], purse: Purse) -> Heard:
        streams = self._streams(lanes)
        if not streams or purse.left < len(streams):
            return Heard()
        address = self.stream_url or self.instances[0]
        line = Line(address, self.token, self.now, self.timeout_seconds, self.allow_private)
        heard = self._listening.hear(cursor, line, streams, self.listen_seconds)
        purse.spent += heard.opened
        return heard

    def _rests(self, lane: Lane, poll: _Poll) -> bool:
        """Whether the list need not be read now: its stream is quiet, or it was read just now."""
        state = poll.states[lane.key]
        age = self.now().timestamp() - state.read_at
        if state.waiting or not poll.heard.quiet:
            return False
        return 0 <= age < (_QUIET_SECONDS if lane.key in poll.heard.quiet else _UNSTREAMED_SECONDS)

    def _take_from_streams(self, poll: _Poll) -> None:
        """Edits, and deletions of what was seen, which no list shows."""
        host = host_of(self.instances[0])
        threads = self._threads(self.instances[0], poll)
        for event in (event for events in poll.heard.events.values() for event in events):
            if event.kind == "delete":
                known = poll.memory.placed(host, event.payload)
                if known and threads.is_own(known[0]):
                    poll.deleted.append(f"{SITE}:{known[0]}")
                elif known:
                    threads.hints.append(known[0])
            elif event.kind == "status.update":
                with suppress(ValueError):
                    status = status_of(event.payload, host, threads.instance.named)
                    poll.posts += threads.posts([status] if status else [])

    def _threads(self, address: str, poll: _Poll) -> Threads:
        own = frozenset(
            account(one) for brand in self.brands for one in (*brand.handles, *brand.own_accounts)
        )
        instance = poll.instances[address]
        return poll.threads.setdefault(address, Threads(instance, poll.memory, own))

    def _visit(self, lane: Lane, poll: _Poll) -> None:
        before = poll.states[lane.key]
        wait = before.again_at - self.now().timestamp()
        if wait > 0:
            poll.failures[lane.key] = Retry(
                before.said or "it asked to wait", wait, state="rate limit"
            )
            return
        reading = self._read(lane, before, poll)
        instance = poll.instances[lane.address]
        poll.posts += self._threads(lane.address, poll).posts(reading.found.values())
        poll.readings[lane.key] = reading
        if reading.failure:
            poll.failures[lane.key] = reading.failure
            instance.resting = instance.resting or _rest(reading.failure, lane)
        if reading.state.recent != before.recent:
            poll.moved.add(lane.key)
        again_at, said = again(reading.failure, self.now())
        stopped = not reading.caught_up and reading.failure is None
        poll.states[lane.key] = replace(
            reading.state, again_at=again_at, said=said, waiting=stopped
        )

    def _read(self, lane: Lane, state: LaneState, poll: _Poll) -> LaneReading:
        """Read one list on, out of a part of the purse."""
        instance = poll.instances[lane.address]
        whole, part = instance.purse, poll.purse.part(self.pages_max + bool(lane.account))
        first_look = timedelta(hours=self.first_hours)
        instance.purse = part
        reading = LaneReading(lane, instance, state, self.now(), first_look)
        reading.run()
        instance.purse = whole
        poll.purse.settle(part)
        return reading


def _rest(failure: Retry | Reject, lane: Lane) -> Retry | None:
    """The failure, if it is the instance's: a search may fail by itself."""
    if not isinstance(failure, Retry) or (lane.searches and failure.state == "outage"):
        return None
    return failure


def _batch(poll: _Poll, now: datetime) -> Batch:
    readings = poll.readings.values()
    waits = [state.again_at - now.timestamp() for state in poll.states.values()]
    failures = {f"{key} (stream)": one for key, one in poll.heard.failures.items()} | poll.failures
    pause = min(waits) if min(waits) > 0 else None
    stopped = any(one.failure is None and not one.caught_up for one in readings)
    hints = (native_id for threads in poll.threads.values() for native_id in threads.hints)
    return Batch(
        posts=tuple(poll.posts),
        deleted=tuple(dict.fromkeys(poll.deleted)),
        look_again=tuple(f"{SITE}:{one}" for one in dict.fromkeys(hints))[:LOOK_AGAIN_MAX],
        cursor=dump(poll.states, poll.memory),
        faults=tuple(Fault(key, failure.reason) for key, failure in failures.items()),
        rejects=tuple(reject for one in readings for reject in one.rejects),
        gaps=tuple(one.gap for one in readings if one.gap),
        complete=not poll.failures and all(one.caught_up and not one.gap for one in readings),
        more=stopped,
        wait_seconds=_LISTENING_PAUSE_SECONDS if poll.heard.quiet else pause,
        spent=poll.purse.told(),
    )
