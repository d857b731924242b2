"""Whether a page has lost a comment for which its address has a place: ``…/article#comment-7``.

A page may lack a place for many reasons: it is built by script, asks for cookies first, or lists
its comments on several pages. So a comment counts as gone only where the page shows others of its
kind or, being WordPress', has a form to comment but no comments at all.
"""

import re
from collections.abc import Iterable
from html import unescape
from urllib.parse import unquote, urlsplit

PAGE_CHARS_MAX = 2_000_000
"""Of a longer page nothing is said."""

_NUMBERED = re.compile(
    r"((?:[A-Za-z]{0,20}(?:[Cc]omment|[Pp]ost|[Rr]eply|[Aa]nswer|[Mm]essage)|c|p|pid|msg|isso)"
    r"[-_:]?)([0-9]{1,20})"
)
_SEVERAL_PAGES = re.compile(
    r"comment-page-\d|/page[/-]?\d|[?&](?:amp;)?(?:cpage|paged?|pg|start|offset|commentpage)=\d",
    re.IGNORECASE,
)
_FORM_OF_WORDPRESS = "/wp-comments-post.php"
_ID = r"""\b(?i:id|name)\s{0,9}=\s{0,9}["']?"""


def numbered_place(url: str) -> str:
    """The place of one comment that an address ends in, or nothing."""
    place = unquote(urlsplit(url).fragment)
    return place if _NUMBERED.fullmatch(place) else ""


def has_lost(page: str, place: str, addresses: Iterable[str]) -> bool:
    """Whether the page of one of these addresses surely has this numbered place no longer."""
    numbered = _NUMBERED.fullmatch(place)
    if numbered is None or len(page) > PAGE_CHARS_MAX:
        return False
    if not _names_itself(page, addresses) or _SEVERAL_PAGES.search(page):
        return False
    kind = re.escape(numbered[1])
    if re.search(rf"{_ID}[\w:.-]{{0,50}}?{re.escape(place)}(?![\w:.-])", page):
        return False
    if re.search(rf"{_ID}{kind}[0-9]", page):
        return True
    has_others = re.search(rf"{_ID}[\w:.-]{{0,50}}?{kind}[0-9]", page)
    return numbered[1] == "comment-" and _FORM_OF_WORDPRESS in page and not has_others


def _names_itself(page: str, addresses: Iterable[str]) -> bool:
    """Whether it is the page of one of these addresses: pages link to themselves.

    A page that asks for patience while the site is being mended does not, and it has no comments.
    """
    text = unescape(page)
    return any(
        place in text
        for parts in map(urlsplit, addresses)
        for whole in [parts.path.rstrip("/") + (f"?{parts.query}" if parts.query else "")]
        for place in (whole, unquote(whole))
        if place
    )
