"""The Threads source against its stand-in."""

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from listener.model import Batch, Brand, Post, Spent
from listener.ports import Reject, Retry, Secret
from listener.testing import SourceSuite
from sources.common.expiry import expiry
from sources.threads import ThreadsSource
from sources.threads_parts.lanes import queries_of
from tests.sources.standins.serving import DAY, HOUR, MINUTE, SECOND, Answer, serving
from tests.sources.standins.threads_site import ME, ThreadsSite, refusal


@pytest.fixture
def site() -> Iterator[ThreadsSite]:
    with serving(ThreadsSite()) as one:
        yield one


def followed(source: ThreadsSource, cursor: str | None) -> tuple[list[Post], Batch]:
    """All that comes until it rests, and the last batch."""
    posts: list[Post] = []
    for _ in range(100):
        batch = source.poll(cursor)
        posts += batch.posts
        cursor = batch.cursor
        if not batch.more:
            return posts, batch
    pytest.fail("there was always more")


class TestThreads(SourceSuite):
    @pytest.fixture
    def source(self, site: ThreadsSite) -> ThreadsSource:
        own = site.publish("What shall Norvia fly next?", author=ME, at=site.now - HOUR)
        for number in range(250):
            at = site.now - (260 - number) * SECOND
            site.publish(f"Norvia {number}", at=at, reply_to=own if number % 3 else "")
        return site.source()


def test_a_reply_with_all_that_threads_tells(site: ThreadsSite) -> None:
    own = site.publish("Where to?", author=ME, at=site.now - HOUR)
    reply = site.publish("To Oulu, please", reply_to=own, at=site.now - MINUTE)
    answer = site.publish("Noted!", author=ME, reply_to=reply)
    root, post, ours = site.source(search=False).poll(None).posts
    assert post.id == f"threads:{reply}"
    assert post.text == "To Oulu, please"
    assert post.url.startswith("https://www.threads.net/@ada/post/")
    assert (post.author.handle, post.published_at) == ("ada", site.now - MINUTE)
    assert (post.in_reply_to, post.conversation) == (own, own)
    assert (root.conversation, root.in_reply_to) == (own, "")
    assert (ours.native_id, ours.author.handle, ours.in_reply_to) == (answer, ME, reply)


def test_mentions_come_and_so_do_own_answers_in_threads_of_others(site: ThreadsSite) -> None:
    theirs = site.publish(f"@{ME} where is my bag?")
    site.publish("We are looking", author=ME, reply_to=theirs)
    posts = site.source(search=False).poll(None).posts
    assert {post.text for post in posts} == {f"@{ME} where is my bag?", "We are looking"}
    assert {post.conversation for post in posts} == {theirs}


def test_a_post_that_several_lists_show_comes_once(site: ThreadsSite) -> None:
    own = site.publish("Norvia flies", author=ME)
    site.publish(f"Norvia @{ME} hello", reply_to=own)
    posts, _ = followed(site.source(), None)
    assert len(posts) == 2


def test_each_list_is_asked_for_no_more_than_it_tells(site: ThreadsSite) -> None:
    site.publish("Where to?", author=ME)
    site.source().poll(None)
    asked = {one.path.rsplit("/", 1)[1]: one.one("fields").split(",") for one in site.asked}
    assert not {"is_reply", "root_post", "replied_to"} & set(asked["threads"])
    for name in ("replies", "conversation"):
        assert "link_attachment_url" not in asked[name]
        assert "replied_to" in asked[name]
    assert "owner" not in asked["keyword_search"]


def test_plain_reposts_say_nothing(site: ThreadsSite) -> None:
    site.publish(f"@{ME} one")
    shaped = site.shape(next(iter(site.entries.values())))
    body = {"data": [shaped | {"media_type": "REPOST_FACADE", "text": ""}]}
    site.queued = [Answer(body={"data": []}), Answer(body={"data": []}), Answer(body=body)]
    assert not site.source(search=False).poll(None).posts


def test_the_first_look_goes_back_a_day_but_watches_older_threads(site: ThreadsSite) -> None:
    own = site.publish("Norvia, a week ago", author=ME, at=site.now - 7 * DAY)
    site.publish("old", reply_to=own, at=site.now - 6 * DAY)
    site.publish("new", reply_to=own, at=site.now - HOUR)
    posts, _ = followed(site.source(search=False), None)
    assert [post.text for post in posts] == ["new"]


def test_an_older_thread_is_asked_for_less_often_and_loses_nothing(site: ThreadsSite) -> None:
    own = site.publish("Norvia, ten days ago", author=ME, at=site.now - 10 * DAY)
    source = site.source(search=False, mentions=False)
    _, batch = followed(source, None)
    site.publish("late", reply_to=own)
    before = len(site.asked)
    site.now += MINUTE
    batch = source.poll(batch.cursor)
    assert len(site.asked) - before == 2
    site.now += 13 * HOUR
    assert [post.text for post in source.poll(batch.cursor).posts] == ["late"]


def test_an_outage_is_read_on_in_bounded_steps(site: ThreadsSite) -> None:
    site.tagging = True
    source = site.source(search=False, requests_max=3)
    cursor = followed(source, None)[1].cursor
    wanted = []
    for number in range(900):
        site.now += MINUTE
        wanted.append(site.publish(f"Norvia {number}"))
    before = len(site.asked)
    batch = source.poll(cursor)
    assert batch.more
    assert not batch.complete
    assert len(site.asked) - before == batch.spent.requests == 3
    rest, last = followed(source, batch.cursor)
    assert sorted(post.native_id for post in (*batch.posts, *rest)) == wanted
    assert last.complete


def test_what_comes_while_the_rest_is_unread_is_not_lost(site: ThreadsSite) -> None:
    site.tagging = True
    source = site.source(search=False, requests_max=2)
    cursor = followed(source, None)[1].cursor
    wanted, got = [], []
    for number in range(600):
        site.now += SECOND * 30
        wanted.append(site.publish(f"Norvia {number}"))
        if number % 100 == 99:
            batch = source.poll(cursor)
            cursor, got = batch.cursor, got + [post.native_id for post in batch.posts]
    got += [post.native_id for post in followed(source, cursor)[0]]
    site.now += MINUTE
    got += [post.native_id for post in followed(source, followed(source, cursor)[1].cursor)[0]]
    assert sorted(set(got)) == wanted


def test_searches_are_paced_so_that_the_days_share_lasts(site: ThreadsSite) -> None:
    source = site.source(queries=["Norvia", "Oulu"], searches_per_day=100, mentions=False)
    cursor: str | None = None
    for number in range(26 * 12):
        site.publish(f"Norvia in Oulu {number}")
        cursor = followed(source, cursor)[1].cursor
        site.now += 5 * MINUTE
    searches = [asked for asked in site.asked if asked.path.endswith("keyword_search")]
    last_day = [asked for asked in searches if asked.at > site.now - DAY]
    assert 80 < len(last_day) <= 100


def test_used_up_searches_cost_no_other_list_its_turn(site: ThreadsSite) -> None:
    source = site.source(searches_per_day=1, queries=["Norvia", "Oulu"])
    site.publish("Norvia in Oulu")
    site.publish(f"@{ME} hello")
    batch = source.poll(None)
    assert {post.text for post in batch.posts} == {"Norvia in Oulu", f"@{ME} hello"}
    assert "used up" in batch.faults[0].reason
    assert not batch.complete


def test_a_permission_that_is_missing_costs_only_its_list(site: ThreadsSite) -> None:
    site.permissions.remove("mentions")
    site.publish("Norvia is late")
    source = site.source()
    batch = source.poll(None)
    assert [post.text for post in batch.posts] == ["Norvia is late"]
    assert [fault.where for fault in batch.faults] == ["mentions"]
    assert "permission" in batch.faults[0].reason
    before = len(site.asked)
    again = source.poll(batch.cursor)
    assert "permission" in again.faults[0].reason
    assert not any("mentions" in asked.path for asked in site.asked[before:])


@pytest.mark.parametrize(
    ("trouble", "kind", "state", "words"),
    [
        (refusal(190, 463, "expired"), Reject, "login", "expired"),
        (refusal(190, 0, "bad"), Reject, "login", "access_token"),
        (refusal(4, 0, "limit"), Retry, "rate limit", "too often"),
        (refusal(17, 0, "limit"), Retry, "rate limit", "too often"),
        (refusal(613, 0, "limit"), Retry, "rate limit", "too often"),
        (refusal(10, 0, "no"), Reject, "blocked", "permission"),
        (refusal(200, 0, "no"), Reject, "blocked", "permission"),
        (refusal(368, 0, "no"), Reject, "suspended", "blocked"),
        (refusal(1, 0, "oops"), Retry, "outage", "could not answer"),
        (refusal(2, 0, "oops", 500), Retry, "outage", "could not answer"),
        (refusal(100, 0, "what"), Reject, "setup", "question"),
        (Answer(403, b"<html>"), Reject, "blocked", "403"),
        (Answer(200, {"data": {}}), Retry, "outage", "no list"),
        ("down", Retry, "outage", ""),
    ],
)
def test_each_refusal_in_its_own_words(
    site: ThreadsSite, trouble: Answer | str, kind: type[Retry], state: str, words: str
) -> None:
    site.trouble = trouble
    with pytest.raises(kind) as failed:
        site.source().poll(None)
    assert failed.value.state == state
    assert words in failed.value.reason
    assert failed.value.spent == Spent(requests=len(site.asked))


def test_metas_own_header_says_how_long_to_wait(site: ThreadsSite) -> None:
    usage = {"1001": [{"type": "threads", "estimated_time_to_regain_access": 7}]}
    headers = {"X-Business-Use-Case-Usage": json.dumps(usage)}
    site.trouble = Answer(400, refusal(4, 0, "limit").body, headers)
    with pytest.raises(Retry) as failed:
        site.source().poll(None)
    assert failed.value.after_seconds == 420


def test_one_list_that_always_fails_holds_up_no_other(site: ThreadsSite) -> None:
    site.publish(f"@{ME} hello")
    answer = site.answer
    broken = lambda asked: (  # noqa: E731
        Answer(500) if asked.path.endswith("/me/threads") else answer(asked)
    )
    site.answer = broken  # type: ignore[method-assign]
    batch = site.source(search=False).poll(None)
    assert [post.text for post in batch.posts] == [f"@{ME} hello"]
    assert [fault.where for fault in batch.faults] == ["threads"]


def test_an_edit_comes_again_and_a_second_look_finds_what_the_lists_do_not(
    site: ThreadsSite,
) -> None:
    first = site.publish(f"@{ME} is god", at=site.now - MINUTE)
    second = site.publish(f"@{ME} is late")
    source = site.source(search=False)
    batch = source.poll(None)
    site.edit(first, f"@{ME} is good")
    again = source.poll(batch.cursor)
    assert [post.text for post in again.posts] == [f"@{ME} is good"]
    site.delete(second)
    look = source.recheck(batch.posts, Spent(requests=20))
    assert look.deleted == (f"threads:{second}",)
    assert [post.text for post in look.posts] == [f"@{ME} is good"]
    assert not look.faults


def test_a_second_look_deletes_nothing_that_the_app_may_not_see(site: ThreadsSite) -> None:
    own = site.publish("Where to?", author=ME)
    mention = site.publish(f"@{ME} hello")
    stays, goes = (site.publish(text, reply_to=own) for text in ("Oulu", "Turku"))
    source = site.source(search=False)
    posts, _ = followed(source, None)
    site.permissions.remove("others")
    site.delete(goes)
    look = source.recheck(posts, Spent(requests=30))
    assert look.deleted == (f"threads:{goes}",), "only one's own conversation tells for sure"
    assert {fault.where for fault in look.faults} == {f"threads:{one}" for one in (mention, stays)}
    assert "advanced access" in look.faults[0].reason


def test_a_second_look_never_takes_a_refusal_for_a_deletion(site: ThreadsSite) -> None:
    site.publish(f"@{ME} hello")
    posts = site.source(search=False).poll(None).posts
    for trouble in (refusal(190, 463, "expired"), refusal(4, 0, "limit"), Answer(500), "down"):
        site.trouble = trouble
        with pytest.raises((Retry, Reject)) as failed:
            site.source().recheck(posts, Spent(requests=20))
        assert failed.value.spent == Spent(requests=1)


def test_a_second_look_stops_at_the_allowance(site: ThreadsSite) -> None:
    for number in range(5):
        site.publish(f"@{ME} {number}")
    posts = site.source(search=False).poll(None).posts
    before = len(site.asked)
    look = site.source().recheck(posts, Spent(requests=2))
    assert len(site.asked) - before == look.spent.requests == 2
    assert len(look.faults) == 3


def test_replies_to_a_thread_that_went_are_looked_at_again(site: ThreadsSite) -> None:
    own = site.publish("Where to?", author=ME)
    source = site.source(search=False)
    batch = source.poll(None)
    site.publish("A newer one", author=ME, at=site.now + 2 * HOUR)
    site.delete(own)
    site.now += 2 * HOUR
    assert source.poll(batch.cursor).look_again == (f"threads:{own}",)


def test_a_token_that_ends_is_told_a_week_ahead(site: ThreadsSite) -> None:
    site.publish("Norvia")
    ends = (site.now + 8 * DAY).date().isoformat()
    source = site.source(token_expires=ends)
    batch = source.poll(None)
    assert not batch.faults
    site.now += DAY
    batch = source.poll(batch.cursor)
    assert [fault.where for fault in batch.faults] == ["token"]
    assert "in 7 days" in batch.faults[0].reason
    assert "refresh_access_token" in batch.faults[0].reason
    assert batch.complete


@pytest.mark.parametrize(
    ("days", "words"), [(8, ""), (7, "in 7 days"), (1, "in 1 day:"), (0, "it ended"), (-3, "ended")]
)
def test_the_last_week_of_a_token(site: ThreadsSite, days: int, words: str) -> None:
    told = expiry((site.now + days * DAY).date(), site.now, "renew it")
    assert bool(told) == bool(words)
    assert all(words in fault.reason and "renew it" in fault.reason for fault in told)
    assert expiry(date.max, site.now, "") == expiry(None, site.now, "") == ()


def test_queries_are_plain_words_each_once() -> None:
    brand = Brand("n", names=("Norvia", "Red Kite"), handles=("@norvia",), hashtags=("#norvia",))
    assert queries_of([brand], []) == ["norvia", "Red Kite"]
    assert queries_of([], ['"red  kite"', "#Oulu"]) == ["red kite", "Oulu"]


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"access_token": Secret(" ")}, "access_token is empty"),
        ({"token_expires": "soon"}, "no day"),
        ({"requests_max": 0}, "more than 0"),
        ({"searches_per_day": 2_201}, "at most 2200"),
        ({"base_url": "graph.threads.net"}, "no http or https address"),
    ],
)
def test_settings_that_cannot_work_are_refused(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        ThreadsSource(**({"access_token": Secret("t")} | settings))


def test_times_of_a_clock_that_was_wrong_are_over(site: ThreadsSite) -> None:
    site.publish("Norvia one")
    source = site.source()
    whole = json.loads(source.poll(None).cursor or "")
    ahead = (site.now + 400 * DAY).timestamp()
    for lane in whole["lanes"].values():
        lane[0] = lane[4] = lane[5] = ahead
    site.publish("Norvia two")
    posts, _ = followed(source, json.dumps(whole))
    assert "Norvia two" in [post.text for post in posts]


def test_too_many_queries_are_told_and_the_first_are_asked(site: ThreadsSite) -> None:
    queries = [f"name {number}" for number in range(53)]
    batch = site.source(queries=queries, requests_max=100).poll(None)
    asked = {one.one("q") for one in site.asked if "keyword_search" in one.path}
    assert asked == set(queries[:50])
    assert [fault.where for fault in batch.faults] == ["queries"]
    assert batch.faults[0].reason.startswith("3 of them are not asked")
