"""Bluesky: every public post of the network passes by, and what concerns the brands is kept.

The stream is held open between two polls and can be wound back by the cursor, so an interruption
costs nothing that the host still has. What it is made of is told in ``bluesky_parts``:
``websocket`` brings messages, ``jetstream`` or ``firehose`` reads them, ``sieve`` says which are
worth it, ``harvest`` gathers them, ``people`` knows who wrote them.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic
from typing import Annotated, Literal
from urllib.parse import urlsplit

from listener.clock import utc_now
from listener.model import NOTHING_SPENT, UNLIMITED, Batch, Brand, Fault, Post, Spent
from listener.ports import Reject, Retry
from sources.bluesky_parts import firehose, jetstream
from sources.bluesky_parts.cursor import State, load
from sources.bluesky_parts.events import CLOCK_SECONDS
from sources.bluesky_parts.harvest import POSTS_MAX, Harvest
from sources.bluesky_parts.people import A_CALL, LOOKUPS_MAX, People
from sources.bluesky_parts.sieve import Sieve
from sources.bluesky_parts.websocket import Chunk, Wire
from sources.common.asking import Asking, Meaning
from sources.common.settings import within
from sources.common.stream import Held, Stream, Taken

OVERLAP_SECONDS = 10.0
"""How far a stream is wound back where it is opened: hosts don't stamp alike."""

POLL_SECONDS_MAX = 45.0
"""How long a poll may take in all, and a second look."""

LISTEN_SECONDS_MAX = 35.0
"""When in a poll the listening ends at the latest: who wrote is looked up in what is left."""

PUBLIC_API = "https://public.api.bsky.app"

_ACCOUNTS_SECONDS = 10.0
_HELD_CHUNKS = 64
_TAKEN_CHUNKS = 4
_LINGER_SECONDS = 0.5
_UNKNOWN: dict[int, Meaning] = {400: ("gone", "does not know what it is asked for (400)")}


@dataclass
class BlueskySource:
    """Posts that mention a brand, are written to one of its accounts, or by one.

    No login is needed. ``firehose`` listens to a relay, or to a server of one's own, in the
    network's own format.
    """

    mode: Annotated[
        Literal["jetstream", "firehose"], "Which stream hosts speak: Jetstream, or a firehose."
    ] = "jetstream"
    hosts: Annotated[list[str], "Hosts of the stream; empty: Bluesky's own Jetstream."] = field(
        default_factory=list
    )
    api_url: Annotated[
        str,
        "Where names are looked up; empty: nowhere; auto: for a Jetstream at Bluesky's own API.",
    ] = "auto"
    listen_seconds: Annotated[float, "How long one poll listens; 0: it reads what there is."] = 20.0
    first_hours: Annotated[float, "How many hours are looked back at first."] = 2.0
    retention_hours: Annotated[float, "How many hours back the hosts surely keep."] = 24.0
    silence_seconds_max: Annotated[
        float, "A longer silence counts as a gap; 0: a small network may be silent."
    ] = 60.0
    timeout_seconds: Annotated[float, "How long a host may take to answer."] = 10.0
    allow_private: Annotated[bool, "Whether hosts may lie in private networks."] = False
    brands: tuple[Brand, ...] = ()
    now: Callable[[], datetime] = utc_now
    quiet_seconds: float = 2.0
    recheck_posts_max: int = 100
    _held: Held[Chunk] = field(init=False, repr=False)
    _turn: int = field(default=0, init=False, repr=False)
    _tries: int = field(default=0, init=False, repr=False)
    _has_begun: bool = field(default=False, init=False, repr=False)
    _sieve: Sieve | None = field(default=None, init=False, repr=False)

    def __post_init__(self) -> None:
        self._held = Held(_HELD_CHUNKS)
        self.hosts = list(self.hosts) or list(jetstream.HOSTS if self.mode == "jetstream" else ())
        if self.mode == "firehose" and len(self.hosts) != 1:
            raise ValueError("hosts must name one host: each firehose counts in its own way")
        for host in self.hosts:
            _check_address(host, "hosts", ("ws", "wss"))
        if self.api_url == "auto":  # what a firehose brings may be of another network
            self.api_url = PUBLIC_API if self.mode == "jetstream" else ""
        if self.api_url:
            _check_address(self.api_url, "api_url", ("http", "https"))
        else:
            self.recheck_posts_max = 0  # posts can't be looked up
        self._check_numbers()

    def _check_numbers(self) -> None:
        for name in ("first_hours", "retention_hours", "silence_seconds_max"):
            if not 0 <= getattr(self, name) <= 8_760:
                raise ValueError(f"{name} is {getattr(self, name)}: it must be 0 to 8760")
        within("timeout_seconds", self.timeout_seconds, 20)
        if not 0 <= self.listen_seconds <= LISTEN_SECONDS_MAX:
            raise ValueError(f"listen_seconds is {self.listen_seconds}: it must be 0 to 35")

    def poll(self, cursor: str | None) -> Batch:
        """What happened since, or what happens in the next seconds."""
        return self.poll_within(cursor, UNLIMITED)

    def dearest(self) -> Spent:
        """A connection to each host, a look at the brands' accounts and at who wrote."""
        return Spent(len(self.hosts) + LOOKUPS_MAX + -(-POSTS_MAX * 2 // A_CALL))

    def poll_within(self, cursor: str | None, allowance: Spent) -> Batch:
        """As ``poll``. Raises Retry where no request is left to connect with."""
        if not self.brands:
            raise Reject("no brand listens to this source: name one in [brands]")
        if self.mode == "firehose":
            firehose.check()
        began = monotonic()
        state = self._begun(cursor)
        connecting = 0 if self._held.holds(cursor) else len(self.hosts)
        if allowance.requests < connecting:
            reason = f"the budget leaves fewer requests than the {connecting} hosts may take"
            raise Retry(reason, state="budget", spent=NOTHING_SPENT)
        people = self._people(allowance.requests - connecting)
        if self.api_url:
            people.ends = began + _ACCOUNTS_SECONDS
            state = people.with_accounts(state, self.brands, self.now().timestamp())
        people.ends = began + POLL_SECONDS_MAX
        stream, is_new = self._held.at(cursor, lambda stop: self._chunks(state, stop))
        self._has_begun = self._has_begun and not is_new
        harvest, error = self._listen(stream, state, began + LISTEN_SECONDS_MAX)
        self._has_begun = not harvest.kept_from
        if error is not None:
            self._held.drop()
            self._turn += 1
            if not harvest.count:
                raise _with_spent(error, people.spent + self._connected())
        return self._batch(harvest, people, state, error)

    def recheck(self, posts: Sequence[Post], allowance: Spent) -> Batch:
        """Their likes, shares and answers now, what they say, and which are there no longer."""
        if not self.api_url:
            raise Reject("posts can't be looked up without api_url")
        people = self._people(allowance.requests)
        people.ends = monotonic() + POLL_SECONDS_MAX
        return people.looked_up(posts[: self.recheck_posts_max])

    def _batch(
        self,
        harvest: Harvest,
        people: People,
        state: State,
        error: Retry | Reject | None,
    ) -> Batch:
        harvest.close(self.now().timestamp(), state.at)
        posts = list(harvest.posts.values())
        if posts and self.api_url:
            posts = people.with_authors(posts, frozenset(harvest.sieve.handles.values()))
        cursor = harvest.state.dumped()
        if error is None and self.listen_seconds:
            self._held.stands_at(cursor)
        else:
            self._held.drop()
        broken = (Fault("bluesky", error.reason),) if error else ()
        caught_up = harvest.caught_up and error is None
        return Batch(
            posts=tuple(posts),
            deleted=tuple(harvest.deleted),
            cursor=cursor,
            faults=(*people.faults, *broken),
            rejects=tuple(harvest.rejects),
            more=not caught_up and error is None,
            gaps=tuple(harvest.gaps),
            filled=tuple(harvest.filled),
            complete=caught_up,
            gone=tuple(harvest.gone),
            wait_seconds=self._wait_seconds(error),
            spent=people.spent + self._connected(),
        )

    def _connected(self) -> Spent:
        """The connections made since this was last asked; a thread makes them."""
        tries, self._tries = self._tries, 0
        return Spent(tries)

    def _wait_seconds(self, error: Retry | Reject | None) -> float | None:
        """Listening goes on at once; a stream that broke is given a moment."""
        if isinstance(error, Retry) and error.after_seconds is not None:
            return error.after_seconds
        if error is not None:
            return 1.0
        return 0.0 if self.listen_seconds else None

    def _listen(
        self, stream: Stream[Chunk], state: State, ends: float
    ) -> tuple[Harvest, Retry | Reject | None]:
        """What comes until the time is up, it is enough, or the stream ends."""
        harvest = self._harvest(state)
        ends = min(ends, monotonic() + (self.listen_seconds or LISTEN_SECONDS_MAX))
        while not harvest.is_full and (left := ends - monotonic()) > 0:
            taken = stream.take(min(left, 1.0), _TAKEN_CHUNKS, 0.0)
            for chunk in taken.items:
                self._gather(harvest, chunk)
            if taken.ended:
                return harvest, _failure(taken, is_meant=not self.listen_seconds)
            if harvest.caught_up and not self.listen_seconds:
                break
            if harvest.posts:
                ends = min(ends, monotonic() + _LINGER_SECONDS)
        return harvest, None

    def _gather(self, harvest: Harvest, chunk: Chunk) -> None:
        now = self.now().timestamp()
        dialect = jetstream if self.mode == "jetstream" else firehose
        if chunk.messages:
            harvest.add(dialect.reading(chunk.messages, harvest.sieve, now), now)
        if chunk.silence is not None and chunk.silence >= self.quiet_seconds:
            self._quiet(harvest, now)

    def _quiet(self, harvest: Harvest, now: float) -> None:
        """Silence means that all was read, but on a network that never sleeps a stalled host."""
        if self.mode == "firehose":
            harvest.quiet(now, 0)
        elif not self.silence_seconds_max:
            harvest.quiet(now, jetstream.place(now - CLOCK_SECONDS))

    def _harvest(self, state: State) -> Harvest:
        handles = {did: handle for handle, did in state.accounts.items() if did}
        known = self._sieve
        if known is None or known.brands != self.brands or known.handles != handles:
            known = self._sieve = Sieve(self.brands, handles)
        if self.mode == "firehose":  # it says so itself where something is missing
            return Harvest(state, known, 0.0, 0.0)
        kept_from = self.now().timestamp() - self.retention_hours * 3_600
        begun = 0.0 if self._has_begun else kept_from
        return Harvest(state, known, self.silence_seconds_max, begun)

    def _chunks(self, state: State, stop: threading.Event) -> Iterator[Chunk]:
        """From the first host that answers, beginning with the one whose turn it is."""
        wire = Wire(
            now=self.now,
            allow_private=self.allow_private,
            connect_seconds=self.timeout_seconds,
            stalled_seconds=self.silence_seconds_max if self.mode == "jetstream" else 0.0,
            quiet_seconds=None if self.listen_seconds else self.quiet_seconds,
        )
        turn = self._turn % len(self.hosts)
        hosts = self.hosts[turn:] + self.hosts[:turn]
        for n, host in enumerate(hosts):
            opened, self._tries = False, self._tries + 1
            try:
                for chunk in wire.chunks(self._url(host, state), stop):
                    opened = True
                    yield chunk
                return
            except (Retry, Reject):
                if opened or n == len(hosts) - 1:
                    raise
                self._turn += 1

    def _url(self, host: str, state: State) -> str:
        if self.mode == "firehose":
            is_begun = state.position or self.first_hours
            return firehose.url(host, state.position if is_begun else None)
        return jetstream.url(host, state.position - jetstream.place(OVERLAP_SECONDS))

    def _people(self, requests: int) -> People:
        asking = Asking(
            self.api_url,
            self.now,
            timeout_seconds=self.timeout_seconds,
            total_seconds=2 * self.timeout_seconds,
            allow_private=self.allow_private,
            meanings=_UNKNOWN,
        )
        return People(asking, requests)

    def _stream_name(self) -> str:
        return "jetstream" if self.mode == "jetstream" else self.hosts[0]

    def _begun(self, cursor: str | None) -> State:
        """Where the cursor stands, without times to come; without one the beginning."""
        first, state = self._beginning(), load(cursor, self._stream_name())
        if state is None:
            return first
        place = jetstream.place if self.mode == "jetstream" else None
        return state.believed(self.now().timestamp(), first.at, place)

    def _beginning(self) -> State:
        at = self.now().timestamp() - self.first_hours * 3_600
        position = jetstream.place(at) if self.mode == "jetstream" else 0
        return State(self._stream_name(), position, at)


def _check_address(url: str, name: str, schemes: tuple[str, ...]) -> None:
    try:
        parts = urlsplit(url)
        is_whole = parts.scheme in schemes and parts.hostname and parts.port != 0
    except ValueError:
        is_whole = False
    if not is_whole or "@" in parts.netloc:
        raise ValueError(f"{name} names {url!r}: it must be an address of {' or '.join(schemes)}")


def _failure(taken: Taken[Chunk], *, is_meant: bool) -> Retry | Reject | None:
    """Why the stream ended; None where it had been read off as was meant."""
    if taken.error is None:
        return None if is_meant else Retry("the stream ended")
    if isinstance(taken.error, Retry | Reject):
        return taken.error
    raise taken.error


def _with_spent(failure: Retry | Reject, spent: Spent) -> Retry | Reject:
    failure.spent = spent
    return failure
