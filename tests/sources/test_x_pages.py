"""X by recent search: pages, what they cost, and what is said when something can't come."""

import json
import random
from collections.abc import Iterator

import pytest

from listener.model import Brand, Spent
from listener.ports import Reject, Retry
from tests.sources.standins.serving import DAY, HOUR, MINUTE, SECOND, Answer, serving
from tests.sources.standins.x_site import PROBLEMS, TOKEN, XSite, problem
from tests.sources.x_reading import MUCH, follow, ids, publish


@pytest.fixture
def site() -> Iterator[XSite]:
    with serving(XSite()) as site:
        assert isinstance(site, XSite)
        yield site


# Pages, and what they cost.


def test_pages_are_read_to_the_end_over_several_polls(site: XSite) -> None:
    published = publish(site, 350)
    batches = follow(site.source(posts_per_poll_max=120))
    assert sorted(ids(*batches)) == published
    assert len(batches) > 2
    assert [batch.complete for batch in batches] == [False] * (len(batches) - 1) + [True]
    assert max(batch.spent.posts for batch in batches) <= 120
    assert sum(batch.spent.posts for batch in batches) == sum(site.billed.values()) == 350
    assert sum(batch.spent.requests for batch in batches) == len(site.asked)
    assert sum(batch.spent.money_micros for batch in batches) == 350 * 5_000


@pytest.mark.parametrize("posts", [10, 25, 99])
def test_an_allowance_is_never_crossed(site: XSite, posts: int) -> None:
    publish(site, 200)
    batch = site.source().poll_within(None, Spent(MUCH, posts, MUCH))
    assert batch.more
    assert batch.spent.posts == sum(site.billed.values()) <= posts
    money = site.source().poll_within(None, Spent(MUCH, MUCH, posts * 5_000))
    assert len(money.posts) <= posts
    assert len(site.source().poll_within(None, Spent(1, MUCH, MUCH)).posts) == 100


def test_less_than_the_smallest_page_asks_for_nothing(site: XSite) -> None:
    for little in (Spent(MUCH, 9, MUCH), Spent(MUCH, MUCH, 49_999), Spent(0, MUCH, MUCH)):
        with pytest.raises(Retry) as failure:
            site.source().poll_within(None, little)
        assert failure.value.state == "budget"
        assert failure.value.spent == Spent()
        assert "raise it to at least 10 posts a day" in failure.value.reason
    assert not site.asked


def test_dearest_is_the_most_a_poll_costs(site: XSite) -> None:
    publish(site, 900)
    source = site.source()
    dearest, spent = source.dearest(), source.poll(None).spent
    assert spent.posts == dearest.posts == 500
    assert spent.requests <= dearest.requests
    assert spent.money_micros == dearest.money_micros == 2_500_000


def test_a_late_post_is_found_within_the_day_at_no_cost(site: XSite) -> None:
    source = site.source()
    late = site.publish("Norvia, indexed late", at=site.now - 90 * SECOND)
    seen = site.publish("Norvia, at once", at=site.now - 60 * SECOND)
    site.late[late] = site.now + MINUTE
    first = source.poll(None)
    assert ids(first) == [seen]
    site.now += 2 * MINUTE
    second = source.poll(first.cursor)
    assert ids(second) == [late]
    assert second.spent.posts == 1


def test_nothing_is_asked_around_midnight(site: XSite) -> None:
    source = site.source()
    site.now = site.now.replace(hour=23, minute=59, second=20)
    post = site.publish("Norvia at night", at=site.now - MINUTE)
    quiet = source.poll(None)
    assert (quiet.posts, quiet.wait_seconds, quiet.cursor) == ((), 70.0, None)
    assert not site.asked
    site.now += 70 * SECOND
    assert ids(source.poll(None)) == [post]


def test_no_post_is_billed_on_two_days(site: XSite) -> None:
    """Over three nights, in small pages, with pages left over at midnight and a bad line."""
    source, chance = site.source(posts_per_poll_max=20), random.Random(3)
    published: list[str] = []
    came: list[str] = []
    cursor: str | None = None
    spent = 0
    for _ in range(100):
        site.now += chance.choice((20 * SECOND, MINUTE, 10 * MINUTE, 2 * HOUR))
        published += [site.publish("Norvia") for _ in range(chance.choice((0, 1, 2, 9, 40)))]
        site.trouble = Answer(503) if chance.random() < 0.1 else None
        try:
            batch = source.poll(cursor)
        except Retry:
            continue
        cursor = batch.cursor
        came += ids(batch)
        spent += batch.spent.posts
        assert not batch.gaps
    site.trouble = None
    site.now += MINUTE * 5
    rest = follow(source, cursor)
    came += ids(*rest)
    spent += sum(batch.spent.posts for batch in rest)
    assert sorted(came) == sorted(published)
    assert max(site.read.values()) == 1
    assert spent == sum(site.billed.values())


# What can't come.


def test_what_lies_beyond_seven_days_is_a_gap(site: XSite) -> None:
    source = site.source()
    first = source.poll(None)
    seen_until = site.now
    site.now += 9 * DAY
    lost = site.publish("Norvia, long ago", at=site.now - 8 * DAY)
    kept = site.publish("Norvia, lately", at=site.now - 6 * DAY)
    batch = source.poll(first.cursor)
    assert ids(batch) == [kept]
    assert not batch.complete
    [gap] = batch.gaps
    assert (gap.since, gap.cause) == (seen_until, "X's search reaches back seven days only")
    assert gap.since < site.entries[lost].at < gap.until
    assert source.poll(batch.cursor).complete


def test_a_quiet_query_is_no_gap(site: XSite) -> None:
    source = site.source()
    cursor = None
    publish(site, 1)
    for _ in range(30):
        batch = source.poll(cursor)
        cursor = batch.cursor
        assert not batch.gaps
        site.now += 12 * HOUR


def test_unread_pages_that_grow_too_old_are_a_gap(site: XSite) -> None:
    publish(site, 300)
    source = site.source(posts_per_poll_max=100)
    first = source.poll(None)
    site.now += 8 * DAY
    causes = {gap.cause for batch in follow(source, first.cursor) for gap in batch.gaps}
    assert causes == {"X's search reaches back seven days only"}


def test_unread_pages_of_a_query_that_is_no_more_are_a_gap(site: XSite) -> None:
    publish(site, 300)
    first = site.source(posts_per_poll_max=100).poll(None)
    [gap] = site.source(Brand("other", names=("Other",))).poll(first.cursor).gaps
    assert "changed" in gap.cause
    assert site.now - DAY <= gap.since < gap.until <= site.now


def test_a_page_that_x_takes_back_is_asked_for_anew(site: XSite) -> None:
    published = publish(site, 250)
    source = site.source(posts_per_poll_max=100)
    first = source.poll(None)
    spoilt = json.loads(first.cursor or "")
    spoilt["unread"][0]["token"] = "b26v89c19zqg8o3f"
    assert sorted(ids(first, *follow(source, json.dumps(spoilt)))) == published
    assert max(site.read.values()) == 1


def test_a_query_that_x_cannot_read_costs_itself(site: XSite) -> None:
    [post] = publish(site, 1)
    source = site.source(queries=["norvia", "(norvia", "lang:en norvia"], own_replies=False)
    batch = source.poll(None)
    assert ids(batch) == [post]
    assert [fault.where for fault in batch.faults] == ["(norvia"]
    assert not batch.complete
    with pytest.raises(Reject, match="can't read") as failure:
        site.source(queries=["(norvia"], own_replies=False).poll(None)
    assert failure.value.state == "setup"
    assert failure.value.spent == Spent(1)


REFUSALS = {
    "credits": problem(402, "CreditsDepleted", "No credits.", f"{PROBLEMS}/credits"),
    "login": problem(401, "Unauthorized"),
    "suspended": problem(403, "Forbidden", "Your account is suspended."),
    "setup": problem(
        403,
        "Client Forbidden",
        kind=f"{PROBLEMS}/client-forbidden",
        reason="client-not-enrolled",
    ),
    "blocked": problem(403, "Forbidden"),
    "quota": problem(429, "UsageCapExceeded", kind=f"{PROBLEMS}/usage-capped", period="Monthly"),
    "rate limit": problem(429, "Too Many Requests"),
    "outage": problem(503, "Service Unavailable"),
}


@pytest.mark.parametrize("state", REFUSALS)
def test_each_refusal_is_told_as_what_it_is(site: XSite, state: str) -> None:
    site.trouble = REFUSALS[state]
    with pytest.raises((Reject, Retry)) as failure:
        site.source().poll(None)
    assert failure.value.state == state
    assert failure.value.spent == Spent(1)
    assert TOKEN not in str(failure.value)
    assert isinstance(failure.value, Retry) == (state in ("quota", "rate limit", "outage"))


def test_spent_credits_stop_the_reading_and_lose_nothing(site: XSite) -> None:
    published = publish(site, 250)
    site.credits = 200
    source = site.source()
    first = source.poll(None)
    assert len(first.posts) == 200
    assert "credits" in first.faults[0].reason
    assert not first.more
    with pytest.raises(Reject) as failure:
        source.poll(first.cursor)
    assert failure.value.state == "credits"
    site.credits = 1_000
    assert sorted(ids(first, *follow(source, first.cursor))) == published


def test_the_limit_of_requests_is_kept_before_x_says_so(site: XSite) -> None:
    site.requests_max = {"/2/tweets/search/recent": 3, "/2/tweets": 3}  # type: ignore[misc]
    published = publish(site, 450)
    source = site.source()
    first = source.poll(None)
    assert len(first.posts) == 300
    assert first.wait_seconds == 900  # noon: the window of a quarter of an hour has just begun
    assert not first.more
    assert len(site.asked) == 3
    site.now += 15 * MINUTE
    assert sorted(ids(first, *follow(source, first.cursor))) == published


def test_a_day_begins_a_first_poll(site: XSite) -> None:
    site.publish("Norvia, two days ago", at=site.now - 2 * DAY)
    assert ids(site.source().poll(None)) == []
