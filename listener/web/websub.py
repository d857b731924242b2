"""Where hubs tell of news (WebSub): a notice makes its source due, and nothing more.

What a hub sends is never read: the source asks the feed itself, as always. So the worst that a
stolen address and key can do is to have a feed asked once more.
"""

from collections.abc import Callable, Mapping

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from listener.websub import PATH, Signature, Subscriber, topic_mark

BODY_BYTES_MAX = 10_000_000

_CHALLENGE_CHARS_MAX = 2_000

Nudge = Callable[[str], object]
"""Makes the source of this name due."""


def routes(subscribers: Mapping[str, Subscriber], nudge: Nudge) -> list[Route]:
    """The routes of these sources' callbacks."""

    async def callback(request: Request) -> Response:
        name, mark, code = (request.path_params[part] for part in ("source", "mark", "code"))
        subscriber = subscribers.get(name)
        if subscriber is None or not subscriber.is_callback(mark, code):
            return PlainTextResponse("no such callback", status_code=404)
        if request.method != "POST":
            return _intent(request, mark)
        return await _notice(request, subscriber, mark, nudge)

    path = PATH + "/{source}/{mark}/{code}"
    return [Route(path, callback, methods=["GET", "POST"])] if subscribers else []


def _intent(request: Request, mark: str) -> Response:
    """A hub asks whether a subscription is meant, or says that it denied one."""
    said = request.query_params
    if said.get("hub.mode") == "denied":
        return PlainTextResponse("")
    is_ours = said.get("hub.mode") == "subscribe" and topic_mark(said.get("hub.topic", "")) == mark
    if not is_ours:
        return PlainTextResponse("not subscribed to", status_code=404)
    challenge = said.get("hub.challenge", "")[:_CHALLENGE_CHARS_MAX]
    return PlainTextResponse(challenge, headers={"X-Content-Type-Options": "nosniff"})


async def _notice(request: Request, subscriber: Subscriber, mark: str, nudge: Nudge) -> Response:
    """Something is new. A notice that is not signed right is taken and left unheeded."""
    signature = Signature(request.headers.get("X-Hub-Signature", ""), subscriber.key(mark))
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > BODY_BYTES_MAX:
            return PlainTextResponse("too large", status_code=413)
        signature.take(chunk)
    if signature.is_right():
        await run_in_threadpool(nudge, subscriber.source)
    return Response(status_code=202)
