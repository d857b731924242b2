"""The daemon: roles started, watched, reloaded and drained."""

import signal
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from types import FrameType

import structlog

from listener import wiring
from listener.clock import Now, run_in_utc
from listener.config import Config, ConfigError
from listener.owners import dead_owners, owner_name
from listener.ports import Receiving
from listener.roles import Role
from listener.stages import Stage
from listener.store import Store, StoreUnavailable, open_store
from listener.vitals import Vitals
from listener.web.server import Pages

log = structlog.get_logger("daemon")

ROLES = ("poll", "tag", "send", "web")
FOLLOWING = {
    "poll": ("tag", "escalate", "send"),  # a reply in public changes a case
    "recheck": ("tag", "send"),
    "intake": ("tag", "escalate", "send"),
    "tag": ("send", "escalate"),
    "alarm": ("send",),
    "crisis": ("send",),
    "escalate": ("send",),
    "desk": ("escalate", "send"),
    "web": ("intake", "escalate", "send"),
}
"""Which roles have something to do after another did something."""
ALARM_SECONDS = 15
CRISIS_SECONDS = 30
RECHECK_SECONDS = 5
TICK_SECONDS = 1.0

Load = Callable[[], Config]


@dataclass
class Generation:
    """The roles of one configuration, from start to drain."""

    config: Config
    now: Now
    only: Sequence[str] = ROLES
    owner: str = field(default_factory=owner_name)
    roles: list[Role] = field(default_factory=list)
    pages: Pages | None = None

    def start(self) -> None:
        """Set every role going."""
        self._add_roles()
        for role in self.roles:
            role.nudge = self.nudge(role.name)
        for role in self.roles:
            role.start()
        if "web" in self.only and self.config.web.enabled:
            self.pages = Pages(self.config, self.health, self.now, self.nudge("web"))
            self.pages.start()

    def stop(self) -> bool:
        """Drain every role. False if one did not end in time."""
        drain_until = self.now() + timedelta(seconds=self.config.drain_seconds)
        for role in self.roles:
            role.stop(drain_until)
        if self.pages:
            self.pages.stop()
        ended = [role.join(self.config.drain_seconds + 1) for role in self.roles]
        self._let_go()
        return all(ended)

    def _let_go(self) -> None:
        """Give back what is not finished, so that the next one need not wait for the leases."""
        try:
            store = open_store(self.config.database, owner=self.owner)
            store.release([self.owner])
            store.close()
        except StoreUnavailable as trouble:
            log.warning("leases are left to run out", detail=str(trouble))

    def health(self) -> dict[str, str]:
        """Each role: ok, the store's trouble, or stuck."""
        now = self.now()
        return {
            role.name: (role.trouble or ("ok" if role.is_fresh(now) else "late"))
            if role.is_alive(now)
            else "stuck"
            for role in self.roles
        }

    def is_alive(self) -> bool:
        """Whether every role's loop goes round."""
        now = self.now()
        return all(role.is_alive(now) for role in self.roles)

    def is_fresh(self) -> bool:
        """Whether every role does its work."""
        now = self.now()
        return all(role.is_fresh(now) for role in self.roles)

    def _add_roles(self) -> None:
        if "poll" in self.only:
            self._add_poll_roles()
        if "tag" in self.only:
            self._add("tag", partial(wiring.tag_stage, self.config))
            self._add("escalate", partial(wiring.escalate_stage, self.config))
            self._add("alarm", partial(wiring.alarm_stage, self.config), ALARM_SECONDS)
            if any(rule.crisis for rule in self.config.rules):
                self._add("crisis", partial(wiring.crisis_stage, self.config), CRISIS_SECONDS)
        if "send" in self.only:
            self._add("desk", lambda store: wiring.desk_stage(self.config, store, self.now))
            self._add("send", lambda store: wiring.send_stage(self.config, store, self.now))

    def _add_poll_roles(self) -> None:
        self._add("poll", self._planned_poll_stage)
        self._add("recheck", partial(wiring.recheck_stage, self.config), RECHECK_SECONDS)
        if any(isinstance(one.plugin, Receiving) for one in self.config.sources):
            self._add("intake", partial(wiring.intake_stage, self.config))

    def _add(self, name: str, make_stage: Callable[[Store], Stage], every_seconds: int = 1) -> None:
        role = Role(
            name,
            self.open_store,
            make_stage,
            self.now,
            owner=self.owner,
            every_seconds=every_seconds,
        )
        self.roles.append(role)

    def open_store(self) -> Store:
        """A store in which the work of processes that died is free to be taken."""
        store = open_store(self.config.database, owner=self.owner)
        dead = dead_owners(store.owners(), self.owner)
        if dead:
            store.release(dead)
        return store

    def _planned_poll_stage(self, store: Store) -> Stage:
        store.plan_sources(wiring.source_plans(self.config), self.now())
        return wiring.poll_stage(self.config, store)

    def nudge(self, name: str) -> Callable[[], None]:
        """What wakes the roles that have something to do after this one."""
        following = [role for role in self.roles if role.name in FOLLOWING.get(name, ())]

        def nudge() -> None:
            for role in following:
                role.wake()

        return nudge


@dataclass
class Daemon:
    """Runs generations until told to stop. SIGHUP reloads, SIGTERM and SIGINT drain."""

    load: Load
    now: Now
    only: Sequence[str] = ROLES
    _stop: threading.Event = field(default_factory=threading.Event)
    _reload: threading.Event = field(default_factory=threading.Event)
    _wake: threading.Event = field(default_factory=threading.Event)
    _vitals: Vitals = field(default_factory=Vitals)

    def run(self, config: Config) -> bool:
        """Run until stopped. Returns whether everything could be drained in time."""
        run_in_utc()
        self._listen_to_signals()
        generation = Generation(config, self.now, self.only)
        vitals = self._vitals
        vitals.aim(config.heartbeat_url)
        generation.start()
        log.info("listening", config=str(config.path), sources=len(config.sources))
        vitals.ready()
        while not self._stop.is_set():
            self._wake.wait(TICK_SECONDS)
            self._wake.clear()
            vitals.tell(self.now(), alive=generation.is_alive(), fresh=generation.is_fresh())
            if self._reload.is_set():
                self._reload.clear()
                generation = self._reloaded(generation)
        log.info("stopping")
        vitals.stopping()
        drained = generation.stop()
        log.info("stopped", drained=drained)
        return drained

    def stop(self) -> None:
        """As SIGTERM does."""
        self._stop.set()
        self._wake.set()

    def reload(self) -> None:
        """As SIGHUP does."""
        self._reload.set()
        self._wake.set()

    def _reloaded(self, generation: Generation) -> Generation:
        """The next generation, or the same one where the new configuration is no good."""
        try:
            config = self.load()
        except ConfigError as error:
            for fault in error.faults:
                log.error("new configuration refused, the old one stays", fault=fault)
            return generation
        generation.stop()
        fresh = Generation(config, self.now, self.only)
        fresh.start()
        self._vitals.aim(config.heartbeat_url)
        log.info("reloaded", config=str(config.path))
        return fresh

    def _listen_to_signals(self) -> None:
        if threading.current_thread() is not threading.main_thread():
            return

        def on_stop(_number: int, _frame: FrameType | None) -> None:
            self.stop()

        def on_reload(_number: int, _frame: FrameType | None) -> None:
            self.reload()

        signal.signal(signal.SIGTERM, on_stop)
        signal.signal(signal.SIGINT, on_stop)
        signal.signal(signal.SIGHUP, on_reload)
