"""What Instagram's webhooks push: comments with their words, mentions without."""

from dataclasses import dataclass

from sources.common import fields
from sources.common.fields import Json
from sources.instagram_parts.posts import (
    MEDIA_FIELDS,
    MENTIONED_FIELDS,
    comment_in,
    media_in,
)
from sources.meta_parts.errors import NotThere
from sources.meta_parts.graph import Graph
from sources.meta_parts.harvest import Harvest

WANTED = frozenset({"comments", "live_comments", "mentions"})

_EVER = None


@dataclass(frozen=True, slots=True)
class Events:
    """Takes events in, whatever order they come in."""

    graph: Graph
    harvest: Harvest
    account: str

    def take(self, change: Json, sent_at: float) -> None:
        """Take in what an event says. Raises ValueError where it names nothing, and as the API."""
        value, field = fields.table(change, "value"), fields.text(change, "field")
        if not change:
            raise ValueError("it holds no change")
        if field == "mentions":
            self._mention(value)
        elif field in WANTED:
            self._comment(value, sent_at)

    def _comment(self, value: Json, sent_at: float) -> None:
        """An event doesn't say when the comment was written: it is sent within seconds."""
        media = fields.needed(value, "media", "id")
        raw = {**value, "timestamp": sent_at or None}
        self.harvest.comment(comment_in(raw, media), _EVER)

    def _mention(self, value: Json) -> None:
        comment, media = fields.name(value, "comment_id"), fields.needed(value, "media_id")
        if comment:
            raw = mentioned(self.graph, self.account, "comment", comment)
            self.harvest.comment(comment_in(raw, media), _EVER)
        else:
            raw = mentioned(self.graph, self.account, "media", media)
            self.harvest.post(media_in(raw), _EVER)


def mentioned(graph: Graph, account: str, kind: str, native_id: str) -> Json:
    """What mentions the account, which alone may see it so. Raises NotThere and as the API."""
    if not (native_id.isascii() and native_id.isdigit()):
        raise ValueError("it names a thing by no number")
    wanted = MENTIONED_FIELDS if kind == "comment" else MEDIA_FIELDS
    field = f"mentioned_{kind}"
    answer = graph.get(account, {"fields": f"{field}.{kind}_id({native_id}){{{wanted}}}"})
    found = fields.table(answer, field)
    if fields.name(found, "id") != native_id:
        raise NotThere
    return found
