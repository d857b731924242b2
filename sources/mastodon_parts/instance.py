"""One Mastodon instance, asked in JSON: lists of statuses, single ones, what a refusal means."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from listener.net import Reply
from listener.ports import Reject, Retry, Secret
from sources.common import fields
from sources.common.asking import Asking, Meaning, wait_seconds
from sources.common.purse import Purse

_SILENCE_SECONDS_MAX = 10.0
_REDIRECTS_MAX = 5
_MOVED: Meaning = ("setup", "leads to another address: give that one")
_MEANINGS: dict[int, Meaning] = {
    **dict.fromkeys((301, 302, 307, 308), _MOVED),
    401: ("login", "shows this to logged-in users only (401): give a token, or take it out"),
    403: ("blocked", "refuses this (403): ask its administrators, or take it out"),
    404: ("gone", "has nothing like this (404): is it a Mastodon instance?"),
    410: ("gone", "is gone for good (410): take it out"),
    422: ("setup", "does not accept the question (422): is it a Mastodon instance?"),
}


class NotThere(Exception):
    """The status is deleted, or no longer public."""


def host_of(address: str) -> str:
    """The host of an address, with its port where it is another than usual."""
    parts = urlsplit(address)
    usual = ":443" if parts.scheme == "https" else ":80"
    return parts.netloc.lower().removesuffix(usual)


@dataclass
class Instance:
    """An instance and what may be spent on it. Each method is one request.

    ``named`` are the hosts of all the instances that a person has listed.
    """

    address: str
    now: Callable[[], datetime]
    purse: Purse
    token: Secret | None = None
    timeout_seconds: float = 20.0
    allow_private: bool = False
    named: frozenset[str] = frozenset()
    resting: Retry | None = field(default=None, repr=False)
    """Why it is not asked any more in this poll."""

    @property
    def host(self) -> str:
        """Its host."""
        return host_of(self.address)

    def page(self, path: str, **parameters: object) -> Any:
        """A list of statuses, of notifications, or the answer to a search."""
        return self._get(path, parameters)

    def status(self, local_id: str) -> Any:
        """One status by its id on this instance. Raises NotThere."""
        return self._get(f"/api/v1/statuses/{local_id}", {}, of_status=True)

    def statuses(self, local_ids: Sequence[str]) -> Any:
        """Those of these statuses that are there. Raises NotThere where it can't tell of many."""
        return self._get("/api/v1/statuses", {"id[]": list(local_ids)}, of_status=True)

    def activity(self, path: str) -> Any:
        """A post as servers of any kind hand it to each other. Raises NotThere.

        The path is a stranger's choice, so the token doesn't go there.
        """
        headers = {"Accept": "application/activity+json"}
        return self._get(path, {}, of_status=True, headers=headers)

    def _get(
        self,
        path: str,
        parameters: dict[str, object],
        *,
        of_status: bool = False,
        headers: dict[str, str] | None = None,
    ) -> Any:
        if self.resting:
            raise self.resting
        asking = Asking(
            self.address,
            self.now,
            headers or self._login(),
            timeout_seconds=min(self.timeout_seconds, _SILENCE_SECONDS_MAX),
            total_seconds=min(self.timeout_seconds, self.purse.pay()),
            allow_private=self.allow_private,
            # Where it leads is its own choice, and may be a private place that nobody listed.
            redirects_max=0 if self.allow_private else _REDIRECTS_MAX,
            meanings=_MEANINGS,
            refusal=self._refusal_of_status if of_status else self._refusal,
        )
        reply = asking.reply("GET", path, parameters)
        self._heed(reply)
        return asking.value(reply)

    def _login(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token.reveal()}"} if self.token else {}

    def _heed(self, reply: Reply) -> None:
        """Where this was the last request that it allows for now, ask no more."""
        if reply.headers.get("X-RateLimit-Remaining", "").strip() == "0":
            wait = wait_seconds(reply, self.now())
            reason = f"{self.host} allows no more requests for now"
            self.resting = Retry(reason, wait, state="rate limit")

    def _refusal_of_status(self, reply: Reply) -> Exception | None:
        if reply.status == 410 or (reply.status == 404 and _error(reply)):
            return NotThere()
        return self._refusal(reply)

    def _refusal(self, reply: Reply) -> Exception | None:
        """What an instance says in words; None where only the status speaks."""
        said = _error(reply).lower()
        if reply.status in {401, 403} and ("token" in said or "revoked" in said) and self.token:
            return Reject(f"{self.host} does not accept the token: make a new one", state="login")
        if reply.status in {401, 403, 422} and "authenticated user" in said:
            words = "give a token of an account there, or take it out"
            return Reject(f"{self.host} shows this to logged-in users only: {words}", state="login")
        if reply.status == 403 and "scope" in said:
            words = "make one that may read (read:statuses, read:search, read:notifications)"
            return Reject(f"the token may not read this on {self.host}: {words}", state="login")
        if reply.status == 403 and ("suspended" in said or "disabled" in said):
            return Reject(f"the account on {self.host} is suspended: ask why", state="suspended")
        return None


def _error(reply: Reply) -> str:
    """The ``error`` of a JSON answer, or an empty string."""
    try:
        return fields.text(fields.parsed(reply.body), "error", chars_max=500)
    except ValueError:
        return ""
