"""What a change of rules would gain and lose, told from posts that are there. Pure.

Each post comes with what it mentioned before the change and what it mentions after it. Both are
paired by brand, counted by site, and asked what they would have cost in alerts. Memory does not
grow with the number of posts: of all that is seen only the newest samples are kept, and of the
mentions that nobody judged yet a sample drawn by their keys, the same at every run.
"""

from bisect import insort
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import chain, islice
from typing import Literal

from listener import why
from listener.match import THREAD, Matcher
from listener.match.around import NOWHERE, Around, Marked
from listener.match.explain import why_not
from listener.model import Brand, Mention, Post, Verdict
from listener.preview_alerts import Judge, Toll, Tolls, shortened
from listener.priority import rank
from listener.rules import Rule
from listener.text import shown

SAMPLES = 5
SITES_MAX = 200
OTHER_SITES = "(other sites)"
REMEMBERED_MAX = 50_000
TEXT_CHARS_MAX = 160
EVIDENCE_MAX = 3

_LONG_AGO = datetime.min.replace(tzinfo=UTC)

Fate = Literal["kept", "gained", "lost"]


@dataclass(frozen=True, slots=True)
class Change:
    """A post × a brand before and after; None where it is no mention. ``judged``: it has tags."""

    before: Mention | None
    after: Mention | None
    judged: bool = False

    @property
    def mention(self) -> Mention:
        """The mention as it is after the change, or as it was."""
        one = self.after or self.before
        assert one is not None
        return one

    @property
    def fate(self) -> Fate:
        """What becomes of the mention."""
        if self.before is None:
            return "gained"
        return "lost" if self.after is None else "kept"


@dataclass(frozen=True, slots=True)
class Counts:
    """Mentions; ``doubts`` are those among the kept and the gained that a person should look at."""

    kept: int = 0
    gained: int = 0
    lost: int = 0
    doubts: int = 0


@dataclass(frozen=True, slots=True)
class Sample:
    """One post that is gained, lost or in doubt, its texts made harmless, and why it is."""

    post: str
    site: str
    url: str
    published_at: datetime | None
    text: str
    why: str
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class BrandPreview:
    """What the change does to one brand, in all and by site; the newest samples first.

    ``doubted`` are kept and in doubt: first those that are so from now on.
    """

    brand: str
    counts: Counts
    sites: Mapping[str, Counts]
    gained: tuple[Sample, ...] = ()
    lost: tuple[Sample, ...] = ()
    doubted: tuple[Sample, ...] = ()


@dataclass(frozen=True, slots=True)
class Preview:
    """What the change does. ``judged`` of ``unjudged`` changes were judged for the ``alerts``."""

    posts: int
    brands: tuple[BrandPreview, ...]
    alerts: tuple[Toll, ...] = ()
    unjudged: int = 0
    judged: int = 0


class Replay:
    """A matcher over posts in their order, that knows what earlier ones were about.

    ``brands`` restricts it to these; what a person ``marked`` needs no match: it is so.
    """

    def __init__(
        self,
        matcher: Matcher,
        brands: Collection[str] | None = None,
        marked: Sequence[Marked] = (),
    ) -> None:
        self._matcher = matcher
        self._brands = brands
        self._marked = {(one.post.id, one.brand): one.about for one in marked}
        self._about: dict[str, frozenset[str]] = {}

    def match(
        self, post: Post, around: Around = NOWHERE, listened: Collection[str] | None = None
    ) -> tuple[Mention, ...]:
        """The mentions in the post, which comes after those that it answers.

        ``listened`` are the brands that its source is listened to for; None for all.
        """
        thread = self._thread(post) if post.in_reply_to else None
        if thread is not None:
            around = replace(around, thread=thread)
        matched = self._matcher.match(post, _both(self._brands, listened), around)
        mentions = tuple(self._settled(one) for one in matched if self._may_be(one))
        own = (one.brand for one in mentions if any(it.kind != THREAD for it in one.evidence))
        self._remember(post.id, frozenset(own))
        return mentions

    def _may_be(self, mention: Mention) -> bool:
        return self._marked.get((mention.post.id, mention.brand), True)

    def _settled(self, mention: Mention) -> Mention:
        known = (mention.post.id, mention.brand) in self._marked
        return replace(mention, verdict=Verdict()) if known else mention

    def _thread(self, post: Post) -> frozenset[str] | None:
        parent = self._about.get(f"{post.site}:{post.in_reply_to}")
        return self._about.get(post.in_reply_to) if parent is None else parent

    def _remember(self, post_id: str, brands: frozenset[str]) -> None:
        self._about[post_id] = brands
        if len(self._about) > REMEMBERED_MAX:
            del self._about[next(iter(self._about))]


def _both(some: Collection[str] | None, others: Collection[str] | None) -> Collection[str] | None:
    if some is None or others is None:
        return others if some is None else some
    return frozenset(some).intersection(others)


def changes(
    before: Sequence[Mention], after: Sequence[Mention], stored: Sequence[Mention] = ()
) -> list[Change]:
    """What becomes of each mention of one post; what is stored lends its tags."""
    was = {mention.brand: mention for mention in before}
    now = {mention.brand: mention for mention in after}
    known = {mention.brand: mention for mention in stored}
    return [
        Change(
            _as_judged(was.get(brand), known.get(brand)),
            _as_judged(now.get(brand), known.get(brand)),
            brand in known,
        )
        for brand in sorted(was.keys() | now.keys())
    ]


def preview(
    seen: Iterable[tuple[Post, Sequence[Change]]],
    brands: Sequence[Brand],
    rules: Sequence[Rule],
    judge: Judge,
    samples: int = SAMPLES,
) -> Preview:
    """What the changes come to. ``brands`` are those after the change, listed in their order.

    ``judge`` tags and ranks mentions; it is asked once, about a sample of those without tags.
    """
    posts = 0
    tallies = {brand.id: _Tally(samples) for brand in brands}
    tolls = Tolls(rules)
    for _, some in seen:
        posts += 1
        for change in some:
            brand = change.mention.brand
            tallies.setdefault(brand, _Tally(samples)).add(change)
            tolls.add(change.before, change.after, judged=change.judged)
    by_id = {brand.id: brand for brand in brands}
    told = tuple(tally.told(brand, by_id.get(brand)) for brand, tally in tallies.items())
    alerts, unjudged, judged = tolls.told(judge)
    return Preview(posts, told, alerts, unjudged, judged)


@dataclass
class _Tally:
    """What is counted of one brand while posts go by."""

    samples: int
    sites: dict[str, Counter[str]] = field(default_factory=dict)
    newest: dict[str, list[tuple[datetime, int, Change]]] = field(default_factory=dict)
    seen: int = 0

    def add(self, change: Change) -> None:
        """Count it, and keep it while it is among the newest."""
        self.seen += 1
        site = change.mention.post.site
        if site not in self.sites and len(self.sites) >= SITES_MAX:
            site = OTHER_SITES
        counter = self.sites.setdefault(site, Counter())
        counter[change.fate] += 1
        counter["doubts"] += _in_doubt(change.after)
        if change.fate != "kept":
            self._sample(change.fate, change)
        elif _in_doubt(change.after):
            self._sample("still doubted" if _in_doubt(change.before) else "doubted", change)

    def _sample(self, kind: str, change: Change) -> None:
        newest = self.newest.setdefault(kind, [])
        moment = change.mention.post.published_at or _LONG_AGO
        if len(newest) < self.samples or (newest and moment >= newest[0][0]):
            insort(newest, (moment, self.seen, _held(change)), key=lambda one: one[:2])
            del newest[: -self.samples]

    def told(self, brand_id: str, brand: Brand | None) -> BrandPreview:
        """The counts, and the samples with their reasons."""
        sites = {site: Counts(**counter) for site, counter in sorted(self.sites.items())}
        total = Counter[str]()
        for counter in self.sites.values():
            total.update(counter)
        return BrandPreview(
            brand_id,
            Counts(**total),
            sites,
            gained=tuple(_found(one.mention) for one in self._latest("gained")),
            lost=tuple(_lost(one.mention, brand) for one in self._latest("lost")),
            doubted=tuple(_found(one.mention) for one in self._doubted()),
        )

    def _doubted(self) -> Iterator[Change]:
        return islice(chain(self._latest("doubted"), self._latest("still doubted")), self.samples)

    def _latest(self, kind: str) -> Iterator[Change]:
        return (change for _, _, change in reversed(self.newest.get(kind, [])))


def _in_doubt(mention: Mention | None) -> bool:
    return mention is not None and mention.verdict.label == "review"


def _as_judged(mention: Mention | None, stored: Mention | None) -> Mention | None:
    if mention is None or stored is None or mention is stored:
        return mention
    told = replace(mention, tags=stored.tags, source=stored.source, priority=stored.priority)
    same = mention.directness == stored.directness
    return told if same else replace(told, priority=rank(told))


def _held(change: Change) -> Change:
    """The change with no more of its text than a sample needs."""
    return replace(change, before=shortened(change.before), after=shortened(change.after))


def _found(mention: Mention) -> Sample:
    return _sample(mention.post, why.found(mention.evidence[:EVIDENCE_MAX]), why.doubt(mention))


def _lost(mention: Mention, brand: Brand | None) -> Sample:
    return _sample(mention.post, _why_lost(mention, brand))


def _why_lost(mention: Mention, brand: Brand | None) -> str:
    if brand is None:
        return "the configuration has no such brand"
    if mention.evidence and all(one.kind == THREAD for one in mention.evidence):
        return "the post that it answers is no mention"
    return why_not(brand, mention.post).removesuffix(".")


def _sample(post: Post, because: str, doubt: str = "") -> Sample:
    words = " · ".join(part for part in (post.title, post.text) if part)
    return Sample(
        post=shown(post.id, 200),
        site=shown(post.site, 60),
        url=shown(post.url, 500),
        published_at=post.published_at,
        text=shown(words, TEXT_CHARS_MAX),
        why=because,
        doubt=doubt,
    )
