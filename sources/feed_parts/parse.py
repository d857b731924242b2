"""Bytes to entries: RSS, RDF and Atom through feedparser, JSON Feed by a reader of our own.

The bytes are decoded here, and what stands before the root element is cut short. feedparser would
do both itself, but with expressions whose time grows with the square or the cube of what a
stranger sends. Others of that kind remain inside it: ``feed_parts.apart`` holds the clock.
"""

import calendar
import codecs
import io
import re
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from sources.common.plain_text import (
    comments_address,
    feed_address,
    plain_text,
    tidy,
    web_address,
)
from sources.feed_parts.document import YEARS, Document, Entry, Unreadable, Wishes
from sources.feed_parts.json_feed import read_json_feed
from sources.feed_parts.wishes import wishes

PROLOG_CHARS_MAX = 16_000

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WIDE = (
    (b"<\0\0\0", "utf-32-le"),
    (b"\0\0\0<", "utf-32-be"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)
_NO_CHARSETS = {"idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape", "utf-7"}
_DECLARED = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s{0,9}=\s{0,9}["']([\w.:-]{1,40})""")
_CHARSET = re.compile(r"""charset\s{0,9}=\s{0,9}["']?([\w.:-]{1,40})""", re.IGNORECASE)
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_REMARK = re.compile(r"\s*(?:<\?.*?\?>|<!--.*?-->)", re.DOTALL)
_REFERENCE = re.compile(r"&#(?:[xX]([0-9a-fA-F]+)|([0-9]+));?")
_DOCTYPE = re.compile(r"<!DOCTYPE\b", re.IGNORECASE)
_ROOT = re.compile(r"<\w")
_PAGE = re.compile(r"<(?:!doctype\s{1,9})?html\b", re.IGNORECASE)


def read_document(body: bytes, content_type: str, url: str, entries_max: int = 5_000) -> Document:
    """What ``body`` holds, where ``url`` is where it came from.

    Never calls the network. Raises Unreadable where it is no feed and names none.
    """
    text = decoded(body, content_type).lstrip()
    if not text:
        raise Unreadable("is empty")
    if text.startswith("{"):
        return read_json_feed(text, url, entries_max)
    feed = _feedparser_result(text)
    if feed["entries"] or feed.get("version"):
        return _document(feed, text, url, entries_max)
    found = feed_address(text, url)
    if found:
        return Document(feed_url=found, wishes=Wishes(comments=comments_address(text, url)))
    raise Unreadable(_nature(text, feed))


def decoded(body: bytes, content_type: str) -> str:
    """The text of a document, its encoding found as a browser would, never failing.

    What decodes as UTF-8 is UTF-8, whatever the labels say: they are wrong more often than
    chance makes valid UTF-8. NUL and other characters that XML forbids are left out.
    """
    for encoding in _encodings(body, content_type):
        try:
            text = body.decode(encoding)
        except (LookupError, ValueError):
            continue
        return _UNWRITABLE.sub("", text.removeprefix("\ufeff"))
    return _UNWRITABLE.sub("", body.decode("latin-1"))


def _encodings(body: bytes, content_type: str) -> Iterator[str]:
    marks = _BOMS + _WIDE
    yield from (encoding for mark, encoding in marks if body.startswith(mark))
    escapes = b"\x1b" in body[:10_000]  # ISO-2022 and its kin are valid UTF-8 of another meaning
    if not escapes:
        yield "utf-8"
    declared = _DECLARED.search(body[:1_000])
    labels = [match[1] for match in [_CHARSET.search(content_type)] if match]
    labels += [declared[1].decode("ascii")] if declared else []
    yield from (label for label in labels if _is_charset(label))
    yield from ("utf-8", "windows-1252")


def _is_charset(label: str) -> bool:
    """Whether a label names a way to write text, and not one of Python's other codecs."""
    try:
        return codecs.lookup(label).name not in _NO_CHARSETS
    except LookupError:
        return False


def _feedparser_result(text: str) -> Mapping[str, Any]:
    import feedparser

    try:
        # As a stream, because feedparser would open bytes that happen to name a file.
        result: Mapping[str, Any] = feedparser.parse(
            io.BytesIO(_REFERENCE.sub(_possible, _without_prolog(text)).encode()),
            response_headers={"content-type": "application/xml; charset=utf-8"},
            resolve_relative_uris=False,
            sanitize_html=False,
        )
    except Exception as error:  # hostile input finds new ones, and each costs only itself
        raise Unreadable(
            f"breaks the parser: {type(error).__name__}: {str(error)[:100]}"
        ) from error
    return result


def _possible(reference: re.Match[str]) -> str:
    """A reference to a character as it stands, or U+FFFD where there is no such character.

    One of those would cost the whole feed, and anybody who may comment can write one.
    """
    digits = (reference[1] or reference[2]).lstrip("0")
    code = (
        int(digits or "0", 16 if reference[1] else 10) if len(digits) <= 7 else sys.maxunicode + 1
    )
    writable = code in (9, 10, 13) or 32 <= code <= sys.maxunicode
    return reference[0] if writable and not 0xD800 <= code <= 0xDFFF else "\ufffd"


def _without_prolog(text: str) -> str:
    """The document from its DOCTYPE on, or from its root where that is long or missing.

    Comments and instructions before that say nothing about a feed.
    """
    start = 0
    while passed := _REMARK.match(text, start):
        start = passed.end()
    root = _ROOT.search(text, start)
    if not root:
        return text[start : start + PROLOG_CHARS_MAX]
    doctype = _DOCTYPE.search(text, start, root.start())
    if doctype and root.start() - doctype.start() <= PROLOG_CHARS_MAX:
        return text[doctype.start() :]
    return text[root.start() :]


def _document(feed: Mapping[str, Any], text: str, url: str, entries_max: int) -> Document:
    whole = feed["feed"]
    entries = feed["entries"]
    return Document(
        entries=tuple(_entry(entry, whole, url) for entry in entries[:entries_max]),
        total=len(entries),
        wishes=wishes(whole, text, url),
    )


def _entry(entry: dict[str, Any], feed: Mapping[str, Any], url: str) -> Entry:
    link = web_address(_string(entry, "link"), url)
    text, links = _text(entry, link or url)
    return Entry(
        id=_string(entry, "id"),
        link=link,
        title=" ".join(_part(_mapping(entry, "title_detail"), url)[0].split()),
        text=text,
        author=_author(entry) or _author(feed),
        language=_string(_mapping(entry, "title_detail"), "language") or _string(feed, "language"),
        published=_published(entry),
        links=links,
        comments=web_address(_string(entry, "wfw_commentrss"), url),
    )


def _text(entry: Mapping[str, Any], base_url: str) -> tuple[str, tuple[str, ...]]:
    """The fullest of what the entry offers: its contents and its summary."""
    contents = entry.get("content")
    parts = (
        [part for part in contents if isinstance(part, Mapping)]
        if isinstance(contents, list)
        else []
    )
    parts.append(_mapping(entry, "summary_detail") or {"value": _string(entry, "summary")})
    return _part(max(parts, key=lambda part: len(_string(part, "value"))), base_url)


def _part(detail: Mapping[str, Any], base_url: str) -> tuple[str, tuple[str, ...]]:
    value = _string(detail, "value")
    if _string(detail, "type") == "text/plain":
        return tidy(value), ()
    return plain_text(value, _string(detail, "base") or base_url)


def _author(holder: Mapping[str, Any]) -> str:
    return tidy(_string(_mapping(holder, "author_detail"), "name") or _string(holder, "author"))


def _published(entry: dict[str, Any]) -> float | None:
    for key in ("published_parsed", "updated_parsed", "created_parsed"):
        moment = dict.get(entry, key)  # feedparser's own get() warns where one stands for another
        try:
            if moment and moment[0] in YEARS:
                return float(calendar.timegm(moment))
        except (TypeError, ValueError, OverflowError, KeyError, IndexError):
            continue
    return None


def _nature(text: str, feed: Mapping[str, Any]) -> str:
    if _PAGE.search(text[:PROLOG_CHARS_MAX]):
        return "is a page that names no feed: give the address of the feed itself"
    trouble = str(feed.get("bozo_exception") or "it has no entries and says nothing of its format")
    trouble = " ".join(trouble.removeprefix("<unknown>:").split())
    return f"is no feed that can be read: {trouble[:150]}"


def _string(holder: Mapping[str, Any], key: str) -> str:
    """A value that is text; elements of any name can put values of any kind in its place."""
    value = holder.get(key)
    return value if isinstance(value, str) else ""


def _mapping(holder: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = holder.get(key)
    return value if isinstance(value, Mapping) else {}
