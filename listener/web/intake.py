"""Where others push to sources: ``/sources/NAME``. What is answered with success is on the disk.

The source checks who calls and says what to keep. All that calls at the same time is kept in one
transaction, by one thread: two hundred callers cost the disk no more than one. Who can't be
served is told so by a status that says "again", and nothing of it was kept.
"""

import asyncio
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from queue import Empty, Full, Queue

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from listener.clock import Now
from listener.ports import Arrival, Call, Received, Receiving
from listener.store.port import Store, StoreUnavailable
from listener.store.push_port import Pushed
from listener.workers import Workers

log = structlog.get_logger("web")

PATH = "/sources"
WAITING_MAX = 2_000
TOGETHER_MAX = 500
AGAIN_SECONDS = "10"
BYTES_MAX = 100_000_000
"""Of all that is being pushed at a time: nobody had to show who they are to be listened to."""
ASIDE_BYTES = 50_000
READERS = 2

_NO_MORE = None
_Waiting = tuple[list[Pushed], "Future[None]"]
"""What one caller pushed, and how they are told."""


class Keeper:
    """Keeps what callers push, all that waits at once in each transaction."""

    def __init__(
        self, open_store: Callable[[], Store], now: Now, nudge: Callable[[], object]
    ) -> None:
        """``open_store`` gives the keeper's thread a store; ``nudge`` says that something came."""
        self._open_store = open_store
        self._now = now
        self._nudge = nudge
        self._store: Store | None = None
        self._waiting: Queue[_Waiting | None] = Queue(WAITING_MAX)
        self._thread = threading.Thread(target=self._run, name="keeper", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self, seconds: float) -> None:
        """Keep what waits, and end."""
        self._waiting.put(_NO_MORE)
        self._thread.join(seconds)

    def keep(self, source: str, arrivals: Sequence[Arrival]) -> "Future[None]":
        """Done once they are on the disk; its exception is StoreUnavailable where they aren't.

        Raises queue.Full where more waits than can be kept soon.
        """
        kept: Future[None] = Future()
        self._waiting.put_nowait(([Pushed(source, one) for one in arrivals], kept))
        return kept

    def _run(self) -> None:
        while (first := self._waiting.get()) is not _NO_MORE:
            together, ends = [first], False
            while len(together) < TOGETHER_MAX and not ends:
                try:
                    more = self._waiting.get_nowait()
                except Empty:
                    break
                ends = more is _NO_MORE
                together += [more] if more is not _NO_MORE else []
            self._keep(together)
            if ends:
                break
        self._close()

    def _keep(self, together: Sequence[_Waiting]) -> None:
        """Those who still wait; who hung up sends it again."""
        together = [one for one in together if one[1].set_running_or_notify_cancel()]
        if self._told(together) and together:
            self._nudge()

    def _told(self, together: Sequence[_Waiting]) -> bool:
        """Whether any were kept; each caller is told of theirs."""
        pushed = [one for some, _ in together for one in some]
        try:
            self._store = self._store or self._open_store()
            self._store.arrivals.keep(pushed, self._now())
        except BaseException as error:  # noqa: BLE001  whoever waits must be told, whatever it was
            log.error("what was pushed can't be kept", pushed=len(pushed), reason=str(error))
            self._close()
            if len(together) > 1 and not isinstance(error, StoreUnavailable):
                return any([self._told([one]) for one in together])  # noqa: C419  each for itself
            for _, kept in together:
                kept.set_exception(error)
            return False
        for _, kept in together:
            kept.set_result(None)
        return True

    def _close(self) -> None:
        """The next one opens it anew."""
        store, self._store = self._store, None
        if store is not None:
            store.close()


@dataclass
class Room:
    """What is being pushed, from its first byte to the answer. For the server's thread alone."""

    bytes_max: int = BYTES_MAX
    taken: int = 0

    @contextmanager
    def held(self) -> Iterator[Callable[[int], None]]:
        """What takes more of it, for one caller; it raises queue.Full where nothing is left."""
        mine = 0

        def take(size: int) -> None:
            nonlocal mine
            if self.taken + size > self.bytes_max:
                raise Full
            self.taken += size
            mine += size

        try:
            yield take
        finally:
            self.taken -= mine


@dataclass(frozen=True, slots=True)
class Gate:
    """The sources that are pushed to. Who calls must have said all after ``body_seconds_max``."""

    sources: Mapping[str, Receiving]
    keeper: Keeper
    now: Now
    body_seconds_max: float = 10.0
    room: Room = field(default_factory=Room)
    readers: Workers = field(default_factory=lambda: Workers("reader", READERS))


def routes(gate: Gate) -> list[Route]:
    """The route of all these sources."""

    async def called(request: Request) -> Response:
        name = request.path_params["name"]
        source = gate.sources.get(name)
        if source is None:
            return PlainTextResponse("no such source", status_code=404)
        try:
            with gate.room.held() as take:
                return await _heard(gate, name, source, request, take)
        except (StoreUnavailable, Full):
            again = {"Retry-After": AGAIN_SECONDS}
            return PlainTextResponse("try again later", status_code=503, headers=again)

    return [Route(f"{PATH}/{{name}}", called, methods=["GET", "POST"])] if gate.sources else []


async def _heard(
    gate: Gate, name: str, source: Receiving, request: Request, take: Callable[[int], None]
) -> Response:
    """Raises StoreUnavailable or queue.Full where it can't be taken now."""
    try:
        async with asyncio.timeout(gate.body_seconds_max):
            body = await _body(request, source.body_bytes_max, take)
    except (TimeoutError, ClientDisconnect):
        return PlainTextResponse("too slow", status_code=408)
    if body is None:
        most = f"too large: {source.body_bytes_max:,} bytes at most"
        return PlainTextResponse(most, status_code=413)
    received = await _received(gate, source, _call(gate, request, body))
    return await _answered(gate, name, received)


async def _received(gate: Gate, source: Receiving, call: Call) -> Received:
    """What is long is read aside, so that nobody waits behind it."""
    if len(call.body) <= ASIDE_BYTES:
        return source.receive(call)
    reading = gate.readers.submit(partial(source.receive, call))
    return await asyncio.shield(asyncio.wrap_future(reading))


async def _body(request: Request, size_max: int, take: Callable[[int], None]) -> bytes | None:
    """What was sent, or None where that is too much; what is announced as that is not read."""
    announced = request.headers.get("Content-Length", "")
    if announced.isdecimal() and int(announced) > size_max:
        return None
    body = bytearray()
    async for chunk in request.stream():
        if len(body) + len(chunk) > size_max:
            return None
        take(len(chunk))
        body += chunk
    return bytes(body)


def _call(gate: Gate, request: Request, body: bytes) -> Call:
    headers = {name.lower(): value for name, value in request.headers.items()}
    return Call(headers, body, gate.now(), request.method, dict(request.query_params))


async def _answered(gate: Gate, name: str, received: Received) -> Response:
    if received.arrivals:
        await asyncio.wrap_future(gate.keeper.keep(name, received.arrivals))
    return Response(
        received.body,
        received.status,
        media_type=received.content_type,
        headers=dict(received.headers),
    )
