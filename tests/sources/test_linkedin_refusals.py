"""What LinkedIn's refusals mean, and which settings are refused."""

from collections.abc import Iterator
from typing import Any

import pytest

from listener.model import Spent
from listener.ports import Reject, Retry, Secret
from sources.linkedin import LinkedInSource
from tests.sources.standins.linkedin_site import ME, TOKEN, VERSION, LinkedInSite, refusal
from tests.sources.standins.serving import DAY, HOUR, Answer, serving


@pytest.fixture
def site() -> Iterator[LinkedInSite]:
    with serving(LinkedInSite()) as one:
        yield one


@pytest.mark.parametrize(
    ("token", "words"), [("revoked", "it is revoked"), ("expired", "it is expired")]
)
def test_a_token_that_is_no_longer_good(site: LinkedInSite, token: str, words: str) -> None:
    site.token = token
    with pytest.raises(Reject, match=words) as refused:
        site.source().poll(None)
    assert refused.value.state == "login"
    with pytest.raises(Reject, match="it is wrong") as refused:
        site.source(access_token=Secret("wrong-one")).poll(None)
    assert "wrong-one" not in refused.value.reason


def test_a_version_that_was_sunset_says_what_to_do(site: LinkedInSite) -> None:
    with pytest.raises(Reject, match=r"version 202501 .* set version to a newer one") as refused:
        site.source(version="202501").poll(None)
    assert refused.value.state == "setup"


def test_a_day_that_is_used_up_ends_at_midnight_utc(site: LinkedInSite) -> None:
    site.daily = 1
    site.publish("Norvia")
    source = site.source()
    batch = source.poll(None)
    assert batch.wait_seconds == 12 * 3_600
    assert "midnight UTC" in batch.faults[0].reason
    with pytest.raises(Retry) as limited:
        source.poll(batch.cursor)
    assert limited.value.state == "quota"
    assert limited.value.after_seconds == 12 * 3_600
    site.now += 13 * HOUR
    site.daily = None
    assert len(source.poll(batch.cursor).posts) == 2


def test_a_role_that_is_missing_for_notices_costs_only_them(site: LinkedInSite) -> None:
    site.closed = ("organizationalEntityNotifications",)
    own = site.publish("post", author=ME)
    site.publish("comment", reply_to=own)
    batch = site.source().poll(None)
    assert {post.text for post in batch.posts} == {"post", "comment"}
    assert [fault.where for fault in batch.faults] == ["notices"]
    assert "administrator of the page" in batch.faults[0].reason


@pytest.mark.parametrize(
    ("trouble", "kind", "state", "words"),
    [
        (refusal(403, "no", "ACCESS_DENIED"), Reject, "blocked", "administrator"),
        (refusal(404, "no", "NOT_FOUND"), Reject, "gone", "check organization"),
        (refusal(400, "no version", "VERSION_MISSING"), Reject, "setup", "set version"),
        (refusal(400, "what", "ILLEGAL_ARGUMENT"), Reject, "setup", "can't read"),
        (refusal(429, "slow down", "TOO_MANY_REQUESTS"), Retry, "rate limit", "too often"),
        (Answer(500), Retry, "outage", "500"),
        (Answer(200, {"elements": {}}), Retry, "outage", "no list"),
        ("down", Retry, "outage", ""),
    ],
)
def test_each_refusal_in_its_own_words(
    site: LinkedInSite, trouble: Answer | str, kind: type[Retry], state: str, words: str
) -> None:
    site.trouble = trouble
    with pytest.raises(kind) as failed:
        site.source().poll(None)
    assert failed.value.state == state
    assert words in failed.value.reason
    assert failed.value.spent == Spent(requests=len(site.asked))


def test_a_token_that_ends_is_told_a_week_ahead(site: LinkedInSite) -> None:
    ends = (site.now + 7 * DAY).date().isoformat()
    (fault,) = site.source(token_expires=ends).poll(None).faults
    assert fault.where == "token"
    assert "in 7 days" in fault.reason


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"organization": "norvia"}, "no number"),
        ({"access_token": Secret("")}, "access_token is empty"),
        ({"version": "2026"}, "YYYYMM"),
        ({"version": "202613"}, "YYYYMM"),
        ({"token_expires": "31.12.2026"}, "no day"),
        ({"keep_hours": -1.0}, "more than 0"),
        ({"requests_max": 0}, "more than 0"),
        ({"base_url": "api.linkedin.com"}, "no http or https address"),
    ],
)
def test_settings_that_cannot_work_are_refused(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        LinkedInSource(
            **({"organization": "1", "access_token": Secret(TOKEN), "version": VERSION} | settings)
        )
