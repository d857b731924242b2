"""``listener silence``: alerts that somebody does not want for a while."""

import json
from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path

from listener.cli.shared import BadUse, ago, configured, login, moment_ahead, plain, reading
from listener.clock import utc_now
from listener.config import Config
from listener.rules import Silence
from listener.suggest import suggestion
from listener.text import clean_text, shown

DAYS_MAX = 366
REASON_CHARS_MAX = 1_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the silence is about, each as it was written."""

    rules: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()


def make_silence(path: Path, wanted: Wanted, until: str, reason: str, by: str) -> None:
    """Keep it, and say its number."""
    config = configured(path)
    now = utc_now()
    _check(config, wanted, until)
    end = moment_ahead(until, now, config.zone)
    if end - now > timedelta(days=DAYS_MAX):
        msg = f"a silence may last {DAYS_MAX} days at most; for good, change the rule"
        raise BadUse(msg)
    silence = Silence(
        since=now,
        until=end,
        by=by or login(),
        reason=clean_text(reason, REASON_CHARS_MAX),
        rules=frozenset(wanted.rules),
        brands=frozenset(wanted.brands),
        sites=frozenset(wanted.sites),
        authors=frozenset(author.casefold().removeprefix("@") for author in wanted.authors),
        channels=frozenset(wanted.channels),
    )
    with reading(config) as store:
        number = store.controls.silence(silence)
    print(f"silence {number}: {_about(silence)}, until {end:%Y-%m-%d %H:%M} UTC")


def end_silence(path: Path, number: int) -> None:
    """End it now; BadUse where there is none."""
    with reading(configured(path)) as store:
        if not store.controls.end_silence(number, utc_now()):
            msg = f"no silence {number} holds; listener silence lists those that do"
            raise BadUse(msg)
    print(f"silence {number} has ended")


def list_silences(path: Path, *, as_json: bool) -> None:
    """Print those that hold."""
    now = utc_now()
    with reading(configured(path)) as store:
        found = store.controls.silences(now)
    if as_json:
        print(json.dumps([plain(asdict(one)) for one in found], ensure_ascii=False))
        return
    for one in found:
        why = f": {shown(one.reason, 200)}" if one.reason else ""
        by = f" by {shown(one.by, 60)}" if one.by else ""
        print(f"{one.number}  {_about(one)}, {ago(now, one.until)} more,{by}{why}")
    print(f"{len(found)} {'silence holds' if len(found) == 1 else 'silences hold'}")


def _check(config: Config, wanted: Wanted, until: str) -> None:
    if not until:
        msg = "a silence needs an end: --until 4h, or a date and time"
        raise BadUse(msg)
    if wanted == Wanted():
        msg = "say what is to be silent: --rule, --brand, --site, --author or --channel"
        raise BadUse(msg)
    _check_known(config, "rule", wanted.rules, [rule.name for rule in config.rules])
    _check_known(config, "brand", wanted.brands, [brand.id for brand in config.brands])
    _check_known(config, "channel", wanted.channels, config.channel_names)


def _check_known(
    config: Config, what: str, stated: Collection[str], known: Collection[str]
) -> None:
    for name in stated:
        if name not in known:
            msg = f"no {what} '{shown(name, 64)}' in {config.path}{suggestion(name, known)}"
            raise BadUse(msg)


def _about(silence: Silence) -> str:
    """What it is about, in words."""
    fields = {
        "rule": silence.rules,
        "brand": silence.brands,
        "site": silence.sites,
        "author": silence.authors,
        "channel": silence.channels,
    }
    told = (f"{name} {' or '.join(sorted(some))}" for name, some in fields.items() if some)
    return shown(", ".join(told), 300)
