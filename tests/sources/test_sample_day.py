"""The sample day: enough of it, in three languages, with a crisis, and fit to be replayed."""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from importlib.resources import files

import pytest

Post = dict[str, object]
NAME = "norvi"
DAY = datetime(2026, 3, 10, tzinfo=UTC)


@pytest.fixture(scope="module")
def posts() -> list[Post]:
    text = files("sources").joinpath("sample/day.jsonl").read_text("utf-8")
    return [json.loads(line) for line in text.splitlines()]


def at(post: Post) -> datetime:
    return datetime.fromisoformat(str(post["published_at"]))


def words(post: Post) -> str:
    return f"{post.get('title', '')} {post['text']}"


def names_brand(post: Post) -> bool:
    return NAME in words(post).casefold()


def between(posts: list[Post], start: str, end: str) -> list[Post]:
    return [post for post in posts if start <= str(post["published_at"])[11:16] < end]


def test_it_has_enough_posts_each_with_its_own_identity_and_words(posts: list[Post]) -> None:
    assert len(posts) >= 220
    assert len({(post["site"], post["id"]) for post in posts}) == len(posts)
    assert len({post["text"] for post in posts}) == len(posts)


def test_every_post_has_what_a_source_gives(posts: list[Post]) -> None:
    required = {"id", "site", "published_at", "language", "author", "text", "url", "engagement"}
    allowed = required | {"title", "in_reply_to"}
    for post in posts:
        assert required <= set(post) <= allowed
        assert str(post["text"]).strip() == post["text"]
        assert isinstance(post["author"], dict)
        assert set(post["author"]) <= {"handle", "name", "followers"}
        assert isinstance(post["engagement"], dict)
        assert set(post["engagement"]) == {"likes", "shares", "replies", "views"}
        assert all(count >= 0 for count in post["engagement"].values())


def test_it_is_one_day_in_order(posts: list[Post]) -> None:
    times = [at(post) for post in posts]
    assert times == sorted(times)
    assert times[0] >= DAY
    assert times[-1] < DAY + timedelta(days=1)
    assert all(time.utcoffset() == timedelta(0) for time in times)
    assert {time.hour for time in times} == set(range(24))


def test_addresses_lead_nowhere(posts: list[Post]) -> None:
    for post in posts:
        host = str(post["url"]).split("/")[2]
        assert host.endswith(".example")
        for word in str(post["text"]).split():
            if word.startswith("http"):
                assert word.split("/")[2].endswith(".example")


def test_the_languages_are_mixed_as_said(posts: list[Post]) -> None:
    share = Counter(str(post["language"]) for post in posts)
    percent = {language: 100 * count / len(posts) for language, count in share.items()}
    assert percent == {
        "en": pytest.approx(40, abs=3),
        "fi": pytest.approx(35, abs=3),
        "pl": pytest.approx(25, abs=3),
    }


def test_some_posts_do_not_mention_the_brand(posts: list[Post]) -> None:
    silent = [post for post in posts if not names_brand(post)]
    assert 0.10 <= len(silent) / len(posts) <= 0.20


def test_it_begins_with_mentions_and_an_urgent_one(posts: list[Post]) -> None:
    """A first run must show an alert within seconds, at 1,440 times the speed."""
    early = between(posts, "00:00", "00:10")
    assert len([post for post in early if names_brand(post)]) >= 4
    assert any("@norvia" in words(post) and "stranded" in words(post) for post in early)
    assert len(between(posts, "00:00", "01:00")) >= 10


def test_the_crisis_stands_out_and_ends(posts: list[Post]) -> None:
    def named(start: str, end: str) -> int:
        return len([post for post in between(posts, start, end) if names_brand(post)])

    calm, crisis, after = named("10:00", "13:00"), named("14:00", "16:00"), named("19:00", "22:00")
    assert crisis / 2 > 4 * calm / 3
    assert crisis / 2 > 4 * after / 3


def test_replies_point_at_a_post_of_the_day_or_at_a_handle(posts: list[Post]) -> None:
    known = {str(post["id"]) for post in posts}
    replies = [str(post["in_reply_to"]) for post in posts if "in_reply_to" in post]
    assert len(replies) >= 20
    assert all(reply.startswith("@") or reply in known for reply in replies)
    assert any(reply in known for reply in replies)


def test_there_are_inflected_names_reposts_and_several_sites(posts: list[Post]) -> None:
    text = " ".join(words(post) for post in posts)
    forms = ("@norvia", "#norvia", "norvia.example", "Norvia Plus", "Aino Salmela", "Skylark Air")
    inflected = ("Norvian", "Norvialla", "Norvialta", "Norvii", "Norvią", "Norvię")
    assert [form for form in (*forms, *inflected) if form not in text] == []
    assert len([post for post in posts if str(post["text"]).startswith("RT @")]) >= 2
    assert len({post["site"] for post in posts}) >= 8
