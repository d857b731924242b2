"""The UserVoice source against an account on the loopback: what it brings."""

from collections.abc import Iterator

import pytest

from listener.model import Spent
from listener.testing import SourceSuite
from sources.uservoice import UserVoiceSource
from tests.sources.standins.serving import DAY, HOUR, MINUTE, SECOND, serving
from tests.sources.standins.uservoice_site import UserVoiceSite
from tests.sources.wishes_reading import followed, ids, names


@pytest.fixture(params=[False, True], ids=["votes change no idea", "votes change their idea"])
def site(request: pytest.FixtureRequest) -> Iterator[UserVoiceSite]:
    with serving(UserVoiceSite()) as one:
        assert isinstance(one, UserVoiceSite)
        one.touches = one.cursor_at_end = request.param
        yield one


class TestUserVoice(SourceSuite):
    @pytest.fixture
    def source(self, site: UserVoiceSite) -> UserVoiceSource:
        for number in range(120):
            idea = site.publish(f"Norvia {number}", at=site.now - (200 - number) * MINUTE)
            if number % 10 == 0:
                site.publish(f"Norvia, me too {number}", author="bo", reply_to=idea)
        site.vote("suggestions/101", "bo", "cy")
        return site.source(requests_max=7)


def test_an_idea_with_all_that_the_account_tells(site: UserVoiceSite) -> None:
    number = site.publish("Norvia in blue", at=site.now - HOUR)
    site.vote(number, "bo")
    site.update(number, 2)
    (post,) = site.source().poll(None).posts
    assert post.id == f"{site.url.removeprefix('http://')}:suggestions/101"
    assert post.title == "Suggestion no. 101"
    assert post.text == "Norvia in blue"
    assert post.url == "http://norvia.uservoice.example/forums/1/suggestions/101"
    assert (post.author.handle, post.author.name, post.author.id) == ("", "Ada", "5001")
    assert post.published_at == site.now - HOUR
    assert post.facts == (("votes", "2"), ("status", "planned"))
    assert (post.conversation, post.in_reply_to) == (number, "")


def test_comments_and_status_updates_answer_their_idea(site: UserVoiceSite) -> None:
    number = site.publish("Norvia in blue")
    site.now += HOUR
    comment = site.publish("me too", reply_to=number, author="bo")
    site.now += HOUR
    of_the_team = site.publish("We are thinking", reply_to=number, author="mia")
    site.now += HOUR
    update = site.update(number, 2, "We will do it")
    batch = site.source().poll(None)
    assert ids(batch.posts) == [number, comment, of_the_team, update]
    assert {post.in_reply_to for post in batch.posts[1:]} == {number}
    assert {post.conversation for post in batch.posts} == {number}
    assert [post.author.handle for post in batch.posts] == ["", "", "Mia", "Norvia"]
    assert batch.posts[-1].facts == (("status", "planned"),)
    assert "@" not in str(batch), "addresses are nobody's business"


def test_every_status_an_idea_goes_through_is_told(site: UserVoiceSite) -> None:
    number = site.publish("Norvia in blue")
    source = site.source()
    cursor = source.poll(None).cursor
    facts = []
    for status in (1, 2, 3, 4):
        site.now += DAY
        update = site.update(number, status, f"It is now {status}")
        batch = source.poll(cursor)
        cursor = batch.cursor
        assert sorted(ids(batch.posts)) == [update, number]
        facts += [dict(post.facts)["status"] for post in batch.posts if post.native_id == number]
    assert facts == ["under review", "planned", "started", "completed"]
    assert not source.poll(cursor).posts


def test_a_status_without_a_word_shows_at_its_idea(site: UserVoiceSite) -> None:
    number = site.publish("Norvia in blue")
    source = site.source()
    cursor = source.poll(None).cursor
    site.now += DAY
    site.update(number, 5)
    (post,) = source.poll(cursor).posts
    assert (post.native_id, dict(post.facts)["status"]) == (number, "declined")


def test_a_merged_idea_points_at_the_one_it_went_into(site: UserVoiceSite) -> None:
    first, second = site.publish("Norvia in blue"), site.publish("A blue Norvia")
    source = site.source()
    cursor = source.poll(None).cursor
    site.now += MINUTE
    site.merge(second, first)
    (post,) = source.poll(cursor).posts
    assert post.native_id == second
    assert post.links == (f"{site.url}/admin/v3/suggestions/101",)


def test_who_voted_and_who_took_it_back(site: UserVoiceSite) -> None:
    number = site.publish("Norvia in blue")
    source = site.source()
    batch = source.poll(None)
    assert names(batch.supporters) == [(number, "Ada")]
    site.now += HOUR
    site.vote(number, "bo", "cy")
    batch = source.poll(batch.cursor)
    assert names(batch.supporters) == [(number, "Bo"), (number, "Cy")]
    assert {one.at for one in batch.supporters} == {site.now}
    assert [dict(post.facts)["votes"] for post in batch.posts] == ["3"]
    site.now += HOUR
    site.unvote(number, "ada")
    site.vote(number, "dee")
    batch = source.poll(batch.cursor)
    assert names(batch.supporters) == [(number, "Dee")]
    assert names(batch.supporters, left=True) == [(number, "5001")]
    assert not source.poll(batch.cursor).supporters


def test_an_old_idea_comes_when_it_is_voted_for_and_all_its_voters_with_it(
    site: UserVoiceSite,
) -> None:
    quiet, wanted = (site.publish(f"Norvia {n}", at=site.now - 300 * DAY) for n in range(2))
    site.vote(wanted, *(f"voter{n}" for n in range(150)), at=site.now - 200 * DAY)
    source = site.source()
    batch = source.poll(None)
    assert not batch.posts
    site.now += MINUTE
    site.vote(wanted, "bo")
    batch = source.poll(batch.cursor)
    assert ids(batch.posts) == [wanted]
    assert dict(batch.posts[0].facts)["votes"] == "152"
    assert len(batch.supporters) == 152
    assert quiet not in ids(batch.posts)
    assert not source.poll(batch.cursor).supporters


def test_without_supporters_nobody_is_asked_for(site: UserVoiceSite) -> None:
    site.publish("Norvia in blue")
    batch = site.source(supporters=False).poll(None)
    assert batch.complete
    assert not batch.supporters
    assert not any("supporters" in asked.path for asked in site.asked)


def test_a_quiet_poll_takes_four_requests(site: UserVoiceSite) -> None:
    site.publish("Norvia in blue")
    source = site.source()
    cursor = source.poll(None).cursor
    site.now += HOUR
    batch = source.poll(cursor)
    assert batch.spent == Spent(requests=4), "the token is good for longer"
    assert batch.complete


def test_what_comes_in_many_pages_comes_once(site: UserVoiceSite) -> None:
    site.publish("Norvia 0")
    source = site.source(requests_max=9)
    cursor = source.poll(None).cursor
    wanted = set()
    for number in range(450):
        site.now += SECOND * 7
        wanted.add(site.publish(f"Norvia {number}", author=f"a{number % 9}"))
    posts, last = followed(source, cursor)
    assert sorted(ids(posts)) == sorted(wanted)
    assert last.complete


def test_what_changes_while_it_is_read_is_read_again(site: UserVoiceSite) -> None:
    numbers = [site.publish(f"Norvia {n}", at=site.now - HOUR) for n in range(250)]
    source = site.source(supporters=False)
    cursor, told = None, {}
    for number in range(20):
        batch = source.poll_within(cursor, Spent(requests=2))
        cursor = batch.cursor
        told |= {post.native_id: post.text for post in batch.posts}
        site.now += SECOND
        if number < 10:
            site.edit(numbers[number], f"Norvia {number}, put right")
    for number in range(10):
        assert told[numbers[number]].endswith("put right")
    assert len(told) == 250


def test_what_was_marked_as_spam_is_looked_at_again(site: UserVoiceSite) -> None:
    number = site.publish("Norvia")
    source = site.source()
    batch = source.poll(None)
    site.now += MINUTE
    site.spam.add(number)
    site.edit(number, "Norvia, buy")
    batch = source.poll(batch.cursor)
    assert batch.look_again == (f"{site.url.removeprefix('http://')}:{number}",)
    assert not batch.posts
