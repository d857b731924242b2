"""Threads' Graph API: asking for a list or a post. Its refusals are those of all Meta's APIs."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from listener.net import Reply
from listener.ports import Retry, Secret
from sources.common import fields
from sources.common.asking import Asking
from sources.common.fields import Json
from sources.common.purse import Purse
from sources.meta_parts.errors import meaning

_POST = "id,text,username,permalink,timestamp,media_type"
_REPLY = "is_reply,root_post,replied_to"
_LOOKS = "topic_tag,link_attachment_url"

FIELDS = f"{_POST},{_REPLY},{_LOOKS}"
THREAD_FIELDS = f"{_POST},{_LOOKS}"
REPLY_FIELDS = f"{_POST},{_REPLY}"
"""What each kind of list can be asked for: more than that is refused."""

RENEW = (
    "make a new long-lived token, or renew one that has not ended by "
    "graph.threads.net/refresh_access_token, and set token_expires 60 days ahead"
)


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list. ``after`` is where the next begins; ``is_last``: there is none."""

    items: tuple[object, ...]
    after: str
    is_last: bool


@dataclass(frozen=True, slots=True)
class Graph:
    """Threads, and what may be spent on it. Each method is one request."""

    base_url: str
    token: Secret
    now: Callable[[], datetime]
    purse: Purse
    timeout_seconds: float
    allow_private: bool

    def page(self, path: str, **parameters: object) -> Page:
        """A page of a list. Raises Retry, Reject and NotThere."""
        answer = self._get(path, **parameters)
        items = fields.at(answer, "data")
        if not isinstance(items, list):
            raise Retry("Threads answered with no list")
        paging = fields.table(answer, "paging")
        after = fields.text(paging, "cursors", "after")
        limit = parameters.get("limit")
        is_full = not isinstance(limit, int) or len(items) >= limit
        ends = not items or not (is_full or fields.text(paging, "next"))
        return Page(tuple(items), after, ends)

    def post(self, native_id: str, **parameters: object) -> Json:
        """One post. Raises Retry, Reject and NotThere."""
        answer = self._get(f"/{native_id}", **parameters)
        if not isinstance(answer, dict):
            raise Retry("Threads answered with no post")
        return answer

    def _get(self, path: str, **parameters: object) -> object:
        asking = Asking(
            f"{self.base_url}/v1.0",
            self.now,
            timeout_seconds=self.timeout_seconds,
            total_seconds=min(self.timeout_seconds, self.purse.pay()),
            allow_private=self.allow_private,
            redirects_max=0,
            refusal=self._refusal,
        )
        return asking.get(path, **parameters, access_token=self.token.reveal())

    def _refusal(self, reply: Reply) -> Exception | None:
        return meaning(reply, self.now())
