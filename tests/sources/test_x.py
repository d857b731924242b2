"""X by recent search: what comes, what it costs, what is said when something can't come."""

import json
import random
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from listener.model import Batch, Brand, Engagement, Spent
from listener.ports import Metered, Rechecking, Reject, Retry, Secret, Source
from listener.testing import SourceSuite
from sources.x import XSource
from sources.x_parts.questions import QUERIES_MAX, questions_for
from tests.sources.standins.serving import DAY, HOUR, MINUTE, NORVIA, SECOND, Answer, serving
from tests.sources.standins.x_site import PROBLEMS, TOKEN, XSite, problem

MUCH = 10**12


@pytest.fixture
def site() -> Iterator[XSite]:
    with serving(XSite()) as site:
        assert isinstance(site, XSite)
        yield site


def publish(site: XSite, count: int, since: timedelta = HOUR) -> list[str]:
    """So many posts, the first so long ago, evenly up to a minute ago."""
    step = (since - MINUTE) / count
    return [
        site.publish(f"Norvia number {number}", at=site.now - since + number * step)
        for number in range(count)
    ]


def follow(source: XSource, cursor: str | None = None) -> list[Batch]:
    """Polls until there is no more."""
    batches = [source.poll(cursor)]
    while batches[-1].more:
        assert len(batches) < 50
        batches.append(source.poll(batches[-1].cursor))
    return batches


def ids(*batches: Batch) -> list[str]:
    return [post.native_id for batch in batches for post in batch.posts]


class TestX(SourceSuite):
    @pytest.fixture
    def source(self, site: XSite) -> Source:
        parent = site.publish("Norvia, where is my boat?", at=site.now - HOUR)
        site.publish("@ada it is here", author="norvia", at=site.now - HOUR / 2, reply_to=parent)
        site.publish("Norvia \ud83d and \x00 more", at=site.now - MINUTE)
        return site.source(own_replies=True)

    def test_it_can_be_given_a_budget_and_looks_again(self, source: Source) -> None:
        assert isinstance(source, Metered)
        assert isinstance(source, Rechecking)


# What comes.


def test_a_post_as_x_writes_it(site: XSite) -> None:
    parent = site.publish("Norvia?", author="ben", at=site.now - HOUR)
    reply = site.publish("Norvia is <slow> & dear", at=site.now - HOUR / 2, reply_to=parent)

    def shape(post: dict[str, Any]) -> dict[str, Any]:
        urls = [{"url": "https://t.co/1", "expanded_url": "https://norvia.example/a"}]
        metrics = {"like_count": 5, "retweet_count": 2, "quote_count": 1, "reply_count": 4}
        counts = {"public_metrics": metrics | {"impression_count": 900}}
        return post | counts | {"entities": {"urls": urls}, "lang": "iw"}

    site.shape = shape
    post = next(post for post in site.source().poll(None).posts if post.native_id == reply)
    assert post.text == "Norvia is <slow> & dear"
    assert post.url == f"https://x.com/ada/status/{reply}"
    assert (post.author.handle, post.author.name, post.author.followers) == ("ada", "Ada", 120)
    assert post.author.verified is False
    assert (post.in_reply_to, post.conversation) == (parent, parent)
    assert post.engagement == Engagement(likes=5, shares=3, replies=4, views=900)
    assert post.links == ("https://norvia.example/a",)
    assert post.language == "he"
    assert post.published_at == site.now - HOUR / 2


def test_a_long_post_comes_whole(site: XSite) -> None:
    site.publish("Norvia in short", at=site.now - HOUR)
    long = {"text": "Norvia at length. " * 100}
    site.shape = lambda post: post | {"note_tweet": long}
    assert site.source().poll(None).posts[0].text == long["text"]


def test_an_edit_is_the_same_post_with_other_words(site: XSite) -> None:
    source = site.source()
    post_id = site.publish("Norvia is bad", at=site.now - HOUR)
    first = source.poll(None)
    site.now += 5 * MINUTE
    site.edit(post_id, "Norvia is good")
    site.now += 5 * MINUTE
    after = source.poll(first.cursor)
    assert [(post.native_id, post.text) for post in after.posts] == [(post_id, "Norvia is good")]
    assert after.posts[0].published_at == first.posts[0].published_at


def test_replies_by_own_accounts_come_though_they_name_nobody(site: XSite) -> None:
    parent = site.publish("Norvia!", at=site.now - HOUR)
    answer = site.publish("We look into it", author="norvia", at=site.now - MINUTE, reply_to=parent)
    assert set(ids(site.source().poll(None))) == {parent, answer}
    assert ids(site.source(own_replies=False).poll(None)) == [parent]


def test_what_x_withholds_for_copyright_is_passed_over(site: XSite) -> None:
    kept, withheld = publish(site, 2)
    site.withheld.add(withheld)
    assert ids(site.source().poll(None)) == [kept]


def test_the_queries_of_several_brands_share_a_request(site: XSite) -> None:
    other = Brand("velmo", names=("Velmo",), competitor=True)
    source = site.source(NORVIA, other)
    posts = [
        site.publish(text, at=site.now - HOUR) for text in ("Norvia!", "Velmo!", "Norvia Velmo")
    ]
    assert set(ids(source.poll(None))) == set(posts)
    assert len(site.asked) == 2  # one for both brands, one for Norvia's own replies


def test_what_could_not_be_asked_for_is_told_once(site: XSite) -> None:
    source = site.source(Brand("long", names=("Norvia", "n" * 600)))
    first = source.poll(None)
    assert [fault.where for fault in first.faults] == ["queries"]
    assert "nnn" in first.faults[0].reason
    assert not source.poll(first.cursor).faults


def test_queries_stay_within_what_the_plan_allows(site: XSite) -> None:
    names = tuple(f"Norvia number {number}" for number in range(60))
    source = site.source(Brand("many", names=names), query_chars_max=512)
    source.poll(None)
    sent = [asked.one("query") for asked in site.asked]
    assert len(sent) > 2
    assert all(len(query) <= 512 for query in sent)
    assert all(any(f'"{name}"' in query for query in sent) for name in names)


def test_many_brands_with_many_forms_leave_room_for_each_other() -> None:
    names = [f"Norv{letter}a" for letter in "bcdfghjklm"]
    brands = tuple(
        Brand(name, names=(name,), handles=(f"@{name}",), languages=("fi", "pl")) for name in names
    )
    questions = questions_for(brands, (), 512, own_replies=True)
    assert len(questions.queries) <= QUERIES_MAX
    assert all(len(query) <= 512 for query in questions.queries)
    assert all(any(f"{name} " in query for query in questions.queries) for name in names)
    assert "is:reply" in questions.queries[-1]
    assert not any("too many" in left for left in questions.left_out)


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


# A second look.


def test_a_second_look_finds_edits_counts_and_deletions(site: XSite) -> None:
    edited, liked, deleted, same = publish(site, 4)
    source = site.source()
    posts = source.poll(None).posts
    site.edit(edited, "Norvia, edited")
    site.entries[liked] = site.entries[liked].__class__(
        liked, site.entries[liked].text, "ada", site.entries[liked].at, likes=7
    )
    site.delete(deleted)
    batch = source.recheck(posts, Spent(10, 100, MUCH))
    assert {post.native_id: post.text for post in batch.posts}[edited] == "Norvia, edited"
    assert {post.native_id: post.engagement.likes for post in batch.posts}[liked] == 7
    assert same not in ids(batch)
    assert batch.deleted == (f"x:{deleted}",)
    assert batch.spent.requests == 2  # what was asked for, and the newest version of one


def test_a_second_look_at_what_a_removed_author_wrote(site: XSite) -> None:
    gone = site.publish("Norvia", author="ben", at=site.now - HOUR)
    there = site.publish("Norvia", at=site.now - HOUR)
    source = site.source()
    posts = source.poll(None).posts
    site.remove_author("ben")
    batch = source.recheck(posts, Spent(10, 100, MUCH))
    assert batch.deleted == (f"x:{gone}",)
    assert there not in ids(batch)


def test_only_x_saying_so_deletes_a_post(site: XSite) -> None:
    published = publish(site, 2)
    source = site.source()
    posts = source.poll(None).posts
    parent = {
        "resource_id": published[0],
        "parameter": "referenced_tweets.id",
        "type": f"{PROBLEMS}/resource-not-found",
    }
    for body in ({}, {"data": []}, {"errors": [parent]}, {"errors": [{"parameter": "ids"}]}):
        site.trouble = Answer(200, body)
        batch = source.recheck(posts, Spent(10, 100, MUCH))
        assert (batch.deleted, batch.gone, batch.posts) == ((), (), ())


def test_a_second_look_stays_within_its_allowance(site: XSite) -> None:
    publish(site, 60)
    source = site.source()
    posts = source.poll(None).posts
    site.now += DAY
    before = sum(site.billed.values())
    batch = source.recheck(posts, Spent(10, 25, MUCH))
    assert sum(site.billed.values()) - before == batch.spent.posts == 25
    assert "35 posts wait" in batch.faults[0].reason
    with pytest.raises(Retry) as failure:
        source.recheck(posts, Spent(10, 0, MUCH))
    assert failure.value.state == "budget"


# Settings.


@pytest.mark.parametrize(
    "settings",
    [
        {"query_chars_max": 20},
        {"posts_per_poll_max": 9},
        {"price_per_post": -1.0},
        {"queries": ["n" * 600]},
    ],
)
def test_a_setting_that_cannot_work_is_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(settings))):
        XSource(Secret(TOKEN), **settings)


def test_without_anything_to_ask_for_it_says_so() -> None:
    with pytest.raises(Reject, match="nothing to ask"):
        XSource(Secret(TOKEN)).poll(None)


def test_an_author_whom_x_names_as_gone_is_gone(site: XSite) -> None:
    publish(site, 1)
    source = site.source()
    posts = source.poll(None).posts
    error = {
        "resource_id": posts[0].author.id,
        "resource_type": "user",
        "parameter": "author_id",
        "type": f"{PROBLEMS}/resource-not-found",
    }
    site.trouble = Answer(200, {"errors": [error, error, {"parameter": ["author_id"]}, 7]})
    assert source.recheck(posts, Spent(10, 100, MUCH)).gone == (f"x:{posts[0].author.id}",)


@pytest.mark.parametrize("hours", [-3, -0.5, 0.5, 3])
def test_a_clock_that_is_hours_off_loses_nothing_and_pays_once(site: XSite, hours: float) -> None:
    source = XSource(
        Secret(TOKEN),
        brands=(NORVIA,),
        now=lambda: site.now + hours * HOUR,
        base_url=site.url,
        allow_private=True,
    )
    published: list[str] = []
    came: list[str] = []
    cursor: str | None = None
    for _ in range(20):
        published += [site.publish("Norvia") for _ in range(3)]
        site.now += 5 * MINUTE
        batches = follow(source, cursor)
        cursor = batches[-1].cursor
        came += ids(*batches)
    assert sorted(came) == sorted(published)
    assert max(site.read.values()) == 1
