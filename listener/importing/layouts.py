"""Which column is what, for the tools whose exports are known by their header row.

Names are compared in any case, with ``_`` and several spaces as one space. Where several columns
stand for one field the first with something in it counts. What a tool reckons by itself (reach,
influence, impressions it estimates) is not taken: our figures hold only what sites counted.
``docs/importing.md`` says for each layout what it rests on.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from listener.importing.places import SOCIAL

FIELDS: dict[str, str] = {
    "text": "What was said.",
    "title": "The headline above it.",
    "url": "Its address. The site, and where the site's ids are known the id, are taken from it.",
    "site": "Where it was said, by name or host, where the address doesn't say.",
    "id": "The id that its site gives it, where the address doesn't say.",
    "date": "When it was published, with or without the time.",
    "time": "The time of day, where it has a column of its own.",
    "author": "Who said it: the handle on social sites, else the name.",
    "author_name": "The author's name beside the handle.",
    "author_id": "The site's lasting id of the account.",
    "followers": "How many follow the author.",
    "likes": "Likes and other reactions, as the site counted them.",
    "shares": "Shares, reposts.",
    "replies": "Replies, comments.",
    "views": "Views, plays.",
    "language": "A code such as fi.",
    "sentiment": "What the other tool judged: kept beside what our judges say.",
    "in_reply_to": "The id, address or handle of what it answers.",
}
"""What a column may be, with its meaning."""

SENTIMENTS = {label: label for label in ("negative", "neutral", "positive", "mixed")}


@dataclass(frozen=True, slots=True)
class Layout:
    """Which column is what. ``marks`` are sets of columns, of which any one whole set tells it.

    ``dates`` is an order of day and month or a pattern of ``strptime``, ``zone`` where times
    without a zone are from; empty: found out or asked for. ``constants`` are fields that are the
    same in every row, ``sentiments`` what the tool's words mean. ``delimiter``, ``encoding`` and
    ``header_line`` (from 1) are empty where they are found out.
    """

    name: str
    title: str
    columns: Mapping[str, tuple[str, ...]]
    marks: tuple[frozenset[str], ...] = ()
    dates: str = ""
    zone: str = ""
    constants: Mapping[str, str] = field(default_factory=dict)
    sentiments: Mapping[str, str] = field(default_factory=lambda: SENTIMENTS)
    delimiter: str = ""
    encoding: str = ""
    header_line: int = 0

    def fits(self, header: Collection[str]) -> bool:
        """Whether these columns, as :func:`plain_name` writes them, are of this layout."""
        return any(mark <= frozenset(header) for mark in self.marks)


def plain_name(column: str) -> str:
    """A column's name as it is compared."""
    return " ".join(column.replace("_", " ").replace("\ufeff", "").lower().split())


def _of_sites(counted: str, *more: str) -> tuple[str, ...]:
    """Columns that a tool has once for each site."""
    sites = ("x", "twitter", *sorted(SOCIAL - {"x"}))
    return (*more, *(f"{site} {counted}" for site in sites))


def _columns(**columns: Iterable[str]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(of) for name, of in columns.items()}


BRANDWATCH = Layout(
    name="brandwatch",
    title="Brandwatch",
    marks=(
        frozenset({"query name", "page type", "date"}),
        frozenset({"query id", "date", "url"}),
        frozenset({"page type", "thread entry type", "date"}),
    ),
    columns=_columns(
        text=("full text", "snippet"),
        title=("title",),
        url=("url", "original url"),
        site=("domain", "page type"),
        id=(),
        date=("date",),
        author=("author",),
        author_name=("full name",),
        author_id=("x author id", "twitter author id", "bluesky author id"),
        followers=_of_sites("followers"),
        likes=(*_of_sites("likes", "likes"), *_of_sites("like count")),
        shares=(*_of_sites("shares", "shares"), *_of_sites("reposts"), *_of_sites("retweets")),
        replies=(
            *_of_sites("comments", "comments"),
            *_of_sites("reply count"),
            *_of_sites("replies"),
        ),
        views=_of_sites("video views"),
        language=("language",),
        sentiment=("sentiment",),
        in_reply_to=("x reply to", "twitter reply to"),
    ),
)

MENTION = Layout(
    name="mention",
    title="Mention",
    marks=(
        frozenset({"description", "source type", "tone"}),
        frozenset({"title", "source name", "tone"}),
        frozenset({"alert", "tone", "url"}),
    ),
    columns=_columns(
        text=("description", "content", "text", "description short"),
        title=("title",),
        url=("original url", "url", "link"),
        site=("source type", "source", "source name"),
        date=("published at", "date", "publication date", "created at"),
        time=("time",),
        author=("author", "author name", "author username"),
        author_name=("author display name",),
        followers=("followers", "author followers"),
        likes=("likes",),
        shares=("shares",),
        replies=("comments",),
        language=("language", "language code"),
        sentiment=("tone", "sentiment"),
    ),
)

BRAND24 = Layout(
    name="brand24",
    title="Brand24",
    marks=(
        frozenset({"date", "url", "influence score"}),
        frozenset({"date", "source", "social media reach"}),
        frozenset({"date", "content", "domain", "sentiment"}),
        frozenset({"date", "title", "content", "sentiment", "category"}),
    ),
    columns=_columns(
        text=("content", "text", "description", "mention"),
        title=("title",),
        url=("url", "link", "mention url", "source url"),
        site=("domain", "source", "category"),
        date=("date", "created date"),
        time=("hour", "time"),
        author=("author", "author name", "nickname"),
        followers=("followers", "followers count", "author followers"),
        likes=("likes", "likes count", "reactions"),
        shares=("shares", "shares count", "reposts"),
        replies=("comments", "comments count"),
        views=("views", "views count"),
        language=("language",),
        sentiment=("sentiment",),
    ),
)

SPROUT = Layout(
    name="sprout",
    title="Sprout Social",
    marks=(
        frozenset({"network", "post type", "post", "link"}),
        frozenset({"network", "message type", "message"}),
        frozenset({"network", "sentiment", "permalink"}),
        frozenset({"network", "text", "permalink"}),
    ),
    columns=_columns(
        text=("message", "post", "text", "content", "post text", "caption"),
        title=("title",),
        url=("permalink", "link", "post permalink", "post link", "url"),
        site=("network", "platform"),
        id=("post id", "native id", "network message id"),
        date=("timestamp", "date", "created", "created time", "date published"),
        time=("time",),
        author=("from", "author", "author handle", "username", "profile", "profile name"),
        author_name=("author name", "full name"),
        author_id=("author id",),
        followers=("author followers", "followers"),
        likes=("likes", "reactions", "total reactions"),
        shares=("shares", "retweets", "reposts"),
        replies=("replies", "comments"),
        views=("video views", "views"),
        language=("language",),
        sentiment=("sentiment",),
    ),
)

LAYOUTS = {one.name: one for one in (BRANDWATCH, SPROUT, MENTION, BRAND24)}
"""Those that are known by their header row, in the order in which they are tried."""
