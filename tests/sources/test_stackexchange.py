"""Stack Exchange: what is asked, what comes, what is obeyed, what a second look finds."""

import gzip
import json
from collections.abc import Iterator
from typing import Any

import pytest

from listener.model import Brand, Post, Spent
from listener.ports import Reject
from listener.testing import SourceSuite
from sources.stackexchange import StackExchangeSource
from sources.stackexchange_parts.posts import host_of
from tests.sources.standins.serving import (
    DAY,
    HOUR,
    MINUTE,
    NOON,
    NORVIA,
    SECOND,
    Answer,
    serving,
)
from tests.sources.standins.stackexchange_site import KEY, StackExchangeSite


@pytest.fixture
def site() -> Iterator[StackExchangeSite]:
    with serving(StackExchangeSite()) as site:
        assert isinstance(site, StackExchangeSite)
        yield site


class TestSuite(SourceSuite):
    @pytest.fixture
    def source(self, site: StackExchangeSite) -> StackExchangeSource:
        for number in range(50):
            question = site.publish(f"Norvia {number}", at=site.now - (50 - number) * MINUTE)
            answer = site.publish("restart it", reply_to=question)
            site.publish("that helped", reply_to=answer)
        return site.source(page_posts=20)


def polled(source: StackExchangeSource, cursor: str | None = None) -> tuple[list[Post], str | None]:
    """All that comes until there is no more."""
    posts: list[Post] = []
    for _ in range(100):
        batch = source.poll(cursor)
        posts += batch.posts
        cursor = batch.cursor
        if not batch.more:
            return posts, cursor
    pytest.fail("it never came to rest")


def asked_for(site: StackExchangeSite) -> list[str]:
    return [asked.path.removeprefix("/2.3") for asked in site.asked]


# What is asked.


def test_the_brands_terms_are_searched_for_each_once(site: StackExchangeSite) -> None:
    """A phrase that holds a word which is searched for alone would find nothing else."""
    brand = Brand("n", names=("Norvia", "Norvia Air"), products=("Sky Pass",), handles=("@norvia",))
    site.source(brand).poll(None)
    assert [asked.one("q") for asked in site.asked] == ["norvia", '"Sky Pass"']
    first = site.asked[0]
    assert first.path == "/2.3/search/advanced"
    expected = {
        "site": "stackoverflow",
        "sort": "activity",
        "order": "asc",
        "filter": "withbody",
        "pagesize": "100",
        "key": KEY,
    }
    assert {name: first.one(name) for name in expected} == expected


def test_tags_and_queries_of_a_person_overrule(site: StackExchangeSite) -> None:
    site.source(tags=["Norvia-API"], queries=["norvia air"], key=None).poll(None)
    assert asked_for(site) == ["/questions", "/search/advanced"]
    assert site.asked[0].one("tagged") == "norvia-api"
    assert site.asked[1].one("q") == "norvia air"
    assert "key" not in site.asked[0].query


def test_without_anything_to_look_for_it_says_so(site: StackExchangeSite) -> None:
    with pytest.raises(Reject, match="nothing to look for") as failure:
        site.source(Brand("n")).poll(None)
    assert failure.value.spent == Spent()


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"sites": []}, "sites is empty"),
        ({"sites": ["stackoverflow", "no site"]}, "sites: 'no site'"),
        ({"tags": ["a", "[b]"]}, "tags: no. 2"),
        ({"requests_max": 0}, "requests_max is 0"),
        ({"first_hours": 721}, "at most 720"),
        ({"timeout_seconds": float("nan")}, "timeout_seconds is nan"),
        ({"api_url": "nonsense"}, "no http or https address"),
    ],
)
def test_settings_are_held_to_sense(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        StackExchangeSource(**settings)


def test_sites_may_be_written_as_addresses() -> None:
    source = StackExchangeSource(
        ["https://superuser.com/", "dba.stackexchange.com", "ru.stackoverflow.com", "superuser"]
    )
    assert source.sites == ["superuser", "dba", "ru.stackoverflow"]
    assert [host_of(site) for site in source.sites] == [
        "superuser.com",
        "dba.stackexchange.com",
        "ru.stackoverflow.com",
    ]
    assert host_of("mathoverflow") == "mathoverflow.net"


# What comes.


def test_a_thread(site: StackExchangeSite) -> None:
    question = site.publish("Why is Norvia <late> & slow?")
    site.now += SECOND
    answer = site.publish("Because.", author="norvia", reply_to=question)
    site.now += SECOND
    comment = site.publish("Is it?", reply_to=answer)
    site.scores |= {question: -2, answer: 5}
    posts = site.source().poll(None).posts
    assert [post.native_id for post in posts] == [question, answer, comment]
    asked, answered, said = posts
    assert asked.id == f"stackoverflow:{question}"
    assert asked.title == 'What of "it"?'
    assert asked.text == "Why is Norvia <late> & slow?\n[norvia] [python]"
    assert asked.url == f"https://stackoverflow.com/questions/{question}/what-of-it"
    assert asked.published_at == NOON
    assert (asked.author.handle, asked.author.name, asked.author.id) == (
        "stackoverflow/11",
        "Ada",
        "11",
    )
    assert asked.facts == (("answered", "no"), ("score", "-2"))
    assert (asked.engagement.likes, asked.engagement.replies, asked.engagement.views) == (0, 1, 3)
    assert answered.facts == (("score", "5"),)
    assert answered.url == f"https://stackoverflow.com/a/{answer}"
    number = comment.removeprefix("comment/")
    assert said.url == f"https://stackoverflow.com/q/{question}#comment{number}_{answer}"
    assert [post.in_reply_to for post in posts] == ["", question, answer]
    assert {post.conversation for post in posts} == {question}


def test_an_own_account_is_named_with_its_site() -> None:
    """The same number is somebody else on another site."""
    with serving(StackExchangeSite()) as site:
        question = site.publish("Norvia?")
        site.publish("Here we are.", author="norvia", reply_to=question)
        _, answer = site.source().poll(None).posts
    assert answer.author.handle == "stackoverflow/12"


def test_a_taken_answer_is_a_fact(site: StackExchangeSite) -> None:
    question = site.publish("Norvia?")
    source = site.source()
    _, cursor = polled(source)
    site.accepted.add(site.publish("Yes.", reply_to=question))
    posts, _ = polled(source, cursor)
    facts = {post.native_id: dict(post.facts) for post in posts}
    assert facts[question]["answered"] == "yes"


def test_an_old_question_lends_its_thread_to_a_new_answer(site: StackExchangeSite) -> None:
    """The old words are not brought as new; what is new beneath them is."""
    question = site.publish("Norvia?", at=site.now - 900 * DAY)
    old = site.publish("Old.", at=site.now - 800 * DAY, reply_to=question)
    site.publish("old too", at=site.now - 800 * DAY, reply_to=old)
    source = site.source()
    posts, cursor = polled(source)
    assert not posts
    site.now += HOUR
    answer = site.publish("New.", reply_to=question)
    (post,), cursor = polled(source, cursor)
    assert (post.native_id, post.in_reply_to, post.conversation) == (answer, question, question)
    site.now += HOUR
    comment = site.publish("new too", reply_to=question, comment=True)
    posts, _ = polled(source, cursor)
    assert [post.native_id for post in posts] == [comment]


def test_comments_are_looked_for_though_nothing_lists_them(site: StackExchangeSite) -> None:
    question = site.publish("Norvia?")
    source = site.source()
    _, cursor = polled(source)
    for _ in range(12):
        site.now += DAY
        comment = site.publish("Norvia, still?", reply_to=question, comment=True)
        posts, cursor = polled(source, cursor)
        assert [post.native_id for post in posts] == [comment]
    site.now += 15 * DAY
    polled(source, cursor)
    assert "comments" not in asked_for(site)[-1]


def test_edits_come_again(site: StackExchangeSite) -> None:
    question = site.publish("Norvia?")
    answer = site.publish("No.", reply_to=question)
    source = site.source()
    _, cursor = polled(source)
    site.now += 5 * DAY
    site.edit(question, "Norvia, where?")
    site.edit(answer, "Yes.")
    posts, cursor = polled(source, cursor)
    assert {post.native_id: post.text.partition("\n")[0] for post in posts} == {
        question: "Norvia, where?",
        answer: "Yes.",
    }
    site.now += MINUTE
    assert not polled(source, cursor)[0]


def test_answers_are_compressed_at_the_site(site: StackExchangeSite) -> None:
    site.publish("Norvia?")
    source = site.source()
    cursor = source.poll(None).cursor
    body = gzip.compress(json.dumps({"items": [], "has_more": False}).encode())
    site.queued = [Answer(200, body, {"Content-Encoding": "gzip"})] * 2
    assert source.poll(cursor).complete


def test_several_sites_share_a_poll_and_one_fails_alone(site: StackExchangeSite) -> None:
    question = site.publish("Norvia?")
    batch = site.source(sites=["superuser", "stackoverflow"]).poll(None)
    assert [post.native_id for post in batch.posts] == [question]
    (fault,) = batch.faults
    assert (fault.where, fault.reason) == ("superuser", "the API knows no such site: check sites")
    assert not batch.complete


def test_the_brand_is_listened_for_by_default(site: StackExchangeSite) -> None:
    site.publish("nothing of that name")
    named = site.publish("NORVIA?")
    assert [post.native_id for post in site.source(NORVIA).poll(None).posts] == [named]
