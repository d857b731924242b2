"""Reading an account on: its media and what is said below them, tags, and hashtags.

Each method without an underscore is a job of a round. A comment with more answers than Instagram
shows with it is a thread of its own, named ``COMMENT/MEDIUM``.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from listener.model import Gap, Post
from listener.ports import Reject
from sources.common import fields
from sources.common.fields import Json
from sources.instagram_parts.hashtags import SHOWN_SECONDS, counted, refused
from sources.instagram_parts.posts import (
    COMMENT_FIELDS,
    HASHTAG_FIELDS,
    MEDIA_FIELDS,
    OWN_FIELDS,
    REPLY_FIELDS,
    comment_in,
    is_shown,
    mark_of,
    media_in,
)
from sources.meta_parts.cursor import Hashtag
from sources.meta_parts.errors import HashtagsUsedUp, NotThere
from sources.meta_parts.graph import page_in
from sources.meta_parts.harvest import Harvest
from sources.meta_parts.lists import Lists, Question
from sources.meta_parts.scan import Seen

PAGE = 50
"""Instagram gives at most fifty comments, or media of a hashtag, at once."""

THREAD_PAGES = 4
"""Under so many pages of comments new answers are looked for: they don't bring a comment up."""

_UNORDERED_PAGES = 2
"""Media of a hashtag don't come quite in order: so many pages are read in any case."""


_USED_UP = (
    "Instagram counts 30 hashtags in seven days already: somebody else asks in this account's "
    "name; name fewer hashtags, or wait"
)


@dataclass(frozen=True, slots=True)
class Reading:
    """One poll of one account."""

    lists: Lists
    account: str
    follow_posts: int

    @property
    def harvest(self) -> Harvest:
        """What is found."""
        return self.lists.harvest

    def media(self) -> None:
        """The account's own media, and which of them have new comments."""
        asked = Question(f"{self.account}/media", _fields(OWN_FIELDS), self.follow_posts)
        self.lists.read("media", asked, self._own_item)

    def comments(self) -> None:
        """The threads that have news."""
        self.lists.threads(self._thread)

    def tags(self) -> None:
        """Media of others in which the account is tagged."""
        asked = Question(f"{self.account}/tags", _fields(MEDIA_FIELDS))
        self.lists.read("tags", asked, lambda raw, since: self._media_item(raw, "tags", since))

    def hashtag(self, name: str) -> None:
        """What was published under a hashtag, as far back as Instagram shows it."""
        state, now = self.harvest.state, self.harvest.now
        counted(name, state, now)
        try:
            self._hashtag(name)
        except HashtagsUsedUp:
            refused(name, state, now)
            raise Reject(_USED_UP, state="setup") from None
        except (NotThere, Reject):
            state.hashtags[name] = replace(state.hashtags[name], id="")  # it may be a wrong one
            raise
        one = state.hashtags[name]
        missed = now.timestamp() - SHOWN_SECONDS
        if one.read_at and one.read_at < missed:
            since, until = (datetime.fromtimestamp(at, UTC) for at in (one.read_at, missed))
            cause = "Instagram shows hashtags for 24 hours only"
            self.harvest.gaps.append(Gap(since, until, cause, f"#{name}"))
        state.hashtags[name] = replace(one, read_at=now.timestamp())

    def _hashtag(self, name: str) -> None:
        state, graph = self.harvest.state, self.lists.graph
        one = state.hashtags.get(name, Hashtag())
        if not one.id:
            found = graph.get("ig_hashtag_search", {"user_id": self.account, "q": name})
            one = replace(one, id=fields.name(found, "data", 0, "id"))
            if not one.id:
                raise Reject("Instagram knows no such hashtag: take it out", state="gone")
            state.hashtags[name] = one
        parameters = _fields(HASHTAG_FIELDS) | {"user_id": self.account}
        asked = Question(f"{one.id}/recent_media", parameters, pages_min=_UNORDERED_PAGES)
        self.lists.read(
            f"#{name}", asked, lambda raw, since: self._media_item(raw, f"#{name}", since)
        )

    def _thread(self, name: str) -> None:
        comment, _, media = name.partition("/")
        if media:
            asked = Question(f"{comment}/replies", _fields(REPLY_FIELDS))
            self.lists.thread(
                name, asked, lambda raw, since: self._reply_item(raw, media, comment, since)
            )
        else:
            asked = Question(f"{name}/comments", _fields(COMMENT_FIELDS), pages_min=THREAD_PAGES)
            self.lists.thread(name, asked, lambda raw, since: self._comment_item(raw, name, since))

    def _own_item(self, raw: Json, since: float) -> Seen | None:
        seen = self._media_item(raw, "media", since)
        if seen is not None:
            self.lists.follow(*seen, mark_of(raw))
        return seen

    def _media_item(self, raw: Json, where: str, since: float) -> Seen | None:
        try:
            post = media_in(raw)
        except ValueError as error:
            self.harvest.reject(where, str(error))
            return None
        self.harvest.post(post, since)
        return self._seen(post)

    def _comment_item(self, raw: Json, media: str, since: float) -> Seen | None:
        seen = self._reply_item(raw, media, "", since)
        if seen is None or not isinstance(fields.at(raw, "replies", "data"), list):
            return seen
        replies = page_in(raw, "replies")
        link = fields.text(raw, "media", "permalink")
        for reply in replies.items:
            shown = {"media": {"id": media, "permalink": link}, **reply}
            self._reply_item(shown, media, seen[0], since)
        if replies.after or replies.torn:
            mark = self.harvest.state.threads[media].want
            self.lists.follow(f"{seen[0]}/{media}", seen[1], mark)
        return seen

    def _reply_item(self, raw: Json, media: str, above: str, since: float) -> Seen | None:
        try:
            post = comment_in(raw, media, above=above)
        except ValueError as error:
            self.harvest.reject(media, str(error))
            return None
        self.harvest.comment(post, since, shown=is_shown(raw))
        return self._seen(post)

    def _seen(self, post: Post) -> Seen:
        return post.native_id, self.harvest.created(post)


def _fields(wanted: str) -> dict[str, object]:
    return {"fields": wanted, "limit": PAGE}
