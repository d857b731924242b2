"""What a change of rules would have cost in alerts: each rule asked before and after. Pure.

A rule that asks for judgements can only be asked about a mention that has them. Those that have
none are drawn into a sample by their keys (the same at every run), judged, and counted for all.
"""

import heapq
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from hashlib import blake2b

from listener import topics
from listener.model import Mention
from listener.rules import Rule, matches

JUDGED_MAX = 2_000
HELD_CHARS_MAX = 20_000
"""No more of a text is held while posts go by: a longer one is judged by its beginning here."""

Judge = Callable[[Sequence[Mention]], Sequence[Mention]]
"""Gives mentions their tags and their priority."""

Pair = tuple[Mention | None, Mention | None]


@dataclass(frozen=True, slots=True)
class Toll:
    """What one rule tells its team and each of its channels: ``more`` and ``fewer`` mentions.

    ``asks`` are the judgements it rests on. ``estimated``: the numbers were counted in a sample.
    ``before`` is how many it told before, None where that isn't known. ``lacking`` counts
    mentions that have tags, but none of a kind that is asked for: such a one is not told.
    ``by_source``: it asks for a source and was asked without it where the source is not known.
    """

    rule: str
    send_to: tuple[str, ...]
    asks: tuple[str, ...]
    before: int | None
    more: int
    fewer: int
    estimated: bool = False
    lacking: int = 0
    by_source: bool = False
    team: str = ""


class Tolls:
    """Counts what rules say while mentions go by. Rules about volumes and sources say nothing."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._rules = [rule for rule in rules if rule.of_mentions]
        self._counts = [Counter[str]() for _ in self._rules]
        self._sample = _Sample()
        self._unknown_before = False
        self._asks = any(map(_asks, self._rules))

    def add(self, before: Mention | None, after: Mention | None, *, judged: bool) -> None:
        """One mention before and after. ``judged``: what it has of tags is all it will have."""
        for rule, counter in zip(self._rules, self._counts, strict=True):
            if judged or not _asks(rule):
                counter.update(_told(rule, before, after))
        if self._asks and not judged:
            self._unknown_before = self._unknown_before or before is not None
            if not _alike(before, after):
                self._sample.add(before, after)

    def told(self, judge: Judge) -> tuple[tuple[Toll, ...], int, int]:
        """The tolls; how many changes had no tags, and how many of them were judged."""
        pairs = self._sample.judged(judge)
        share = self._sample.seen / len(pairs) if pairs else 1.0
        tolls = (
            self._toll(rule, counter, pairs if _asks(rule) else (), share)
            for rule, counter in zip(self._rules, self._counts, strict=True)
        )
        return tuple(tolls), self._sample.seen, len(pairs)

    def _toll(self, rule: Rule, exact: Counter[str], pairs: Sequence[Pair], share: float) -> Toll:
        drawn = Counter[str]()
        for before, after in pairs:
            drawn.update(_told(rule, before, after))
        unknown = self._unknown_before and bool(_asks(rule))
        return Toll(
            rule=rule.name,
            send_to=rule.send_to,
            asks=_asks(rule),
            before=None if unknown else exact["before"],
            more=exact["more"] + round(drawn["more"] * share),
            fewer=exact["fewer"] + round(drawn["fewer"] * share),
            estimated=share > 1 and bool(pairs),
            lacking=exact["lacking"],
            by_source=bool(rule.when.sources),
            team=rule.team,
        )


class _Sample:
    """Changes drawn evenly from all that are added: those with the smallest digests of keys."""

    def __init__(self) -> None:
        self.seen = 0
        self._drawn: list[tuple[int, int, Pair]] = []

    def add(self, before: Mention | None, after: Mention | None) -> None:
        """One more, kept while it is among the ``JUDGED_MAX`` smallest."""
        self.seen += 1
        one = after or before
        assert one is not None
        digest = -int.from_bytes(
            blake2b(one.key.encode("utf-8", "replace"), digest_size=8).digest()
        )
        if len(self._drawn) < JUDGED_MAX:
            heapq.heappush(self._drawn, (digest, self.seen, (shortened(before), shortened(after))))
        elif digest > self._drawn[0][0]:
            heapq.heapreplace(
                self._drawn, (digest, self.seen, (shortened(before), shortened(after)))
            )

    def judged(self, judge: Judge) -> list[Pair]:
        """The pairs drawn, with tags and priority on either side that is a mention."""
        pairs = [pair for _, _, pair in sorted(self._drawn, key=lambda one: one[1])]
        sides = [(at, side) for at, pair in enumerate(pairs) for side in (0, 1) if pair[side]]
        asked = [one for at, side in sides if (one := pairs[at][side])]
        told = dict(zip(sides, judge(asked) if asked else (), strict=True))
        return [(told.get((at, 0)), told.get((at, 1))) for at in range(len(pairs))]


def _asks(rule: Rule) -> tuple[str, ...]:
    kinds = tuple(sorted(rule.when.tags))
    return (*kinds, "priority") if rule.when.priority_min else kinds


def _told(rule: Rule, before: Mention | None, after: Mention | None) -> Counter[str]:
    was, now = _is_told(rule, before), _is_told(rule, after)
    lacks = (was, now) == (False, False) and _lacks(rule, after or before)
    return Counter(before=was, more=now and not was, fewer=was and not now, lacking=lacks)


def _is_told(rule: Rule, mention: Mention | None) -> bool:
    if mention is None:
        return False
    known = rule.when if mention.source else replace(rule.when, sources=frozenset())
    return matches(known, mention, partial(topics.found, mention.post, rule.when.topics))


def _lacks(rule: Rule, mention: Mention | None) -> bool:
    """Whether it has no tag of a kind that the rule asks for, and might be told with one."""
    has = {tag.kind for tag in mention.tags} if mention else set()
    missing = {kind for kind in rule.when.tags if kind not in has}
    if mention is None or not missing:
        return False
    tags = {kind: labels for kind, labels in rule.when.tags.items() if kind in has}
    return _is_told(replace(rule, when=replace(rule.when, tags=tags)), mention)


def _alike(before: Mention | None, after: Mention | None) -> bool:
    """Whether no rule can tell them apart."""
    if before is None or after is None:
        return False
    return (before.directness, before.verdict.label) == (after.directness, after.verdict.label)


def shortened(mention: Mention | None) -> Mention | None:
    """The mention with at most ``HELD_CHARS_MAX`` characters of its post's text."""
    if mention is None or len(mention.post.text) <= HELD_CHARS_MAX:
        return mention
    return replace(mention, post=replace(mention.post, text=mention.post.text[:HELD_CHARS_MAX]))
