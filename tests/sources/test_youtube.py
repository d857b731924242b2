"""YouTube: what comments, replies and uploads come as, and when."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from listener.model import Batch, Post, Spent
from listener.ports import Retry, Source
from listener.testing import SourceSuite
from sources.youtube import YoutubeSource
from tests.sources.standins.serving import DAY, HOUR, MINUTE, Answer, serving
from tests.sources.standins.youtube_site import CHANNEL, HOME, YoutubeSite, channel_of


@pytest.fixture
def site() -> Iterator[YoutubeSite]:
    with serving(YoutubeSite()) as site:
        yield site


class TestYoutube(SourceSuite):
    @pytest.fixture
    def source(self, site: YoutubeSite) -> Source:
        site.page_threads = site.page_replies = 2
        first = [site.publish(f"Norvia {n}", at=site.now - n * HOUR) for n in range(9)]
        for number in range(7):
            site.publish(f"so am I {number}", reply_to=first[0], author="bo")
        site.upload("Norvia, the film", "All of it", at=site.now - HOUR)
        return site.source(channels=["@Norvia"], videos=[HOME])


def followed(source: YoutubeSource, cursor: str | None) -> tuple[list[Post], Batch]:
    """Everything until there is no more."""
    posts: list[Post] = []
    for _ in range(60):
        batch = source.poll(cursor)
        posts += batch.posts
        cursor = batch.cursor
        if not batch.more:
            return posts, batch
    pytest.fail("there was no end of it")


def paths(site: YoutubeSite, since: int = 0) -> list[str]:
    """What was asked, by the last word of the path."""
    return [asked.path.rpartition("/")[2] for asked in site.asked[since:]]


def test_a_comment_comes_whole(site: YoutubeSite) -> None:
    comment = site.publish("Norvia & <b>friends</b> 🎉", at=site.now - HOUR)
    site.entries[comment] = replace(site.entries[comment], likes=7)
    site.publish("yes", reply_to=comment, author="bo")
    post, _ = site.source().poll(None).posts
    assert post.id == f"youtube:{comment}"
    assert post.text == "Norvia & <b>friends</b> 🎉"
    assert post.url == f"https://www.youtube.com/watch?v={HOME}&lc={comment}"
    assert (post.author.handle, post.author.name) == ("ada", "@ada")
    assert post.author.id == channel_of("ada")
    assert post.published_at == site.now - HOUR
    assert (post.engagement.likes, post.engagement.replies) == (7, 1)
    assert (post.conversation, post.in_reply_to) == (comment, HOME)
    assert all(asked.one("textFormat") == "plainText" for asked in site.asked if "omment" in
               asked.path)  # fmt: skip


def test_replies_name_the_comment_that_their_thread_began_with(site: YoutubeSite) -> None:
    comment = site.publish("Norvia, where is my parcel?")
    ours = site.publish("We are looking", reply_to=comment, author="norvia")
    thanks = site.publish("thank you", reply_to=ours)
    posts = {post.native_id: post for post in site.source().poll(None).posts}
    assert posts[ours].author.handle == "norvia"
    assert {posts[one].in_reply_to for one in (ours, thanks)} == {comment}
    assert {post.conversation for post in posts.values()} == {comment}
    assert posts[ours].url.endswith(f"&lc={ours}")


def test_a_display_name_that_is_no_handle_leaves_the_channel_id(site: YoutubeSite) -> None:
    comment = site.publish("Norvia")
    thread = site.thread(comment)
    thread["snippet"]["topLevelComment"]["snippet"]["authorDisplayName"] = "Ada from Oulu"
    source = site.source()
    cursor = source.poll(None).cursor
    site.edit(comment, "Norvia!")
    thread["snippet"]["topLevelComment"]["snippet"]["textDisplay"] = "Norvia!"
    site.queued = [Answer(body={"items": [thread]})]
    (post,) = source.poll(cursor).posts
    assert (post.author.handle, post.author.name) == (channel_of("ada"), "Ada from Oulu")


def test_what_brings_nothing_new_costs_two_requests_and_one_unit(site: YoutubeSite) -> None:
    site.publish("Norvia")
    source = site.source()
    first = source.poll(None)
    assert paths(site) == ["channels", "commentThreads", "videos.xml"]
    site.now += 10 * MINUTE
    began, used = len(site.asked), site.used.total()
    batch = source.poll(first.cursor)
    assert batch.spent == Spent(requests=2)
    assert paths(site, began) == ["commentThreads", "videos.xml"]
    assert site.used.total() - used == 1
    assert not batch.posts
    assert batch.complete


def test_nothing_is_searched_for_and_no_key_stands_in_an_address(site: YoutubeSite) -> None:
    site.upload("Norvia", "film")
    followed(site.source(channels=["@norvia"], videos=[HOME]), None)
    assert "search" not in paths(site)
    assert not any("sesame" in str(asked.query) for asked in site.asked)
    feeds = [asked for asked in site.asked if asked.path.startswith("/feeds")]
    assert feeds
    assert not any("sesame" in str(asked.headers) for asked in feeds), "the feed needs no key"


def test_the_first_look_goes_back_a_day(site: YoutubeSite) -> None:
    site.page_threads = 10
    for hours in range(60, 0, -1):
        site.publish(f"Norvia {hours}", at=site.now - hours * HOUR)
    old = site.publish("Norvia, long ago", at=site.now - 90 * DAY)
    site.publish("old news", reply_to=old, at=site.now - 80 * DAY)
    site.publish("yesterday's", reply_to=old, at=site.now - HOUR)
    posts, _ = followed(site.source(), None)
    assert all(post.published_at >= site.now - DAY for post in posts if post.published_at)
    comments = [post for post in posts if post.in_reply_to == HOME]
    assert len(comments) + sum(not post.in_reply_to for post in posts) == 24


def test_a_long_absence_is_read_back_in_bounded_polls(site: YoutubeSite) -> None:
    site.publish("Norvia before")
    source = site.source(requests_max=6)
    _, last = followed(source, None)
    site.now += 2 * DAY
    wanted = {
        site.publish(f"Norvia {n}", at=site.now - 2 * DAY + n * MINUTE) for n in range(1, 900)
    }
    began = len(site.asked)
    batch = source.poll(last.cursor)
    assert batch.more
    assert not batch.complete
    assert len(site.asked) - began == batch.spent.requests <= 6
    site.now += HOUR
    newer = site.publish("Norvia meanwhile")
    rest, last = followed(source, batch.cursor)
    came = [post.native_id for post in (*batch.posts, *rest)]
    assert sorted(came) == sorted({*wanted, newer})
    assert last.complete
    assert not last.gaps


def test_a_page_token_that_is_forgotten_costs_nothing_the_first_time(site: YoutubeSite) -> None:
    site.page_threads = 10
    site.publish("Norvia before")
    source = site.source(requests_max=3)
    _, last = followed(source, None)
    wanted = {site.publish(f"Norvia {n}", at=site.now + n * MINUTE) for n in range(1, 60)}
    site.now += HOUR
    first = source.poll(last.cursor)
    site.queued = [
        Answer(400, {"error": {"code": 400, "errors": [{"reason": "invalidPageToken"}]}})
    ]
    rest, last = followed(source, first.cursor)
    came = [post.native_id for post in (*first.posts, *rest)]
    assert sorted(came) == sorted(wanted)
    assert not last.gaps


def test_page_tokens_that_are_worth_nothing_leave_a_told_gap(site: YoutubeSite) -> None:
    site.page_threads = 10
    site.publish("Norvia before")
    source = site.source()
    cursor = source.poll(None).cursor
    since = site.now
    for number in range(1, 60):
        site.publish(f"Norvia {number}", at=site.now + number * MINUTE)
    site.now += HOUR
    site.stale_tokens = True
    batch = source.poll(cursor)
    (gap,) = batch.gaps
    assert gap.place == f"channel {CHANNEL}"
    assert gap.since <= since + MINUTE
    oldest = min(post.published_at for post in batch.posts if post.in_reply_to and
                 post.published_at)  # fmt: skip
    assert gap.until == oldest
    assert not batch.more
    site.stale_tokens = False
    site.now += HOUR
    later = site.publish("Norvia later")
    assert later in [post.native_id for post in source.poll(batch.cursor).posts]


def test_an_edit_comes_again(site: YoutubeSite) -> None:
    comment = site.publish("Norvia is god")
    reply = site.publish("is it?", reply_to=comment, author="bo")
    video = site.upload("Norvia film", "abot us")
    source = site.source()
    cursor = source.poll(None).cursor
    site.now += HOUR
    site.edit(comment, "Norvia is good")
    site.edit(reply, "it is")
    site.edit(video, "about us")
    batch = source.poll(cursor)
    assert {post.native_id: post.text for post in batch.posts} == {
        comment: "Norvia is good",
        reply: "it is",
        video: "about us",
    }
    assert not source.poll(batch.cursor).posts


def test_a_comment_that_was_held_for_review_comes_late(site: YoutubeSite) -> None:
    held = site.publish("Norvia, held", at=site.now - 3 * HOUR)
    site.private.add(held)
    site.publish("Norvia, shown")
    source = site.source()
    cursor = source.poll(None).cursor
    for _ in range(3):
        site.now += DAY
        cursor = source.poll(cursor).cursor
    site.private.clear()
    assert [post.native_id for post in source.poll(cursor).posts] == [held]


def test_a_channel_and_its_video_listed_both_bring_each_comment_once(site: YoutubeSite) -> None:
    for number in range(5):
        site.publish(f"Norvia {number}")
    source = site.source(videos=[f"https://youtu.be/{HOME}?t=3"])
    posts, last = followed(source, None)
    assert len(posts) == len({post.id for post in posts}) == 5
    assert not source.poll(last.cursor).posts


def test_a_handle_is_looked_up_once_and_its_id_kept(site: YoutubeSite) -> None:
    site.publish("Norvia")
    source = site.source(channels=["https://www.youtube.com/@Norvia"])
    batch = source.poll(None)
    assert len(batch.posts) == 1
    site.now += HOUR
    source.poll(batch.cursor)
    assert paths(site).count("channels") == 1
    site.now += DAY
    source.poll(batch.cursor)
    assert [asked.one("id") for asked in site.asked if asked.path.endswith("channels")] == [
        "",
        CHANNEL,
    ]


def test_nothing_of_a_channel_is_forgotten_when_another_is_added(site: YoutubeSite) -> None:
    site.publish("Norvia one")
    cursor = site.source().poll(None).cursor
    batch = site.source(videos=[HOME]).poll(cursor)
    assert not batch.posts
    state = json.loads(batch.cursor or "")
    assert set(state["places"]) == {f"channel {CHANNEL}", f"video {HOME}"}
    less = site.source(channels=[], videos=[HOME]).poll(batch.cursor)
    assert set(json.loads(less.cursor or "")["places"]) == {f"video {HOME}"}


def test_a_clock_that_was_wrong_hides_nothing(site: YoutubeSite) -> None:
    site.publish("Norvia one")
    source = site.source()
    whole = json.loads(source.poll(None).cursor or "")
    ahead = int((site.now + 400 * DAY).timestamp())
    whole["places"][f"channel {CHANNEL}"] |= {"since": ahead, "floor": ahead, "again_at": ahead}
    whole["channels"][CHANNEL] |= {"floor": ahead, "looked": ahead, "read_at": ahead}
    two = site.publish("Norvia two")
    film = site.upload("Norvia", "film")
    assert [post.native_id for post in source.poll(json.dumps(whole)).posts] == [two, film]


def test_times_beyond_reason_move_nothing(site: YoutubeSite) -> None:
    comment = site.publish("Norvia")
    source = site.source()
    cursor = source.poll(None).cursor
    odd = site.thread(comment)
    odd["snippet"]["topLevelComment"]["id"] = "UgzFuture"
    odd["snippet"]["topLevelComment"]["snippet"]["publishedAt"] = "2199-01-01T00:00:00Z"
    site.queued = [Answer(body={"items": [odd]})]
    batch = source.poll(cursor)
    site.now += HOUR
    later = site.publish("Norvia later")
    assert [post.native_id for post in source.poll(batch.cursor).posts] == [later]


def test_bad_comments_cost_only_themselves(site: YoutubeSite) -> None:
    good = site.thread(site.publish("Norvia good"))
    reply = {"id": "x y", "snippet": {}}
    bad: list[Any] = [{}, {"id": 5}, {"snippet": 7}, 7, None, {"snippet": {"topLevelComment": {"id":
           "../etc", "snippet": {"textDisplay": "x"}}}}]  # fmt: skip
    source = site.source(channels=[], videos=[HOME])
    site.queued = [Answer(body={"items": [*bad, good | {"replies": {"comments": [reply, 7]}}]})]
    batch = source.poll(None)
    assert [post.text for post in batch.posts] == ["Norvia good"]
    assert len(batch.rejects) == 5


def test_with_nothing_to_spend_it_rests(site: YoutubeSite) -> None:
    with pytest.raises(Retry) as rested:
        site.source().poll_within(None, Spent())
    assert (rested.value.state, rested.value.spent) == ("budget", Spent())
    assert not site.asked


def test_one_request_at_a_time_comes_to_an_end_with_everything(site: YoutubeSite) -> None:
    site.page_threads = 3
    wanted = {site.publish(f"Norvia {n}") for n in range(10)} | {site.upload("Norvia", "film")}
    source = site.source(videos=[HOME])
    cursor: str | None = None
    came: list[str] = []
    for _ in range(40):
        batch = source.poll_within(cursor, Spent(requests=1))
        assert batch.spent.requests <= 1
        came += [post.native_id for post in batch.posts]
        cursor = batch.cursor
        if not batch.more:
            break
    assert not batch.more
    assert batch.complete, "the round was one"
    assert sorted(came) == sorted(wanted)
    assert site.now == datetime(2026, 11, 21, 12, tzinfo=UTC)
