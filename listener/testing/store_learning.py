"""What every store promises of corrections, of lessons, and of judging anew."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import pytest

from listener.cases import Refused
from listener.corrections import Correction
from listener.model import Author, Mention, Priority, Tag
from listener.store.learning_port import Lesson, Retagged, Retagging
from listener.store.port import Store, Tagged
from listener.testing.case_steps import an_act, come, the_case
from listener.testing.fakes import NOON, a_mention, a_post
from listener.testing.store_steps import EACH, HOUR, MINUTE, claim, due, poll, tag_all

LATER = NOON + HOUR
KEY = "fake:1#norvia"


def say(
    label: str, kind: str = "urgency", key: str = KEY, by: str = "anna", at: datetime = LATER
) -> Correction:
    """What somebody says, an hour after the post came."""
    return Correction(key, kind, label, by, at)


def one(store: Store) -> Mention:
    """The only mention there is."""
    (mention,) = store.mentions(NOON - HOUR, NOON + HOUR)
    return mention


def judged(label: str, by: str = "t/2", kind: str = "urgency") -> Tag:
    """What another version of the judge says."""
    return Tag(kind, label, 0.7, ("says so",), by, (("high", 0.1), ("low", 0.7)))


def a_lesson(kind: str = "sentiment", brand: str = "", layer: str = "weights") -> Lesson:
    """What was learned of a hundred corrections."""
    return Lesson(kind, brand, NOON, "anna", 100, 120, 0.5, 0.75, 0.8, None, layer)


def pass_over(store: Store, tags: Sequence[Tag], asked: str = "all", limit: int = 99) -> Retagging:
    """A pass in which every mention is judged so."""
    passing = store.retags.plan(asked, None, "", LATER)
    while batch := store.retags.batch(passing, limit):
        done = [Retagged(stored, tags) for stored in batch]
        passing = store.retags.save(passing, done, LATER)
    return passing


class StoreLearning:
    """People have the last word, lessons can be put back, and nothing is told twice."""

    # -- corrections

    def test_a_correction_stands_at_once(self, store: Store, other: Store) -> None:
        poll(store, [a_post("1")])
        tag_all(store)
        kept = store.corrections.keep(say("low"))
        assert (kept.outcome, kept.was) == ("corrected", "high")
        mention = one(other)
        assert mention.label("urgency") == "low"
        assert [(tag.label, tag.by) for tag in mention.tags] == [
            ("high", "t/1"),
            ("low", "person:anna"),
        ]
        assert mention.priority.score < 80

    def test_the_newest_word_of_people_counts(self, store: Store) -> None:
        poll(store, [a_post("1")])
        tag_all(store)
        outcomes = [
            store.corrections.keep(said).outcome
            for said in (
                say("high"),
                say("medium", by="ben", at=LATER + MINUTE),
                say("low", by="cia", at=LATER - MINUTE),
            )
        ]
        assert outcomes == ["confirmed", "corrected", "superseded"]
        assert [tag.by for tag in one(store).tags] == ["t/1", "person:ben"]
        (standing,) = store.corrections.standing()
        assert standing.correction == say("medium", by="ben", at=LATER + MINUTE)
        assert standing.mention == one(store)

    def test_saying_it_again_changes_nothing(self, store: Store) -> None:
        poll(store, [a_post("1")])
        tag_all(store)
        store.corrections.keep(say("low"))
        store.corrections.keep(say("high", at=LATER + MINUTE))
        assert store.corrections.keep(say("low")).outcome == "known"
        assert store.corrections.keep(say("high", at=LATER + HOUR)).outcome == "known"
        (standing,) = store.corrections.standing()
        assert standing.correction.at == LATER + MINUTE

    def test_what_is_no_mention_can_not_be_corrected(self, store: Store) -> None:
        poll(store, [a_post("1")])
        assert store.corrections.keep(say("low", key="fake:9#norvia")).outcome == "no mention"
        store.save_mark("fake:1", "norvia", NOON, about=False, by="anna")
        assert store.corrections.keep(say("low")).outcome == "withdrawn"
        assert list(store.corrections.standing()) == []

    def test_what_people_said_first_outlives_the_judges(self, store: Store) -> None:
        poll(store, [a_post("1")])
        store.corrections.keep(say("low", at=NOON))
        tag_all(store, now=LATER)
        mention = one(store)
        assert mention.label("urgency") == "low"
        assert mention.priority.score < 80

    def test_a_correction_is_about_the_words_that_were_there(self, store: Store) -> None:
        poll(store, [a_post("1")])
        tag_all(store)
        store.corrections.keep(say("low", at=NOON + MINUTE))
        poll(store, [a_post("1", "Norvia burns")], now=LATER)
        tag_all(store, now=LATER)
        assert one(store).label("urgency") == "high"
        assert list(store.corrections.standing()) == []
        assert store.corrections.keep(say("low", at=NOON + MINUTE)).outcome == "outdated"
        assert store.corrections.keep(say("low", at=LATER)).outcome == "corrected"

    def test_what_counts_as_spam_is_what_people_say(self, store: Store) -> None:
        poll(store, [a_post("1")])
        tag_all(store)
        store.corrections.keep(say("yes", "spam"))
        assert store.mention_counts(NOON - HOUR, LATER) == {}
        pass_over(store, [judged("no", kind="spam")])
        assert store.mention_counts(NOON - HOUR, LATER) == {}
        store.corrections.keep(say("no", "spam", at=LATER + MINUTE))
        assert store.mention_counts(NOON - HOUR, LATER) == {"norvia": 1}

    def test_a_correction_tells_nobody(self, store: Store) -> None:
        poll(store, [a_post("1")])
        tag_all(store)
        store.corrections.keep(say("high", "urgency"))
        store.corrections.keep(say("negative", "sentiment"))
        assert due(store, LATER) == []

    def test_a_wrong_tag_in_a_case_is_a_correction(self, store: Store) -> None:
        come(store, "1")
        act = an_act("wrong_tag", tag_kind="urgency", label="low", by="slack:U1")
        store.cases.act(the_case(store).key, act, LATER)
        (standing,) = store.corrections.standing()
        assert standing.correction == say("low", by="slack:U1", at=NOON)
        assert one(store).priority.score < 80
        poll(store, [a_post("1", "Norvia burns", author=Author("author1"))], now=LATER)
        with pytest.raises(Refused, match="words were changed"):
            store.cases.act(the_case(store).key, replace(act, key="again"), LATER)

    def test_corrections_are_found_by_kind_brand_and_time(self, store: Store) -> None:
        both = [a_mention("1"), a_mention("1", brand="skylark")]
        poll(store, [a_post("1")], mentions=both)
        tag_all(store)
        store.corrections.keep(say("low"))
        store.corrections.keep(say("negative", "sentiment", at=LATER + MINUTE))
        store.corrections.keep(say("low", key="fake:1#skylark", at=LATER + HOUR))

        def found(**which: object) -> list[tuple[str, str]]:
            standing = store.corrections.standing(**which)  # type: ignore[arg-type]
            return [(one.mention.brand, one.correction.kind) for one in standing]

        assert found() == [
            ("norvia", "urgency"),
            ("norvia", "sentiment"),
            ("skylark", "urgency"),
        ]
        assert found(kinds=["urgency"]) == [("norvia", "urgency"), ("skylark", "urgency")]
        assert found(brand="skylark") == [("skylark", "urgency")]
        assert found(since=LATER + MINUTE) == [("norvia", "sentiment"), ("skylark", "urgency")]

    def test_many_corrections_are_read_whole_and_in_order(self, store: Store) -> None:
        poll(store, [a_post(str(n)) for n in range(520)])
        tag_all(store)
        for n in range(520):
            store.corrections.keep(say("low", key=f"fake:{n}#norvia"))
        numbers = [standing.number for standing in store.corrections.standing()]
        assert len(set(numbers)) == 520
        assert numbers == sorted(numbers)

    def test_a_mention_is_called_by_its_key_or_its_post(self, store: Store) -> None:
        poll(store, [a_post("1")], mentions=[a_mention("1"), a_mention("1", brand="skylark")])
        called = store.corrections.mentions_called
        assert called("fake:1#norvia") == ["fake:1#norvia"]
        assert called("fake:1") == ["fake:1#norvia", "fake:1#skylark"]
        assert called("fake:1", "skylark") == ["fake:1#skylark"]
        assert called("fake:9") == called("fake:1", "nobody") == []

    def test_corrections_of_what_is_gone_are_gone(self, store: Store) -> None:
        for way in ("deleted", "forgotten"):
            poll(store, [a_post(way)])
            tag_all(store)
            store.corrections.keep(say("low", key=f"fake:{way}#norvia"))
        poll(store, [], deleted=["fake:deleted"], now=LATER)
        store.forget("traveller", ["fake"], LATER)
        assert list(store.corrections.standing()) == []
        poll(store, [a_post("deleted")], now=LATER)
        tag_all(store, now=LATER)
        assert list(store.corrections.standing()) == []

    # -- lessons

    def test_a_new_lesson_is_taken_up_instead_of_the_last(self, store: Store, other: Store) -> None:
        first = store.lessons.keep(a_lesson())
        of_brand = store.lessons.keep(a_lesson(brand="norvia"))
        second = store.lessons.keep(a_lesson(layer="others"))
        assert other.lessons.active() == (of_brand, second)
        assert other.lessons.taken_up() == [
            replace(a_lesson(brand="norvia"), number=of_brand),
            replace(a_lesson(layer="others"), number=second),
        ]
        assert other.lessons.layer(first) == "weights"
        assert other.lessons.layer(99) is None
        told = [(lesson.number, lesson.active, lesson.layer) for lesson in other.lessons.versions()]
        assert told == [(second, True, ""), (of_brand, True, ""), (first, False, "")]

    def test_an_earlier_lesson_can_be_put_back_or_none(self, store: Store) -> None:
        first, second = (store.lessons.keep(a_lesson()) for _ in range(2))
        of_brand = store.lessons.keep(a_lesson(brand="norvia"))
        store.lessons.take_up("sentiment", "", first)
        assert store.lessons.active() == (first, of_brand)
        store.lessons.take_up("sentiment", "", 0)
        assert store.lessons.active() == (of_brand,)
        assert store.lessons.keep(a_lesson()) > of_brand > second

    def test_old_lessons_make_room(self, store: Store) -> None:
        first, second = (store.lessons.keep(a_lesson()) for _ in range(2))
        other = store.lessons.keep(a_lesson("intent"))
        for _ in range(60):
            store.lessons.keep(a_lesson())
        numbers = {lesson.number for lesson in store.lessons.versions()}
        assert other in numbers
        assert len(numbers) == 51
        assert not {first, second} & numbers

    # -- judging anew

    def test_what_is_judged_anew_stands_beside_what_was(self, store: Store) -> None:
        poll(store, [a_post("1"), a_post("2")])
        tag_all(store)
        store.corrections.keep(say("medium", key="fake:2#norvia"))
        passing = pass_over(store, [judged("low"), judged("negative", kind="sentiment")])
        assert (passing.seen, passing.total) == (2, 2)
        assert passing.changed == {
            ("urgency", "high", "low"): 1,
            ("sentiment", "", "negative"): 2,
        }
        first, second = store.mentions(NOON - HOUR, LATER)
        assert [(tag.by, tag.label) for tag in first.tags if tag.kind == "urgency"] == [
            ("t/1", "high"),
            ("t/2", "low"),
        ]
        assert first.tags[-1].chances == (("high", 0.1), ("low", 0.7))
        assert second.label("urgency") == "medium"
        assert first.priority != Priority(80, ("because",))

    def test_a_judge_that_comes_back_has_the_last_word_again(self, store: Store) -> None:
        poll(store, [a_post("1")])
        tag_all(store)
        pass_over(store, [judged("low")])
        store.retags.end(store.retags.plan("all", None, "", LATER))
        passing = store.retags.plan("all", None, "", LATER)
        (stored,) = store.retags.batch(passing, 9)
        store.retags.save(passing, [Retagged(stored, [judged("high", "t/1")])], LATER + HOUR)
        assert one(store).label("urgency") == "high"

    def test_judging_anew_tells_nobody(self, store: Store) -> None:
        poll(store, [a_post("1")])
        tag_all(store, [EACH])
        assert len(due(store)) == 1
        pass_over(store, [judged("high")])
        assert due(store, NOON + MINUTE / 2) == []
        assert len(list(store.controls.trail(NOON - HOUR, LATER + HOUR))) == 1
        assert [told.at for told in store.judged(NOON, LATER)] == [NOON]

    def test_a_pass_that_was_broken_off_goes_on(self, store: Store, other: Store) -> None:
        poll(store, [a_post(str(n)) for n in range(5)])
        tag_all(store)
        passing = store.retags.plan("all", None, "", NOON)
        batch = store.retags.batch(passing, 2)
        store.retags.save(passing, [Retagged(each, [judged("low")]) for each in batch], LATER)
        poll(store, [a_post("new")], now=LATER)
        tag_all(store, now=LATER)
        again = other.retags.plan("all", None, "", LATER)
        assert (again.seen, again.total, again.begun_at) == (2, 5, NOON)
        assert again.changed == {("urgency", "high", "low"): 2}
        assert [each.mention.post.id for each in other.retags.batch(again, 99)] == [
            "fake:2",
            "fake:3",
            "fake:4",
        ]
        assert other.retags.plan("other words", None, "", LATER).seen == 0
        assert other.retags.plan("all", None, "", LATER, anew=True).total == 6
        done = pass_over(other, [judged("low")])
        assert (done.seen, done.changed) == (5, {("urgency", "high", "low"): 5})
        other.retags.end(done)
        assert store.retags.plan("all", None, "", LATER).total == 6

    def test_a_pass_over_some_of_them(self, store: Store) -> None:
        posts = [a_post("1"), a_post("2", published_at=NOON - HOUR)]
        skylark = [a_mention(post=post, brand="skylark") for post in posts]
        poll(store, posts, mentions=[*map(_of_norvia, posts), *skylark])
        tag_all(store)
        passing = store.retags.plan("some", NOON, "skylark", LATER)
        assert passing.total == 1
        assert [each.mention.key for each in store.retags.batch(passing, 9)] == ["fake:1#skylark"]

    def test_what_changed_in_between_is_left_as_it_is(self, store: Store) -> None:
        poll(store, [a_post("1"), a_post("2"), a_post("3")])
        tag_all(store)
        passing = store.retags.plan("all", None, "", LATER)
        batch = store.retags.batch(passing, 9)
        store.save_mark("fake:1", "norvia", LATER, about=False, by="anna")
        poll(store, [a_post("2", "Norvia, edited")], now=LATER)
        for turn in claim(store, LATER):
            tags = (judged("medium", "t/1"),)
            store.save_tags([Tagged(replace(turn.mention, tags=tags), turn.token)], LATER)
        done = [Retagged(each, [judged("low")]) for each in batch]
        passing = store.retags.save(passing, done, LATER + MINUTE)
        assert passing.changed == {("urgency", "high", "low"): 1}
        labels = {each.post.id: each.label("urgency") for each in store.mentions(NOON, LATER)}
        assert labels == {"fake:2": "medium", "fake:3": "low"}

    def test_of_many_passes_that_were_broken_off_the_last_are_known(self, store: Store) -> None:
        poll(store, [a_post("1")])
        tag_all(store)
        for number in range(25):
            passing = store.retags.plan(f"pass {number}", None, "", NOON)
            store.retags.save(passing, [], NOON)
        known = [
            bool(store.retags.plan(f"pass {number}", None, "", LATER).number)
            for number in range(25)
        ]
        assert known == [False] * 5 + [True] * 20


def _of_norvia(post: object) -> Mention:
    return a_mention(post=post)
