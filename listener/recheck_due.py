"""When a known post is looked at again: was it edited, does it still stand? Pure.

Most posts that go, go soon, so a young post is looked at after about its own age; one that has
stood for long is looked at less and less, and an old one no more.
"""

from datetime import datetime, timedelta

SOONEST = timedelta(hours=1)
DAILY = timedelta(hours=24)
WEEKLY = timedelta(days=7)
YOUNG = timedelta(days=30)
OLD = YOUNG + timedelta(days=365)


def next_check(published_at: datetime, now: datetime, *, dear: bool = False) -> datetime | None:
    """After a look at ``now``, the next one; None when there is none any more.

    For 30 days after about the post's own age, between an hour and a day; then weekly for a year.
    Where a look is ``dear`` (billed, or a page of its own) there are few: a day after publication,
    then each after twice the post's age, as long as that is within 30 days (1, 3, 9 and 27).
    """
    age = now - published_at
    if dear:
        return None if 3 * age > YOUNG else now + max(2 * age, DAILY)
    if age >= OLD:
        return None
    return now + (WEEKLY if age >= YOUNG else min(max(age, SOONEST), DAILY))


def next_try(published_at: datetime, now: datetime, *, dear: bool = False) -> datetime | None:
    """After a look at ``now`` that the site didn't answer, the next one; None: it is too late.

    An hour for each day of the post's age, at least one and at most a day, for as long as there
    are looks: a page that is refused for good must not be asked for hourly, nor for ever.
    """
    age = now - published_at
    if age >= (YOUNG if dear else OLD):
        return None
    return now + min(max(age / 24, SOONEST), DAILY)
