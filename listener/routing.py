"""From a judged mention to orders: which rules it meets, who handles it, what nobody wants told.

Pure. Of the rules with a team the first that matches, in the order of the config, makes the one
case of the mention; the channels that are told of the case are not told by other rules again.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from functools import cache, lru_cache, partial

from listener import topics
from listener.accounts import account, accounts
from listener.escalation import promises
from listener.model import Mention
from listener.rules import (
    CaseOrder,
    Fold,
    Order,
    Rule,
    Silence,
    Silenced,
    breaks_through,
    met,
    order_of,
)
from listener.teams import Teams

_BY_AUTHOR: frozenset[Fold | None] = frozenset({None, "author", "author or story"})
_BY_STORY: frozenset[Fold | None] = frozenset({None, "story", "author or story"})


@dataclass(frozen=True, slots=True)
class Routed:
    """What must be told about a mention, and what would have to be but for a silence."""

    orders: tuple[Order, ...] = ()
    silenced: tuple[Silenced, ...] = ()


@dataclass(frozen=True, slots=True)
class Routing:
    """The rules with all that they speak of."""

    rules: Sequence[Rule]
    zone: tzinfo
    teams: Teams = field(default_factory=Teams)

    def route(
        self, mention: Mention, story: str, silences: Sequence[Silence], now: datetime
    ) -> Routed:
        """What the rules want told; ``story`` is the id of the post its story began with.

        A silence that holds back all channels of a case holds back the case: nobody is told.
        Who is muted is heard all the same where a rule breaks through.
        """
        loud = {rule.name for rule in self.rules if breaks_through(rule, mention.priority.score)}
        orders: list[Order] = []
        silenced: list[Silenced] = []
        told: set[str] = set()
        for order in self._wanted(mention, story, now):
            if order.case is None and order.channel in told:
                continue
            holding = [one for one in silences if not (one.authors and order.rule in loud)]
            silence = silenced_by(holding, order.rule, order.channel, mention, now)
            if silence is not None:
                silenced.append(Silenced(order.rule, order.channel, silence.number))
                continue
            orders.append(order)
            if order.case is not None:
                told.add(order.channel)
        return Routed(tuple(orders), tuple(silenced))

    def _wanted(self, mention: Mention, story: str, now: datetime) -> Iterator[Order]:
        """The orders of its case, then those of the rules without a team."""
        spoken_of = cache(partial(topics.found, mention.post, topics.asked_for(self.rules)))
        rules = met(self.rules, mention, spoken_of)
        cases = (tuple(self._case(rule, mention, story, now)) for rule in rules if rule.team)
        yield from next(filter(None, cases), ())  # a team that has nobody to tell has no case
        for rule in rules:
            for channel in () if rule.team else rule.send_to:
                yield order_of(rule, channel, mention, story, now, self.zone)

    def _case(self, rule: Rule, mention: Mention, story: str, now: datetime) -> Iterator[Order]:
        """The team's channels follow the team's hours, those that watch the rule's."""
        to = self.teams.destination(rule.team, mention.priority.score, now)
        promised = self._promised(to.team, mention.priority.score, now)
        case = CaseOrder(to.team, rule.fold in _BY_AUTHOR, rule.fold in _BY_STORY, *promised)
        for channel in dict.fromkeys((*to.channels, *rule.send_to)):
            order = order_of(rule, channel, mention, story, now, self.zone)
            if channel in to.channels:
                order = replace(order, due_at=to.due_at, rest_at=self._rest_at(rule, order))
            yield replace(order, case=case, follows=channel in self.teams.following)

    def _promised(
        self, team: str, priority: int, now: datetime
    ) -> tuple[datetime | None, datetime | None]:
        known = self.teams.teams.get(team)
        return promises(known, priority, now) if known else (None, None)

    def _rest_at(self, rule: Rule, order: Order) -> datetime:
        """When the team may be told what was beyond the day's ceiling."""
        if order.daily_max is None:
            return order.day_end
        return self.teams.destination(rule.team, order.priority, order.day_end).due_at


def silenced_by(
    silences: Sequence[Silence], rule: str, channel: str, mention: Mention, now: datetime
) -> Silence | None:
    """The first silence that holds the telling back at ``now``, if there is one."""
    for silence in silences:
        holds = (
            silence.since <= now < silence.until
            and (not silence.rules or rule in silence.rules)
            and (not silence.channels or channel in silence.channels)
            and (not silence.brands or mention.brand in silence.brands)
            and (not silence.sites or mention.post.site in silence.sites)
        )
        muted = _muted(silence.authors) if holds else frozenset()
        if holds and (not muted or not muted.isdisjoint(accounts(mention.post))):
            return silence
    return None


@lru_cache(maxsize=1_024)
def _muted(authors: frozenset[str]) -> frozenset[str]:
    """The accounts meant; asked for every order, so read once."""
    return frozenset(map(account, authors))
