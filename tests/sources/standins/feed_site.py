"""A blog with comments, as WordPress serves it: a feed of posts, one of comments, and pages.

Follows the RSS 2.0 specification (rssboard.org/rss-specification), the syndication module of RSS
1.0 and WordPress' own templates ``feed-rss2.php`` and ``feed-rss2-comments.php``: ten entries a
feed, the newest first, ``sy:updatePeriod`` hourly, ETag and Last-Modified. A post is an article;
a reply to one is a comment on it. Everything published is in one of the two feeds, for as long as
it is among the newest ten of its kind: what rolls over unseen is lost, and the source must say so.
Other than WordPress' own, a guid is no address but the id under which a post was published.
"""

import hashlib
from bisect import bisect_right, insort
from dataclasses import replace
from datetime import datetime
from email.utils import format_datetime
from typing import Any, ClassVar
from xml.sax.saxutils import escape

from listener.model import Brand
from listener.ports import Source
from sources.common.politeness import Politeness
from sources.feed import FeedSource
from sources.feed_parts.parse import read_document
from tests.sources.standins.serving import Answer, Asked, Entry, StandIn

LISTED = 10

_FEED = """<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"
 xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:wfw="http://wellformedweb.org/CommentAPI/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:atom="http://www.w3.org/2005/Atom"
 xmlns:sy="http://purl.org/rss/1.0/modules/syndication/">
<channel><title>{title}</title>
<atom:link href="{address}" rel="self" type="application/rss+xml" />
<link>{home}</link><description></description><language>en-US</language>
<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>1</sy:updateFrequency>
<generator>https://wordpress.org/?v=6.1.1</generator>
{items}</channel></rss>"""


class FeedSite(StandIn):
    """The blog. ``answer`` reads the newest ten only, however many there are.

    ``shown`` notes of each feed, whenever it was asked for, from when the entries were.
    """

    name: ClassVar[str] = "feed"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.shown: dict[str, list[tuple[datetime, list[datetime]]]] = {}
        self._comments: dict[str, list[str]] = {}
        self._order: dict[bool, list[tuple[Any, int]]] = {False: [], True: []}

    def next_id(self, at: datetime) -> str:
        return f"urn:post:{len(self.entries) + 1}"

    def published(self, entry: Entry) -> None:
        if entry.reply_to:
            self._comments.setdefault(self._article(entry).id, []).append(entry.id)
        insort(self._order[bool(entry.reply_to)], (entry.at, _number(entry.id)))

    def changed(self, entry: Entry) -> None:
        """With an article go its comments."""
        if entry.deleted_at:
            for comment in self._comments.get(entry.id, ()):
                if not self.entries[comment].deleted_at:
                    self.delete(comment)

    def remove_author(self, author: str) -> None:
        super().remove_author(author)
        for article in [one for one in self._comments if self.entries[one].author == author]:
            self.changed(replace(self.entries[article], deleted_at=self.now))

    def newest(self, *, comments: bool) -> list[Entry]:
        """What one of the feeds lists now."""
        order = self._order[comments]
        listed: list[Entry] = []
        for at in range(bisect_right(order, (self.now, 10**12)) - 1, -1, -1):
            entry = self.entries[f"urn:post:{order[at][1]}"]
            if self._is_there(entry):
                listed.append(entry)
            if len(listed) == LISTED:
                break
        return listed

    def answer(self, asked: Asked) -> Answer:
        if asked.path in ("/feed/", "/comments/feed/"):
            return self._feed(asked)
        if asked.path == "/":
            return Answer(body=b"<html>A blog</html>", headers={"Content-Type": "text/html"})
        return self._page(asked.path.strip("/").replace("p", "urn:post:"))

    def source(self, *brands: Brand, **settings: Any) -> Source:
        preset: dict[str, Any] = {
            "urls": [f"{self.url}/feed/"],
            "site": self.name,
            "comments": True,
            "obey_hints": False,
            "allow_private": True,
            "brands": brands,
            "now": lambda: self.now,
            "parse": read_document,
            "politeness": Politeness(spacing_seconds=0),
        }
        return FeedSource(**(preset | settings))

    def _feed(self, asked: Asked) -> Answer:
        listed = self.newest(comments=asked.path.startswith("/comments"))
        self.shown.setdefault(asked.path, []).append((self.now, [entry.at for entry in listed]))
        body = _FEED.format(
            title="A blog",
            address=f"{self.url}{asked.path}",
            home=self.url,
            items="".join(map(self._item, listed)),
        ).encode()
        etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        headers = {"ETag": etag, "Content-Type": "application/rss+xml; charset=UTF-8"}
        if asked.headers.get("if-none-match") == etag:
            return Answer(304, b"", headers)
        return Answer(200, body, headers)

    def _item(self, entry: Entry) -> str:
        title = f"By: {entry.author}" if entry.reply_to else entry.text[:60]
        return (
            f"<item><title>{escape(title)}</title><link>{self._address(entry)}</link>"
            f"<dc:creator><![CDATA[{entry.author}]]></dc:creator>"
            f"<pubDate>{format_datetime(entry.at)}</pubDate>"
            f'<guid isPermaLink="false">{entry.id}</guid>'
            f"<description>{escape(escape(entry.text))}</description>"
            f"<content:encoded>{escape(f'<p>{escape(entry.text)}</p>')}</content:encoded></item>\n"
        )

    def _address(self, entry: Entry) -> str:
        if entry.reply_to:
            return f"{self.url}/p{_number(self._article(entry).id)}/#comment-{_number(entry.id)}"
        return f"{self.url}/p{_number(entry.id)}/"

    def _article(self, entry: Entry) -> Entry:
        """What a comment is on, be it an answer to another; an article itself."""
        while entry.reply_to:
            entry = self.entries[entry.reply_to]
        return entry

    def _page(self, entry_id: str) -> Answer:
        """An article with its comments."""
        article = self.entries.get(entry_id)
        if article is None or article.reply_to or not self._is_there(article):
            return Answer(404, b"<html>nothing here</html>", {"Content-Type": "text/html"})
        comments = (self.entries[one] for one in self._comments.get(entry_id, ()))
        listed = "".join(
            f'<li id="comment-{_number(one.id)}">{escape(one.text)}</li>'
            for one in comments
            if self._is_there(one)
        )
        link = f'<link rel="canonical" href="{self._address(article)}" />'
        text = f"<article>{escape(article.text)}</article>"
        form = f'<form action="{self.url}/wp-comments-post.php" method="post" id="commentform">'
        page = f"<html>{link}{text}<ol>{listed}</ol>{form}</form></html>"
        return Answer(200, page.encode(), {"Content-Type": "text/html; charset=UTF-8"})

    def _is_there(self, entry: Entry) -> bool:
        return entry.deleted_at is None and entry.author not in self.gone_authors


def _number(entry_id: str) -> int:
    return int(entry_id.removeprefix("urn:post:"))
