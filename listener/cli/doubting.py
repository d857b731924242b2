"""``listener mark`` without an answer: the stored mentions that wait for one."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from listener import why
from listener.cli.shared import BadUse, configured, stored, unknown_brand
from listener.model import Mention
from listener.store import StoreUnavailable
from listener.store.port import InDoubt
from listener.text import shown
from listener.wire import mention_json, post_json

LIMIT = 20

_WORDS_CHARS_MAX = 160
_EVIDENCE_MAX = 3


def list_doubts(path: Path, brand: str, limit: int, *, as_json: bool) -> None:
    """Print the newest doubts and how many there are; BadUse for an unknown brand."""
    config = configured(path)
    if brand and (fault := unknown_brand(config, brand)):
        msg = f"--brand: {fault}"
        raise BadUse(msg)
    try:
        with closing(stored(config)) as store:
            found = store.doubts(brand or None, limit)
    except StoreUnavailable as trouble:
        msg = f"{config.database}: {trouble}"
        raise BadUse(msg) from None
    if as_json:
        told = [{"post": post_json(one.post)} | mention_json(one) for one in found.mentions]
        print(json.dumps({"count": found.count, "mentions": told}, ensure_ascii=False))
    else:
        print("\n".join(_page(found)))


def _page(found: InDoubt) -> Iterator[str]:
    if not found.count:
        yield "nothing is in doubt"
        return
    for mention in found.mentions:
        yield from _lines(mention)
    more = found.count - len(found.mentions)
    if more:
        yield f"… and {more:,} more: --limit N lists more of them"
    yield "listener mark SITE:ID BRAND yes|no settles one"


def _lines(mention: Mention) -> Iterator[str]:
    """Id, brand, date and words, then why it is a mention and why that is doubtful."""
    post = mention.post
    when = f"{post.published_at:%Y-%m-%d %H:%M}" if post.published_at else "no date"
    words = " · ".join(part for part in (post.title, post.text) if part)
    told = shown(words, _WORDS_CHARS_MAX)
    yield f"{shown(post.id, 200)}  {shown(mention.brand, 60)}  {when}  {told}"
    found = why.found(mention.evidence[:_EVIDENCE_MAX])
    yield f"    {'; '.join(part for part in (found, why.doubt(mention)) if part)}"
