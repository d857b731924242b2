"""What the stand-ins of Facebook and Instagram share: Meta's Graph API.

Pages followed, on developers.facebook.com: "Handling Errors" (the error object, its codes and
subcodes), "Rate Limits" (the usage headers and their fields), "Paginated Results" (cursors, and
that ``next`` is missing on the last page), "Debug-Token", "Secure Graph API Calls"
(``appsecret_proof``), "Webhooks: Getting Started" (handshake, signature). By heart only: that a
bearer header is taken in place of ``access_token``, as its newer products show, and the words of
the messages.
"""

import hashlib
import hmac
import json
from abc import abstractmethod
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from listener.ports import Call, Secret
from tests.sources.standins.serving import HOUR, MINUTE, NOON, Answer, Asked, Entry, StandIn

TOKEN = "EAAG-sesame"
APP_ID = "2200"
APP_SECRET = "app-sesame"
VERIFY_TOKEN = "word-sesame"
VERSION = "v25.0"
CALLS_PER_HOUR = 4_800
"""Meta's limit grows with a page's reach; this is that of the smallest."""


class GraphSite(StandIn):
    """The Graph API's manners. ``expires_at`` is when the token ends, ``calls_per_hour`` its limit.

    ``business`` names the thing that the limits are counted for.
    """

    business = "0"

    def __init__(self, now: datetime = NOON) -> None:
        super().__init__(now)
        self.expires_at: datetime | None = None
        self.calls_per_hour = CALLS_PER_HOUR
        self._calls: deque[datetime] = deque()

    def settings(self, **settings: Any) -> dict[str, Any]:
        """What every source of these sites is set up with."""
        return {
            "access_token": Secret(TOKEN),
            "app_secret": Secret(APP_SECRET),
            "verify_token": Secret(VERIFY_TOKEN),
            "app_id": APP_ID,
            "api_url": self.url,
            "allow_private": True,
        } | settings

    def answer(self, asked: Asked) -> Answer:
        refused = self._unwelcome(asked)
        if refused is not None:
            return refused
        _, version, *parts = asked.path.split("/")
        if version != VERSION:
            return error(2635, "You are calling a deprecated version of the API.")
        debug = parts == ["debug_token"]
        try:
            answered = self._debug_token(asked) if debug else self.ask(parts, asked)
        except ValueError:
            answered = error(100, "Invalid parameter")
        return Answer(answered.status, answered.body, {**answered.headers, **self._usage()})

    @abstractmethod
    def ask(self, parts: list[str], asked: Asked) -> Answer:
        """The answer to a question that is allowed; a stand-in fills it in."""

    # Webhooks.

    def call(self, body: bytes, *, secret: str = APP_SECRET, **headers: str) -> Call:
        """What Meta posts to the listener."""
        digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        signed = {"x-hub-signature-256": f"sha256={digest}", "content-type": "application/json"}
        return Call({**signed, **headers}, body, self.now)

    def event(self, kind: str, *changes: Mapping[str, Any]) -> Call:
        """An event with these changes."""
        entry = {
            "id": self.business,
            "time": int(self.now.timestamp()),
            "changes": [dict(one) for one in changes],
        }
        return self.call(json.dumps({"object": kind, "entry": [entry]}).encode())

    def handshake(self, word: str = VERIFY_TOKEN, challenge: str = "1158201444") -> Call:
        """What Meta asks when a webhook is set up."""
        query = {"hub.mode": "subscribe", "hub.challenge": challenge, "hub.verify_token": word}
        return Call({}, b"", self.now, "GET", query)

    # Manners.

    def _unwelcome(self, asked: Asked) -> Answer | None:
        bearer = asked.headers.get("authorization", "").removeprefix("Bearer ")
        if bearer not in {TOKEN, f"{APP_ID}|{APP_SECRET}"}:
            return error(190, "Invalid OAuth access token.", subcode=467)
        if self.expires_at is not None and self.now >= self.expires_at:
            return error(190, "Error validating access token: Session has expired", subcode=463)
        proof = hmac.new(APP_SECRET.encode(), bearer.encode(), hashlib.sha256).hexdigest()
        if bearer == TOKEN and asked.one("appsecret_proof", proof) != proof:
            return error(100, "Invalid appsecret_proof provided in the API argument")
        self._calls.append(self.now)
        while self._calls and self._calls[0] <= self.now - HOUR:
            self._calls.popleft()
        if len(self._calls) > self.calls_per_hour:
            return error(32, "Page request limit reached", headers=self._usage())
        return None

    def _usage(self) -> dict[str, str]:
        percent = 100 * len(self._calls) // self.calls_per_hour
        wait = 0
        if percent >= 100:
            free_at = self._calls[-self.calls_per_hour] + HOUR
            wait = -(-(free_at - self.now) // MINUTE)
        usage = {
            "type": "pages",
            "call_count": percent,
            "total_cputime": 0,
            "total_time": 0,
            "estimated_time_to_regain_access": wait,
        }
        return {"X-Business-Use-Case-Usage": json.dumps({self.business: [usage]})}

    def _debug_token(self, asked: Asked) -> Answer:
        if "|" not in asked.headers.get("authorization", ""):
            return error(100, "You must provide an app access token")
        expires_at = int(self.expires_at.timestamp()) if self.expires_at else 0
        data = {
            "app_id": APP_ID,
            "type": "PAGE",
            "application": "Ears",
            "data_access_expires_at": 0,
            "expires_at": expires_at,
            "is_valid": asked.one("input_token") == TOKEN,
            "issued_at": 1_700_000_000,
            "scopes": ["pages_read_engagement", "pages_read_user_content"],
            "user_id": "1",
        }
        return Answer(body={"data": data})


def error(
    code: int, message: str, *, subcode: int = 0, headers: Mapping[str, str] | None = None
) -> Answer:
    """An error as Meta writes it."""
    said: dict[str, Any] = {
        "message": message,
        "type": "OAuthException",
        "code": code,
        "fbtrace_id": "AxLR0tHxMVnoWBNtiCgWnEL",
    }
    if subcode:
        said["error_subcode"] = subcode
    return Answer(400, {"error": said}, dict(headers or {}))


def no_such(native_id: str) -> Answer:
    """There is nothing, or nothing that this token may see."""
    words = (
        f"Unsupported get request. Object with ID '{native_id}' does not exist, cannot be loaded "
        "due to missing permissions, or does not support this operation."
    )
    return error(100, words, subcode=33)


def stamp(at: datetime) -> str:
    """A time as the Graph API writes it."""
    return f"{at:%Y-%m-%dT%H:%M:%S}+0000"


class Shelf:
    """Entries in the order of their times: what is newest before a place is found at once."""

    def __init__(self) -> None:
        self._keys: list[tuple[datetime, int]] = []
        self._ids: list[str] = []

    def put(self, entry: Entry) -> None:
        """Take one in."""
        key = (entry.at, len(self._keys))
        at = bisect_right(self._keys, key)
        self._keys.insert(at, key)
        self._ids.insert(at, entry.id)

    def page(
        self, asked: Asked, now: datetime, shown: Callable[[str], bool], limit_max: int = 100
    ) -> tuple[list[str], dict[str, Any]]:
        """The ids of a page, newest first, and the paging that belongs to it.

        Raises ValueError for a cursor that it did not give.
        """
        limit = min(int(asked.one("limit") or 25), limit_max)
        last = (now, 10**9)
        if asked.one("after"):
            seconds, _, number = asked.one("after").partition("-")
            last = (datetime.fromtimestamp(float(seconds), now.tzinfo), int(number) - 1)
        ids: list[str] = []
        place, at = last, bisect_right(self._keys, min(last, (now, 10**9))) - 1
        while at >= 0 and len(ids) < limit:
            if shown(self._ids[at]):
                ids.append(self._ids[at])
            place, at = self._keys[at], at - 1
        more = any(shown(self._ids[one]) for one in range(at, max(at - 500, -1), -1))
        return ids, _paging(ids, place, more=more)


def _paging(ids: Sequence[str], place: tuple[datetime, int], *, more: bool) -> dict[str, Any]:
    if not ids:
        return {}
    cursor = f"{place[0].timestamp()}-{place[1]}"
    paging: dict[str, Any] = {"cursors": {"before": f"b{cursor}", "after": cursor}}
    if more:
        paging["next"] = f"https://graph.facebook.com/next?access_token={TOKEN}&after={cursor}"
    return paging
