"""YouTube: replies that come later, and the second look at what is known."""

import json
from collections.abc import Iterator

import pytest

from listener.model import Post, Spent
from listener.ports import Reject, Retry
from tests.sources.standins.serving import DAY, HOUR, MINUTE, SECOND, Answer, serving
from tests.sources.standins.youtube_shapes import refusal
from tests.sources.standins.youtube_site import HOME, YoutubeSite
from tests.sources.test_youtube import followed, paths


@pytest.fixture
def site() -> Iterator[YoutubeSite]:
    with serving(YoutubeSite()) as site:
        yield site


def test_a_thread_with_more_replies_than_come_along_is_read_on(site: YoutubeSite) -> None:
    site.page_replies = 4
    comment = site.publish("Norvia")
    wanted = {site.publish(f"reply {n}", reply_to=comment) for n in range(13)} | {comment}
    batch = site.source().poll(None)
    assert {post.native_id for post in batch.posts} == wanted
    assert paths(site).count("comments") == 4
    assert batch.complete


@pytest.mark.parametrize("newest_inlined", [True, False])
def test_a_reply_in_a_thread_on_the_first_page_is_found_at_once(
    site: YoutubeSite, newest_inlined: bool
) -> None:
    site.newest_inlined = newest_inlined
    comment = site.publish("Norvia", at=site.now - HOUR)
    for number in range(8):
        site.publish(f"reply {number}", reply_to=comment, at=site.now - HOUR)
    source = site.source()
    cursor = source.poll(None).cursor
    site.now += MINUTE
    late = site.publish("late", reply_to=comment)
    began = len(site.asked)
    batch = source.poll(cursor)
    assert [post.native_id for post in batch.posts] == [late]
    assert paths(site, began) == ["commentThreads", "videos.xml", "comments"]


def test_threads_off_the_first_page_are_looked_at_fifty_at_once(site: YoutubeSite) -> None:
    site.page_threads = 5
    threads = [
        site.publish(f"Norvia {n}", at=site.now - 20 * HOUR + n * 15 * MINUTE) for n in range(60)
    ]
    threads = [one for one in threads if one in {at for _, at in site._lists[HOME]}]
    source = site.source()
    _, last = followed(source, None)
    site.now += 4 * HOUR
    for number in range(5):  # these fill the first page
        site.publish(f"Norvia newer {number}")
    late = site.publish("a late reply", reply_to=threads[0], author="norvia")
    began = len(site.asked)
    batch = source.poll(last.cursor)
    assert late in {post.native_id for post in batch.posts}
    looks = [asked for asked in site.asked[began:] if "id" in asked.query]
    most, rest = [len(asked.one("id").split(",")) for asked in looks if "Threads" in asked.path]
    assert most == 50
    assert rest <= len(threads) - 50


def test_a_quiet_thread_is_looked_at_less_and_less_and_then_no_more(site: YoutubeSite) -> None:
    site.page_threads = 2
    site.publish("Norvia, once")
    source = site.source(watch_days=10)
    _, last = followed(source, None)
    cursor = last.cursor
    looks = []
    for _ in range(14 * 4):
        site.now += 6 * HOUR
        began = len(site.asked)
        site.publish("Norvia, at the top")
        _, last = followed(source, cursor)
        cursor = last.cursor
        asked = [one.one("id") for one in site.asked[began:] if "commentThreads" in one.path]
        looks += [site.now for ids in asked if "Ugz00000000000000014AaABAg" in ids]
    days = [(look - looks[0]).days for look in looks]
    assert days.count(0) >= 3
    assert days.count(8) == 1
    assert max(days) <= 10
    assert len(json.loads(cursor or "")["threads"]) < 14 * 4


def test_the_dropping_of_old_threads_brings_nothing_twice(site: YoutubeSite) -> None:
    site.page_threads = 3
    first = site.publish("Norvia, once")
    site.publish("yes", reply_to=first)
    source = site.source(watch_days=1)
    posts, last = followed(source, None)
    cursor = last.cursor
    for _ in range(5):
        site.now += 2 * DAY
        more, last = followed(source, cursor)
        posts += more
        cursor = last.cursor
    assert len(posts) == 2
    late = site.publish("after all", reply_to=first)
    assert [post.native_id for post in source.poll(cursor).posts] == [late], "it is on the page"


def test_a_thread_that_is_gone_asks_for_a_second_look(site: YoutubeSite) -> None:
    site.page_threads = 2
    comment = site.publish("Norvia")
    source = site.source()
    cursor = source.poll(None).cursor
    site.now += HOUR
    site.publish("Norvia again")
    site.delete(comment)
    batch = source.poll(cursor)
    assert batch.look_again == (f"youtube:{comment}",)
    assert not batch.deleted


def test_one_that_is_gone_does_not_hide_the_others(site: YoutubeSite) -> None:
    site.page_threads = 2
    site.strict = True
    threads = [site.publish(f"Norvia {n}", at=site.now + n * SECOND) for n in range(6)]
    source = site.source()
    site.now += MINUTE
    posts, last = followed(source, None)
    site.now += HOUR
    site.publish("Norvia again")
    site.delete(threads[2])
    late = site.publish("late", reply_to=threads[4])
    batch = source.poll(last.cursor)
    assert late in {post.native_id for post in batch.posts}
    assert batch.look_again == (f"youtube:{threads[2]}",)
    looked = source.recheck(posts, Spent(requests=30))
    assert looked.deleted == (f"youtube:{threads[2]}",)


def test_replies_whose_pages_repeat_end(site: YoutubeSite) -> None:
    site.page_replies = 5
    comment = site.publish("Norvia")
    for number in range(30):
        site.publish(f"reply {number}", reply_to=comment)
    page = site._comments
    site._comments = lambda asked: page(replaced(asked))  # type: ignore[method-assign]
    batch = site.source().poll(None)
    assert paths(site).count("comments") == 2
    assert "repeats a page" in batch.rejects[0].reason
    assert not batch.more


def replaced(asked: object) -> object:
    """The question without the page that it asks for, as the site once understood it."""
    from dataclasses import replace

    query = {key: value for key, value in asked.query.items() if key != "pageToken"}  # type: ignore[attr-defined]
    return replace(asked, query=query)  # type: ignore[type-var]


def read(site: YoutubeSite) -> dict[str, Post]:
    posts, _ = followed(site.source(), None)
    return {post.native_id: post for post in posts}


def test_a_second_look_finds_edits_counts_and_deletions(site: YoutubeSite) -> None:
    ids = [site.publish(f"Norvia {n}", author=f"a{n}") for n in range(5)]
    reply = site.publish("me too", reply_to=ids[0])
    video, dead = site.upload("Norvia film", "abot"), site.upload("Norvia two", "film")
    posts = read(site)
    site.edit(ids[1], "Norvia, edited")
    site.delete(ids[2])
    site.remove_author("a3")
    site.delete(reply)
    site.edit(video, "about")
    site.delete(dead)
    began = len(site.asked)
    batch = site.source().recheck(list(posts.values()), Spent(requests=9))
    assert {post.native_id: post.text for post in batch.posts} == {
        ids[1]: "Norvia, edited",
        video: "about",
    }
    assert set(batch.deleted) == {f"youtube:{one}" for one in (ids[2], ids[3], reply, dead)}
    assert paths(site, began) == ["comments", "commentThreads", "videos"]
    assert batch.spent == Spent(requests=3)
    changed = next(post for post in batch.posts if post.native_id == ids[1])
    assert changed.conversation == ids[1]
    assert changed.url == posts[ids[1]].url


def test_a_comment_that_the_site_finds_only_as_a_thread_is_not_deleted(site: YoutubeSite) -> None:
    comment = site.publish("Norvia")
    posts = read(site)
    site.queued = [Answer(body={"items": []})]
    batch = site.source().recheck([posts[comment]], Spent(requests=9))
    assert not batch.deleted
    assert not batch.posts


@pytest.mark.parametrize(
    "trouble",
    [
        refusal(403, "quotaExceeded", "x"),
        refusal(403, "forbidden", "x"),
        refusal(400, "processingFailure", "x"),
        Answer(403, b"<html>no</html>"),
        Answer(404, b"<html>no</html>"),
        Answer(200, b"<html>no</html>"),
        Answer(200, {"error": {}}),
        Answer(500),
        "down",
    ],
)
def test_a_second_look_never_takes_a_refusal_for_a_deletion(
    site: YoutubeSite, trouble: Answer | str
) -> None:
    site.publish("Norvia")
    site.upload("Norvia", "film")
    posts = read(site)
    site.trouble = trouble
    with pytest.raises((Retry, Reject)) as failed:
        site.source().recheck(list(posts.values()), Spent(requests=9))
    assert failed.value.spent
    assert failed.value.spent.requests >= 1


def test_one_that_only_its_owner_sees_is_neither_deleted_nor_in_the_way(site: YoutubeSite) -> None:
    ids = [site.publish(f"Norvia {n}") for n in range(12)]
    posts = read(site)
    site.strict = True
    site.private.add(ids[3])
    site.delete(ids[7])
    site.edit(ids[9], "Norvia, edited")
    batch = site.source().recheck(list(posts.values()), Spent(requests=30))
    assert batch.deleted == (f"youtube:{ids[7]}",)
    assert [post.native_id for post in batch.posts] == [ids[9]]
    assert [fault.where for fault in batch.faults] == [f"youtube:{ids[3]}"]
    assert batch.spent.requests <= 30


def test_a_batch_of_threads_that_fails_is_not_asked_for_at_once_again(site: YoutubeSite) -> None:
    site.page_threads = 2
    for number in range(5):
        site.publish(f"Norvia {number}", at=site.now - HOUR * (10 - number))
    source = site.source()
    _, last = followed(source, None)
    site.now += 3 * HOUR
    by_id = refusal(400, "processingFailure", "x")
    answer = site._comment_threads
    site._comment_threads = lambda one: by_id if "id" in one.query else answer(one)  # type: ignore[method-assign]
    batch = source.poll(last.cursor)
    assert [fault.where for fault in batch.faults] == ["threads"]
    began = len(site.asked)
    source.poll(batch.cursor)
    assert not [asked for asked in site.asked[began:] if "id" in asked.query]


def test_a_second_look_stops_at_the_allowance(site: YoutubeSite) -> None:
    site.publish("Norvia")
    site.upload("Norvia", "film")
    posts = read(site)
    began = len(site.asked)
    batch = site.source().recheck(list(posts.values()), Spent(requests=1))
    assert len(site.asked) - began == 1
    assert [fault.where.startswith("youtube:vid") for fault in batch.faults] == [True]
