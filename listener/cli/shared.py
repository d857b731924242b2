"""What several commands need: the configuration, times as people write them, clear failures."""

import getpass
import os
import re
import sys
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any, NoReturn

from listener.config import Config, ConfigError, load_config
from listener.match.around import Marked
from listener.store import Store, StoreUnavailable, open_store
from listener.store.learning_port import Lesson
from listener.suggest import suggestion
from listener.text import shown

NAME_CHARS_MAX = 100

_SPAN = re.compile(r"(\d{1,5})\s*([mhdw])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


class BadUse(Exception):
    """Something the user must mend; each line of it is one fault."""

    def __init__(self, *lines: str) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


def fail(fault: BadUse) -> NoReturn:
    """Say what is wrong on stderr and end with 2."""
    for line in fault.lines:
        print(f"listener: {line}", file=sys.stderr)
    sys.exit(2)


def configured(path: Path, *, tells: bool = False, polls: Collection[str] | None = ()) -> Config:
    """The configuration, or BadUse with a line per fault.

    Only a command that ``tells`` somebody gets the channels and needs their secrets, and only
    one that ``polls`` sources (None: all) needs theirs.
    """
    try:
        return load_config(path, os.environ, tells=tells, polls=polls)
    except ConfigError as error:
        raise BadUse(*error.faults) from None


def stored(config: Config) -> Store:
    """The store that is there, or BadUse with what is the matter with it."""
    if not Path(config.database.removeprefix("sqlite:")).exists():
        msg = f"{config.database}: there is nothing yet; listener run or listener once makes it"
        raise BadUse(msg)
    try:
        return open_store(config.database)
    except StoreUnavailable as trouble:
        msg = f"{config.database}: {trouble}"
        raise BadUse(msg) from None


@contextmanager
def reading(config: Config) -> Iterator[Store]:
    """The store that is there; BadUse where it is not, or fails in between."""
    try:
        with closing(stored(config)) as store:
            yield store
    except StoreUnavailable as trouble:
        msg = f"{config.database}: {trouble}"
        raise BadUse(msg) from None


def login() -> str:
    """Who sits at the command line; empty where nobody can tell."""
    try:
        return getpass.getuser()[:NAME_CHARS_MAX]
    except (OSError, KeyError, ImportError):  # a container may know no user by this number
        return ""


def unknown_brand(config: Config, brand: str) -> str:
    """What to say of a brand that the configuration doesn't hold; empty where it does."""
    known = [one.id for one in config.brands]
    if brand in known:
        return ""
    return f"no brand '{shown(brand, 64)}' in {config.path}{suggestion(brand, known)}"


def marked(config: Config) -> list[Marked]:
    """What people said of posts, if there is a store and an ambiguous brand to learn from it."""
    path = Path(config.database.removeprefix("sqlite:"))
    if not path.exists() or not any(brand.ambiguous for brand in config.brands):
        return []
    store = stored(config)
    try:
        return store.marks()
    except StoreUnavailable as trouble:
        msg = f"{config.database}: {trouble}"
        raise BadUse(msg) from None
    finally:
        store.close()


def lessons(config: Config) -> list[Lesson]:
    """What the judges learned of corrections and is taken up, if there is a store.

    One that can't be read costs a word on stderr: the judges judge without it too.
    """
    if not Path(config.database.removeprefix("sqlite:")).exists():
        return []
    try:
        with reading(config) as store:
            return store.lessons.taken_up()
    except BadUse as trouble:
        print(f"listener: {trouble}; judged as shipped, without lessons", file=sys.stderr)
        return []


def moment_from(
    words: str, now: datetime, zone: tzinfo, example: str = "a date such as 2026-11-21"
) -> datetime:
    """A moment from ``7d``, ``24h`` (ago), or an ISO date or time in the configured zone."""
    span = _SPAN.fullmatch(words.strip())
    try:
        if span:
            return now - timedelta(**{_UNITS[span[2]]: int(span[1])})
        moment = datetime.fromisoformat(words.strip())
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        msg = f"'{shown(words, 40)}' is no time: write 7d, 24h, 90m, 4w or {example}"
        raise BadUse(msg) from None


def period_from(since: str, until: str, now: datetime, zone: tzinfo) -> tuple[datetime, datetime]:
    """From one such moment to another; to ``now`` where ``until`` is empty."""
    start = moment_from(since, now, zone)
    end = moment_from(until, now, zone) if until else now
    if start >= end:
        msg = f"the period is empty: it would begin at {start:%Y-%m-%d %H:%M} UTC and end before"
        raise BadUse(msg)
    return start, end


def moment_ahead(words: str, now: datetime, zone: tzinfo) -> datetime:
    """A moment to come, from ``4h`` (from now on) or an ISO date or time in the configured zone."""
    moment = moment_from(words, now, zone, "a day or a time to come, such as 2027-01-31 08:00")
    if _SPAN.fullmatch(words.strip()):
        moment = now + (now - moment)
    if moment <= now:
        msg = f"'{words}' is over already"
        raise BadUse(msg)
    return moment


def span(length: timedelta) -> str:
    """A length of time, roughly, in its largest unit."""
    seconds = max(0, int(length.total_seconds()))
    for unit, unit_seconds in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * unit_seconds:
            return f"{seconds // unit_seconds} {unit}"
    return f"{seconds} s"


def ago(then: datetime | None, now: datetime) -> str:
    """How long since, roughly."""
    return span(now - then) if then else "never"


def plain(value: Any) -> Any:
    """The value as JSON has it: times as text, tuples as lists, zones by name."""
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, set | frozenset):
        return sorted(plain(item) for item in value)
    return value if isinstance(value, str | int | float | None) else str(value)
