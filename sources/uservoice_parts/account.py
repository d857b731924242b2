"""A UserVoice account, asked by its Admin API: the login, lists page by page, records by id.

A token is asked for with the key and the secret of a trusted API client, and again when it is no
longer accepted. UserVoice says when its minute is used up, and states the end in ``Retry-After``
as seconds since 1970, not as a wait; what it says is kept to.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode, urlsplit

from listener.net import Reply
from listener.ports import Reject, Retry, Secret
from sources.common import fields
from sources.common.asking import Asking, Meaning, failure
from sources.common.fields import Json
from sources.common.purse import Purse

PER_PAGE = 100
"""The most records that UserVoice puts on a page, or tells at once by their ids."""

MEANINGS: dict[int, Meaning] = {
    401: ("login", "does not accept the login (401): make a new API key, with Trusted checked"),
    403: ("blocked", "refuses this (403): its API key must be trusted, and the plan have the API"),
    404: ("gone", "has no UserVoice account at this address (404): check it"),
}

_TOKEN_PATH = "/api/v2/oauth/token"  # noqa: S105  an address, no secret
_PATH = "/api/v2/admin"
_EPOCH_SECONDS_MIN = 10**9


class NotThere(Exception):
    """None of the records that were asked for is there."""


class Lapsed(Exception):
    """The site does not go on from this cursor: the list is to be read anew."""


@dataclass(slots=True)
class Login:
    """What opens the account. ``token`` was given, or asked for with the key and the secret."""

    api_key: str
    api_secret: Secret | None
    token: Secret | None = None

    @property
    def can_renew(self) -> bool:
        """Whether another token can be asked for."""
        return self.api_secret is not None


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a list: its records, those named along with them, and where it goes on.

    ``cursor`` is empty where there is no word of a next page; ``pages`` is how many there are in
    all, 0 where that is not told.
    """

    records: list[Json]
    people: dict[str, Json]
    statuses: dict[str, str]
    cursor: str
    pages: int

    def ends_the_list(self, number: int) -> bool:
        """Whether nothing follows it, the page of this number of a walk.

        The number of pages is believed where the page is not full, too: whether it counts those
        of the whole list or those to come is nowhere said. Without either, a cursor decides.
        """
        if not self.records or not self.pages:
            return not self.records or not self.cursor
        is_full = len(self.records) >= PER_PAGE
        return self.pages <= number and not (self.cursor and is_full)


@dataclass(slots=True)
class Account:
    """An account and what may be spent on it. A call is one request, or three with a new token."""

    asking: Asking
    login: Login
    purse: Purse
    rests_until: float = field(default=0.0, init=False)

    @property
    def address(self) -> str:
        """Where it is."""
        return self.asking.base_url

    def page(self, kind: str, **parameters: object) -> Page:
        """A page of records of this kind. Raises Lapsed for a cursor that is not accepted."""
        answer = self._get(f"{_PATH}/{kind}", per_page=PER_PAGE, **parameters)
        try:
            return _page(answer, kind)
        except ValueError as error:
            raise Retry(f"{self._host} answered with no list of {kind}: {error}") from error

    def records(self, kind: str, ids: Sequence[str], includes: str) -> Page:
        """The records with these ids that there are. Raises NotThere where none is."""
        answer = self._get(f"{_PATH}/{kind}/{','.join(ids)}", includes=includes)
        try:
            return _page(answer, kind)
        except ValueError as error:
            raise Retry(f"{self._host} answered with no list of {kind}: {error}") from error

    @property
    def _host(self) -> str:
        return urlsplit(self.address).hostname or "the account"

    def _get(self, path: str, **parameters: object) -> object:
        is_fresh = self.login.token is None
        try:
            return self._answer(path, parameters, self._token())
        except Reject as refused:
            if refused.state != "login" or is_fresh or not self.login.can_renew:
                raise
        self.login.token = None
        return self._answer(path, parameters, self._token())

    def _answer(self, path: str, parameters: dict[str, object], token: Secret) -> object:
        asking = self._asking({"Authorization": f"Bearer {token.reveal()}"})
        reply = asking.reply("GET", path, parameters)
        self._heed(reply)
        return asking.value(reply)

    def _token(self) -> Secret:
        """The token there is, or a new one."""
        if self.login.token is None:
            secret = self.login.api_secret.reveal() if self.login.api_secret else ""
            stated = {
                "grant_type": "client_credentials",
                "client_id": self.login.api_key,
                "client_secret": secret,
            }
            asking = self._asking({"Content-Type": "application/x-www-form-urlencoded"})
            reply = asking.reply("POST", _TOKEN_PATH, body=urlencode(stated).encode())
            token = fields.text(asking.value(reply), "access_token", chars_max=2_000)
            if not (token.isascii() and token.isprintable() and token):
                raise Retry(f"{self._host} answered with no token: is it a UserVoice account?")
            self.login.token = Secret(token)
        return self.login.token

    def _asking(self, headers: dict[str, str]) -> Asking:
        wait = self.rests_until - self.asking.now().timestamp()
        if wait > 0:
            raise Retry(f"{self._host} allows no more requests now", wait, state="rate limit")
        seconds = min(self.asking.total_seconds, self.purse.pay())
        return replace(self.asking, headers=headers, total_seconds=seconds, refusal=self._refusal)

    def _heed(self, reply: Reply) -> None:
        """Whether this was the last request of the site's minute."""
        left = reply.headers.get("X-Rate-Limit-Remaining", "").strip()
        until = reply.headers.get("X-Rate-Limit-Reset", "").strip()
        if left == "0" and until.isascii() and until.isdigit() and len(until) < 12:
            now = self.asking.now().timestamp()
            self.rests_until = min(float(until), now + 3_600)

    def _refusal(self, reply: Reply) -> Exception | None:
        """What UserVoice means where the status alone doesn't tell."""
        parts = urlsplit(reply.url)
        kind, _, ids = parts.path.rpartition(f"{_PATH}/")[2].partition("/")
        if reply.status == 404 and kind and ids:
            return NotThere()
        if reply.status in {400, 422} and "cursor=" in parts.query:
            return Lapsed()
        until = reply.headers.get("Retry-After", "").strip()
        is_a_time = until.isascii() and until.isdigit() and int(until[:20]) >= _EPOCH_SECONDS_MIN
        if not is_a_time:
            return None
        others = (one for one in reply.headers.items() if one[0].lower() != "retry-after")
        headers = dict(others)
        told = replace(reply, headers=headers | {"x-rate-limit-reset": until[:20]})
        return failure(told, self.asking.now(), MEANINGS)


def _page(answer: object, kind: str) -> Page:
    """Raises ValueError where there is no list."""
    return Page(
        records=list(fields.listed(answer, kind)),
        people={fields.name(one, "id"): one for one in fields.items(answer, "users")},
        statuses={
            fields.name(one, "id"): fields.text(one, "name", chars_max=100).casefold()
            for one in fields.items(answer, "statuses")
        },
        cursor=fields.text(answer, "pagination", "cursor", chars_max=2_000),
        pages=fields.count(answer, "pagination", "total_pages"),
    )
