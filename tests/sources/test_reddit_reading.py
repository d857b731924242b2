"""How the reddit source reads a listing back to where it was, and what that costs."""

import json
from collections.abc import Iterator

import pytest

from listener.model import UNLIMITED, Batch, Spent
from listener.ports import Retry
from sources.reddit import RedditSource
from tests.sources.standins.reddit_site import RedditSite
from tests.sources.standins.serving import DAY, HOUR, NORVIA, SECOND, Answer, Asked, serving


@pytest.fixture
def site() -> Iterator[RedditSite]:
    with serving(RedditSite()) as served:
        assert isinstance(served, RedditSite)
        yield served


def ids(batch: Batch) -> list[str]:
    return [post.native_id for post in batch.posts]


def follow(
    source: RedditSource, cursor: str | None, polls_max: int = 20
) -> tuple[Batch, list[str]]:
    """Polls until there is no more: the last batch, and the ids of all that came."""
    came: list[str] = []
    for _ in range(polls_max):
        batch = source.poll(cursor)
        cursor = batch.cursor
        came += ids(batch)
        if not batch.more:
            return batch, came
    pytest.fail("there was still more")


def publish(site: RedditSite, count: int, apart: float = 1.0) -> list[str]:
    names = []
    for _ in range(count):
        site.now += apart * SECOND
        names.append(site.publish(f"Norvia has news {len(site.entries)}"))
    return names


def paths(site: RedditSite) -> list[str]:
    return [asked.path for asked in site.asked]


# --- reading back --------------------------------------------------------------------------------


def test_a_quiet_poll_costs_a_request_for_each_listing(site: RedditSite) -> None:
    source = site.source(NORVIA, subreddits=["norviafans", "other", "third"])
    first = source.poll(None)
    assert first.spent.requests == 5  # a token, the look-up of subreddits, three listings
    assert source.poll(first.cursor).spent.requests == 3
    assert len(site.asked) == 8
    assert "/r/norviafans+other+third/new" in paths(site)


def test_it_reads_back_over_pages(site: RedditSite) -> None:
    source = site.source(NORVIA, search=False)
    first = source.poll(None)
    names = publish(site, 640)
    batch = source.poll(first.cursor)
    assert ids(batch) == names
    assert batch.complete
    assert not batch.gaps


def test_what_a_poll_leaves_is_read_at_the_next(site: RedditSite) -> None:
    source = site.source(NORVIA, search=False, pages_max=2)
    cursor = source.poll(None).cursor
    names = publish(site, 640)
    first = source.poll(cursor)
    assert first.more
    assert not first.complete
    newer = publish(site, 5)
    last, came = follow(source, first.cursor)
    assert sorted(ids(first) + came) == sorted(names + newer)
    assert not last.gaps


def test_what_slid_out_of_the_newest_thousand_is_a_gap(site: RedditSite) -> None:
    source = site.source(NORVIA, search=False)
    publish(site, 30)
    cursor = source.poll(None).cursor
    names = publish(site, 1_300)
    batch = source.poll(cursor)
    assert ids(batch) == names[300:]
    (gap,) = batch.gaps
    lost = [site.entries[name].at for name in names[:300]]
    assert gap.since <= min(lost)
    assert max(lost) <= gap.until
    assert gap.cause == "Reddit lists the newest 1,000 only"
    assert not batch.complete
    again = source.poll(batch.cursor)
    assert not again.gaps
    assert again.complete


def test_the_first_look_owes_nothing_beyond_the_thousand(site: RedditSite) -> None:
    publish(site, 1_200)
    batch = site.source(NORVIA, search=False).poll(None)
    assert len(batch.posts) == 1_000
    assert not batch.gaps


def test_reading_on_survives_that_its_anchor_was_deleted(site: RedditSite) -> None:
    source = site.source(NORVIA, search=False, pages_max=3)
    cursor = source.poll(None).cursor
    names = publish(site, 500)
    first = source.poll(cursor)
    anchor = json.loads(first.cursor or "")["read"]["r/norviafans posts"]["rest"][2]
    assert anchor in names
    site.delete(anchor)
    _, came = follow(source, first.cursor)
    assert sorted(ids(first) + came) == sorted(names)


def test_what_is_listed_late_still_comes(site: RedditSite) -> None:
    source = site.source(NORVIA)
    names = publish(site, 5, apart=60)
    site.late = {names[1]}
    first = source.poll(None)
    publish(site, 3, apart=600)
    second = source.poll(first.cursor)
    site.late = set()
    assert ids(source.poll(second.cursor)) == [names[1]]


def test_one_old_thing_out_of_order_hides_nothing(site: RedditSite) -> None:
    source = site.source(NORVIA, search=False)
    publish(site, 3)
    cursor = source.poll(None).cursor
    site.now += HOUR
    names = publish(site, 150)
    site.extra[names[50]] = {"created_utc": (site.now - 10 * DAY).timestamp()}  # ends page one
    assert sorted(ids(source.poll(cursor))) == sorted(set(names) - {names[50]})


def test_a_date_in_the_future_hides_nothing(site: RedditSite) -> None:
    source = site.source(NORVIA, search=False)
    odd = site.publish("Norvia from tomorrow")
    site.extra[odd] = {"created_utc": (site.now + 900 * DAY).timestamp()}
    first = source.poll(None)
    names = publish(site, 150, apart=60)
    assert ids(source.poll(first.cursor)) == names


def test_an_edit_comes_again_and_a_vote_does_not(site: RedditSite) -> None:
    source = site.source(NORVIA)
    name = site.publish("Norvia is bad")
    first = source.poll(None)
    site.extra[name] = {"score": 500}
    second = source.poll(first.cursor)
    assert not second.posts
    site.edit(name, "Norvia is good")
    (post,) = source.poll(second.cursor).posts
    assert (post.native_id, post.text) == (name, "Norvia is good")


def test_a_busy_place_does_not_make_the_cursor_grow(site: RedditSite) -> None:
    source = site.source(NORVIA, search=False)
    cursor = None
    came: list[str] = []
    for _ in range(5):
        publish(site, 950)
        batch = source.poll(cursor)
        cursor = batch.cursor
        came += ids(batch)
        assert len(cursor or "") < 200_000
    assert len(came) == len(set(came)) == 5 * 950


def test_a_source_that_forgot_its_praw_reads_on(site: RedditSite) -> None:
    first = site.source(NORVIA).poll(None)
    name = site.publish("Norvia")
    assert ids(site.source(NORVIA).poll(first.cursor)) == [name]


# --- cost ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("requests", [0, 1, 2, 4])
def test_it_never_costs_more_than_allowed(site: RedditSite, requests: int) -> None:
    source = site.source(NORVIA)
    publish(site, 350)
    cursor, came = None, []
    states = set()
    for _ in range(20):
        before = len(site.asked)
        try:
            batch = source.poll_within(cursor, Spent(requests=requests))
            cursor, came, spent = batch.cursor, came + ids(batch), batch.spent
        except Retry as failure:
            states.add(failure.state)
            spent = failure.spent or UNLIMITED
        assert spent.requests == len(site.asked) - before <= requests
        if len(came) == 350:
            break
    assert states <= {"budget"}
    assert len(came) == len(set(came))
    assert len(came) == (350 if requests > 0 else 0)


def test_the_dearest_poll_is_no_dearer_than_said(site: RedditSite) -> None:
    source = site.source(NORVIA)
    publish(site, 10)
    cursor = source.poll(None).cursor
    publish(site, 1_300)
    site.now += DAY
    site.expire_tokens()
    spent = source.poll(cursor).spent.requests
    assert 20 < spent <= source.dearest().requests


def test_one_token_serves_many_polls(site: RedditSite) -> None:
    source = site.source(NORVIA)
    cursor = source.poll(None).cursor
    for _ in range(5):
        cursor = source.poll(cursor).cursor
    assert paths(site).count("/api/v1/access_token") == 1


def test_an_expired_token_is_renewed_in_the_same_poll(site: RedditSite) -> None:
    source = site.source(NORVIA)
    cursor = source.poll(None).cursor
    site.now += 2 * DAY
    name = site.publish("Norvia")
    batch = source.poll(cursor)
    assert ids(batch) == [name]
    assert not batch.faults
    assert paths(site).count("/api/v1/access_token") == 2


def test_nobody_elses_praw_ini_counts(site: RedditSite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("praw_username", "someone")
    monkeypatch.setenv("praw_password", "else")
    name = site.publish("Norvia")
    assert ids(site.source(NORVIA).poll(None)) == [name]


def test_the_program_is_named(site: RedditSite) -> None:
    site.source(NORVIA).poll(None)
    assert all("mention-listener" in asked.headers["user-agent"] for asked in site.asked)
    with pytest.raises(ValueError, match="user_agent is too short"):
        site.source(user_agent="me")


def test_an_empty_page_at_the_end_ends_it(site: RedditSite) -> None:
    """Reddit may promise a page that then holds nothing; that must not go on for ever."""
    source = site.source(NORVIA, search=False, pages_max=3)
    cursor = source.poll(None).cursor
    names = publish(site, 350)
    answer = site.answer

    def promising(asked: Asked) -> Answer:
        given = answer(asked)
        children = given.body["data"]["children"] if "data" in given.body else []
        if children and children[0]["kind"] != "t5":
            given.body["data"]["after"] = children[-1]["data"]["name"]
        return given

    site.answer = promising  # type: ignore[method-assign]
    last, came = follow(source, cursor)
    assert sorted(came) == names
    assert not last.more
