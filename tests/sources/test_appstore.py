"""The App Store source by its public feed, against a store on the loopback."""

import json
from collections.abc import Iterator, Mapping

import pytest

from listener.model import Batch, Gap, Post, Spent
from listener.ports import Reject, Retry, Secret
from listener.testing import SourceSuite
from sources.appstore import AppStoreSource
from tests.sources.changes import changing
from tests.sources.standins.appstore_site import APP, DEVELOPER, AppStoreSite
from tests.sources.standins.serving import DAY, HOUR, MINUTE, Answer, Asked, serving

EMPTY = Answer(200, {"feed": {"id": {"label": "x"}}})


@pytest.fixture
def site() -> Iterator[AppStoreSite]:
    with serving(AppStoreSite()) as site:
        yield site


def followed(source: AppStoreSource, cursor: str | None) -> tuple[list[Post], Batch]:
    """All that comes until it rests, and the last batch."""
    posts: list[Post] = []
    for _ in range(50):
        batch = source.poll(cursor)
        posts += batch.posts
        cursor = batch.cursor
        if not batch.more:
            return posts, batch
    pytest.fail("there was always more")


def published(site: AppStoreSite, count: int) -> list[str]:
    """So many reviews, one a minute."""
    ids = []
    for _ in range(count):
        site.now += MINUTE
        ids.append(site.publish(f"Norvia {len(site.entries)}"))
    return ids


class TestFeed(SourceSuite):
    @pytest.fixture
    def source(self, site: AppStoreSite) -> AppStoreSource:
        published(site, 120)
        return site.source()


def test_a_review_with_all_that_the_feed_tells(site: AppStoreSite) -> None:
    review_id = site.publish("Norvia <crashes> & burns", at=site.now - HOUR)
    site.stars[review_id], site.versions[review_id] = 2, "4.1.0"
    (post,) = site.source().poll(None).posts
    assert post.id == f"appstore:{review_id}"
    assert (post.title, post.text) == ("Review 001", "Norvia <crashes> & burns")
    assert post.facts == (("stars", "2"), ("version", "4.1.0"))
    assert (post.author.handle, post.author.name, post.author.id) == ("ada", "ada", "100000294")
    assert post.published_at == site.now - HOUR
    assert post.conversation == review_id
    assert post.url.startswith(f"https://itunes.apple.com/fi/review?id={APP}")


def test_the_first_look_goes_back_a_day(site: AppStoreSite) -> None:
    for hours in range(60, 0, -1):
        site.publish(f"Norvia {hours}", at=site.now - hours * HOUR)
    batch = site.source().poll(None)
    assert [post.text for post in batch.posts] == [f"Norvia {n}" for n in range(24, 0, -1)]
    assert batch.complete
    assert len(site.asked) == 1


def test_an_edit_comes_again_with_its_new_stars_and_its_first_date(site: AppStoreSite) -> None:
    review_id, _ = published(site, 2)
    source = site.source()
    (first, _), last = followed(source, None)
    site.now += 2 * HOUR
    site.edit(review_id, "Norvia is fixed")
    site.stars[review_id] = 4
    batch = source.poll(last.cursor)
    (post,) = batch.posts
    assert (post.native_id, post.text) == (review_id, "Norvia is fixed")
    assert dict(post.facts)["stars"] == "4"
    assert post.published_at == first.published_at
    site.now += MINUTE
    site.versions[review_id] = "2.0"
    (again,) = source.poll(batch.cursor).posts
    assert (again.text, dict(again.facts)["version"]) == (post.text, "2.0")


def test_a_poll_with_nothing_new_is_one_request(site: AppStoreSite) -> None:
    published(site, 300)
    source = site.source()
    _, last = followed(source, None)
    before = len(site.asked)
    published(site, 3)
    batch = source.poll(last.cursor)
    assert len(batch.posts) == 3
    assert len(site.asked) - before == batch.spent.requests == 1


def test_a_night_of_silence_is_read_back_in_order(site: AppStoreSite) -> None:
    published(site, 5)
    source = site.source()
    cursor = source.poll(None).cursor
    ids = published(site, 220)
    batch = source.poll(cursor)
    assert [post.native_id for post in batch.posts] == ids
    assert batch.complete
    assert not batch.gaps
    assert batch.spent.requests == 5


def test_what_rolled_over_the_newest_500_is_a_told_gap(site: AppStoreSite) -> None:
    published(site, 5)
    source = site.source()
    first = source.poll(None)
    newest = first.posts[-1].published_at
    ids = published(site, 530)
    batch = source.poll(first.cursor)
    oldest = batch.posts[0].published_at
    assert newest is not None
    assert oldest is not None
    assert [post.native_id for post in batch.posts] == ids[30:]
    cause = "page limit: the site shows no older ones"
    assert batch.gaps == (Gap(newest, oldest, cause, f"{APP}/fi"),)
    assert not batch.complete
    later = source.poll(batch.cursor)
    assert (later.gaps, later.posts, later.complete) == ((), (), True)


def test_a_small_allowance_reads_on_where_it_stopped(site: AppStoreSite) -> None:
    published(site, 5)
    source = site.source()
    cursor = source.poll(None).cursor
    wanted = published(site, 260)
    got: list[str] = []
    for _ in range(12):
        batch = source.poll_within(cursor, Spent(requests=2))
        assert batch.spent.requests <= 2
        got += [post.native_id for post in batch.posts]
        cursor = batch.cursor
        wanted += published(site, 1)
        if batch.complete:
            break
    rest, _ = followed(source, cursor)
    got += [post.native_id for post in rest]
    assert sorted(got) == sorted(wanted)


def test_reviews_that_went_between_two_polls_hide_none(site: AppStoreSite) -> None:
    published(site, 5)
    source = site.source()
    cursor = source.poll(None).cursor
    ids = published(site, 200)
    batch = source.poll_within(cursor, Spent(requests=2))
    for review_id in ids[-40:]:
        site.delete(review_id)
    rest, _ = followed(source, batch.cursor)
    assert {post.native_id for post in (*batch.posts, *rest)} == set(ids)


@pytest.mark.parametrize("at", [1, 2, 3])
def test_a_page_that_comes_back_empty_now_and_then_loses_nothing(
    site: AppStoreSite, at: int
) -> None:
    published(site, 5)
    source = site.source()
    cursor = source.poll(None).cursor
    ids = published(site, 130)

    def empty(asked: Asked, answer: Answer | str) -> Answer | str:
        return EMPTY if f"page={at}/" in asked.path else answer

    with changing(site, empty):
        batch = source.poll(cursor)
    assert not batch.complete
    assert "fewer reviews than it did" in batch.faults[0].reason
    site.now += MINUTE
    rest, last = followed(source, batch.cursor)
    assert sorted(post.native_id for post in (*batch.posts, *rest)) == ids
    assert last.complete
    assert not last.deleted


def test_a_review_that_is_missing_for_an_hour_is_gone(site: AppStoreSite) -> None:
    ids = published(site, 30)
    source = site.source()
    _, last = followed(source, None)
    site.delete(ids[10])
    site.remove_author("nobody")
    site.now += MINUTE
    batch = source.poll(last.cursor)
    assert batch.deleted == ()
    site.now += 30 * MINUTE
    batch = source.poll(batch.cursor)
    assert batch.deleted == ()
    site.now += HOUR
    batch = source.poll(batch.cursor)
    assert batch.deleted == (f"appstore:{ids[10]}",)
    assert source.poll(batch.cursor).deleted == ()


def test_one_that_was_missing_for_a_moment_stays(site: AppStoreSite) -> None:
    ids = published(site, 30)
    source = site.source()
    _, last = followed(source, None)
    hidden = site.entries.pop(ids[10])
    cursor = source.poll(last.cursor).cursor
    site.entries[ids[10]] = hidden
    site.now += HOUR
    cursor = source.poll(cursor).cursor
    del site.entries[ids[10]]
    site.now += 59 * MINUTE
    assert source.poll(cursor).deleted == ()


def test_many_missing_at_once_are_believed_only_after_a_day(site: AppStoreSite) -> None:
    ids = published(site, 30)
    source = site.source()
    _, last = followed(source, None)
    for review_id in ids[5:25]:
        site.delete(review_id)
    cursor, deleted = last.cursor, []
    for _ in range(14):
        site.now += 2 * HOUR
        batch = source.poll(cursor)
        cursor = batch.cursor
        deleted.append(len(batch.deleted))
    assert sum(deleted[:12]) == 0
    assert sum(deleted) == 20


def test_once_a_day_it_looks_deeper_for_what_is_gone(site: AppStoreSite) -> None:
    ids = published(site, 240)
    source = site.source()
    _, last = followed(source, None)
    site.delete(ids[3])
    cursor, deleted, requests = last.cursor, [], []
    site.now += DAY
    for _ in range(5):
        batch = source.poll(cursor)
        requests.append(batch.spent.requests)
        deleted += batch.deleted
        cursor = batch.cursor
        site.now += HOUR
    assert deleted == [f"appstore:{ids[3]}"]
    assert requests == [6, 6, 1, 1, 1], "deeper once a day, and an hour later for what it missed"


def test_a_review_that_is_listed_late_is_found(site: AppStoreSite) -> None:
    published(site, 20)
    source = site.source()
    _, last = followed(source, None)
    late = site.publish("Norvia, moderated", at=site.now - 10 * MINUTE)
    assert [post.native_id for post in source.poll(last.cursor).posts] == [late]


def test_one_review_is_told_without_a_list(site: AppStoreSite) -> None:
    site.publish("Norvia alone")
    assert len(site.source().poll(None).posts) == 1


def test_the_app_itself_is_no_review(site: AppStoreSite) -> None:
    entry = site.in_feed(site.entries[site.publish("Norvia")])
    app = {"im:name": {"label": "Norvia"}, "id": {"label": "https://apps.apple.com/app/id1"}}
    site.queued = [Answer(body={"feed": {"entry": [app, entry]}})]
    batch = site.source().poll(None)
    assert [post.text for post in batch.posts] == ["Norvia"]
    assert not batch.rejects


def test_bad_entries_cost_only_themselves(site: AppStoreSite) -> None:
    good = site.in_feed(site.entries[site.publish("Norvia good")])
    undated = good | {"id": {"label": "77"}, "updated": {"label": "soon"}, "im:rating": []}
    site.queued = [Answer(body={"feed": {"entry": [{}, 7, None, {"id": 5}, good, undated]}})]
    batch = site.source().poll(None)
    assert {post.native_id for post in batch.posts} == {"10000000001", "77"}
    assert len(batch.rejects) == 4
    by_id = {post.native_id: post for post in batch.posts}
    assert by_id["77"].published_at is None
    assert dict(by_id["77"].facts) == {"version": "1.0"}


def test_the_developers_answers_are_not_in_the_feed(site: AppStoreSite) -> None:
    site.publish("thanks, says Norvia", author=DEVELOPER, reply_to=site.publish("Norvia"))
    assert [post.text for post in site.source().poll(None).posts] == ["Norvia"]


def test_one_country_that_fails_costs_only_itself(site: AppStoreSite) -> None:
    published(site, 2)
    source = site.source(countries=["se", "FI"])

    def refused(asked: Asked, answer: Answer | str) -> Answer | str:
        return Answer(403, b"") if asked.path.startswith("/se/") else answer

    with changing(site, refused):
        batch = source.poll(None)
    assert len(batch.posts) == 2
    assert [(fault.where, "403" in fault.reason) for fault in batch.faults] == [(f"{APP}/se", True)]
    assert not batch.complete


def test_lists_that_an_allowance_does_not_reach_come_first_next_time(site: AppStoreSite) -> None:
    site.publish("Norvia long ago", at=site.now - 3 * DAY)
    published(site, 2)
    source = site.source(countries=["se", "fi"])
    batch = source.poll_within(None, Spent(requests=1))
    assert batch.more
    assert not batch.posts
    again = source.poll_within(batch.cursor, Spent(requests=1))
    assert len(again.posts) == 2
    assert not again.more
    assert [asked.path.split("/")[1] for asked in site.asked] == ["se", "fi"]


def test_a_second_look_asks_nothing_of_the_feed(site: AppStoreSite) -> None:
    published(site, 2)
    source = site.source()
    posts = source.poll(None).posts
    before = len(site.asked)
    assert source.recheck(posts, Spent(requests=9)) == Batch()
    assert len(site.asked) == before


@pytest.mark.parametrize(
    ("trouble", "kind", "state"),
    [
        (Answer(400, b""), Reject, "setup"),
        (Answer(403, b""), Reject, "blocked"),
        (Answer(404, b""), Reject, "gone"),
        (Answer(200, b"<html>a shop</html>"), Retry, "outage"),
        (Answer(200, {"feed": {"entry": "none"}}), Retry, "outage"),
        ("down", Retry, "outage"),
    ],
)
def test_each_refusal_in_its_own_words(
    site: AppStoreSite, trouble: Answer | str, kind: type[Retry], state: str
) -> None:
    site.trouble = trouble
    with pytest.raises(kind) as failed:
        site.source().poll(None)
    assert failed.value.state == state
    assert failed.value.spent == Spent(requests=1)


def test_with_nothing_to_spend_it_rests(site: AppStoreSite) -> None:
    with pytest.raises(Retry) as rested:
        site.source().poll_within(None, Spent())
    assert (rested.value.state, rested.value.spent) == ("budget", Spent())
    assert not site.asked


def test_times_of_a_clock_that_was_wrong_are_over(site: AppStoreSite) -> None:
    published(site, 3)
    source = site.source()
    whole = json.loads(source.poll(None).cursor or "")
    ahead = int((site.now + 400 * DAY).timestamp())
    state = whole["lists"][f"{APP}/fi"]
    state |= {"again_at": ahead, "read_at": ahead, "deep_at": ahead, "top": ahead, "said": "wait"}
    ids = published(site, 2)
    batch = source.poll(json.dumps(whole))
    assert [post.native_id for post in batch.posts] == ids


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"apps": []}, "apps is empty"),
        ({"apps": ["norvia"]}, "is no app: give the number"),
        ({"countries": []}, "countries is empty"),
        ({"countries": ["fin"]}, "two letters"),
        ({"countries": [a + b for a in "abcdefg" for b in "abcdefg"]}, "49 lists: 40 at most"),
        ({"pages_max": 1}, "takes 2 pages"),
        ({"first_hours": 0}, "more than 0"),
        ({"timeout_seconds": 61}, "at most 60"),
        ({"key_id": "K", "countries": []}, "belong together"),
        ({"private_key": Secret("k")}, "belong together"),
        ({"key_id": "K", "private_key": Secret("k")}, "all countries come: take it out"),
    ],
)
def test_settings_that_cannot_work_are_refused(settings: Mapping[str, object], words: str) -> None:
    stated = {"apps": ["6448311069"], "countries": ["fi"]} | dict(settings)
    with pytest.raises(ValueError, match=words):
        AppStoreSource(**stated)  # type: ignore[arg-type]


def test_an_app_may_be_given_by_its_address() -> None:
    address = "https://apps.apple.com/fi/app/norvia/id6448311069?l=fi"
    assert AppStoreSource(apps=[address, APP], countries=["FI"]).apps == [APP]
