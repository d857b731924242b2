"""A ticket's words for desks that take HTML: a paragraph for each part, and nothing active in it.

What was written so is found again, part by part, in the HTML that the desk gives back: a desk may
add attributes, wrap all of it and write line breaks its own way, but it keeps paragraphs.
"""

import re
from collections.abc import Callable, Iterable
from html import escape, unescape

from alerts.desks.keys import post_mark
from alerts.text import JOINER

_PARAGRAPH = re.compile(r"<p(?:\s[^>]*)?>(.*?)</p>", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>")
_BREAK = re.compile(r"<br\s*/?>\s*|</p>\s*<p(?:\s[^>]*)?>", re.IGNORECASE)
# Templates of desks: {{ticket.title}} and {% … %} (Liquid), #{ticket.title}.
_TEMPLATE = re.compile(r"(?<=\{)(?=[{%])|(?<=#)(?=\{)")


def as_html(words: str) -> str:
    """Plain text as paragraphs. No tag, no entity and no template of a stranger's is left alive."""
    parts = (still(part).split("\n") for part in words.split("\n\n"))
    return "".join(f"<p>{'<br>'.join(map(escape, lines))}</p>" for lines in parts)


def still(words: str) -> str:
    """The words with an invisible joiner in what a desk would fill in as a template."""
    return _TEMPLATE.sub(JOINER, words)


def as_words(html: str) -> str:
    """What a person reads of it, as plain lines."""
    broken = _BREAK.sub("\n", html)
    return unescape(_TAG.sub("", broken)).replace("\xa0", " ").strip()


def without(html: str, post_ids: Iterable[str], blank: Callable[[str], str]) -> str:
    """The HTML with the paragraphs about these posts as ``blank`` makes them.

    Where a desk kept no paragraphs, all that carries one of the posts' marks is blanked.
    """
    marks = [f"[{post_mark(post_id)}]" for post_id in post_ids]

    def kept(paragraph: re.Match[str]) -> str:
        inside = paragraph[1]
        told = any(mark in inside for mark in marks)
        return paragraph[0].replace(inside, blank(inside)) if told and inside else paragraph[0]

    done = _PARAGRAPH.sub(kept, html)
    outside = _PARAGRAPH.sub("", html)
    return blank(html) if any(mark in outside for mark in marks) else done


def each_text(html: str, change: Callable[[str], str]) -> str:
    """The HTML with every stretch of text between its tags changed; the tags stay."""
    pieces = re.split(r"(<[^>]*>)", html)
    return "".join(
        change(piece) if piece.strip() and not piece.startswith("<") else piece for piece in pieces
    )
