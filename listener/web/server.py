"""Health and metrics over HTTP, on this machine only unless the config says otherwise."""

import socket
import threading
from collections.abc import Callable
from contextlib import closing
from typing import TYPE_CHECKING

import structlog

from listener.clock import Now
from listener.config import Config
from listener.ports import Hearing, Receiving
from listener.store import Store, open_store
from listener.store.port import Status, StoreUnavailable
from listener.websub import Subscriber, Subscribing

if TYPE_CHECKING:
    import uvicorn

    from listener.web.channels import Switchboard

log = structlog.get_logger("web")

STOP_SECONDS_MAX = 3
BACKLOG = 1_000

Health = Callable[[], dict[str, str]]


class Pages:
    """A small web server in a thread; when its port is taken the daemon goes on without it."""

    def __init__(
        self, config: Config, health: Health, now: Now, nudge: Callable[[], object] = lambda: None
    ) -> None:
        """``nudge`` is called when somebody acted on a case, or pushed something."""
        self._config = config
        self._health = health
        self._now = now
        self._acted = nudge
        self._server: uvicorn.Server | None = None
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self.port = 0

    def start(self) -> None:
        """Bind and serve."""
        host, port = self._config.web.host, self._config.web.port
        try:
            listening = socket.create_server((host, port), family=_family(host), backlog=BACKLOG)
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

        from listener.web import channels, intake, websub
        from listener.web.app import app
        from listener.web.patience import PatientProtocol, connections_max

        keeper = intake.Keeper(self._store, self._now, self._acted)
        more = websub.routes(self._subscribers(), self._nudge)
        more += channels.routes(self._switchboard())
        more += intake.routes(intake.Gate(self._receiving(), keeper, self._now))
        settings = uvicorn.Config(
            app(self._health, self._status, self._now, more),
            log_config=None,
            access_log=False,
            lifespan="off",
            timeout_keep_alive=5,
            timeout_graceful_shutdown=1,
            limit_concurrency=connections_max(),
            http=PatientProtocol,
        )
        keeper.start()
        with listening:
            self._server = uvicorn.Server(settings)
            if not self._stopping.is_set():
                self._server.run(sockets=[listening])
        keeper.stop(STOP_SECONDS_MAX)

    def _subscribers(self) -> dict[str, Subscriber]:
        """The sources that hubs tell of news, by name."""
        named = {one.name: one.plugin for one in self._config.sources}
        told = {
            name: plugin.subscriber
            for name, plugin in named.items()
            if isinstance(plugin, Subscribing)
        }
        return {name: subscriber for name, subscriber in told.items() if subscriber}

    def _receiving(self) -> dict[str, Receiving]:
        """The sources that others push to, by name."""
        named = {one.name: one.plugin for one in self._config.sources}
        return {name: one for name, one in named.items() if isinstance(one, Receiving)}

    def _switchboard(self) -> "Switchboard":
        """The channels that are called when somebody acts on their messages."""
        from listener.web.channels import Switchboard

        named = {one.name: one.plugin for one in self._config.channels}
        hearing = {name: plugin for name, plugin in named.items() if isinstance(plugin, Hearing)}
        return Switchboard(hearing, self._store, self._now, self._config.teams.name_of, self._acted)

    def _store(self) -> Store:
        return open_store(self._config.database, owner="web")

    def _nudge(self, source: str) -> None:
        """Make a source due; where that fails its polling goes on as ever."""
        try:
            with closing(self._store()) as store:
                store.nudge(source, self._now())
        except StoreUnavailable as error:
            log.warning("a hub's notice can't be heeded", source=source, reason=str(error))

    def _status(self) -> Status:
        with closing(self._store()) as store:
            return store.status(self._now())


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET
