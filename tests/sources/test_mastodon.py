"""The Mastodon source against instances on the loopback."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from listener.model import Batch, Brand, Post, Spent
from listener.ports import Reject, Retry, Secret
from listener.testing import SourceSuite
from sources.mastodon import MastodonSource
from tests.sources.standins.mastodon_site import TOKEN, MastodonSite, error
from tests.sources.standins.serving import DAY, HOUR, MINUTE, NORVIA, SECOND, Answer, serving


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


def followed(source: MastodonSource, cursor: str | None) -> tuple[list[Post], Batch]:
    """All that comes until it rests, and the last batch."""
    posts: list[Post] = []
    for _ in range(100):
        batch = source.poll(cursor)
        posts += batch.posts
        cursor = batch.cursor
        if not batch.more:
            return posts, batch
    pytest.fail("there was always more")


class TestMastodon(SourceSuite):
    @pytest.fixture
    def source(self, site: MastodonSite) -> MastodonSource:
        for number in range(120):
            site.publish(f"#Norvia {number}", at=site.now - (120 - number) * MINUTE)
        return site.source()


def test_a_post_with_all_that_an_instance_tells(site: MastodonSite) -> None:
    first = site.publish("Norvia <is> down\n#norvia", at=site.now - HOUR)
    (post,) = site.source().poll(None).posts
    assert post.id == f"mastodon:{first}"
    assert post.text == "Norvia <is> down\n#norvia"
    assert post.author.handle == f"ada@{site.host}"
    assert (post.author.name, post.author.followers) == ("Ada", 42)
    assert post.published_at == site.now - HOUR
    assert (post.engagement.shares, post.engagement.replies) == (2, 1)
    assert post.language == "en"
    assert post.url == f"{site.url}/@ada/{site.local[first]}"
    assert (post.conversation, post.in_reply_to) == (first, "")


def test_what_the_fields_hold_besides(site: MastodonSite) -> None:
    told = site.shape(site.publish("Norvia"))
    told |= {
        "spoiler_text": "On trains",
        "content": '<p>See <a href="https://a.example/x">a</a> <a href="https://b.example/tags/norvia">'
        '#norvia</a> <a href="https://c.example/@bo">@bo</a></p>',
        "mentions": [{"id": "1", "acct": "bo@c.example", "url": "https://c.example/@bo"}],
        "card": {"url": "https://d.example/card"},
    }
    boost = site.shape(site.publish("Norvia boosted")) | {"reblog": told, "content": ""}
    hidden = site.shape(site.publish("Norvia direct")) | {"visibility": "direct"}
    site.queued = [Answer(body=[boost, hidden, told])]
    (post,) = site.source(replace(NORVIA, hashtags=())).poll(None).posts
    assert post.title == "On trains"
    assert post.text == "See a #norvia @bo"
    assert post.links == ("https://a.example/x", "https://d.example/card")


def test_two_lists_and_two_instances_show_one_post(site: MastodonSite, other: MastodonSite) -> None:
    shared = site.publish("#norvia shared")
    other.show(site, shared)
    alone = other.publish("#norvia alone")
    source = site.source(instances=[site.url, other.url])
    posts, last = followed(source, None)
    assert sorted(post.native_id for post in posts) == sorted([shared, alone])
    assert last.complete


def test_a_thread_is_named_after_what_it_began_with(site: MastodonSite) -> None:
    first = site.publish("Norvia?")
    second = site.publish("Norvia!", reply_to=first, author="bo")
    third = site.publish("Norvia.", reply_to=second, author="ada")
    one, two, three = site.source().poll(None).posts
    assert [one.in_reply_to, two.in_reply_to, three.in_reply_to] == ["", first, second]
    assert {one.conversation, two.conversation, three.conversation} == {first}
    assert third == three.native_id


def test_own_answers_come_and_name_what_they_answer(site: MastodonSite) -> None:
    old = site.publish("Where is my parcel?", at=site.now - 3 * DAY, author="bo")
    site.publish("Soon.", reply_to=old, author="norvia")
    site.publish("me too", reply_to=old, author="cy")
    brand = Brand("norvia", hashtags=("#norvia",), own_accounts=(f"@norvia@{site.host}",))
    quiet = site.source(brand, public="no")
    (ours,) = quiet.poll(None).posts
    assert (ours.text, ours.in_reply_to, ours.conversation) == ("Soon.", old, old)
    told = {post.text: post.in_reply_to for post in site.source(brand).poll(None).posts}
    assert told == {"Soon.": old, "me too": f"bo@{site.host}"}


def test_the_first_look_goes_back_a_day(site: MastodonSite) -> None:
    for hours in range(400, 0, -1):
        site.publish(f"Norvia {hours}", at=site.now - hours * HOUR / 10)
    posts, _ = followed(site.source(), None)
    assert {post.text for post in posts} == {f"Norvia {hours}" for hours in range(1, 241)}


def test_the_second_look_goes_back_no_further_than_the_first(site: MastodonSite) -> None:
    for days in (9, 5, 3):
        site.publish(f"#norvia {days} days ago", at=site.now - days * DAY)
    source = site.source()
    batch = source.poll(None)
    site.publish("#norvia now")
    again = source.poll(batch.cursor)
    assert [post.text for post in (*batch.posts, *again.posts)] == ["#norvia now"]


def test_a_list_that_was_empty_is_read_from_its_beginning(site: MastodonSite) -> None:
    source = site.source()
    cursor = source.poll(None).cursor
    for number in range(150):
        site.now += SECOND
        site.publish(f"#norvia {number}")
    posts, _ = followed(source, cursor)
    assert len(posts) == 150


def test_an_outage_is_read_on_without_a_hole_in_bounded_steps(site: MastodonSite) -> None:
    site.publish("Norvia before")
    source = site.source()
    cursor = source.poll(None).cursor
    site.now += DAY
    for _ in range(900):
        site.now += SECOND
        site.publish(f"Norvia {len(site.entries)}")
    began = len(site.asked)
    batch = source.poll(cursor)
    assert batch.more
    assert not batch.complete
    assert len(site.asked) - began == batch.spent.requests == 6
    rest, last = followed(source, batch.cursor)
    assert len({post.id for post in (*batch.posts, *rest)}) == len(batch.posts) + len(rest) == 900
    assert last.complete


def test_what_arrives_late_from_elsewhere_is_found(site: MastodonSite, other: MastodonSite) -> None:
    late = other.publish("#norvia late", at=site.now - 5 * MINUTE)
    site.publish("#norvia early", at=site.now - MINUTE)
    other.trouble = Answer(500)
    source = site.source(public="all", instances=[site.url, other.url])
    _, last = followed(source, None)
    site.show(other, late)
    assert [post.text for post in source.poll(last.cursor).posts] == ["#norvia late"]


def test_an_edit_comes_again_but_an_older_copy_does_not(
    site: MastodonSite, other: MastodonSite
) -> None:
    post_id = site.publish("#norvia is god")
    other.show(site, post_id)
    source = site.source(instances=[site.url, other.url])
    _, last = followed(source, None)
    site.now += MINUTE
    site.edit(post_id, "#norvia is good")
    posts, last = followed(source, last.cursor)
    assert [post.text for post in posts] == ["#norvia is good"]
    assert not source.poll(last.cursor).posts


@pytest.mark.parametrize("can_batch", [True, False])
def test_a_second_look_finds_edits_and_deletions(site: MastodonSite, can_batch: bool) -> None:
    site.can_batch = can_batch
    ids = [site.publish(f"Norvia {number}", author=f"a{number}") for number in range(5)]
    source = site.source()
    posts = source.poll(None).posts
    site.edit(ids[0], "Norvia edited")
    site.delete(ids[1])
    site.remove_author("a2")
    site.visibility[ids[3]] = "private"
    before = len(site.asked)
    batch = source.recheck(posts, Spent(requests=50))
    assert [(post.native_id, post.text) for post in batch.posts] == [(ids[0], "Norvia edited")]
    assert set(batch.deleted) == {f"mastodon:{one}" for one in ids[1:4]}
    assert batch.spent.requests == len(site.asked) - before == (4 if can_batch else 6)


def test_a_second_look_at_other_software_asks_as_servers_do(site: MastodonSite) -> None:
    ids = [f"{site.host}/objects/{name}" for name in ("edited", "gone", "buried", "broken")]
    posts = [Post("mastodon", one, "Norvia", title="t") for one in ids]
    note = {"type": "Note", "id": f"{site.url}/objects/edited", "content": "<p>Norvia!</p>"}
    site.queued = [
        Answer(body=note | {"summary": "t"}),
        Answer(410),
        Answer(body={"type": "Tombstone", "id": f"{site.url}/objects/buried"}),
        Answer(body=note),
    ]
    batch = site.source().recheck(posts, Spent(requests=50))
    assert [post.text for post in batch.posts] == ["Norvia!"]
    assert batch.deleted == (posts[1].id, posts[2].id)
    assert "another post" in batch.faults[0].reason
    assert site.asked[0].headers["accept"] == "application/activity+json"


@pytest.mark.parametrize(
    "trouble",
    [
        error(401, "This method requires an authenticated user"),
        Answer(404, b"<html>no such host here</html>"),
        Answer(403, b"<html>challenge</html>"),
        Answer(500),
    ],
)
def test_a_second_look_never_takes_a_refusal_for_a_deletion(
    site: MastodonSite, trouble: Answer
) -> None:
    site.publish("Norvia")
    posts = site.source().poll(None).posts
    site.trouble = trouble
    with pytest.raises((Retry, Reject)):
        site.source().recheck(posts, Spent(requests=50))


def test_a_second_look_stops_at_the_allowance(site: MastodonSite) -> None:
    for number in range(5):
        site.publish(f"Norvia {number}")
    posts = site.source().poll(None).posts
    for number in range(5):
        site.delete(posts[number].native_id)
    before = len(site.asked)
    batch = site.source().recheck(posts, Spent(requests=3))
    assert len(site.asked) - before == 3
    assert len(batch.deleted) == 2
    assert len(batch.faults) == 3


def test_a_closed_instance_is_told_with_what_to_do_and_a_token_opens_it(site: MastodonSite) -> None:
    site.publish("#norvia")
    site.closed = True
    with pytest.raises(Reject, match="give a token") as refused:
        site.source().poll(None)
    assert refused.value.state == "login"
    with pytest.raises(Reject, match="make a new one") as refused:
        site.source(token=Secret("wrong")).poll(None)
    assert "wrong" not in refused.value.reason
    assert len(site.source(token=Secret(TOKEN)).poll(None).posts) == 1


def test_with_a_token_who_mentions_the_account_is_read(site: MastodonSite) -> None:
    for number in range(50):
        site.publish(f"@norvia hello {number}", at=site.now - (50 - number) * MINUTE)
    source = site.source(public="no", token=Secret(TOKEN))
    posts, last = followed(source, None)
    assert len(posts) == 40, "the first look is the newest page"
    site.publish("@norvia again")
    posts, _ = followed(source, last.cursor)
    assert [post.text for post in posts] == ["@norvia again"]


def test_a_search_reads_down_to_what_it_knows(site: MastodonSite) -> None:
    site.publish("I like Norvia")
    settings = {"public": "no", "token": Secret(TOKEN), "search": True, "mentions": False}
    brand = Brand("norvia", names=("Norvia",))
    source = site.source(brand, **settings)
    cursor = source.poll(None).cursor
    for number in range(100):
        site.now += SECOND
        site.publish(f"Norvia {number}")
    batch = source.poll(cursor)
    assert len(batch.posts) == 100
    assert batch.complete
    for number in range(100):
        site.now += SECOND
        site.publish(f"Norvia more {number}")
    few = site.source(brand, **settings, pages_max=2).poll(batch.cursor)
    assert len(few.posts) == 80
    assert [gap.cause for gap in few.gaps] == ["page limit of the search"]
    assert not few.complete


def test_the_last_request_that_is_allowed_is_the_last(site: MastodonSite) -> None:
    site.publish("#norvia")
    site.queued = [
        Answer(
            200,
            [],
            {
                "X-RateLimit-Remaining": "0",
                "X-RateLimit-Reset": (site.now + 2 * MINUTE).isoformat(),
            },
        )
    ]
    batch = site.source().poll(None)
    assert len(site.asked) == 1
    assert [fault.reason for fault in batch.faults] == [
        f"{site.host} allows no more requests for now"
    ]


def test_a_limit_stops_all_lists_of_the_instance(site: MastodonSite) -> None:
    reset = {"X-RateLimit-Reset": (site.now + 2 * MINUTE).isoformat(), "X-RateLimit-Remaining": "0"}
    site.trouble = Answer(429, {"error": "Too many requests"}, reset)
    with pytest.raises(Retry) as limited:
        site.source().poll(None)
    assert limited.value.after_seconds == 120
    assert limited.value.state == "rate limit"
    assert limited.value.spent == Spent(requests=1)


def test_one_instance_down_costs_only_itself(site: MastodonSite, other: MastodonSite) -> None:
    site.publish("Norvia up")
    other.publish("Norvia down")
    other.trouble = Answer(500)
    source = site.source(instances=[other.url, site.url])
    batch = source.poll(None)
    assert [post.text for post in batch.posts] == ["Norvia up"]
    assert {fault.where.split()[0] for fault in batch.faults} == {other.url}
    assert not batch.complete
    other.trouble = None
    later = source.poll(batch.cursor)
    assert [post.text for post in later.posts] == ["Norvia down"]
    assert later.complete


def test_an_allowance_is_never_crossed_and_the_unreached_list_comes_first(
    site: MastodonSite,
) -> None:
    site.publish("#norvia")
    site.publish("Norvia")
    source = site.source()
    assert source.dearest() == Spent(requests=15)
    batch = source.poll_within(None, Spent(requests=1))
    assert [post.text for post in batch.posts] == ["#norvia"]
    assert batch.more
    again = source.poll_within(batch.cursor, Spent(requests=1))
    assert [post.text for post in again.posts] == ["Norvia"]
    assert len(site.asked) == 2


def test_bad_statuses_cost_only_themselves(site: MastodonSite) -> None:
    good = site.shape(site.publish("Norvia good"))
    odd = good | {
        "id": str(int(good["id"]) - 1),
        "uri": "https://x.example/1",
        "account": 7,
        "content": [],
        "tags": 5,
    }
    bad = [{}, {"id": 5}, good | {"uri": None}, good | {"id": str(10**30)}, 7, None]
    site.queued = [Answer(body=[*bad, odd, good])]
    batch = site.source(replace(NORVIA, hashtags=())).poll(None)
    assert sorted(post.text for post in batch.posts) == ["", "Norvia good"]
    assert len(batch.rejects) == 4


@pytest.mark.parametrize("odd", ["2026-99-99", "9" * 25, "zzzzzzzzzzzzzzzzzzzzzzzz", "7"])
def test_an_id_of_another_kind_leads_nobody_astray(site: MastodonSite, odd: str) -> None:
    for number in range(5):
        site.publish(f"Norvia {number}")
    source = site.source(replace(NORVIA, hashtags=()))
    cursor = source.poll(None).cursor
    new = site.shape(site.publish("Norvia new"))
    site.queued = [Answer(body=[new | {"id": odd, "uri": "https://x.example/1"}, new])]
    batch = source.poll(cursor)
    site.publish("Norvia newer")
    assert "Norvia newer" in {post.text for post in source.poll(batch.cursor).posts}
    assert len(batch.rejects) == 1


def test_nothing_to_ask_for_is_told(site: MastodonSite) -> None:
    with pytest.raises(Reject, match="give the brands hashtags"):
        site.source(Brand("norvia", names=("Norvia",)), public="no").poll(None)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"instances": []}, "instances is empty"),
        ({"instances": ["mastodon.social"]}, "no http or https address"),
        ({"search": True}, "search needs a token"),
        ({"pages_max": 0}, "more than 0"),
    ],
)
def test_settings_that_cannot_work_are_refused(settings: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        MastodonSource(**({"instances": ["https://social.example"]} | settings))  # type: ignore[arg-type]
