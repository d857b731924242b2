"""The Bluesky source against two Jetstream hosts on the loopback."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from listener.model import UNLIMITED, Brand, Spent
from listener.ports import Metered, Rechecking, Reject, Retry, Source
from listener.testing.source_suite import SourceSuite
from tests.sources.standins.bluesky_site import BlueskySite, did
from tests.sources.standins.serving import DAY, HOUR, MINUTE, NORVIA, SECOND, Answer, serving

OURS = Brand("norvia", names=("Norvia",), handles=("@norvia.test",), domains=("norvia.example",))


@pytest.fixture
def site() -> Iterator[BlueskySite]:
    with serving(BlueskySite()) as running:
        assert isinstance(running, BlueskySite)
        yield running


def texts(batch: Any) -> list[str]:
    return [post.text for post in batch.posts]


class TestBluesky(SourceSuite):
    @pytest.fixture
    def source(self, site: BlueskySite) -> Source:
        for n in range(5):
            site.publish(f"Norvia lost my bag, day {n} 😡 مرحبا", at=site.now - n * MINUTE)
        site.publish("nothing of interest")
        return site.source()


def test_it_can_be_given_a_budget_and_look_again(site: BlueskySite) -> None:
    source = site.source()
    assert isinstance(source, Metered)
    assert isinstance(source, Rechecking)


def test_a_post_comes_with_all_that_is_known(site: BlueskySite) -> None:
    root = site.publish("Norvia, anybody?", author="bo")
    site.extras["See norvia.exa..."] = {
        "langs": ["fi-FI", "en"],
        "facets": [{"features": [{"uri": "https://norvia.example/sale"}], "index": {}}],
        "embed": {"external": {"uri": "https://news.example/1", "title": "A bag, lost"}},
    }
    site.publish("See norvia.exa...", reply_to=root, at=site.now - MINUTE)
    batch = site.source(OURS).poll(None)
    post = next(post for post in batch.posts if post.in_reply_to)
    assert (post.site, post.language, post.title) == ("bluesky", "fi", "A bag, lost")
    assert post.in_reply_to == post.conversation == root
    assert post.links == ("https://norvia.example/sale", "https://news.example/1")
    assert post.published_at == site.now - MINUTE
    assert post.url == "https://bsky.app/profile/{}/post/{}".format(*post.native_id.split("/"))
    author = post.author
    assert (author.handle, author.name, author.followers) == ("ada.bsky.social", "Ada", 30)
    assert author.id == did("ada")
    assert author.verified is False
    assert batch.complete
    assert not batch.more


def test_replies_to_the_brand_and_its_own_posts_come(site: BlueskySite) -> None:
    ours = site.publish("Good morning", author="norvia.test")
    asked = site.publish("why is it always late?", reply_to=ours)
    site.extras["thanks for nothing"] = {"facets": [{"features": [{"did": did("norvia.test")}]}]}
    site.publish("thanks for nothing")
    site.publish("we are sorry", author="norvia.test", reply_to=asked)
    site.publish("nobody is meant")
    posts = {post.text: post for post in site.source(OURS).poll(None).posts}
    assert set(posts) == {
        "Good morning",
        "why is it always late?",
        "thanks for nothing",
        "we are sorry",
    }
    assert posts["why is it always late?"].in_reply_to == "norvia.test"
    assert posts["thanks for nothing"].in_reply_to == "norvia.test"
    assert posts["we are sorry"].in_reply_to == asked
    assert posts["we are sorry"].author.handle == "norvia.test"


def test_an_account_nobody_has_yet_is_asked_for_again(site: BlueskySite) -> None:
    source = site.source(OURS)
    cursor = source.poll(None).cursor
    ours = site.publish("Hello", author="norvia.test")
    assert not source.poll(cursor).posts
    site.now += 2 * HOUR
    cursor = source.poll(cursor).cursor
    site.publish("at last", reply_to=ours)
    assert texts(source.poll(cursor)) == ["at last"]


def test_edits_deletions_and_lost_accounts_come(site: BlueskySite) -> None:
    source = site.source()
    first, second = site.publish("Norvia one"), site.publish("Norvia two")
    site.publish("Norvia three", author="eve")
    cursor = source.poll(None).cursor
    site.now += MINUTE
    site.edit(first, "I take it back")
    site.delete(second)
    site.remove_author("eve")
    batch = source.poll(cursor)
    assert [(post.native_id, post.text) for post in batch.posts] == [(first, "I take it back")]
    assert batch.deleted == (f"bluesky:{second}",)
    assert batch.gone == (f"bluesky:{did('eve')}",)


def test_what_is_deleted_at_once_does_not_come(site: BlueskySite) -> None:
    site.delete(site.publish("Norvia, oops"))
    site.publish("Norvia, again", author="eve")
    site.remove_author("eve", "deactivated")
    batch = site.source().poll(None)
    assert not batch.posts
    assert len(batch.deleted) == len(batch.gone) == 1


def test_an_account_that_only_moves_keeps_its_posts(site: BlueskySite) -> None:
    for status in ("desynchronized", "throttled"):
        site.remove_author("ada", status)
    active = {"active": True, "did": did("ada"), "seq": 2}
    site.emit({"did": did("ada"), "kind": "account", "account": active})
    assert not site.source().poll(None).gone


def test_written_anew_under_the_same_key_stays(site: BlueskySite) -> None:
    source = site.source()
    post_id = site.publish("Norvia one")
    site.delete(post_id)
    site._commit(
        "create", replace(site.entries[post_id], text="Norvia two", deleted_at=None), site.now
    )
    batch = source.poll(None)
    assert texts(batch) == ["Norvia two"]
    again = source.poll(batch.cursor)
    assert not again.posts
    assert not again.deleted


def test_dates_that_cannot_be_are_the_events_own(site: BlueskySite) -> None:
    wrong = {"2040-01-01T00:00:00Z", "2015-05-05T00:00:00Z", "yesterday", 5, None}
    for n, date in enumerate(wrong):
        site.extras[f"Norvia {n}"] = {"createdAt": date}
        site.publish(f"Norvia {n}")
    posts = site.source().poll(None).posts
    assert len(posts) == len(wrong)
    assert {post.published_at.replace(microsecond=0) for post in posts if post.published_at} == {
        site.now
    }


def test_another_host_answers_when_one_is_down(site: BlueskySite) -> None:
    site.publish("Norvia one")
    site.down = {0}
    source = site.source()
    batch = source.poll(None)
    assert texts(batch) == ["Norvia one"]
    assert site.opened[0][0] == 1
    site.down = {0, 1}
    with pytest.raises(Retry) as failure:
        source.poll(batch.cursor)
    assert failure.value.spent is not None
    assert failure.value.spent.requests >= 2


def test_a_gap_is_filled_by_the_cursor_or_told(site: BlueskySite) -> None:
    source = site.source()
    cursor = source.poll(None).cursor
    site.now += 20 * HOUR
    site.publish("Norvia within reach", at=site.now - 19 * HOUR)
    site.now += HOUR
    batch = source.poll(cursor)
    assert texts(batch) == ["Norvia within reach"]
    assert batch.complete
    assert not batch.gaps
    seen = site.now
    site.now += HOUR
    site.publish("Norvia out of reach")
    site.now += 30 * HOUR
    site.publish("Norvia again")
    batch = source.poll(batch.cursor)
    assert texts(batch) == ["Norvia again"]
    (gap,) = batch.gaps
    assert gap.since == seen
    assert seen + HOUR < gap.until <= site.now + SECOND
    assert not source.poll(batch.cursor).gaps


def test_what_is_missing_stays_missing_where_the_stream_breaks_off_then(site: BlueskySite) -> None:
    source = site.source()
    batch = source.poll(None)
    site.now += 26 * HOUR
    for n in range(4):
        site.now += HOUR
        site.publish(f"Norvia, after a day and more, {n}")
    site.now += HOUR
    site.cuts = 1
    broken = source.poll(batch.cursor)
    assert not broken.complete
    (gap,) = broken.gaps
    assert gap.until > site.now - 5 * HOUR
    whole = source.poll(broken.cursor)
    assert (whole.complete, whole.gaps) == (True, ())
    assert [filled.since for filled in whole.filled] == [gap.until]
    assert len({*texts(broken), *texts(whole)}) == 4


def test_an_absence_without_an_event_is_told_once(site: BlueskySite) -> None:
    source = site.source()
    batch = source.poll(None)
    site.now += 5 * DAY
    batch = source.poll(batch.cursor)
    (gap,) = batch.gaps
    assert gap.until == site.now - site.keeps
    site.now += 23 * HOUR
    assert not source.poll(batch.cursor).gaps


def test_a_hole_in_a_stream_that_never_sleeps_is_a_gap(site: BlueskySite) -> None:
    for minutes in (180, 179, 30, 29):
        site.emit({"kind": "identity", "did": did("ada")}, site.now - minutes * MINUTE)
    batch = site.source(silence_seconds_max=90, first_hours=3).poll(None)
    (gap,) = batch.gaps
    assert gap.until - gap.since == pytest.approx(timedelta(minutes=149), abs=SECOND)


def test_a_poll_repeated_reads_again(site: BlueskySite) -> None:
    source = site.source()
    first = source.poll(None).cursor
    site.now += MINUTE
    site.publish("Norvia one")
    assert texts(source.poll(first)) == texts(source.poll(first)) == ["Norvia one"]


@pytest.mark.parametrize(
    "frame",
    [
        "no json",
        "[]",
        '"record"',
        "{" * 5_000,
        '{"kind":"commit"}',
        '{"kind":"commit","did":5,"time_us":"x","commit":[]}',
        '{"did":"did:plc:x","time_us":1e999,"kind":"account","account":{"active":false}}',
        (
            '{"did":"did:plc:x","kind":"commit","commit":{"operation":"create","collection":'
            '"app.bsky.feed.post","record":{"text":"Norvia"}}}'
        ),
        (
            '{"did":"did:plc:x","time_us":5,"kind":"commit","commit":{"operation":"delete",'
            '"collection":"app.bsky.feed.post","rkey":null}}'
        ),
    ],
)
def test_a_bad_message_costs_itself(site: BlueskySite, frame: str) -> None:
    site.publish("Norvia one")
    stamp = site.log[-1][0]
    site.log.append((stamp + 1, frame))
    site.log.append((stamp + 2, "\udcff\x00".encode("utf-8", "replace").decode()))
    site.publish("Norvia two")
    batch = site.source().poll(None)
    assert texts(batch) == ["Norvia one", "Norvia two"]
    json.loads(batch.cursor or "")


def test_records_of_any_shape_can_be_stored(site: BlueskySite) -> None:
    for n, shape in enumerate((5, None, [], {}, [{"uri": 5}], {"external": 7}, "x" * 900)):
        names = ("langs", "facets", "embed", "reply", "tags")
        site.extras[f"Norvia {n}"] = dict.fromkeys(names, shape)
        site.publish(f"Norvia {n}")
    assert len(site.source().poll(None).posts) == 7


def test_names_that_cannot_be_looked_up_cost_only_themselves(site: BlueskySite) -> None:
    site.publish("Norvia one")
    source = site.source()
    site.queued = [Answer(101), Answer(500), Answer(101), Answer(500)]
    batch = source.poll(None)
    assert texts(batch) == ["Norvia one"]
    assert batch.posts[0].author.handle == batch.posts[0].author.id == did("ada")
    assert batch.faults


def test_a_second_look_finds_what_became_of_posts(site: BlueskySite) -> None:
    ids = [site.publish(f"Norvia {n}") for n in range(30)]
    source = site.source()
    posts = source.poll(None).posts
    site.entries[ids[3]] = replace(site.entries[ids[3]], likes=9)
    site.edit(ids[4], "Norvia, better")
    site.delete(ids[5])
    batch = source.recheck(posts, UNLIMITED)
    assert batch.deleted == (f"bluesky:{ids[5]}",)
    assert {(post.text, post.engagement.likes) for post in batch.posts} == {
        ("Norvia 3", 9),
        ("Norvia, better", 0),
    }
    assert batch.spent == Spent(requests=2)
    part = source.recheck(posts, Spent(requests=1))
    assert part.faults
    assert f"bluesky:{ids[5]}" in part.deleted
    with pytest.raises(Retry):
        source.recheck(posts, Spent())


def test_no_more_is_asked_than_is_allowed(site: BlueskySite) -> None:
    site.publish("Norvia one")
    source = site.source()
    before = len(site.asked)
    with pytest.raises(Retry) as told:
        source.poll_within(None, Spent(requests=1))
    assert (told.value.state, told.value.spent) == ("budget", Spent())
    assert len(site.asked) == before
    batch = source.poll_within(None, Spent(requests=2))
    assert texts(batch) == ["Norvia one"]
    assert batch.spent.requests == len(site.asked) - before == 1
    assert source.poll(None).spent.requests <= source.dearest().requests


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"hosts": ["https://x.example"]}, "ws or wss"),
        ({"hosts": ["wss://me:secret@x.example"]}, "ws or wss"),
        ({"hosts": ["wss://x.example:99999"]}, "ws or wss"),
        ({"timeout_seconds": 0}, "timeout_seconds"),
        ({"hosts": [], "mode": "firehose"}, "one host"),
        ({"api_url": "x"}, "api_url"),
        ({"listen_seconds": 100}, "listen_seconds"),
        ({"retention_hours": -1}, "retention_hours"),
    ],
)
def test_settings_that_cannot_work_are_refused(
    site: BlueskySite, settings: dict[str, Any], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        site.source(**settings)


def test_without_a_brand_there_is_nothing_to_hear(site: BlueskySite) -> None:
    source = site.source()
    source.brands = ()
    with pytest.raises(Reject, match="brand"):
        source.poll(None)


def test_private_hosts_are_refused_unless_meant(site: BlueskySite) -> None:
    with pytest.raises(Reject, match="private"):
        site.source(NORVIA, allow_private=False).poll(None)
    assert not site.opened
