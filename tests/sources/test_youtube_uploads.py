"""YouTube: uploads, by feed and by list, and how channels and videos are named."""

from collections.abc import Iterator
from typing import Any

import pytest

from listener.ports import Secret
from sources.youtube import YoutubeSource
from sources.youtube_parts.atom import videos_in
from tests.sources.standins.serving import DAY, HOUR, MINUTE, NOON, Entry, serving
from tests.sources.standins.youtube_shapes import feed, feed_entry
from tests.sources.standins.youtube_site import CHANNEL, HOME, YoutubeSite
from tests.sources.test_youtube import paths


@pytest.fixture
def site() -> Iterator[YoutubeSite]:
    with serving(YoutubeSite()) as site:
        yield site


def test_an_upload_comes_from_the_feed_with_its_counts(site: YoutubeSite) -> None:
    source = site.source()
    cursor = source.poll(None).cursor
    site.now += HOUR
    video = site.upload("Norvia <3 & you", "How it is made")
    under = site.publish("nice, Norvia", reply_to=video)
    began = len(site.asked)
    batch = source.poll(cursor)
    posts = {post.native_id: post for post in batch.posts}
    post = posts[video]
    assert (post.title, post.text) == ("Norvia <3 & you", "How it is made")
    assert post.url == f"https://www.youtube.com/watch?v={video}"
    assert (post.author.handle, post.author.name) == ("norvia", "Norvia")
    assert (post.author.id, post.author.followers) == (CHANNEL, 4200)
    assert (post.engagement.views, post.engagement.replies, post.language) == (71, 1, "fi")
    assert post.published_at == site.now
    assert (posts[under].in_reply_to, posts[under].conversation) == (video, under)
    assert sorted(paths(site, began)) == ["commentThreads", "videos", "videos.xml"]
    assert batch.complete


def test_the_feed_down_the_list_of_uploads_stands_in(site: YoutubeSite) -> None:
    known = site.upload("Norvia, known", "film")
    source = site.source()
    first = source.poll(None)
    assert [post.native_id for post in first.posts] == [known]
    site.feed_down = True
    site.now += HOUR
    video = site.upload("Norvia, new", "film")
    batch = source.poll(first.cursor)
    assert [post.native_id for post in batch.posts] == [video]
    assert batch.posts[0].engagement.views == 71
    assert batch.complete
    assert not batch.faults
    site.feed_down = False
    assert not source.poll(batch.cursor).posts, "told in the feed's words, it is no edit"


def test_more_uploads_than_a_feed_holds_are_all_read(site: YoutubeSite) -> None:
    source = site.source()
    cursor = source.poll(None).cursor
    site.now += DAY
    wanted = {site.upload(f"Norvia {n}", "film", at=site.now - n * MINUTE) for n in range(70)}
    batch = source.poll(cursor)
    assert {post.native_id for post in batch.posts} == wanted
    assert paths(site).count("playlistItems") == 2
    assert batch.complete


def test_more_uploads_than_can_be_read_are_a_gap(site: YoutubeSite) -> None:
    source = site.source()
    cursor = source.poll(None).cursor
    before = site.now
    site.now += DAY
    for number in range(160):
        site.upload(f"Norvia {number}", "film", at=site.now - number * MINUTE)
    batch = source.poll(cursor)
    assert len(batch.posts) == 150
    assert [(gap.since, gap.until) for gap in batch.gaps] == [(before, site.now)]


@pytest.mark.parametrize(
    ("document", "says"),
    [
        (b"<feed>", "well-formed"),
        (b"<html/>", "no Atom feed"),
        (b"<!DOCTYPE x [<!ENTITY a 'ha'>]><feed xmlns='http://www.w3.org/2005/Atom'/>", "declares"),
        (b"", "well-formed"),
    ],
)
def test_no_feed_is_told_apart(document: bytes, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        videos_in(document)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({}, "nothing to follow"),
        ({"channels": ["Norvia"]}, "no channel"),
        ({"channels": ["UC123"]}, "no channel"),
        ({"channels": ["https://example.org/@norvia"]}, "no channel"),
        ({"videos": ["https://www.youtube.com/watch?v=short"]}, "no video"),
        ({"videos": [HOME], "requests_max": 0}, "more than 0"),
        ({"videos": [HOME], "watch_days": 366}, "at most 365"),
        ({"videos": [HOME], "first_hours": float("nan")}, "more than 0"),
        ({"videos": [f"{n:011}" for n in range(501)]}, "at most 500"),
    ],
)
def test_settings_that_cannot_work_are_refused(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        YoutubeSource(api_key=Secret("k"), **settings)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (f"https://www.youtube.com/channel/{CHANNEL}/videos", CHANNEL),
        ("https://youtube.com/@Norvia?si=x", "@norvia"),
        (" @Norvia ", "@norvia"),
    ],
)
def test_channels_are_named_in_any_way(given: str, kept: str) -> None:
    assert YoutubeSource(api_key=Secret("k"), channels=[given]).channels == [kept]


@pytest.mark.parametrize(
    "given",
    [
        "dQw4w9WgXcQ",
        "https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=4s",
        "https://m.youtube.com/watch?list=PL1&v=dQw4w9WgXcQ",
        "https://youtu.be/dQw4w9WgXcQ?si=x",
        "https://www.youtube.com/shorts/dQw4w9WgXcQ",
    ],
)
def test_videos_are_named_in_any_way(given: str) -> None:
    assert YoutubeSource(api_key=Secret("k"), videos=[given]).videos == ["dQw4w9WgXcQ"]


@pytest.mark.parametrize("encoding", ["UTF-8", "x-none", "shift_jis", "utf-16"])
def test_a_feed_is_utf_8_whatever_it_declares(encoding: str) -> None:
    entry = Entry("vid00000001", "Näin me elämme", "norvia", NOON)
    document = feed(CHANNEL, feed_entry(entry, CHANNEL, "Norvia 🎉"))
    (video,) = videos_in(document.replace(b"UTF-8", encoding.encode()))
    assert (video.title, video.text) == ("Norvia 🎉", "Näin me elämme")
    assert (video.author.id, video.engagement.views) == (CHANNEL, 70)
    assert video.published_at == NOON
