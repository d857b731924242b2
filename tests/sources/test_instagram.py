"""The Instagram source against an account on the loopback."""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from listener.model import Batch, Post, Spent
from listener.ports import Receiving, Rechecking, Reject, Retry, Secret
from listener.testing import SourceSuite
from sources.instagram import InstagramSource
from sources.instagram_parts.hashtags import counted, planned
from sources.meta_parts.cursor import State
from tests.sources.changes import changing
from tests.sources.standins.graph import error, no_such
from tests.sources.standins.instagram_site import ACCOUNT, OWN, InstagramSite
from tests.sources.standins.serving import DAY, HOUR, MINUTE, NOON, NORVIA, Answer, Asked, serving


@pytest.fixture
def site() -> Iterator[InstagramSite]:
    with serving(InstagramSite()) as one:
        assert isinstance(one, InstagramSite)
        yield one


def followed(source: InstagramSource, cursor: str | None) -> tuple[list[Post], Batch]:
    """All that comes until it rests, and the last batch."""
    posts: list[Post] = []
    for _ in range(100):
        batch = source.poll(cursor)
        posts += batch.posts
        cursor = batch.cursor
        if not batch.more:
            return posts, batch
    pytest.fail("there was always more")


class TestInstagram(SourceSuite):
    @pytest.fixture
    def source(self, site: InstagramSite) -> InstagramSource:
        for number in range(120):
            first = site.publish(f"Norvia {number}", at=site.now - (120 - number) * MINUTE)
            if number % 10 == 0:
                site.publish("me too", reply_to=first, at=site.now - (119 - number) * MINUTE)
        site.elsewhere("#norvia here", "norvia")
        site.elsewhere("with @norvia", tags=True)
        return site.source()


def test_it_is_what_the_core_takes_it_for(site: InstagramSite) -> None:
    assert isinstance(site.source(), Receiving)
    assert isinstance(site.source(), Rechecking)


def test_media_comments_and_answers_with_all_that_instagram_tells(site: InstagramSite) -> None:
    photo = site.publish("our new shop", author=OWN)
    question = site.publish("where is it? 🎉", author="ada")
    answer = site.publish("in Turku", author=OWN, reply_to=question)
    posts = {post.native_id: post for post in site.source().poll(None).posts}
    assert posts[photo].author.handle == OWN
    assert posts[photo].url == f"https://www.instagram.com/p/{photo}/"
    one = posts[question]
    assert one.id == f"instagram:{question}"
    assert (one.text, one.author.handle) == ("where is it? 🎉", "ada")
    assert (one.in_reply_to, one.conversation) == (photo, photo)
    assert one.url == posts[photo].url
    assert one.published_at == site.now
    ours = posts[answer]
    assert (ours.author.handle, ours.author.id) == (OWN, ACCOUNT)
    assert (ours.in_reply_to, ours.conversation, ours.url) == (question, photo, one.url)


def test_an_answer_under_an_old_comment_is_found(site: InstagramSite) -> None:
    old = site.publish("Norvia?", at=site.now - 2 * DAY)
    for number in range(60):
        site.publish(f"c{number}", at=site.now - DAY - HOUR)
    source = site.source()
    batch = source.poll(None)
    assert batch.posts == ()
    site.now += HOUR
    new = site.publish("still waiting", reply_to=old)
    batch = source.poll(batch.cursor)
    assert [post.native_id for post in batch.posts] == [new]
    assert source.poll(batch.cursor).posts == ()


def test_a_comment_that_came_as_another_went_is_found(site: InstagramSite) -> None:
    gone = site.publish("Norvia one")
    source = site.source()
    cursor = source.poll(None).cursor
    site.now += HOUR
    site.delete(gone)
    new = site.publish("Norvia two")
    assert [post.native_id for post in source.poll(cursor).posts] == [new]


def test_a_comment_with_very_many_answers_is_read_to_its_end(site: InstagramSite) -> None:
    first = site.publish("Norvia, who else?")
    wanted = {first} | {site.publish(f"me {number}", reply_to=first) for number in range(230)}
    source = site.source()
    posts, last = followed(source, None)
    assert sorted(post.native_id for post in posts) == sorted(wanted)
    assert {post.in_reply_to for post in posts if post.native_id != first} == {first}
    assert last.complete
    site.now += HOUR
    late = site.publish("me at last", reply_to=first)
    posts, _ = followed(source, last.cursor)
    assert [post.native_id for post in posts] == [late]


def test_tags_come_with_their_author_and_hashtags_without(site: InstagramSite) -> None:
    tagged = site.elsewhere("with friends", author="bo", tags=True)
    found = site.elsewhere("I like #norvia", "norvia", author="cy")
    both = site.elsewhere("#norvia too", "norvia", author="dee", tags=True)
    posts = {post.native_id: post for post in site.source().poll(None).posts}
    assert posts[tagged].author.handle == "bo"
    assert (posts[found].author.handle, posts[found].author.id) == ("", "")
    assert posts[both].author.handle == "dee", "once, in the way that tells more"
    assert len(posts) == 3


def test_quiet_threads_are_not_asked_for_again(site: InstagramSite) -> None:
    for number in range(10):
        site.publish(f"photo {number}", author=OWN)
        site.publish("nice")
    source = site.source()
    _, last = followed(source, None)
    before = len(site.asked)
    assert source.poll(last.cursor).complete
    assert len(site.asked) - before == 3, "media, tags, hashtag"


def test_an_outage_is_read_on_without_a_hole_in_bounded_steps(site: InstagramSite) -> None:
    source = site.source(requests_max=4)
    _, begun = followed(source, None)
    site.now += DAY / 2
    wanted = {site.publish(f"Norvia {number}") for number in range(600)}
    wanted |= {site.elsewhere(f"#norvia {number}", "norvia") for number in range(200)}
    batch = source.poll(begun.cursor)
    assert batch.more
    assert batch.spent.requests == 4
    rest, last = followed(source, batch.cursor)
    posts = [*batch.posts, *rest]
    assert sorted(post.native_id for post in posts) == sorted(wanted)
    assert last.complete


# Hashtags.


def tags(count: int) -> list[str]:
    return [f"#norvia{number}" for number in range(count)]


def asked_for(site: InstagramSite, since: int = 0) -> set[str]:
    ids = {a.path.split("/")[2] for a in site.asked[since:] if a.path.endswith("recent_media")}
    return {site._names[one] for one in ids}


def test_thirty_hashtags_fit_and_are_asked_for_at_each_turn(site: InstagramSite) -> None:
    source = site.source(hashtags=tags(30), reads=["hashtags"])
    _, last = followed(source, None)
    assert not last.faults
    for _ in range(9):
        site.now += 23 * HOUR
        site.elsewhere("#norvia7", "norvia7")
        before = len(site.asked)
        posts, last = followed(source, last.cursor)
        assert len(posts) == 1
        assert len(asked_for(site, before)) == 30
        assert not last.faults
        assert not last.gaps
    assert site.most_queried == 30
    assert sum(a.path.endswith("ig_hashtag_search") for a in site.asked) == 30


def test_more_hashtags_take_turns_and_thirty_are_never_exceeded(site: InstagramSite) -> None:
    source = site.source(hashtags=tags(40), reads=["hashtags"])
    _, last = followed(source, None)
    waiting = {fault.where for fault in last.faults}
    assert len(waiting) == 10
    day = site.now + timedelta(days=7, hours=1)
    assert all(f"{day:%Y-%m-%d}" in fault.reason for fault in last.faults)
    ever: set[str] = set()
    for hours in (72, 95, 1, 1, 12, 150, 5, 1, 6):
        site.now += hours * HOUR
        before = len(site.asked)
        _, last = followed(source, last.cursor)
        ever |= asked_for(site, before)
        assert not any("somebody else" in fault.reason for fault in last.faults)
    assert site.most_queried <= 30
    assert len(ever) == 40, "each had its turn"


def test_a_year_of_turns_by_the_hour_never_exceeds_thirty() -> None:
    names, state, now = [f"n{number}" for number in range(75)], State(), NOON
    chance, theirs, asked = random.Random(7), dict[str, datetime](), Counter[str]()
    for _ in range(700):
        now += timedelta(hours=chance.choice((1, 1, 4, 12)), minutes=chance.randrange(60))
        theirs = {name: at for name, at in theirs.items() if now - at < timedelta(days=7)}
        for name in planned(names, state, now).asked:
            counted(name, state, now)
            state.hashtags[name] = replace(state.hashtags[name], read_at=now.timestamp())
            theirs.setdefault(name, now)
            asked[name] += 1
        assert len(theirs) <= 30
    assert len(asked) == 75
    assert max(asked.values()) < 2 * min(asked.values()), "the turns are fair"


def test_what_instagram_no_longer_shows_of_a_hashtag_is_told_as_a_gap(site: InstagramSite) -> None:
    source = site.source(reads=["hashtags"])
    last = source.poll(None)
    began = site.now
    site.elsewhere("#norvia lost", "norvia")
    site.now += 3 * DAY
    new = site.elsewhere("#norvia new", "norvia")
    batch = source.poll(last.cursor)
    assert [post.native_id for post in batch.posts] == [new]
    (gap,) = batch.gaps
    assert (gap.place, gap.since, gap.until) == ("#norvia", began, site.now - DAY)
    assert "24 hours" in gap.cause


def test_a_count_that_somebody_else_used_up_is_told_and_costs_no_other(
    site: InstagramSite,
) -> None:
    site.queried = {f"theirs{number}": site.now for number in range(29)}
    site.elsewhere("#norvia0", "norvia0")
    site.publish("Norvia")
    source = site.source(hashtags=tags(3))
    batch = source.poll(None)
    assert {post.text for post in batch.posts} == {"#norvia0", "Norvia"}
    assert {fault.where for fault in batch.faults} == {"#norvia1", "#norvia2"}
    assert all("somebody else" in fault.reason for fault in batch.faults)
    site.now += HOUR
    before = len(site.asked)
    source.poll(batch.cursor)
    assert not any(a.path.endswith("ig_hashtag_search") for a in site.asked[before:]), "it rests"
    site.now += 8 * DAY
    assert followed(source, batch.cursor)[1].faults == ()


def test_hashtags_come_from_the_brands_where_none_is_named(site: InstagramSite) -> None:
    site.source(NORVIA, reads=["hashtags"]).poll(None)
    assert asked_for(site) == {"norvia"}


def test_a_hashtag_that_instagram_does_not_know_costs_only_itself(site: InstagramSite) -> None:
    found = site.elsewhere("#norvia1", "norvia1")
    source = site.source(hashtags=tags(2), reads=["hashtags"])

    def unknown(asked: Asked, answer: Answer | str) -> Answer | str:
        return Answer(body={"data": []}) if asked.one("q") == "norvia0" else answer

    with changing(site, unknown):
        batch = source.poll(None)
    assert [post.native_id for post in batch.posts] == [found]
    assert [fault.where for fault in batch.faults] == ["#norvia0"]


@pytest.mark.parametrize("wrong", ["7", 7, "x" * 50, "me", "../feed"])
def test_a_wrong_id_of_a_hashtag_is_not_kept(site: InstagramSite, wrong: object) -> None:
    found = site.elsewhere("#norvia", "norvia")
    source = site.source(reads=["hashtags", "tags"])

    def misled(asked: Asked, answer: Answer | str) -> Answer | str:
        return Answer(body={"data": [{"id": wrong}]}) if asked.one("q") else answer

    with changing(site, misled):
        batch = source.poll(None)
    assert [fault.where for fault in batch.faults] == ["#norvia"]
    assert [post.native_id for post in source.poll(batch.cursor).posts] == [found]


# Second looks.


def test_a_second_look_finds_deletions_likes_and_what_is_hidden(site: InstagramSite) -> None:
    photo = site.publish("our shop", author=OWN)
    ids = [site.publish(f"c{n}", author=f"a{n}") for n in range(4)]
    found = site.elsewhere("#norvia", "norvia")
    posts = site.source().poll(None).posts
    assert len(posts) == 6
    site.delete(ids[0])
    site.remove_author("a1")
    site.hidden.add(ids[2])
    site.delete(found)
    before = len(site.asked)
    batch = site.source().recheck(posts, Spent(requests=50))
    assert set(batch.deleted) == {f"instagram:{one}" for one in ids[:3]}
    assert [post.native_id for post in batch.posts] == [photo], "it has fewer comments"
    assert batch.faults == ()
    assert batch.spent.requests == len(site.asked) - before


def test_a_second_look_never_takes_a_refusal_for_a_deletion(site: InstagramSite) -> None:
    first = site.publish("Norvia")
    posts = site.source().poll(None).posts
    for trouble in (no_such(first), error(190, "x", subcode=463), error(10, "no"), Answer(500)):
        site.trouble = trouble
        with pytest.raises((Retry, Reject)) as failed:
            site.source().recheck(posts, Spent(requests=50))
        assert failed.value.spent is not None


def test_a_second_look_stops_at_the_allowance(site: InstagramSite) -> None:
    for number in range(5):
        site.delete(site.publish(f"Norvia {number}"))
    posts = [Post("instagram", one, "x", in_reply_to="1", conversation="1") for one in site.entries]
    for allowed in range(1, 12):
        before = len(site.asked)
        batch = site.source().recheck(posts, Spent(requests=allowed))
        assert len(site.asked) - before == batch.spent.requests <= allowed
        assert len(batch.deleted) + len(batch.faults) == 5


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"account": "norvia"}, "the account's id"),
        ({"reads": []}, "at least one list"),
        ({"follow_posts": 500}, "follow_posts"),
        ({"hashtags": ["#fine", "#two words"]}, "number 2 holds more than letters"),
        ({"hashtags": ["#🎉"]}, "number 1 holds more than letters"),
        ({"app_id": "1"}, "without app_secret"),
        ({"api_version": "latest"}, "write it like v25.0"),
        ({"requests_max": 51}, "at most 50"),
    ],
)
def test_settings_that_cannot_work_are_refused(settings: dict[str, object], words: str) -> None:
    stated: dict[str, object] = {"account": ACCOUNT, "access_token": Secret("x")}
    with pytest.raises(ValueError, match=words):
        InstagramSource(**(stated | settings))  # type: ignore[arg-type]
