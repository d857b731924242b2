"""What people corrected, what was learned of it, and judging stored mentions anew.

Three books of the store. As in :mod:`listener.store.port`, every verb that writes is one
transaction. Nothing here tells anybody anything: a correction, a lesson and a retagging change
what is counted and shown, and no alert goes out for them.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from listener.corrections import Change, Correction
from listener.model import Mention, Tag

CorrectionOutcome = Literal[
    "corrected",  # another label stands now
    "confirmed",  # it stood so already, and now a person says so
    "known",  # just that was said before: nothing changes
    "superseded",  # kept, but something newer was said
    "outdated",  # the words it is about were changed since: not kept
    "withdrawn",  # the mention is none any longer: not kept
    "no mention",
]


@dataclass(frozen=True, slots=True)
class CorrectionKept:
    """What became of a correction; ``was`` is the label that stood before it."""

    outcome: CorrectionOutcome
    was: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """A correction that counts, its number, and its mention with all that was judged of it."""

    number: int
    correction: Correction
    mention: Mention


class CorrectionBook(Protocol):
    """Who said that which tag should be what."""

    def keep(self, correction: Correction) -> CorrectionKept:
        """Keep it; the mention's tag and priority follow the newest one at once."""
        ...

    def mentions_called(self, name: str, brand: str = "") -> list[str]:
        """The keys of mentions of this key, or of the post with this id (and of the brand)."""
        ...

    def standing(
        self, *, kinds: Collection[str] = (), brand: str = "", since: datetime | None = None
    ) -> Iterator[Standing]:
        """Corrections that count, the oldest first: of each mention and kind the newest one.

        Those of posts that are gone are no more, and those whose words were changed since are
        left out.
        """
        ...


@dataclass(frozen=True, slots=True)
class Lesson:
    """What a classifier learned of corrections, and how it did on them.

    ``layer`` is the classifier's own text, which holds weights and no words of anybody. ``brand``
    is empty where it counts for every brand without a lesson of its own. ``before`` and ``after``
    are macro F1 on corrections held out, ``general_before`` and ``general_after`` on the
    classifier's own test; None where they could not be measured. ``corrections_until`` is the
    number of the last correction that was known then. ``number`` is given by the store.
    """

    kind: str
    brand: str
    made_at: datetime
    made_by: str
    examples: int
    corrections_until: int
    before: float | None = None
    after: float | None = None
    general_before: float | None = None
    general_after: float | None = None
    layer: str = ""
    active: bool = True
    number: int = 0


class LessonBook(Protocol):
    """The versions of what was learned."""

    def keep(self, lesson: Lesson) -> int:
        """Keep it and take it up instead of the one before it of its kind and brand."""
        ...

    def versions(self) -> list[Lesson]:
        """Every lesson without its layer, the newest first."""
        ...

    def active(self) -> tuple[int, ...]:
        """The numbers of the lessons that are taken up: a cheap look."""
        ...

    def taken_up(self) -> list[Lesson]:
        """The lessons that are taken up, with their layers."""
        ...

    def layer(self, number: int) -> str | None:
        """The layer of this lesson; None where there is none of this number."""
        ...

    def take_up(self, kind: str, brand: str, number: int) -> None:
        """Take up this one of the kind and brand, 0: none, instead of the one that is."""
        ...


@dataclass(frozen=True, slots=True)
class Retagging:
    """A pass over stored mentions: what was ``asked``, and how far it came.

    It goes over what was published since then (all, where that is None) of the brand (of every
    one, where it is empty), by rising number, from ``after`` to ``until``. ``changed`` counts
    what stands otherwise by now. ``number`` is 0 until something is saved.
    """

    asked: str
    since: datetime | None
    brand: str
    after: int
    until: int
    total: int
    seen: int
    changed: Mapping[Change, int]
    begun_at: datetime
    number: int = 0


@dataclass(frozen=True, slots=True)
class Stored:
    """A tagged mention with its number, and when it was tagged as it came in."""

    number: int
    mention: Mention
    tagged_at: datetime


@dataclass(frozen=True, slots=True)
class Retagged:
    """A stored mention and the tags it is given now, beside those it has."""

    stored: Stored
    tags: Sequence[Tag]


class RetagBook(Protocol):
    """Judging anew what is stored, a batch at a time, so that it can be broken off."""

    def plan(
        self, asked: str, since: datetime | None, brand: str, now: datetime, *, anew: bool = False
    ) -> Retagging:
        """The pass that was asked for in the same words and broken off, or (``anew``) a new one.

        A new one ends with the mentions that are there now. Nothing is written.
        """
        ...

    def batch(self, passing: Retagging, limit: int) -> list[Stored]:
        """The next mentions of the pass; none: it is over."""
        ...

    def save(self, passing: Retagging, done: Sequence[Retagged], now: datetime) -> Retagging:
        """Keep the tags, rank anew, and note how far it came; the pass as it is then.

        What was judged, edited or withdrawn in between is passed over.
        """
        ...

    def end(self, passing: Retagging) -> None:
        """Forget the pass: the same words ask for a new one."""
        ...
