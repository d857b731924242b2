"""When a failed attempt is made again, and when it is given up. Pure."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Policy:
    """Waits double from ``first_seconds`` up to ``wait_seconds_max``, for ``give_up_seconds``."""

    first_seconds: float = 5
    wait_seconds_max: float = 1800
    give_up_seconds: float = 3 * 24 * 3600


ALERTS = Policy()
SOURCES = Policy(first_seconds=15, wait_seconds_max=3600, give_up_seconds=float("inf"))
WISH_SECONDS_MAX = 31 * 24 * 3600
MENTION_ATTEMPTS_MAX = 5
"""So often a mention may take the process down with it before it is tagged ``error`` untried."""


def next_attempt(
    policy: Policy,
    attempts: int,
    since: datetime,
    now: datetime,
    *,
    after_seconds: float | None = None,
    key: str = "",
) -> datetime | None:
    """When to try again after ``attempts`` failures that began at ``since``; None: give up.

    The target's own wish (``after_seconds``) is a lower bound. The wait is spread by up to a
    fifth, by ``key``, so that what failed together does not come back together.
    """
    doubled = policy.first_seconds * 2 ** min(max(attempts - 1, 0), 32)
    wait = min(doubled, policy.wait_seconds_max) * (1 + _spread(key, attempts) / 5)
    at = now + timedelta(seconds=max(wait, wish_seconds(after_seconds)))
    return at if (at - since).total_seconds() <= policy.give_up_seconds else None


def wish_seconds(after_seconds: object) -> float:
    """The target's wish as a wait that can be kept: from none to a month, whatever it said.

    A plugin may hand on what is no number at all; then there is no wish.
    """
    if not isinstance(after_seconds, int | float):
        return 0.0
    return float(min(max(0.0, after_seconds), WISH_SECONDS_MAX))  # of 0 and NaN max takes 0


def _spread(key: str, attempts: int) -> float:
    seed = hashlib.blake2b(f"{key}/{attempts}".encode(), digest_size=4).digest()
    return int.from_bytes(seed) / 2**32
