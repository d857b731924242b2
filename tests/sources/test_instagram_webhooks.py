"""What Instagram's webhooks push, received and turned into posts."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from listener.model import UNLIMITED, Batch, Spent
from listener.ports import Arrival, Call, Retry
from tests.sources.standins.instagram_site import OWN, InstagramSite
from tests.sources.standins.serving import Answer, serving


@pytest.fixture
def site() -> Iterator[InstagramSite]:
    with serving(InstagramSite()) as one:
        assert isinstance(one, InstagramSite)
        yield one


def arrived(site: InstagramSite, *calls: Call, allowance: Spent = UNLIMITED) -> Batch:
    """What the core gets for these calls, each of which must be answered well."""
    source, arrivals = site.source(), list[Arrival]()
    for call in calls:
        received = source.receive(call)
        assert received.status == 200
        arrivals += received.arrivals
    return source.take(arrivals, allowance)


def test_a_comment_that_is_pushed_is_the_one_that_is_polled(site: InstagramSite) -> None:
    first = site.publish("Norvia?")
    second = site.publish("yes", author=OWN, reply_to=first)
    batch = arrived(site, site.pushed(first), site.pushed(second))
    assert not site.asked
    polled = {post.native_id: post for post in site.source().poll(None).posts}
    assert len(batch.posts) == len(polled) == 2
    for post in batch.posts:
        for name in ("id", "text", "author", "in_reply_to", "conversation", "published_at"):
            assert getattr(post, name) == getattr(polled[post.native_id], name)


def test_mentions_are_looked_up_with_what_instagram_tells(site: InstagramSite) -> None:
    comment = site.mention("@norvia look", "17999999999999999")
    caption = site.elsewhere("with @norvia", author="bo")
    said: list[dict[str, Any]] = [
        {"media_id": "17999999999999999", "comment_id": comment},
        {"media_id": caption},
        {"media_id": "17111111111111111"},
        {"media_id": "1){id},id(", "comment_id": ""},
    ]
    calls = [site.event("instagram", {"field": "mentions", "value": value}) for value in said]
    batch = arrived(site, *calls)
    texts = {post.text: post for post in batch.posts}
    assert set(texts) == {"@norvia look", "with @norvia"}
    assert texts["with @norvia"].author.handle == "bo"
    assert texts["@norvia look"].author.handle == "", "Instagram does not tell"
    assert texts["@norvia look"].conversation == "17999999999999999"
    assert len(batch.rejects) == 1
    assert batch.spent == Spent(requests=3)


def test_a_mention_that_can_not_be_looked_up_now_is_asked_for_again(site: InstagramSite) -> None:
    value = {"media_id": site.elsewhere("with @norvia")}
    call = site.event("instagram", {"field": "mentions", "value": value})
    site.trouble = Answer(500)
    with pytest.raises(Retry):
        arrived(site, call)
    site.trouble = None
    with pytest.raises(Retry) as poor:
        arrived(site, call, allowance=Spent())
    assert (poor.value.state, poor.value.spent) == ("budget", Spent())
    assert len(arrived(site, call).posts) == 1


def test_live_comments_come_and_story_insights_do_not(site: InstagramSite) -> None:
    value = {"id": "5", "text": "Norvia live!", "media": {"id": "6"}, "from": {"username": "ada"}}
    live = site.event("instagram", {"field": "live_comments", "value": value})
    story = site.event("instagram", {"field": "story_insights", "value": {"media_id": "7"}})
    assert site.source().receive(story).arrivals == ()
    assert [post.text for post in arrived(site, live, story).posts] == ["Norvia live!"]
    assert site.source().receive(site.event("page", {"field": "comments"})).arrivals == ()


@pytest.mark.parametrize(
    ("time", "year"), [(1_795_262_400, 2026), (1_795_262_400_000, 2026), (None, None), ("x", None)]
)
def test_an_event_is_dated_by_when_it_was_sent(
    site: InstagramSite, time: object, year: int | None
) -> None:
    change = json.loads(site.source().receive(site.pushed(site.publish("Norvia"))).arrivals[0].body)
    body = json.dumps(change | {"time": time}).encode()
    (post,) = site.source().take([Arrival("1", body)], Spent()).posts
    assert (post.published_at.year if post.published_at else None) == year


def test_any_value_in_an_event_is_survived(site: InstagramSite) -> None:
    first = site.publish("Norvia")
    for key in ("from", "media", "id", "text", "parent_id"):
        for value in (None, [], {}, "", 7, -1, 10**30, 1.5, True, [{}], "x" * 500, "9e999"):
            batch = arrived(site, site.pushed(first, **{key: value}), allowance=Spent())
            assert len(batch.posts) + len(batch.rejects) == 1


def test_a_mention_elsewhere_is_looked_at_in_its_own_way(site: InstagramSite) -> None:
    comment = site.mention("@norvia look", "17999999999999999")
    value = {"media_id": "17999999999999999", "comment_id": comment}
    posts = arrived(site, site.event("instagram", {"field": "mentions", "value": value})).posts
    assert site.source().recheck(posts, Spent(requests=9)) == Batch(spent=Spent(requests=3))
    site.delete(comment)
    batch = site.source().recheck(posts, Spent(requests=9))
    assert batch.deleted == (f"instagram:{comment}",)
