"""``listener mark`` without an answer: the stored mentions that wait for one."""

from collections.abc import Iterator
from pathlib import Path

from listener import why
from listener.cli.doubts_page import print_doubts, when_and_words
from listener.cli.shared import BadUse, configured, reading, unknown_brand
from listener.model import Mention
from listener.text import shown

LIMIT = 20

_EVIDENCE_MAX = 3


def list_doubts(path: Path, brand: str, limit: int, *, as_json: bool) -> None:
    """Print the newest doubts and how many there are; BadUse for an unknown brand."""
    config = configured(path)
    if brand and (fault := unknown_brand(config, brand)):
        msg = f"--brand: {fault}"
        raise BadUse(msg)
    with reading(config) as store:
        found = store.doubts(brand or None, limit)
    print_doubts(
        found,
        _lines,
        nothing="nothing is in doubt",
        settles="listener mark SITE:ID BRAND yes|no",
        as_json=as_json,
    )


def _lines(mention: Mention) -> Iterator[str]:
    """Id, brand, date and words, then why it is a mention and why that is doubtful."""
    post = mention.post
    yield f"{shown(post.id, 200)}  {shown(mention.brand, 60)}  {when_and_words(post)}"
    found = why.found(mention.evidence[:_EVIDENCE_MAX])
    yield f"    {'; '.join(part for part in (found, why.doubt(mention)) if part)}"
