"""Hacker News: what is asked, what comes, how far back it reads, what a second look finds."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from listener.model import UNLIMITED, Batch, Brand, Post, Spent
from listener.ports import Reject, Retry
from listener.testing import SourceSuite
from sources.common.purse import Purse
from sources.hackernews import HackerNewsSource
from sources.hackernews_parts.looking import Look
from sources.hackernews_parts.searching import OVERLAP_SECONDS
from tests.sources.standins.hackernews_site import HackerNewsSite, like
from tests.sources.standins.serving import (
    DAY,
    HOUR,
    MINUTE,
    NORVIA,
    SECOND,
    Answer,
    serving,
)


@pytest.fixture
def site() -> Iterator[HackerNewsSite]:
    with serving(HackerNewsSite()) as site:
        yield site  # type: ignore[misc]


class TestSuite(SourceSuite):
    @pytest.fixture
    def source(self, site: HackerNewsSite) -> HackerNewsSource:
        story = site.publish("Norvia opens its code")
        site.publish("I like Norvia for that", author="bob", reply_to=story)
        return site.source(NORVIA)


def polled(source: HackerNewsSource, cursor: str | None = None) -> tuple[list[Post], str | None]:
    """All that comes until there is no more."""
    posts: list[Post] = []
    for _ in range(100):
        batch = source.poll(cursor)
        posts += batch.posts
        cursor = batch.cursor
        if not batch.more:
            return posts, cursor
    pytest.fail("it never came to rest")


# What is asked.


def test_each_term_of_a_brand_is_a_search(site: HackerNewsSite) -> None:
    brand = Brand("n", names=("Norvia", "Norvia Air"), domains=("norvia.example",))
    site.source(brand).poll(None)
    asked = [asked.one("query") for asked in site.asked]
    assert sorted(asked) == ['"Norvia Air"', '"norvia.example"', "Norvia"]
    assert {asked.one("typoTolerance") for asked in site.asked} == {"false"}
    assert {asked.one("hitsPerPage") for asked in site.asked} == {"1000"}


def test_two_brands_share_a_search(site: HackerNewsSite) -> None:
    site.source(Brand("a", names=("Norvia",)), Brand("b", names=("Norvia",))).poll(None)
    assert len(site.asked) == 1


def test_case_makes_no_second_search(site: HackerNewsSite) -> None:
    site.source(Brand("n", names=("Norvia", "NORVIA"), handles=("x:@norvia",))).poll(None)
    assert len(site.asked) == 1


def test_queries_of_a_person_overrule(site: HackerNewsSite) -> None:
    site.source(Brand("n", names=("Norvia",)), queries=['"norvia air"']).poll(None)
    assert [asked.one("query") for asked in site.asked] == ['"norvia air"']


def test_what_the_own_accounts_write_is_searched_for(site: HackerNewsSite) -> None:
    """In their own case; accounts of other sites and of competitors are not."""
    brand = Brand("n", own_accounts=("Norvia_Help", "x:@norvia", "hackernews:@NorviaCEO"))
    rival = Brand("r", own_accounts=("rival",), competitor=True)
    site.source(brand, rival).poll(None)
    assert [asked.one("tags") for asked in site.asked] == [
        "(story,comment),(author_Norvia_Help,author_NorviaCEO)"
    ]


def test_an_answer_of_the_brand_comes_with_what_it_answers(site: HackerNewsSite) -> None:
    question = site.publish("Does Norvia fly on Sundays?")
    answer = site.publish("It does.", author="norvia", reply_to=question)
    posts, _ = polled(site.source(NORVIA))
    assert {post.native_id: post.in_reply_to for post in posts} == {question: "", answer: question}


def test_without_anything_to_search_for_it_says_so(site: HackerNewsSite) -> None:
    with pytest.raises(Reject, match="nothing to search for"):
        site.source().poll(None)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"requests_max": 0}, "requests_max is 0"),
        ({"timeout_seconds": 0}, "timeout_seconds is 0"),
        ({"timeout_seconds": 61}, "at most 60"),
        ({"timeout_seconds": float("nan")}, "timeout_seconds is nan"),
        ({"search_url": "nonsense"}, "search_url: .* no http or https address"),
        ({"search_url": "file:///etc/hosts"}, "search_url: .* no http or https address"),
        ({"items_url": ""}, "items_url: .* no http or https address"),
    ],
)
def test_settings_are_held_to_sense(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        HackerNewsSource(**settings)


# What comes.


def test_a_story(site: HackerNewsSite) -> None:
    native_id = site.publish("Norvia is here.\n\nIt's <b>good</b> & cheap", author="ada")
    like(site, native_id, 41)
    site.publish("So is Norvia", reply_to=native_id)
    post = next(one for one in site.source(NORVIA).poll(None).posts if one.native_id == native_id)
    assert (post.id, post.url) == (
        f"hackernews:{native_id}",
        f"https://news.ycombinator.com/item?id={native_id}",
    )
    assert post.text == "Norvia is here.\nIt's <b>good</b> & cheap"
    assert post.title == "Ask HN: what do you make of it?"
    assert post.links == ("https://example.org/story",)
    assert (post.author.handle, post.published_at) == ("ada", site.now)
    assert (post.engagement.likes, post.engagement.replies) == (42, 1)
    assert (post.conversation, post.in_reply_to) == (native_id, "")


def test_a_comment_knows_its_parent_and_its_thread(site: HackerNewsSite) -> None:
    story = site.publish("Norvia")
    first = site.publish("what of it", reply_to=story)
    second = site.publish("Norvia flies", author="bob", reply_to=first)
    posts, _ = polled(site.source(NORVIA))
    comment = next(post for post in posts if post.native_id == second)
    assert (comment.in_reply_to, comment.conversation, comment.title) == (first, story, "")


def test_an_edit_comes_again(site: HackerNewsSite) -> None:
    native_id = site.publish("Norvia is late")
    source = site.source(NORVIA)
    _, cursor = polled(source)
    site.now += HOUR
    site.edit(native_id, "Norvia is not late")
    posts, cursor = polled(source, cursor)
    assert [(post.native_id, post.text) for post in posts] == [(native_id, "Norvia is not late")]
    assert polled(source, cursor)[0] == []


# How far it reads.


def test_the_first_look_goes_a_day_back(site: HackerNewsSite) -> None:
    site.publish("Norvia of old", at=site.now - 3 * DAY)
    recent = site.publish("Norvia of yesterday", at=site.now - 20 * HOUR)
    posts, _ = polled(site.source(NORVIA))
    assert [post.native_id for post in posts] == [recent]


def test_what_is_indexed_late_is_found(site: HackerNewsSite) -> None:
    late = HackerNewsSite(indexed_after_seconds=600)
    with serving(late):
        source = late.source(NORVIA)
        ids, came, cursor = [], [], None
        for _ in range(30):
            ids.append(late.publish("Norvia"))
            late.now += MINUTE
            posts, cursor = polled(source, cursor)
            came += [post.native_id for post in posts]
        late.now += 10 * MINUTE
        came += [post.native_id for post in polled(source, cursor)[0]]
    assert came == list(dict.fromkeys(came))
    assert set(came) == set(ids)


def test_a_long_outage_is_read_in_full(site: HackerNewsSite) -> None:
    """More than the search shows at once: 2,500 posts, at 1,000 a request."""
    source = site.source(NORVIA)
    _, cursor = polled(source)
    ids = [site.publish("Norvia", at=site.now + n * MINUTE) for n in range(2_500)]
    site.now += 2_500 * MINUTE
    batch = source.poll(cursor)
    assert {post.native_id for post in batch.posts} == set(ids)
    assert (batch.complete, batch.more, batch.gaps) == (True, False, ())


def test_it_stops_at_its_allowance_and_reads_on(site: HackerNewsSite) -> None:
    ids = [site.publish("Norvia", at=site.now - n * SECOND) for n in range(100)]
    source = site.source(NORVIA, page_posts=10)
    came: list[str] = []
    cursor, batch = None, Batch(more=True)
    while batch.more:
        batch = source.poll_within(cursor, Spent(requests=3, posts=10**9, money_micros=10**9))
        assert batch.spent.requests <= 3
        assert batch.complete != batch.more
        came += [post.native_id for post in batch.posts]
        cursor = batch.cursor
    assert sorted(came) == sorted(ids)


def test_no_allowance_sends_nothing(site: HackerNewsSite) -> None:
    batch = site.source(NORVIA).poll_within(None, Spent())
    assert (batch.more, batch.complete, site.asked) == (True, False, [])


def test_one_poll_costs_no_more_than_it_says(site: HackerNewsSite) -> None:
    for n in range(100):
        site.publish("Norvia", at=site.now - n * SECOND)
    source = site.source(NORVIA, page_posts=5, requests_max=7)
    assert source.poll(None).spent == source.dearest() == Spent(requests=7)


def test_the_searches_take_turns(site: HackerNewsSite) -> None:
    """What was left out comes first, and no search comes again before all were read."""
    source = site.source(queries=["one", "two", "three"], requests_max=2)
    batches = [source.poll(None)]
    for _ in range(2):
        batches.append(source.poll(batches[-1].cursor))
    assert [batch.more for batch in batches] == [True, False, True]
    assert [asked.one("query") for asked in site.asked] == ["one", "two", "three", "one", "two"]


def test_more_in_one_second_than_the_search_shows_is_a_gap(site: HackerNewsSite) -> None:
    """It can't be asked for otherwise than by the second."""
    for _ in range(7):
        site.publish("Norvia")
    older = site.publish("Norvia", at=site.now - HOUR)
    source = site.source(NORVIA, queries=["Norvia"], page_posts=3)
    batch = source.poll(None)
    assert older in {post.native_id for post in batch.posts}
    assert [gap.since for gap in batch.gaps] == [site.now]
    assert not batch.complete


def test_a_fault_midway_keeps_what_came(site: HackerNewsSite) -> None:
    for n in range(20):
        site.publish("Norvia", at=site.now - n * SECOND)
    source = site.source(NORVIA, queries=["Norvia"], page_posts=10)
    real = site.answer
    site.queued = [real_page(site, source), Answer(429, headers={"Retry-After": "77"})]
    assert site.answer == real
    batch = source.poll(None)
    assert len(batch.posts) == 10
    assert (batch.complete, batch.wait_seconds, batch.spent.requests) == (False, 77.0, 2)
    assert "asks to wait (429)" in batch.faults[0].reason
    assert len(polled(source, batch.cursor)[0]) == 10


def real_page(site: HackerNewsSite, source: HackerNewsSource) -> Answer:
    """The answer to a first request, as the site would give it."""
    source.poll(None)
    return site.answer(site.asked[0])


def test_a_cursor_stays_small(site: HackerNewsSite) -> None:
    for n in range(1_000):
        site.publish("Norvia", at=site.now - n * MINUTE)
    source = site.source(NORVIA)
    _, cursor = polled(source)
    for _ in range(2):
        site.now += 5 * HOUR
        _, cursor = polled(source, cursor)
    within_overlap = OVERLAP_SECONDS // 60 + 1
    assert len(json.loads(cursor or "")["seen"]) == within_overlap


def test_the_hour_is_enforced_by_the_site(site: HackerNewsSite) -> None:
    source = site.source(NORVIA)
    site._recent.extend([site.now] * 10_000)
    with pytest.raises(Retry) as caught:
        source.poll(None)
    assert caught.value.state == "rate limit"
    site.now += HOUR
    assert source.poll(None).complete


# The second look.


def test_a_second_look_finds_what_changed_and_what_went(site: HackerNewsSite) -> None:
    ids = [site.publish(f"Norvia {n}", author=f"user{n}") for n in range(5)]
    source = site.source(NORVIA)
    posts = sorted(polled(source)[0], key=lambda post: post.native_id)
    site.edit(ids[0], "Norvia, corrected")
    site.delete(ids[1])
    site.remove_author("user2")
    like(site, ids[3], 9)
    batch = source.recheck(posts, UNLIMITED)
    assert {post.native_id: post.text for post in batch.posts} == {
        ids[0]: "Norvia, corrected",
        ids[3]: "Norvia 3",
    }
    assert batch.posts[1].engagement.likes == 10
    assert batch.deleted == (f"hackernews:{ids[1]}", f"hackernews:{ids[2]}")
    assert (batch.faults, batch.spent) == ((), Spent(requests=5))


def test_a_second_look_keeps_what_the_item_does_not_tell(site: HackerNewsSite) -> None:
    story = site.publish("Norvia")
    site.publish("Norvia too", reply_to=site.publish("and", reply_to=story))
    source = site.source(NORVIA)
    comment = max(polled(source)[0], key=lambda post: post.native_id)
    site.edit(comment.native_id, "Norvia as well")
    again = source.recheck([comment], UNLIMITED).posts[0]
    assert again == replace(comment, text="Norvia as well")


def test_what_never_was_is_gone(site: HackerNewsSite) -> None:
    batch = site.source(NORVIA).recheck([Post("hackernews", "1", "x")], UNLIMITED)
    assert batch.deleted == ("hackernews:1",)


@pytest.mark.parametrize("body", [[], 7, "x", {}, {"id": 2}, {"id": "x", "deleted": "yes"}])
def test_an_odd_item_deletes_nothing(site: HackerNewsSite, body: object) -> None:
    site.trouble = Answer(200, body)
    batch = site.source(NORVIA).recheck([Post("hackernews", "1", "x")], UNLIMITED)
    assert (batch.posts, batch.deleted) == ((), ())
    assert "something else" in batch.faults[0].reason


def test_a_second_look_stops_at_its_allowance(site: HackerNewsSite) -> None:
    ids = [site.publish("Norvia") for _ in range(5)]
    posts = [Post("hackernews", native_id, "x") for native_id in ids]
    batch = site.source(NORVIA).recheck(posts, Spent(requests=2))
    assert (len(batch.posts), batch.spent.requests) == (2, 2)
    assert [fault.where for fault in batch.faults] == [post.id for post in posts[2:]]


def test_a_second_look_at_a_site_in_trouble(site: HackerNewsSite) -> None:
    posts = [Post("hackernews", site.publish("Norvia"), "x") for _ in range(5)]
    source = site.source(NORVIA)
    site.trouble = Answer(503)
    with pytest.raises(Retry) as caught:
        source.recheck(posts, UNLIMITED)
    assert caught.value.spent == Spent(requests=1)
    site.trouble = None
    site.queued = [site.answer(replace_path(site, posts[0])), Answer(500)]
    batch = source.recheck(posts, UNLIMITED)
    assert (len(batch.posts), len(batch.faults), batch.spent.requests) == (1, 4, 2)


def replace_path(site: HackerNewsSite, post: Post):  # type: ignore[no-untyped-def]
    """A request for the post's item."""
    return replace(site.asked[-1], path=f"/v0/item/{post.native_id}.json")


def test_a_second_look_ends_with_its_time(site: HackerNewsSite) -> None:
    posts = [Post("hackernews", site.publish("Norvia"), "x") for _ in range(5)]
    asking = site.source(NORVIA)._asking(site.url)
    batch = Look(asking, Purse(100, seconds=0.0)).at(posts)
    assert (len(batch.faults), site.asked) == (5, [])


def test_a_post_of_no_number_is_not_looked_up(site: HackerNewsSite) -> None:
    batch = site.source(NORVIA).recheck([Post("hackernews", "../../x", "x")], UNLIMITED)
    assert site.asked == []
    assert batch.faults
