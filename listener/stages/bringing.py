"""What a source brought, by a poll or pushed, made ready to be stored. Nothing is stored."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from listener.answers import answers_in
from listener.budget import NO_LIMITS, Limits
from listener.match import Matcher
from listener.model import Batch
from listener.ports import Source
from listener.stages.reading import cleaned, counted, linked, mentions_in, named, supporters, usable
from listener.store.port import Polled, Store


@dataclass(frozen=True, slots=True)
class Listened:
    """A source as wired: its plugin, its interval, the brands it is for, and its budget.

    ``place`` is the brand to whom all is addressed that stands there.
    """

    source: Source
    poll_seconds: float
    brands: Collection[str] | None = None
    limits: Limits = NO_LIMITS
    place: str = ""


def brought(
    batch: Batch, name: str, listened: Listened, matcher: Matcher, store: Store, now: datetime
) -> Polled:
    """All of the batch that is no matter of the schedule, the cursor or coverage.

    Raises TypeError, ValueError, OverflowError or AttributeError for what can't be read at all.
    """
    posts, unusable = usable(batch.posts, now)
    mentions = mentions_in(posts, name, listened.brands, matcher, store, listened.place)
    deleted, too_many = named(batch.deleted, "deleted posts")
    gone, too_many_gone = named(batch.gone, "authors who are gone")
    passed_over = (*batch.rejects, *unusable, *too_many, *too_many_gone)
    return Polled(
        posts=posts,
        mentions=mentions,
        cursor=None,
        seen_at=now,
        due_at=now,
        deleted=deleted,
        gone=gone,
        look_again=named(batch.look_again, "posts to look at again")[0],
        answers=answers_in(posts, matcher.own, mentions),
        rejects=[cleaned(reject) for reject in passed_over],
        supporters=supporters(batch.supporters, now),
        linked=linked(batch.linked),
        spent=counted(batch.spent),
    )
