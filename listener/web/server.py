"""Health and metrics over HTTP, on this machine only unless the config says otherwise."""

import socket
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

import structlog

from listener.clock import Now
from listener.config import Config
from listener.store import open_store
from listener.store.port import Status

if TYPE_CHECKING:
    import uvicorn

log = structlog.get_logger("web")

STOP_SECONDS_MAX = 3

Health = Callable[[], dict[str, str]]


class Pages:
    """A small web server in a thread; when its port is taken the daemon goes on without it."""

    def __init__(self, config: Config, health: Health, now: Now) -> None:
        self._config = config
        self._health = health
        self._now = now
        self._server: uvicorn.Server | None = None
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self.port = 0

    def start(self) -> None:
        """Bind and serve."""
        host, port = self._config.web.host, self._config.web.port
        try:
            listening = socket.create_server((host, port), family=_family(host), backlog=64)
        except OSError as error:
            log.error("no pages: the port can't be used", host=host, port=port, reason=str(error))
            return
        self.port = listening.getsockname()[1]
        self._thread = threading.Thread(
            target=self._serve, args=(listening,), name="web", daemon=True
        )
        self._thread.start()
        log.info("pages", address=f"http://{host}:{self.port}/healthz")

    def stop(self) -> None:
        """End serving and let go of the port."""
        self._stopping.set()
        if self._server is not None:
            self._server.should_exit = True
        if self._thread is not None:
            self._thread.join(STOP_SECONDS_MAX)

    def _serve(self, listening: socket.socket) -> None:
        import uvicorn

        from listener.web.app import app

        settings = uvicorn.Config(
            app(self._health, self._status, self._now),
            log_config=None,
            access_log=False,
            lifespan="off",
            timeout_keep_alive=5,
            timeout_graceful_shutdown=1,
            limit_concurrency=64,
        )
        with listening:
            self._server = uvicorn.Server(settings)
            if not self._stopping.is_set():
                self._server.run(sockets=[listening])

    def _status(self) -> Status:
        store = open_store(self._config.database, owner="web")
        try:
            return store.status(self._now())
        finally:
            store.close()


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET
