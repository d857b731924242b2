"""The ports: what a plugin is, and the two failures it may report.

A plugin is a dataclass. Its fields are its table in ``config.toml``: the type is checked, an
``Annotated`` string is its line in the documentation, a field typed :class:`Secret` is named in
the config and never written there. A field without such a line is no setting (a clock to inject).
Plugins say what kind of failure they met; the core alone decides when to try again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol, get_args, runtime_checkable

from listener.cases import Change
from listener.model import Alert, Batch, Mention, Post, Spent, Tag

FailureState = Literal[
    "outage",  # the site or the way to it: it mends itself
    "rate limit",  # asked too often: it mends itself
    "quota",  # the day's or the month's share is used up
    "budget",  # our own ceiling is reached
    "login",  # a token is wrong, has expired or was revoked
    "credits",  # the account must be paid for
    "suspended",  # the account or app was suspended
    "blocked",  # the site refuses this program, this address or this reader
    "gone",  # what is asked for is no longer there
    "setup",  # the table in the config can't work as it stands
]
"""What kind of failure a source or a channel met; each is told in its own words, once."""
FAILURE_STATES: frozenset[FailureState] = frozenset(get_args(FailureState))

MENDED_BY_PEOPLE: frozenset[FailureState] = frozenset(
    {"login", "credits", "suspended", "blocked", "gone", "setup"}
)
"""The states in which trying again makes no difference until somebody does something."""

SHARE_USED_UP: frozenset[FailureState] = frozenset({"quota", "budget"})
"""The states of a source that rests until a new day or month, as it should."""


class Retry(Exception):
    """It failed this time and may work later, at the earliest after ``after_seconds``.

    ``spent`` is what the attempt cost; None where that is not known.
    """

    def __init__(
        self,
        reason: str,
        after_seconds: float | None = None,
        *,
        state: FailureState = "outage",
        spent: Spent | None = None,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.after_seconds = after_seconds
        self.state = state
        self.spent = spent


class Reject(Exception):
    """It will never work as it stands: a person must mend something first."""

    def __init__(
        self, reason: str, *, state: FailureState = "setup", spent: Spent | None = None
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.state = state
        self.spent = spent


@dataclass(frozen=True, slots=True, repr=False)
class Secret:
    """A secret's value, read from where the config says; it prints as stars."""

    _value: str

    def reveal(self) -> str:
        """The value itself, for the one call that needs it."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(***)"

    __str__ = __repr__


@runtime_checkable
class Source(Protocol):
    """A place where posts come from."""

    def poll(self, cursor: str | None) -> Batch:
        """Everything since ``cursor`` (None: the first time), as far as one poll goes.

        Must end within about a minute whatever the site does, and keeps no state of its own:
        the cursor is the state. Raises Retry or Reject when nothing could be read.
        """
        ...


@runtime_checkable
class Metered(Protocol):
    """A source that counts what it asks for, and so can be given a budget."""

    def dearest(self) -> Spent:
        """The most that one poll costs, whatever it finds. It is set aside before the poll."""
        ...

    def poll_within(self, cursor: str | None, allowance: Spent) -> Batch:
        """As ``poll``, but at no more than ``allowance``: better a part, and ``more``, than that.

        Batch, Retry and Reject say in ``spent`` what it cost; where a failure doesn't, all that
        was allowed counts as spent.
        """
        ...


@runtime_checkable
class Rechecking(Protocol):
    """A source that can look again at posts it brought, for edits, deletions and reach."""

    recheck_posts_max: int
    """How many posts one call takes.

    A source with a true ``recheck_is_dear`` is asked for few looks: each costs a page, say.
    """

    def recheck(self, posts: Sequence[Post], allowance: Spent) -> Batch:
        """Those that changed, with new counts, in ``posts``; in ``deleted`` those not there now.

        What it could not look at within ``allowance`` it leaves out of both and says so by a
        fault for each, at the post's id, or by raising Retry or Reject; a fault elsewhere is
        taken for all that is in neither. The batch's cursor means nothing.
        """
        ...


@dataclass(frozen=True, slots=True)
class Call:
    """A request that came in. Header names are lower case.

    ``method`` and ``query`` matter to sources alone: a channel is only ever posted to.
    """

    headers: Mapping[str, str]
    body: bytes
    at: datetime
    method: str = "POST"
    query: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Arrival:
    """One thing that was pushed to a source, kept before whoever pushed it was told so.

    ``key`` is the sender's own name for it, and is taken once: what comes again under it while it
    is remembered (a week) is answered like the first and changes nothing. ``number`` is given when
    it is kept and only ever grows.

    ``about`` names the post it speaks of, where it speaks of one and in words that may come back:
    what was said under the same key, but before something else about the same, is news if it was
    ``sent_at`` a later moment than that.
    """

    key: str
    body: bytes
    number: int = 0
    at: datetime | None = None
    about: str = ""
    sent_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Received:
    """What a push meant, and what it is answered once ``arrivals`` are safe. Refused: none."""

    arrivals: tuple[Arrival, ...] = ()
    status: int = 202
    body: bytes = b""
    content_type: str = "text/plain; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)


@runtime_checkable
class Receiving(Protocol):
    """A source that others push to: ``POST /sources/NAME``, and GET where they ask if it is ours.

    What was pushed is kept in the store, and only then answered. It is turned into posts at once,
    whatever becomes of polling: those, and that it was taken, are stored in one transaction.
    """

    body_bytes_max: int
    """What is longer is refused (413) while it comes in."""

    def receive(self, call: Call) -> Received:
        """Check the signature and the form, and say what to keep. Never raises; never waits."""
        ...

    def take(self, arrivals: Sequence[Arrival], allowance: Spent) -> Batch:
        """What was pushed, oldest first, some hundreds at most; the batch's cursor means nothing.

        It covers every one of them: each is posts, deletions, or one of its rejects. Only when it
        raises Retry are they given again, ever fewer at a time; one that raises it alone waits, and
        what came after it is given before it. It may ask the site for what a push doesn't say,
        within about ten seconds and at no more than ``allowance``.
        """
        ...


@runtime_checkable
class Classifier(Protocol):
    """A judge of one thing."""

    def tag(self, mentions: Sequence[Mention]) -> Sequence[Tag]:
        """One tag per mention, same length, same order, no side effects.

        ``mentions`` carry the tags of the classifiers before this one.
        """
        ...


@dataclass(frozen=True, slots=True)
class Corrected:
    """A mention, and the label that a person says it should have had."""

    mention: Mention
    label: str


@runtime_checkable
class Teachable(Protocol):
    """A classifier whose thin last layer what people corrected can refit.

    A lesson is that layer as text, which the core keeps, numbers, and can put back. Its tags
    say in ``chances`` how probable every label is.
    """

    def refit(self, examples: Sequence[Corrected]) -> str:
        """The lesson of these examples, fitted anew; the shipped weights stay as they are."""
        ...

    def taught(self, lesson: str, number: int) -> Classifier:
        """The classifier with a lesson on it; ``by`` of its tags names the lesson's number.

        Raises Reject where the lesson was fitted to another version of the classifier.
        """
        ...


@runtime_checkable
class Channel(Protocol):
    """A place where alerts go."""

    def send(self, alert: Alert) -> str | None:
        """Tell it, and return a receipt (kept with the alert) where the target gives one.

        Must end within about ten seconds. Raises Retry or Reject.
        """
        ...


@runtime_checkable
class Retracting(Protocol):
    """A channel that can blank what it told."""

    def retract(self, alert: Alert) -> str | None:
        """Blank the posts in ``alert.retracted`` in what was told before in the thread.

        ``alert.receipt`` is that telling's. Raises Retry or Reject, as ``send``.
        """
        ...


@runtime_checkable
class Following(Protocol):
    """A channel that shows how a case stands, and so is told of every change to it.

    It is sent alerts of the kind ``case`` too. Its receipt names one message or ticket for the
    whole thread: what comes later changes or joins that.
    """

    follows_cases: bool


@runtime_checkable
class NamingPeople(Protocol):
    """A channel with settings that name people of the config.

    Each name there, a table's keys, a list's items or one word, must be a ``[people.NAME]``
    where the config has people: one that is none is a fault of the config.
    """

    names_people: tuple[str, ...]


@runtime_checkable
class Paced(Protocol):
    """A channel that takes so many messages and no more; what comes sooner waits and is merged."""

    seconds_between: float
    """The least time from one delivery to the next."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What was done at a desk since ``cursor``; the new one covers just these."""

    cursor: str | None
    changes: tuple[Change, ...] = ()
    more: bool = False


@runtime_checkable
class Desk(Protocol):
    """A channel where people work on cases: a help desk, asked on a schedule what was done there.

    Its ``send`` opens a ticket, adds to it, or brings it to the case's state, and returns the
    ticket's id as the receipt. It looks for the ticket by the case's key before it opens one
    whenever ``alert.attempt`` is above 1, and likewise for a comment, so that nothing is doubled
    after an answer that was lost.
    """

    changes_seconds: float
    """How long to wait between two questions."""

    def changes(self, cursor: str | None) -> Changes:
        """What people did to our tickets since ``cursor``; None: from now on.

        Never what we did there ourselves. Each act has the same key however often it is told.
        Must end within about ten seconds. Raises Retry or Reject.
        """
        ...


@dataclass(frozen=True, slots=True)
class Heard:
    """What a call meant, and what it is answered. Refused calls bring no changes."""

    changes: tuple[Change, ...] = ()
    status: int = 200
    body: bytes = b""
    content_type: str = "text/plain; charset=utf-8"


@runtime_checkable
class Hearing(Protocol):
    """A channel that is called when somebody acts on its message: ``POST /channels/NAME``."""

    def hear(self, call: Call) -> Heard:
        """Check the signature, then say what it means. Never raises; never waits.

        A call that is forged, too old or not understood is refused by its status.
        """
        ...
