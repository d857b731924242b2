"""Tells the outside that we live: systemd's watchdog, and a heartbeat address.

The watchdog is about the process: it is told as long as every role's loop goes round. The
heartbeat is about the job: it is pinged only while every role does its work, so that somebody
else notices when we can't.
"""

import os
import socket
from datetime import datetime, timedelta

import structlog

from listener.ports import Reject, Retry, Secret
from listener.workers import Workers

log = structlog.get_logger("vitals")

HEARTBEAT_SECONDS = 60
WATCHDOG_SECONDS = 10


class Vitals:
    """Says so at most every few seconds, and never holds anybody up."""

    def __init__(self) -> None:
        self._heartbeat_url: Secret | None = None
        self._workers = Workers("heartbeat", 1)
        self._next_ping: datetime | None = None
        self._next_watchdog: datetime | None = None

    def aim(self, heartbeat_url: Secret | None) -> None:
        """Where to ping from now on."""
        self._heartbeat_url = heartbeat_url

    def ready(self) -> None:
        """To systemd: start-up is done."""
        _notify("READY=1")

    def stopping(self) -> None:
        """To systemd: shutting down."""
        _notify("STOPPING=1")

    def tell(self, now: datetime, *, alive: bool, fresh: bool) -> None:
        """Say what holds at ``now``."""
        if alive and (self._next_watchdog is None or now >= self._next_watchdog):
            self._next_watchdog = now + timedelta(seconds=WATCHDOG_SECONDS)
            _notify("WATCHDOG=1")
        url = self._heartbeat_url
        if url and fresh and (self._next_ping is None or now >= self._next_ping):
            self._next_ping = now + timedelta(seconds=HEARTBEAT_SECONDS)
            self._workers.submit(lambda: _ping(url.reveal()))


def _ping(url: str) -> None:
    from listener.net import request

    try:
        # The operator's own monitor may well be on a private address.
        request("GET", url, timeout_seconds=5, total_seconds=10, allow_private=True)
    except (Retry, Reject) as failure:
        log.warning("heartbeat could not be sent", reason=failure.reason)


def _notify(state: str) -> None:
    """The sd_notify protocol: one datagram to the socket that systemd named."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    path = "\0" + address[1:] if address.startswith("@") else address
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notifier:
        try:
            notifier.sendto(state.encode(), path)
        except OSError as error:
            log.warning("systemd could not be told", state=state, reason=str(error))
