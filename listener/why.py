"""Why a post is a mention, in words for people: what was found, how it is written, the doubt."""

from collections.abc import Iterable
from shlex import quote

from listener.model import Evidence, Mention
from listener.text import shown

_REASONS_MAX = 3
_ID_CHARS_MAX = 200


def found(evidence: Iterable[Evidence]) -> str:
    """The pieces of evidence on one line: name “Finnairilla” (Finnish form of Finnair)."""
    return ", ".join(map(_piece, evidence))


def doubt(mention: Mention) -> str:
    """What speaks against it, on one line; empty where nobody doubts it."""
    verdict = mention.verdict
    if verdict.label != "review":
        return ""
    told = f"may be about something else: {verdict.score:.2f} for {shown(mention.brand, 60)}"
    because = ", ".join(shown(reason, 120) for reason in verdict.reasons[:_REASONS_MAX])
    return f"{told}, because {because}" if because else told


def mark_command(mention: Mention) -> str:
    """What a person types to settle the doubt, safe to paste into a shell.

    Empty where nobody doubts it, or where its id holds what can't be shown on a line.
    """
    post = shown(mention.post.id, _ID_CHARS_MAX)
    if mention.verdict.label != "review" or post != mention.post.id:
        return ""
    return f"listener mark {quote(post)} {shown(mention.brand, 60)} yes|no"


def _piece(one: Evidence) -> str:
    if one.kind == "place":
        return "written to its own place"
    told = f"{shown(one.kind, 30)} “{shown(one.text, 60)}”"
    how, base = shown(one.how, 60), shown(one.base, 60)
    if not how or not base:
        return f"{told} ({how})" if how else told
    return f"{told} ({how} of {base})" if how.endswith("form") else f"{told} ({how}, for {base})"
