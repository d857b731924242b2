"""Tells alerts by Apprise: Matrix, Teams, Discord, Telegram, PagerDuty, ntfy, SMS and many more.

Apprise says only whether it worked, and logs the rest. What it logs becomes the reason of the
failure here, without the parts of the address that may be secret. Its services make their own
network calls; :mod:`alerts.apprise_parts.guard` holds these to our rules.
"""

from dataclasses import dataclass, field
from typing import Annotated

from alerts.apprise_parts.guard import guarded
from alerts.apprise_parts.service import Service
from listener.model import Alert
from listener.net_connect import Deadline
from listener.ports import Reject, Retry, Secret

_URLS_MAX = 20
_TOLD_KEPT_MAX = 1_000


@dataclass
class AppriseChannel:
    """Tells alerts at every address that Apprise understands."""

    urls: Annotated[Secret, "Apprise addresses, one on each line; they hold tokens and passwords."]
    mentions_max: Annotated[int, "How many mentions a message shows; the rest is counted."] = 5
    timeout_seconds: Annotated[float, "Longest time one delivery may take, up to 10."] = 8.0
    allow_private: Annotated[bool, "Whether a service may lie in a private network."] = False
    follows_cases: Annotated[bool, "Whether every change to a case is told here, too."] = False
    _services: list[Service] = field(init=False, repr=False)
    _told: dict[str, set[int]] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        if self.mentions_max < 1:
            raise ValueError("mentions_max must be at least 1")
        if not 0 < self.timeout_seconds <= 10:
            msg = f"timeout_seconds is {self.timeout_seconds}: a delivery may take up to 10 seconds"
            raise ValueError(msg)
        lines = (line.strip() for line in self.urls.reveal().splitlines())
        urls = [line for line in lines if line and not line.startswith("#")]
        if not 1 <= len(urls) <= _URLS_MAX:
            raise ValueError(f"urls holds {len(urls)} addresses: it must be 1 to {_URLS_MAX}")
        self._services = [Service(url, number) for number, url in enumerate(urls, 1)]

    def send(self, alert: Alert) -> None:
        """Tell it at every address that has not told it yet.

        Raises Reject, state login, where every address that failed refused us or is not there;
        Reject where one is private; Retry for all other trouble.
        """
        done = self._done(alert.key)
        with Deadline(self.timeout_seconds) as deadline:
            failures = [
                failure
                for service in self._services
                if service.number not in done
                for failure in self._tell(service, alert, deadline, done)
            ]
        if failures:
            raise _worst(failures)
        del self._told[alert.key]

    def _tell(
        self, service: Service, alert: Alert, deadline: Deadline, done: set[int]
    ) -> list[Retry | Reject]:
        with guarded(deadline, allow_private=self.allow_private) as guard:
            failure = service.tell(alert, self.mentions_max, guard)
        if failure:
            return [failure]
        done.add(service.number)
        return []

    def _done(self, key: str) -> set[int]:
        """The addresses that told this alert in an attempt before; the oldest are forgotten."""
        while len(self._told) > _TOLD_KEPT_MAX:
            del self._told[next(iter(self._told))]
        return self._told.setdefault(key, set())


def _worst(failures: list[Retry | Reject]) -> Retry | Reject:
    """One failure for all: while any may pass, it is tried again."""
    passing = [failure for failure in failures if isinstance(failure, Retry)]
    return (passing or failures)[0]
