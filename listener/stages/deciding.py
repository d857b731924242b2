"""What stands around the judges: what they get to read, and what is made of what they say.

Before them each reply gets the text that it replies to, and each mention where its post names
other brands. After them the chance of spam is weighed with what is known of the author and the
story, and what is urgent follows from how many false alarms a day are bearable. The decisions are
pure (:mod:`listener.spam`, :mod:`listener.false_alarms`); here stands what they need of the store.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import structlog

from listener import spam
from listener.accounts import author_key
from listener.answers import parent_id
from listener.corrections import is_by_person
from listener.false_alarms import AlarmsFrom, by_rate
from listener.match.others import others
from listener.model import Mention, Tag
from listener.spam import SpamHistory, Teller
from listener.stages.alarm_rate import AlarmRate
from listener.store.port import Store

log = structlog.get_logger("tag")

Stories = Mapping[str, str]
"""Post id → the id of the post that its story began with."""


def as_read(store: Store, mentions: Sequence[Mention]) -> list[Mention]:
    """The mentions as judges read them.

    Each reply has the text that it replies to, where that is held; and each mention knows where
    its post names other brands.
    """
    parents = {one.key: parent_id(one.post) for one in mentions}
    texts = store.past.texts([parent for parent in parents.values() if parent])
    named = store.past.named([one.post.id for one in mentions])
    return [
        replace(
            one,
            parent_text=one.parent_text or texts.get(parents[one.key], ""),
            others=others(named.get(one.post.id, {}), one.brand),
        )
        for one in mentions
    ]


def decided_alone(judged: Sequence[Mention]) -> list[Mention]:
    """The mentions with what is made of their tags where nothing is known but their words."""
    nothing = SpamHistory()
    return [
        replace(one, tags=tuple(spam.weigh_spam(tag, nothing) for tag in one.tags))
        for one in judged
    ]


@dataclass
class Deciding:
    """Turns what judges said into what stands. One per stage or command: it remembers the rate."""

    store: Store
    rate: AlarmRate | None = None

    def decide(self, judged: Sequence[Mention], stories: Stories, now: datetime) -> list[Mention]:
        """The mentions, of which each has fresh tags only, with what is made of these.

        What a person said stays as it is. While the store can't be asked nothing is called spam,
        and what is urgent follows from the last look.
        """
        alarms = self.rate.alarms_at(now) if self.rate else None
        known = _Known(self.store, stories, _told_here(judged, stories))
        return [_decided(one, alarms, known) for one in judged]


def deciding_at_once(store: Store, false_alarms_per_day: float | None) -> Deciding:
    """For a command, which can wait for the days before to be read."""
    if false_alarms_per_day is None:
        return Deciding(store)
    return Deciding(store, AlarmRate(store, false_alarms_per_day, hours_at_once=10**6))


@dataclass
class _Known:
    """What is known beside the words of a batch; each story is looked up once."""

    store: Store
    stories: Stories
    told_here: Mapping[str, set[Teller]]
    _tellers: dict[str, frozenset[Teller]] = field(default_factory=dict)

    def history(self, mention: Mention) -> SpamHistory | None:
        """Of this mention; None where the store can't be asked."""
        story = self.stories.get(mention.post.id, "")
        try:
            if story not in self._tellers:
                told = self.store.past.tellers(story)
                self._tellers[story] = told.union(self.told_here.get(story, ()))
            return spam.history(mention, self.store.past.author(mention.post), self._tellers[story])
        except Exception:
            log.exception("what is known of its author can't be read", mention=mention.key)
            return None


def _decided(mention: Mention, alarms: AlarmsFrom | None, known: _Known) -> Mention:
    def decided(tag: Tag) -> Tag:
        if is_by_person(tag):
            return tag
        if tag.kind == spam.KIND and spam.spam_chance(tag) >= spam.HISTORY_FROM:
            return spam.weigh_spam(tag, known.history(mention))
        return tag if alarms is None else by_rate(tag, alarms)

    return replace(mention, tags=tuple(map(decided, mention.tags)))


def _told_here(judged: Sequence[Mention], stories: Stories) -> dict[str, set[Teller]]:
    """Who tells a story in this very batch: the store doesn't know of it yet."""
    told: dict[str, set[Teller]] = defaultdict(set)
    for mention in judged:
        post, story = mention.post, stories.get(mention.post.id, "")
        if story:
            told[story].add(Teller(author_key(post), mention.brand, post.published_at))
    return told
