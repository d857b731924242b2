"""``listener try``: what a source brings, before anything is stored."""

import os
from pathlib import Path

from listener import wiring
from listener.cli.shared import BadUse, configured
from listener.config import Config
from listener.match import Matcher
from listener.model import Batch, Post
from listener.ports import Reject, Retry
from listener.suggest import suggestion
from listener.text import shown


def try_source(path: Path, name: str, limit: int) -> None:
    """Poll it once from the beginning and print posts, mentions and faults."""
    config = configured(path)
    batch = _polled(config, name)
    matcher = wiring.matcher(config)
    for post in batch.posts[:limit]:
        print(_line(post, matcher))
    left = len(batch.posts) - limit
    if left > 0:
        print(f"… and {left} more")
    for fault in (*batch.faults, *batch.rejects):
        print(f"fault: {shown(fault.where, 200)}: {shown(fault.reason, 300)}")
    mentions = sum(bool(matcher.match(post)) for post in batch.posts)
    more = ", and more to come" if batch.more else ""
    print(f"{len(batch.posts)} posts{more}, {mentions} with a mention; nothing was stored")


def _polled(config: Config, name: str) -> Batch:
    plugins = {source.name: source.plugin for source in config.sources}
    if name not in plugins:
        msg = f"no source '{name}' in {config.path}{suggestion(name, plugins)}"
        raise BadUse(msg)
    try:
        return plugins[name].poll(None)
    except (Retry, Reject) as failure:
        msg = f"source '{name}': {failure.reason}"
        raise BadUse(msg) from None
    except Exception as error:
        if os.environ.get("LISTENER_DEBUG"):
            raise
        told = f"{type(error).__name__}: {shown(str(error), 300)}"
        msg = f"source '{name}' broke: {told} (LISTENER_DEBUG=1 shows where)"
        raise BadUse(msg) from None


def _line(post: Post, matcher: Matcher) -> str:
    found = {
        f"{mention.brand} ({mention.directness}: {shown(mention.evidence[0].text, 40)})"
        for mention in matcher.match(post)
    }
    when = f"{post.published_at:%Y-%m-%d %H:%M}" if post.published_at else "no date"
    what = shown(" · ".join(part for part in (post.title, post.text) if part), 100)
    return f"{when:16}  {shown(post.site, 24):24}  {what}" + (
        f"\n{'':18}→ {', '.join(sorted(found))}" if found else ""
    )
