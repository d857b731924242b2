"""A small honest WebSub hub on the loopback, after W3C's Recommendation of 2018 (w3.org/TR/websub).

Section 5: a subscription request is answered 202 and its intent verified by a GET with a
challenge that must come back; leases end; ``hub.secret`` is under 200 bytes. Section 7: a notice
is a POST of the whole feed with Link headers for hub and topic, signed by ``X-Hub-Signature``; one
that is not answered 2xx is sent again; with 410 the subscription ends.
"""

import hashlib
import hmac
import http.client
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.sources.standins.serving import Answer, Asked, Host

LEASE_SECONDS_MAX = 864_000
TRIES = 3


@dataclass
class Subscription:
    callback: str
    topic: str
    secret: str
    until: datetime


class Hub(Host):
    """The hub, at ``/hub``. ``verify`` and ``tell`` act when the test says so."""

    def __init__(self, *, method: str = "sha256") -> None:
        super().__init__()
        self.method = method
        self.wanted: list[tuple[Subscription, int]] = []
        self.subscriptions: dict[tuple[str, str], Subscription] = {}
        self.refused: list[str] = []

    def answer(self, asked: Asked) -> Answer:
        form = {key: values[0] for key, values in parse_qs(asked.body.decode()).items()}
        callback, topic = form.get("hub.callback", ""), form.get("hub.topic", "")
        sound = asked.method == "POST" and form.get("hub.mode") == "subscribe"
        is_form = asked.headers.get("content-type") == "application/x-www-form-urlencoded"
        secret = form.get("hub.secret", "")
        if not (sound and is_form and callback and topic and len(secret.encode()) < 200):
            return Answer(400, b"not a subscription", {"Content-Type": "text/plain"})
        lease = min(int(form.get("hub.lease_seconds", LEASE_SECONDS_MAX)), LEASE_SECONDS_MAX)
        until = self.now + timedelta(seconds=lease)
        self.wanted.append((Subscription(callback, topic, secret, until), lease))
        return Answer(202)

    def verify(self) -> None:
        """Ask each subscriber whether it means it (5.3)."""
        for one, lease in self.wanted:
            challenge = secrets.token_urlsafe(24)
            query = {
                "hub.mode": "subscribe",
                "hub.topic": one.topic,
                "hub.challenge": challenge,
                "hub.lease_seconds": lease,
            }
            status, body = exchange("GET", f"{one.callback}?{urlencode(query)}")
            if 200 <= status < 300 and body == challenge.encode():
                self.subscriptions[one.callback, one.topic] = one
            else:
                self.refused.append(one.callback)
        self.wanted.clear()

    def tell(self, topic: str, content: bytes) -> list[int]:
        """Distribute a topic's content to who is subscribed (7); the statuses of each try."""
        statuses: list[int] = []
        for key, one in list(self.subscriptions.items()):
            if one.topic != topic or one.until <= self.now:
                continue
            for _ in range(TRIES):
                status, _body = exchange("POST", one.callback, content, self._headers(one, content))
                statuses.append(status)
                if 200 <= status < 300:
                    break
                if status == 410:
                    del self.subscriptions[key]
                    break
        return statuses

    def _headers(self, one: Subscription, content: bytes) -> dict[str, str]:
        made = hmac.new(one.secret.encode(), content, getattr(hashlib, self.method)).hexdigest()
        return {
            "Content-Type": "application/rss+xml",
            "Link": f'<{self.url}/hub>; rel="hub", <{one.topic}>; rel="self"',
            "X-Hub-Signature": f"{self.method}={made}",
        }


def exchange(
    method: str, url: str, body: bytes = b"", headers: dict[str, str] | None = None
) -> tuple[int, bytes]:
    """One exchange with a server on the loopback."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=10)
    try:
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        connection.request(method, path, body or None, headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()
