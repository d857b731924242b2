"""``listener try``: what a source brings, before anything is stored."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from listener import why, wiring
from listener.budget import NO_LIMITS, few, used_up
from listener.cli.shared import BadUse, configured, marked
from listener.clock import utc_now
from listener.config import Config, SourceConfig
from listener.config.toml import read_toml
from listener.match.around import Around
from listener.model import Batch, Mention, Post, Spent
from listener.ports import Metered, Reject, Retry
from listener.store import Store, open_store
from listener.suggest import suggestion
from listener.text import shown

EVIDENCE_SHOWN_MAX = 3
POSTS_MIN = 10
"""What is asked for at least where posts cost: some sites have no smaller page."""


def try_source(path: Path, name: str, limit: int) -> None:
    """Poll it once from the beginning and print posts, mentions with their grounds, and faults."""
    config = configured(path, polls={name})
    batch = _polled(config, name, limit)
    source = next(source for source in config.sources if source.name == name)
    matcher = wiring.matcher(config, marked(config))
    place = Around(place=source.addressed_to)
    matched = [matcher.match(post, source.brands or None, place) for post in batch.posts]
    for post, mentions in zip(batch.posts[:limit], matched, strict=False):
        for line in _lines(post, mentions):
            print(line)
    left = len(batch.posts) - limit
    if left > 0:
        print(f"… and {left} more")
    for fault in (*batch.faults, *batch.rejects):
        print(f"fault: {shown(fault.where, 200)}: {shown(fault.reason, 300)}")
    mentioning = sum(map(bool, matched))
    more = ", and more to come" if batch.more else ""
    print(f"{len(batch.posts)} posts{more}, {mentioning} with a mention; nothing was stored")


def _polled(config: Config, name: str, limit: int) -> Batch:
    plugins = {source.name: source for source in config.sources}
    if name not in plugins and _is_switched_off(config.path, name):
        where = f"source '{name}' in {config.path}"
        msg = f"{where} is switched off: set enabled = true, or take that line out, to try it"
        raise BadUse(msg)
    if name not in plugins:
        msg = f"no source '{name}' in {config.path}{suggestion(name, plugins)}"
        raise BadUse(msg)
    try:
        return _batch(config, plugins[name], limit)
    except (Retry, Reject) as failure:
        msg = f"source '{name}': {failure.reason}"
        raise BadUse(msg) from None
    except Exception as error:
        if os.environ.get("LISTENER_DEBUG"):
            raise
        told = f"{type(error).__name__}: {shown(str(error), 300)}"
        msg = f"source '{name}' broke: {told} (LISTENER_DEBUG=1 shows where)"
        raise BadUse(msg) from None


def _batch(config: Config, source: SourceConfig, limit: int) -> Batch:
    """A first poll; where posts cost, of few of them, within the source's budget, and booked."""
    plugin = source.plugin
    if not isinstance(plugin, Metered):
        return plugin.poll(None)
    dearest = few(plugin.dearest(), max(limit, POSTS_MIN))
    if source.limits == NO_LIMITS:
        return plugin.poll_within(None, dearest)
    store = open_store(config.database, owner="try")
    try:
        return _booked(store, source, plugin, dearest)
    finally:
        store.close()


def _booked(store: Store, source: SourceConfig, plugin: Metered, dearest: Spent) -> Batch:
    now = utc_now()
    reserved = store.reserve(source.name, source.limits, dearest, now)
    if reserved is None:
        spending = store.spending(source.name, now)
        raise Retry(used_up(source.limits, spending, dearest, now).reason, state="budget")
    spent: Spent | None = None
    try:
        batch = plugin.poll_within(None, reserved.allowance)
        spent = batch.spent
    except (Retry, Reject) as failure:
        spent = failure.spent
        raise
    finally:
        store.settle(source.name, reserved, spent, now)
    return batch


def _is_switched_off(path: Path, name: str) -> bool:
    """Whether the file has a table for this source, though the configuration leaves it out."""
    return name in read_toml(path).get("sources", {})


def _lines(post: Post, mentions: Sequence[Mention]) -> Iterator[str]:
    """The post on a line, then a line for each mention, and one for what is doubtful about it."""
    when = f"{post.published_at:%Y-%m-%d %H:%M}" if post.published_at else "no date"
    what = shown(" · ".join(part for part in (post.title, post.text) if part), 100)
    yield f"{when:16}  {shown(post.site, 24):24}  {what}"
    for mention in sorted(mentions, key=lambda one: one.brand):
        found = why.found(mention.evidence[:EVIDENCE_SHOWN_MAX])
        left = len(mention.evidence) - EVIDENCE_SHOWN_MAX
        more = f" and {left} more" if left > 0 else ""
        yield f"{'':18}→ {mention.brand} ({mention.directness}): {found}{more}"
        if doubt := why.doubt(mention):
            yield f"{'':20}{doubt}; its id is {shown(post.id, 200)}"
