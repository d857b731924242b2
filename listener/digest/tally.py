"""Everything a digest counts, in one pass over the mentions and in bounded memory per mention."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import astuple, dataclass, field
from datetime import datetime

from listener.digest.bars import bar_at
from listener.digest.stories import StoryFolder, added, reach_of, sample_of
from listener.model import ERROR_LABEL, Mention, Post
from listener.spam import is_doubtful
from listener.text import shown

URGENT_PRIORITY = 80
URGENT_MAX = 12

_REASONS_MAX = 6
_REASON_CHARS_MAX = 120
_NAME_CHARS_MAX = 80


@dataclass(frozen=True, slots=True)
class Urgent:
    """A mention that could not wait, and why. Bounded, whatever the post held."""

    at: datetime
    brand: str
    site: str
    author: str
    text: str
    url: str
    priority: int
    reasons: tuple[str, ...]


@dataclass(slots=True)
class BrandCounts:
    """What was counted of one brand; ``per_bar`` by the number of the bar."""

    count: int = 0
    direct: int = 0
    failed: int = 0
    spam: int = 0
    in_doubt: int = 0
    spam_doubts: int = 0
    sentiment: Counter[str] = field(default_factory=Counter)
    per_bar: Counter[int] = field(default_factory=Counter)


@dataclass(slots=True)
class VoiceCounts:
    """How often an author was heard, and by how many."""

    posts: int = 0
    reach: int | None = None


@dataclass(slots=True)
class Tally:
    """The counts so far. Spam, and what is in doubt, are counted apart and nowhere else.

    What only may be spam is counted apart too, but in all else as well: it may be a customer.
    """

    edges: Sequence[datetime]
    brands: dict[str, BrandCounts] = field(default_factory=dict)
    places: Counter[tuple[str, str]] = field(default_factory=Counter)
    voices: dict[tuple[str, str], VoiceCounts] = field(default_factory=dict)
    failed: Counter[str] = field(default_factory=Counter)
    folder: StoryFolder = field(default_factory=StoryFolder)
    urgent_count: int = 0
    _urgent: list[Urgent] = field(default_factory=list)
    _posts: set[str] = field(default_factory=set)

    def add(self, mention: Mention, at: datetime) -> None:
        """Count a mention, published at ``at``."""
        brand = self.brands.setdefault(mention.brand, BrandCounts())
        if mention.label("spam") == "yes":
            brand.spam += 1
            return
        if mention.verdict.label == "review":
            brand.in_doubt += 1
            return
        brand.count += 1
        brand.spam_doubts += is_doubtful(mention)
        brand.direct += mention.directness == "direct"
        brand.sentiment[mention.label("sentiment")] += 1
        brand.per_bar[bar_at(self.edges, at)] += 1
        self.places[mention.source, mention.post.site] += 1
        self.folder.add(mention, at)
        self._add_failures(brand, mention)
        self._add_urgent(mention, at)
        self._add_voice(mention.post)

    def urgent(self) -> list[Urgent]:
        """The weightiest of what was urgent, at most ``URGENT_MAX``."""
        return sorted(self._urgent, key=lambda one: (-one.priority, astuple(one)))[:URGENT_MAX]

    def _add_failures(self, brand: BrandCounts, mention: Mention) -> None:
        kinds = {tag.kind for tag in mention.tags}
        failed = [kind for kind in kinds if mention.label(kind) == ERROR_LABEL]
        brand.failed += bool(failed)
        self.failed.update(failed)

    def _add_urgent(self, mention: Mention, at: datetime) -> None:
        if mention.label("urgency") != "high" and mention.priority.score < URGENT_PRIORITY:
            return
        self.urgent_count += 1
        self._urgent.append(_urgent(mention, at))
        if len(self._urgent) > 10 * URGENT_MAX:
            self._urgent = self.urgent()

    def _add_voice(self, post: Post) -> None:
        name = _author(post)
        if name and post.id not in self._posts:
            voice = self.voices.setdefault((post.site, name), VoiceCounts())
            voice.posts += 1
            voice.reach = added(voice.reach, reach_of(post))
        self._posts.add(post.id)


def _urgent(mention: Mention, at: datetime) -> Urgent:
    post = mention.post
    told = [reason for tag in mention.tags if tag.kind == "urgency" for reason in tag.reasons]
    reasons = list(dict.fromkeys([*told, *mention.priority.reasons]))[:_REASONS_MAX]
    return Urgent(
        at=at,
        brand=mention.brand,
        site=post.site,
        author=_author(post),
        text=sample_of(post),
        url=post.url,
        priority=mention.priority.score,
        reasons=tuple(shown(reason, _REASON_CHARS_MAX) for reason in reasons),
    )


def _author(post: Post) -> str:
    return shown(post.author.handle or post.author.name, _NAME_CHARS_MAX)
