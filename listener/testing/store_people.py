"""Accounts of one person, all they said, and what sites tell beside the words."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from listener.answers import Answer
from listener.figures import Contact
from listener.model import Author, Post, Supporter
from listener.store.port import Store
from listener.testing.case_steps import an_act, come, the_case
from listener.testing.fakes import NOON, a_post
from listener.testing.store_steps import EACH, HOUR, due, poll, tag_all

ADA = Author("ada", "Ada", id="77")


def said(number: str, site: str, author: Author, at: datetime = NOON) -> Post:
    """A post on a site."""
    return replace(a_post(number, author=author, published_at=at), site=site)


def contacts_of(store: Store) -> list[Contact]:
    """Ada's, the newest first."""
    return store.people.contacts(["fake:ada"], 9)


class StorePeople:
    """The books of people and particulars."""

    def test_linked_accounts_are_one_person(self, store: Store) -> None:
        store.people.link(["x:@Ada", "mail:ada@example.org"], "anna", NOON)
        links = store.people.link(["mail:ADA@example.org", "phone:+358401"], "", NOON + HOUR)
        assert [one.account for one in links] == ["mail:ada@example.org", "x:Ada", "phone:+358401"]
        assert (links[0].by, links[0].at) == ("anna", NOON)
        for account in ("x:ada", "mail:ada@example.org", "phone:+358401"):
            assert store.people.links(account) == links
        assert store.people.links("x:bob") == []

    def test_two_persons_become_one(self, store: Store) -> None:
        store.people.link(["x:a", "y:a"], "", NOON)
        store.people.link(["x:b", "y:b"], "", NOON)
        assert len(store.people.link(["y:a", "x:b"], "", NOON)) == 4

    def test_an_account_is_taken_from_its_person(self, store: Store) -> None:
        store.people.link(["x:a", "y:a", "z:a"], "", NOON)
        assert store.people.unlink("y:@A")
        assert [one.account for one in store.people.links("x:a")] == ["x:a", "z:a"]
        assert store.people.unlink("z:a")
        assert store.people.links("x:a") == []
        assert not store.people.unlink("x:a")

    @pytest.mark.parametrize("account", ["", "ada", ":ada", "x:", "x:@", "x:" + "a" * 501])
    def test_what_is_no_account_is_refused(self, store: Store, account: str) -> None:
        with pytest.raises(ValueError, match="is no account"):
            store.people.link(["x:ada", account], "", NOON)
        assert store.people.links("x:ada") == []

    def test_nobody_has_that_many(self, store: Store) -> None:
        with pytest.raises(ValueError, match="at most 50"):
            store.people.link([f"x:{number}" for number in range(51)], "", NOON)
        assert store.people.links("x:1") == []

    def test_a_source_can_t_make_a_crowd_one_person(self, store: Store) -> None:
        poll(store, [], linked=[[f"x:{number}" for number in range(30)]])
        poll(store, [], linked=[[f"y:{number}" for number in range(30)]])
        poll(store, [], linked=[["x:0", "y:0"], ["x:1", *(f"z:{number}" for number in range(21))]])
        assert len(store.people.links("x:0")) == 30
        assert len(store.people.links("y:0")) == 30
        assert store.people.links("z:0") == []

    def test_a_call_that_was_taken_was_not_answered_by_who_called(self, store: Store) -> None:
        come(store, "1", author=ADA)
        poll(
            store, [], answers=[Answer("fake:1", "norvia", "fake:1", NOON + HOUR)], now=NOON + HOUR
        )
        file = store.cases.file(the_case(store).key)
        assert file
        assert [act.by for act in file.acts if act.kind == "answer"] == ["norvia"]

    def test_when_a_call_was_answered_can_be_put_right(self, store: Store) -> None:
        come(store, "1", author=ADA)
        for post_id, hours in (("fake:1", 1), ("fake:1", 2), ("fake:9", 3), ("fake:9", 0)):
            answer = Answer("fake:1", "norvia", post_id, NOON + hours * HOUR)
            poll(store, [], answers=[answer], now=NOON + 4 * HOUR)
        (contact,) = contacts_of(store)
        assert contact.answered_at == NOON + 2 * HOUR

    def test_who_was_answered_and_writes_again_was_answered_all_the_same(
        self, store: Store
    ) -> None:
        come(store, "1", author=ADA)
        at, late = NOON + HOUR, NOON + 3 * HOUR
        key = the_case(store).key
        store.cases.act(key, an_act("answer", now=at), at)
        come(store, "2", author=ADA, published_at=NOON + HOUR / 2, now=NOON + 2 * HOUR)
        assert [one.answered_at for one in contacts_of(store)] == [None, at]
        store.cases.act(key, an_act("answer", now=late), late)
        assert [one.answered_at for one in contacts_of(store)] == [late, at]
        store.cases.act(key, an_act("reopen", now=late), late)
        assert [one.answered_at for one in contacts_of(store)] == [None, None]

    def test_contacts_of_all_accounts_the_newest_first(self, store: Store) -> None:
        mail = said("1", "mail", Author("ada@example.org"), NOON - HOUR)
        tweet = said("2", "x", ADA)
        answer = Answer(mail.id, "norvia", "mail:9", NOON)
        poll(store, [mail, tweet, said("3", "x", Author("bob"))], answers=[answer])
        contacts = store.people.contacts(["x:@Ada", "mail:ada@example.org"], 9)
        assert [one.mention.post.id for one in contacts] == ["x:2", "mail:1"]
        assert [one.answered_at for one in contacts] == [None, NOON]
        assert [one.mention.post.id for one in store.people.contacts(["x:77"], 9)] == ["x:2"]
        assert len(store.people.contacts(["x:ada", "mail:ada@example.org"], 1)) == 1
        assert store.people.contacts([], 9) == []

    def test_an_alert_carries_what_they_said_elsewhere(self, store: Store) -> None:
        poll(store, [said("1", "mail", Author("ada@example.org"), NOON - HOUR)])
        tag_all(store, [])
        store.people.link(["x:ada", "mail:ada@example.org"], "", NOON)
        poll(store, [said("2", "x", ADA)])
        tag_all(store, [EACH])
        (turn,) = due(store)
        assert [one.post.id for one in turn.alert.history] == ["mail:1"]
        assert turn.alert.history_count == 1

    def test_a_source_may_say_who_is_one(self, store: Store) -> None:
        poll(store, [], linked=[("x:ada", "mail:a"), ("no account", "x:bob")])
        assert [one.account for one in store.people.links("x:ada")] == ["mail:a", "x:ada"]
        assert store.people.links("x:bob") == []

    def test_who_is_forgotten_is_linked_to_nobody(self, store: Store) -> None:
        poll(store, [said("2", "x", ADA)], supporters=[Supporter("x:2", ADA, NOON)])
        store.people.link(["x:ada", "mail:a"], "", NOON)
        store.forget("ada", ["x"], NOON)
        assert store.people.links("mail:a") == []
        assert list(store.particulars.supporters("x:2")) == []

    def test_who_never_wrote_can_be_forgotten_too(self, store: Store) -> None:
        votes = [Supporter("x:2", one, NOON) for one in (Author("", "Bo", id="B7"), Author("@bob"))]
        poll(store, [said("2", "x", ADA)], supporters=votes)
        store.people.link(["mail:bo@example.org", "phone:+358"], "", NOON)
        for name, site in (("x:b7", "x"), ("Bob", "x"), ("mail:bo@example.org", "mail")):
            (found,) = store.written(name)
            assert (found.site, found.posts) == (site, 0)
            store.forget(name, [site], NOON)
            assert store.written(name) == []
        assert list(store.particulars.supporters("x:2")) == []
        assert store.people.links("phone:+358") == []
        assert store.written("") == []

    def test_facts_are_kept_as_they_were_and_are(self, store: Store) -> None:
        idea = a_post("1", facts=(("votes", "4"), ("status", "planned")))
        poll(store, [idea])
        later = NOON + HOUR
        poll(store, [a_post("1", facts=(("votes", "5"), ("status", "planned")))], now=later)
        changes = store.particulars.changes(idea.id)
        assert [(one.name, one.value) for one in changes] == [
            ("votes", "4"),
            ("status", "planned"),
            ("votes", "5"),
        ]
        assert [one.at for one in changes] == [NOON, NOON, later]
        (kept,) = store.kept(NOON - HOUR * 999, NOON + HOUR)
        assert dict(kept.post.facts) == {"votes": "5", "status": "planned"}

    def test_facts_change_with_the_words_too(self, store: Store) -> None:
        poll(store, [a_post("1", "Norvia, poor", facts=(("stars", "1"),))])
        poll(store, [a_post("1", "Norvia, fine", facts=(("stars", "4"),))], now=NOON + HOUR)
        assert [one.value for one in store.particulars.changes("fake:1")] == ["1", "4"]

    def test_what_was_taken_down_tells_nothing(self, store: Store) -> None:
        post = a_post("1", facts=(("stars", "1"),))
        poll(store, [post], supporters=[Supporter(post.id, ADA, NOON)])
        poll(store, [], deleted=[post.id], now=NOON + HOUR)
        assert store.particulars.changes(post.id) == []
        assert list(store.particulars.supporters(post.id)) == []

    def test_votes_come_and_go(self, store: Store) -> None:
        voted, left = NOON - HOUR, NOON + HOUR
        poll(store, [a_post("1")], supporters=[Supporter("fake:1", ADA, voted)])
        assert list(store.particulars.supporters("fake:1")) == [
            Supporter("fake:1", Author("ada", "Ada", id="77"), voted)
        ]
        gone = Supporter("fake:1", ADA, left, left=True)
        poll(store, [], supporters=[gone], now=left)
        (one,) = store.particulars.supporters("fake:1")
        assert (one.left, one.at) == (True, left)
        again = left + timedelta(days=1)
        poll(store, [], supporters=[Supporter("fake:1", ADA, again)], now=again)
        (one,) = store.particulars.supporters("fake:1")
        assert (one.left, one.at) == (False, again)
