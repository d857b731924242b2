"""What stands around the judges, on real stores: parents, history, the bearable false alarms."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from listener.corrections import Correction
from listener.false_alarms import LOOK_SECONDS
from listener.model import Author, Evidence, Mention, Post, Tag
from listener.routing import Routing
from listener.rules import Condition, Rule
from listener.spam import is_doubtful, spam_chance
from listener.stages.deciding import Deciding, as_read, decided_alone, deciding_at_once
from listener.stages.tag import Judge, TagStage
from listener.store import Store, StoreUnavailable
from listener.testing import a_mention, a_post
from listener.testing.fakes import NOON
from listener.testing.store_past import save, spam, urgent
from listener.testing.store_steps import LEASE, due, poll
from tests.listener.stage_helpers import Balking, locked, open_at

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
WIN = "Norvia gives away a hundred phones today, take yours at https://a.example before noon"
NOT_SPAM = Rule("all", ("desk",), Condition(tags={"spam": frozenset({"no"})}))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_at(tmp_path)
    yield opened
    opened.close()


@dataclass
class Likely:
    """A judge of one kind that says how likely it is of each post, by its id."""

    kind: str
    label: str
    chances: dict[str, float] = field(default_factory=dict)
    otherwise: float = 0.0
    read: list[str] = field(default_factory=list)

    def tag(self, mentions: Sequence[Mention]) -> Sequence[Tag]:
        self.read += [mention.parent_text for mention in mentions]
        return [self._tag(mention.post.native_id) for mention in mentions]

    def _tag(self, native_id: str) -> Tag:
        chance = self.chances.get(native_id, self.otherwise)
        other = "no" if self.kind == "spam" else "low"
        label, score = (self.label, chance) if chance >= 0.5 else (other, 1 - chance)
        return Tag(self.kind, label, score, (), "t/1", ((self.label, chance), (other, 1 - chance)))


def a_stage(store: Store, judge: Likely, rate: float | None = None) -> TagStage:
    judges = [Judge(judge.kind, judge)]
    return TagStage(store, judges, Routing([NOT_SPAM], UTC), LEASE, false_alarms_per_day=rate)


def tag_all(stage: TagStage, now: datetime = NOON) -> None:
    while stage.step(now):
        pass


def tags(store: Store, kind: str) -> dict[str, Tag]:
    told = store.mentions(NOON - 9 * DAY, NOON + 9 * DAY)
    return {one.post.native_id: tag for one in told for tag in one.tags if tag.kind == kind}


# -- parents


def test_a_reply_is_judged_with_the_text_that_it_replies_to(store: Store) -> None:
    poll(store, [a_post("1", "Is Norvia any good?", title="Phones")], mentions=[])
    replies = [
        a_post("2", "Norvia? No.", in_reply_to="1"),
        a_post("3", "Norvia? Yes.", in_reply_to="fake:1"),
        a_post("4", "Norvia? Who?", in_reply_to="@somebody"),
        a_post("5", "Norvia"),
    ]
    poll(store, replies)
    judge = Likely("spam", "yes")
    tag_all(a_stage(store, judge))
    assert judge.read == ["Phones\nIs Norvia any good?"] * 2 + ["", ""]


def test_a_text_that_is_known_already_is_kept(store: Store) -> None:
    poll(store, [a_post("1")], mentions=[])
    mention = replace(a_mention(post=a_post("2", in_reply_to="1")), parent_text="what was asked")
    assert as_read(store, [mention]) == [mention]


def test_a_mention_is_read_with_where_the_post_names_other_brands(store: Store) -> None:
    post = a_post("1", "Norvia or Kestra?")
    norvia, kestra = Evidence("name", "Norvia", 0, 6), Evidence("name", "Kestra", 10, 16)
    mentions = [
        a_mention(brand="norvia", post=post, evidence=(norvia,)),
        a_mention(brand="kestra", post=post, evidence=(kestra,)),
    ]
    poll(store, [post], mentions=mentions)
    assert [one.others for one in as_read(store, mentions)] == [(kestra,), (norvia,)]


# -- spam


def test_a_doubt_is_told_as_no_spam_and_waits_for_a_look(store: Store) -> None:
    poll(store, [a_post("1"), a_post("2")])
    tag_all(a_stage(store, Likely("spam", "yes", {"1": 0.7, "2": 0.97})))
    assert {key: tag.label for key, tag in tags(store, "spam").items()} == {"1": "no", "2": "yes"}
    assert [turn.alert.mentions[0].post.native_id for turn in due(store)] == ["1"]
    (doubt,) = store.past.spam_doubts(None, NOON - DAY, 9).mentions
    assert is_doubtful(doubt)
    assert doubt.priority.score == 20


def test_copies_that_come_in_one_batch_and_later_ones_are_spam(store: Store) -> None:
    judge = Likely("spam", "yes", otherwise=0.4)
    stage = a_stage(store, judge)
    poll(store, [a_post(str(n), WIN, author=Author(f"a{n}")) for n in range(10)])
    tag_all(stage)
    first = tags(store, "spam")
    assert {tag.label for tag in first.values()} == {"yes"}, "nine others told it in this batch"
    other_stage = a_stage(store, judge)
    poll(store, [a_post("90", WIN, author=Author("b")), a_post("91", "Norvia is late")])
    tag_all(other_stage)
    later = tags(store, "spam")
    assert (later["90"].label, later["91"].label) == ("yes", "no")
    assert later["90"].reasons[0] == ("10 other accounts posted the same within a day, with a link")


def test_a_customer_with_a_case_is_never_spam(store: Store) -> None:
    mine = a_post("1", author=Author("me"))
    poll(store, [mine])
    save(store, spam(0.1), opens_case=True)
    poll(store, [a_post("2", WIN, author=Author("Me")), a_post("3", WIN, author=Author("you"))])
    tag_all(a_stage(store, Likely("spam", "yes", otherwise=0.99)))
    found = tags(store, "spam")
    assert (found["2"].label, found["3"].label) == ("no", "yes")
    assert found["2"].reasons == ("its author is a customer with a case",)


def test_what_people_said_of_an_author_counts(store: Store) -> None:
    poll(store, [a_post(n, author=Author("me")) for n in "12"])
    save(store, spam(0.95))
    for n in "12":
        store.corrections.keep(Correction(f"fake:{n}#norvia", "spam", "no", "anna", NOON))
    poll(store, [a_post("3", author=Author("me"))])
    tag_all(a_stage(store, Likely("spam", "yes", otherwise=0.95)))
    tag = tags(store, "spam")["3"]
    assert (tag.label, spam_chance(tag)) == ("no", pytest.approx(0.72, abs=0.001))


def test_what_is_hardly_spam_costs_no_look(store: Store) -> None:
    poll(store, [a_post("1")])
    balking = Balking(store, {"past": [locked()]})
    judged = [a_mention(tags=(spam(0.04),))]
    assert Deciding(balking.as_store()).decide(judged, {}, NOON) == judged


class Closed:
    """A store whose book of the past can't be read."""

    @property
    def past(self) -> object:
        raise StoreUnavailable("locked", "by somebody else")


def test_while_the_store_can_not_be_asked_nothing_is_called_spam() -> None:
    deciding = deciding_at_once(Closed(), 5)  # type: ignore[arg-type]
    sure, doubt = deciding.decide([a_mention(tags=(spam(one),)) for one in (0.99, 0.6)], {}, NOON)
    assert (sure.label("spam"), doubt.label("spam")) == ("no", "no")
    assert is_doubtful(sure)
    urgency = a_mention(tags=(urgent(0.9),))
    assert deciding.decide([urgency], {}, NOON) == [urgency]


def test_what_a_person_said_stays(store: Store) -> None:
    said = (Tag("spam", "yes", 1.0, by="person:anna"), Tag("urgency", "high", 1.0, by="person:ben"))
    mention = a_mention(tags=said)
    assert deciding_at_once(store, 5).decide([mention], {}, NOON) == [mention]


def test_without_a_store_the_words_decide() -> None:
    doubt, sure, other = decided_alone(
        [a_mention(tags=(one,)) for one in (spam(0.6), spam(0.97), urgent(0.9))]
    )
    assert (doubt.label("spam"), sure.label("spam")) == ("no", "yes")
    assert is_doubtful(doubt)
    assert other.tags == (urgent(0.9),)


# -- false alarms


def a_week(store: Store, chances: Sequence[float], days: int = 5) -> None:
    """Each day so many mentions, of these chances."""
    for day in range(days):
        posts = [
            a_post(f"{day}-{n}", published_at=NOON - (day + 0.5) * DAY) for n in range(len(chances))
        ]
        poll(store, posts)
        tag_all(a_stage(store, Likely("urgency", "high", _by_id(posts, chances))))


def _by_id(posts: Sequence[Post], chances: Sequence[float]) -> dict[str, float]:
    return {post.native_id: one for post, one in zip(posts, chances, strict=True)}


def decided(store: Store, chance: float, rate: float | None) -> Tag:
    """What a command makes of a mention that is urgent with this chance."""
    judged = Likely("urgency", "high", otherwise=chance).tag([a_mention()])
    mention = a_mention(tags=tuple(judged))
    return deciding_at_once(store, rate).decide([mention], {}, NOON)[0].tags[0]


def test_a_rate_lowers_the_chance_from_which_on_it_is_urgent(store: Store) -> None:
    a_week(store, [0.9, 0.6, 0.45, 0.3])
    tag = decided(store, 0.46, 1.1)
    assert (tag.label, tag.score) == ("high", 0.46)
    assert tag.reasons == ("0.46 likely urgent, alarms from 0.31 on (1.1 false alarms a day)",)


def test_a_rate_raises_it_where_too_many_would_be_false(store: Store) -> None:
    a_week(store, [0.8] * 10)
    tag = decided(store, 0.8, 1)
    assert (tag.label, tag.reasons) == (
        "medium",
        ("0.80 likely urgent, alarms from 0.81 on (1 false alarm a day)",),
    )


def test_without_a_rate_nothing_changes(store: Store) -> None:
    a_week(store, [0.8] * 10)
    tag = decided(store, 0.8, None)
    assert (tag.label, tag.reasons) == ("high", ())


def test_with_less_than_a_day_the_judge_decides_alone(store: Store) -> None:
    a_week(store, [0.8] * 10, days=1)
    assert decided(store, 0.8, 1).label == "high"


def test_the_stage_reads_the_days_in_a_few_batches_and_decides_alone_till_then(
    store: Store,
) -> None:
    a_week(store, [0.8] * 10)
    stage = a_stage(store, Likely("urgency", "high", otherwise=0.8), 1)
    labels = []
    for n in range(14):
        poll(store, [a_post(f"now {n}")])
        assert stage.step(NOON) == 1
        labels.append(tags(store, "urgency")[f"now {n}"].label)
    assert labels == ["high"] * 11 + ["medium"] * 3


def test_the_days_are_looked_at_anew_every_ten_minutes(store: Store) -> None:
    deciding = deciding_at_once(store, 1.0)
    mention = a_mention(tags=(urgent(0.3),))

    def label(seconds: float) -> str:
        now = NOON + timedelta(seconds=seconds)
        return deciding.decide([mention], {}, now)[0].label("urgency")

    assert label(0) == "low"
    a_week(store, [0.3])
    assert label(LOOK_SECONDS - 1) == "low"
    assert label(LOOK_SECONDS) == "high"
    a_week_more = [a_post(f"more {n}", published_at=NOON - DAY) for n in range(40)]
    poll(store, a_week_more)
    tag_all(a_stage(store, Likely("urgency", "high", otherwise=0.3)))
    assert label(LOOK_SECONDS + 1) == "high"
    assert label(-1) == "low", "the clock went back"


def test_over_a_day_the_rate_is_kept(store: Store) -> None:
    """The same kind of day goes on: as many false alarms as are bearable, hardly more or less."""
    chances = [n / 100 for n in range(1, 100, 3)]
    a_week(store, chances)
    told = [decided(store, chance, 4) for chance in chances]
    false = sum(1 - dict(tag.chances)["high"] for tag in told if tag.label == "high")
    assert 3 < false <= 4
