"""Stack Exchange: reading on after a stop, and what the API asks for and refuses."""

from collections.abc import Iterator

import pytest

from listener.model import Spent
from listener.ports import Reject, Retry, Secret
from tests.sources.changes import changing
from tests.sources.standins.serving import HOUR, MINUTE, NOON, SECOND, Answer, Asked, serving
from tests.sources.standins.stackexchange_site import KEY, StackExchangeSite, refusal, throttled
from tests.sources.test_stackexchange import asked_for, polled


@pytest.fixture
def site() -> Iterator[StackExchangeSite]:
    with serving(StackExchangeSite()) as site:
        assert isinstance(site, StackExchangeSite)
        yield site


# Reading on.


def test_a_poll_that_must_stop_is_read_on(site: StackExchangeSite) -> None:
    ids = set()
    for number in range(45):
        at = site.now - (60 - number) * MINUTE
        question = site.publish(f"Norvia {number}", at=at)
        answer = site.publish("so", at=at + SECOND, reply_to=question)
        ids |= {question, answer, site.publish("ah", at=at + 2 * SECOND, reply_to=answer)}
    source = site.source(page_posts=10)
    came: list[str] = []
    cursor, polls = None, 0
    while True:
        batch = source.poll_within(cursor, Spent(1, 10**9, 10**9))
        assert batch.spent == Spent(requests=1)
        came += [post.native_id for post in batch.posts]
        cursor, polls = batch.cursor, polls + 1
        assert batch.complete is not batch.more
        if not batch.more:
            break
    assert len(came) == len(set(came))
    assert set(came) == ids
    assert polls < 30


def test_many_sites_are_read_over_several_polls_each_once(site: StackExchangeSite) -> None:
    question = site.publish("Norvia?")
    site.publish("Yes.", reply_to=question)
    names = ["stackoverflow", "superuser", "dba"]
    site.sites |= set(names)
    source = site.source(sites=names, requests_max=2)
    posts, cursor = polled(source)
    assert len({post.id for post in posts}) == len(posts) == 6
    assert len(site.asked) == 3 * 3
    assert not polled(source, cursor)[0]
    assert len(site.asked) == 3 * (3 + 2)  # nothing was answered meanwhile


def test_more_in_one_second_than_a_page_shows_is_told(site: StackExchangeSite) -> None:
    for number in range(25):
        site.publish(f"Norvia {number}")
    batch = site.source(page_posts=10).poll(None)
    (gap,) = batch.gaps
    assert (gap.since, gap.until) == (NOON, NOON + SECOND)
    assert gap.place == "stackoverflow"


def test_what_is_indexed_late_comes_too(site: StackExchangeSite) -> None:
    source = site.source()
    site.publish("Norvia, at once")
    _, cursor = polled(source)
    site.now += HOUR
    late = site.publish("Norvia, late", at=NOON - 20 * MINUTE)
    site.publish("Norvia, now")
    posts, _ = polled(source, cursor)
    assert late in {post.native_id for post in posts}


# What is obeyed.


def test_backoff_is_obeyed_by_method_across_polls(site: StackExchangeSite) -> None:
    for number in range(30):
        site.publish(f"Norvia {number}", at=site.now - (40 - number) * MINUTE)
    site.backoffs = {"/search/advanced": 40}
    source = site.source(page_posts=10)
    batch = source.poll(None)
    came = [post.native_id for post in batch.posts]
    assert len(came) == 10
    assert not batch.more
    assert not batch.complete
    assert batch.wait_seconds == 40
    site.now += 39 * SECOND
    batch = source.poll(batch.cursor)  # it asks for comments meanwhile
    assert (batch.posts, batch.wait_seconds) == ((), 1)
    for _ in range(3):
        site.now += 40 * SECOND
        batch = source.poll(batch.cursor)
        came += [post.native_id for post in batch.posts]
    assert batch.complete
    assert len(came) == len(set(came)) == 30
    assert site.violations == 0


def test_where_every_method_rests_it_says_so(site: StackExchangeSite) -> None:
    source = site.source()
    site.backoffs = {"/search/advanced": 40}
    cursor = source.poll(None).cursor
    site.now += 39 * SECOND
    with pytest.raises(Retry, match="not to be asked for 1 s") as failure:
        source.poll(cursor)
    assert (failure.value.state, failure.value.after_seconds) == ("rate limit", 1)
    assert failure.value.spent == Spent()


def test_one_method_rests_and_the_others_go_on(site: StackExchangeSite) -> None:
    question = site.publish("Norvia?")
    site.publish("Yes.", reply_to=question)
    site.backoffs = {"/search/advanced": 4_000}
    source = site.source(tags=["norvia"], queries=["norvia"])
    batch = source.poll(None)
    assert batch.complete
    site.now += MINUTE
    answer = site.publish("No.", reply_to=question)
    batch = source.poll(batch.cursor)
    assert [post.native_id for post in batch.posts] == [answer]
    assert not batch.complete
    assert batch.wait_seconds == 4_000 - 60
    site.now += MINUTE
    later = site.publish("Maybe.", reply_to=question)
    assert [post.native_id for post in source.poll(batch.cursor).posts] == [later]
    assert site.violations == 0


def test_a_search_out_of_order_does_not_stop_the_rest(site: StackExchangeSite) -> None:
    question = site.publish("Norvia?")
    site.publish("Yes.", reply_to=question)

    def broken(asked: Asked, answer: Answer | str) -> Answer | str:
        return Answer(500) if "search" in asked.path else answer

    source = site.source(tags=["norvia"], queries=["norvia", "sky pass"])
    with changing(site, broken):
        batch = source.poll(None)
        assert len(batch.posts) == 2
        (fault,) = batch.faults
        assert "500" in fault.reason
        assert asked_for(site)[1:] == [  # the other term is not tried
            "/search/advanced",
            f"/questions/{question}/answers",
            f"/posts/{question};{int(question) + 1}/comments",
        ]
        comment = site.publish("Sure?", reply_to=question, comment=True)
        site.now += MINUTE
    posts, _ = polled(source, batch.cursor)
    assert [post.native_id for post in posts] == [comment]


def test_a_query_that_is_refused_costs_only_itself(site: StackExchangeSite) -> None:
    question = site.publish("Norvia?")
    site.queued = [refusal(400, "bad_parameter", "q")]
    batch = site.source(queries=["[", "norvia"]).poll(None)
    assert [post.native_id for post in batch.posts] == [question]
    (fault,) = batch.faults
    assert "check tags and queries" in fault.reason


def test_the_days_share_is_kept_to(site: StackExchangeSite) -> None:
    """300 requests without a key; what is left is asked for on the next day."""
    ids = {site.publish(f"Norvia {number}", at=NOON - number * MINUTE) for number in range(30)}
    site.used[f"{NOON:%Y-%m-%d}", ""] = 298
    source = site.source(key=None, page_posts=10)
    batch = source.poll(None)
    came = [post.native_id for post in batch.posts]
    assert len(site.asked) == 2
    assert batch.wait_seconds == 12 * 3_600
    with pytest.raises(Retry) as failure:
        source.poll(batch.cursor)
    assert failure.value.state == "quota"
    site.now += 12 * HOUR
    posts, _ = polled(source, batch.cursor)
    assert {*came, *(post.native_id for post in posts)} == ids
    assert site.violations == 0


@pytest.mark.parametrize(
    ("trouble", "kind", "state", "words", "seconds"),
    [
        (
            throttled("too many requests from this IP, more requests available in 17524 seconds"),
            Retry,
            "quota",
            "day's share",
            17_524,
        ),
        (
            throttled("too many requests from this IP, more requests available in 31 seconds"),
            Retry,
            "rate limit",
            "asked too often",
            31,
        ),
        (throttled("Violation of backoff parameter"), Retry, "rate limit", "too often", None),
        (refusal(500, "internal_error", "?"), Retry, "outage", "come back later", None),
        (refusal(503, "temporarily_unavailable", "?"), Retry, "outage", "come back", None),
        (
            refusal(400, "bad_parameter", "`key` doesn't match a known application"),
            Reject,
            "login",
            "stackapps.com",
            None,
        ),
        (refusal(400, "bad_parameter", "tagged"), Reject, "setup", "tags and queries", None),
        (refusal(402, "invalid_access_token", "?"), Reject, "login", "login", None),
        (refusal(403, "access_denied", "?"), Reject, "blocked", "refuses", None),
        (refusal(404, "no_method", "?"), Reject, "gone", "api_url", None),
        (refusal(405, "key_required", "?"), Reject, "login", "give key", None),
        (refusal(999, "something_new", KEY), Retry, "outage", "status 400", None),
    ],
)
def test_each_refusal_in_its_own_words(
    site: StackExchangeSite, trouble: Answer, kind: type, state: str, words: str, seconds: int
) -> None:
    site.trouble = trouble
    with pytest.raises(kind, match=words) as failure:
        site.source().poll(None)
    assert failure.value.state == state  # type: ignore[attr-defined]
    assert getattr(failure.value, "after_seconds", None) == seconds
    assert KEY not in str(failure.value)
    assert failure.value.spent == Spent(requests=1)  # type: ignore[attr-defined]


def test_a_wrong_key_is_for_a_person(site: StackExchangeSite) -> None:
    with pytest.raises(Reject) as failure:
        site.source(key=Secret("wrong")).poll(None)
    assert failure.value.state == "login"
    assert "wrong" not in repr(site.source(key=Secret("wrong")))


def test_without_a_request_left_nothing_is_asked(site: StackExchangeSite) -> None:
    with pytest.raises(Retry) as failure:
        site.source().poll_within(None, Spent())
    assert failure.value.state == "budget"
    assert not site.asked
