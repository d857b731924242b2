"""The Play Store source against an API on the loopback that checks the signatures."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from listener.answers import answers_in
from listener.match import Matcher
from listener.model import Batch, Brand, Gap, Post, Spent
from listener.ports import Reject, Retry, Secret
from listener.testing import SourceSuite
from sources.playstore import PlayStoreSource
from tests.sources.changes import changing
from tests.sources.standins.appstore_site import in_pem
from tests.sources.standins.playstore_site import APP, DEVELOPER, PlayStoreSite, status
from tests.sources.standins.serving import DAY, HOUR, MINUTE, Answer, Asked, serving

MANY = Spent(requests=100)


@pytest.fixture
def site() -> Iterator[PlayStoreSite]:
    with serving(PlayStoreSite()) as site:
        yield site


def published(site: PlayStoreSite, count: int) -> list[str]:
    """So many reviews, one a minute."""
    ids = []
    for _ in range(count):
        site.now += MINUTE
        ids.append(site.publish(f"Norvia {len(site.entries)}"))
    return ids


def with_file(site: PlayStoreSite, **changes: Any) -> PlayStoreSource:
    return site.source(service_account=Secret(json.dumps(site.key_file() | changes)))


class TestPlayStore(SourceSuite):
    @pytest.fixture
    def source(self, site: PlayStoreSite) -> PlayStoreSource:
        site.publish("thanks", author=DEVELOPER, reply_to=published(site, 250)[-1])
        return site.source()


def test_a_review_and_the_developers_answer(site: PlayStoreSite) -> None:
    review_id = site.publish("Norvia crashes\tall the time", at=site.now - 2 * HOUR)
    site.stars[review_id] = 1
    site.publish("It is mended", author=DEVELOPER, reply_to=review_id)
    shaped = site.shape(site.entries[review_id])
    shaped["comments"][0]["userComment"] |= {
        "text": "Hot\tNorvia crashes",
        "reviewerLanguage": "pt_BR",
        "thumbsUpCount": 7,
    }
    site.queued = [token_answer(site), Answer(body={"reviews": [shaped]})]
    review, answer = site.source().poll(None).posts
    assert review.id == f"playstore:{review_id}"
    assert (review.title, review.text, review.language) == ("Hot", "Norvia crashes", "pt")
    assert review.facts == (("stars", "1"), ("version", "1.2.0"))
    assert (review.author.name, review.author.handle) == ("ada", "")
    assert review.engagement.likes == 7
    assert review.published_at == site.now - 2 * HOUR
    assert review.url.startswith(f"https://play.google.com/store/apps/details?id={APP}&reviewId=")
    assert (answer.native_id, answer.text) == (f"{review_id}/reply", "It is mended")
    assert (answer.author.handle, answer.in_reply_to) == (APP, review_id)
    assert (answer.published_at, answer.conversation) == (site.now, review_id)
    brand = Brand("norvia", names=("Norvia",), own_accounts=(APP,))
    assert [one.brand for one in answers_in([review, answer], Matcher([brand]).own)] == ["norvia"]


def token_answer(site: PlayStoreSite) -> Answer:
    site.tokens["good"] = site.now + HOUR
    return Answer(body={"access_token": "good", "expires_in": 3599, "token_type": "Bearer"})


def test_the_authors_words_are_kept_and_not_a_translation(site: PlayStoreSite) -> None:
    shaped = site.shape(site.entries[site.publish("Norvia")])
    shaped["comments"][0]["userComment"] |= {"text": "It is dear", "originalText": "\tKallis"}
    site.queued = [token_answer(site), Answer(body={"reviews": [shaped]})]
    (post,) = site.source().poll(None).posts
    assert (post.title, post.text) == ("", "Kallis")


def test_an_edit_comes_again_with_its_first_date(site: PlayStoreSite) -> None:
    review_id, _ = published(site, 2)
    source = site.source()
    first = source.poll(None)
    site.now += HOUR
    site.stars[review_id] = 3
    site.edit(review_id, "Norvia is fixed")
    (post,) = source.poll(first.cursor).posts
    assert (post.native_id, post.text) == (review_id, "Norvia is fixed")
    assert dict(post.facts)["stars"] == "3"
    assert post.published_at == first.posts[0].published_at


def test_an_answer_that_comes_later_is_found_on_the_first_page_and_deeper_once_a_day(
    site: PlayStoreSite,
) -> None:
    ids = published(site, 150)
    source = site.source()
    cursor = source.poll(None).cursor
    site.publish("thanks", author=DEVELOPER, reply_to=ids[-1])
    deep = site.publish("sorry", author=DEVELOPER, reply_to=ids[0])
    batch = source.poll(cursor)
    assert [post.text for post in batch.posts] == ["thanks"]
    site.now += DAY
    batch = source.poll(batch.cursor)
    assert [post.native_id for post in batch.posts] == [deep]


def test_more_than_a_week_away_is_a_told_gap_once(site: PlayStoreSite) -> None:
    published(site, 5)
    source = site.source()
    first = source.poll(None)
    left = site.now
    site.now += 3 * DAY
    lost = site.publish("Norvia, never seen")
    site.now += 8 * DAY
    seen = site.publish("Norvia, seen")
    batch = source.poll(first.cursor)
    assert [post.native_id for post in batch.posts] == [seen]
    cause = "page limit: the site shows no older ones"
    assert batch.gaps == (Gap(left, site.now - 7 * DAY, cause, APP),)
    assert not batch.complete
    assert not batch.deleted
    later = source.poll(batch.cursor)
    assert (later.gaps, later.posts, later.deleted, later.complete) == ((), (), (), True)
    assert lost in site.entries


def test_five_days_away_are_read_without_a_gap(site: PlayStoreSite) -> None:
    published(site, 5)
    source = site.source()
    cursor = source.poll(None).cursor
    ids = published(site, 300)
    site.now += 5 * DAY
    batch = source.poll(cursor)
    assert [post.native_id for post in batch.posts] == ids
    assert batch.complete
    assert batch.spent.requests == 5, "four pages and a token"


def test_a_small_allowance_reads_on_where_it_stopped(site: PlayStoreSite) -> None:
    published(site, 5)
    source = site.source()
    cursor = source.poll(None).cursor
    ids = published(site, 450)
    got: list[str] = []
    for _ in range(20):
        batch = source.poll_within(cursor, Spent(requests=2))
        assert batch.spent.requests <= 2
        got += [post.native_id for post in batch.posts]
        cursor = batch.cursor
        if batch.complete:
            break
    assert sorted(got) == ids
    assert batch.complete


def test_a_place_in_the_list_that_is_known_no_longer_begins_anew(site: PlayStoreSite) -> None:
    published(site, 5)
    source = site.source()
    cursor = source.poll(None).cursor
    ids = published(site, 450)
    batch = source.poll_within(cursor, Spent(requests=2))
    state = json.loads(batch.cursor or "")
    assert state["lists"][APP]["next"]
    state["lists"][APP]["next"] = "garbage"
    failed = source.poll(json.dumps(state))
    assert "400" in failed.faults[0].reason
    site.now += DAY
    rest = source.poll(failed.cursor)
    got = [post.native_id for post in (*batch.posts, *rest.posts)]
    assert sorted(got) == ids


def test_the_token_of_an_hour_is_used_for_an_hour(site: PlayStoreSite) -> None:
    published(site, 1)
    source = site.source()
    cursor = source.poll(None).cursor
    for _ in range(10):
        site.now += 5 * MINUTE
        cursor = source.poll(cursor).cursor
    assert len(site.tokens) == 1
    site.now += HOUR
    source.poll(cursor)
    assert len(site.tokens) == 2


def test_a_token_that_was_taken_back_is_renewed_within_the_poll(site: PlayStoreSite) -> None:
    published(site, 1)
    source = site.source()
    cursor = source.poll(None).cursor
    site.tokens.clear()
    ids = published(site, 2)
    batch = source.poll(cursor)
    assert [post.native_id for post in batch.posts] == ids
    assert batch.spent.requests == 3


@pytest.mark.parametrize(
    "changes",
    [
        {"client_email": "somebody@else.example"},
        {"private_key_id": "other"},
        {"private_key": in_pem(rsa.generate_private_key(public_exponent=65_537, key_size=2_048))},
    ],
)
def test_a_key_that_google_does_not_know_is_a_matter_of_login(
    site: PlayStoreSite, changes: Mapping[str, str]
) -> None:
    with pytest.raises(Reject, match="does not accept the key of the service account") as refused:
        with_file(site, **changes).poll(None)
    assert (refused.value.state, refused.value.spent) == ("login", Spent(requests=1))


@pytest.mark.parametrize("key", ["sesame", in_pem(ec.generate_private_key(ec.SECP256R1()))])
def test_a_key_that_is_none_is_told_without_a_word_of_it(site: PlayStoreSite, key: str) -> None:
    with pytest.raises(Reject, match="must be an RSA key") as refused:
        with_file(site, private_key=key).poll(None)
    assert refused.value.state == "setup"
    assert "sesame" not in refused.value.reason
    assert not site.asked


@pytest.mark.parametrize(
    ("trouble", "kind", "state", "words"),
    [
        (status(401, "UNAUTHENTICATED", "no"), Reject, "login", "its key still stands"),
        (
            status(403, "PERMISSION_DENIED", "no"),
            Reject,
            "blocked",
            "invite it in the Play Console",
        ),
        (status(404, "NOT_FOUND", "no"), Reject, "gone", "no app of this package name"),
        (status(503, "UNAVAILABLE", "no"), Retry, "outage", "asks to wait"),
        (
            Answer(403, {"error": {"code": 403, "errors": [{"reason": "accessNotConfigured"}]}}),
            Reject,
            "setup",
            "enable it there",
        ),
        (
            Answer(403, {"error": {"code": 403, "errors": [{"reason": "quotaExceeded"}]}}),
            Retry,
            "rate limit",
            "longer poll_seconds",
        ),
        (Answer(200, {"reviews": "none"}), Retry, "outage", "no list of reviews"),
        (Answer(200, []), Retry, "outage", "no list of reviews"),
        ("down", Retry, "outage", "127.0.0.1"),
    ],
)
def test_each_refusal_in_its_own_words(
    site: PlayStoreSite, trouble: Answer | str, kind: type[Retry], state: str, words: str
) -> None:
    site.queued = [token_answer(site), trouble, token_answer(site), trouble]
    with pytest.raises(kind, match=words) as failed:
        site.source().poll(None)
    assert failed.value.state == state


def test_the_quota_of_the_hour_is_waited_for_as_google_says(site: PlayStoreSite) -> None:
    site.per_hour = 3
    published(site, 1)
    source = site.source()
    cursor: str | None = None
    for _ in range(3):
        cursor = source.poll(cursor).cursor
    with pytest.raises(Retry) as limited:
        source.poll(cursor)
    assert (limited.value.state, limited.value.after_seconds) == ("rate limit", 600)


def known(site: PlayStoreSite) -> tuple[PlayStoreSource, tuple[Post, ...]]:
    ids = published(site, 6)
    site.publish("thanks", author=DEVELOPER, reply_to=ids[0])
    source = site.source()
    return source, source.poll(None).posts


def test_a_second_look_finds_edits_and_deletions_of_any_age(site: PlayStoreSite) -> None:
    source, posts = known(site)
    site.now += 20 * DAY
    ids = sorted((post.native_id for post in posts), key=len)[:6]
    site.edit(ids[0], "Norvia, put right")
    site.delete(ids[1])
    site.delete(f"{ids[0]}/reply")
    before = len(site.asked)
    batch = source.recheck(posts, MANY)
    assert [(post.native_id, post.text) for post in batch.posts] == [(ids[0], "Norvia, put right")]
    assert batch.posts[0].published_at == posts[0].published_at
    assert set(batch.deleted) == {f"playstore:{ids[1]}", f"playstore:{ids[0]}/reply"}
    assert batch.spent.requests == len(site.asked) - before == 1 + 6 + 1, "a token, and the app"


def test_an_app_that_the_account_lost_is_no_deletion_of_its_reviews(site: PlayStoreSite) -> None:
    source, posts = known(site)
    for trouble in (status(404, "NOT_FOUND", "no"), Answer(404, b"<html>no such host</html>")):
        site.trouble = trouble
        with pytest.raises(Reject) as refused:
            source.recheck(posts, MANY)
        assert refused.value.state == "gone"


def test_what_a_second_look_did_not_get_to_is_named(site: PlayStoreSite) -> None:
    source, posts = known(site)
    batch = source.recheck(posts, Spent(requests=4))
    assert (batch.spent.requests, len(batch.faults)) == (4, 2)
    good = iter(range(3))

    def failing(_: Asked, answer: Answer | str) -> Answer | str:
        return answer if next(good, None) is not None else Answer(500)

    with changing(site, failing):
        batch = source.recheck(posts, MANY)
    assert len(batch.faults) == 3


def test_one_app_that_fails_costs_only_itself(site: PlayStoreSite) -> None:
    published(site, 2)
    batch: Batch = site.source(apps=["com.other.app", APP]).poll(None)
    assert len(batch.posts) == 2
    assert [fault.where for fault in batch.faults] == ["com.other.app"]
    assert not batch.complete


def test_bad_reviews_cost_only_themselves(site: PlayStoreSite) -> None:
    good = site.shape(site.entries[site.publish("Norvia good")])
    bad = [{}, {"reviewId": "1"}, {"reviewId": "2", "comments": [{"userComment": 7}]}, 7]
    site.queued = [token_answer(site), Answer(body={"reviews": [*bad, good]})]
    batch = site.source().poll(None)
    assert [post.text for post in batch.posts] == ["Norvia good"]
    assert len(batch.rejects) == 3


def test_no_reviews_at_all_are_no_failure(site: PlayStoreSite) -> None:
    batch = site.source().poll(None)
    assert batch.complete
    assert not batch.faults


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"apps": []}, "0 entries"),
        ({"apps": ["norvia"]}, "looks like com.example.app"),
        ({"apps": ["com.x/../../y"]}, "no package name"),
        ({"pages_max": 1}, "takes 2 pages"),
        ({"first_hours": 169}, "at most 168"),
        ({"timeout_seconds": 0}, "more than 0"),
        ({"service_account": Secret("sesame")}, "give the JSON file that Google made"),
        ({"service_account": Secret('{"type": "authorized_user"}')}, "no key of a service account"),
    ],
)
def test_settings_that_cannot_work_are_refused(
    site: PlayStoreSite, settings: dict[str, Any], words: str
) -> None:
    with pytest.raises(ValueError, match=words) as refused:
        site.source(**settings)
    assert "sesame" not in str(refused.value)


def test_a_token_address_that_is_none_is_refused(site: PlayStoreSite) -> None:
    with pytest.raises(ValueError, match="token_uri is no address"):
        with_file(site, token_uri="file:///etc/passwd")
