"""The LinkedIn source against its stand-in."""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest

from listener.model import Batch, Post, Spent
from listener.ports import Reject, Retry
from listener.testing import SourceSuite
from sources.linkedin import LinkedInSource
from sources.linkedin_parts.posts import comment_number, plain
from tests.sources.standins.linkedin_site import (
    ME,
    NUMBER,
    ORGANIZATION,
    VERSION,
    LinkedInSite,
    refusal,
)
from tests.sources.standins.serving import DAY, HOUR, MINUTE, SECOND, serving


@pytest.fixture
def site() -> Iterator[LinkedInSite]:
    with serving(LinkedInSite()) as one:
        yield one


def followed(source: LinkedInSource, cursor: str | None) -> tuple[list[Post], Batch]:
    """All that comes until it rests, and the last batch."""
    posts: list[Post] = []
    for _ in range(100):
        batch = source.poll(cursor)
        posts += batch.posts
        cursor = batch.cursor
        if not batch.more:
            return posts, batch
    pytest.fail("there was always more")


class TestLinkedIn(SourceSuite):
    @pytest.fixture
    def source(self, site: LinkedInSite) -> LinkedInSource:
        above = ""
        for number in range(150):
            at = site.now - (200 - number) * SECOND
            one = site.publish(f"Norvia {number}", at=at, reply_to=above if number % 4 == 0 else "")
            above = above or (one if one in site.subject else "")
        return site.source()


def test_a_comment_with_all_that_linkedin_tells(site: LinkedInSite) -> None:
    own = site.publish("We fly to Oulu", author=ME, at=site.now - HOUR)
    first = site.publish("When?", reply_to=own, at=site.now - MINUTE)
    site.entries[first] = site.entries[first].__class__(
        first, "When?", "ada", site.now - MINUTE, own, likes=4
    )
    answer = site.publish("In May", author=ME, reply_to=first)
    root, post, ours = site.source().poll(None).posts
    assert (root.native_id, root.text, root.conversation) == (own, "We fly to Oulu", own)
    assert root.author.handle == NUMBER
    assert post.id == f"linkedin:{first}"
    assert (post.text, post.in_reply_to, post.conversation) == ("When?", own, own)
    assert (post.author.handle, post.author.name, post.author.id) == ("", "", "urn:li:person:ada")
    assert post.published_at == site.now - MINUTE
    assert (post.engagement.likes, post.engagement.replies) == (4, 1)
    assert post.url.startswith(f"https://www.linkedin.com/feed/update/{own}/?commentUrn=")
    assert (ours.native_id, ours.in_reply_to, ours.author.handle) == (answer, first, NUMBER)
    assert ours.author.id == ORGANIZATION


@pytest.mark.parametrize("bare", [False, True])
def test_who_mentions_the_page_is_found_whether_or_not_the_notice_shows_it(
    site: LinkedInSite, bare: bool
) -> None:
    site.bare = bare
    for number in range(3):
        site.publish(f"Norvia {number}")
    posts, last = followed(site.source(), None)
    (mention,) = [post for post in posts if post.text == "Norvia 2"]
    assert mention.native_id.startswith("urn:li:share:")
    assert mention.conversation == mention.native_id
    assert mention.author.id == "urn:li:person:ada"
    assert last.complete


@pytest.mark.parametrize("bare", [False, True])
def test_who_shares_without_a_word_says_nothing(site: LinkedInSite, bare: bool) -> None:
    site.bare = bare
    for text in ("Norvia", "Norvia too", ""):
        site.publish(text)
    posts, _ = followed(site.source(), None)
    assert {post.text for post in posts} == {"Norvia flies to Oulu", "Norvia", "Norvia too"}


def test_it_asks_as_the_reference_wants_it(site: LinkedInSite) -> None:
    site.source().poll(None)
    notices, page = site.asked[:2]
    assert notices.one("actions").startswith("List(COMMENT,ADMIN_COMMENT,")
    assert notices.one("organizationalEntity") == ORGANIZATION
    assert notices.headers["linkedin-version"] == VERSION
    assert notices.headers["x-restli-protocol-version"] == "2.0.0"
    assert (page.one("q"), page.one("author")) == ("author", ORGANIZATION)


def test_a_quiet_page_costs_two_requests(site: LinkedInSite) -> None:
    for number in range(10):
        own = site.publish(f"post {number}", author=ME, at=site.now - number * DAY)
        site.publish(f"comment {number}", reply_to=own, at=site.now - number * DAY)
    source = site.source()
    _, batch = followed(source, None)
    site.now += HOUR
    assert source.poll(batch.cursor).spent == Spent(requests=2)


def test_without_notices_older_posts_are_asked_less_often(site: LinkedInSite) -> None:
    young = site.publish("young", author=ME, at=site.now - HOUR)
    old = site.publish("old", author=ME, at=site.now - 10 * DAY)
    source = site.source(notices=False)
    _, batch = followed(source, None)
    site.now += MINUTE
    site.publish("on the young", reply_to=young)
    site.publish("on the old", reply_to=old)
    batch = source.poll(batch.cursor)
    assert [post.text for post in batch.posts] == ["on the young"]
    site.now += 13 * HOUR
    assert [post.text for post in source.poll(batch.cursor).posts] == ["on the old"]


def test_posts_that_only_members_see_have_no_notices_and_are_asked(site: LinkedInSite) -> None:
    site.is_public = False
    own = site.publish("members only", author=ME)
    source = site.source()
    cursor = followed(source, None)[1].cursor
    site.now += MINUTE
    cursor = followed(source, cursor)[1].cursor
    site.publish("hello", reply_to=own)
    site.now += MINUTE
    assert [post.text for post in source.poll(cursor).posts] == ["hello"]


def test_a_comment_on_a_post_of_long_ago_is_told_by_its_notice(site: LinkedInSite) -> None:
    old = site.publish("long ago", author=ME, at=site.now - 200 * DAY)
    site.publish("an old comment", reply_to=old, at=site.now - 190 * DAY)
    source = site.source()
    _, batch = followed(source, None)
    site.now += HOUR
    site.publish("still?", reply_to=old)
    batch = source.poll(batch.cursor)
    assert [(post.text, post.conversation) for post in batch.posts] == [("still?", old)]


@pytest.mark.parametrize("is_old", [False, True])
@pytest.mark.parametrize("apart", [2 * HOUR, 3 * DAY])
def test_what_came_hours_before_the_last_comment_on_a_post_comes_too(
    site: LinkedInSite, apart: timedelta, is_old: bool
) -> None:
    """Notices come newest first; the first to name a post must not decide what is old there."""
    old = site.publish("long ago", author=ME, at=site.now - 200 * DAY)
    site.publish("an old comment", reply_to=old, at=site.now - 190 * DAY)
    source = site.source()
    _, batch = followed(source, None)
    site.now += HOUR
    own = old if is_old else site.publish("We fly to Oulu", author=ME)
    came = {} if is_old else {own: own}
    came[above := site.publish("When?", reply_to=own)] = own
    came[site.publish("I ask too", reply_to=above)] = above
    site.now += apart
    came[site.publish("Still nothing?", reply_to=own)] = own
    posts, batch = followed(source, batch.cursor)
    assert {post.native_id: post.in_reply_to or post.native_id for post in posts} == came
    site.now += HOUR
    assert not followed(source, batch.cursor)[0]


def test_an_outage_is_read_on_in_bounded_steps(site: LinkedInSite) -> None:
    source = site.source(requests_max=3)
    cursor = followed(source, None)[1].cursor
    site.now += DAY
    before = set(site.entries)
    above = ""
    for number in range(500):
        site.now += SECOND
        one = site.publish(f"Norvia {number}", reply_to=above if number % 5 == 0 else "")
        above = one if one in site.subject and number % 50 == 1 else above
    began = len(site.asked)
    batch = source.poll(cursor)
    assert batch.more
    assert not batch.complete
    assert len(site.asked) - began == batch.spent.requests == 3
    rest, last = followed(source, batch.cursor)
    came = [post.native_id for post in (*batch.posts, *rest)]
    assert sorted(came) == sorted(set(site.entries) - before)
    assert last.complete


def test_a_reply_in_the_place_of_one_that_went_is_found(site: LinkedInSite) -> None:
    own = site.publish("post", author=ME)
    above = site.publish("above", reply_to=own)
    gone = site.publish("gone", reply_to=above)
    source = site.source()
    _, batch = followed(source, None)
    site.now += MINUTE
    site.delete(gone)
    site.publish("come", reply_to=above)
    batch = source.poll(batch.cursor)
    assert [post.text for post in batch.posts] == ["come"]
    assert batch.deleted == (f"linkedin:{gone}",)


def test_edits_come_again(site: LinkedInSite) -> None:
    own = site.publish("post", author=ME)
    above = site.publish("above", reply_to=own)
    below = site.publish("below", reply_to=above)
    source = site.source()
    _, batch = followed(source, None)
    for post_id in (own, above, below):
        site.now += MINUTE
        site.edit(post_id, f"{site.entries[post_id].text}, put right")
        batch = source.poll(batch.cursor)
        assert [post.native_id for post in batch.posts] == [post_id]
        assert batch.posts[0].text.endswith(", put right")


def test_what_members_wrote_is_deleted_after_48_hours_and_not_brought_again(
    site: LinkedInSite,
) -> None:
    own = site.publish("post", author=ME)
    comment = site.publish("comment", reply_to=own)
    ours = site.publish("our answer", author=ME, reply_to=comment)
    site.publish("Norvia one more")
    site.publish("Norvia two more")
    mention = site.publish("Norvia mentioned")
    source = site.source()
    posts, batch = followed(source, None)
    assert {own, comment, ours, mention} <= {post.native_id for post in posts}
    site.now += 47 * HOUR
    batch = source.poll(batch.cursor)
    assert not batch.deleted
    site.now += HOUR
    batch = source.poll(batch.cursor)
    members = {post.id for post in posts if post.author.id != ORGANIZATION}
    assert set(batch.deleted) == members
    assert len(members) == 4
    site.now += HOUR
    batch = source.poll(batch.cursor)
    assert not batch.deleted
    assert not batch.posts


def test_what_may_not_be_kept_goes_even_where_linkedin_does_not_answer(site: LinkedInSite) -> None:
    own = site.publish("post", author=ME)
    comment = site.publish("comment", reply_to=own)
    source = site.source()
    _, batch = followed(source, None)
    site.now += 48 * HOUR
    site.token = "revoked"
    batch = source.poll(batch.cursor)
    assert batch.deleted == (f"linkedin:{comment}",)
    assert "revoked" in batch.faults[0].reason
    assert not batch.complete
    with pytest.raises(Reject, match="revoked"):
        source.poll(batch.cursor)


def test_with_leave_it_is_kept(site: LinkedInSite) -> None:
    site.publish("comment", reply_to=site.publish("post", author=ME))
    source = site.source(keep_hours=0.0)
    _, batch = followed(source, None)
    site.now += 100 * DAY
    assert not followed(source, batch.cursor)[1].deleted


def test_a_second_look_finds_edits_likes_and_deletions(site: LinkedInSite) -> None:
    own = site.publish("post", author=ME)
    first, second = (site.publish(text, reply_to=own) for text in ("one", "two"))
    site.publish("Norvia 1")
    site.publish("Norvia 2")
    mention = site.publish("Norvia mentioned", author="bo")
    source = site.source()
    posts, _ = followed(source, None)
    site.edit(first, "one, edited")
    site.delete(second)
    site.remove_author("bo")
    look = source.recheck(posts, Spent(requests=30))
    assert [(post.native_id, post.text) for post in look.posts] == [(first, "one, edited")]
    assert set(look.deleted) == {f"linkedin:{second}", f"linkedin:{mention}"}
    assert look.spent.requests == len(posts)


def test_comments_of_a_post_that_went_are_looked_at_again(site: LinkedInSite) -> None:
    own = site.publish("post", author=ME)
    comment = site.publish("comment", reply_to=own)
    source = site.source()
    posts, batch = followed(source, None)
    site.delete(own)
    site.now += 25 * HOUR
    batch = source.poll(batch.cursor)
    assert set(batch.look_again) == {f"linkedin:{own}", f"linkedin:{comment}"}
    look = source.recheck(posts, Spent(requests=5))
    assert set(look.deleted) == set(batch.look_again)


def test_a_second_look_never_takes_a_refusal_for_a_deletion(site: LinkedInSite) -> None:
    site.publish("Norvia")
    posts, _ = followed(site.source(), None)
    for trouble in (refusal(401, "no", "X"), refusal(403, "no", "ACCESS_DENIED"), "down"):
        site.trouble = trouble
        with pytest.raises((Retry, Reject)) as failed:
            site.source().recheck(posts, Spent(requests=20))
        assert failed.value.spent == Spent(requests=1)
    site.trouble = None
    look = site.source().recheck(posts, Spent(requests=1))
    assert [fault.where for fault in look.faults] == [posts[1].id]


def test_notices_that_linkedin_keeps_no_longer_are_a_gap(site: LinkedInSite) -> None:
    site.publish("Norvia")
    source = site.source()
    _, batch = followed(source, None)
    was = site.now
    site.now += 100 * DAY
    batch = source.poll(batch.cursor)
    (gap,) = batch.gaps
    assert (gap.since, gap.until) == (was, site.now - 60 * DAY)
    assert "60 days" in gap.cause


def test_marks_of_little_text_are_shown_as_linkedin_shows_them() -> None:
    text = r"Hi @[Norvia \(air\)](urn:li:organization:1), {hashtag|\#|oulu} is 5 \* \{good\} \\o/"
    assert plain(text) == r"Hi Norvia (air), #oulu is 5 * {good} \o/"
    assert plain("@[" * 50_000) == "@[" * 50_000


@pytest.mark.parametrize(
    ("urn", "number"),
    [
        ("urn:li:comment:(urn:li:activity:12,34)", "34"),
        ("urn:li:comment:(activity:12,34)", "34"),
        ("urn:li:comment:(urn:li:ugcPost:12,34)", "34"),
        ("urn:li:comment:(urn:li:activity:12,../../34)", ""),
        ("urn:li:share:12", ""),
    ],
)
def test_a_comment_has_one_number_however_its_name_is_written(urn: str, number: str) -> None:
    assert comment_number(urn) == number


def test_times_of_a_clock_that_was_wrong_are_over(site: LinkedInSite) -> None:
    site.publish("Norvia one")
    source = site.source()
    whole = json.loads(followed(source, None)[1].cursor or "")
    ahead = (site.now + 400 * DAY).timestamp()
    whole["notices"][0] = whole["page"][0] = ahead
    for thread in whole["threads"].values():
        thread[4] = ahead
    site.publish("Norvia two")
    posts, _ = followed(source, json.dumps(whole))
    assert "Norvia two" in [post.text for post in posts]
