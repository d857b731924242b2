"""What Facebook's webhooks push, received and turned into posts."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from listener.model import UNLIMITED, Batch, Spent
from listener.ports import Arrival, Call, Retry
from tests.sources.standins.facebook_site import PAGE, FacebookSite
from tests.sources.standins.graph import error
from tests.sources.standins.serving import Answer, serving


@pytest.fixture
def site() -> Iterator[FacebookSite]:
    with serving(FacebookSite()) as one:
        assert isinstance(one, FacebookSite)
        yield one


def arrived(site: FacebookSite, *calls: Call, allowance: Spent = UNLIMITED) -> Batch:
    """What the core gets for these calls, each of which must be answered well."""
    source, arrivals = site.source(), list[Arrival]()
    for call in calls:
        received = source.receive(call)
        assert received.status == 200
        arrivals += received.arrivals
    return source.take(arrivals, allowance)


def mention(site: FacebookSite, native_id: str, **value: Any) -> Call:
    """The event of a mention, which shows nothing."""
    said = {"item": "post", "verb": "add", "post_id": native_id, "sender_name": "Ada", **value}
    return site.event("page", {"field": "mention", "value": said})


def test_what_is_pushed_comes_without_a_question_and_is_what_the_poll_brings(
    site: FacebookSite,
) -> None:
    first = site.publish("Norvia, where is it?")
    second = site.publish("same here", reply_to=first, author="bo")
    third = site.publish("on its way", reply_to=second, author="norvia")
    batch = arrived(site, *(site.pushed(one) for one in (first, second, third)))
    assert not site.asked, "the events said enough"
    assert batch.spent == Spent()
    pushed = {post.native_id: post for post in batch.posts}
    assert list(pushed) == [first, second, third]
    polled = {post.native_id: post for post in site.source().poll(None).posts}
    for one, post in pushed.items():
        there = polled[one]
        for name in ("id", "text", "title", "author", "in_reply_to", "conversation", "facts"):
            assert getattr(post, name) == getattr(there, name), (one, name)
        assert post.published_at == there.published_at


@pytest.mark.parametrize("verb", ["edited", "edit", "update"])
def test_an_edit_brings_the_new_text(site: FacebookSite, verb: str) -> None:
    first = site.publish("Norvia is god")
    before = site.pushed(first)
    site.edit(first, "Norvia is good")
    batch = arrived(site, before, site.pushed(first, verb))
    assert [post.text for post in batch.posts] == ["Norvia is good"]


@pytest.mark.parametrize("verb", ["remove", "delete", "hide"])
def test_what_is_taken_back_or_hidden_is_deleted(site: FacebookSite, verb: str) -> None:
    first = site.publish("Norvia")
    second = site.publish("rude", reply_to=first)
    batch = arrived(site, site.pushed(second, verb), site.pushed(first, verb))
    assert batch.deleted == (f"facebook:{second}", f"facebook:{first}")
    assert batch.posts == ()


def test_said_and_taken_back_in_one_go_and_said_again(site: FacebookSite) -> None:
    first = site.publish("Norvia")
    said, hidden, shown = (site.pushed(first, verb) for verb in ("add", "hide", "unhide"))
    both = arrived(site, said, hidden)
    assert (both.posts, both.deleted) == ((), (f"facebook:{first}",))
    again = arrived(site, said, hidden, shown)
    assert ([post.native_id for post in again.posts], again.deleted) == ([first], ())


@pytest.mark.parametrize(
    "value",
    [
        {"item": "reaction", "reaction_type": "love"},
        {"item": "like"},
        {"item": "page"},
        {"item": "profile-question"},
        {"verb": "follow"},
        {"verb": "mute"},
        {"verb": ["add"]},
        {"published": 0},
    ],
)
def test_what_is_nobodys_word_is_passed_over(site: FacebookSite, value: dict[str, Any]) -> None:
    batch = arrived(site, site.pushed(site.publish("Norvia"), **value))
    assert (batch.posts, batch.deleted, batch.faults, batch.rejects) == ((), (), (), ())


def test_fields_that_are_not_read_are_not_even_kept(site: FacebookSite) -> None:
    for name in ("messages", "leadgen", "", 7, None):
        received = site.source().receive(site.event("page", {"field": name, "value": {}}))
        assert (received.status, received.arrivals) == (200, ())


def test_a_photo_without_words_is_left_to_the_poll(site: FacebookSite) -> None:
    first = site.publish("Norvia has a logo")
    value = site.value(first) | {"item": "photo", "photo_id": "7"}
    del value["message"]
    batch = arrived(site, site.event("page", {"field": "feed", "value": value}))
    assert (batch.posts, batch.rejects, site.asked) == ((), (), [])
    assert [post.native_id for post in site.source().poll(None).posts] == [first]


def test_a_mention_is_looked_up(site: FacebookSite) -> None:
    first = site.publish("hello Norvia")
    second = site.publish("Norvia too", reply_to=first)
    comment = mention(site, first, item="comment", comment_id=second)
    batch = arrived(site, mention(site, first), comment)
    assert [post.text for post in batch.posts] == ["hello Norvia", "Norvia too"]
    assert batch.posts[1].in_reply_to == first
    assert batch.spent == Spent(requests=2)


@pytest.mark.parametrize("trouble", [Answer(500), "down", error(4, "limit"), Answer(429)])
def test_a_look_up_that_fails_is_asked_for_again(site: FacebookSite, trouble: Any) -> None:
    call = mention(site, site.publish("hello Norvia"))
    site.trouble = trouble
    with pytest.raises(Retry) as failed:
        arrived(site, call)
    assert failed.value.spent == Spent(requests=1)
    with pytest.raises(Retry) as poor:
        arrived(site, call, allowance=Spent())
    assert (poor.value.state, poor.value.spent) == ("budget", Spent())
    site.trouble = None
    assert len(arrived(site, call).posts) == 1


def test_a_look_up_of_what_is_gone_or_refused_holds_nothing_up(site: FacebookSite) -> None:
    there = site.publish("Norvia")
    calls = [mention(site, f"{PAGE}_404"), mention(site, there)]
    batch = arrived(site, *calls)
    assert ([post.native_id for post in batch.posts], batch.rejects) == ([there], ())
    site.queued = [error(10, "no")]
    refused = arrived(site, *calls)
    assert [post.native_id for post in refused.posts] == [there]
    assert len(refused.rejects) == 1


def test_a_review_that_is_pushed_is_the_one_that_is_polled(site: FacebookSite) -> None:
    native_id = site.review("slow", "negative")
    value = {
        "item": "rating",
        "verb": "add",
        "open_graph_story_id": native_id,
        "recommendation_type": "NEGATIVE",
        "review_text": "slow",
        "reviewer_id": "501",
        "reviewer_name": "Ada",
        "created_time": int(site.now.timestamp()),
    }
    said = arrived(site, site.event("page", {"field": "ratings", "value": value}))
    assert said.posts == site.source().poll(None).posts
    gone = value | {"verb": "remove"}
    taken_back = arrived(site, site.event("page", {"field": "ratings", "value": gone}))
    assert taken_back.deleted == (f"facebook:{native_id}",)


def test_events_are_turned_into_posts_though_meta_is_down(site: FacebookSite) -> None:
    first = site.publish("Norvia")
    for trouble in (Answer(500), error(190, "expired", subcode=463)):
        site.trouble = trouble
        assert [post.native_id for post in arrived(site, site.pushed(first)).posts] == [first]


def test_what_comes_again_says_the_same(site: FacebookSite) -> None:
    calls = [site.pushed(site.publish(f"Norvia {number}")) for number in range(3)]
    assert arrived(site, *calls) == arrived(site, *calls)
    assert len(arrived(site, *calls, *calls).posts) == 3


def test_damaged_events_cost_only_themselves(site: FacebookSite) -> None:
    first = site.publish("Norvia")
    good = site.source().receive(site.pushed(first)).arrivals[0]
    bad = [b"", b"null", b"{}", b"[" * 100_000, b'{"change": 7}', b"\xff", b'{"change": {"x": 1}}']
    worse = [
        json.dumps({"change": {"value": value}, "time": 1}).encode()
        for value in ({"item": "comment", "verb": "add"}, {"item": "post", "verb": "remove"})
    ]
    arrivals = [Arrival(str(at), body) for at, body in enumerate([*bad, *worse])]
    batch = site.source().take([*arrivals, good], Spent())
    assert [post.native_id for post in batch.posts] == [first]
    assert len(batch.rejects) == 8, "a change that says nothing is passed over"


def test_any_value_in_an_event_is_survived(site: FacebookSite) -> None:
    first = site.publish("Norvia")
    for key in site.value(first):
        for value in (None, [], {}, "", 7, -1, 10**30, 1.5, True, [{}], "x" * 500, "9e999"):
            call = site.event("page", {"field": "feed", "value": site.value(first) | {key: value}})
            batch = site.source().take(site.source().receive(call).arrivals, Spent())
            assert len(batch.posts) + len(batch.rejects) <= 1
