"""What an instance of Mastodon may tell of others' posts, and where a stranger's uri may lead."""

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from listener.model import UNLIMITED, Batch, Brand, Post, Spent
from listener.ports import Reject, Retry, Secret
from sources.mastodon import LOOK_AGAIN_MAX, MastodonSource
from sources.mastodon_parts.statuses import native_id_of
from tests.sources.faults import talking
from tests.sources.standins.mastodon_site import TOKEN, MastodonSite, iso
from tests.sources.standins.serving import DAY, HOUR, MINUTE, NORVIA, Answer, serving
from tests.sources.test_mastodon_stream import Bells, opened

TAGGED = replace(NORVIA, hashtags=("#norvia",))


@pytest.fixture
def site() -> Iterator[MastodonSite]:
    with serving(MastodonSite()) as one:
        assert isinstance(one, MastodonSite)
        yield one


@pytest.fixture
def other() -> Iterator[MastodonSite]:
    with serving(MastodonSite()) as one:
        assert isinstance(one, MastodonSite)
        yield one


def forged(other: MastodonSite, post_id: str, words: str) -> dict[str, Any]:
    """Another instance's copy of a post, with words that its author never wrote."""
    edited = {"edited_at": iso(other.now), "content": f"<p>{words}</p>"}
    return other.shape(post_id) | edited


# --- words ---------------------------------------------------------------------------------------


def both(site: MastodonSite, other: MastodonSite) -> tuple[MastodonSource, str, Batch]:
    """A post of ``site`` that both show, and its first poll."""
    post_id = site.publish("#norvia is lovely")
    other.show(site, post_id)
    source = site.source(TAGGED, public="no", instances=[site.url, other.url])
    batch = source.poll(None)
    assert [post.text for post in batch.posts] == ["#norvia is lovely"]
    site.now = other.now = site.now + MINUTE
    return source, post_id, batch


def test_an_edit_that_another_instance_tells_is_asked_for_at_the_posts_own(
    site: MastodonSite, other: MastodonSite
) -> None:
    source, post_id, first = both(site, other)
    other.queued = [Answer(body=[forged(other, post_id, "#norvia should burn")])] * 2
    batch = source.poll(first.cursor)
    assert not batch.posts
    assert batch.look_again == (f"mastodon:{post_id}",)
    assert not source.poll(batch.cursor).look_again, "once is enough"
    assert not source.recheck(first.posts, UNLIMITED).posts


def test_a_forged_edit_does_not_hide_the_true_one(site: MastodonSite, other: MastodonSite) -> None:
    source, post_id, first = both(site, other)
    later = forged(other, post_id, "#norvia should burn") | {"edited_at": "2090-01-01T00:00:00Z"}
    other.queued = [Answer(body=[later])]
    batch = source.poll(first.cursor)
    site.now += MINUTE
    site.edit(post_id, "#norvia is very lovely")
    batch = source.poll(batch.cursor)
    assert [post.text for post in batch.posts] == ["#norvia is very lovely"]


def test_a_post_first_seen_elsewhere_in_words_of_the_far_future_can_still_be_edited(
    site: MastodonSite, other: MastodonSite
) -> None:
    post_id = site.publish("#norvia is lovely")
    other.show(site, post_id)
    copy = forged(other, post_id, "#norvia") | {"edited_at": "2090-01-01T00:00:00Z"}
    other.queued = [Answer(body=[copy])]
    source = site.source(TAGGED, public="no", instances=[other.url, site.url])
    batch = source.poll(None)
    site.now += MINUTE
    site.edit(post_id, "#norvia is very lovely")
    batch = source.poll(batch.cursor)
    assert [post.text for post in batch.posts] == ["#norvia is very lovely"]


def test_a_storm_of_told_edits_is_bounded(site: MastodonSite, other: MastodonSite) -> None:
    ids = [site.publish(f"#norvia {number}") for number in range(30)]
    for one in ids:
        other.show(site, one)
    source = site.source(TAGGED, public="no", instances=[site.url, other.url])
    first = source.poll(None)
    site.now = other.now = site.now + MINUTE
    other.queued = [Answer(body=[forged(other, one, "#norvia burns") for one in ids])]
    batch = source.poll(first.cursor)
    assert len(batch.look_again) == LOOK_AGAIN_MAX
    assert not batch.posts


def test_a_stream_tells_for_sure_only_of_its_own_posts(
    site: MastodonSite, other: MastodonSite
) -> None:
    bells = Bells()
    with talking(bells.talk) as (address, _):
        settings = {"stream": True, "stream_url": address, "mentions": False, "public": "all"}
        source = site.source(
            **settings, token=Secret(TOKEN), instances=[site.url, other.url], hashtags=[]
        )
        source.listen_seconds = 3.0
        theirs = [other.publish("Norvia one"), other.publish("Norvia two")]
        for one in theirs:
            site.show(other, one)
        batch = opened(source, site, bells)
        site.now = other.now = site.now + MINUTE
        bells.ring("delete", str(site.local[theirs[0]]))
        bells.ring("status.update", forged(site, theirs[1], "Norvia burns"))
        source.listen_seconds = 3.0
        hints = list[str]()
        for _ in range(3):
            batch = source.poll(batch.cursor)
            source.listen_seconds = 0.2
            hints += batch.look_again
            assert not batch.deleted
            assert not batch.posts
    assert sorted(hints) == sorted(f"mastodon:{one}" for one in theirs)


# --- where a uri leads ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "uri",
    [
        "https://bo:pw@evil.example/x",
        "https://good.example@evil.example/x",
        "https://good.example\\@evil.example/x",
        "https://evil.example:22/x",
        "https://[::1]/x",
        "https://evil.example?x=/y",
        "https://evil.example#/y",
        "https://evil.exa\x00mple/x",
        "https://evil.example/\x07",
        "https://evil.example/a b",
        "https:///x",
        "",
    ],
)
def test_a_uri_that_leads_astray_names_nothing(uri: str) -> None:
    with pytest.raises(ValueError, match="uri"):
        native_id_of(uri)


def test_a_uri_names_a_host_in_one_way_and_a_listed_one_may_have_a_port() -> None:
    assert native_id_of("HTTPS://Good.Example/Users/1?a=b") == "good.example/Users/1?a=b"
    assert native_id_of("http://in.example:3000/1", {"in.example:3000"}) == "in.example:3000/1"


def test_a_second_look_never_goes_to_a_private_address_that_nobody_listed(
    site: MastodonSite, other: MastodonSite
) -> None:
    source = site.source(NORVIA, public="local")
    assert source.allow_private
    strange = [Post("mastodon", f"{other.host}/admin/delete?all=1", "Norvia")]
    batch = source.recheck(strange, UNLIMITED)
    assert "can't be looked at again" in batch.faults[0].reason
    with pytest.raises((Reject, Retry), match="private"):
        source.recheck([Post("mastodon", "127.0.0.1/admin", "Norvia")], UNLIMITED)
    assert not other.asked
    assert not site.asked


def test_an_instance_leads_nobody_to_a_private_address(
    site: MastodonSite, other: MastodonSite
) -> None:
    site.trouble = Answer(302, b"", {"Location": f"{other.url}/api/v1/timelines/public"})
    with pytest.raises(Reject, match="leads to another address"):
        site.source().poll(None)
    assert not other.asked


@pytest.mark.parametrize("host", ["½.example", "..", "-", "a..b", "x" * 253, "%2e", "xn--ü"])
def test_an_odd_host_costs_only_its_own_post(site: MastodonSite, host: str) -> None:
    site.publish("Norvia")
    source = site.source()
    (post,) = source.poll(None).posts
    site.delete(post.native_id)
    batch = source.recheck([Post("mastodon", f"{host}/x", "Norvia"), post], UNLIMITED)
    assert batch.deleted == (post.id,)
    assert len(batch.faults) == 1


def test_the_token_goes_along_no_path_that_a_stranger_chose(site: MastodonSite) -> None:
    source = site.source(token=Secret(TOKEN))
    with suppress(Retry, Reject):
        source.recheck([Post("mastodon", f"{site.host}/api/v1/anything", "Norvia")], UNLIMITED)
    assert [asked.path for asked in site.asked] == ["/api/v1/anything"]
    assert "authorization" not in site.asked[0].headers


# --- limits --------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["{:030x}", "Z{:020d}", "{:020d}"])
def test_pages_without_an_end_are_bounded_by_pages_max(site: MastodonSite, kind: str) -> None:
    told = site.shape(site.publish("Norvia"))
    number = 0

    def page() -> Answer:
        nonlocal number
        number += 40
        made = (kind.format(number + one) for one in range(40))
        return Answer(body=[told | {"id": one, "uri": f"https://x.example/{one}"} for one in made])

    source = site.source(Brand("norvia", names=("Norvia",)), pages_max=3)
    site.queued = [page() for _ in range(20)]
    cursor = source.poll(None).cursor
    for _ in range(3):
        before = len(site.asked)
        batch = source.poll(cursor)
        assert len(site.asked) - before <= 3
        assert len(batch.posts) <= 120
        cursor = batch.cursor
        assert len(cursor or "") < 200_000


def test_with_nothing_to_spend_it_rests(site: MastodonSite) -> None:
    with pytest.raises(Retry) as rested:
        site.source().poll_within(None, Spent())
    assert (rested.value.state, rested.value.spent) == ("budget", Spent())
    assert not site.asked


def test_times_of_a_clock_that_was_wrong_are_over(site: MastodonSite) -> None:
    site.publish("Norvia one")
    source = site.source()
    whole = json.loads(source.poll(None).cursor or "")
    ahead = (site.now + 400 * DAY).timestamp()
    far = str(int(ahead * 1000) << 16)
    for lane in whole["lanes"].values():
        lane |= {"again_at": ahead, "read_at": ahead, "since": ahead, "said": "wait"}
        lane["recent"] += [far, "²"]
    site.publish("Norvia two")
    assert [post.text for post in source.poll(json.dumps(whole)).posts] == ["Norvia two"]
    for lane in whole["lanes"].values():
        lane["again_at"] = (site.now + HOUR).timestamp()
    with pytest.raises(Retry, match="wait"):
        source.poll(json.dumps(whole))


@pytest.mark.parametrize(
    "settings",
    [
        {"first_hours": float("nan")},
        {"first_hours": 721},
        {"timeout_seconds": float("inf")},
        {"timeout_seconds": 61},
        {"instances": ["https://bo:sesame@a.example"]},
        {"stream_url": "https://bo:sesame@a.example"},
        {"instances": ["https://a.example/?token=sesame"]},
    ],
)
def test_settings_that_cannot_work_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"at most|user or password|query") as refused:
        MastodonSource(**({"instances": ["https://social.example"]} | settings))
    assert "sesame" not in str(refused.value)
