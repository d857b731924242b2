"""The judge of the year sees what is planted: one that can't fail would be worth nothing."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from listener.budget import Limits
from listener.model import Brand
from listener.ports import Source
from tests.campaigns.year.judge import Books, Kept, Verdict, judge
from tests.campaigns.year.plan import TROUBLES, Plan, Spell
from tests.campaigns.year.platforms import START, Platform, billed, never
from tests.sources.standins.serving import DAY, HOUR, Answer, Asked, StandIn


class Unasked(StandIn):
    """A site that keeps its books and is never read."""

    def answer(self, asked: Asked) -> Answer:
        raise AssertionError(asked)

    def source(self, *brands: Brand, **settings: Any) -> Source:
        raise AssertionError(brands, settings)


PLATFORM = Platform("test", Unasked, limits=Limits(requests_per_day=3, posts_per_month=9), looks=4)
ILL = Spell(START + DAY, START + 2 * DAY, "down", TROUBLES["down"])
PLAN = Plan(START, START + 30 * DAY, (), (ILL,))
LOOKS = tuple(START + n * 3 * HOUR for n in range(240))

Change = Callable[[StandIn, Books], Books]


def year(*changes: Change, platform: Platform = PLATFORM) -> Verdict:
    """Three posts, all kept, one edited, one deleted; then what is planted."""
    site = Unasked(START)
    for hour in (1, 30, 60):
        site.publish(f"post at {hour}", at=START + hour * HOUR, author=f"writer{hour}")
    site.now = START + 5 * DAY
    site.edit("1", "put right")
    site.delete("3")
    kept = {"1": Kept("put right", "writer1"), "2": Kept("post at 30", "writer30"), "3": Kept("")}
    books = Books(kept, (), (), 0, 0, LOOKS)
    for change in changes:
        books = change(site, books)
    return judge(site, books, platform, PLAN)


def keeping(native_id: str, kept: Kept | None) -> Change:
    def change(_: StandIn, books: Books) -> Books:
        rest = {one: what for one, what in books.kept.items() if one != native_id}
        return replace(books, kept=rest | ({native_id: kept} if kept else {}))

    return change


def telling(since: timedelta, until: timedelta) -> Change:
    gap = (START + since, START + until)
    return lambda _, books: replace(books, told=(*books.told, gap))


def noting(since: timedelta, until: timedelta) -> Change:
    gap = (START + since, START + until)
    return lambda _, books: replace(books, noted=(*books.noted, gap))


def asked(times: int, counted: int) -> Change:
    def change(site: StandIn, books: Books) -> Books:
        site.asked += [Asked(START, "GET", "/", {}, {}, b"")] * times
        return replace(books, requests=counted)

    return change


def sold(*days: str, counted: int = 99, killed: bool = False) -> Change:
    def change(site: StandIn, books: Books) -> Books:
        site.billed.update((day, "2") for day in days)
        return replace(books, posts=counted, killed=frozenset("2" if killed else ""))

    return change


def test_a_year_that_was_kept_has_nothing_wrong() -> None:
    verdict = year()
    assert verdict.wrongs() == {}
    assert (verdict.published, verdict.stored) == (3, 3)


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("lost", keeping("2", None)),
        ("invented", keeping("4", Kept("never written"))),
        ("stale", keeping("1", Kept("post at 1"))),
        ("stale", keeping("2", Kept(""))),
        ("undeleted", keeping("3", Kept("post at 60"))),
        ("undeleted", keeping("3", Kept("", "writer60"))),
        ("groundless", telling(9 * DAY, 10 * DAY)),
        ("untold", noting(DAY, 2 * DAY)),
        ("over_budget", asked(4, 4)),
        ("over_budget", sold(*["2027-03-01"] * 8, "2027-03-02", "2027-03-03")),
        ("looked_too_often", sold(*(f"2027-03-0{day}" for day in range(1, 7)))),
        ("looked_too_often", sold(*(f"2027-03-0{day}" for day in range(1, 8)), killed=True)),
        ("uncounted", asked(3, 2)),
        ("uncounted", sold("2027-03-01", counted=0)),
        ("billed_twice", sold("2027-03-01", "2027-03-02")),
        ("billed_twice", sold("2027-03-01", "2027-03-02", "2027-03-03", killed=True)),
    ],
)
def test_what_is_planted_is_seen(kind: str, change: Change) -> None:
    assert kind in year(change).wrongs()


def test_a_gap_that_is_told_excuses_what_lies_in_it_alone() -> None:
    assert year(keeping("2", None), telling(DAY, 2 * DAY)).wrongs() == {}
    assert year(keeping("2", None), telling(35 * HOUR, 2 * DAY)).lost == ("2",)
    assert year(keeping("2", None), telling(DAY, 2 * DAY)).excused_by_gap == 1


def test_what_comes_after_the_last_look_may_be_told_as_missed() -> None:
    def stopped(_: StandIn, books: Books) -> Books:
        return replace(books, looks=tuple(look for look in LOOKS if look < START + 29 * DAY))

    assert year(stopped, telling(29 * DAY, 30 * DAY)).groundless == ()
    assert year(telling(29 * DAY, 30 * DAY)).groundless != ()


def test_rows_of_gaps_are_told_whole() -> None:
    parts = (telling(DAY, 30 * HOUR), telling(30 * HOUR, 2 * DAY))
    assert year(noting(DAY, 2 * DAY), *parts).untold == ()
    assert year(noting(DAY, 2 * DAY), parts[0]).untold != ()


def test_what_went_before_anybody_looked_may_be_missing() -> None:
    def never_looked(_: StandIn, books: Books) -> Books:
        return replace(books, looks=(START, START + 60 * HOUR, START + 6 * DAY))

    assert year(keeping("3", None)).lost == ("3",)
    assert year(keeping("3", None), never_looked).excused_unseen == 1
    assert year(keeping("2", None), never_looked).lost == ("2",)


def test_an_author_who_went_takes_everything_along() -> None:
    def gone(site: StandIn, books: Books) -> Books:
        site.remove_author("writer30")
        return books

    assert year(gone).undeleted == ("2",)
    assert year(gone, keeping("2", Kept(""))).wrongs() == {}


def test_who_was_killed_before_storing_may_buy_once_more() -> None:
    assert year(sold("2027-03-01", "2027-03-02", killed=True)).billed_twice == ()


def test_a_post_may_be_read_once_and_looked_at_four_times() -> None:
    days = [f"2027-03-0{day}" for day in range(1, 7)]
    assert year(sold(*days[:5])).looked_too_often == ()
    assert year(sold(*days), platform=replace(PLATFORM, looks=0)).looked_too_often == ()
    assert year(sold(*days, killed=True)).looked_too_often == ()


def test_what_a_platform_cannot_find_is_not_asked_of_it() -> None:
    blind = replace(PLATFORM, finds_edits=never, finds_deletions=never)
    assert year(keeping("3", Kept("post at 60")), platform=blind).wrongs() == {}
    assert year(keeping("1", Kept("post at 1")), platform=blind).wrongs() == {}


def test_patience_is_counted_in_time_without_trouble() -> None:
    assert PLAN.well(START, START + 3 * DAY) == 2 * DAY - HOUR
    assert PLAN.well(START + 30 * HOUR, START + 36 * HOUR) == timedelta()
    assert (billed(2 * DAY), billed(20 * DAY)) == (7 * DAY, None)


@pytest.mark.parametrize(
    ("listed", "lists", "is_reason"),
    [
        ([1, 2], [9 * DAY, 10 * DAY], True),  # it ran over
        ([], [9 * DAY], True),  # all that was known had been taken down
        ([1, 2], [8 * DAY, 9 * DAY], False),  # one that was known is there
        ([1, 2], [9 * DAY], False),  # there was room for another
        ([1, 2], [10 * DAY], False),  # it begins elsewhere
        ([1, 2], [], False),
    ],
)
def test_a_list_without_anything_known_is_a_reason_for_a_gap(
    listed: list[int], lists: list[timedelta], is_reason: bool
) -> None:
    def shown(site: StandIn, books: Books) -> Books:
        before = (START + 8.5 * DAY, [START + n * DAY for n in listed])
        after = (START + 10.5 * DAY, [START + age for age in lists])
        site.shown = {"/other": [], "/feed": [before, after]}  # type: ignore[attr-defined]
        return books

    verdict = year(shown, telling(8.5 * DAY, 9 * DAY))
    assert (verdict.groundless == ()) is is_reason
