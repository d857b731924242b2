"""Stack Exchange: what a second look at known posts finds."""

from collections.abc import Iterator
from typing import Any

import pytest

from listener.model import UNLIMITED, Batch, Post, Spent
from listener.ports import Retry
from tests.sources.standins.serving import Answer, serving
from tests.sources.standins.stackexchange_site import StackExchangeSite
from tests.sources.test_stackexchange import asked_for


@pytest.fixture
def site() -> Iterator[StackExchangeSite]:
    with serving(StackExchangeSite()) as site:
        assert isinstance(site, StackExchangeSite)
        yield site


@pytest.fixture
def thread(site: StackExchangeSite) -> list[Post]:
    question = site.publish("Norvia?")
    answer = site.publish("No.", author="bob", reply_to=question)
    site.publish("Sure?", reply_to=answer)
    return list(site.source().poll(None).posts)


def looked(site: StackExchangeSite, posts: list[Post], **settings: Any) -> Batch:
    return site.source(**settings).recheck(posts, UNLIMITED)


def test_nothing_changed(site: StackExchangeSite, thread: list[Post]) -> None:
    before = len(site.asked)
    batch = looked(site, thread)
    assert (batch.posts, batch.deleted, batch.gone, batch.faults) == ((), (), (), ())
    kinds = [path.split("/")[1] for path in asked_for(site)[before:]]
    assert kinds == ["questions", "answers", "comments"]
    assert batch.spent == Spent(requests=3)


def test_edits_votes_and_deletions_are_found(site: StackExchangeSite, thread: list[Post]) -> None:
    question, answer, comment = thread
    site.scores[question.native_id] = 7
    site.accepted.add(answer.native_id)
    site.edit(answer.native_id, "Yes.")
    site.delete(comment.native_id)
    batch = looked(site, thread)
    changed = {post.id: post for post in batch.posts}
    assert changed.keys() == {question.id, answer.id}
    assert dict(changed[question.id].facts) == {"answered": "yes", "score": "7"}
    assert changed[answer.id].text == "Yes."
    assert batch.deleted == (comment.id,)


def test_with_a_question_its_thread_goes(site: StackExchangeSite, thread: list[Post]) -> None:
    site.delete(thread[0].native_id)
    assert set(looked(site, thread).deleted) == {post.id for post in thread}


def test_who_deleted_the_account_goes_with_what_he_wrote(
    site: StackExchangeSite, thread: list[Post]
) -> None:
    site.remove_author("bob")
    batch = looked(site, thread)
    assert batch.gone == (f"stackoverflow:{thread[1].author.id}",)
    assert not batch.posts
    assert not batch.deleted
    nameless = next(post for post in site.source().poll(None).posts if post.id == thread[1].id)
    assert (nameless.author.handle, nameless.author.name) == ("", "user4711")


def test_an_answer_that_can_not_be_told_deletes_nothing(
    site: StackExchangeSite, thread: list[Post]
) -> None:
    site.queued = [Answer(200, {"items": [{"question_id": None}]})]
    batch = looked(site, thread[:1])
    assert not batch.deleted
    assert [fault.where for fault in batch.faults] == [thread[0].id]


def test_what_could_not_be_looked_at_is_named(site: StackExchangeSite, thread: list[Post]) -> None:
    batch = site.source().recheck(thread, Spent(1))
    assert [fault.where for fault in batch.faults] == [thread[1].id, thread[2].id]
    site.trouble = Answer(500)
    with pytest.raises(Retry) as failure:
        site.source().recheck(thread, UNLIMITED)
    assert failure.value.spent == Spent(requests=3)


def test_a_second_look_rests_where_the_api_asked_for_it(
    site: StackExchangeSite, thread: list[Post]
) -> None:
    site.backoffs = {"/questions/{ids}": 100}
    source = site.source()
    source.recheck(thread, UNLIMITED)
    batch = source.recheck(thread, UNLIMITED)
    assert [fault.where for fault in batch.faults] == [thread[0].id]
    assert site.violations == 0
