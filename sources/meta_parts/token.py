"""How long the access token lives, told a week before it dies.

Meta tells by ``/debug_token``, which an app may ask about its own tokens. Who doesn't give the
app's id and secret can state the day instead.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from listener.model import Fault
from listener.ports import Reject
from sources.common import fields
from sources.common.fields import Json
from sources.meta_parts.cursor import State
from sources.meta_parts.errors import NotThere
from sources.meta_parts.graph import Graph

WARN = timedelta(days=7)
CHECK_SECONDS = 86_400.0
CHECK_AGAIN_SECONDS = 3_600.0
"""While it is told to end, Meta is asked this often whether there is a new one."""

WHERE = "access_token"


@dataclass(frozen=True, slots=True)
class TokenWatch:
    """``stated`` is the day that a person gave, ``app_id`` opens Meta's own word on it."""

    app_id: str
    stated: datetime | None

    @property
    def asks(self) -> bool:
        """Whether Meta is asked."""
        return bool(self.app_id) and self.stated is None

    def check(self, graph: Graph, state: State, now: datetime) -> None:
        """Ask now and then until when the token is good. Raises Retry, Reject, NothingLeft."""
        secret, token = graph.access.app_secret, graph.access.token
        if not self.asks or secret is None:
            return
        wait = CHECK_SECONDS if self.fault(state, now) is None else CHECK_AGAIN_SECONDS
        if 0 <= now.timestamp() - state.checked_at < wait:
            return
        app_token = f"{self.app_id}|{secret.reveal()}"
        try:
            answer = graph.get("debug_token", {"input_token": token.reveal()}, token=app_token)
        except NotThere:
            return
        except Reject as refused:
            words = f"{refused.reason} (asked about the token: check app_id and app_secret)"
            raise Reject(words, state="setup") from refused
        state.expires_at = _expires(fields.table(answer, "data"), now)
        state.checked_at = now.timestamp()

    def fault(self, state: State, now: datetime) -> Fault | None:
        """What must be told about the token today."""
        at = self.stated
        if at is None and self.asks and state.expires_at:
            at = datetime.fromtimestamp(state.expires_at, UTC)
        if at is None or at - now > WARN:
            return None
        verb = "expires" if at > now else "expired"
        return Fault(
            WHERE,
            f"the access token {verb} on {at:%Y-%m-%d}: make a new one, put it where access_token "
            "is read from, and restart",
        )


def day(setting: str, stated: str) -> datetime | None:
    """A day that a person stated; None where they did not. Raises ValueError."""
    if not stated:
        return None
    try:
        read = datetime.fromisoformat(stated)
    except ValueError as error:
        raise ValueError(f"{setting} is no day: write it like 2027-03-31") from error
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def _expires(data: Json, now: datetime) -> float:
    """When the token, or its right to data, ends; 0: never. One that is over ends now."""
    ends = [fields.count(data, key) for key in ("expires_at", "data_access_expires_at")]
    if fields.truth(data, "is_valid") is False:
        ends.append(int(now.timestamp()))
    return float(min((end for end in ends if 0 < end < 10**11), default=0))
