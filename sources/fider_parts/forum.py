"""One Fider forum, asked in JSON: its ideas, an idea's comments and votes, what refusals mean."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from listener.net import Reply
from listener.ports import Reject, Retry
from sources.common import fields
from sources.common.asking import Asking, Meaning
from sources.common.fields import Json
from sources.common.purse import Purse

MEANINGS: dict[int, Meaning] = {
    403: ("blocked", "refuses this program (403): give api_key, the key of a team member"),
    404: ("gone", "has no Fider forum at this address (404): check it"),
}

_STATUSES = "open,started,planned,completed,declined,duplicate"


class NotThere(Exception):
    """The idea that was asked for is deleted, or waits for approval."""


def site_of(address: str) -> str:
    """The site that a forum's posts belong to: its host, and its folder where it has one."""
    parts = urlsplit(address)
    return f"{parts.netloc.lower().removeprefix('www.')}{parts.path.rstrip('/')}"


def refusal(reply: Reply) -> Exception | None:
    """What Fider says in words; None where only the status speaks."""
    host = urlsplit(reply.url).hostname
    try:
        body = fields.parsed(reply.body)
    except ValueError:
        return None
    said = " ".join(fields.text(one, "message") for one in fields.items(body, "errors"))
    if reply.status == 400 and "API Key" in said:
        return Reject(
            f"{host} does not accept api_key: make a new one, as an administrator or collaborator",
            state="login",
        )
    asked = urlsplit(reply.url).path
    is_its_word = reply.status == 404 and body == {}
    return NotThere() if is_its_word and not asked.endswith("/api/v1/posts") else None


@dataclass(frozen=True, slots=True)
class Forum:
    """A forum and what may be spent on it. Each method is one request."""

    asking: Asking
    purse: Purse

    @property
    def address(self) -> str:
        """Where it is."""
        return self.asking.base_url

    def newest(self, ideas_max: int) -> Iterator[Json]:
        """The newest ideas of every status, with their counts."""
        return self._list("/api/v1/posts", view="recent", statuses=_STATUSES, limit=ideas_max)

    def idea(self, number: int) -> Json:
        """One idea. Raises NotThere."""
        return fields.table(self._get(f"/api/v1/posts/{number}"))

    def comments(self, number: int) -> Iterator[Json]:
        """All comments on an idea, the newest first. Raises NotThere."""
        return self._list(f"/api/v1/posts/{number}/comments")

    def votes(self, number: int) -> Iterator[Json]:
        """All votes for an idea, the oldest first. Raises NotThere."""
        return self._list(f"/api/v1/posts/{number}/votes")

    def _list(self, path: str, **parameters: object) -> Iterator[Json]:
        answer = self._get(path, **parameters)
        try:
            return fields.listed(answer)
        except ValueError as error:
            host = urlsplit(self.address).hostname
            raise Retry(f"{host} answered with no list: is it a Fider forum?") from error

    def _get(self, path: str, **parameters: object) -> object:
        seconds = min(self.asking.total_seconds, self.purse.pay())
        asking = replace(self.asking, total_seconds=seconds)
        reply = asking.reply("GET", path, parameters)
        if urlsplit(reply.url).path.endswith("/signin"):
            raise Reject(
                f"{urlsplit(self.address).hostname} is private: give api_key, the key of a team"
                " member",
                state="login",
            )
        return asking.value(reply)
