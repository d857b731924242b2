"""The words of the product as frozen values.

Everything that crosses a port, a stage or the store is one of these. They hold no behaviour
beyond naming themselves, import nothing of ours and know no site, no channel and no database.
All times are aware and in UTC.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Directness = Literal["direct", "indirect"]
AlertKind = Literal[
    "mentions", "spike", "source", "clear", "retraction", "case", "escalation", "crisis", "test"
]
CaseState = Literal["new", "claimed", "answered", "closed"]
Medium = Literal["post", "call", "chat", "mail"]
"""How something was said to a brand: in public, or by a way that other tools serve too."""

LABELS: dict[str, tuple[str, ...]] = {
    "sentiment": ("negative", "neutral", "positive", "mixed"),
    "spam": ("yes", "no"),
    "urgency": ("high", "medium", "low"),
    "intent": (
        "complaint",
        "question",
        "praise",
        "request",
        "purchase",
        "cancel",
        "report",
        "other",
    ),
}
"""The labels other programs rely on. ``language`` is open: any ISO 639-1 code, or ``und``."""

ERROR_LABEL = "error"
"""What a mention is tagged with when a classifier failed on it; rules can match it."""

TEXT_CHARS_MAX = 16 * 1024 * 1024
"""Longer texts are cut here, and say so; nobody writes them, but somebody sends them."""


@dataclass(frozen=True, slots=True)
class Author:
    """Who published a post, as far as the site tells.

    ``id`` is the site's lasting name for the account, where handles may change; ``verified`` is
    None where the site doesn't say.
    """

    handle: str = ""
    name: str = ""
    followers: int | None = None
    id: str = ""
    verified: bool | None = None


@dataclass(frozen=True, slots=True)
class Engagement:
    """How far a post has carried, as counted by its site."""

    likes: int = 0
    shares: int = 0
    replies: int = 0
    views: int = 0


@dataclass(frozen=True, slots=True)
class Post:
    """One public message as its site published it. Identity is ``site:native_id``.

    ``published_at`` is None where the site gives no date. ``text`` and ``title`` are plain
    text, never markup. ``in_reply_to`` is the id of the parent post or a handle, and
    ``conversation`` the native id of the post that its thread began with. ``links`` are the
    addresses the post points at, beyond those written out in its text.

    ``facts`` are what its site tells of it beside the words, by the names in :data:`FACTS`: the
    stars of a review, the votes and the status of an idea. When one changes, the post is brought
    again, and what it was before is kept. ``medium`` is how it was said. ``answered_at`` is when
    the brand's people answered it, where the place says so itself (a call that was taken); a reply
    that is a post of its own needs no word here.
    """

    site: str
    native_id: str
    text: str
    title: str = ""
    url: str = ""
    author: Author = Author()
    published_at: datetime | None = None
    language: str = ""
    in_reply_to: str = ""
    engagement: Engagement = Engagement()
    links: tuple[str, ...] = ()
    conversation: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    medium: Medium = "post"
    answered_at: datetime | None = None

    @property
    def id(self) -> str:
        """The post's key, the same at every sight of it."""
        return f"{self.site}:{self.native_id}"


FACTS: dict[str, str] = {
    "stars": "How many stars a review gives, 1 to 5.",
    "version": "Of what a review speaks: the version of an app.",
    "votes": "How many people want what an idea asks for.",
    "status": "How its site says an idea stands: planned, started, completed, declined.",
    "outcome": "How a call, chat or mail ended: answered, missed, voicemail, resolved, abandoned.",
    "seconds": "How long a call or chat took from the first word to the last.",
    "team": "Who took a call, chat or mail: a queue, a team, a person.",
    "answered": "Whether a question has an answer that its author took: yes, no.",
    "score": "What readers' votes for and against a post add up to.",
}
"""What a site may tell of a post beside its words; values are text, numbers written in digits."""


@dataclass(frozen=True, slots=True)
class Supporter:
    """Somebody who voted for an idea, so that they can be told when it is done.

    ``post_id`` is the idea's whole id, ``at`` when they voted as far as the site tells. One who
    took the vote back has ``left``.
    """

    post_id: str
    author: Author
    at: datetime | None = None
    left: bool = False


@dataclass(frozen=True, slots=True)
class Brand:
    """Who we listen for; base forms as its owner writes them.

    ``short_names`` are found only in the case they are written in. ``handles`` address it (a
    post that tags one is direct), on one site alone where they are written ``x:@name``;
    ``own_accounts`` are further accounts of its own, whose posts are no mentions. ``loose`` lets
    slips of the finger, spelt-out and masked names count. ``require``
    and ``forbid`` are expressions of which one must, or none may, hold for the post, and
    ``expression`` is one that must. ``languages`` are those it is spoken about in; none listed
    means all that are known. ``context`` are words that speak for an ambiguous brand.
    ``must_match`` and ``must_not_match`` are example texts that ``listener check`` runs.
    """

    id: str
    names: tuple[str, ...] = ()
    short_names: tuple[str, ...] = ()
    handles: tuple[str, ...] = ()
    hashtags: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    campaigns: tuple[str, ...] = ()
    misspellings: tuple[str, ...] = ()
    loose: bool = True
    own_accounts: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    require: tuple[str, ...] = ()
    forbid: tuple[str, ...] = ()
    expression: str = ""
    ambiguous: bool = False
    context: tuple[str, ...] = ()
    competitor: bool = False
    must_match: tuple[str, ...] = ()
    must_not_match: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a post is a mention: which kind of thing was found, and where.

    ``text`` is what stands in the post, ``start`` and ``end`` count characters in ``field``
    (``text`` or ``title``; in ``link`` and ``in_reply_to`` the position is 0 and means nothing).
    ``base`` is the entry of the brand's table that was found, and ``how`` says in words how it is
    written there; empty where it is written as in the table.
    """

    kind: str
    text: str
    start: int
    end: int
    field: str = "text"
    base: str = ""
    how: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a post that names the brand is about it. ``review``: a person should look.

    ``score`` is a probability, ``reasons`` say what it rests on. A name that is nobody else's
    needs no verdict: it is ``yes``, 1.0, without reasons.
    """

    label: Literal["yes", "review"] = "yes"
    score: float = 1.0
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Tag:
    """One classifier's judgement of one mention. ``score`` is a probability, 0 to 1.

    ``chances`` is the probability of every label, where the classifier tells them.
    """

    kind: str
    label: str
    score: float
    reasons: tuple[str, ...] = ()
    by: str = ""
    chances: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Priority:
    """How much a mention can't wait, 0 to 100, with the reasons that made the number."""

    score: int = 0
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mention:
    """A post × a brand, with the evidence for it and what was judged so far.

    ``brand`` is empty only for a post that names nobody and is judged all the same
    (``listener tag --every-post``). ``source`` names the table in the config it came through.
    ``answered_at`` is when an account of the brand's own first replied to the post in public;
    ``parent_text`` is what the post replies to, where we hold it. ``others`` is where the post
    names other brands that we listen for; both are for the judges alone.
    """

    post: Post
    brand: str
    directness: Directness = "indirect"
    evidence: tuple[Evidence, ...] = ()
    tags: tuple[Tag, ...] = ()
    priority: Priority = Priority()
    source: str = ""
    verdict: Verdict = Verdict()
    answered_at: datetime | None = None
    parent_text: str = ""
    others: tuple[Evidence, ...] = field(default=(), compare=False)

    @property
    def key(self) -> str:
        """The mention's key, the same at every match of the same post and brand."""
        return f"{self.post.id}#{self.brand}"

    def label(self, kind: str) -> str:
        """The label of the newest tag of this kind, or an empty string."""
        return next((tag.label for tag in reversed(self.tags) if tag.kind == kind), "")


@dataclass(frozen=True, slots=True)
class Case:
    """Mentions that a person owns, from the first to the answer.

    ``key`` names it everywhere, at a help desk too. Two clocks run: from ``published_at``, when
    the first of its mentions was published (what the customer feels), and from ``waiting_since``,
    when we saw that somebody waits (what the agent can answer for): ``opened_at`` at first, later
    when an answered customer wrote again. ``claim_due_at`` and ``answer_due_at`` are the team's
    promise in its own hours; None where it promised nothing or it was kept. ``step`` counts the
    escalations, ``version`` every change. ``owner`` is a person of the config, or how a channel
    calls somebody whom the config doesn't know.
    """

    key: str
    brand: str
    rule: str
    team: str
    opened_at: datetime
    published_at: datetime
    waiting_since: datetime
    state: CaseState = "new"
    owner: str = ""
    claimed_at: datetime | None = None
    answered_at: datetime | None = None
    closed_at: datetime | None = None
    snoozed_until: datetime | None = None
    claim_due_at: datetime | None = None
    answer_due_at: datetime | None = None
    step: int = 0
    version: int = 1
    priority: int = 0
    mentions: int = 1
    authors: int = 1


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch of a source, or of one ``place`` in it, that was not seen, and why."""

    since: datetime
    until: datetime
    cause: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class Spent:
    """What asking a site cost, or may cost at most.

    ``posts`` are those that the site bills or counts, ``money_micros`` are millionths of whatever
    money its prices are in.
    """

    requests: int = 0
    posts: int = 0
    money_micros: int = 0

    def __add__(self, other: "Spent") -> "Spent":
        return Spent(
            self.requests + other.requests,
            self.posts + other.posts,
            self.money_micros + other.money_micros,
        )


NOTHING_SPENT = Spent()
UNLIMITED = Spent(10**12, 10**12, 10**18)
"""More than anybody can spend: the allowance of a source without a budget."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What was wrong, where: an address that could not be read, a line that is no post."""

    where: str
    reason: str


@dataclass(frozen=True, slots=True)
class Batch:
    """What one poll, or one second look at known posts, brought.

    ``cursor`` covers every post in ``posts`` and nothing beyond; it is stored with them, in one
    transaction, and given back at the next poll. ``deleted`` holds the ids of posts that the site
    took down, ``gone`` the authors it took down with all they wrote: ``site:id`` or
    ``site:handle``, in any case. A name that is somebody's id on the site is taken for that;
    ``site:@handle`` is a handle, whoever is numbered so. Either counts for what this source
    brought, or one that is there no more. ``look_again`` holds the ids of posts that may be gone,
    for a second look at once.
    ``faults`` are places of this source that could not be read this time (the rest
    could); ``rejects`` are single items that were unreadable and are passed over for good.

    ``gap`` is a stretch that the source missed, ``gaps`` those that single places of it did, and
    ``filled`` stretches told as gaps before that were now read after all. ``complete`` says that
    everything published since the cursor was read, however long nobody asked.

    ``more`` says that the next poll need not wait; else ``wait_seconds`` is how long it is to
    wait, where the source knows better than its interval (what is due earlier, what the site
    asks for). ``spent`` is what it cost. ``supporters`` are those who voted for an idea, or took
    their vote back, since they were told last. ``linked`` are accounts, ``site:id`` or
    ``site:handle``, that are one person's, where a trusted sender says so.
    """

    posts: tuple[Post, ...] = ()
    deleted: tuple[str, ...] = ()
    cursor: str | None = None
    gap: Gap | None = None
    faults: tuple[Fault, ...] = ()
    rejects: tuple[Fault, ...] = ()
    more: bool = False
    gaps: tuple[Gap, ...] = ()
    filled: tuple[Gap, ...] = ()
    complete: bool = False
    gone: tuple[str, ...] = ()
    wait_seconds: float | None = None
    look_again: tuple[str, ...] = ()
    spent: Spent = NOTHING_SPENT
    supporters: tuple[Supporter, ...] = ()
    linked: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing one channel must be told, once.

    ``key`` names this telling: a receiver that gets it twice can tell. ``thread`` is the same
    for every telling about one burst; ``receipt`` is what the channel returned for the telling
    before, so that a channel which can change its message does. ``mentions`` are told here for
    the first time, ``earlier`` are the weightiest of the ``earlier_count`` told before in the
    thread. A ``retraction`` names in ``retracted`` the ids of posts that were told in the thread
    and must not be shown any longer; its ``earlier`` are those that may. ``title`` is one line,
    ``body`` plain text; both may carry words of strangers.

    ``case`` is the case it is about, as it stands now. A telling of the kind ``case`` brings no
    new mention: the case changed hands or state, as ``body`` says. ``history`` are the newest
    mentions that the author of the weightiest one wrote before, ``history_count`` how many those
    are. ``attempt`` counts from 1; from 2 on the target may have taken it before.
    """

    key: str
    thread: str
    rule: str
    channel: str
    kind: AlertKind
    created_at: datetime
    title: str
    body: str = ""
    mentions: tuple[Mention, ...] = ()
    earlier: tuple[Mention, ...] = ()
    earlier_count: int = 0
    priority: int = 0
    receipt: str | None = None
    retracted: tuple[str, ...] = ()
    case: Case | None = None
    history: tuple[Mention, ...] = ()
    history_count: int = 0
    attempt: int = 1
