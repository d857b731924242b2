"""Working stand-ins for plugins: they do the job in memory and show what they were asked."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
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
from listener.ports import Corrected, Reject

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
class FakeTeachable(FakeClassifier):
    """Learns which words came with which label, by the words' hashes; else says as its function.

    ``general`` are the examples of its own test, ``version`` that of what its lessons are for.
    """

    version: str = "1"
    general: Sequence[Corrected] = ()
    lesson: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    number: int = 0

    def general_test(self) -> Sequence[Corrected]:
        """What it was told to bring."""
        return self.general

    def refit(self, examples: Sequence[Corrected]) -> str:
        """How often each word came with each label."""
        counted: dict[str, Counter[str]] = {}
        for one in examples:
            for word in _hashed(one.mention):
                counted.setdefault(word, Counter())[one.label] += 1
        return json.dumps({"version": self.version, "words": counted})

    def taught(self, lesson: str, number: int) -> "FakeTeachable":
        """Itself with these counts."""
        try:
            told = json.loads(lesson)
            version, words = told["version"], told["words"]
        except (ValueError, KeyError, TypeError) as error:
            raise Reject("this is no lesson of its") from error
        if version != self.version:
            msg = f"the lesson is for version {version} of it, and this is {self.version}"
            raise Reject(msg)
        return replace(self, lesson=words, number=number)

    def tag(self, mentions: Sequence[Mention]) -> Sequence[Tag]:
        """One tag each, with the chance of every label that was met."""
        return [self._tag(mention) for mention in mentions]

    def _tag(self, mention: Mention) -> Tag:
        by = f"fake/{self.version}" + (f"+{self.number}" if self.number else "")
        votes: Counter[str] = Counter()
        for word in _hashed(mention):
            votes.update(self.lesson.get(word, {}))
        if not votes:
            label = self.decide(mention)
            return Tag(self.kind, label, self.score, by=by, chances=((label, self.score),))
        total = sum(votes.values())
        chances = tuple((label, count / total) for label, count in sorted(votes.items()))
        label, chance = max(chances, key=lambda one: one[1])
        return Tag(self.kind, label, chance, by=by, chances=chances)


def _hashed(mention: Mention) -> list[str]:
    words = sorted(set(mention.post.text.casefold().split()))
    return [hashlib.blake2b(word.encode(), digest_size=4).hexdigest() for word in words]


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
