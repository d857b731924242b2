"""``listener correct --doubts``: mentions that may be spam, and wait for a person's look."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from listener import spam
from listener.cli.shared import BadUse, configured, reading, unknown_brand
from listener.clock import utc_now
from listener.model import Mention, Tag
from listener.store.port import InDoubt
from listener.text import shown
from listener.wire import mention_json, post_json

DAYS = 30
"""What is older is nobody's doubt any more."""

_WORDS_CHARS_MAX = 160
_REASONS_MAX = 4
_REASON_CHARS_MAX = 120


def list_spam_doubts(path: Path, brand: str, limit: int, *, as_json: bool) -> None:
    """Print the newest of them and how many there are; BadUse for an unknown brand."""
    config = configured(path)
    if brand and (fault := unknown_brand(config, brand)):
        msg = f"--brand: {fault}"
        raise BadUse(msg)
    with reading(config) as store:
        found = store.past.spam_doubts(brand or None, utc_now() - timedelta(days=DAYS), limit)
    if as_json:
        told = [{"post": post_json(one.post)} | mention_json(one) for one in found.mentions]
        print(json.dumps({"count": found.count, "mentions": told}, ensure_ascii=False))
    else:
        print("\n".join(_page(found)))


def _page(found: InDoubt) -> Iterator[str]:
    if not found.count:
        yield f"nothing of the last {DAYS} days may be spam"
        return
    for mention in found.mentions:
        yield from _lines(mention)
    more = found.count - len(found.mentions)
    if more:
        yield f"… and {more:,} more: --limit N lists more of them"
    yield "listener correct MENTION spam yes|no settles one"


def _lines(mention: Mention) -> Iterator[str]:
    """Its key, date and words, then how likely it is and why."""
    post = mention.post
    when = f"{post.published_at:%Y-%m-%d %H:%M}" if post.published_at else "no date"
    words = " · ".join(part for part in (post.title, post.text) if part)
    yield f"{shown(mention.key, 200)}  {when}  {shown(words, _WORDS_CHARS_MAX)}"
    tag = next(tag for tag in reversed(mention.tags) if tag.kind == spam.KIND)
    yield f"    {'; '.join(_reasons(tag))}"


def _reasons(tag: Tag) -> list[str]:
    told = tag.reasons[-_REASONS_MAX:] or (f"{spam.spam_chance(tag):.2f} likely spam",)
    return [shown(reason, _REASON_CHARS_MAX) for reason in told]
