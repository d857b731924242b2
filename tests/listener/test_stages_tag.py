"""Tag: every mention is judged, a judge that fails spoils only itself, none is asked in vain."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from listener.model import Author, Mention, Tag
from listener.retry import MENTION_ATTEMPTS_MAX
from listener.routing import Routing
from listener.rules import Condition, Rule
from listener.stages.tag import Judge, TagStage, judge
from listener.store import Store, StoreUnavailable
from listener.testing import FakeClassifier, a_mention, a_post
from listener.testing.fakes import NOON
from listener.testing.store_steps import LEASE, due, poll
from tests.listener.stage_helpers import Balking, locked, logged, open_at

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
URGENT = Rule("urgent", ("desk",), Condition(tags={"urgency": frozenset({"high", "error"})}))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_at(tmp_path)
    yield opened
    opened.close()


@dataclass
class Asked:
    """A classifier that does as its function, and remembers in which batches it was asked."""

    answer: Callable[[Sequence[Mention]], Any]
    asked: list[int] = field(default_factory=list)

    def tag(self, mentions: Sequence[Mention]) -> Sequence[Tag]:
        self.asked.append(len(mentions))
        answer: Sequence[Tag] = self.answer(mentions)
        return answer


@dataclass
class SlowClock:
    """Goes on by so much for each mention that the judge was asked about."""

    judge: Asked
    seconds_each: float
    at: float = 0.0
    seen: int = 0

    def __call__(self) -> float:
        asked = sum(self.judge.asked)
        self.at += (asked - self.seen) * self.seconds_each
        self.seen = asked
        return self.at


def high(mentions: Sequence[Mention]) -> list[Tag]:
    return [Tag("urgency", "high", 0.9, ("says so",), "test/1") for _ in mentions]


def high_but_for_bad_ones(mentions: Sequence[Mention]) -> list[Tag]:
    if any("bad" in mention.post.text for mention in mentions):
        raise ValueError("can't read it\x1b[2J")
    return high(mentions)


def a_stage(store: Store, *judges: Judge) -> TagStage:
    return TagStage(store, judges, Routing([URGENT], UTC), LEASE)


def judging(answer: Callable[[Sequence[Mention]], Any]) -> tuple[Asked, Judge]:
    classifier = Asked(answer)
    return classifier, Judge("urgency", classifier)


def tagged(store: Store) -> dict[str, Mention]:
    told = store.mentions(NOON - 9 * HOUR, NOON + 9 * HOUR)
    return {mention.post.native_id: mention for mention in told}


# -- the stage


def test_mentions_are_judged_ranked_and_ordered(store: Store) -> None:
    poll(store, [a_post("1", "Norvia lost me!"), a_post("2", "Norvia is fine")])
    decide = FakeClassifier("urgency", lambda m: "high" if "lost" in m.post.text else "low")
    stage = a_stage(store, Judge("urgency", decide))
    assert stage.step(NOON) == 2
    assert stage.step(NOON) == 0
    assert {key: mention.label("urgency") for key, mention in tagged(store).items()} == {
        "1": "high",
        "2": "low",
    }
    (turn,) = due(store)
    assert (turn.alert.key, turn.alert.priority) == ("urgent/fake:1#norvia/desk", 65)
    assert tagged(store)["1"].priority.reasons == ("urgent",)
    assert not stage.busy


def test_every_mention_is_logged_in_a_line_and_what_failed_with_its_reason(store: Store) -> None:
    titled = a_post("2", "a bad Norvia", title="Norvia?", author=Author("", "A Traveller"))
    poll(store, [a_post("1", "Norvia\n" + "x" * 500), titled])
    with logged() as lines:
        a_stage(store, judging(high_but_for_bad_ones)[1]).step(NOON)
    failed, one, two = lines
    assert (failed["event"], failed["mention"]) == ("judge failed", "fake:2#norvia")
    assert (one["event"], one["brand"], one["by"]) == ("mention", "norvia", "traveller")
    assert (one["urgency"], one["priority"]) == ("high", 65)
    assert one["text"] == f"Norvia {'x' * 92}…"
    assert (two["by"], two["text"]) == ("A Traveller", "Norvia?")


def test_a_judge_that_fails_on_one_post_spoils_only_that_one(store: Store) -> None:
    poll(store, [a_post("1"), a_post("2", "a bad Norvia"), a_post("3")])
    classifier, one = judging(high_but_for_bad_ones)
    a_stage(store, one, Judge("spam", FakeClassifier("spam", lambda _: "no"))).step(NOON)
    told = tagged(store)
    assert [told[key].label("urgency") for key in "123"] == ["high", "error", "high"]
    assert [told[key].label("spam") for key in "123"] == ["no"] * 3
    (failed,) = [tag for tag in told["2"].tags if tag.label == "error"]
    assert failed == Tag("urgency", "error", 0.0, ("ValueError: can't read it[2J",), by="listener")
    assert told["2"].priority.score == 60
    assert classifier.asked == [3, 1, 1, 1]
    assert len(due(store)) == 3


def test_mentions_are_judged_in_small_batches_from_a_smaller_one_on(store: Store) -> None:
    poll(store, [a_post(str(n)) for n in range(120)])
    classifier, one = judging(high)
    stage = a_stage(store, one)
    assert [stage.step(NOON) for _ in range(5)] == [10, 50, 50, 10, 0]
    assert classifier.asked == [10, 50, 50, 10]


def test_a_batch_is_as_large_as_the_judges_are_quick(store: Store) -> None:
    poll(store, [a_post(str(n)) for n in range(60)])
    classifier, one = judging(high)
    slow = SlowClock(classifier, seconds_each=1 / 15)
    stage = TagStage(store, [one], Routing([], UTC), LEASE, batch_seconds=0.25, timer=slow)
    assert [stage.step(NOON) for _ in range(3)] == [10, 3, 3]
    slow.seconds_each = 0.001
    assert [stage.step(NOON) for _ in range(5)] == [3, 3, 3, 35, 0]
    assert sum(classifier.asked) == 60


def test_one_that_was_tried_before_is_judged_alone_and_its_batch_saved(store: Store) -> None:
    poll(store, [a_post("1"), a_post("2")])
    assert len(store.claim_mentions(NOON, LEASE, 9)) == 2
    later = NOON + HOUR
    poll(store, [a_post(str(n)) for n in range(3, 6)], now=later)
    classifier, one = judging(high)
    stage = a_stage(store, one)
    assert [stage.step(later) for _ in range(4)] == [1, 1, 3, 0]
    assert classifier.asked == [1, 1, 3]


@dataclass
class Deadly:
    """A judge that takes the process down on one post; a restart is a new stage on the store."""

    asked: list[str] = field(default_factory=list)

    def tag(self, mentions: Sequence[Mention]) -> Sequence[Tag]:
        self.asked += [mention.post.native_id for mention in mentions]
        if any("bad" in mention.post.text for mention in mentions):
            raise KeyboardInterrupt  # nothing catches it, as nothing catches a kill
        return high(mentions)


def test_a_post_that_takes_the_process_down_each_time_costs_only_itself(store: Store) -> None:
    posts = [a_post(str(n), "a bad Norvia" if n == 3 else "Norvia is late") for n in range(8)]
    poll(store, posts)
    now, deaths = NOON, 0
    while store.status(now).stages["tag"].waiting:
        stage = a_stage(store, Judge("urgency", Deadly()))
        try:
            while stage.step(now):
                pass
        except KeyboardInterrupt:
            deaths += 1
        now += 2 * MINUTE  # the lease has run out
        if deaths == 2:
            poll(store, [a_post("9")], now=now)
    told = tagged(store)
    assert {key: told[key].label("urgency") for key in told} == {
        str(n): "error" if n == 3 else "high" for n in (*range(8), 9)
    }
    assert deaths == MENTION_ATTEMPTS_MAX


def test_what_took_the_process_down_too_often_is_an_error_unasked(store: Store) -> None:
    poll(store, [a_post("1")])
    for attempt in range(MENTION_ATTEMPTS_MAX):
        assert len(store.claim_mentions(NOON + attempt * 2 * MINUTE, LEASE, 9)) == 1
    later = NOON + HOUR
    poll(store, [a_post("2")], now=later)
    classifier, one = judging(high)
    stage = a_stage(store, one, Judge("spam", classifier))
    assert [stage.step(later), stage.step(later)] == [1, 1]
    told = tagged(store)
    assert classifier.asked == [1, 1]
    assert told["2"].label("urgency") == "high"
    assert [(tag.kind, tag.label, tag.reasons) for tag in told["1"].tags] == [
        ("spam", "error", ("judging it took the process down 5 times",)),
        ("urgency", "error", ("judging it took the process down 5 times",)),
    ]
    assert {turn.alert.mentions[0].post.native_id for turn in due(store, later)} == {"1", "2"}


def test_one_attempt_less_and_it_is_asked_once_more(store: Store) -> None:
    poll(store, [a_post("1")])
    for attempt in range(MENTION_ATTEMPTS_MAX - 1):
        store.claim_mentions(NOON + attempt * 2 * MINUTE, LEASE, 9)
    classifier, one = judging(high)
    a_stage(store, one).step(NOON + HOUR)
    assert classifier.asked == [1]
    assert tagged(store)["1"].label("urgency") == "high"


def test_while_the_store_can_not_keep_it_a_judgement_is_kept_and_not_made_again(
    store: Store,
) -> None:
    poll(store, [a_post("1")])
    balking = Balking(store, {"save_tags": [locked(), locked()]})
    classifier, one = judging(high)
    stage = a_stage(balking.as_store(), one)
    for _ in range(2):
        with pytest.raises(StoreUnavailable):
            stage.step(NOON)
        assert stage.busy
    assert tagged(store) == {}
    poll(store, [a_post("2")])
    assert stage.step(NOON) == 2
    assert classifier.asked == [1, 1]
    assert not stage.busy
    assert len(due(store)) == 2


def test_draining_stores_what_is_judged_and_judges_nothing(store: Store) -> None:
    poll(store, [a_post("1")])
    balking = Balking(store, {"save_tags": [locked()]})
    classifier, one = judging(high)
    stage = a_stage(balking.as_store(), one)
    with pytest.raises(StoreUnavailable):
        stage.step(NOON)
    poll(store, [a_post("2")])
    stage.drain(NOON)
    assert set(tagged(store)) == {"1"}
    assert (classifier.asked, stage.busy) == ([1], False)


def test_a_judgement_under_a_lost_lease_is_passed_over(store: Store, tmp_path: Path) -> None:
    poll(store, [a_post("1")])
    other = open_at(tmp_path, "two")

    def slow(mentions: Sequence[Mention]) -> list[Tag]:
        assert a_stage(other, Judge("urgency", Asked(low))).step(NOON + HOUR) == 1
        return high(mentions)

    def low(mentions: Sequence[Mention]) -> list[Tag]:
        return [Tag("urgency", "low", 0.9) for _ in mentions]

    stage = a_stage(store, judging(slow)[1])
    assert stage.step(NOON) == 0
    assert tagged(store)["1"].label("urgency") == "low"
    assert due(store) == []
    assert not stage.busy
    other.close()


def test_a_mention_whose_words_changed_is_judged_by_its_new_ones(store: Store) -> None:
    _, one = judging(high_but_for_bad_ones)
    stage = a_stage(store, one)
    poll(store, [a_post("1", "a bad Norvia")])
    stage.step(NOON)
    poll(store, [a_post("1", "a good Norvia")], now=NOON + HOUR)
    stage.step(NOON + HOUR)
    assert tagged(store)["1"].label("urgency") == "high"
    assert tagged(store)["1"].priority.score == 65


def test_without_judges_mentions_are_ranked_and_ruled_all_the_same(store: Store) -> None:
    poll(store, [a_post("1")])
    TagStage(store, [], Routing([Rule("all", ("desk",))], UTC)).step(NOON)
    assert tagged(store)["1"].priority.score == 20
    assert len(due(store)) == 1


# -- judging


def labels(answer: Callable[[Sequence[Mention]], Any], count: int = 2) -> list[str]:
    """What one judge made of so many mentions."""
    mentions = [a_mention(str(n)) for n in range(count)]
    return [mention.label("urgency") for mention in judge([judging(answer)[1]], mentions)]


def exits(_: Sequence[Mention]) -> list[Tag]:
    raise SystemExit(3)


UNSOUND: list[Callable[[Sequence[Mention]], Any]] = [
    lambda _: None,
    lambda _: [],
    lambda mentions: high(mentions)[1:],
    lambda mentions: high(mentions) * 2,
    lambda mentions: iter(high(mentions)),
    lambda mentions: [None for _ in mentions],
    lambda mentions: ["high" for _ in mentions],
    lambda mentions: [Tag("urgency", "high", float("nan")) for _ in mentions],
    lambda mentions: [Tag("urgency", "high", 1.01) for _ in mentions],
    lambda mentions: [Tag("urgency", "high", -0.01) for _ in mentions],
    lambda mentions: [Tag("urgency", "", 0.5) for _ in mentions],
    lambda mentions: [Tag("urgency", 5, 0.5) for _ in mentions],  # type: ignore[arg-type]
    lambda mentions: [Tag("urgency", "high", 0.5, (5,)) for _ in mentions],  # type: ignore[arg-type]
    exits,
]


@pytest.mark.parametrize("answer", UNSOUND, ids=range(len(UNSOUND)))
def test_an_answer_that_is_none_is_an_error(answer: Callable[[Sequence[Mention]], Any]) -> None:
    assert labels(answer) == ["error", "error"]


def test_a_person_who_interrupts_is_heeded() -> None:
    def interrupted(_: Sequence[Mention]) -> list[Tag]:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        labels(interrupted)


def test_an_answer_of_the_wrong_length_says_so() -> None:
    (mention,) = judge([judging(lambda _: [])[1]], [a_mention()])
    assert mention.tags[0].reasons == ("ValueError: gave 0 tags for 1 mentions",)


def test_a_wrong_number_for_many_may_be_right_one_by_one() -> None:
    assert labels(lambda mentions: high(mentions[:1])) == ["high", "high"]


def test_each_judge_sees_the_tags_before_its_own() -> None:
    seen: list[str] = []

    def spam(mention: Mention) -> str:
        seen.append(mention.label("language"))
        return "no"

    judges = [
        Judge("language", FakeClassifier("language", lambda _: "fi")),
        Judge("spam", FakeClassifier("spam", spam)),
    ]
    (mention,) = judge(judges, [a_mention()])
    assert seen == ["fi"]
    assert [(tag.kind, tag.label) for tag in mention.tags] == [("language", "fi"), ("spam", "no")]


def test_a_tag_is_of_the_kind_that_was_asked_for_and_says_who_judged() -> None:
    other = Judge("urgency", Asked(lambda ms: [Tag("mood", "high", 1, by="") for _ in ms]))
    (mention,) = judge([other], [a_mention()])
    assert mention.tags == (Tag("urgency", "high", 1.0, (), "urgency"),)


@pytest.mark.parametrize("score", [0, 0.0, 0.5, 1])
def test_a_score_is_a_probability(score: float) -> None:
    (mention,) = judge([judging(lambda _: [Tag("urgency", "low", score)])[1]], [a_mention()])
    assert (mention.tags[0].label, mention.tags[0].score) == ("low", score)


def test_nothing_to_judge_asks_nobody() -> None:
    assert judge([], []) == []


def test_what_a_judge_says_is_kept_clean_and_short(store: Store) -> None:
    def poisonous(mentions: Sequence[Mention]) -> list[Tag]:
        return [
            Tag("urgency", "hi\x00gh", 0.5, ("\ud800" + "x" * 10_000,), "\udfff") for _ in mentions
        ]

    poll(store, [a_post("1")])
    a_stage(store, judging(poisonous)[1]).step(datetime(2026, 3, 10, 12, tzinfo=UTC))
    (tag,) = tagged(store)["1"].tags
    assert (tag.label, tag.by) == ("hi\ufffdgh", "\ufffd")
    assert len(tag.reasons[0]) == 1000
