"""``listener status``: how everything stands, for a person or as JSON."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from listener.budget import MEASURES, amount, spent_of
from listener.cli.shared import ago, configured, plain, span, stored
from listener.clock import utc_now
from listener.rules import Silence
from listener.store import StoreUnavailable
from listener.store.port import Buried, SourceStatus, Status
from listener.text import shown

ROLE_DEAD_SECONDS = 60
LISTED_MAX = 10
GAPS_LISTED_MAX = 3


def show_status(path: Path, *, as_json: bool) -> None:
    """Read the store and print; a store that can't even be read is the first thing said."""
    config = configured(path)
    store = stored(config)
    now = utc_now()
    try:
        status = store.status(now)
        silences = store.controls.silences(now)
    except StoreUnavailable as trouble:
        print(json.dumps({"store": trouble.state}) if as_json else f"store: {trouble}")
        return
    finally:
        store.close()
    channels = config.channel_names
    if as_json:
        print(json.dumps(_as_json(status, now), ensure_ascii=False))
    else:
        print("\n".join(lines(status, channels, now, silences)))


def lines(
    status: Status, channels: Sequence[str], now: datetime, silences: Sequence[Silence] = ()
) -> Iterator[str]:
    """What a person reads."""
    yield f"store    {status.store}: {status.posts:,} posts, {status.mentions:,} mentions"
    yield f"alerts   {status.alerts_delivered:,} delivered, {status.buried_count:,} buried"
    yield from _people_lines(status, now, silences)
    yield f"daemon   {_running(status, now)}"
    for name, stage in status.stages.items():
        waits = f", the oldest for {ago(stage.oldest_at, now)}" if stage.oldest_at else ""
        yield f"{name:8} {stage.waiting:,} due{waits}, {stage.later:,} later"
    yield ""
    yield from (line for source in status.sources for line in _source_lines(source, now))
    for rule, title in status.alarms:
        yield f"alarm    {rule}: {shown(title, 160)}"
    yield from _pushed_lines(status, now)
    yield from _channel_lines(status, channels, now)
    yield from _alert_lines("waits", status.retrying, now)
    yield from _alert_lines("buried", status.buried, now)


def _people_lines(status: Status, now: datetime, silences: Sequence[Silence]) -> Iterator[str]:
    """What waits for people, and what they wanted silent."""
    if status.doubts:
        wait = "mention waits" if status.doubts == 1 else "mentions wait"
        yield f"doubts   {status.doubts:,} {wait} for a look: listener mark lists them"
    if status.cases:
        of = ", ".join(f"{count:,} {state}" for state, count in sorted(status.cases.items()))
        yield f"cases    {of}: listener cases lists them"
    if silences:
        until = min(one.until for one in silences)
        hold = "silence holds" if len(silences) == 1 else "silences hold"
        yield f"silent   {len(silences)} {hold}, for {ago(now, until)} at least: listener silence"


def _pushed_lines(status: Status, now: datetime) -> Iterator[str]:
    """What others pushed and nobody took in yet, and for sources that are no more, ever will."""
    planned = {source.name for source in status.sources}
    for one in status.pushed:
        if one.source not in planned:
            yield f"!        {one.waiting:,} pushed to '{one.source}', which is not configured"
            continue
        why = f": {shown(one.last_error, 160)}" if one.last_error else ""
        wait = f"{one.waiting:,} not taken in yet, the oldest for {ago(one.oldest_at, now)}"
        yield f"pushed   {one.source}: {wait}{why}"


def _channel_lines(status: Status, channels: Sequence[str], now: datetime) -> Iterator[str]:
    """Channels that are refused, desks that can't be asked, and channels that are no more."""
    for one in status.stopped:
        since = f" for {ago(one.since, now)}" if one.since else ""
        yield f"channel  {one.channel}: refused{since} ({one.state}), {one.waiting:,} waiting"
        yield f"         {shown(one.reason, 160)}"
    for desk, reason in status.desks:
        yield f"desk     {desk}: can't be asked what was done there: {shown(reason, 160)}"
    for name, waiting in sorted(status.waiting_by_channel.items()):
        if name not in channels:
            yield f"!        {waiting:,} waiting for '{name}', which is not configured"


def _running(status: Status, now: datetime) -> str:
    roles = {
        role.partition(" ")[0]
        for role, at in status.beats.items()
        if " " in role and (now - at).total_seconds() < ROLE_DEAD_SECONDS
    }
    return f"running: {', '.join(sorted(roles))}" if roles else "not running"


def _source_lines(source: SourceStatus, now: datetime) -> Iterator[str]:
    seen = f"read {ago(source.last_ok_at, now)} ago" if source.last_ok_at else "never read"
    newest = f", newest post {ago(source.last_post_at, now)} ago" if source.last_post_at else ""
    yield f"source   {source.name}: {source.state}, {seen}, {source.posts:,} posts{newest}"
    if source.failures:
        yield f"         {_failure(source)}"
    for fault in source.faults:
        yield f"         {shown(fault.where, 100)}: {shown(fault.reason, 160)}"
    if source.rejects:
        last = source.last_rejects[0]
        told = f"{shown(last.where, 60)}: {shown(last.reason, 120)}"
        yield f"         {source.rejects:,} items passed over as unreadable, the last {told}"
    if source.looks_failures:
        reason = shown(source.looks_error, 160)
        yield f"         edits and deletions can't be looked for: {reason}"
    yield from (f"         {line}" for line in (*_coverage(source), *_budget(source)))


def _failure(source: SourceStatus) -> str:
    """An outage in its own words; any other failure after the name of its kind."""
    reason = shown(source.last_error, 200)
    if source.state != "failing":
        return reason
    times = "once" if source.failures == 1 else f"{source.failures} times in a row"
    if source.trouble in {"", "outage"}:
        return f"failed {times}: {reason}"
    return f"failing: {source.trouble}: {reason} (failed {times})"


def _coverage(source: SourceStatus) -> Iterator[str]:
    """Until when it was seen, and what was missed of the last days."""
    if source.seen_until is None:
        return
    backfilled, lost = _seconds(source.backfilled_seconds), _seconds(source.lost_seconds)
    missed = "nothing missed"
    if source.backfilled_seconds or source.lost_seconds:
        missed = f"{backfilled} backfilled and {lost} lost"
    yield f"seen until {_minute(source.seen_until)}, in the last 30 days {missed}"
    for gap in source.gaps[:GAPS_LISTED_MAX]:
        where = f"{shown(gap.place, 100)} " if gap.place else ""
        length = span(gap.until - gap.since)
        yield f"{where}not seen for {length} until {_minute(gap.until)}: {shown(gap.cause, 160)}"


def _budget(source: SourceStatus) -> Iterator[str]:
    """What was spent of each ceiling; without any, what asking cost this month."""
    for use in source.budget:
        runs_out = f", runs out {_minute(use.runs_out_at)}" if use.runs_out_at else ""
        forecast = amount(use.measure, use.forecast)
        yield (
            f"budget of {use.period}: {spent_of(use)} spent ({use.share:.0%}), "
            f"forecast {forecast}{runs_out}"
        )
    if (source.spent_month.posts or source.spent_month.money_micros) and not source.budget:
        counts = ((one, getattr(source.spent_month, one)) for one in MEASURES)
        told = ", ".join(amount(measure, count) for measure, count in counts if count)
        yield f"spent this month: {told}; no budget is set"


def _minute(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


def _seconds(seconds: float) -> str:
    return span(timedelta(seconds=seconds)) if seconds else "nothing"


def _alert_lines(state: str, alerts: tuple[Buried, ...], now: datetime) -> Iterator[str]:
    for alert in alerts[:LISTED_MAX]:
        when = f"again in {span(alert.at - now)}" if alert.at > now else f"{ago(alert.at, now)} ago"
        yield f"{state:8} {shown(alert.key, 100)} ({when}): {shown(alert.reason, 160)}"
    if len(alerts) > LISTED_MAX:
        yield f"{state:8} and {len(alerts) - LISTED_MAX} more: listener status --json lists them"


def _as_json(status: Status, now: datetime) -> Any:
    told = asdict(status) | {"now": now}
    for name, stage in status.stages.items():
        oldest = (now - stage.oldest_at).total_seconds() if stage.oldest_at else 0.0
        told["stages"][name]["oldest_seconds"] = max(0.0, round(oldest, 3))
    for source, its in zip(told["sources"], status.sources, strict=True):
        lag = (now - its.last_ok_at).total_seconds() if its.last_ok_at else None
        source["lag_seconds"] = None if lag is None else round(lag, 3)
    return plain(told)
