"""Working stand-ins for plugins: they do the job in memory and show what they were asked."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from listener.model import (
    UNLIMITED,
    Alert,
    Author,
    Batch,
    Evidence,
    Mention,
    Post,
    Spent,
    Tag,
)

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


def a_post(native_id: str = "1", text: str = "Norvia is late again", **fields: Any) -> Post:
    """A post that mentions a brand, published at noon."""
    plain: dict[str, Any] = {"published_at": NOON, "author": Author("traveller", "A Traveller")}
    return Post(site="fake", native_id=native_id, text=text, **(plain | fields))


def a_mention(native_id: str = "1", brand: str = "norvia", **fields: Any) -> Mention:
    """A mention of :func:`a_post`; ``post`` overrides it."""
    post = fields.pop("post", None) or a_post(native_id)
    evidence = (Evidence("name", post.text[:6], 0, min(6, len(post.text))),)
    return Mention(post, brand, **({"evidence": evidence, "source": "fake"} | fields))


@dataclass
class FakeSource:
    """Gives the batches it holds, one per poll, then empty ones; the cursor counts them."""

    batches: Sequence[Batch] = ()
    asked: list[str | None] = field(default_factory=list)

    def poll(self, cursor: str | None) -> Batch:
        """The batch that the cursor stands before."""
        self.asked.append(cursor)
        at = int(cursor or 0)
        if at >= len(self.batches):
            return Batch(cursor=cursor)
        return replace(self.batches[at], cursor=str(at + 1))


@dataclass
class FakeClassifier:
    """Tags as its function says."""

    kind: str
    decide: Callable[[Mention], str]
    score: float = 0.9

    def tag(self, mentions: Sequence[Mention]) -> Sequence[Tag]:
        """One tag each."""
        return [
            Tag(self.kind, self.decide(mention), self.score, by="fake/1") for mention in mentions
        ]


@dataclass
class FakeChannel:
    """Keeps what it was told; raises what ``faults`` holds first, one per send."""

    sent: list[Alert] = field(default_factory=list)
    faults: list[Exception] = field(default_factory=list)

    def send(self, alert: Alert) -> str | None:
        """Fail as told to, else keep it."""
        if self.faults:
            raise self.faults.pop(0)
        self.sent.append(alert)
        return f"receipt-{len(self.sent)}"


MOST = Spent(requests=1, posts=100)


@dataclass
class PricedSource:
    """A :class:`FakeSource` that costs: a request for each poll, and a post for each post.

    A poll that may cost less than its batch brings what fits, and says that there is more.
    """

    batches: Sequence[Batch] = ()
    most: Spent = MOST
    allowed: list[Spent] = field(default_factory=list)
    asked: list[str | None] = field(default_factory=list)

    def dearest(self) -> Spent:
        """What it was told to say."""
        return self.most

    def poll(self, cursor: str | None) -> Batch:
        """The batch that the cursor stands before."""
        return self.poll_within(cursor, UNLIMITED)

    def poll_within(self, cursor: str | None, allowance: Spent) -> Batch:
        """As much of the batch as the allowance pays for."""
        self.asked.append(cursor)
        self.allowed.append(allowance)
        batch, _, post = (cursor or "0").partition(".")
        at, skipped = int(batch), int(post or 0)
        if at >= len(self.batches):
            return Batch(cursor=cursor, spent=Spent(1), complete=True)
        posts = self.batches[at].posts[skipped:][: allowance.posts]
        left = len(self.batches[at].posts) - skipped - len(posts)
        return replace(
            self.batches[at],
            posts=posts,
            cursor=f"{at}.{skipped + len(posts)}" if left else str(at + 1),
            more=bool(left),
            complete=not left,
            spent=Spent(1, len(posts)),
        )
