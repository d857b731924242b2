"""Reddit's limits and refusals: each costs what it must and is told in words."""

import json
from collections.abc import Iterator
from time import monotonic

import pytest

from listener.model import Batch, Spent
from listener.ports import Reject, Retry
from tests.sources.standins.reddit_site import HOME, RedditSite
from tests.sources.standins.serving import DAY, HOUR, MINUTE, NORVIA, SECOND, Answer, Asked, serving


@pytest.fixture
def site() -> Iterator[RedditSite]:
    with serving(RedditSite()) as served:
        assert isinstance(served, RedditSite)
        yield served


def told(batch: Batch) -> dict[str, str]:
    return {fault.where: fault.reason for fault in batch.faults}


def ids(batch: Batch) -> list[str]:
    return [post.native_id for post in batch.posts]


# --- the share of requests -----------------------------------------------------------------------


def test_it_stops_before_the_share_is_used_up(site: RedditSite) -> None:
    source = site.source(NORVIA)
    cursor = source.poll(None).cursor
    names = []
    for number in range(850):
        site.now += SECOND
        names.append(site.publish(f"Norvia {number}"))
    site.now += HOUR
    site.used_elsewhere = 993
    started = monotonic()
    batch = source.poll(cursor)
    assert monotonic() - started < 10  # praw would wait for the share to be renewed
    assert 0 < len(batch.posts) < 850
    assert not batch.more
    assert not batch.complete
    assert batch.wait_seconds == 600 - site.now.timestamp() % 600
    site.now += batch.wait_seconds * SECOND
    site.used_elsewhere = 0
    rest = source.poll(batch.cursor)
    assert sorted(ids(batch) + ids(rest)) == names
    assert not rest.gaps


def test_a_share_used_up_by_others_is_waited_for(site: RedditSite) -> None:
    source = site.source(NORVIA)
    cursor = source.poll(None).cursor
    site.now += 2 * MINUTE
    site.used_elsewhere = 1_000
    before = len(site.asked)
    with pytest.raises(Retry) as raised:
        source.poll(cursor)
    assert raised.value.state == "rate limit"
    assert raised.value.after_seconds == 480
    assert len(site.asked) - before == 1  # not one more after the first refusal


def test_headers_that_say_nonsense_stop_nothing(site: RedditSite) -> None:
    name = site.publish("Norvia")
    answer = site.answer

    def odd(asked: Asked) -> Answer:
        headers = {"x-ratelimit-remaining": "many", "x-ratelimit-reset": "nan"}
        return Answer(200, answer(asked).body, headers | {"x-ratelimit-used": "-"})

    site.answer = odd  # type: ignore[method-assign]
    assert ids(site.source(NORVIA).poll(None)) == [name]


@pytest.mark.parametrize("status", [500, 502, 503, 520])
def test_praw_does_not_ask_again_by_itself(site: RedditSite, status: int) -> None:
    source = site.source(NORVIA)
    cursor = source.poll(None).cursor
    site.trouble = Answer(status, b"over capacity")
    before = len(site.asked)
    with pytest.raises(Retry) as raised:
        source.poll(cursor)
    assert raised.value.state == "outage"
    assert len(site.asked) - before == 3


def test_a_search_that_is_down_costs_only_itself(site: RedditSite) -> None:
    source = site.source(queries=["Norvia"])
    cursor = source.poll(None).cursor
    name = site.publish("Norvia")
    answer = site.answer

    def no_search(asked: Asked) -> Answer:
        refusal = Answer(503, headers={"Retry-After": "90"})
        return refusal if asked.path == "/search" else answer(asked)

    site.answer = no_search  # type: ignore[method-assign]
    batch = source.poll(cursor)
    assert batch.wait_seconds == 90
    assert ids(batch) == [name]
    assert list(told(batch)) == ["search: Norvia"]
    assert not batch.complete
    assert not batch.more


# --- logins --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "state", "words"),
    [
        (Answer(401, {"message": "Unauthorized", "error": 401}), "login", "client_secret"),
        (Answer(403, {"message": "Forbidden", "error": 403}), "suspended", "suspended"),
        (Answer(200, {"error": "invalid_grant"}), "login", "invalid_grant"),
    ],
)
def test_a_login_that_is_refused_is_told(
    site: RedditSite, answer: Answer, state: str, words: str
) -> None:
    site.trouble = answer
    with pytest.raises(Reject, match=words) as raised:
        site.source(NORVIA).poll(None)
    assert raised.value.state == state
    assert raised.value.spent is not None
    assert raised.value.spent.requests == len(site.asked) == 1


@pytest.mark.parametrize("token", [{}, [], {"access_token": 7}, {"access_token": "x"}])
def test_a_token_that_is_none_is_no_disaster(site: RedditSite, token: object) -> None:
    site.trouble = Answer(200, token)
    with pytest.raises(Retry, match="can't be read"):
        site.source(NORVIA).poll(None)


def test_a_token_that_is_good_for_nothing_is_not_asked_for_for_ever(site: RedditSite) -> None:
    answer = site.answer

    def never(asked: Asked) -> Answer:
        return answer(asked) if "access_token" in asked.path else Answer(401)

    site.answer = never  # type: ignore[method-assign]
    with pytest.raises(Reject) as raised:
        site.source(NORVIA).poll(None)
    assert raised.value.state == "login"
    assert len(site.asked) == 4


def test_an_address_that_reddit_blocks_is_told(site: RedditSite) -> None:
    source = site.source(NORVIA)
    cursor = source.poll(None).cursor
    site.trouble = Answer(403, b"<html>blocked by network security</html>")
    with pytest.raises(Reject, match="blocks this program or address") as raised:
        source.poll(cursor)
    assert raised.value.state == "blocked"


# --- subreddits ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("why", "words"),
    [
        ("private", "is private: only its members may read it"),
        ("quarantined", "is quarantined: Reddit shows it to no app"),
        ("banned", "is not there: the name is wrong, or Reddit banned it"),
    ],
)
def test_a_shut_subreddit_costs_only_itself(site: RedditSite, why: str, words: str) -> None:
    site.subreddits.add("dark")
    site.closed["dark"] = why
    name = site.publish("Norvia")
    batch = site.source(NORVIA, subreddits=["dark", HOME], search=False).poll(None)
    assert ids(batch) == [name]
    assert told(batch) == {"r/dark": words}


def test_a_misspelt_subreddit_is_told(site: RedditSite) -> None:
    batch = site.source(NORVIA, subreddits=["nosuchplace", HOME]).poll(None)
    assert told(batch) == {"r/nosuchplace": "is not there: the name is wrong, or Reddit banned it"}


@pytest.mark.parametrize(
    ("why", "state"), [("private", "blocked"), ("quarantined", "blocked"), ("banned", "gone")]
)
def test_where_all_are_shut_nothing_can_be_read(site: RedditSite, why: str, state: str) -> None:
    site.closed[HOME] = why
    with pytest.raises(Reject) as raised:
        site.source(NORVIA, search=False).poll(None)
    assert raised.value.state == state


def test_a_single_one_that_shuts_is_told_by_its_name(site: RedditSite) -> None:
    source = site.source(NORVIA)
    cursor = source.poll(None).cursor
    site.closed[HOME] = "private"
    assert list(told(source.poll(cursor))) == [f"r/{HOME}"]


def test_a_combination_that_is_refused_is_asked_for_without_the_shut(site: RedditSite) -> None:
    site.closed["dark"] = "private"
    site.subreddits.add("dark")
    name = site.publish("Norvia")
    answer = site.answer

    def strict(asked: Asked) -> Answer:
        return Answer(403, {"error": 403}) if "dark" in asked.path else answer(asked)

    site.answer = strict  # type: ignore[method-assign]
    batch = site.source(NORVIA, subreddits=["dark", HOME], search=False).poll(None)
    assert ids(batch) == [name]
    assert list(told(batch)) == ["r/dark"]


def test_what_a_subreddit_did_not_show_is_a_gap_once_it_opens(site: RedditSite) -> None:
    site.subreddits.add("dark")
    source = site.source(NORVIA, subreddits=["dark", HOME])
    cursor = source.poll(None).cursor
    shut_at = site.now
    site.closed["dark"] = "private"
    for _ in range(3):
        site.now += HOUR
        batch = source.poll(cursor)
        cursor = batch.cursor
        assert list(told(batch)) == ["r/dark"]
        assert not batch.gaps
    del site.closed["dark"]
    site.now += HOUR
    batch = source.poll(cursor)
    assert not batch.faults
    (gap,) = batch.gaps
    assert (gap.since, gap.until, gap.place) == (shut_at, site.now, "r/dark")
    assert not source.poll(batch.cursor).gaps


def test_no_listing_is_left_out_for_ever(site: RedditSite) -> None:
    """With too few requests for all, each has its turn."""
    source = site.source(NORVIA, accounts=["ada"])
    cursor = source.poll(None).cursor
    asked = set()
    for _ in range(4):
        before = len(site.asked)
        cursor = source.poll_within(cursor, Spent(requests=1)).cursor
        asked |= {one.path for one in site.asked[before:]}
    assert len(asked) == 4


def test_times_of_a_clock_that_was_wrong_stop_nothing(site: RedditSite) -> None:
    site.publish("Norvia one")
    source = site.source(NORVIA)
    whole = json.loads(source.poll(None).cursor or "")
    ahead = (site.now + 400 * DAY).timestamp()
    whole |= {"from": ahead, "checked": ahead, "shut": {HOME: [ahead, "was shut"]}}
    for reach in whole["read"].values():
        reach["to"] = ahead
    site.now += MINUTE
    new = site.publish("Norvia two")
    batch = source.poll(json.dumps(whole))
    assert ids(batch) == [new]
    after = json.loads(batch.cursor or "")
    assert after["checked"] == site.now.timestamp()
    assert after["from"] < site.now.timestamp()
    assert not after["shut"]
    assert not batch.gaps
