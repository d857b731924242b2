"""Asking in JSON: what a status means, how long to wait, what is kept to ourselves."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.net import RETRY_AFTER_SECONDS_MAX, Reply
from listener.ports import Reject, Retry
from sources.common.asking import Asking, failure, utc, wait_seconds
from tests.sources.faults import CLEAR_WAITS, ODD_WAITS, STATES, WAIT_SECONDS, talking
from tests.sources.standins.serving import NOON, Answer, Asked, Host, serving

HEADERS = ("Retry-After", "x-rate-limit-reset", "X-RateLimit-Reset", "RateLimit-Reset")


class Echo(Host):
    def answer(self, asked: Asked) -> Answer:
        return Answer(200, {"path": asked.path, "query": dict(asked.query)})


def asking(url: str, **options: Any) -> Asking:
    return Asking(url, lambda: NOON, allow_private=True, timeout_seconds=1, **options)


def reply(answer: Answer) -> Reply:
    headers = {name.lower(): value for name, value in answer.headers.items()}
    return Reply(
        answer.status, Caseless(headers), answer.content(), "https://site.example/x?key=s3cret"
    )


class Caseless(dict[str, str]):
    """Header names in any case, as a Reply promises."""

    def get(self, name: str, default: Any = None) -> Any:
        return super().get(name.lower(), default)


def test_parameters_are_written_and_none_is_left_out() -> None:
    with serving(Echo()) as site:
        said = asking(f"{site.url}/").get("/a/b", q="Päivää & x", n=1, many=["a", "b"], no=None)
    assert said == {
        "path": "/a/b",
        "query": {"q": ["Päivää & x"], "n": ["1"], "many": ["a", "b"]},
    }


@pytest.mark.parametrize("status", STATES)
def test_what_a_status_means(status: int) -> None:
    failed = failure(reply(Answer(status, b"<h1>no</h1>")), NOON)
    assert failed.state in STATES[status]
    assert isinstance(failed, Retry) == (status >= 429)
    assert str(status) in failed.reason


def test_a_site_may_mean_something_else() -> None:
    failed = failure(
        reply(Answer(403)), NOON, {403: ("suspended", "has suspended the app: appeal")}
    )
    assert isinstance(failed, Reject)
    assert (failed.state, failed.reason) == (
        "suspended",
        "site.example has suspended the app: appeal",
    )


def test_an_address_stays_secret() -> None:
    for status in (400, 401, 404, 429, 500):
        assert "s3cret" not in failure(reply(Answer(status)), NOON).reason


@pytest.mark.parametrize("spelling", CLEAR_WAITS)
def test_every_spelling_of_wait(spelling: str) -> None:
    assert wait_seconds(reply(CLEAR_WAITS[spelling](NOON)), NOON) == WAIT_SECONDS


@pytest.mark.parametrize("spelling", ODD_WAITS)
def test_odd_spellings(spelling: str) -> None:
    seconds = wait_seconds(reply(ODD_WAITS[spelling](NOON)), NOON)
    assert seconds is None or 0 <= seconds <= RETRY_AFTER_SECONDS_MAX


def test_a_reset_that_comes_with_every_answer_is_no_wish() -> None:
    headers = {"x-rate-limit-reset": str(int(NOON.timestamp()) + 900)}
    assert wait_seconds(reply(Answer(500, headers=headers)), NOON) is None
    assert wait_seconds(reply(Answer(503, headers=headers)), NOON) is None
    assert wait_seconds(reply(Answer(429, headers=headers)), NOON) == 900


@given(st.sampled_from(HEADERS), st.text(max_size=30), st.binary(max_size=60))
def test_no_wish_escapes(name: str, value: str, body: bytes) -> None:
    seconds = wait_seconds(reply(Answer(429, body, {name: value})), NOON)
    assert seconds is None or 0 <= seconds <= RETRY_AFTER_SECONDS_MAX


@given(st.integers() | st.floats() | st.text(max_size=5) | st.booleans() | st.none())
def test_no_wish_in_a_body_escapes(value: object) -> None:
    seconds = wait_seconds(reply(Answer(429, {"retry_after": value})), NOON)
    assert seconds is None or 0 <= seconds <= RETRY_AFTER_SECONDS_MAX


def test_what_is_no_json_is_worth_a_retry() -> None:
    with serving(Echo()) as site:
        site.trouble = Answer(200, b"<html>")
        with pytest.raises(Retry, match=r"127\.0\.0\.1 answered with something that is no JSON"):
            asking(site.url).get("/")


def test_private_addresses_are_refused_unless_they_are_meant() -> None:
    with talking(lambda *_: None) as (url, counted):
        with pytest.raises(Reject, match="private address"):
            Asking(url, lambda: NOON).get("/")
        assert counted["connections"] == 0


def test_its_headers_are_not_shown() -> None:
    assert "s3cret" not in repr(asking("http://x", headers={"Authorization": "s3cret"}))


def test_a_time_as_sites_write_it() -> None:
    assert utc(datetime(2026, 11, 22, 1, 30, tzinfo=UTC)) == "2026-11-22T01:30:00Z"
