"""Asking api.stackexchange.com: pages of a method, and when which method may be asked again.

An answer may carry ``backoff``: so many seconds that method must not be asked again. A refusal is
a 400 whose ``error_name`` says what it means; its message is read, but never repeated.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from listener.net import RETRY_AFTER_SECONDS_MAX, Reply
from listener.ports import FailureState, Reject, Retry, Secret
from sources.common import fields
from sources.common.asking import Asking
from sources.common.fields import Json
from sources.common.purse import Purse

IDS_MAX = 100
"""So many ids one question may name."""

EVERYTHING = ""
"""Stands for every method at once, where the day's share is used up."""

_AVAILABLE_IN = re.compile(r"available in (\d{1,9}) second")
_LONG_SECONDS = 900
"""Who must wait longer has used up the day's share; a ban for haste is over in minutes."""

_REFUSED: dict[str, tuple[FailureState, str]] = {
    "access_token_required": ("login", "wants a login for this"),
    "invalid_access_token": ("login", "does not accept the login"),
    "access_token_compromised": ("login", "says that the login leaked: make a new one"),
    "access_denied": ("blocked", "refuses this: it may want a key, give key"),
    "key_required": ("login", "wants a key for this: register one and give key"),
    "no_method": ("gone", "does not know what was asked: is api_url right?"),
}


class Resting(Exception):
    """A method must not be asked yet."""

    def __init__(self, seconds: float, state: FailureState) -> None:
        super().__init__(seconds)
        self.seconds = seconds
        self.state = state


@dataclass(frozen=True, slots=True)
class Page:
    """The items of one answer; ``is_last`` where there are no more."""

    items: list[Json]
    is_last: bool


@dataclass(slots=True)
class Api:
    """The API, what may be spent on it, and until when which method rests.

    ``answered`` counts the answers that could be read.
    """

    asking: Asking
    key: Secret | None
    purse: Purse
    rests: dict[str, float]
    page_posts: int = 100
    answered: int = field(default=0, init=False)
    filter: str = field(default="withbody", init=False)  # built in: the usual fields and bodies

    def page(self, method: str, site: str, ids: Sequence[str] = (), **wanted: object) -> Page:
        """One page; ``ids`` go where the method says ``{ids}``.

        Raises Resting, NothingLeft, Retry and Reject.
        """
        now = self.asking.now()
        self._may_ask(method, now)
        seconds = min(self.purse.pay(), self.asking.timeout_seconds)
        asking = replace(self.asking, total_seconds=seconds, refusal=self._refusal)
        try:
            answer = asking.get(
                method.format(ids=";".join(ids)),
                site=site,
                filter=self.filter,
                pagesize=self.page_posts,
                key=self.key.reveal() if self.key else None,
                **wanted,
            )
            items = list(fields.listed(answer, "items"))
        except ValueError as error:
            raise Retry("the API answered with no list of items") from error
        except Retry as failure:
            self._rest(EVERYTHING, failure.after_seconds or 0.0, now)
            raise
        self.answered += 1
        self._heed(method, answer, now)
        has_more = fields.truth(answer, "has_more") is not False
        return Page(items, is_last=not has_more or len(items) < self.page_posts)

    def _may_ask(self, method: str, now: datetime) -> None:
        for which in (EVERYTHING, method):
            seconds = self.rests.get(which, 0.0) - now.timestamp()
            if seconds > 0:
                is_quota = which == EVERYTHING and seconds > _LONG_SECONDS
                state: FailureState = "quota" if is_quota else "rate limit"
                raise Resting(min(seconds, RETRY_AFTER_SECONDS_MAX), state)

    def _heed(self, method: str, answer: Json, now: datetime) -> None:
        """What a good answer asks for: a pause of this method, or of all until the day is over."""
        self._rest(method, float(fields.count(answer, "backoff")), now)
        if fields.count_or_none(answer, "quota_remaining") == 0:
            midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
            self._rest(EVERYTHING, (midnight - now).total_seconds(), now)

    def _rest(self, method: str, seconds: float, now: datetime) -> None:
        if seconds > 0:
            self.rests[method] = now.timestamp() + min(seconds, RETRY_AFTER_SECONDS_MAX)

    def _refusal(self, reply: Reply) -> Retry | Reject | None:
        """What an error of the API's own means; None for an answer that is none of its own."""
        try:
            told = fields.parsed(reply.body[:100_000])
        except ValueError:
            return None
        name = fields.text(told, "error_name")
        message = fields.text(told, "error_message").lower()
        if name == "throttle_violation":
            return _throttled(message)
        if name in ("internal_error", "temporarily_unavailable"):
            return Retry("the API has trouble of its own and says to come back later")
        if name == "bad_parameter":
            return _bad_parameter(message)
        if name not in _REFUSED:
            return None
        state, words = _REFUSED[name]
        return Reject(f"the API {words} ({name})", state=state)


def _throttled(message: str) -> Retry:
    found = _AVAILABLE_IN.search(message)
    seconds = min(float(found[1]), RETRY_AFTER_SECONDS_MAX) if found else None
    if seconds is not None and seconds > _LONG_SECONDS:
        reason = "the day's share of requests is used up: ask less often, or give a key"
        return Retry(reason, seconds, state="quota")
    reason = "the API was asked too often and says to wait (throttle_violation)"
    return Retry(reason, seconds, state="rate limit")


def _bad_parameter(message: str) -> Reject:
    """A message names what is bad first: `key`, or the site."""
    if "key" in message:
        return Reject("the API does not know the key: give one from stackapps.com", state="login")
    if "site" in message:
        return Reject("the API knows no such site: check sites", state="gone")
    return Reject("the API does not understand what is asked for: check tags and queries")
