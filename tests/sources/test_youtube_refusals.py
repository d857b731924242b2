"""YouTube: what each refusal is told as, what waits how long, and what one place costs the rest."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from listener.ports import Reject, Retry, Secret
from sources.youtube_parts.refusals import seconds_to_midnight
from tests.sources.standins.serving import DAY, HOUR, MINUTE, Answer, serving
from tests.sources.standins.youtube_shapes import refusal
from tests.sources.standins.youtube_site import CHANNEL, HOME, YoutubeSite
from tests.sources.test_youtube import followed, paths


@pytest.fixture
def site() -> Iterator[YoutubeSite]:
    with serving(YoutubeSite()) as site:
        yield site


def rpc(status: int, reason: str, **metadata: str) -> Answer:
    """A refusal in the newer form."""
    answer = refusal(status, "forbidden", "no", detail=reason)
    answer.body["error"]["details"][0]["metadata"] = metadata
    return answer


PER_DAY = "Quota exceeded for quota metric 'Queries' and limit 'Queries per day' of service"


@pytest.mark.parametrize(
    ("trouble", "kind", "state", "words"),
    [
        (refusal(403, "quotaExceeded", "x"), Retry, "quota", "midnight Pacific"),
        (refusal(403, "dailyLimitExceeded", "x"), Retry, "quota", "midnight Pacific"),
        (refusal(429, "rateLimitExceeded", PER_DAY), Retry, "quota", "midnight Pacific"),
        (
            rpc(429, "RATE_LIMIT_EXCEEDED", quota_limit="defaultPerDayPerProject"),
            Retry,
            "quota",
            "midnight Pacific",
        ),
        (refusal(403, "rateLimitExceeded", "x"), Retry, "rate limit", "too many requests"),
        (
            rpc(429, "RATE_LIMIT_EXCEEDED", quota_limit="defaultPerMinutePerProject"),
            Retry,
            "rate limit",
            "too many requests",
        ),
        (refusal(400, "keyInvalid", "Bad Request"), Reject, "login", "make a new one"),
        (refusal(400, "badRequest", "API key expired.", detail="API_KEY_INVALID"), Reject, "login",
         "make a new one"),
        (refusal(403, "ipRefererBlocked", "x"), Reject, "blocked", "restrictions"),
        (rpc(403, "API_KEY_IP_ADDRESS_BLOCKED"), Reject, "blocked", "restrictions"),
        (refusal(403, "accessNotConfigured", "x"), Reject, "setup", "enable YouTube Data API"),
        (rpc(403, "SERVICE_DISABLED"), Reject, "setup", "enable YouTube Data API"),
        (rpc(403, "CONSUMER_SUSPENDED"), Reject, "suspended", "ask Google"),
        (refusal(503, "backendError", "x"), Retry, "outage", "503"),
        (Answer(200, {"hello": 1}), Retry, "outage", "something else"),
    ],
)  # fmt: skip
def test_each_refusal_in_its_own_words(
    site: YoutubeSite, trouble: Answer, kind: type[Retry], state: str, words: str
) -> None:
    site.trouble = trouble
    with pytest.raises(kind, match=words) as failed:
        site.source(channels=[], videos=[HOME]).poll(None)
    assert failed.value.state == state
    assert failed.value.spent


def test_a_wrong_key_is_told_and_never_shown(site: YoutubeSite) -> None:
    with pytest.raises(Reject, match="make a new one") as refused:
        site.source(api_key=Secret("open")).poll(None)
    assert refused.value.state == "login"
    assert "open" not in refused.value.reason
    with pytest.raises(Reject) as refused:
        site.source(api_key=Secret("")).poll(None)
    assert refused.value.state == "login"


@pytest.mark.parametrize(
    ("now", "hours"),
    [
        (datetime(2026, 11, 21, 12, tzinfo=UTC), 20),  # winter: midnight is at 8
        (datetime(2026, 7, 1, 12, tzinfo=UTC), 19),  # summer: at 7
        (datetime(2026, 11, 21, 7, 30, tzinfo=UTC), 0.5),
        (datetime(2026, 3, 8, 8, tzinfo=UTC), 23),  # the day on which summer time begins
        (datetime(2026, 11, 1, 7, tzinfo=UTC), 25),  # and that on which it ends
    ],
)
def test_quotas_are_renewed_at_midnight_in_california(now: datetime, hours: float) -> None:
    assert seconds_to_midnight(now) == pytest.approx(hours * 3_600 + 60)


def test_the_quota_used_up_amid_a_poll_keeps_what_came_and_waits(site: YoutubeSite) -> None:
    site.page_threads = 10
    wanted = {site.publish(f"Norvia {n}") for n in range(19)}
    site.quota = 2
    source = site.source()
    batch = source.poll(None)
    assert len(batch.posts) == 10
    assert batch.wait_seconds == 20 * 3_600 + 60
    assert "quota" in batch.faults[0].reason
    assert not batch.more
    assert not batch.complete
    with pytest.raises(Retry) as failed:
        source.poll(batch.cursor)
    assert (failed.value.state, failed.value.after_seconds) == ("quota", 20 * 3_600 + 60)
    site.now += batch.wait_seconds * (DAY / 86_400)
    site.quota = 100
    rest, last = followed(source, batch.cursor)
    came = [post.native_id for post in (*batch.posts, *rest)]
    assert sorted(came) == sorted(wanted)
    assert last.complete


def test_a_limit_by_the_minute_waits_a_minute_or_as_it_says(site: YoutubeSite) -> None:
    site.trouble = refusal(403, "userRateLimitExceeded", "x")
    with pytest.raises(Retry) as failed:
        site.source().poll(None)
    assert failed.value.after_seconds == 60
    site.trouble = Answer(429, {"error": {"errors": [{"reason": "rateLimitExceeded"}]}},
                          {"Retry-After": "200"})  # fmt: skip
    with pytest.raises(Retry) as failed:
        site.source().poll(None)
    assert failed.value.after_seconds == 200


def test_comments_turned_off_are_told_once_and_no_failure(site: YoutubeSite) -> None:
    site.publish("Norvia")
    site.off.add(HOME)
    source = site.source(videos=[HOME])
    batch = source.poll(None)
    assert len(batch.posts) == 1
    assert [(one.where, "turned off" in one.reason) for one in batch.rejects] == [
        (f"video {HOME}", True)
    ]
    assert not batch.faults
    assert batch.complete
    site.now += HOUR
    began = len(site.asked)
    later = source.poll(batch.cursor)
    assert not later.rejects
    assert later.complete
    assert not [one for one in site.asked[began:] if "videoId" in one.query], "it is left alone"
    site.now += DAY
    assert not source.poll(later.cursor).rejects, "it is told no second time"
    site.off.clear()
    site.now += DAY
    new = site.publish("Norvia, open again")
    assert new in {post.native_id for post in source.poll(later.cursor).posts}


def test_a_source_of_one_video_without_comments_is_well(site: YoutubeSite) -> None:
    site.off.add(HOME)
    batch = site.source(channels=[], videos=[HOME]).poll(None)
    assert batch.rejects
    assert not batch.faults
    assert batch.complete


@pytest.mark.parametrize(
    ("settings", "place", "words"),
    [
        ({"videos": ["gone0000000"]}, "video gone0000000", "take it out"),
        ({"channels": [CHANNEL, "@nobody"]}, "channel @nobody", "no channel with this handle"),
        ({"channels": [CHANNEL, f"UC{'x' * 22}"]}, f"channel UC{'x' * 22}", "take it out"),
    ],
)
def test_what_is_not_there_costs_only_itself(
    site: YoutubeSite, settings: dict[str, Any], place: str, words: str
) -> None:
    site.publish("Norvia one")
    source = site.source(**settings)
    batch = source.poll(None)
    assert [post.text for post in batch.posts] == ["Norvia one"]
    (fault,) = batch.faults
    assert fault.where == place
    assert words in fault.reason
    assert not batch.complete
    site.now += 10 * MINUTE
    began = len(site.asked)
    site.publish("Norvia two")
    later = source.poll(batch.cursor)
    assert [post.text for post in later.posts] == ["Norvia two"]
    assert [one.where for one in later.faults] == [place], "it stands as long as it is so"
    assert len(site.asked) - began <= 3


def test_what_was_gone_for_a_while_leaves_no_hole(site: YoutubeSite) -> None:
    site.publish("Norvia one")
    source = site.source(channels=[CHANNEL], videos=[HOME])
    cursor = source.poll(None).cursor
    site.closed.add(CHANNEL)
    site.now += HOUR
    batch = source.poll(cursor)
    assert [fault.where for fault in batch.faults] == [f"channel {CHANNEL}"]
    site.now += HOUR / 2
    video = site.upload("Norvia", "film")
    two = site.publish("Norvia two", reply_to=video)
    site.closed.clear()
    site.now += HOUR
    posts, last = followed(source, batch.cursor)
    assert {post.native_id for post in posts} == {video, two}
    assert last.complete


def test_a_channel_that_is_gone_is_told_as_gone_where_it_is_all(site: YoutubeSite) -> None:
    site.closed.add(CHANNEL)
    with pytest.raises(Reject, match="take it out") as failed:
        site.source().poll(None)
    assert failed.value.state == "gone"
    with pytest.raises(Reject, match="no channel with this handle") as failed:
        site.source(channels=["@nobody"]).poll(None)
    assert failed.value.state == "gone"


def test_what_only_the_owner_may_see_is_told_for_its_place(site: YoutubeSite) -> None:
    site.publish("Norvia one")
    site.private.add(HOME)
    batch = site.source(videos=[HOME]).poll(None)
    assert [post.text for post in batch.posts] == ["Norvia one"]
    assert "owner" in batch.faults[0].reason


def test_neither_feed_nor_list_of_uploads_is_told_as_such(site: YoutubeSite) -> None:
    site.publish("Norvia one")
    site.feed_down = True
    playlist = site._playlist
    site._playlist = lambda _: refusal(404, "playlistNotFound", "x")  # type: ignore[method-assign]
    source = site.source()
    batch = source.poll(None)
    assert len(batch.posts) == 1
    assert [fault.where for fault in batch.faults] == [f"uploads {CHANNEL}"]
    site._playlist = playlist  # type: ignore[method-assign]
    video = site.upload("Norvia", "film")
    later = source.poll(batch.cursor)
    assert [post.native_id for post in later.posts] == [video]
    assert later.complete
    assert "playlistItems" in paths(site)
