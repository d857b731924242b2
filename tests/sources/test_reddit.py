"""What the reddit source brings, and what it finds at a second look."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest

from listener.model import UNLIMITED, Batch, Brand, Spent
from listener.ports import Reject, Retry, Secret
from listener.testing import SourceSuite
from sources.reddit import RedditSource
from tests.sources.standins.reddit_site import CLIENT_SECRET, HOME, RedditSite
from tests.sources.standins.serving import DAY, HOUR, MINUTE, NORVIA, serving


@pytest.fixture
def site() -> Iterator[RedditSite]:
    with serving(RedditSite()) as served:
        assert isinstance(served, RedditSite)
        yield served


class TestReddit(SourceSuite):
    @pytest.fixture
    def source(self, site: RedditSite) -> RedditSource:
        for number in range(150):
            root = site.publish(f"Norvia {number}", at=site.now - number * MINUTE)
            if number % 10 == 0:
                site.publish("I use Norvia too", author="bo", reply_to=root)
        return site.source(NORVIA)


def ids(batch: Batch) -> list[str]:
    return [post.native_id for post in batch.posts]


def publish(site: RedditSite, count: int) -> list[str]:
    return [site.publish(f"Norvia has news {number}") for number in range(count)]


# --- what comes ----------------------------------------------------------------------------------


def test_threads_come_with_root_and_parent(site: RedditSite) -> None:
    root = site.publish("Is Norvia any good?")
    first = site.publish("It is", author="bo", reply_to=root)
    second = site.publish("It is not", author="cy", reply_to=first)
    posts = {post.native_id: post for post in site.source(NORVIA).poll(None).posts}
    assert set(posts) == {root, first, second}
    assert (posts[root].conversation, posts[root].in_reply_to) == (root, "")
    assert (posts[first].conversation, posts[first].in_reply_to) == (root, root)
    assert (posts[second].conversation, posts[second].in_reply_to) == (root, first)
    assert posts[root].title == "A word from ada"
    assert posts[root].engagement.replies == 2
    assert posts[second].author.handle == "cy"
    assert posts[second].author.id == "t2_cy"
    assert posts[second].published_at == site.now
    assert posts[first].url.startswith(f"https://www.reddit.com/r/{HOME}/comments/")


def test_the_search_finds_what_no_chosen_subreddit_has(site: RedditSite) -> None:
    found = site.publish("Norvia again", subreddit="elsewhere")
    site.publish("nothing of ours", subreddit="elsewhere")
    both = site.publish("Norvia at home")
    assert sorted(ids(site.source(NORVIA).poll(None))) == sorted([found, both])
    assert ids(site.source(NORVIA, search=False).poll(None)) == [both]


def test_a_person_may_overrule_what_is_searched_for(site: RedditSite) -> None:
    found = site.publish("the lamp", subreddit="elsewhere")
    site.publish("Norvia", subreddit="elsewhere")
    source = site.source(NORVIA, subreddits=[], queries=["lamp OR torch"])
    assert ids(source.poll(None)) == [found]


def test_own_accounts_comments_come_from_anywhere(site: RedditSite) -> None:
    asked = site.publish("Norvia, please help", subreddit="elsewhere")
    answered = site.publish("On it", author="NorviaCare", reply_to=asked)
    brand = replace(NORVIA, own_accounts=("reddit:u/NorviaCare",))
    assert set(ids(site.source(brand).poll(None))) == {asked, answered}
    source = site.source(NORVIA, accounts=["u/NorviaCare"])
    assert set(ids(source.poll(None))) == {asked, answered}


def test_names_are_taken_as_people_write_them(site: RedditSite) -> None:
    source = site.source(subreddits=["r/NorviaFans", "/r/norviafans/", "other"])
    assert source.subreddits == ["norviafans", "other"]
    for name in ("", "r/", "a b", "../etc", "a+b"):
        with pytest.raises(ValueError, match="no subreddit"):
            site.source(subreddits=[name])
    with pytest.raises(ValueError, match="more than anybody can read"):
        site.source(subreddits=["r/all"])
    with pytest.raises(ValueError, match="no account"):
        site.source(accounts=["u/"])


def test_the_first_look_goes_a_day_back(site: RedditSite) -> None:
    site.publish("Norvia long ago", at=site.now - 3 * DAY)
    recent = site.publish("Norvia lately", at=site.now - 3 * HOUR)
    assert ids(site.source(NORVIA).poll(None)) == [recent]


def test_nothing_to_read_is_told(site: RedditSite) -> None:
    with pytest.raises(Reject, match="nothing to read"):
        site.source(subreddits=[]).poll(None)


# --- second looks --------------------------------------------------------------------------------


def recheck(site: RedditSite, source: RedditSource, batch: Batch) -> Batch:
    return source.recheck(batch.posts, UNLIMITED)


def deleted(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(f"reddit:{name}" for name in names)


def test_a_second_look_finds_what_was_taken_down(site: RedditSite) -> None:
    source = site.source(NORVIA)
    names = publish(site, 3)
    comment = site.publish("Norvia, yes", author="bo", reply_to=names[0])
    batch = source.poll(None)
    assert not recheck(site, source, batch).deleted
    site.delete(names[0])
    site.remove(names[1])
    site.delete(comment)
    found = recheck(site, source, batch)
    assert set(found.deleted) == set(deleted([names[0], names[1], comment]))
    assert not found.posts
    assert not found.gone
    assert found.spent == Spent(requests=1)


def test_a_second_look_finds_what_is_not_there_at_all(site: RedditSite) -> None:
    source = site.source(NORVIA)
    (name,) = publish(site, 1)
    batch = source.poll(None)
    site.closed[HOME] = "banned"
    assert recheck(site, source, batch).deleted == deleted([name])


def test_a_deleted_account_takes_its_posts_with_it(site: RedditSite) -> None:
    source = site.source(NORVIA)
    name = site.publish("Norvia", author="bo")
    kept = site.publish("Norvia", author="ada")
    batch = source.poll(None)
    site.remove_author("bo")
    found = recheck(site, source, batch)
    assert found.deleted == deleted([name])
    assert found.gone == ("reddit:t2_bo",)
    listed = source.poll(batch.cursor)
    assert listed.deleted == deleted([name])
    assert not source.poll(listed.cursor).deleted
    assert kept in ids(batch)


def test_a_second_look_brings_edits_and_counts(site: RedditSite) -> None:
    source = site.source(NORVIA)
    names = publish(site, 3)
    batch = source.poll(None)
    site.edit(names[0], "Norvia, on second thoughts")
    site.extra[names[1]] = {"score": 40}
    found = {post.native_id: post for post in recheck(site, source, batch).posts}
    assert set(found) == set(names[:2])
    assert found[names[0]].text == "Norvia, on second thoughts"
    assert found[names[1]].engagement.likes == 40


def test_a_second_look_that_fails_deletes_nothing(site: RedditSite) -> None:
    source = site.source(NORVIA)
    names = publish(site, 2)
    batch = source.poll(None)
    site.extra[names[0]] = {"created_utc": "yesterday"}
    found = recheck(site, source, batch)
    assert not found.deleted
    assert [fault.where for fault in found.faults] == [names[0]]
    with pytest.raises(Retry) as raised:
        source.recheck(batch.posts, Spent())
    assert raised.value.state == "budget"


def test_other_peoples_posts_are_not_looked_up(site: RedditSite) -> None:
    source = site.source(NORVIA)
    publish(site, 1)
    (post,) = source.poll(None).posts
    before = len(site.asked)
    odd = [replace(post, site="x"), replace(post, native_id="t3_a,t3_b&x=1")]
    assert source.recheck(odd, UNLIMITED) == Batch()
    assert len(site.asked) == before


def test_the_secret_is_not_shown(site: RedditSite) -> None:
    source = site.source(NORVIA)
    source.poll(None)
    assert CLIENT_SECRET not in repr(source)
    with pytest.raises(Reject) as raised:
        site.source(NORVIA, client_secret=Secret("a wrong one")).poll(None)
    assert raised.value.state == "login"
    assert "a wrong one" not in str(raised.value)


def test_a_brand_without_a_name_searches_for_nothing(site: RedditSite) -> None:
    site.source(Brand("empty")).poll(None)
    assert all(asked.path != "/search" for asked in site.asked)
