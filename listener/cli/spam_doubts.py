"""``listener correct --doubts``: mentions that may be spam, and wait for a person's look."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from listener import spam
from listener.cli.doubts_page import print_doubts, when_and_words
from listener.cli.shared import BadUse, configured, reading, unknown_brand
from listener.clock import utc_now
from listener.model import Mention, Tag
from listener.text import shown

DAYS = 30
"""What is older is nobody's doubt any more."""

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
    print_doubts(
        found,
        _lines,
        nothing=f"nothing of the last {DAYS} days may be spam",
        settles="listener correct MENTION spam yes|no",
        as_json=as_json,
    )


def _lines(mention: Mention) -> Iterator[str]:
    """Its key, date and words, then how likely it is and why."""
    yield f"{shown(mention.key, 200)}  {when_and_words(mention.post)}"
    tag = next(tag for tag in reversed(mention.tags) if tag.kind == spam.KIND)
    yield f"    {'; '.join(_reasons(tag))}"


def _reasons(tag: Tag) -> list[str]:
    told = tag.reasons[-_REASONS_MAX:] or (f"{spam.spam_chance(tag):.2f} likely spam",)
    return [shown(reason, _REASON_CHARS_MAX) for reason in told]
