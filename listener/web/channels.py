"""Where channels are called when somebody acts on their message: ``POST /channels/NAME``.

A channel checks that the call is genuine and says what it means; the store does it, once. So a call
that is played again changes nothing and is answered 409. What a person is to be told goes the way
that the channel has for it, after the answer: whoever calls waits a few seconds and no longer.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Protocol, runtime_checkable

import structlog
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from listener.cases import Act, Change, Refused
from listener.clock import Now
from listener.ports import Call, Heard, Hearing, Reject, Retry
from listener.store.case_port import NoCase
from listener.store.port import Store, StoreUnavailable

log = structlog.get_logger("web")

PATH = "/channels"
BODY_BYTES_MAX = 1_000_000

_AGAIN = "x-slack-retry-num"
"""Who was not answered in time says that it asks again: that is no replay."""


@runtime_checkable
class Answering(Protocol):
    """A channel that can tell the one who called, and nobody else, why nothing came of it."""

    def answer(self, call: Call, why: str) -> None:
        """Tell them. Raises Retry or Reject."""
        ...


@dataclass(frozen=True, slots=True)
class Switchboard:
    """All that it takes to heed a call.

    ``open_store`` gives a store of the calling thread's own, ``name_of`` a person as the config
    calls them, ``nudge`` makes haste to tell the other channels. Who calls must have said all
    after ``body_seconds_max``.
    """

    channels: Mapping[str, Hearing]
    open_store: Callable[[], Store]
    now: Now
    name_of: Callable[[str], str]
    nudge: Callable[[], object]
    body_seconds_max: float = 10.0


@dataclass(frozen=True, slots=True)
class _Done:
    """What came of a call's acts."""

    applied: int = 0
    known: int = 0
    refused: tuple[str, ...] = ()


def routes(board: Switchboard) -> list[Route]:
    """The route of all these channels."""

    async def called(request: Request) -> Response:
        channel = board.channels.get(request.path_params["name"])
        if channel is None:
            return PlainTextResponse("no such channel", status_code=404)
        try:
            async with asyncio.timeout(board.body_seconds_max):
                body = await _body(request)
        except (TimeoutError, ClientDisconnect):
            return PlainTextResponse("too slow", status_code=408)
        if body is None:
            return PlainTextResponse("too large", status_code=413)
        headers = {name.lower(): value for name, value in request.headers.items()}
        call = Call(headers, body, board.now())
        return await run_in_threadpool(_answered, board, channel, call)

    return [Route(f"{PATH}/{{name}}", called, methods=["POST"])] if board.channels else []


async def _body(request: Request) -> bytes | None:
    """What was sent, or None where that is too much."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_BYTES_MAX:
            return None
    return bytes(body)


def _answered(board: Switchboard, channel: Hearing, call: Call) -> Response:
    heard = channel.hear(call)
    try:
        done = _do(board, heard.changes)
    except StoreUnavailable as error:
        log.error("a call can't be heeded", reason=str(error))
        return PlainTextResponse("try again later", status_code=503)
    if done.applied:
        board.nudge()
    if done.known and not done.applied and _AGAIN not in call.headers:
        return PlainTextResponse("known already", status_code=409)
    return _told(channel, call, heard, done.refused)


def _do(board: Switchboard, changes: Sequence[Change]) -> _Done:
    """Do what people did; each act costs only itself."""
    done = _Done()
    if not changes:
        return done
    with closing(board.open_store()) as store:
        for change in changes:
            done = _one(board, store, change, done)
    return done


def _one(board: Switchboard, store: Store, change: Change, done: _Done) -> _Done:
    act = replace(change.act, by=board.name_of(change.act.by))
    try:
        acted = store.cases.act(change.case, act, board.now())
    except (NoCase, Refused) as error:
        why = str(error) if isinstance(error, Refused) else "there is no such case any more"
        log.info("nothing came of a call", case=change.case, act=act.kind, by=act.by, reason=why)
        return replace(done, refused=(*done.refused, why))
    if not acted.known:
        log.info("acted", case=change.case, act=act.kind, by=act.by, via=act.via)
        return replace(done, applied=done.applied + 1)
    first = _doer(store, change.case, act)
    if first == act.by:
        return replace(done, known=done.known + 1)
    return replace(done, refused=(*done.refused, f"{first} was faster: it is theirs"))


def _doer(store: Store, case: str, act: Act) -> str:
    """Who did an act that is known: somebody else may have done the very same thing."""
    file = store.cases.file(case)
    by = (one.by for one in file.acts if one.key == act.key) if file else iter(())
    return next(by, act.by)


def _told(channel: Hearing, call: Call, heard: Heard, refused: tuple[str, ...]) -> Response:
    """The channel's own answer, and after it a word to whom nothing came of their click."""
    if not refused:
        return Response(heard.body, heard.status, media_type=heard.content_type)
    why = "; ".join(refused)
    if not isinstance(channel, Answering):
        return PlainTextResponse(why, status_code=409)
    task = BackgroundTask(_tell, channel, call, why)
    return Response(heard.body, heard.status, media_type=heard.content_type, background=task)


def _tell(channel: Answering, call: Call, why: str) -> None:
    try:
        channel.answer(call, why)
    except (Retry, Reject) as error:
        log.warning("can't tell who called why nothing came of it", reason=error.reason)
