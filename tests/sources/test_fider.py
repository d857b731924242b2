"""The Fider source against a forum on the loopback: what it brings."""

import json
from collections.abc import Iterator

import pytest

from listener.model import Supporter
from listener.ports import Secret
from listener.testing import SourceSuite
from sources.fider import FiderSource
from sources.fider_parts.cursor import SEEN_PER_IDEA
from sources.fider_parts.posts import plain
from tests.sources.standins.fider_site import FiderSite
from tests.sources.standins.serving import DAY, HOUR, MINUTE, serving
from tests.sources.wishes_reading import ids, names


@pytest.fixture
def site() -> Iterator[FiderSite]:
    with serving(FiderSite()) as one:
        assert isinstance(one, FiderSite)
        yield one


class TestFider(SourceSuite):
    @pytest.fixture
    def source(self, site: FiderSite) -> FiderSource:
        for number in range(40):
            at = site.now - (60 - number) * MINUTE
            idea = site.publish(f"Norvia {number}", at=at)
            site.publish(f"Norvia, me too {number}", at=at + MINUTE, author="bo", reply_to=idea)
        site.vote("1", "bo", "cy")
        return site.source(requests_max=7)


def test_an_idea_with_all_that_a_forum_tells(site: FiderSite) -> None:
    number = site.publish("Norvia in **blue**, see [this](https://a.example/x)", at=site.now - HOUR)
    site.vote(number, "bo")
    site.respond_to(number, "planned")
    (post,) = site.source().poll(None).posts
    assert post.id == f"{site.url.removeprefix('http://')}:1"
    assert post.title == "Idea no. 1"
    assert post.text == "Norvia in **blue**, see this"
    assert post.links == ("https://a.example/x",)
    assert post.url == f"{site.url}/posts/1"
    assert (post.author.handle, post.author.name, post.author.id) == ("", "Ada", "11")
    assert post.published_at == site.now - HOUR
    assert post.facts == (("votes", "2"), ("status", "planned"))
    assert post.engagement.likes == 2
    assert (post.conversation, post.in_reply_to) == ("1", "")


def test_comments_and_responses_answer_their_idea(site: FiderSite) -> None:
    number = site.publish("Norvia in blue")
    site.now += HOUR
    comment = site.publish("@[Ada], me too", reply_to=number, author="bo")
    site.now += HOUR
    response = site.respond_to(number, "planned", "We will do it")
    idea, said, answer = site.source().poll(None).posts
    assert ids([idea, said, answer]) == [number, comment, response]
    assert {said.in_reply_to, answer.in_reply_to} == {number}
    assert {said.conversation, answer.conversation} == {number}
    assert said.text == "@Ada, me too"
    assert said.engagement.likes == 2
    assert answer.text == "We will do it"
    assert answer.published_at == site.now
    assert (answer.author.handle, said.author.handle) == ("Norvia", ""), "only the team's"


def test_nobody_can_call_himself_a_member_of_the_team(site: FiderSite) -> None:
    site.publish("Norvia in blue", author="NORVIA")
    (post,) = site.source().poll(None).posts
    assert post.author.name == "Norvia"
    assert post.author.handle == ""


def test_votes_and_status_bring_an_idea_again_and_a_new_answer_replaces_the_old(
    site: FiderSite,
) -> None:
    number = site.publish("Norvia in blue")
    source = site.source()
    cursor = source.poll(None).cursor
    facts = []
    for status in ("open", "planned", "started", "completed"):
        site.now += DAY
        site.vote(number, f"voter in {status}")
        site.respond_to(number, status, f"It is {status}")
        batch = source.poll(cursor)
        cursor = batch.cursor
        assert sorted(ids(batch.posts)) == [number, f"{number}/response"]
        idea, answer = sorted(batch.posts, key=lambda post: len(post.native_id))
        facts.append(dict(idea.facts))
        assert answer.text == f"It is {status}"
    assert [fact["votes"] for fact in facts] == ["2", "3", "4", "5"]
    assert [fact["status"] for fact in facts] == ["open", "planned", "started", "completed"]
    assert not source.poll(cursor).posts


def test_a_duplicate_points_at_its_original(site: FiderSite) -> None:
    first, second = site.publish("Norvia in blue"), site.publish("A blue Norvia")
    source = site.source()
    cursor = source.poll(None).cursor
    site.merge(second, first)
    (post,) = source.poll(cursor).posts
    assert post.native_id == second
    assert dict(post.facts)["status"] == "duplicate"
    assert post.links == (f"{site.url}/posts/{first}",)


def test_an_old_idea_comes_when_something_happens_to_it(site: FiderSite) -> None:
    quiet, wanted, discussed, done = (
        site.publish(f"Norvia {n}", at=site.now - (300 - n) * DAY) for n in range(4)
    )
    site.publish("an old word", at=site.now - 200 * DAY, reply_to=discussed)
    source = site.source()
    batch = source.poll(None)
    assert not batch.posts
    assert not batch.supporters
    site.now += MINUTE
    site.vote(wanted, "bo")
    comment = site.publish("a new word", reply_to=discussed)
    answer = site.respond_to(done, "completed", "It is done")
    batch = source.poll(batch.cursor)
    assert set(ids(batch.posts)) == {wanted, comment, done, answer}
    assert quiet not in ids(batch.posts)
    assert names(batch.supporters) == [(wanted, "Ada"), (wanted, "Bo")]


def test_who_voted_and_who_took_it_back(site: FiderSite) -> None:
    number = site.publish("Norvia in blue")
    source = site.source()
    batch = source.poll(None)
    assert names(batch.supporters) == [(number, "Ada")]
    assert batch.supporters[0].at == site.now
    assert batch.spent.requests == 1, "the first vote is the author's: there is nothing to ask"
    site.now += MINUTE
    site.vote(number, "bo", "cy")
    batch = source.poll(batch.cursor)
    assert names(batch.supporters) == [(number, "Bo"), (number, "Cy")]
    assert {one.at for one in batch.supporters} == {site.now}
    site.unvote(number, "ada")
    batch = source.poll(batch.cursor)
    assert names(batch.supporters) == []
    assert names(batch.supporters, left=True) == [(number, "11")]
    assert not source.poll(batch.cursor).supporters


def test_a_vote_that_changed_hands_is_found_in_its_turn(site: FiderSite) -> None:
    numbers = [site.publish(f"Norvia {n}") for n in range(3)]
    for number in numbers:
        site.vote(number, "bo")
    source = site.source()
    cursor = source.poll(None).cursor
    site.unvote(numbers[0], "bo")
    site.vote(numbers[0], "cy")
    told: list[Supporter] = []
    for _ in numbers:
        batch = source.poll(cursor)
        cursor = batch.cursor
        told += batch.supporters
    assert names(told) == [(numbers[0], "Cy")]
    assert len([one for one in told if one.left]) == 1


def test_a_comment_that_came_as_another_went_is_found_in_its_turn(site: FiderSite) -> None:
    numbers = [site.publish(f"Norvia {n}") for n in range(4)]
    comments = [site.publish("Norvia", reply_to=number) for number in numbers]
    source = site.source()
    cursor = source.poll(None).cursor
    site.delete(comments[1])
    late = site.publish("Norvia, late", reply_to=numbers[1])
    came: list[str] = []
    for _ in numbers:
        batch = source.poll(cursor)
        cursor = batch.cursor
        came += ids(batch.posts)
    assert came == [late]


def test_votes_that_are_hidden_cost_themselves(site: FiderSite) -> None:
    numbers = [site.publish(f"Norvia {n}") for n in range(5)]
    for number in numbers:
        site.vote(number, "bo")
    site.votes_hidden = True
    batch = site.source().poll(None)
    assert len(batch.posts) == 5
    (fault,) = batch.faults
    assert "give api_key" in fault.reason
    assert "supporters = false" in fault.reason
    assert not site.source(supporters=False).poll(None).faults
    with_key = site.source(api_key=Secret("sesame")).poll(None)
    assert len(with_key.supporters) == 10
    assert "@" not in str(with_key.supporters), "addresses are nobody's business"


def test_what_waits_for_approval_is_not_told_to_anybody(site: FiderSite) -> None:
    number = site.publish("Norvia in blue")
    comment = site.publish("Norvia is rubbish", reply_to=number, author="bo")
    site.publish("Norvia is fine", reply_to=number, author="cy")
    site.pending.add(comment)
    source = site.source(api_key=Secret("sesame"))
    batch = source.poll(None)
    assert comment not in ids(batch.posts)
    site.pending.clear()
    assert ids(source.poll(batch.cursor).posts) == [comment]


def test_an_idea_of_many_words_and_voters_stays_small_in_the_cursor(site: FiderSite) -> None:
    number = site.publish("Norvia in blue")
    for at in range(200):
        site.publish(f"Norvia {at}", reply_to=number, author=f"a{at}")
    site.vote(number, *(f"voter{at}" for at in range(3_000)))
    source = site.source()
    batch = source.poll(None)
    assert len(batch.posts) == 201
    assert len(batch.supporters) == 2_000
    assert len(batch.cursor or "") < 10_000
    state = json.loads(batch.cursor or "")
    assert len(state["ideas"]["1"][-1]) == SEEN_PER_IDEA
    again = source.poll(batch.cursor)
    assert not again.posts
    assert not again.supporters


def test_markdown_becomes_words() -> None:
    text = "![a picture](fider-image:x/y.png) @[Ada Lovelace] [here](https://a.example) [no](ftp:x)"
    assert plain(text) == ("a picture @Ada Lovelace here no", ("https://a.example",))
    long = "![[](" * 200_000
    assert plain(long)[1] == ()
