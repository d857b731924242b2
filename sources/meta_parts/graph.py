"""Meta's Graph API: one question, one page of an edge, and what a refusal means.

The token goes in a header, never in an address. The addresses of next pages that Meta gives hold
it, so they are not followed: the cursor in the answer is enough.
"""

import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote

from listener.net import Reply
from listener.ports import Retry, Secret
from sources.common import fields
from sources.common.asking import Asking, Meaning
from sources.common.fields import Json
from sources.common.purse import Purse
from sources.meta_parts.errors import LIMITED_SECONDS, meaning
from sources.meta_parts.usage import FULL_PERCENT, regain_seconds, used_percent

Parameters = Mapping[str, object]
NONE: Parameters = {}

PAGE_MAX = 100
"""More items a page are refused."""

_VERSION = re.compile(r"v[0-9]{1,3}\.[0-9]{1,2}", re.ASCII)
_AFTER_CHARS_MAX = 1_000

_MEANINGS: dict[int, Meaning] = {
    404: ("gone", "has nothing at this address (404): check api_url and api_version"),
}


@dataclass(frozen=True, slots=True)
class Access:
    """How Meta is asked: with which token, and at which address."""

    api_url: str
    api_version: str
    token: Secret
    app_secret: Secret | None
    now: Callable[[], datetime]
    timeout_seconds: float
    allow_private: bool


@dataclass(frozen=True, slots=True)
class Page:
    """A page of an edge. ``after`` asks for the next one; empty: this was the last.

    ``torn``: it doesn't say how to go on, though it should.
    """

    items: tuple[Json, ...]
    after: str = ""
    torn: bool = False


@dataclass
class Graph:
    """The API and what may be spent on it. ``answered`` counts the good answers."""

    access: Access
    purse: Purse
    answered: int = 0
    _rest_seconds: float = field(default=0.0, init=False)

    def get(self, path: str, parameters: Parameters = NONE, *, token: str = "") -> Json:
        """One object; ``token`` overrules the one that is asked with.

        Raises NotThere, HashtagsUsedUp, Retry, Reject and NothingLeft.
        """
        if self._rest_seconds:
            words = f"{FULL_PERCENT} % of what Meta lets this app ask for are used: it rests"
            raise Retry(words, self._rest_seconds, state="rate limit")
        bearer = token or self.access.token.reveal()
        asking = self._asking(bearer)
        stated = {**parameters, **({} if token else self._proof(bearer))}
        reply = asking.reply("GET", f"/{self.access.api_version}/{quote(path)}", stated)
        if used_percent(reply.headers) >= FULL_PERCENT:
            self._rest_seconds = regain_seconds(reply.headers) or LIMITED_SECONDS
        failed = meaning(reply, self.access.now())
        if failed is not None:
            raise failed
        answer = asking.value(reply)
        if not isinstance(answer, dict):
            raise Retry("Meta answered with something else than was asked for")
        self.answered += 1
        return answer

    def page(self, path: str, after: str, parameters: Parameters = NONE) -> Page:
        """A page of an edge. Raises as :meth:`get`."""
        return page_in(self.get(path, {**parameters, "after": after or None}))

    def _asking(self, bearer: str) -> Asking:
        seconds = self.purse.pay()
        return Asking(
            self.access.api_url,
            self.access.now,
            {"Authorization": f"Bearer {bearer}"},
            timeout_seconds=min(self.access.timeout_seconds, 10.0),
            total_seconds=min(self.access.timeout_seconds, seconds),
            allow_private=self.access.allow_private,
            redirects_max=0,
            meanings=_MEANINGS,
            refusal=self._refusal,
        )

    def _refusal(self, reply: Reply) -> Exception | None:
        return meaning(reply, self.access.now())

    def _proof(self, bearer: str) -> dict[str, object]:
        """What shows that whoever holds the token has the app's secret too."""
        if self.access.app_secret is None:
            return {}
        secret = self.access.app_secret.reveal().encode()
        return {"appsecret_proof": hmac.new(secret, bearer.encode(), hashlib.sha256).hexdigest()}


def page_in(answer: object, *path: str) -> Page:
    """The page of an edge that stands here in an answer. Raises Retry where there is none."""
    try:
        items = tuple(fields.listed(answer, *path, "data"))
    except ValueError as error:
        raise Retry("Meta answered with no list where one was asked for") from error
    paging = fields.at(answer, *path, "paging")
    if not isinstance(paging, dict):
        return Page(items, torn=bool(items))
    if not paging.get("next"):
        return Page(items)
    after = fields.text(paging, "cursors", "after", chars_max=_AFTER_CHARS_MAX)
    return Page(items, after, torn=not after)


def version(setting: str, stated: str) -> None:
    """Raises ValueError unless it is a version of the Graph API, such as v25.0."""
    if not _VERSION.fullmatch(stated):
        raise ValueError(f"{setting} is no version of the Graph API: write it like v25.0")
