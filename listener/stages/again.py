"""Judging again what was judged before: today's judges, and above them what people said."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from listener.corrections import is_by_person
from listener.model import Mention, Tag
from listener.stages.deciding import Deciding, as_read
from listener.stages.tag import Judge, judge
from listener.store.port import Store


@dataclass(frozen=True, slots=True)
class Again:
    """Judges stored mentions as the tag stage would today, and tells nobody."""

    store: Store
    judges: Sequence[Judge]
    kinds: Collection[str]
    deciding: Deciding

    def tags(self, mentions: Sequence[Mention], now: datetime) -> list[Sequence[Tag]]:
        """What stands for each by what its judges say now, and what is known around it."""
        read = as_read(self.store, mentions)
        given = judged_again(self.judges, read, self.kinds)
        judged = [
            replace(mention, tags=tuple(tags)) for mention, tags in zip(read, given, strict=True)
        ]
        stories = self.store.past.stories([mention.post.id for mention in mentions])
        return [mention.tags for mention in self.deciding.decide(judged, stories, now)]


def judged_again(
    judges: Sequence[Judge], mentions: Sequence[Mention], kinds: Collection[str]
) -> list[list[Tag]]:
    """What today's judges of these kinds say of each mention, in their order.

    Each sees what stands before it: what a person said of a kind, else the new tag of it, else
    the one that is stored.
    """
    given: list[list[Tag]] = [[] for _ in mentions]
    seen = [replace(mention, tags=()) for mention in mentions]
    for one in judges:
        if one.kind in kinds:
            for tags, judged in zip(given, judge([one], seen), strict=True):
                tags.append(judged.tags[-1])
        seen = [
            replace(so_far, tags=(*so_far.tags, *_standing(mention, tags, one.kind)))
            for so_far, mention, tags in zip(seen, mentions, given, strict=True)
        ]
    return given


def before(judges: Sequence[Judge], kind: str, mentions: Sequence[Mention]) -> list[Mention]:
    """The mentions as the judge of this kind gets them: with the tags of the judges before it."""
    kinds = [one.kind for one in judges]
    earlier = judges[: kinds.index(kind)]
    return [
        replace(
            mention,
            tags=tuple(tag for one in earlier for tag in _standing(mention, tags, one.kind)),
        )
        for mention, tags in zip(mentions, judged_again(earlier, mentions, kinds), strict=True)
    ]


def _standing(mention: Mention, given: Sequence[Tag], kind: str) -> tuple[Tag, ...]:
    """The one tag of this kind that counts, or none."""
    stored = [tag for tag in mention.tags if tag.kind == kind]
    said = [tag for tag in stored if is_by_person(tag)]
    fresh = [tag for tag in given if tag.kind == kind]
    return tuple((said or fresh or stored)[-1:])
