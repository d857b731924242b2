"""The Facebook source against a page on the loopback."""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest

from listener.model import Batch, Post, Spent
from listener.ports import Receiving, Rechecking, Reject, Retry, Secret
from listener.testing import SourceSuite
from sources.facebook import FacebookSource
from tests.sources.changes import changing
from tests.sources.reader import Reader, waited
from tests.sources.standins.facebook_site import PAGE, FacebookSite
from tests.sources.standins.graph import error, no_such
from tests.sources.standins.serving import DAY, HOUR, MINUTE, Answer, Asked, serving


@pytest.fixture
def site() -> Iterator[FacebookSite]:
    with serving(FacebookSite()) as one:
        assert isinstance(one, FacebookSite)
        yield one


def followed(source: FacebookSource, cursor: str | None) -> tuple[list[Post], Batch]:
    """All that comes until it rests, and the last batch."""
    posts: list[Post] = []
    for _ in range(100):
        batch = source.poll(cursor)
        posts += batch.posts
        cursor = batch.cursor
        if not batch.more:
            return posts, batch
    pytest.fail("there was always more")


class TestFacebook(SourceSuite):
    @pytest.fixture
    def source(self, site: FacebookSite) -> FacebookSource:
        for number in range(120):
            first = site.publish(f"Norvia {number}", at=site.now - (120 - number) * MINUTE)
            if number % 10 == 0:
                site.publish("me too", reply_to=first, at=site.now - (119 - number) * MINUTE)
        site.tag("I like Norvia")
        site.review("Norvia is fine")
        return site.source()


def test_it_is_what_the_core_takes_it_for(site: FacebookSite) -> None:
    assert isinstance(site.source(), Receiving)
    assert isinstance(site.source(), Rechecking)


def test_a_post_with_all_that_facebook_tells(site: FacebookSite) -> None:
    first = site.publish("Norvia <is> late 🎉", author="ada", at=site.now - HOUR)
    site.publish("we are sorry", author="norvia", reply_to=first)
    post, answer = site.source().poll(None).posts
    assert post.id == f"facebook:{first}"
    assert post.text == "Norvia <is> late 🎉"
    assert (post.author.name, post.author.handle) == ("Ada", "")
    assert post.published_at == site.now - HOUR
    assert (post.engagement.shares, post.engagement.replies) == (2, 1)
    assert post.links == ("https://example.org/parcel",)
    assert post.url == f"https://www.facebook.com/norvia/posts/{first}"
    assert (post.conversation, post.in_reply_to) == (first, "")
    assert (answer.conversation, answer.in_reply_to) == (first, first)
    assert answer.author.handle == PAGE, "the page's own answers are known by its id"


def test_answers_to_comments_name_the_comment(site: FacebookSite) -> None:
    first = site.publish("Norvia")
    second = site.publish("one", reply_to=first)
    third = site.publish("two", reply_to=second)
    posts = {post.native_id: post for post in site.source().poll(None).posts}
    assert posts[second].in_reply_to == first
    assert posts[third].in_reply_to == second
    assert posts[third].conversation == first


def test_everything_of_the_page_comes_whatever_it_says(site: FacebookSite) -> None:
    site.publish("what a day")
    site.tag("look at this")
    site.review("")
    assert len(site.source().poll(None).posts) == 3


def test_a_review_tells_what_it_recommends_and_stars_only_where_given(site: FacebookSite) -> None:
    site.review("slow", "negative")
    site.review("good", "positive", rating=4)
    site.review("odd", "positive", rating=40)
    slow, good, odd = sorted(site.source().poll(None).posts, key=lambda one: one.native_id)
    assert (slow.title, slow.text, slow.facts) == ("Does not recommend", "slow", ())
    assert (good.title, good.facts) == ("Recommends", (("stars", "4"),))
    assert odd.facts == ()


def test_a_review_that_is_changed_comes_again(site: FacebookSite) -> None:
    site.review("good")
    source = site.source()
    cursor = source.poll(None).cursor
    site.reviews[0]["recommendation_type"] = "negative"
    (again,) = source.poll(cursor).posts
    assert (again.title, again.text) == ("Does not recommend", "good")


def test_a_list_without_permission_costs_only_itself(site: FacebookSite) -> None:
    site.publish("Norvia")
    site.withheld["ratings"] = error(12, "Recommendation is deprecated for versions v22.0")
    batch = site.source().poll(None)
    assert [post.text for post in batch.posts] == ["Norvia"]
    assert [fault.where for fault in batch.faults] == ["ratings"]
    assert "api_version" in batch.faults[0].reason
    assert not batch.complete
    assert site.source(reads=["feed", "tagged"]).poll(None).complete


def test_a_late_comment_under_an_old_post_is_found(site: FacebookSite) -> None:
    old = site.publish("Norvia", at=site.now - 20 * DAY)
    site.publish("old comment", reply_to=old, at=site.now - 19 * DAY)
    source = site.source()
    batch = source.poll(None)
    assert batch.posts == (), "the first look goes back a day"
    site.now += MINUTE
    new = site.publish("still not here", reply_to=old)
    batch = source.poll(batch.cursor)
    assert [post.native_id for post in batch.posts] == [new]
    assert source.poll(batch.cursor).posts == ()


def test_the_first_look_brings_a_new_comment_under_an_old_post(site: FacebookSite) -> None:
    old = site.publish("Norvia", at=site.now - 20 * DAY)
    site.publish("old comment", reply_to=old, at=site.now - 19 * DAY)
    new = site.publish("new comment", reply_to=old, at=site.now - HOUR)
    assert [post.native_id for post in site.source().poll(None).posts] == [new]


def test_quiet_threads_are_not_asked_for_again(site: FacebookSite) -> None:
    for number in range(30):
        site.publish("hm", reply_to=site.publish(f"Norvia {number}"))
    source = site.source()
    posts, batch = followed(source, None)
    assert len(posts) == 60
    before = len(site.asked)
    assert source.poll(batch.cursor).complete
    assert len(site.asked) - before == 3, "feed, tagged, ratings"


def test_an_outage_is_read_on_without_a_hole_in_bounded_steps(site: FacebookSite) -> None:
    site.publish("Norvia before")
    source = site.source(requests_max=4)
    cursor = source.poll(None).cursor
    site.now += DAY
    wanted = {site.publish(f"Norvia {number}") for number in range(900)}
    thread = site.publish("Norvia last")
    wanted |= {thread} | {site.publish(f"c{number}", reply_to=thread) for number in range(250)}
    began = len(site.asked)
    batch = source.poll(cursor)
    assert batch.more
    assert not batch.complete
    assert len(site.asked) - began == batch.spent.requests == 4
    rest, last = followed(source, batch.cursor)
    posts = [*batch.posts, *rest]
    assert sorted(post.native_id for post in posts) == sorted(wanted)
    assert last.complete


def test_a_thread_longer_than_anybody_reads_is_told_as_a_gap(site: FacebookSite) -> None:
    first = site.publish("Norvia", at=site.now - 2 * HOUR)
    for number in range(5_100):
        site.publish(f"c{number}", reply_to=first, at=site.now - HOUR + number * MINUTE / 100)
    source = site.source(requests_max=50)
    batches, cursor = list[Batch](), None
    while not batches or (batches[-1].more and len(batches) < 10):
        batches.append(source.poll(cursor))
        cursor = batches[-1].cursor
    gaps = [gap for batch in batches for gap in batch.gaps]
    assert [gap.place for gap in gaps] == [first]
    assert "page limit" in gaps[0].cause
    assert sum(len(batch.posts) for batch in batches) == 5_001


def test_an_edit_shows_at_the_next_poll_and_what_the_page_hides_goes(site: FacebookSite) -> None:
    first, second = site.publish("Norvia is god"), site.publish("Norvia spam")
    source = site.source()
    cursor = source.poll(None).cursor
    site.edit(first, "Norvia is good")
    site.hidden.add(second)
    batch = source.poll(cursor)
    assert [post.text for post in batch.posts] == ["Norvia is good"]
    assert batch.deleted == (f"facebook:{second}",)


def test_a_second_look_finds_edits_likes_and_deletions(site: FacebookSite) -> None:
    first = site.publish("Norvia")
    ids = [site.publish(f"c{n}", reply_to=first, author=f"a{n}") for n in range(4)]
    tag = site.tag("Norvia elsewhere")
    posts = site.source().poll(None).posts
    site.edit(ids[0], "edited")
    site.delete(ids[1])
    site.remove_author("a2")
    site.hidden.add(ids[3])
    site.delete(tag)
    before = len(site.asked)
    batch = site.source().recheck(posts, Spent(requests=50))
    assert {post.native_id: post.text for post in batch.posts} == {
        first: "Norvia",  # it has fewer answers now
        ids[0]: "edited",
    }
    assert set(batch.deleted) == {f"facebook:{one}" for one in ids[1:]}
    assert batch.spent.requests == len(site.asked) - before == 5 + 1


def test_a_second_look_never_takes_a_refusal_for_a_deletion(site: FacebookSite) -> None:
    site.publish("Norvia")
    posts = site.source().poll(None).posts
    for trouble in (
        no_such(posts[0].native_id),
        error(190, "gone", subcode=463),
        error(10, "no permission"),
        Answer(404, b"<html>no such host here</html>"),
        Answer(500),
    ):
        site.trouble = trouble
        with pytest.raises((Retry, Reject)) as failed:
            site.source().recheck(posts, Spent(requests=50))
        assert failed.value.spent is not None


def test_a_second_look_stops_at_the_allowance(site: FacebookSite) -> None:
    for number in range(5):
        site.publish(f"Norvia {number}")
    posts = site.source().poll(None).posts
    for post in posts:
        site.delete(post.native_id)
    before = len(site.asked)
    batch = site.source().recheck(posts, Spent(requests=3))
    assert len(site.asked) - before == 3
    assert len(batch.deleted) == 2, "one request went to make sure"
    assert len(batch.faults) == 3


def test_metas_own_limit_is_not_crossed_and_its_wish_is_obeyed(site: FacebookSite) -> None:
    site.calls_per_hour = 20
    for number in range(30):
        site.publish("hm", reply_to=site.publish(f"Norvia {number}"))
    reader = Reader(site, site.source())
    for _ in range(60):
        outcome = reader.poll()
        assert isinstance(outcome, Batch) or outcome.state == "rate limit"
        site.now += timedelta(seconds=waited(outcome) or 60)
        if len(reader.came) == 60:
            break
    assert len({post.native_id for post in reader.came}) == 60
    hours = [sum(1 for one in site.asked if a.at - HOUR < one.at <= a.at) for a in site.asked]
    assert max(hours) <= 20


def test_a_damaged_answer_about_a_thread_costs_no_other(site: FacebookSite) -> None:
    for number in range(3):
        site.publish(f"c{number}", reply_to=site.publish(f"Norvia {number}"))
    source = site.source()
    bad = next(iter(site.threads))

    def refuse(asked: Asked, answer: Answer | str) -> Answer | str:
        return error(100, "no") if asked.path.endswith(f"{bad}/comments") else answer

    with changing(site, refuse):
        batch = source.poll(None)
    assert len(batch.posts) == 5
    assert [fault.where for fault in batch.faults] == [bad]


def test_bad_items_cost_only_themselves(site: FacebookSite) -> None:
    good = site.post(site.entries[site.publish("Norvia good")])
    odd = good | {"id": f"{PAGE}_7", "message": None, "from": 5, "created_time": [], "shares": {}}
    body = {"data": [{}, {"id": ""}, {"id": []}, 7, None, odd, good]}
    site.queued = [Answer(body=body | {"paging": {}})]
    batch = site.source().poll(None)
    assert {post.text for post in batch.posts} == {"Norvia good", ""}
    assert len(batch.rejects) == 3


def test_a_next_page_that_is_refused_is_read_anew(site: FacebookSite) -> None:
    for number in range(150):
        site.publish(f"Norvia {number}")
    source = site.source()
    batch = source.poll_within(None, Spent(requests=1))
    whole = json.loads(batch.cursor or "")
    whole["scans"]["feed"][2] = "no-cursor-of-ours"
    broken = source.poll(json.dumps(whole))
    rest, last = followed(source, broken.cursor)
    got = [post.native_id for post in (*batch.posts, *broken.posts, *rest)]
    assert len(got) == len(set(got)) == 150
    assert last.complete


def test_the_token_never_leaves_in_an_address(site: FacebookSite) -> None:
    for number in range(150):
        site.publish(f"Norvia {number}")
    site.source().poll(None)
    for asked in site.asked:
        if not asked.path.endswith("debug_token"):
            assert "sesame" not in str(asked.query)
            assert asked.one("appsecret_proof")


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"page": "norvia"}, "the page's id"),
        ({"page": "١٢"}, "the page's id"),
        ({"reads": []}, "at least one list"),
        ({"follow_posts": 0}, "follow_posts"),
        ({"app_id": "1", "app_secret": None}, "without app_secret"),
        ({"token_expires": "soon"}, "write it like"),
        ({"api_version": "25"}, "write it like v25.0"),
        ({"verify_token": Secret("word")}, "webhooks need both"),
        ({"api_version": "v25.0/../x"}, "write it like v25.0"),
        ({"api_url": "ftp://x.example"}, "no http"),
        ({"requests_max": 0}, "more than 0"),
        ({"first_hours": 721}, "at most 720"),
    ],
)
def test_settings_that_cannot_work_are_refused(settings: dict[str, object], words: str) -> None:
    stated: dict[str, object] = {"page": PAGE, "access_token": Secret("x")}
    with pytest.raises(ValueError, match=words):
        FacebookSource(**(stated | settings))  # type: ignore[arg-type]


def test_with_nothing_to_spend_it_rests(site: FacebookSite) -> None:
    with pytest.raises(Retry) as polled:
        site.source().poll_within(None, Spent())
    with pytest.raises(Retry) as looked:
        site.source().recheck((), Spent())
    for rested in (polled, looked):
        assert (rested.value.state, rested.value.spent) == ("budget", Spent())
    assert not site.asked
