"""The Discourse source against a forum on the loopback."""

import json
import math
from collections.abc import Iterator

import pytest

from listener.model import Batch, Brand, Post, Spent
from listener.ports import Reject, Retry, Secret
from listener.testing import SourceSuite
from sources.discourse import DiscourseSource
from sources.discourse_parts.posts import without_quotes
from tests.sources.standins.discourse_site import DiscourseSite, refusal
from tests.sources.standins.serving import DAY, HOUR, MINUTE, Answer, serving


@pytest.fixture(params=[False, True], ids=["fifty posts a page", "fifty ids a page"])
def site(request: pytest.FixtureRequest) -> Iterator[DiscourseSite]:
    with serving(DiscourseSite()) as one:
        assert isinstance(one, DiscourseSite)
        one.by_window = request.param
        yield one


def followed(source: DiscourseSource, cursor: str | None) -> tuple[list[Post], Batch]:
    """All that comes until it rests, and the last batch."""
    posts: list[Post] = []
    for _ in range(100):
        batch = source.poll(cursor)
        posts += batch.posts
        cursor = batch.cursor
        if not batch.more:
            return posts, batch
    pytest.fail("there was always more")


class TestDiscourse(SourceSuite):
    @pytest.fixture
    def source(self, site: DiscourseSite) -> DiscourseSource:
        for number in range(120):
            site.publish(f"Norvia {number}", at=site.now - (120 - number) * MINUTE)
        return site.source()


def test_a_post_with_all_that_a_forum_tells(site: DiscourseSite) -> None:
    first = site.publish("Norvia <is> down & out", at=site.now - HOUR)
    (post,) = site.source().poll(None).posts
    assert post.text == "Norvia <is> down & out"
    assert post.title == "Topic no. 1"
    assert post.id == f"{site.url.removeprefix('http://')}:{first}"
    assert post.url == f"{site.url}/t/topic-1/1/1"
    assert (post.author.handle, post.author.name, post.author.id) == ("ada", "Ada", "11")
    assert post.published_at == site.now - HOUR
    assert post.engagement.views == 3
    assert post.conversation == "topic/1"
    assert post.in_reply_to == ""


def test_replies_name_what_they_answer(site: DiscourseSite) -> None:
    first = site.publish("Norvia")
    second = site.publish("me too, Norvia", reply_to=first, author="bo")
    site.publish("and me, Norvia", reply_to=second, author="cy")
    one, two, three = site.source().poll(None).posts
    assert [one.in_reply_to, two.in_reply_to, three.in_reply_to] == ["", first, second]
    assert {one.conversation, two.conversation, three.conversation} == {"topic/1"}


def test_a_parent_from_long_ago_is_asked_for_only_where_the_brand_answers(
    site: DiscourseSite,
) -> None:
    first = site.publish("Norvia, where is my parcel?", at=site.now - 9 * DAY)
    second = site.publish("Norvia?", at=site.now - 8 * DAY, reply_to=first, author="bo")
    for number in range(60):
        site.publish(f"other {number}", at=site.now - 7 * DAY, author="cy")
    site.publish("same here", reply_to=second, author="dee")
    site.publish("We are looking into it", reply_to=second, author="norvia")
    brand = Brand("norvia", names=("Norvia",), own_accounts=("Norvia",))
    theirs, ours = site.source(brand).poll(None).posts
    assert theirs.in_reply_to == "bo"
    assert ours.in_reply_to == second
    assert sum("by_number" in asked.path for asked in site.asked) == 1


def test_the_first_look_goes_back_a_day(site: DiscourseSite) -> None:
    for hours in range(200, 0, -1):
        site.publish(f"Norvia {hours}", at=site.now - hours * HOUR / 5)
    posts, _ = followed(site.source(), None)
    assert {post.text for post in posts} == {f"Norvia {hours}" for hours in range(1, 121)}


def test_an_outage_is_read_on_without_a_hole_in_bounded_steps(site: DiscourseSite) -> None:
    site.publish("Norvia before")
    source = site.source()
    cursor = source.poll(None).cursor
    site.now += DAY
    wanted = {site.publish(f"Norvia {number}") for number in range(900)}
    began = len(site.asked)
    batch = source.poll(cursor)
    assert batch.more
    assert not batch.complete
    assert len(site.asked) - began == batch.spent.requests == 4
    rest, last = followed(source, batch.cursor)
    posts = [*batch.posts, *rest]
    assert sorted(post.native_id for post in posts) == sorted(wanted)
    assert last.complete


def test_what_appears_between_two_pages_is_neither_lost_nor_doubled(site: DiscourseSite) -> None:
    site.publish("Norvia 0")
    source = site.source(pages_max=2)
    cursor = source.poll(None).cursor
    got: list[str] = []
    for number in range(300):
        site.publish(f"Norvia new {number}")
        if number % 30 == 29:
            batch = source.poll(cursor)
            cursor = batch.cursor
            got += [post.native_id for post in batch.posts]
            site.now += MINUTE
    rest, _ = followed(source, cursor)
    got += [post.native_id for post in rest]
    assert sorted(map(int, got)) == list(range(2, 302))


def test_ids_of_private_messages_hide_nothing(site: DiscourseSite) -> None:
    site.publish("Norvia 0")
    source = site.source()
    cursor = source.poll(None).cursor
    site.publish("Norvia early")
    for _ in range(120):
        site.private.add(site.publish("psst"))
    site.publish("Norvia late")
    posts, last = followed(source, cursor)
    assert [post.text for post in posts] == ["Norvia early", "Norvia late"]
    assert last.complete


def test_a_post_whose_id_came_late_is_still_found(site: DiscourseSite) -> None:
    site.publish("Norvia 0")
    slow = site.publish("Norvia slow")
    site.private.add(slow)
    site.publish("Norvia fast")
    source = site.source()
    cursor = source.poll(None).cursor
    site.private.clear()
    assert [post.native_id for post in source.poll(cursor).posts] == [slow]


def test_an_edit_comes_again_and_what_is_hidden_goes(site: DiscourseSite) -> None:
    first, second = site.publish("Norvia is god"), site.publish("Norvia spam")
    source = site.source()
    cursor = source.poll(None).cursor
    site.edit(first, "Norvia is good")
    site.queued = [Answer(body={"latest_posts": [
        site.shape(site.entries[first], title=True),
        site.shape(site.entries[second], title=True) | {"user_deleted": True},
    ]})]  # fmt: skip
    batch = source.poll(cursor)
    assert [post.text for post in batch.posts] == ["Norvia is good"]
    assert batch.deleted == (f"{site.url.removeprefix('http://')}:{second}",)
    again = source.poll(batch.cursor)
    assert [post.native_id for post in again.posts] == [second], "it is shown again"


def test_a_second_look_finds_edits_likes_and_deletions(site: DiscourseSite) -> None:
    ids = [site.publish("Norvia topic", author="ada")]
    ids += [site.publish(f"Norvia {n}", reply_to=ids[0], author=f"a{n}") for n in range(4)]
    alone = site.publish("Norvia alone")
    source = site.source()
    posts = source.poll(None).posts
    site.edit(ids[1], "Norvia edited")
    site.delete(ids[2])
    site.remove_author("a2")
    site.private.add(alone)
    before = len(site.asked)
    batch = source.recheck(posts, Spent(requests=50))
    assert [(post.native_id, post.text) for post in batch.posts] == [(ids[1], "Norvia edited")]
    assert batch.posts[0].title == "Topic no. 1"
    prefix = site.url.removeprefix("http://")
    assert set(batch.deleted) == {f"{prefix}:{one}" for one in (ids[2], ids[3], alone)}
    assert batch.spent.requests == len(site.asked) - before == 1 + 2 + 1


def test_a_second_look_never_takes_a_refusal_for_a_deletion(site: DiscourseSite) -> None:
    site.publish("Norvia")
    posts = site.source().poll(None).posts
    for trouble in (
        refusal(403, "not_logged_in", "You need to be logged in to do that."),
        Answer(403, b"<html>challenge</html>"),
        Answer(404, b"<html>no such host here</html>"),
        Answer(500),
    ):
        site.trouble = trouble
        with pytest.raises((Retry, Reject)):
            site.source().recheck(posts, Spent(requests=50))


def test_a_second_look_stops_at_the_allowance(site: DiscourseSite) -> None:
    for number in range(5):
        site.publish(f"Norvia {number}")
    posts = site.source().poll(None).posts
    before = len(site.asked)
    batch = site.source().recheck(posts, Spent(requests=2))
    assert len(site.asked) - before == 2
    assert len(batch.faults) == 3


def test_members_only_is_told_with_what_to_do_and_a_key_opens_it(site: DiscourseSite) -> None:
    site.publish("Norvia")
    site.members_only = True
    with pytest.raises(Reject, match="give api_key and api_username") as refused:
        site.source().poll(None)
    assert refused.value.state == "login"
    with pytest.raises(Reject, match="make a new key") as refused:
        site.source(api_key=Secret("wrong")).poll(None)
    assert "wrong" not in refused.value.reason
    assert len(site.source(api_key=Secret("sesame")).poll(None).posts) == 1


@pytest.mark.parametrize(
    ("trouble", "kind", "state"),
    [
        (Answer(403, b"<html>challenge</html>"), Reject, "blocked"),
        (Answer(404, b"<html>nothing</html>"), Reject, "gone"),
        (Answer(200, b"<html>a shop</html>"), Retry, "outage"),
        (Answer(200, {"posts": []}), Retry, "outage"),
        (Answer(500), Retry, "outage"),
        ("down", Retry, "outage"),
    ],
)
def test_each_refusal_in_its_own_words(
    site: DiscourseSite, trouble: Answer | str, kind: type[Retry], state: str
) -> None:
    site.trouble = trouble
    with pytest.raises(kind) as failed:
        site.source().poll(None)
    assert failed.value.state == state
    assert failed.value.spent == Spent(requests=1)


@pytest.mark.parametrize(
    "limited",
    [
        Answer(429, b"Slow down", {"Retry-After": "42"}),
        Answer(429, {"errors": ["slow"], "extras": {"wait_seconds": 42, "time_left": "42 s"}}),
    ],
)
def test_a_limit_is_obeyed_and_what_was_read_is_kept(site: DiscourseSite, limited: Answer) -> None:
    site.publish("Norvia")
    source = site.source()
    cursor = source.poll(None).cursor
    site.queued = [limited]
    with pytest.raises(Retry) as asked:
        source.poll(cursor)
    assert asked.value.after_seconds == 42
    assert asked.value.state == "rate limit"


def test_a_forum_that_limits_midway_is_left_alone_until_it_said(site: DiscourseSite) -> None:
    site.publish("Norvia")
    source = site.source()
    cursor = source.poll(None).cursor
    for _ in range(2):  # so that the limit of fifty is met amid a poll
        cursor = source.poll(cursor).cursor
    for number in range(2000):
        site.publish(f"Norvia {number}")
    posts, batch = followed(source, cursor)
    assert batch.wait_seconds == 10
    assert "asks to wait" in batch.faults[0].reason
    with pytest.raises(Retry, match="asks to wait"):
        source.poll(batch.cursor)
    assert len(site.asked) == 51, "it was asked before its time"
    site.now += MINUTE
    rest, _ = followed(source, batch.cursor)
    posts += rest
    assert len({post.id for post in posts}) == len(posts) == 2000


def test_one_forum_down_costs_only_itself() -> None:
    with serving(DiscourseSite()) as up, serving(DiscourseSite()) as down:
        up.publish("Norvia up")
        down.publish("Norvia down")
        down.trouble = Answer(500)
        assert isinstance(up, DiscourseSite)
        source = up.source(forums=[down.url, up.url])
        batch = source.poll(None)
        assert [post.text for post in batch.posts] == ["Norvia up"]
        assert [fault.where for fault in batch.faults] == [down.url]
        assert not batch.complete
        down.trouble = None
        later = source.poll(batch.cursor)
        assert [post.text for post in later.posts] == ["Norvia down"]
        assert later.complete
        assert len({post.site for post in (*batch.posts, *later.posts)}) == 2


def test_an_allowance_is_never_crossed_and_the_unreached_forum_comes_first() -> None:
    with serving(DiscourseSite()) as one, serving(DiscourseSite()) as two:
        one.publish("Norvia one")
        two.publish("Norvia two")
        assert isinstance(one, DiscourseSite)
        source = one.source(forums=[one.url, two.url])
        assert source.dearest() == Spent(requests=18)
        batch = source.poll_within(None, Spent(requests=1))
        assert batch.more
        assert [post.text for post in batch.posts] == ["Norvia one"]
        assert len(two.asked) == 0
        again = source.poll_within(batch.cursor, Spent(requests=1))
        assert [post.text for post in again.posts] == ["Norvia two"]
        assert len(one.asked) == 1


def test_bad_posts_cost_only_themselves(site: DiscourseSite) -> None:
    good = site.shape(site.entries[site.publish("Norvia good")], title=True)
    bad = [{}, {"id": "x", "topic_id": 1}, {"id": 5}, {"id": -1, "topic_id": 2}, 7, None,
           {"id": 10**40, "topic_id": 1}]  # fmt: skip
    odd = good | {"id": 77, "cooked": None, "username": 5, "created_at": [], "actions_summary": {}}
    site.queued = [Answer(body={"latest_posts": [*bad, odd, good]})]
    batch = site.source().poll(None)
    assert [post.text for post in batch.posts] == ["Norvia good", ""]
    assert len(batch.rejects) == 5


def test_an_id_from_nowhere_makes_no_endless_reading(site: DiscourseSite) -> None:
    site.publish("Norvia")
    source = site.source()
    cursor = source.poll(None).cursor
    far = site.shape(site.entries["1"], title=True) | {"id": 10**14}
    site.queued = [Answer(body={"latest_posts": [far]})]
    batch = source.poll(cursor)
    assert "too many posts" in batch.gaps[0].cause
    state = json.loads(batch.cursor or "")["forums"][site.url]
    assert 10**14 - state["top"] <= 50_000


def test_what_a_post_quotes_is_not_its_own_word() -> None:
    quote = '<aside class="quote no-group" data-username="bo"><p>Norvia is bad</p></aside>'
    assert "Norvia" not in without_quotes(f"{quote}<p>I disagree</p>")
    assert "I disagree" in without_quotes(f"{quote}<p>I disagree</p>")
    unclosed = '<aside class="quote">' * 20_000 + "Norvia"
    assert "Norvia" in without_quotes(unclosed)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"forums": []}, "forums is empty"),
        ({"forums": ["forum.example.org"]}, "no http or https address"),
        ({"pages_max": 1}, "takes 2 pages"),
        ({"first_hours": 0}, "more than 0"),
        ({"first_hours": 721}, "at most 720"),
        ({"first_hours": math.inf}, "at most 720"),
        ({"timeout_seconds": math.nan}, "at most 60"),
        ({"forums": ["https://a.example?x=1"]}, "query or fragment"),
        (
            {"forums": ["https://a.example", "https://b.example"], "api_key": Secret("k")},
            "a table of its own",
        ),
    ],
)
def test_settings_that_cannot_work_are_refused(settings: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        DiscourseSource(**({"forums": ["https://forum.example.org/"]} | settings))  # type: ignore[arg-type]


def test_a_password_in_an_address_is_refused_and_never_repeated() -> None:
    with pytest.raises(ValueError, match="user or password") as refused:
        DiscourseSource(forums=["https://bo:sesame@forum.example"])
    assert "sesame" not in str(refused.value)


def test_one_forum_written_twice_may_have_a_key() -> None:
    DiscourseSource(forums=["https://a.example", "https://a.example/"], api_key=Secret("k"))


def test_with_nothing_to_spend_it_rests(site: DiscourseSite) -> None:
    with pytest.raises(Retry) as rested:
        site.source().poll_within(None, Spent())
    assert (rested.value.state, rested.value.spent) == ("budget", Spent())
    assert not site.asked


def test_times_of_a_clock_that_was_wrong_are_over(site: DiscourseSite) -> None:
    site.publish("Norvia one")
    source = site.source()
    whole = json.loads(source.poll(None).cursor or "")
    ahead = (site.now + 400 * DAY).timestamp()
    whole["forums"][site.url] |= {"again_at": ahead, "read_at": ahead, "said": "wait"}
    site.publish("Norvia two")
    batch = source.poll(json.dumps(whole))
    assert [post.text for post in batch.posts] == ["Norvia two"]
    whole["forums"][site.url] |= {"again_at": (site.now + HOUR).timestamp()}
    with pytest.raises(Retry, match="wait"):
        source.poll(json.dumps(whole))
