"""The App Store source with a key, against an API on the loopback that checks the signatures."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from listener.answers import answers_in
from listener.match import Matcher
from listener.model import Brand, Post, Spent
from listener.ports import Reject, Retry, Secret
from listener.testing import SourceSuite
from sources.appstore import AppStoreSource
from tests.sources.changes import changing
from tests.sources.standins.appstore_site import (
    APP,
    DEVELOPER,
    REQUESTS_PER_HOUR,
    AppStoreConnectSite,
    in_pem,
)
from tests.sources.standins.serving import DAY, HOUR, MINUTE, Answer, Asked, serving

MANY = Spent(requests=100)


@pytest.fixture
def site() -> Iterator[AppStoreConnectSite]:
    with serving(AppStoreConnectSite()) as site:
        yield site


def published(site: AppStoreConnectSite, count: int) -> list[str]:
    """So many reviews, one a minute."""
    ids = []
    for _ in range(count):
        site.now += MINUTE
        ids.append(site.publish(f"Norvia {len(site.entries)}"))
    return ids


class TestConnect(SourceSuite):
    @pytest.fixture
    def source(self, site: AppStoreConnectSite) -> AppStoreSource:
        site.publish("thanks", author=DEVELOPER, reply_to=published(site, 450)[-1])
        return site.source()


def test_a_review_and_the_developers_answer(site: AppStoreConnectSite) -> None:
    review_id = site.publish("Norvia crashes", at=site.now - 2 * HOUR)
    site.stars[review_id] = 1
    answer_id = site.publish("It is mended", author=DEVELOPER, reply_to=review_id)
    review, answer = site.source().poll(None).posts
    assert (review.id, review.text, review.title) == (
        f"appstore:{review_id}",
        "Norvia crashes",
        "Review 001",
    )
    assert review.facts == (("stars", "1"),)
    assert (review.author.handle, review.author.name) == ("ada", "ada")
    assert review.published_at == site.now - 2 * HOUR
    assert (answer.native_id, answer.text) == (answer_id, "It is mended")
    assert answer.author.handle == f"id{APP}"
    assert answer.published_at == site.now
    assert answer.in_reply_to == answer.conversation == review.conversation == review_id


def test_the_answer_counts_as_the_brands_own(site: AppStoreConnectSite) -> None:
    review_id = site.publish("Norvia crashes")
    site.publish("It is mended", author=DEVELOPER, reply_to=review_id)
    posts = site.source().poll(None).posts
    brand = Brand("norvia", names=("Norvia",), own_accounts=(f"appstore:id{APP}",))
    (answer,) = answers_in(posts, Matcher([brand]).own)
    assert answer.brand == "norvia"
    brand = replace(brand, own_accounts=(f"id{APP}",))
    assert answers_in(posts, Matcher([brand]).own) == [answer]


def test_an_answer_comes_when_it_is_public_and_again_when_it_changes(
    site: AppStoreConnectSite,
) -> None:
    review_id, *_ = published(site, 20)
    source = site.source()
    cursor = source.poll(None).cursor
    site.now += HOUR
    answer_id = site.publish("We look into it", author=DEVELOPER, reply_to=review_id)
    site.pending.add(answer_id)
    batch = source.poll(cursor)
    assert not batch.posts
    site.pending.clear()
    batch = source.poll(batch.cursor)
    assert [post.native_id for post in batch.posts] == [answer_id]
    first = batch.posts[0].published_at
    site.now += HOUR
    site.edit(answer_id, "It is mended")
    batch = source.poll(batch.cursor)
    assert [(post.text, post.published_at) for post in batch.posts] == [("It is mended", first)]
    site.delete(answer_id)
    batch = source.poll(batch.cursor)
    site.now += 2 * HOUR
    batch = source.poll(batch.cursor)
    assert batch.deleted == (f"appstore:{answer_id}",)


def test_an_edit_comes_again_though_its_place_in_the_list_is_the_same(
    site: AppStoreConnectSite,
) -> None:
    ids = published(site, 30)
    source = site.source()
    cursor = source.poll(None).cursor
    site.stars[ids[4]] = 2
    site.edit(ids[5], "Norvia, put right")
    batch = source.poll(cursor)
    assert {post.native_id for post in batch.posts} == set(ids[4:6])
    assert batch.spent.requests == 1


def test_the_key_is_signed_for_and_a_persons_own_key_works_too(site: AppStoreConnectSite) -> None:
    published(site, 1)
    assert len(site.source().poll(None).posts) == 1
    assert len(site.source(issuer_id="").poll(None).posts) == 1
    pem = in_pem_on_one_line(site)
    assert len(site.source(private_key=pem).poll(None).posts) == 1


def in_pem_on_one_line(site: AppStoreConnectSite) -> Secret:
    key = site.source().private_key
    assert key is not None
    return Secret(key.reveal().replace("\n", "\\n"))


@pytest.mark.parametrize(
    "settings",
    [
        {"key_id": "OTHER"},
        {"issuer_id": "somebody else"},
        {"private_key": Secret(in_pem(ec.generate_private_key(ec.SECP256R1())))},
    ],
)
def test_a_key_that_is_not_the_right_one_is_a_matter_of_login(
    site: AppStoreConnectSite, settings: dict[str, Any]
) -> None:
    with pytest.raises(Reject, match="check key_id, issuer_id and private_key") as refused:
        site.source(**settings).poll(None)
    assert (refused.value.state, refused.value.spent) == ("login", Spent(requests=1))


@pytest.mark.parametrize(
    "key",
    [
        "sesame",
        "-----BEGIN PRIVATE KEY-----\nc2VzYW1l\n-----END PRIVATE KEY-----\n",
        in_pem(rsa.generate_private_key(public_exponent=65_537, key_size=2_048)),
        in_pem(ec.generate_private_key(ec.SECP384R1())),
    ],
)
def test_a_key_that_is_none_is_told_without_a_word_of_it(
    site: AppStoreConnectSite, key: str
) -> None:
    with pytest.raises(Reject, match="must be an EC key") as refused:
        site.source(private_key=Secret(key)).poll(None)
    assert refused.value.state == "setup"
    assert "sesame" not in refused.value.reason
    assert not site.asked


def test_without_the_libraries_it_says_what_to_install() -> None:
    """In a Python of its own, where one of them can't be imported."""
    program = (
        "import sys; sys.modules['jwt'] = None\n"
        "from datetime import *\n"
        "from listener.ports import Secret\n"
        "from sources.common.signing import signed\n"
        "signed({}, Secret('k'), 'ES256', now=datetime(2026, 1, 1), lasts=timedelta(1))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert "pip install 'mention-listener[stores]'" in ran.stderr


def known(site: AppStoreConnectSite) -> tuple[AppStoreSource, tuple[Post, ...]]:
    ids = published(site, 6)
    site.publish("thanks", author=DEVELOPER, reply_to=ids[0])
    source = site.source()
    return source, source.poll(None).posts


def test_a_second_look_finds_edits_deletions_and_answers(site: AppStoreConnectSite) -> None:
    source, posts = known(site)
    by_id = {post.native_id: post for post in posts}
    ids = sorted(by_id, key=len)
    site.edit(f"{ids[0]}/reply", "many thanks")
    site.delete(ids[1])
    site.stars[ids[2]] = 1
    before = len(site.asked)
    batch = source.recheck(posts, MANY)
    assert {post.native_id: post.text for post in batch.posts} == {
        f"{ids[0]}/reply": "many thanks",
        ids[2]: by_id[ids[2]].text,
    }
    assert batch.deleted == (f"appstore:{ids[1]}",)
    assert not batch.faults
    assert batch.spent.requests == len(site.asked) - before == 6 + 1, "and the app, once"


def test_an_app_that_the_key_lost_is_no_deletion_of_its_reviews(site: AppStoreConnectSite) -> None:
    source, posts = known(site)
    body = {"errors": [{"status": "404", "code": "NOT_FOUND", "title": "no"}]}
    site.trouble = Answer(404, body)
    with pytest.raises(Reject) as refused:
        source.recheck(posts, MANY)
    assert refused.value.state == "gone"
    site.trouble = Answer(404, b"<html>no such host here</html>")
    with pytest.raises(Reject):
        source.recheck(posts, MANY)


def test_what_a_second_look_did_not_get_to_is_named(site: AppStoreConnectSite) -> None:
    source, posts = known(site)
    batch = source.recheck(posts, Spent(requests=4))
    assert batch.spent.requests == 4
    assert len(batch.faults) == 2
    good = iter(range(3))

    def failing(_: Asked, answer: Answer | str) -> Answer | str:
        return answer if next(good, None) is not None else Answer(500)

    with changing(site, failing):
        batch = source.recheck(posts, MANY)
    assert {fault.where for fault in batch.faults} < {post.id for post in posts}
    assert len(batch.faults) == 3


def test_the_hour_of_the_key_is_left_to_others_and_waited_for(site: AppStoreConnectSite) -> None:
    published(site, 5)
    source = site.source()
    cursor = source.poll(None).cursor
    ids = published(site, 500)
    site.hour.extend([site.now] * (REQUESTS_PER_HOUR - 15))
    batch = source.poll(cursor)
    assert batch.spent.requests == 1, "nearly all of the hour is used"
    assert batch.more
    site.hour.extend([site.now] * 20)
    with pytest.raises(Retry) as limited:
        source.poll(batch.cursor)
    assert (limited.value.state, limited.value.after_seconds) == ("rate limit", 600)
    site.now += 2 * HOUR
    rest = source.poll(batch.cursor)
    assert sorted(post.native_id for post in (*batch.posts, *rest.posts)) == ids
    assert rest.complete


def test_the_next_page_is_asked_of_the_same_host_only(site: AppStoreConnectSite) -> None:
    published(site, 5)
    source = site.source()
    cursor = source.poll(None).cursor
    published(site, 250)

    def elsewhere(_: Asked, answer: Answer | str) -> Answer | str:
        assert isinstance(answer, Answer)
        told = answer.content().replace(site.url.encode(), b"https://evil.example")
        return Answer(answer.status, told, answer.headers)

    with changing(site, elsewhere):
        batch = source.poll(cursor)
    assert len(batch.posts) == 250
    assert batch.complete


def test_a_place_in_the_list_that_is_known_no_longer_begins_anew(
    site: AppStoreConnectSite,
) -> None:
    published(site, 5)
    source = site.source()
    cursor = source.poll(None).cursor
    ids = published(site, 500)
    batch = source.poll_within(cursor, Spent(requests=1))

    def forgotten(asked: Asked, answer: Answer | str) -> Answer | str:
        return Answer(404, {"errors": [{"code": "NOT_FOUND"}]}) if asked.one("cursor") else answer

    with changing(site, forgotten):
        failed = source.poll(batch.cursor)
    assert failed.faults
    site.now += DAY
    rest = source.poll(failed.cursor)
    assert sorted(post.native_id for post in (*batch.posts, *rest.posts)) == ids


def test_reviews_of_two_apps_are_two_lists(site: AppStoreConnectSite) -> None:
    published(site, 3)
    source = site.source(apps=["1234567", APP])
    batch = source.poll(None)
    assert len(batch.posts) == 3
    assert [fault.where for fault in batch.faults] == ["1234567"]
    assert "no such app for this key" in batch.faults[0].reason
    assert site.source().dearest() == Spent(requests=10)
