"""What YouTube's refusals mean: they name a reason, and the reason says far more than the status.

A 403 may be a day's quota used up, a video whose owner wants no comments, a key that is not for
this machine, or a missing right. Nothing of the site's own words is repeated: they hold the key.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from listener.net import Reply
from listener.ports import FailureState, Reject, Retry
from sources.common import fields
from sources.common.asking import wait_seconds

RATE_LIMIT_SECONDS = 60.0
"""Quotas besides the day's count by the minute."""

_PACIFIC = ZoneInfo("America/Los_Angeles")
_RESET_SLACK_SECONDS = 60.0
_BODY_BYTES_MAX = 100_000

_QUOTA = {"quotaExceeded", "dailyLimitExceeded", "dailyLimitExceededUnreg"}
_TOO_FAST = {"rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED"}
_GONE = {
    "channelNotFound", "channelClosed", "channelSuspended", "videoNotFound", "playlistNotFound",
    "commentThreadNotFound", "commentNotFound", "parentCommentNotFound",
}  # fmt: skip

_KEY = "does not accept the API key: make a new one in the Google Cloud console, or renew api_key"
_RESTRICTED = (
    "does not take this API key from here: its restrictions in the Google Cloud console must allow "
    "this machine's address and the YouTube Data API v3"
)
_NOT_ON = (
    "is not turned on for the API key's project: enable YouTube Data API v3 in the Google Cloud "
    "console"
)
_LASTING: dict[str, tuple[FailureState, str]] = {
    "keyInvalid": ("login", _KEY),
    "keyExpired": ("login", _KEY),
    "API_KEY_INVALID": ("login", _KEY),
    "API_KEY_EXPIRED": ("login", _KEY),
    "CREDENTIALS_MISSING": ("login", _KEY),
    "ipRefererBlocked": ("blocked", _RESTRICTED),
    "API_KEY_IP_ADDRESS_BLOCKED": ("blocked", _RESTRICTED),
    "API_KEY_HTTP_REFERRER_BLOCKED": ("blocked", _RESTRICTED),
    "API_KEY_SERVICE_BLOCKED": ("blocked", _RESTRICTED),
    "accessNotConfigured": ("setup", _NOT_ON),
    "SERVICE_DISABLED": ("setup", _NOT_ON),
    "CONSUMER_SUSPENDED": ("suspended", "has suspended the API key's project: ask Google why"),
}


@dataclass(eq=False)
class OfPlace(Exception):
    """One channel, video or thread can't be read; the others can. ``off``: nothing is amiss."""

    reason: str
    state: FailureState = "outage"
    off: bool = False

    @property
    def is_lasting(self) -> bool:
        """Whether asking again soon makes no difference."""
        return self.off or self.state != "outage"


class PageRefused(Exception):
    """The site knows its own word for the next page no longer."""


def meaning(reply: Reply, now: datetime) -> Exception | None:
    """What an answer that is no success means, where its reasons say so; else None."""
    reasons = set(_reasons(reply))
    if reasons & _QUOTA or (reasons & _TOO_FAST and _is_of_the_day(reply)):
        words = "the day's quota of the API key is used up: it is renewed at midnight Pacific time"
        return Retry(words, seconds_to_midnight(now), state="quota")
    if reasons & _TOO_FAST:
        wait = wait_seconds(reply, now) or RATE_LIMIT_SECONDS
        return Retry("YouTube asks to wait: too many requests a minute", wait, state="rate limit")
    for reason in reasons & _LASTING.keys():
        state, words = _LASTING[reason]
        return Reject(f"the YouTube API {words}", state=state)
    return _of_place(reasons)


def _of_place(reasons: set[str]) -> Exception | None:
    if "commentsDisabled" in reasons:
        return OfPlace("its comments are turned off: there is nothing to read", off=True)
    if reasons & _GONE:
        return OfPlace("YouTube knows nothing by this id (any more): take it out", "gone")
    if "invalidPageToken" in reasons:
        return PageRefused()
    if "processingFailure" in reasons:
        return OfPlace("YouTube could not process the question; it is asked again")
    if "forbidden" in reasons and "PERMISSION_DENIED" not in reasons:
        return OfPlace("YouTube shows this to its owner alone", "blocked")
    return None


def seconds_to_midnight(now: datetime) -> float:
    """How long it is to the next midnight in California, when quotas are renewed."""
    tomorrow = now.astimezone(_PACIFIC).date() + timedelta(days=1)
    midnight = datetime.combine(tomorrow, time(), _PACIFIC).astimezone(UTC)
    return (midnight - now).total_seconds() + _RESET_SLACK_SECONDS


def _reasons(reply: Reply) -> Iterator[str]:
    error = _error(reply)
    for entry in (*fields.items(error, "errors"), *fields.items(error, "details")):
        if reason := fields.text(entry, "reason", chars_max=100):
            yield reason
    words = fields.text(error, "message").casefold()
    if "api key not valid" in words:
        yield "API_KEY_INVALID"
    if "missing a valid api key" in words:
        yield "CREDENTIALS_MISSING"


def _is_of_the_day(reply: Reply) -> bool:
    """Whether a limit is the day's, which the site calls too many requests as well."""
    error = _error(reply)
    limits = [
        fields.text(detail, "metadata", "quota_limit") for detail in fields.items(error, "details")
    ]
    return "per day" in fields.text(error, "message") or any("PerDay" in name for name in limits)


def _error(reply: Reply) -> fields.Json:
    if len(reply.body) > _BODY_BYTES_MAX:
        return {}
    try:
        return fields.table(fields.parsed(reply.body), "error")
    except ValueError:
        return {}
