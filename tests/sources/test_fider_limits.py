"""The Fider source where things go, or can't be had: second looks, refusals, small purses."""

from collections.abc import Iterator

import pytest

from listener.model import Spent
from listener.ports import Reject, Retry, Secret
from sources.fider import FiderSource
from tests.sources.standins.fider_site import FiderSite
from tests.sources.standins.serving import HOUR, Answer, Asked, serving
from tests.sources.wishes_reading import followed, ids


@pytest.fixture
def site() -> Iterator[FiderSite]:
    with serving(FiderSite()) as one:
        assert isinstance(one, FiderSite)
        yield one


def test_an_answer_that_was_taken_back_is_looked_at_again(site: FiderSite) -> None:
    number = site.publish("Norvia in blue")
    response = site.respond_to(number, "planned", "We will do it")
    source = site.source()
    first = source.poll(None)
    site.respond_to(number, "open")
    batch = source.poll(first.cursor)
    assert batch.look_again == (f"{site.url.removeprefix('http://')}:{response}",)
    assert source.recheck(first.posts, Spent(requests=5)).deleted == batch.look_again


def test_a_deleted_idea_is_looked_at_again_and_is_gone(site: FiderSite) -> None:
    first, second = site.publish("Norvia 1"), site.publish("Norvia 2")
    comment = site.publish("Norvia 3", reply_to=first)
    response = site.respond_to(first, "declined", "No")
    source = site.source()
    batch = source.poll(None)
    posts, prefix = batch.posts, f"{site.url.removeprefix('http://')}:"
    site.delete(first)
    batch = source.poll(batch.cursor)
    assert batch.look_again == (prefix + first,)
    assert not source.poll(batch.cursor).look_again, "once is enough"
    before = len(site.asked)
    look = source.recheck(posts, Spent(requests=20))
    assert set(look.deleted) == {prefix + one for one in (first, comment, response)}
    assert look.spent.requests == len(site.asked) - before == 3
    assert prefix + second not in look.deleted


def test_a_second_look_finds_edits_facts_and_deletions(site: FiderSite) -> None:
    number = site.publish("Norvia in blue")
    kept, edited, gone = (site.publish(f"Norvia {n}", reply_to=number) for n in range(3))
    response = site.respond_to(number, "planned", "Yes")
    source = site.source()
    posts = source.poll(None).posts
    site.edit(edited, "Norvia, put right")
    site.delete(gone)
    site.vote(number, "bo")
    site.respond_to(number, "planned", "Yes, soon")
    batch = source.recheck(posts, Spent(requests=20))
    changed = {post.native_id: post for post in batch.posts}
    assert set(changed) == {number, edited, response}
    assert changed[edited].text == "Norvia, put right"
    assert changed[response].text == "Yes, soon"
    assert dict(changed[number].facts)["votes"] == "2"
    assert batch.deleted == (f"{site.url.removeprefix('http://')}:{gone}",)
    assert kept not in changed
    assert batch.spent.requests == 2


def test_a_second_look_never_takes_a_refusal_for_a_deletion(site: FiderSite) -> None:
    site.publish("Norvia")
    posts = site.source().poll(None).posts
    for trouble in (
        Answer(404, {}),  # as a forum says that it is there no more
        Answer(404, b"<html>no such host</html>"),
        Answer(403, {}),
        Answer(500),
        Answer(302, b"", {"Location": "/signin"}),
    ):
        site.trouble = trouble
        with pytest.raises((Retry, Reject)):
            site.source().recheck(posts, Spent(requests=50))


def test_a_second_look_stops_at_the_allowance(site: FiderSite) -> None:
    for number in range(5):
        site.publish(f"Norvia {number}")
    posts = site.source().poll(None).posts
    before = len(site.asked)
    batch = site.source().recheck(posts, Spent(requests=2))
    assert len(site.asked) - before == 2
    assert len(batch.faults) == 3


def test_a_private_forum_opens_to_a_key(site: FiderSite) -> None:
    site.publish("Norvia")
    site.private = True
    with pytest.raises(Reject, match="is private: give api_key") as refused:
        site.source().poll(None)
    assert refused.value.state == "login"
    with pytest.raises(Reject, match="does not accept api_key") as refused:
        site.source(api_key=Secret("wrong")).poll(None)
    assert refused.value.state == "login"
    assert "wrong" not in refused.value.reason
    assert len(site.source(api_key=Secret("sesame")).poll(None).posts) == 1


def test_what_one_poll_may_not_ask_the_next_ones_do(site: FiderSite) -> None:
    wanted = []
    for number in range(12):
        idea = site.publish(f"Norvia {number}")
        wanted += [idea, site.publish(f"Norvia, yes {number}", reply_to=idea)]
    source = site.source()
    cursor, came = None, []
    for _ in range(40):
        batch = source.poll_within(cursor, Spent(requests=1))
        assert batch.spent.requests == 1
        cursor = batch.cursor
        came += ids(batch.posts)
        if not batch.more:
            break
    assert sorted(came) == sorted(wanted)
    assert len(site.asked) == 13, "a list, then a look at each"
    assert source.poll(cursor).complete


def test_a_poll_asks_no_more_than_it_may(site: FiderSite) -> None:
    for number in range(30):
        site.publish(f"Norvia, yes {number}", reply_to=site.publish(f"Norvia {number}"))
    source = site.source(requests_max=10)
    batch = source.poll(None)
    assert len(site.asked) == batch.spent.requests == 10
    assert batch.more
    assert not batch.complete
    posts, last = followed(source, batch.cursor)
    assert len({*ids(batch.posts), *ids(posts)}) == 60
    assert last.complete


def test_more_new_ideas_than_a_list_holds_are_a_gap(site: FiderSite) -> None:
    site.publish("Norvia 0")
    source = site.source(ideas_max=10)
    batch = source.poll(None)
    since = site.now
    site.now += HOUR
    for number in range(10):
        site.publish(f"Norvia {number}")
    batch = source.poll(batch.cursor)
    assert not batch.gaps, "ten fit in a list of ten"
    since, site.now = site.now, site.now + HOUR
    for number in range(12):
        site.publish(f"Norvia {number}")
    batch = source.poll(batch.cursor)
    (gap,) = batch.gaps
    assert (gap.since, gap.until) == (since, site.now)
    assert not batch.complete
    assert source.poll(batch.cursor).complete


def test_a_limit_midway_is_obeyed_and_what_was_read_is_kept(site: FiderSite) -> None:
    site.publish("Norvia, yes", reply_to=site.publish("Norvia"))
    source = site.source()
    site.queued = [site.answer(_list_asked(site)), Answer(429, b"", {"Retry-After": "42"})]
    batch = source.poll(None)
    assert ids(batch.posts) == ["1"]
    assert batch.wait_seconds == 42
    assert not batch.more
    assert "asks to wait" in batch.faults[0].reason
    assert ids(source.poll(batch.cursor).posts) == ["1/101"]


def test_one_bad_page_of_comments_costs_only_itself(site: FiderSite) -> None:
    for number in range(3):
        site.publish(f"Norvia, yes {number}", reply_to=site.publish(f"Norvia {number}"))
    source = site.source()
    site.queued = [site.answer(_list_asked(site)), Answer(200, b"<html>oops</html>")]
    batch = source.poll(None)
    assert sorted(ids(batch.posts)) == ["1", "2", "2/102", "3", "3/103"]
    assert batch.faults[0].where.endswith("/posts/1")
    assert ids(source.poll(batch.cursor).posts) == ["1/101"]


def test_bad_items_cost_only_themselves(site: FiderSite) -> None:
    site.publish("Norvia, yes", reply_to=site.publish("Norvia"))
    (good,) = site.answer(_list_asked(site)).body
    bad = [{}, {"number": "x"}, {"number": -1}, {"number": 10**40}, 7, None]
    odd = good | {"number": 77, "description": None, "user": 5, "createdAt": [], "votesCount": "x"}
    site.queued = [
        Answer(body=[*bad, odd | {"commentsCount": 0}, good]),
        Answer(body=[{}, {"id": "y"}, {"id": 101, "content": "Norvia, yes", "user": []}]),
    ]
    batch = site.source().poll(None)
    assert sorted(ids(batch.posts)) == ["1", "1/101", "77"]
    assert len(batch.rejects) == 6


def test_an_empty_list_forgets_nothing(site: FiderSite) -> None:
    site.publish("Norvia")
    source = site.source()
    cursor = source.poll(None).cursor
    site.queued = [Answer(body=[])]
    batch = source.poll(cursor)
    assert not batch.look_again
    assert not source.poll(batch.cursor).posts


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"forum": "forum.example.org"}, "no http or https address"),
        ({"ideas_max": 0}, "more than 0"),
        ({"ideas_max": 5_001}, "at most 5000"),
        ({"requests_max": 0}, "more than 0"),
        ({"first_hours": 721}, "at most 720"),
        ({"timeout_seconds": 0}, "more than 0"),
    ],
)
def test_settings_that_cannot_work_are_refused(settings: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        FiderSource(**({"forum": "https://forum.example.org/"} | settings))  # type: ignore[arg-type]


def test_with_nothing_to_spend_it_rests(site: FiderSite) -> None:
    with pytest.raises(Retry) as rested:
        site.source().poll_within(None, Spent())
    assert (rested.value.state, rested.value.spent) == ("budget", Spent())
    assert not site.asked


def _list_asked(site: FiderSite) -> Asked:
    query = {"view": ["recent"], "limit": ["100"]}
    return Asked(site.now, "GET", "/api/v1/posts", query, {}, b"")
