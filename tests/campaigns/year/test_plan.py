"""What happens in a simulated year depends on its seed alone, and a year has everything."""

from collections import Counter
from itertools import pairwise
from typing import get_args

from tests.campaigns.year.plan import CALM, TROUBLES, Deed, Rates, planned
from tests.campaigns.year.platforms import START
from tests.sources.standins.serving import DAY, HOUR

YEAR = planned(1, START, 365, Rates(cuts=0.3))


def test_the_same_seed_is_the_same_year() -> None:
    assert planned(1, START, 365, Rates(cuts=0.3)) == YEAR
    assert planned(2, START, 365, Rates(cuts=0.3)) != YEAR


def test_a_year_has_every_deed_and_every_trouble() -> None:
    assert {event.deed for event in YEAR.events} == set(get_args(Deed))
    assert {spell.kind for spell in YEAR.spells} == set(TROUBLES)


def test_troubles_come_one_after_the_other_and_the_end_is_calm() -> None:
    assert all(one.until <= other.since for one, other in pairwise(YEAR.spells))
    assert max(event.at for event in YEAR.events) < YEAR.end - CALM
    assert max(spell.until for spell in YEAR.spells) <= YEAR.end - CALM


def test_bursts_are_larger_than_a_page_and_busy_months_busier() -> None:
    posts = [event.at for event in YEAR.events if event.deed in ("publish", "reply")]
    by_hour = Counter(at.replace(minute=0, second=0) for at in posts)
    assert max(by_hour.values()) > 10
    busy = planned(1, START, 365, Rates(busy=4)).events
    by_month = Counter(event.at.month for event in busy if event.deed == "publish")
    assert by_month[4] > 2 * by_month[5]


def test_the_trouble_of_a_moment_is_found() -> None:
    spell = YEAR.spells[0]
    assert YEAR.spell_at(spell.since) is spell
    assert YEAR.spell_at(spell.until) is None
    assert YEAR.well(spell.since - DAY, spell.until + HOUR) == DAY
