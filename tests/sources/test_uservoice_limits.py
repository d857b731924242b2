"""The UserVoice source where things go, or can't be had: logins, limits, deletions."""

from collections.abc import Iterator

import pytest

from listener.model import Spent
from listener.ports import Reject, Retry, Secret
from sources.uservoice import UserVoiceSource
from tests.sources.standins.serving import HOUR, MINUTE, SECOND, Answer, serving
from tests.sources.standins.uservoice_site import LIMIT, UserVoiceSite, refusal
from tests.sources.wishes_reading import followed, ids


@pytest.fixture(params=[False, True], ids=["votes change no idea", "votes change their idea"])
def site(request: pytest.FixtureRequest) -> Iterator[UserVoiceSite]:
    with serving(UserVoiceSite()) as one:
        assert isinstance(one, UserVoiceSite)
        one.touches = one.cursor_at_end = request.param
        yield one


def test_a_token_that_has_expired_is_asked_for_again(site: UserVoiceSite) -> None:
    site.publish("Norvia in blue")
    source = site.source()
    cursor = source.poll(None).cursor
    site.expire()
    before = len(site.asked)
    batch = source.poll(cursor)
    assert batch.complete
    assert batch.spent.requests == len(site.asked) - before == 6


def test_a_login_that_is_refused_is_told_with_what_to_do(site: UserVoiceSite) -> None:
    with pytest.raises(Reject, match="make a new API key") as refused:
        site.source(api_secret=Secret("wrong")).poll(None)
    assert refused.value.state == "login"
    assert refused.value.spent == Spent(requests=1)
    assert "wrong" not in refused.value.reason
    with pytest.raises(Reject):
        site.source(api_key="", api_secret=None, token=Secret("old")).poll(None)
    given = site.source(api_key="", api_secret=None, token=Secret(site.token))
    assert given.poll(None).complete


@pytest.mark.parametrize("requests", [1, 2, 3])
def test_what_one_poll_may_not_ask_the_next_ones_do(site: UserVoiceSite, requests: int) -> None:
    wanted = []
    for number in range(12):
        idea = site.publish(f"Norvia {number}")
        wanted += [idea, site.publish(f"Norvia, yes {number}", reply_to=idea)]
        wanted.append(site.update(idea, 2, "Yes"))
    source = site.source()
    with pytest.raises(Retry, match="too few requests") as rested:
        source.poll_within(None, Spent(requests=1))
    assert rested.value.state == "budget"
    cursor, came = None, []
    for _ in range(20):
        batch = source.poll_within(cursor, Spent(requests=requests))
        assert batch.spent.requests <= requests
        cursor = batch.cursor
        came += ids(batch.posts)
        if not batch.more:
            break
    else:
        pytest.fail("there was always more")
    assert set(came) == set(wanted)


def test_a_cursor_that_lapsed_begins_the_list_anew(site: UserVoiceSite) -> None:
    numbers = [site.publish(f"Norvia {n}", at=site.now - HOUR) for n in range(350)]
    source = site.source(supporters=False)
    batch = source.poll_within(None, Spent(requests=5))
    site.queued = [refusal(400, "invalid_cursor")]
    posts, last = followed(source, batch.cursor)
    assert sorted([*ids(batch.posts), *ids(posts)]) == sorted(numbers)
    assert last.complete


def test_a_list_that_names_no_next_page_is_told_as_a_gap(site: UserVoiceSite) -> None:
    source = site.source(supporters=False)
    cursor = source.poll(None).cursor
    body = {"status_updates": [{}] * 100, "pagination": {"total_pages": 9}}
    site.queued = [Answer(body=body)]
    batch = source.poll(cursor)
    assert [gap.place for gap in batch.gaps] == ["status_updates"]
    assert not batch.complete


def test_a_limit_is_obeyed_in_the_site_s_own_spelling(site: UserVoiceSite) -> None:
    site.publish("Norvia in blue")
    source = site.source()
    cursor = source.poll(None).cursor
    until = str(int((site.now + 42 * SECOND).timestamp()))
    site.queued = [Answer(429, {"message": "slow"}, {"Retry-After": until})]
    with pytest.raises(Retry) as limited:
        source.poll(cursor)
    assert limited.value.state == "rate limit"
    assert limited.value.after_seconds == pytest.approx(42)


def test_the_last_request_of_a_minute_is_not_overstepped(site: UserVoiceSite) -> None:
    site.publish("Norvia in blue")
    source = site.source()
    batch = source.poll(None)
    for _ in range(LIMIT // 4 - 2):
        batch = source.poll(batch.cursor)
    while not batch.faults:
        batch = source.poll(batch.cursor)
    assert "no more requests now" in batch.faults[0].reason
    assert batch.wait_seconds == 60
    assert len(site.asked) == LIMIT
    site.now += MINUTE
    assert source.poll(batch.cursor).complete


def test_one_list_that_is_refused_costs_only_itself(site: UserVoiceSite) -> None:
    number = site.publish("Norvia in blue")
    source = site.source()
    source.poll(None)
    site.queued = [refusal(403, "forbidden")]
    batch = source.poll(None)
    assert ids(batch.posts) == [number]
    assert batch.faults[0].where.endswith("supporters")
    assert not batch.complete


def test_a_second_look_finds_edits_facts_and_deletions(site: UserVoiceSite) -> None:
    number, alone = site.publish("Norvia in blue"), site.publish("Norvia in red")
    kept, edited, gone, spam = (site.publish(f"Norvia {n}", reply_to=number) for n in range(4))
    update = site.update(number, 2, "Yes")
    source = site.source()
    posts = source.poll(None).posts
    site.edit(edited, "Norvia, put right")
    site.delete(gone)
    site.delete(alone)
    site.spam.add(spam)
    site.vote(number, "bo")
    before = len(site.asked)
    batch = source.recheck(posts, Spent(requests=30))
    assert sorted(ids(batch.posts)) == [edited, number]
    prefix = f"{site.url.removeprefix('http://')}:"
    assert set(batch.deleted) == {prefix + one for one in (gone, alone, spam)}
    assert {kept, update}.isdisjoint(ids(batch.posts))
    assert batch.spent.requests == len(site.asked) - before == 3 + 2 + 1


def test_a_second_look_never_takes_a_refusal_for_a_deletion(site: UserVoiceSite) -> None:
    site.publish("Norvia")
    source = site.source()
    posts = source.poll(None).posts
    for trouble in (refusal(404, "record_not_found"), Answer(404, b"<html>"), Answer(403, {}),
                    Answer(401, {}), Answer(500)):  # fmt: skip
        site.trouble = trouble
        with pytest.raises((Retry, Reject)):
            source.recheck(posts, Spent(requests=50))


def test_a_record_that_can_t_be_read_again_is_not_deleted(site: UserVoiceSite) -> None:
    site.publish("Norvia")
    source = site.source()
    posts = source.poll(None).posts
    site.queued = [Answer(body={"suggestions": [{"id": "?"}]})]
    batch = source.recheck(posts, Spent(requests=50))
    assert not batch.deleted
    assert len(batch.faults) == 1


def test_bad_records_cost_only_themselves(site: UserVoiceSite) -> None:
    source = site.source(supporters=False)
    cursor = source.poll(None).cursor
    good = {"id": 7, "body": "<p>Norvia<br>in blue</p>", "body_mime_type": "text/html",
            "links": {"suggestion": 5, "created_by": []}}  # fmt: skip
    bad = [{}, {"id": "x"}, {"id": 10**40}, {"id": 3, "links": 5}, 7, None]
    site.queued = [Answer(body={"status_updates": []}), Answer(body={"comments": [*bad, good]})]
    batch = source.poll(cursor)
    assert [(post.native_id, post.text) for post in batch.posts] == [
        ("comments/7", "Norvia\nin blue")
    ]
    assert len(batch.rejects) == 4


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"account": "norvia.uservoice.com"}, "no http or https address"),
        ({"api_secret": None}, "give api_key and api_secret"),
        ({"api_key": ""}, "give api_key and api_secret"),
        ({"requests_max": 0}, "more than 0"),
        ({"first_hours": 721}, "at most 720"),
        ({"timeout_seconds": 61}, "at most 60"),
    ],
)
def test_settings_that_cannot_work_are_refused(settings: dict[str, object], words: str) -> None:
    stated = {"account": "https://norvia.uservoice.com", "api_key": "k", "api_secret": Secret("s")}
    with pytest.raises(ValueError, match=words):
        UserVoiceSource(**(stated | settings))  # type: ignore[arg-type]


def test_no_secret_shows_in_its_words() -> None:
    source = UserVoiceSource("https://norvia.uservoice.com", "k", Secret("sesame"))
    assert "sesame" not in repr(source)
