"""Tag: have mentions judged, fold and rank them, and let the rules say what must be told."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from time import perf_counter

import structlog

from listener.batching import BATCH_SECONDS, REMEMBERED, Took, batch_size
from listener.model import ERROR_LABEL, Mention, Priority, Tag
from listener.ports import Classifier
from listener.priority import rank
from listener.retry import MENTION_ATTEMPTS_MAX
from listener.routing import Routing
from listener.rules import Silence
from listener.stages.alarm_rate import AlarmRate
from listener.stages.deciding import Deciding, as_read
from listener.stages.folding import Folding
from listener.store.port import Store, StoreUnavailable, Tagged, TagTurn
from listener.text import clean_text, shown

log = structlog.get_logger("tag")

UNRANKED = 60
REASON_CHARS_MAX = 1000


@dataclass(frozen=True, slots=True)
class Judge:
    """A classifier and the kind of tag it is asked for."""

    kind: str
    classifier: Classifier


@dataclass
class TagStage:
    """Tags what waits, a small batch at a time.

    ``taught`` gives the judges as they are by now: a lesson is taken up with the next batch.
    ``batch_seconds`` is how long a batch may be judged, by how quick the judges were so far, and
    ``timer`` is what that is measured with.
    """

    store: Store
    judges: Sequence[Judge]
    routing: Routing
    lease_seconds: float = 60
    taught: Callable[[], Sequence[Judge]] | None = None
    false_alarms_per_day: float | None = None
    batch_seconds: float = BATCH_SECONDS
    timer: Callable[[], float] = perf_counter
    _unsaved: list[Tagged] = field(default_factory=list)
    _silences: Sequence[Silence] = ()
    _took: deque[Took] = field(default_factory=lambda: deque(maxlen=REMEMBERED))

    def __post_init__(self) -> None:
        self._folding = Folding(self.store)
        rate = self.false_alarms_per_day
        self._deciding = Deciding(self.store, AlarmRate(self.store, rate) if rate else None)

    @property
    def busy(self) -> bool:
        """Whether judged mentions are not stored yet."""
        return bool(self._unsaved)

    def step(self, now: datetime) -> int:
        """Judge one batch and store it. Returns how many were kept."""
        kept = self._save(now)
        size = batch_size(self._took, self.batch_seconds)
        turns = self.store.claim_mentions(now, self.lease_seconds, size)
        if turns:
            self._folding.catch_up(now)
            self._silences = self.store.controls.silences(now)
            self.judges = self.taught() if self.taught else self.judges
            self._unsaved.extend(self._tagged(turns, now))
        return kept + self._save(now)

    def drain(self, now: datetime) -> None:
        """Store what is judged; take nothing new."""
        self._save(now)

    def _save(self, now: datetime) -> int:
        """Store what was judged; while the store can't, it is kept and not judged again."""
        if not self._unsaved:
            return 0
        try:
            kept = self.store.save_tags(self._unsaved, now)
        except StoreUnavailable:
            raise
        except Exception:
            log.exception("a batch can't be stored, trying one by one")
            kept = sum(self._save_alone(one, now) for one in self._unsaved)
        for one in self._unsaved:
            log.info("mention", **_in_short(one.mention))
        self._unsaved = []
        return kept

    def _save_alone(self, one: Tagged, now: datetime) -> int:
        """One that can't be stored costs itself: its lease runs out and it is judged again."""
        try:
            return self.store.save_tags([one], now)
        except StoreUnavailable:
            raise
        except Exception:
            log.exception("a mention can't be stored", mention=one.mention.key)
            return 0

    def _tagged(self, turns: Sequence[TagTurn], now: datetime) -> list[Tagged]:
        mentions = [turn.mention for turn in turns]
        if turns[0].attempts > MENTION_ATTEMPTS_MAX:
            judged = [_given_up(mention, self.judges) for mention in mentions]
        else:
            judged = self._judged(mentions, now)
        return [
            self._ordered(mention, turn.token, now)
            for turn, mention in zip(turns, judged, strict=True)
        ]

    def _judged(self, mentions: Sequence[Mention], now: datetime) -> list[Mention]:
        began = self.timer()
        judged = judge(self.judges, as_read(self.store, mentions))
        self._took.append(Took(len(mentions), self.timer() - began))
        stories = {one.post.id: self._folding.story(one.post, now) for one in mentions}
        return self._deciding.decide(judged, stories, now)

    def _ordered(self, mention: Mention, token: int, now: datetime) -> Tagged:
        """Rank it and ask the rules; where even that fails it is told as what can't be judged."""
        try:
            priority = rank(mention)
        except Exception as error:
            log.exception("could not be ranked", mention=mention.key)
            priority = Priority(UNRANKED, (f"could not be ranked: {type(error).__name__}",))
        ranked = replace(mention, priority=priority)
        story = self._folding.story(mention.post, now)
        routed = self.routing.route(ranked, story, self._silences, now)
        return Tagged(ranked, token, routed.orders, story, routed.silenced)


def judge(judges: Sequence[Judge], mentions: Sequence[Mention]) -> list[Mention]:
    """The mentions with a tag of every judge, each seeing the tags before its own.

    A judge that fails on a batch is asked again one by one; what it fails on alone is tagged
    ``error``. So one bad post spoils only itself, and nothing goes untagged.
    """
    judged = list(mentions)
    for one in judges:
        tags = _asked(one, judged)
        judged = [
            replace(mention, tags=(*mention.tags, tag))
            for mention, tag in zip(judged, tags, strict=True)
        ]
    return judged


def _in_short(mention: Mention) -> dict[str, str | int]:
    return {
        "brand": mention.brand,
        "site": mention.post.site,
        "by": mention.post.author.handle or mention.post.author.name,
        "sentiment": mention.label("sentiment"),
        "urgency": mention.label("urgency"),
        "priority": mention.priority.score,
        "text": shown(mention.post.title or mention.post.text, 100),
    }


def _asked(one: Judge, mentions: Sequence[Mention]) -> Sequence[Tag]:
    try:
        return _checked(one, mentions)
    except KeyboardInterrupt:
        raise  # that is a person at the terminal, not the judge
    except BaseException as error:
        if len(mentions) == 1:
            log.exception("judge failed", kind=one.kind, mention=mentions[0].key)
            return [_error(one.kind, f"{type(error).__name__}: {error}")]
        return [tag for mention in mentions for tag in _asked(one, [mention])]


def _checked(one: Judge, mentions: Sequence[Mention]) -> Sequence[Tag]:
    tags = one.classifier.tag(mentions)
    if len(tags) != len(mentions):
        msg = f"gave {len(tags)} tags for {len(mentions)} mentions"
        raise ValueError(msg)
    return [_sound(one.kind, tag) for tag in tags]


def _sound(kind: str, tag: Tag) -> Tag:
    """The tag as the store can keep it."""
    if not tag.label or not all(0 <= one <= 1 for one in (tag.score, *dict(tag.chances).values())):
        msg = f"gave the label {tag.label!r} with the score {tag.score!r}"
        raise ValueError(msg)
    reasons = tuple(clean_text(reason, REASON_CHARS_MAX) for reason in tag.reasons)
    label, by = clean_text(tag.label), clean_text(tag.by or kind)
    chances = tuple((clean_text(of), float(chance)) for of, chance in tag.chances)
    return Tag(kind, label, float(tag.score), reasons, by, chances)


def _error(kind: str, reason: str) -> Tag:
    return Tag(kind, ERROR_LABEL, 0.0, (shown(reason, 200),), by="listener")


def _given_up(mention: Mention, judges: Sequence[Judge]) -> Mention:
    reason = f"judging it took the process down {MENTION_ATTEMPTS_MAX} times"
    return replace(mention, tags=tuple(_error(one.kind, reason) for one in judges))
