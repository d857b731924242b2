"""What Facebook and Instagram share: errors, limits, signatures, the token's end."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from listener.model import Spent
from listener.ports import Reject, Retry, Secret
from sources.meta_parts import webhook
from sources.meta_parts.cursor import POSTS_MAX, Known, State, dump, load
from sources.meta_parts.usage import regain_seconds, used_percent
from tests.sources.standins.facebook_site import PAGE, FacebookSite
from tests.sources.standins.graph import error
from tests.sources.standins.serving import DAY, HOUR, MINUTE, NOON, serving


@pytest.fixture
def site() -> Iterator[FacebookSite]:
    with serving(FacebookSite()) as one:
        assert isinstance(one, FacebookSite)
        yield one


# Errors.


@pytest.mark.parametrize(
    ("code", "subcode", "kind", "state", "words"),
    [
        (190, 463, Reject, "login", "expired"),
        (190, 467, Reject, "login", "not valid"),
        (190, 460, Reject, "login", "password was changed"),
        (190, 458, Reject, "login", "taken out"),
        (190, 0, Reject, "login", "make a new token"),
        (102, 0, Reject, "login", "make a new token"),
        (4, 0, Retry, "rate limit", "too often"),
        (17, 0, Retry, "rate limit", "too often"),
        (32, 0, Retry, "rate limit", "too often"),
        (613, 0, Retry, "rate limit", "too often"),
        (80001, 0, Retry, "rate limit", "too often"),
        (10, 0, Reject, "blocked", "permissions"),
        (200, 0, Reject, "blocked", "permissions"),
        (299, 0, Reject, "blocked", "permissions"),
        (100, 33, Reject, "gone", "check the id"),
        (803, 0, Reject, "gone", "check the id"),
        (100, 0, Reject, "setup", "check the id"),
        (12, 0, Reject, "setup", "api_version"),
        (368, 0, Reject, "suspended", "notice"),
        (1, 0, Retry, "outage", "could not answer"),
        (2, 0, Retry, "outage", "could not answer"),
        (99_999, 0, Retry, "outage", "could not answer"),
    ],
)
@pytest.mark.parametrize("status", [400, 403, 500, 200])
def test_each_error_in_its_own_words(
    site: FacebookSite, status: int, code: int, subcode: int, kind: type, state: str, words: str
) -> None:
    site.trouble = replace(error(code, "psst: sesame", subcode=subcode), status=status)
    with pytest.raises(kind) as failed:
        site.source().poll(None)
    assert failed.value.state == state
    assert words in failed.value.reason
    assert "sesame" not in failed.value.reason
    assert failed.value.spent.requests == len(site.asked)


def test_a_general_failure_is_met_once_and_not_in_every_list(site: FacebookSite) -> None:
    site.trouble = error(190, "expired", subcode=463)
    with pytest.raises(Reject):
        site.source().poll(None)
    assert len(site.asked) == 1


def test_the_time_to_regain_access_is_waited(site: FacebookSite) -> None:
    usage = {PAGE: [{"type": "pages", "call_count": 101, "estimated_time_to_regain_access": 7}]}
    headers = {"X-Business-Use-Case-Usage": json.dumps(usage)}
    site.trouble = error(32, "limit", headers=headers)
    with pytest.raises(Retry) as limited:
        site.source().poll(None)
    assert limited.value.after_seconds == 420


def test_it_rests_before_the_limit_and_keeps_what_it_read(site: FacebookSite) -> None:
    site.publish("Norvia")
    usage = {"X-App-Usage": json.dumps({"call_count": 96, "total_time": 3, "total_cputime": 1})}
    answer = site.answer
    site.answer = lambda asked: replace(answer(asked), headers=usage)  # type: ignore[method-assign]
    batch = site.source().poll(None)
    assert len(site.asked) == 1
    assert [post.text for post in batch.posts] == ["Norvia"]
    assert batch.wait_seconds == 600
    assert "it rests" in batch.faults[0].reason
    with pytest.raises(Retry, match="rests"):
        site.source().poll(batch.cursor)
    assert len(site.asked) == 1, "it was asked before its time"


@pytest.mark.parametrize(
    "value",
    ["", "x", "[]", "7", "{}", '{"a": 7}', '{"a": [7]}', '{"call_count": "9"}', "[" * 9_999],
)
def test_usage_that_says_nothing_is_none(value: str) -> None:
    headers = {"x-app-usage": value, "x-business-use-case-usage": value}
    assert (used_percent(headers), regain_seconds(headers)) == (0, 0)


# The token's end.


def expiry(site: FacebookSite, cursor: str | None = None, **settings: object) -> list[str]:
    batch = site.source(**settings).poll(cursor)
    return [one.reason for one in batch.faults if one.where == "access_token"]


def test_the_end_of_the_token_is_told_a_week_ahead_with_its_day(site: FacebookSite) -> None:
    site.expires_at = NOON + timedelta(days=30)
    cursor = site.source().poll(None).cursor
    assert expiry(site, cursor) == []
    site.now = site.expires_at - timedelta(days=8)
    assert expiry(site, cursor) == []
    site.now = site.expires_at - timedelta(days=6, hours=23)
    (told,) = expiry(site, cursor)
    assert f"expires on {site.expires_at:%Y-%m-%d}" in told
    assert "make a new one" in told


def test_a_new_token_ends_the_warning_within_an_hour(site: FacebookSite) -> None:
    site.expires_at = NOON + timedelta(days=3)
    cursor = site.source().poll(None).cursor
    assert expiry(site, cursor)
    site.expires_at = NOON + timedelta(days=60)
    site.now += HOUR
    assert expiry(site, cursor) == []


def test_a_token_that_lives_for_ever_is_no_matter(site: FacebookSite) -> None:
    assert expiry(site) == []


def test_the_token_is_asked_about_once_a_day(site: FacebookSite) -> None:
    source, cursor = site.source(), None
    for _ in range(30):
        cursor = source.poll(cursor).cursor
        site.now += HOUR
    assert sum(asked.path.endswith("debug_token") for asked in site.asked) == 2


def test_who_states_the_day_is_told_without_meta(site: FacebookSite) -> None:
    settings = {"token_expires": "2026-11-26", "app_id": ""}
    assert "expires on 2026-11-26" in expiry(site, **settings)[0]
    assert not any(asked.path.endswith("debug_token") for asked in site.asked)
    site.now += 6 * DAY
    assert "expired on 2026-11-26" in expiry(site, **settings)[0]


def test_a_wrong_app_id_is_said_to_be_that(site: FacebookSite) -> None:
    site.publish("Norvia")
    batch = site.source(app_id="1").poll(None)
    assert len(batch.posts) == 1
    assert "check app_id and app_secret" in batch.faults[0].reason


# Webhooks.


def test_the_handshake(site: FacebookSite) -> None:
    source = site.source()
    taken = source.receive(site.handshake())
    assert (taken.status, taken.body) == (200, b"1158201444")
    assert taken.content_type.startswith("text/plain")
    for wrong in (
        site.handshake(word="wrong"),
        site.handshake(word=""),
        site.handshake(word="wörd"),
        replace(site.handshake(), query={}),
        replace(site.handshake(), query={"hub.mode": "unsubscribe"}),
    ):
        refused = source.receive(wrong)
        assert refused.status == 403
        assert b"1158201444" not in refused.body
    assert len(source.receive(site.handshake(challenge="x" * 10**6)).body) <= 500


def test_only_what_meta_signed_is_taken(site: FacebookSite) -> None:
    call = site.pushed(site.publish("Norvia"))
    right = call.headers["x-hub-signature-256"]
    assert len(site.source().receive(call).arrivals) == 1
    for wrong in ("", "sha256=", right[:-1], right.upper(), right.replace("sha256", "sha1"), "ä"):
        headers = {**call.headers, "x-hub-signature-256": wrong}
        assert site.source().receive(replace(call, headers=headers)).status == 403
    assert site.source().receive(replace(call, headers={})).status == 403
    assert site.source().receive(replace(call, body=call.body + b" ")).status == 403
    assert site.source().receive(site.call(call.body, secret="guessed")).status == 403


def test_without_its_secrets_nothing_is_taken(site: FacebookSite) -> None:
    call = site.pushed(site.publish("Norvia"))
    neither = {"app_secret": None, "app_id": "", "verify_token": None}
    for settings in ({"verify_token": None}, neither):
        for one in (call, site.handshake()):
            refused = site.source(**settings).receive(one)
            assert (refused.status, refused.arrivals) == (403, ())


def test_an_event_that_comes_again_has_the_same_key_and_others_have_others(
    site: FacebookSite,
) -> None:
    first, second = site.publish("Norvia"), site.publish("Norvia")

    def key(native_id: str, **value: object) -> str:
        return site.source().receive(site.pushed(native_id, **value)).arrivals[0].key  # type: ignore[arg-type]

    once = key(first)
    assert key(first) == once
    assert len({once, key(second), key(first, message="other")}) == 3
    site.now += MINUTE
    assert key(first) != once, "Meta said it at another time"


def test_a_copy_of_an_old_event_is_not_taken(site: FacebookSite) -> None:
    call = site.pushed(site.publish("Norvia"))
    late = replace(call, at=call.at + 5 * DAY)
    assert (site.source().receive(late).status, site.source().receive(late).arrivals) == (200, ())
    assert len(site.source().receive(replace(call, at=call.at + 2 * DAY)).arrivals) == 1


def test_many_changes_in_one_call_are_kept_one_by_one(site: FacebookSite) -> None:
    changes = [
        {"field": "feed", "value": site.value(site.publish(f"Norvia {number}"))}
        for number in range(1_000)
    ]
    received = site.source().receive(site.event("page", *changes, changes[0]))
    assert len(received.arrivals) == 1_000
    batch = site.source().take(received.arrivals, Spent())
    assert len(batch.posts) == 1_000


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"not json", 400),
        (b"\xff\xfe", 400),
        (b"[" * 100_000, 400),
        (b'{"a":' * 900 + b"1" + b"}" * 900, 200),
        (b"null", 200),
        (b"[]", 200),
        (b'{"object": "user", "entry": []}', 200),
        (b'{"object": "page"}', 200),
        (b'{"object": "page", "entry": {"id": "1"}}', 200),
        (b'{"object": "page", "entry": [7, {}, {"id": "1100", "changes": 7}]}', 200),
        (b'{"object": "page", "entry": [{"id": "1100", "changes": [7, [], {}]}]}', 200),
        (b'{"object": "page", "entry": [{"id": "77", "changes": [{"field": "feed"}]}]}', 200),
        (b" " * (webhook.BODY_BYTES_MAX + 1), 413),
    ],
)
def test_whatever_is_sent_is_answered(site: FacebookSite, body: bytes, status: int) -> None:
    received = site.source().receive(site.call(body))
    assert (received.status, received.arrivals) == (status, ())


def test_an_event_nested_deep_is_survived(site: FacebookSite) -> None:
    for depth in (100, 900, 980, 1_000, 5_000):
        value = b'{"x":' * depth + b"1" + b"}" * depth
        body = b'{"object":"page","entry":[{"id":"1100","changes":[{"field":"feed","value":'
        received = site.source().receive(site.call(body + value + b"}]}]}"))
        assert received.status in {200, 400}
        site.source().take(received.arrivals, Spent())


def test_a_megabyte_is_no_matter(site: FacebookSite) -> None:
    first = site.publish("Norvia")
    call = site.pushed(first, message="Norvia " + "long " * 200_000)
    arrivals = site.source().receive(call).arrivals
    batch = site.source().take(arrivals, Spent())
    assert len(batch.posts[0].text) > 900_000


# The cursor.


def test_the_cursor_keeps_the_newest_and_stays_small() -> None:
    state = State(since=1.0)
    state.posts = {f"{PAGE}_{n}": Known(float(n + 1), "d" * 12) for n in range(POSTS_MAX + 500)}
    text = dump(state)
    read = load(text, NOON)
    assert len(read.posts) == POSTS_MAX
    assert f"{PAGE}_499" not in read.posts
    assert len(text) < 150_000
    assert dump(read) == text


def test_a_cursor_with_other_values_never_breaks_a_poll(site: FacebookSite) -> None:
    first = site.publish("Norvia")
    site.publish("hm", reply_to=first)
    cursor = json.loads(site.source().poll(None).cursor or "")
    for key in cursor:
        for value in (None, "x", 10**30, [[], 7], {"x": [[]]}):
            site.now += MINUTE
            batch = site.source().poll(json.dumps(cursor | {key: value}))
            assert batch.cursor


def test_times_of_a_clock_that_was_wrong_are_over(site: FacebookSite) -> None:
    site.publish("Norvia one")
    cursor = json.loads(site.source().poll(None).cursor or "")
    ahead = (site.now + 400 * DAY).timestamp()
    cursor |= {"again_at": ahead, "asked_at": ahead, "checked_at": ahead, "said": "wait"}
    cursor["scans"]["feed"][0] = ahead
    site.publish("Norvia two")
    batch = site.source().poll(json.dumps(cursor))
    assert [post.text for post in batch.posts] == ["Norvia two"]


def test_secrets_are_not_shown(site: FacebookSite) -> None:
    source = site.source(access_token=Secret("wrong-sesame"))
    with pytest.raises(Reject) as refused:
        source.poll(None)
    assert "sesame" not in refused.value.reason
    assert "sesame" not in repr(source)
