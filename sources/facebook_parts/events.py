"""What Facebook's webhooks push: who wrote, changed, hid or took back what.

An event mostly says all there is. What it doesn't show is passed over where the page's lists
bring it anyway (a photo without words), and looked up where nothing else does (a mention).
Likes, follows and the like are nobody's words.
"""

from dataclasses import dataclass

from listener.model import Post
from sources.common import fields
from sources.common.fields import Json
from sources.facebook_parts.posts import (
    COMMENT_FIELDS,
    POST_FIELDS,
    comment_in,
    is_shown,
    moment,
    post_in,
    review,
)
from sources.meta_parts.graph import Graph
from sources.meta_parts.harvest import Harvest

WANTED = frozenset({"feed", "mention", "ratings"})

_GONE = {"remove", "delete", "hide", "block"}
_SAID = {"add", "edited", "edit", "update", "unhide", "unblock"}
_POSTS = {"post", "status", "photo", "video", "share", "link", "note", "story", "event", "album"}
_REVIEWS = {"rating", "review", "recommendation"}
_OURS = {"comment"} | _POSTS | _REVIEWS

_EVER = None
"""An event is news however old the post is."""


@dataclass(frozen=True, slots=True)
class Events:
    """Takes events in, whatever order they come in."""

    graph: Graph
    harvest: Harvest
    page: str

    def take(self, change: Json, _: float) -> None:
        """Take in what an event says. Raises ValueError where it names nothing, and as the API."""
        value, is_mention = fields.table(change, "value"), change.get("field") == "mention"
        item, verb = fields.text(value, "item"), fields.text(value, "verb")
        if not change:
            raise ValueError("it holds no change")
        if verb in _GONE and item in _OURS:
            self.harvest.gone(_id_of(value, item))
        elif verb in _SAID and item in _REVIEWS:
            self.harvest.post(_review(value, self.page), _EVER)
        elif verb in _SAID and item in _OURS:
            self._said(value, item, is_mention=is_mention)

    def _said(self, value: Json, item: str, *, is_mention: bool) -> None:
        native_id, is_comment = _id_of(value, item), item == "comment"
        raw = _comment(value, native_id) if is_comment else _post(value, native_id)
        if "message" not in value:
            if not is_mention:
                return
            raw = self.graph.get(
                native_id, {"fields": COMMENT_FIELDS if is_comment else POST_FIELDS}
            )
        if is_comment:
            thread = fields.name(value, "post_id") or native_id
            self.harvest.comment(comment_in(raw, self.page, thread), _EVER, shown=is_shown(raw))
        elif fields.at(value, "published") != 0:
            self.harvest.post(post_in(raw, self.page), _EVER, shown=is_shown(raw))


def _id_of(value: Json, item: str) -> str:
    """The id of what an event is about. Raises ValueError where it has none."""
    if item == "comment":
        return fields.needed(value, "comment_id")
    if item in _REVIEWS:
        return fields.needed(value, "open_graph_story_id")
    return fields.needed(value, "post_id")


def _comment(value: Json, native_id: str) -> Json:
    """A comment as the API would show it."""
    thread = fields.name(value, "post_id")
    return {
        "id": native_id,
        "message": value.get("message"),
        "created_time": value.get("created_time"),
        "from": _sender(value),
        "parent": {"id": fields.name(value, "parent_id") or thread},
    }


def _post(value: Json, native_id: str) -> Json:
    """A post as the API would show it."""
    return {
        "id": native_id,
        "message": value.get("message"),
        "created_time": value.get("created_time"),
        "from": _sender(value),
        "permalink_url": fields.text(value, "post", "permalink_url"),
        "attachments": {"data": [{"unshimmed_url": value.get("link")}]},
    }


def _review(value: Json, page: str) -> Post:
    return review(
        fields.needed(value, "open_graph_story_id"),
        {"id": value.get("reviewer_id"), "name": value.get("reviewer_name")},
        page,
        kind=fields.text(value, "recommendation_type"),
        text=fields.text(value, "review_text", chars_max=None),
        stars=fields.count(value, "rating"),
        at=moment(value, "created_time"),
    )


def _sender(value: Json) -> Json:
    """Older events say who it was in two fields of their own."""
    sender = fields.table(value, "from")
    return sender or {"id": value.get("sender_id"), "name": value.get("sender_name")}
