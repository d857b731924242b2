"""Priority: graver is never lower, spam is at the bottom, what failed is looked at."""

from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.model import LABELS, Author, Directness, Engagement, Mention, Tag
from listener.priority import rank
from listener.testing import a_mention, a_post

KINDS = ("sentiment", "spam", "urgency", "intent")
COUNTS = st.integers(0, 10**15)


def judged(labels: dict[str, str], **fields: Any) -> Mention:
    tags = tuple(Tag(kind, label, 0.9) for kind, label in labels.items())
    return a_mention(tags=tags, **fields)


@st.composite
def mentions(draw: st.DrawFn) -> Mention:
    """A mention with any labels, also unknown, failed or missing ones."""
    labels = {
        kind: draw(st.sampled_from([*LABELS[kind], "error", "", "nonsense"])) for kind in KINDS
    }
    author = Author("a", "A", draw(st.none() | COUNTS))
    engagement = Engagement(*draw(st.tuples(COUNTS, COUNTS, COUNTS, COUNTS)))
    return judged(
        labels,
        directness=draw(st.sampled_from(get_args(Directness))),
        post=a_post(author=author, engagement=engagement),
    )


def with_label(mention: Mention, kind: str, label: str) -> Mention:
    others = {tag.kind: tag.label for tag in mention.tags if tag.kind != kind}
    return judged(others | {kind: label}, directness=mention.directness, post=mention.post)


@given(mentions())
def test_priority_is_between_0_and_100_and_says_why(mention: Mention) -> None:
    priority = rank(mention)
    assert 0 <= priority.score <= 100
    assert priority.reasons or priority.score == 20
    assert all(priority.reasons)
    assert rank(mention) == priority


@given(mentions())
def test_spam_goes_to_the_bottom_whatever_else_it_is(mention: Mention) -> None:
    priority = rank(with_label(mention, "spam", "yes"))
    assert priority.score <= 5
    assert priority.reasons == ("looks like spam",)


@given(mentions(), st.sampled_from(KINDS))
def test_what_a_judge_failed_on_is_held_high_enough_to_be_looked_at(
    mention: Mention, kind: str
) -> None:
    failed = with_label(with_label(mention, "spam", "no"), kind, "error")
    assert rank(failed).score >= 60


def test_what_a_judge_failed_on_is_said() -> None:
    failed = judged({"urgency": "error", "sentiment": "negative", "intent": "error"})
    assert rank(failed).reasons == ("could not be judged: urgency, intent",)
    grave = judged({"urgency": "high", "sentiment": "error"}, directness="direct")
    assert rank(grave).score == 75


@given(mentions())
def test_the_more_urgent_the_higher(mention: Mention) -> None:
    low, medium, high = (
        rank(with_label(mention, "urgency", label)).score for label in ("low", "medium", "high")
    )
    assert low <= medium <= high


@given(mentions())
def test_the_worse_it_feels_and_the_more_direct_the_higher(mention: Mention) -> None:
    order = ("positive", "neutral", "mixed", "negative")
    scores = [rank(with_label(mention, "sentiment", label)).score for label in order]
    assert scores == sorted(scores)
    labels = {tag.kind: tag.label for tag in mention.tags}
    direct, indirect = (
        rank(judged(labels, directness=directness, post=mention.post)).score
        for directness in ("direct", "indirect")
    )
    assert direct >= indirect


@given(mentions(), COUNTS, COUNTS)
def test_the_further_it_reaches_the_higher(mention: Mention, fewer: int, more: int) -> None:
    labels = {tag.kind: tag.label for tag in mention.tags}
    scores = [
        rank(judged(labels, post=a_post(author=Author("a", "A", followers)))).score
        for followers in sorted((fewer, more))
    ]
    assert scores == sorted(scores)


def test_urgent_mentions_stand_above_all_that_can_wait() -> None:
    urgent = rank(judged({"urgency": "high", "sentiment": "neutral", "spam": "no"}))
    angry = rank(judged({"urgency": "low", "sentiment": "negative", "intent": "complaint"}))
    plain = rank(judged({}))
    assert (urgent.score, angry.score, plain.score) == (65, 41, 20)
    assert plain.reasons == ()


@pytest.mark.parametrize(
    ("author", "engagement", "reason"),
    [
        (Author(followers=1_000), Engagement(), "reaches more than 1,000"),
        (Author(followers=999), Engagement(), None),
        (Author(followers=10_000_000), Engagement(), "reaches more than a million"),
        (Author(), Engagement(views=100_000), "reaches more than 100,000"),
        (
            Author(followers=5),
            Engagement(likes=300, shares=100, replies=100),
            "reaches more than 10,000",
        ),
        (Author(), Engagement(), None),
    ],
)
def test_reach_is_the_audience_or_what_became_of_it(
    author: Author, engagement: Engagement, reason: str | None
) -> None:
    reasons = rank(judged({}, post=a_post(author=author, engagement=engagement))).reasons
    assert reasons == ((reason,) if reason else ())


@pytest.mark.parametrize(
    ("labels", "followers", "score"),
    [
        ({"urgency": "medium"}, 0, 38),
        ({"sentiment": "mixed"}, 0, 26),
        ({"sentiment": "positive"}, 0, 12),
        ({"intent": "complaint"}, 0, 26),
        ({"intent": "cancel"}, 0, 30),
        ({"intent": "question"}, 0, 24),
        ({"intent": "purchase"}, 0, 24),
        ({"intent": "praise"}, 0, 20),
        ({}, 1_000, 23),
        ({}, 10_000, 27),
        ({}, 999_999, 31),
        ({}, 1_000_000, 35),
    ],
)
def test_each_thing_has_its_weight(labels: dict[str, str], followers: int, score: int) -> None:
    post = a_post(author=Author("a", "A", followers))
    assert rank(judged(labels, post=post)).score == score
    assert rank(judged(labels, post=post, directness="direct")).score == score + 10


def test_reasons_come_the_weightiest_first_and_then_what_the_judge_says() -> None:
    tags = (
        Tag("urgency", "high", 0.9, ("says 'stranded'", "says 'tonight'")),
        Tag("sentiment", "negative", 0.8, ("never told",)),
        Tag("intent", "question", 0.8),
    )
    told = rank(a_mention(tags=tags, directness="direct")).reasons
    assert told == (
        "urgent",
        "negative toward the brand",
        "addressed to the brand",
        "asks something",
        "says 'stranded'",
        "says 'tonight'",
    )


def test_the_judge_of_urgency_is_not_quoted_on_what_is_not_urgent() -> None:
    tags = (Tag("urgency", "low", 0.9, ("nothing presses",)),)
    assert rank(a_mention(tags=tags)).reasons == ()
