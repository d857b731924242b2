"""A row as a post, or the reason why it is none."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo

from listener.importing import dates, numbers
from listener.importing.header import Header
from listener.importing.places import (
    ID_CHARS_MAX,
    SOCIAL,
    Place,
    digest,
    id_of_address,
    place_of,
    site_named,
    site_of_host,
)
from listener.importing.records import Record
from listener.model import Author, Engagement, Post

AHEAD_TOLERATED = timedelta(minutes=5)
FIELD_CHARS_MAX = 2_000

_LANGUAGE = re.compile(r"([a-z]{2,3})(?:[-_].*)?")
_ID = re.compile(r"[!-~]{1,500}")
_MANGLED = re.compile(r"\d[.,]?\d*E\+\d+", re.IGNORECASE)
_HOST = re.compile(r"(?:[\w-]+\.)+[\w-]{2,}")


@dataclass(frozen=True, slots=True)
class Row:
    """A row that was read: the post, and what the other tool said of its sentiment, if it did.

    ``is_by_address`` says that the post's id is no more than its address, which may hold several
    posts: another one there is told from it by its author and its time.
    """

    post: Post
    sentiment: str
    is_by_address: bool

    @property
    def apart(self) -> Post:
        """The post under the longer id that tells it from others at its address."""
        post = self.post
        told = digest(post.author.handle, post.author.name, str(post.published_at))
        name = f"{post.native_id}#{told}"
        if len(name) > ID_CHARS_MAX:
            name = f"long-{digest(post.native_id)}#{told}"
        return replace(post, native_id=name)


@dataclass(frozen=True, slots=True)
class RowReader:
    """Reads the rows below a header. ``order`` and ``pattern`` are of its dates, ``now`` of ours.

    Times without a zone are in ``zone``.
    """

    header: Header
    zone: tzinfo
    order: dates.Order
    pattern: str
    now: datetime

    def row(self, record: Record) -> Row:
        """Raises ValueError with the reason where it is no post."""
        cells = record.cells
        if record.fault:
            raise ValueError(record.fault)
        width = len(self.header.columns)
        if len(cells) > width and any(cells[width:]):
            msg = f"it has {len(cells)} cells where the header has {width}"
            raise ValueError(msg)
        return self._row(cells)

    def _row(self, cells: Sequence[str]) -> Row:
        text, title = self._said(cells)
        url = self._cell(cells, "url")
        author_id = self._cell(cells, "author_id")
        place = place_of(url, author_id) if url else Place("")
        site = place.site or self._site(cells)
        published_at = self._published_at(cells)
        post = Post(
            site=site,
            native_id=place.native_id,
            text=text,
            title=title,
            url=url if place.site else "",
            author=self._author(cells, site, place.account, author_id),
            published_at=published_at,
            language=self._language(cells),
            in_reply_to=self._in_reply_to(cells, site),
            engagement=Engagement(
                *(self._count(cells, key) or 0 for key in ("likes", "shares", "replies", "views"))
            ),
        )
        told = self._cell(cells, "sentiment").casefold()
        return self._named(post, cells, self.header.layout.sentiments.get(told, ""))

    def _named(self, post: Post, cells: Sequence[str], sentiment: str) -> Row:
        """The row under the id of its site, its address, or else its content."""
        if post.native_id:
            return Row(post, sentiment, is_by_address=False)
        stated = self._cell(cells, "id")
        if _ID.fullmatch(stated) and not _MANGLED.fullmatch(stated):
            return Row(replace(post, native_id=stated), sentiment, is_by_address=False)
        if post.url:
            name = id_of_address(post.url)
            return Row(replace(post, native_id=name), sentiment, is_by_address=True)
        author = post.author.handle or post.author.name
        name = digest(author, str(post.published_at), post.title, post.text)
        return Row(replace(post, native_id=f"import-{name}"), sentiment, is_by_address=False)

    def _cell(self, cells: Sequence[str], key: str) -> str:
        """The first of the field's cells with something in it."""
        for place in self.header.cells.get(key, ()):
            if place < len(cells) and (cell := cells[place].strip()):
                return cell
        return self.header.layout.constants.get(key, "")

    def _count(self, cells: Sequence[str], key: str) -> int | None:
        """The first of the field's counts that is more than nothing, else nothing or None."""
        found = None
        for place in self.header.cells.get(key, ()):
            counted = numbers.count(cells[place]) if place < len(cells) else None
            if counted:
                return counted
            found = counted if found is None else found
        return found

    def _said(self, cells: Sequence[str]) -> tuple[str, str]:
        """The text and the title, where that is more than the beginning of the text."""
        text, title = self._cell(cells, "text"), self._cell(cells, "title")
        if not (text or title):
            raise ValueError("nothing is said in it: no text and no title")
        is_beginning = text.startswith(title.rstrip("….").rstrip())
        return text, "" if text and is_beginning else title

    def _site(self, cells: Sequence[str]) -> str:
        for place in self.header.cells.get("site", ()):
            name = cells[place].strip() if place < len(cells) else ""
            if site := site_named(name):
                return site
            if _HOST.fullmatch(name):
                return site_of_host(name)
        constant = self.header.layout.constants.get("site", "")
        site = constant or self._cell(cells, "site").lower()[:100]
        if not site:
            raise ValueError("nobody can say where it was: it has neither an address nor a site")
        return site

    def _published_at(self, cells: Sequence[str]) -> datetime:
        stated = f"{self._cell(cells, 'date')} {self._cell(cells, 'time')}"
        found = dates.read(stated, self.order, self.pattern)
        at = (found if found.tzinfo else found.replace(tzinfo=self.zone)).astimezone(UTC)
        if at > self.now + AHEAD_TOLERATED:
            msg = f"its date lies ahead: {at:%Y-%m-%d %H:%M} UTC; is the time zone right?"
            raise ValueError(msg)
        return at

    def _author(self, cells: Sequence[str], site: str, account: str, author_id: str) -> Author:
        stated = self._cell(cells, "author").removeprefix("u/").removeprefix("@")
        name = self._cell(cells, "author_name")
        followers = self._count(cells, "followers")
        if site not in SOCIAL:
            return Author(name=(stated or name)[:FIELD_CHARS_MAX], followers=followers)
        handle = account or ("" if " " in stated else stated)
        return Author(
            handle=handle[:FIELD_CHARS_MAX],
            name=(name or (stated if " " in stated else ""))[:FIELD_CHARS_MAX],
            followers=followers,
            id=author_id if _ID.fullmatch(author_id) and not _MANGLED.fullmatch(author_id) else "",
        )

    def _language(self, cells: Sequence[str]) -> str:
        match = _LANGUAGE.fullmatch(self._cell(cells, "language").lower())
        return match[1] if match else ""

    def _in_reply_to(self, cells: Sequence[str], site: str) -> str:
        stated = self._cell(cells, "in_reply_to")
        parent = place_of(stated) if "/" in stated else Place("")
        if parent.site:
            return parent.native_id if parent.site == site else ""
        return "" if _MANGLED.fullmatch(stated) else stated[:ID_CHARS_MAX]
