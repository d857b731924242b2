"""The pages' routes."""

from collections.abc import Callable, Sequence

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from listener.clock import Now
from listener.store.port import Status
from listener.web.metrics import exposition


def app(
    health: Callable[[], dict[str, str]],
    read: Callable[[], Status],
    now: Now,
    more: Sequence[Route] = (),
) -> Starlette:
    """``/healthz``: 200 while every role does its work, else 503; ``/metrics``: Prometheus.

    ``more`` are further routes.
    """

    def healthz(_request: Request) -> Response:
        roles = health()
        well = all(state == "ok" for state in roles.values())
        body = {"status": "ok" if well else "trouble", "roles": roles}
        return JSONResponse(body, status_code=200 if well else 503)

    def metrics(_request: Request) -> Response:
        return Response(exposition(read, now), media_type="text/plain; version=0.0.4")

    return Starlette(routes=[Route("/healthz", healthz), Route("/metrics", metrics), *more])
