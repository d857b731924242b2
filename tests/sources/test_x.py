"""X by recent search: what comes, second looks and settings."""

from collections.abc import Iterator
from typing import Any

import pytest

from listener.model import Brand, Engagement, Spent
from listener.ports import Metered, Rechecking, Reject, Retry, Secret, Source
from listener.testing import SourceSuite
from sources.x import XSource
from sources.x_parts.questions import QUERIES_MAX, questions_for
from tests.sources.standins.serving import DAY, HOUR, MINUTE, NORVIA, Answer, serving
from tests.sources.standins.x_site import PROBLEMS, TOKEN, XSite
from tests.sources.x_reading import MUCH, follow, ids, publish


@pytest.fixture
def site() -> Iterator[XSite]:
    with serving(XSite()) as site:
        assert isinstance(site, XSite)
        yield site


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
    assert len(batch.faults) == 35
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
