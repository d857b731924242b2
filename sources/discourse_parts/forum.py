"""One Discourse forum, asked in JSON: its newest posts, posts by id, and what a refusal means."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from listener.net import Reply
from listener.ports import Reject, Retry, Secret
from sources.common import fields
from sources.common.asking import Asking, Meaning
from sources.common.fields import Json
from sources.common.purse import Purse

PAGE_IDS = 50
"""A page of the newest posts covers at least this many ids, the one asked for not counted in."""

POSTS_PER_LOOK_MAX = 20

_SILENCE_SECONDS_MAX = 10.0

_MEANINGS: dict[int, Meaning] = {
    403: ("blocked", "refuses this program (403): ask its administrators to let it read"),
    404: ("gone", "has no Discourse forum at this address (404): check it"),
    422: ("setup", "does not understand the question (422): is it a Discourse forum?"),
}


class NotThere(Exception):
    """What was asked for is deleted, or no longer public."""


def site_of(address: str) -> str:
    """The site that a forum's posts belong to: its host, and its folder where it has one."""
    parts = urlsplit(address)
    return f"{parts.netloc.lower().removeprefix('www.')}{parts.path.rstrip('/')}"


@dataclass(frozen=True, slots=True)
class Access:
    """How all forums of a source are asked."""

    now: Callable[[], datetime]
    api_key: Secret | None
    api_username: str
    timeout_seconds: float
    allow_private: bool


@dataclass(frozen=True, slots=True)
class Forum:
    """A forum and what may be spent on it. Each method is one request."""

    address: str
    access: Access
    purse: Purse

    def newest(self, before: int | None = None) -> Iterator[Json]:
        """The newest posts of all topics; with ``before``, those of the 50 ids up to it.

        Older forums answer with the ids ``before - 49`` to ``before``, newer ones with the fifty
        posts below ``before``. Both hold all of ``before - 49`` to ``before - 1``.
        """
        answer = self._get("/posts.json", before=before)
        if not isinstance(fields.at(answer, "latest_posts"), list):
            raise Retry(f"{self._host} answered with no list of posts: is it a Discourse forum?")
        return fields.items(answer, "latest_posts")

    def post(self, post_id: str) -> Json:
        """One post. Raises NotThere."""
        return fields.table(self._get(f"/posts/{post_id}.json"))

    def numbered(self, topic: str, number: int) -> Json:
        """The post with this number in a topic. Raises NotThere."""
        return fields.table(self._get(f"/posts/by_number/{topic}/{number}.json"))

    def of_topic(self, topic: str, post_ids: Sequence[str]) -> Iterator[Json]:
        """Those of these posts that the topic still shows. Raises NotThere where it is gone."""
        answer = self._get(f"/t/{topic}/posts.json", **{"post_ids[]": list(post_ids)})
        return fields.items(answer, "post_stream", "posts")

    @property
    def _host(self) -> str:
        return urlsplit(self.address).hostname or "the forum"

    def _get(self, path: str, **parameters: object) -> object:
        asking = Asking(
            self.address,
            self.access.now,
            self._headers(),
            timeout_seconds=min(self.access.timeout_seconds, _SILENCE_SECONDS_MAX),
            total_seconds=min(self.access.timeout_seconds, self.purse.pay()),
            allow_private=self.access.allow_private,
            meanings=_MEANINGS,
            refusal=self._refusal,
        )
        return asking.get(path, **parameters)

    def _headers(self) -> dict[str, str]:
        if self.access.api_key is None:
            return {}
        return {
            "Api-Key": self.access.api_key.reveal(),
            "Api-Username": self.access.api_username or "system",
        }

    def _refusal(self, reply: Reply) -> Exception | None:
        """What Discourse says in words; None where only the status speaks."""
        if reply.status not in {403, 404, 410}:
            return None
        try:
            body = fields.parsed(reply.body)
        except ValueError:
            return None
        kind = fields.text(body, "error_type")
        said = fields.text(body, "errors", 0).lower()
        if kind == "not_logged_in":
            return Reject(
                f"{self._host} shows its posts to members only: give api_key and api_username"
                if self.access.api_key is None
                else f"{self._host} does not accept api_key and api_username: make a new key",
                state="login",
            )
        if self.access.api_key is not None and "api" in said and "invalid" in said:
            return Reject(
                f"{self._host} does not accept api_key and api_username: make a new key",
                state="login",
            )
        if "/posts.json" in reply.url and "/t/" not in reply.url:
            return None
        return NotThere() if kind in {"not_found", "invalid_access"} else None
