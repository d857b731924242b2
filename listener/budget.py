"""What a source may spend in a day and in a month, and what that means for its pace. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """A source's ceilings per UTC day and calendar month; None: no such ceiling.

    ``money_micros`` are millionths of whatever money the source's prices are in.
    """

    requests_per_day: int | None = None
    requests_per_month: int | None = None
    posts_per_day: int | None = None
    posts_per_month: int | None = None
    money_micros_per_day: int | None = None
    money_micros_per_month: int | None = None


NO_LIMITS = Limits()
