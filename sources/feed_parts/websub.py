"""Subscribing to a feed at its hub (WebSub), so that news of it is told at once.

Asked again each day: hubs grant a lease for days, forget, and lose what they know. Polling never
leans on it.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlencode

from listener.net import request
from listener.ports import Reject, Retry
from listener.websub import Subscriber, topic_mark
from sources.feed_parts.cursor import UrlState
from sources.feed_parts.hosts import is_one_of

LEASE_SECONDS = 10 * 86_400
RENEW_SECONDS = 86_400.0
AGAIN_SECONDS = 3_600.0


@dataclass(frozen=True, slots=True)
class Subscribing:
    """How subscriptions are asked for.

    A feed may name any hub: only ``private_hosts`` may lie in private networks.
    """

    subscriber: Subscriber
    total_seconds: float
    private_hosts: Collection[str] = ()

    def is_wanted(self, state: UrlState, now: datetime) -> bool:
        """Whether it is time to ask the feed's hub, for the first time or again."""
        since = now.timestamp() - abs(state.subscribed_at)
        waits = RENEW_SECONDS if state.subscribed_at > 0 else AGAIN_SECONDS
        return bool(state.hub and state.topic) and not 0 <= since < waits

    def asked(self, state: UrlState, now: datetime) -> UrlState:
        """The state after its hub was asked: one request. A refusal stands with its time below 0.

        The hub asks back at the callback before it tells anything.
        """
        at = now.timestamp()
        return replace(state, subscribed_at=at if self._is_taken(state) else -at)

    def _is_taken(self, state: UrlState) -> bool:
        form = {
            "hub.mode": "subscribe",
            "hub.topic": state.topic,
            "hub.callback": self.subscriber.callback(state.topic),
            "hub.secret": self.subscriber.key(topic_mark(state.topic)),
            "hub.lease_seconds": LEASE_SECONDS,
        }
        try:
            reply = request(
                "POST",
                state.hub,
                headers={"Content-Type": "application/x-www-form-urlencoded"},
                body=urlencode(form).encode(),
                total_seconds=self.total_seconds,
                size_bytes_max=100_000,
                allow_private=is_one_of(self.private_hosts, state.hub),
            )
        except (Retry, Reject):
            return False
        return 200 <= reply.status < 300
