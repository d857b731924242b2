"""``listener dryrun``: what the rules would have told about mentions that are stored."""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from listener import wiring
from listener.cli.shared import BadUse, configured, period_from, plain, stored
from listener.clock import utc_now
from listener.config import Config
from listener.dryrun import Count, Told, counted, replay
from listener.stages.folding import WINDOW_HOURS
from listener.store import StoreUnavailable
from listener.store.port import Judged
from listener.stories import Stories
from listener.suggest import suggestion
from listener.text import shown


def dry_run(path: Path, since: str, until: str, rules: Sequence[str], *, as_json: bool) -> None:
    """Replay the period and print what came of it."""
    config = configured(path)
    asked = _asked(config, rules)
    now = utc_now()
    start, end = period_from(since, until, now, config.zone)
    mentions, told = _replayed(config, start, end)
    told = [one for one in told if one.rule in asked]
    if as_json:
        print(json.dumps(_as_json((start, end), mentions, asked, told), ensure_ascii=False))
    else:
        print("\n".join(_page((start, end), mentions, asked, told)))


def _asked(config: Config, rules: Sequence[str]) -> list[str]:
    """The rules about mentions, or those of them that are named."""
    of_mentions = [one.name for one in config.rules if one.of_mentions]
    for name in rules:
        if name not in [one.name for one in config.rules]:
            msg = f"--rule: no rule '{shown(name, 100)}' in {config.path}"
            raise BadUse(f"{msg}{suggestion(name, of_mentions)}")
        if name not in of_mentions:
            msg = f"--rule: '{shown(name, 100)}' is not about single mentions, and only those are"
            raise BadUse(f"{msg} played over")
    return [name for name in of_mentions if not rules or name in rules]


def _replayed(config: Config, start: datetime, end: datetime) -> tuple[int, list[Told]]:
    passed = 0

    def passing(judged: Iterable[Judged]) -> Iterator[Judged]:
        nonlocal passed
        for one in judged:
            passed += 1
            yield one

    try:
        with closing(stored(config)) as store:
            judged = _storied(passing(store.judged(start, end)))
            told = counted(replay(wiring.routing(config), judged), config.zone)
    except StoreUnavailable as trouble:
        msg = f"{config.database}: {trouble}"
        raise BadUse(msg) from None
    return passed, told


def _storied(judged: Iterable[Judged]) -> Iterator[Judged]:
    """Those that were tagged before stories were kept are folded now."""
    stories = Stories(WINDOW_HOURS)
    named: dict[str, str] = {}
    for one in judged:
        post = one.mention.post
        if post.id not in named:
            named[post.id] = one.story or stories.add(post.id, post.text, post.title, one.at)
        yield replace(one, story=named[post.id])


def _page(
    period: tuple[datetime, datetime], mentions: int, asked: Sequence[str], told: Sequence[Told]
) -> Iterator[str]:
    start, end = (f"{moment:%Y-%m-%d %H:%M}" for moment in period)
    yield f"{_count(mentions, 'mention')} tagged {start} to {end} UTC"
    for rule in asked:
        of_rule = [one for one in told if one.rule == rule]
        yield ""
        if not of_rule:
            yield f"{shown(rule, 100)}: would have told nothing"
        for one in of_rule:
            yield from _lines(one)


def _lines(told: Told) -> Iterator[str]:
    total, busiest = told.total, told.days[told.busiest]
    yield (
        f"{shown(told.rule, 100)}: would have been {_count(total.messages, 'message')}"
        f" to {shown(told.channel, 64)}{_updates(total)}, with {_count(total.mentions, 'mention')}"
    )
    yield f"  busiest day: {told.busiest}, {_count(busiest.messages, 'message')}"
    yield f"  {'day':10} {'messages':>9} {'mentions':>9}"
    for day, of_day in sorted(told.days.items()):
        yield f"  {day!s:10} {of_day.messages:>9,} {of_day.mentions:>9,}"


def _updates(count: Count) -> str:
    if not count.updates:
        return ""
    what = "that one is" if count.messages == 1 else f"{count.updates:,} of them"
    return f" ({what} updates of an earlier one)"


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" + ("" if number == 1 else "s")


def _as_json(
    period: tuple[datetime, datetime], mentions: int, asked: Sequence[str], told: Sequence[Told]
) -> Any:
    return plain(
        {
            "since": period[0],
            "until": period[1],
            "mentions": mentions,
            "rules": asked,
            "told": [
                {
                    "rule": one.rule,
                    "channel": one.channel,
                    **asdict(one.total),
                    "busiest_day": str(one.busiest),
                    "days": {str(day): asdict(count) for day, count in sorted(one.days.items())},
                }
                for one in told
            ],
        }
    )
