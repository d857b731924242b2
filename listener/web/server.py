"""Health and metrics over HTTP, on this machine only unless the config says otherwise."""

import socket
import threading
from collections.abc import Callable

import structlog

from listener.clock import Now
from listener.config import Config
from listener.store import open_store
from listener.store.port import Status

log = structlog.get_logger("web")

Health = Callable[[], dict[str, str]]


class Pages:
    """A small web server in a thread; when its port is taken the daemon goes on without it."""

    def __init__(self, config: Config, health: Health, now: Now) -> None:
        self._config = config
        self._health = health
        self._now = now
        self._stop: Callable[[], None] = lambda: None
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
        threading.Thread(target=self._serve, args=(listening,), name="web", daemon=True).start()
        log.info("pages", address=f"http://{host}:{self.port}/healthz")

    def stop(self) -> None:
        """End serving."""
        self._stop()

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
        server = uvicorn.Server(settings)

        def stop() -> None:
            server.should_exit = True

        self._stop = stop
        server.run(sockets=[listening])

    def _status(self) -> Status:
        store = open_store(self._config.database, owner="web")
        try:
            return store.status(self._now())
        finally:
            store.close()


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET
