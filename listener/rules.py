"""Which mention must be told where, when, and with what else. Pure: values and ``now`` in.

A rule that matches a mention gives one order per channel; which message carries the order is for
:mod:`listener.placing`.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta, tzinfo
from typing import Literal

from listener.accounts import accounts, author_alias
from listener.crisis.detect import Crisis
from listener.local_time import instant, local_day, next_time
from listener.model import Mention, Post

Fold = Literal["mention", "brand", "author", "story", "author or story"]
"""What comes into one message: or into one case, where the rule has a team."""

FOLD_SECONDS = 60
"""The pace of messages that share an author or a story, where the rule names none."""


@dataclass(frozen=True, slots=True)
class Topic:
    """What a post may speak of, in base forms; see :mod:`listener.topics`."""

    name: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Condition:
    """What a mention must be; an empty field asks for nothing. ``tags`` is kind → labels.

    ``authors`` and ``listed``, which stand on lists, are as :func:`listener.accounts.accounts` has
    them. ``topics`` are those of which the post must speak of one.
    """

    brands: frozenset[str] = frozenset()
    directness: frozenset[str] = frozenset()
    sources: frozenset[str] = frozenset()
    sites: frozenset[str] = frozenset()
    authors: frozenset[str] = frozenset()
    listed: frozenset[str] = frozenset()
    followers_min: int = 0
    verdicts: frozenset[str] = frozenset()
    tags: Mapping[str, frozenset[str]] = field(default_factory=dict)
    priority_min: int = 0
    topics: frozenset[Topic] = frozenset()


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours of the local day, ``start`` included, ``end`` not; may run across midnight."""

    start: time
    end: time


@dataclass(frozen=True, slots=True)
class Spike:
    """Told when a brand is mentioned far more than at this hour of the week.

    The last ``window_minutes`` are held against the same stretch of the last ``weeks`` weeks;
    it fires from ``mentions_min`` mentions on, when they exceed the mean by ``deviations``.
    """

    window_minutes: int = 60
    weeks: int = 8
    mentions_min: int = 10
    deviations: float = 4.0


@dataclass(frozen=True, slots=True)
class Trouble:
    """Told when a source failed ``failures`` times in a row or was silent too long (0: never).

    One that only a person can mend is told at its first failure, and one that has spent
    ``budget_percent`` of its day's or month's budget too.
    """

    failures: int = 3
    silent_seconds: int = 0
    budget_percent: int = 80


@dataclass(frozen=True, slots=True)
class Rule:
    """When something must be told, to which channels, how grouped, when quiet.

    A rule with ``spike`` watches volumes, one with ``trouble`` watches sources; any other is
    asked about every mention. ``daily_max`` is the most tellings a channel gets on one local
    day; what is beyond comes as one message when the day is over. From priority
    ``break_through`` up, neither quiet hours nor the ceiling hold.

    A rule with a ``team`` opens a case for it, told by the team's channels; ``send_to`` may watch.
    ``fold`` says what shares a message or a case; empty: by brand where ``group_seconds`` is set,
    else by mention, and "author or story" where there is a team. With ``digest_at`` nothing is
    told at once, but all of a brand in one message at that time of the local day.
    """

    name: str
    send_to: tuple[str, ...]
    when: Condition = Condition()
    group_seconds: int = 0
    quiet: Quiet | None = None
    break_through: int | None = None
    daily_max: int | None = None
    spike: Spike | None = None
    trouble: Trouble | None = None
    crisis: Crisis | None = None
    team: str = ""
    fold: Fold | None = None
    digest_at: time | None = None

    @property
    def of_mentions(self) -> bool:
        """Whether it is asked about single mentions: not about volumes, sources or crises."""
        return self.spike is None and self.trouble is None and self.crisis is None


@dataclass(frozen=True, slots=True)
class Silence:
    """Alerts that somebody does not want until then; an empty field asks for nothing.

    What it holds back is kept with its ``number`` in the trail, and mentions are never hidden by
    it: only nobody is told. ``authors`` are handles, or ``site:handle``.
    """

    since: datetime
    until: datetime
    by: str
    reason: str = ""
    rules: frozenset[str] = frozenset()
    brands: frozenset[str] = frozenset()
    sites: frozenset[str] = frozenset()
    authors: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()
    number: int = 0


@dataclass(frozen=True, slots=True)
class CaseOrder:
    """That a mention wants a case of this team: an open one it fits, or its own.

    It fits one of the same brand whose author it shares (``by_author``), else one of the same
    team too whose story it shares (``by_story``). Who begins to wait by it is promised to be
    claimed and answered by ``claim_due_at`` and ``answer_due_at``.
    """

    team: str
    by_author: bool = True
    by_story: bool = True
    claim_due_at: datetime | None = None
    answer_due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """One mention that one channel must be told, at ``due_at`` or with its burst after it.

    ``rest_at`` is when the channel may be told what was beyond the ceiling of the order's day.
    With ``case`` it goes into the case's own thread, which stays open as long as the case is;
    all orders of a mention that have one say the same. ``follows``: the channel is told how the
    case goes on. A thread that ``stays_open`` does so for a day, however long nothing comes.
    """

    rule: str
    channel: str
    mention_key: str
    group: str
    due_at: datetime
    priority: int
    day_start: datetime
    day_end: datetime
    rest_at: datetime
    group_seconds: int = 0
    daily_max: int | None = None
    case: CaseOrder | None = None
    follows: bool = False
    stays_open: bool = False


@dataclass(frozen=True, slots=True)
class Silenced:
    """An order that was not given, and the number of the silence that held it back."""

    rule: str
    channel: str
    silence: int


def breaks_through(rule: Rule, priority: int) -> bool:
    """Whether what weighs so much is told whatever quiet hours, ceilings and mutes say."""
    return rule.break_through is not None and priority >= rule.break_through


def matches(
    when: Condition, mention: Mention, topics: Callable[[], Collection[Topic]] = frozenset
) -> bool:
    """Whether the mention is what the condition asks for; ``topics`` is asked last, if at all."""
    return (
        _within(when.brands, mention.brand)
        and _within(when.directness, mention.directness)
        and _within(when.sources, mention.source)
        and _within(when.sites, mention.post.site)
        and _within(when.verdicts, mention.verdict.label)
        and mention.priority.score >= when.priority_min
        and all(mention.label(kind) in labels for kind, labels in when.tags.items())
        and _by(when, mention.post)
        and (not when.topics or not when.topics.isdisjoint(topics()))
    )


def orders(
    rules: Iterable[Rule], mention: Mention, now: datetime, zone: tzinfo, story: str = ""
) -> list[Order]:
    """What the rules want told about this mention, one order per rule and channel."""
    return [
        order_of(rule, channel, mention, story, now, zone)
        for rule in met(rules, mention)
        for channel in rule.send_to
    ]


def met(
    rules: Iterable[Rule], mention: Mention, topics: Callable[[], Collection[Topic]] = frozenset
) -> list[Rule]:
    """The rules about single mentions that this one meets, in their order."""
    return [rule for rule in rules if rule.of_mentions and matches(rule.when, mention, topics)]


def order_of(
    rule: Rule, channel: str, mention: Mention, story: str, now: datetime, zone: tzinfo
) -> Order:
    """The order that a rule gives for a mention it meets and one of its own channels."""
    breaks = breaks_through(rule, mention.priority.score)
    day_start, day_end = local_day(now, zone)
    group, seconds = _shared(rule, mention, story)
    order = Order(
        rule=rule.name,
        channel=channel,
        mention_key=mention.key,
        group=group,
        due_at=now if breaks else quiet_until(rule.quiet, now, zone) or now,
        priority=mention.priority.score,
        group_seconds=seconds,
        daily_max=None if breaks else rule.daily_max,
        day_start=day_start,
        day_end=day_end,
        rest_at=quiet_until(rule.quiet, day_end, zone) or day_end,
        stays_open=rule.fold in {"author", "story"} and seconds > 0,
    )
    if breaks or rule.digest_at is None:
        return order
    return _in_digest(order, rule, mention.brand, next_time(rule.digest_at, now, zone), zone)


def quiet_until(quiet: Quiet | None, now: datetime, zone: tzinfo) -> datetime | None:
    """When the quiet hours that hold at ``now`` end (UTC), or None where none hold.

    Computed between instants, so that a night with a clock change is quiet exactly once: an
    hour that the clock repeats counts the first time, one that it skips is over as it jumps.
    """
    if quiet is None or quiet.start == quiet.end:
        return None
    today = now.astimezone(zone).date()
    until: datetime | None = None
    for day in (today + timedelta(days=days) for days in (-1, 0, 1)):
        last_day = day if quiet.end > quiet.start else day + timedelta(days=1)
        # Two nights can meet, where the clock skips all that lies between them.
        if instant(day, quiet.start, zone) <= (until or now) < instant(last_day, quiet.end, zone):
            until = instant(last_day, quiet.end, zone)
    return until


def _within(wanted: frozenset[str], value: str) -> bool:
    return not wanted or value in wanted


def _by(when: Condition, post: Post) -> bool:
    if (post.author.followers or 0) < when.followers_min:
        return False
    named = accounts(post) if when.authors or when.listed else frozenset()
    return all(not some or not some.isdisjoint(named) for some in (when.authors, when.listed))


def _shared(rule: Rule, mention: Mention, story: str) -> tuple[str, int]:
    """What a message has in common, and its pace in seconds; 0: the mention stands alone."""
    pace = rule.group_seconds or FOLD_SECONDS
    if rule.team:
        return mention.key, 0 if rule.fold == "mention" else pace
    groups = {
        "brand": mention.brand,
        "author": author_alias(mention.post),
        "story": story and f"story:{story}",
    }
    group = groups.get(rule.fold or ("brand" if rule.group_seconds else "mention"))
    return (group, pace) if group else (mention.key, 0)


def _in_digest(order: Order, rule: Rule, brand: str, due_at: datetime, zone: tzinfo) -> Order:
    """The order put off to a time of day, into one message with all of its brand."""
    due_at = quiet_until(rule.quiet, due_at, zone) or due_at
    return replace(
        order,
        group=f"/digest-{due_at.astimezone(zone):%Y-%m-%d}-{brand}",
        due_at=due_at,
        group_seconds=max(order.group_seconds, 1),
        rest_at=max(order.rest_at, due_at),
        stays_open=False,
    )
