"""What every store promises of what is known from before: parents, authors, copies, chances."""

from dataclasses import replace

import pytest

from listener.corrections import Correction
from listener.model import Author, Evidence, Mention, Post, Tag
from listener.spam import AuthorPast, Teller
from listener.store.port import Store, Tagged
from listener.testing.case_steps import an_order
from listener.testing.fakes import NOON, a_mention, a_post
from listener.testing.store_steps import HOUR, claim, poll, tag_all

ME = Author("me")


def spam(chance: float, label: str = "") -> Tag:
    """What a classifier says."""
    label = label or ("yes" if chance >= 0.9 else "no")
    return Tag("spam", label, chance, (), "t/1", (("yes", chance), ("no", 1 - chance)))


def urgent(chance: float, by: str = "t/1") -> Tag:
    """What a classifier says, with what else it might be."""
    return Tag("urgency", "low", 1 - chance, (), by, (("high", chance), ("low", 1 - chance)))


def save(store: Store, tag: Tag, *, story: str = "", opens_case: bool = False) -> None:
    """Tag what waits."""
    for turn in claim(store, NOON):
        mention = replace(turn.mention, tags=(tag,))
        told = [an_order(mention.key)] if opens_case else []
        tagged = Tagged(mention, turn.token, told, story or mention.post.id)
        assert store.save_tags([tagged], NOON) == 1


def come(store: Store, posts: list[Post], tag: Tag, **how: object) -> None:
    """These posts come and are tagged so."""
    poll(store, posts)
    save(store, tag, **how)  # type: ignore[arg-type]


class StorePast:
    """Reading only, and each look bounded."""

    # -- parents

    def test_the_words_of_posts_are_told_with_their_titles(self, store: Store) -> None:
        titled = a_post("2", "and text", title="A title")
        poll(store, [a_post("1", "text"), titled, a_post("3", "", title="bare")], mentions=[])
        found = store.past.texts(["fake:1", "fake:2", "fake:3", "fake:9", "fake:1"])
        assert found == {"fake:1": "text", "fake:2": "A title\nand text", "fake:3": "bare"}
        assert store.past.texts([]) == {}

    def test_of_a_long_text_the_beginning_is_told(self, store: Store) -> None:
        poll(store, [a_post("1", "x" * 100_000)], mentions=[])
        (text,) = store.past.texts(["fake:1"]).values()
        assert len(text) == 4_000

    def test_what_was_taken_down_is_nobodys_parent(self, store: Store) -> None:
        poll(store, [a_post("1")])
        poll(store, [], deleted=["fake:1"], now=NOON + HOUR)
        assert store.past.texts(["fake:1"]) == {}

    def test_many_are_asked_for_at_once(self, store: Store) -> None:
        poll(store, [a_post(str(n)) for n in range(1_100)], mentions=[])
        assert len(store.past.texts([f"fake:{n}" for n in range(1_100)])) == 1_100

    # -- other brands

    def test_where_a_post_names_which_brands_is_told(self, store: Store) -> None:
        post = a_post("1", "Norvia or Kestra?")
        norvia, kestra = Evidence("name", "Norvia", 0, 6), Evidence("name", "Kestra", 10, 16)
        mentions = [
            a_mention(brand="norvia", post=post, evidence=(norvia,)),
            a_mention(brand="kestra", post=post, evidence=(kestra,)),
        ]
        poll(store, [post, a_post("2")], mentions=mentions)
        found = store.past.named(["fake:1", "fake:2", "fake:9"])
        assert found == {"fake:1": {"norvia": (norvia,), "kestra": (kestra,)}}
        assert store.past.named([]) == {}

    # -- stories

    def test_who_told_a_story_and_of_which_brands(self, store: Store) -> None:
        told = [
            a_post("1", author=Author("Ann")),
            a_post("2", author=Author("ben", id="7")),
            a_post("3", author=Author("")),
        ]
        mentions = [a_mention(post=one) for one in told] + [a_mention("1", "kestra", post=told[0])]
        poll(store, told, mentions=mentions)
        save(store, spam(0.1), story="fake:0")
        assert store.past.tellers("fake:0") == {
            Teller("fake:ann", "norvia", NOON),
            Teller("fake:ann", "kestra", NOON),
            Teller("fake:7", "norvia", NOON),
            Teller("", "norvia", NOON),
        }
        assert store.past.stories(["fake:1", "fake:9"]) == {"fake:1": "fake:0"}
        assert store.past.tellers("") == store.past.tellers("fake:1") == frozenset()

    def test_of_a_story_that_many_told_the_last_ones_are_named(self, store: Store) -> None:
        told = [a_post(str(n), author=Author(f"a{n}")) for n in range(70)]
        come(store, told, spam(0.1), story="fake:0")
        poll(store, [], deleted=["fake:69"], now=NOON + HOUR)
        authors = {one.author for one in store.past.tellers("fake:0")}
        assert authors == {f"fake:a{n}" for n in range(9, 69)}

    # -- authors

    def test_an_author_is_known_by_the_other_posts(self, store: Store) -> None:
        come(store, [a_post("1", "see http://a.example", author=ME)], spam(0.95))
        linked = replace(a_post("2", author=Author("ME")), links=("https://a.example",))
        come(store, [linked, a_post("3", author=ME)], spam(0.2))
        come(store, [a_post("4", author=Author("somebody"))], spam(0.95))
        now = a_post("9", author=ME)
        assert store.past.author(now) == AuthorPast(posts=3, seemed_spam=1, with_link=2)
        assert store.past.author(a_post("1", author=ME)) == AuthorPast(posts=2, with_link=1)
        assert store.past.author(replace(now, site="other")) == AuthorPast()
        assert store.past.author(a_post("9", author=Author(name="Me"))) == AuthorPast()

    def test_an_id_stands_above_a_handle(self, store: Store) -> None:
        come(store, [a_post("1", author=Author("me", id="7"))], spam(0.95))
        assert store.past.author(a_post("9", author=Author("new name", id="7"))).posts == 1
        assert store.past.author(a_post("9", author=Author("me", id="8"))).posts == 0

    def test_what_people_said_of_an_author_is_told_apart(self, store: Store) -> None:
        come(store, [a_post(n, author=ME) for n in "12"], spam(0.95))
        store.corrections.keep(Correction("fake:1#norvia", "spam", "no", "anna", NOON))
        store.corrections.keep(Correction("fake:2#norvia", "spam", "yes", "anna", NOON))
        past = store.past.author(a_post("9", author=ME))
        assert past == AuthorPast(posts=2, seemed_spam=2, said_spam=1, said_none=1)

    def test_what_is_gone_speaks_for_nobody(self, store: Store) -> None:
        come(store, [a_post("1", author=ME)], spam(0.95))
        poll(store, [], deleted=["fake:1"], now=NOON + HOUR)
        assert store.past.author(a_post("9", author=ME)) == AuthorPast()

    def test_of_one_who_writes_much_the_newest_are_read(self, store: Store) -> None:
        come(store, [a_post(str(n), author=ME) for n in range(70)], spam(0.95))
        assert store.past.author(a_post("99", author=ME)).posts == 30

    def test_who_has_a_case_is_a_customer(self, store: Store) -> None:
        come(store, [a_post("1", author=ME)], spam(0.2), opens_case=True)
        assert store.past.author(a_post("9", author=ME)).is_customer
        assert not store.past.author(a_post("9", author=Author("you"))).is_customer
        store.corrections.keep(Correction("fake:1#norvia", "spam", "yes", "anna", NOON))
        assert not store.past.author(a_post("9", author=ME)).is_customer

    def test_a_case_that_spam_opened_makes_no_customer(self, store: Store) -> None:
        come(store, [a_post("1", author=ME)], spam(0.95), opens_case=True)
        assert not store.past.author(a_post("9", author=ME)).is_customer

    # -- chances

    def test_chances_are_counted_by_hundredths(self, store: Store) -> None:
        for n, chance in enumerate((0.43, 0.431, 0.29, 1.0, 0.0)):
            come(store, [a_post(str(n))], urgent(chance))
        found = store.past.chances("urgency", "high", NOON, NOON + HOUR)
        assert found == pytest.approx({43: 0.57 + 0.569, 29: 0.71, 100: 0.0, 0: 1.0})
        assert store.past.chances("urgency", "none", NOON, NOON + HOUR) == {}
        assert store.past.chances("spam", "yes", NOON, NOON + HOUR) == {}

    def test_of_a_period_what_was_published_in_it(self, store: Store) -> None:
        come(store, [a_post("1")], urgent(0.5))
        assert store.past.chances("urgency", "high", NOON - HOUR, NOON) == {}

    def test_the_last_classifier_counts_and_no_person(self, store: Store) -> None:
        come(store, [a_post("1")], urgent(0.5))
        said = Correction("fake:1#norvia", "urgency", "high", "anna", NOON + HOUR)
        store.corrections.keep(said)
        assert store.past.chances("urgency", "high", NOON, NOON + HOUR) == {50: 0.5}
        poll(store, [a_post("1", "Norvia, otherwise")], now=NOON + HOUR)
        assert store.past.chances("urgency", "high", NOON, NOON + HOUR) == {}, "not judged now"
        for turn in claim(store, NOON + HOUR):
            mention = replace(turn.mention, tags=(urgent(0.75, "t/2"),))
            store.save_tags([Tagged(mention, turn.token)], NOON + HOUR)
        assert store.past.chances("urgency", "high", NOON, NOON + HOUR) == {75: 0.25}

    def test_a_tag_without_chances_has_none(self, store: Store) -> None:
        poll(store, [a_post("1")])
        tag_all(store)
        assert store.past.chances("urgency", "high", NOON, NOON + HOUR) == {}

    # -- what may be spam

    def test_what_may_be_spam_is_listed_the_newest_first(self, store: Store) -> None:
        for n, chance in enumerate((0.34, 0.35, 0.6, 0.89, 0.95)):
            post = a_post(str(n), published_at=NOON + n * HOUR / 10)
            come(store, [post], spam(chance))
        found = store.past.spam_doubts(None, NOON, 2)
        assert (self._ids(found.mentions), found.count) == (["3", "2"], 3)
        assert self._ids(store.past.spam_doubts("norvia", NOON, 9).mentions) == ["3", "2", "1"]
        assert store.past.spam_doubts("kestra", NOON, 9).count == 0
        assert store.past.spam_doubts(None, NOON + HOUR, 9).count == 0

    def test_what_a_person_looked_at_may_be_spam_no_longer(self, store: Store) -> None:
        come(store, [a_post(n) for n in "123"], spam(0.6))
        store.corrections.keep(Correction("fake:1#norvia", "spam", "no", "anna", NOON))
        store.corrections.keep(Correction("fake:2#norvia", "spam", "yes", "anna", NOON))
        poll(store, [], deleted=["fake:3"], now=NOON + HOUR)
        assert store.past.spam_doubts(None, NOON, 9).count == 0

    def _ids(self, mentions: tuple[Mention, ...]) -> list[str]:
        return [mention.post.native_id for mention in mentions]
