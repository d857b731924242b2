"""Markup to plain text, and a page's own word on where its feed is.

Nothing here is shown to anybody: the text is matched and judged, so what counts is that no word
is lost and that two words never grow together.
"""

import re
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

LINKS_MAX = 50
ADDRESS_CHARS_MAX = 2_000

_UNSEEN = {"script", "style"}
_INLINE = {
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em",
    "font", "i", "img", "ins", "kbd", "label", "mark", "q", "rp", "rt", "ruby", "s", "samp",
    "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr",
}  # fmt: skip
_CELLS = {"td", "th"}
_FEED_TYPES = {"application/rss+xml", "application/atom+xml", "application/feed+json"}
# The parser raises at a marked section it doesn't know, and skips the text of one it does.
_SECTION = re.compile(r"<!\[CDATA\[|\]\]>|<!\[(?:[^>]{0,200}>)?")
_SPACE = re.compile(r"\s+")
_NO_TAG = re.compile(r"<(?![a-zA-Z/!?])")


def plain_text(markup: str, base_url: str = "") -> tuple[str, tuple[str, ...]]:
    """The words of some HTML, a line per block, and the addresses it links to.

    Relative addresses are resolved against ``base_url``; at most 50 are returned, without
    repeats, http and https only.
    """
    reader = _TextReader()
    reader.feed(_ended(_SECTION.sub("", markup)))
    reader.close()
    links = dict.fromkeys(web_address(href, base_url) for href in reader.hrefs)
    return tidy("".join(reader.pieces)), tuple(link for link in links if link)[:LINKS_MAX]


def tidy(text: str) -> str:
    """The text with its lines trimmed, runs of spaces made one, and empty lines left out."""
    lines = (" ".join(line.split()) for line in text.splitlines())
    return "\n".join(line for line in lines if line)


def web_address(href: str, base_url: str = "") -> str:
    """An absolute http or https address, or an empty string where ``href`` is none."""
    href = href.strip()
    if not href or len(href) > ADDRESS_CHARS_MAX:
        return ""
    try:
        address = urljoin(base_url, href)
        parts = urlsplit(address)
    except ValueError:
        return ""
    return address if parts.scheme in ("http", "https") and parts.netloc else ""


def feed_address(page: str, page_url: str) -> str:
    """The feed that a page names first, absolute, or an empty string."""
    return next(iter(_feed_addresses(page, page_url)), "")


def comments_address(page: str, page_url: str) -> str:
    """The feed of its comments that a page names, absolute, or an empty string."""
    found = _feed_addresses(page, page_url)
    return next((address for address in found if "comment" in urlsplit(address).path.lower()), "")


def _feed_addresses(page: str, page_url: str) -> list[str]:
    reader = _FeedLinkReader()
    reader.feed(_ended(_SECTION.sub("", page)))
    base_url = urljoin(page_url, reader.base)
    return [one for one in (web_address(href, base_url) for href in reader.hrefs) if one]


def _ended(markup: str) -> str:
    """The markup without beginnings of tags and comments that have no end.

    The parser looks through all the rest for the end of each, which can take hours.
    """
    markup = _NO_TAG.sub("&lt;", markup)
    for begin, end in (("<", ">"), ("<!--", "-->")):
        last = markup.rfind(end) + 1
        markup = markup[:last] + markup[last:].replace(begin, f"&lt;{begin[1:]}")
    return markup


class _TextReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self.hrefs: list[str] = []
        self._unseen = ""
        self._preformatted = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNSEEN:
            self._unseen = tag
        elif tag == "pre":
            self._preformatted += 1
        elif tag == "a" and len(self.hrefs) < LINKS_MAX * 20:
            self.hrefs.extend(value for name, value in attrs if name == "href" and value)
        self._part(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag == self._unseen:
            self._unseen = ""
        elif tag == "pre":
            self._preformatted = max(0, self._preformatted - 1)
        self._part(tag)

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.pieces.append(data if self._preformatted else _SPACE.sub(" ", data))

    def _part(self, tag: str) -> None:
        """Keep what stands before and after a tag apart, unless it is one within a word."""
        if tag not in _INLINE:
            self.pieces.append(" " if tag in _CELLS else "\n")


class _FeedLinkReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.base = ""
        self.hrefs: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in reversed(attrs)}
        if tag == "base" and not self.base:
            self.base = said.get("href", "")
        elif tag == "link" and "alternate" in said.get("rel", "").lower().split():
            kind = said.get("type", "").partition(";")[0].strip().lower()
            if kind in _FEED_TYPES and len(self.hrefs) < LINKS_MAX:
                self.hrefs.append(said.get("href", ""))
