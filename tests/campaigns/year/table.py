"""A platform's year played and judged, and its row in the table."""

import logging
import os
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

import structlog

from tests.campaigns.year.judge import Verdict, judge
from tests.campaigns.year.plan import planned
from tests.campaigns.year.platforms import PLATFORMS, START, Platform
from tests.campaigns.year.run import Year

IN_MEMORY = Path("/dev/shm")
"""Where databases are fastest; what is asked here has nothing to do with power cuts."""

COLUMNS = (
    ("platform", 10),
    ("published", 9),
    ("stored", 7),
    ("in gaps", 7),
    ("unseen", 6),
    ("lost", 5),
    ("invented", 8),
    ("stale", 5),
    ("not deleted", 11),
    ("billed twice", 12),
    ("over budget", 11),
    ("gaps", 5),
    ("restarts", 8),
    ("troubles", 8),
    ("requests", 8),
    ("billed", 7),
)
HEAD = " ".join(f"{name:>{width}}" for name, width in COLUMNS)


def played(platform: Platform, seed: int, days: int, folder: Path) -> tuple[Verdict, Year]:
    """The platform's days of this seed, and what they came to."""
    plan = planned(seed, START, days, platform.rates)
    with platform.serve(platform.site(START)) as site:
        year = Year(site, platform, plan, folder)
        year.play()
    return judge(site, year.books(), platform, plan), year


def row(verdict: Verdict, year: Year) -> str:
    """The platform's line in the table."""
    values = (
        year.platform.name,
        verdict.published,
        verdict.stored,
        verdict.excused_by_gap,
        verdict.excused_unseen,
        len(verdict.lost),
        len(verdict.invented),
        len(verdict.stale),
        len(verdict.undeleted),
        len(verdict.billed_twice),
        len(verdict.over_budget),
        verdict.gaps,
        year.restarts,
        len(year.plan.spells),
        verdict.requests,
        sum(year.site.billed.values()),
    )
    cells = zip(values, COLUMNS, strict=True)
    return " ".join(
        f"{value:>{width}}" if isinstance(value, str) else f"{value:>{width},}"
        for value, (_, width) in cells
    )


def lines(days: int, seed: int, at: int) -> tuple[str, list[str]]:
    """The row of one of the platforms with the seconds it took, and what went wrong there."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    began = monotonic()
    folder = IN_MEMORY if os.access(IN_MEMORY, os.W_OK) else None
    with TemporaryDirectory(prefix="year-", dir=folder) as name:
        verdict, year = played(PLATFORMS[at], seed, days, Path(name))
    wrongs = [f"{kind}: {what}" for kind, what in verdict.wrongs().items()]
    return f"{row(verdict, year)} {monotonic() - began:7,.0f}", wrongs
