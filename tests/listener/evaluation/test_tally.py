"""What is said of judgements, and what is not said of too few."""

from collections.abc import Iterable

import pytest

from listener.evaluation.tally import OTHERS, SLICES_MAX, Measures, Tally, chance_of
from listener.model import Tag


def tag(kind: str, label: str, score: float = 0.9, **chances: float) -> Tag:
    return Tag(kind, label, score, by="t/1", chances=tuple(chances.items()))


def measured(kind: str, judged: Iterable[tuple[str, Tag]]) -> Measures:
    """Of the true labels, and of what was judged."""
    tally = Tally()
    for true, one in judged:
        tally.add({kind: true}, [one], {})
    return tally.measures()[kind]["", ""]


def test_what_is_right_and_what_was_taken_for_what() -> None:
    found = measured(
        "sentiment",
        [("negative", tag("sentiment", "negative"))] * 30
        + [("positive", tag("sentiment", "negative"))] * 10,
    )
    assert (found.n, found.accuracy) == (40, 0.75)
    assert found.macro_f1 == pytest.approx((60 / 70 + 0) / 2)
    assert found.accuracy_between
    low, high = found.accuracy_between
    assert 0.5 < low < 0.75 < high < 0.95
    assert found.confusion == {("negative", "negative"): 30, ("positive", "negative"): 10}
    assert (found.auc, found.recall, found.called) == (None, None, None)


def test_of_too_few_nothing_is_said() -> None:
    found = measured("spam", [("yes", tag("spam", "yes"))] * 19)
    assert found == Measures(19, confusion={("yes", "yes"): 19})


def test_a_calibration_needs_more() -> None:
    right, wrong = ("no", tag("spam", "no", 0.8)), ("yes", tag("spam", "no", 0.8))
    assert measured("spam", [right] * 99).calibration_error is None
    found = measured("spam", [right] * 80 + [wrong] * 20)
    assert found.calibration_error == pytest.approx(0)


def test_of_many_no_interval_is_needed() -> None:
    found = measured("sentiment", [("mixed", tag("sentiment", "mixed"))] * 1000)
    assert (found.accuracy, found.accuracy_between, found.macro_f1_between) == (1, None, None)


def test_urgency_is_told_from_the_rest() -> None:
    urgent = [("high", tag("urgency", "medium", high=0.4, medium=0.6))] * 10
    calm = [("low", tag("urgency", "low", high=0.1, low=0.9))] * 10
    between = [("medium", tag("urgency", "medium", high=0.4, medium=0.6))] * 5
    found = measured("urgency", urgent + calm + between)
    assert found.auc == pytest.approx((10 * 10 + 10 * 5 / 2) / (10 * 15))
    assert found.recall == 1
    assert found.called == 0


def test_ordinary_posts_that_are_called_spam() -> None:
    found = measured(
        "spam",
        [("no", tag("spam", "no"))] * 19
        + [("no", tag("spam", "yes"))]
        + [("yes", tag("spam", "yes"))] * 9,
    )
    assert found.called == pytest.approx(0.05)
    assert found.auc is None  # nine are too few to rank


def test_complaints_are_told_from_the_rest() -> None:
    found = measured(
        "intent",
        [("complaint", tag("intent", "other", complaint=0.3, other=0.7))] * 10
        + [("praise", tag("intent", "praise", complaint=0.1, praise=0.9))] * 10,
    )
    assert (found.auc, found.accuracy) == (1, 0.5)


def test_an_order_needs_chances() -> None:
    told = [("high", tag("urgency", "high"))] * 10
    untold = [("low", tag("urgency", "low"))] * 10
    assert measured("urgency", told + untold).auc is None
    assert (
        measured("spam", [("yes", tag("spam", "yes"))] * 10 + [("no", tag("spam", "no"))] * 10).auc
        == 1
    )


def test_what_a_judge_failed_on_is_wrong_and_has_no_place_in_an_order() -> None:
    ranked = [("yes", tag("spam", "yes"))] * 10 + [("no", tag("spam", "no"))] * 10
    found = measured("spam", [*ranked, ("no", tag("spam", "error", 0.0))])
    assert (found.auc, found.accuracy) == (1, pytest.approx(20 / 21))


@pytest.mark.parametrize(
    ("judged", "chance"),
    [
        (tag("spam", "no", 0.9), pytest.approx(0.1)),
        (tag("spam", "yes", 0.9), 0.9),
        (tag("spam", "no", 0.9, no=0.8, yes=0.2), 0.2),
        (tag("spam", "no", 0.9, no=1.0), 0),
    ],
)
def test_the_chance_of_spam(judged: Tag, chance: float) -> None:
    assert chance_of("yes", judged) == chance


def test_slices_are_measured_apart() -> None:
    tally = Tally()
    for number in range(60):
        spoken = "fi" if number % 3 else "pl"
        right = tag("sentiment", "mixed" if number % 3 else "neutral")
        tally.add({"sentiment": "mixed"}, [right], {"language": spoken, "site": "x"})
    found = tally.measures()["sentiment"]
    assert [(which, one.n, one.accuracy) for which, one in found.items()] == [
        (("", ""), 60, pytest.approx(2 / 3)),
        (("language", "fi"), 40, 1),
        (("language", "pl"), 20, 0),
        (("site", "x"), 60, pytest.approx(2 / 3)),
    ]
    assert tally.judges == {"sentiment": {"t/1"}}


def test_of_very_many_slices_the_last_are_one() -> None:
    tally = Tally()
    for number in range(SLICES_MAX + 30):
        for _ in range(2):
            tally.add({"spam": "no"}, [tag("spam", "no")], {"brand": f"brand{number}"})
    found = tally.measures()["spam"]
    assert len(found) == SLICES_MAX + 2
    assert found["brand", OTHERS].n == 60
    assert sum(one.n for (dimension, _), one in found.items() if dimension) == found["", ""].n


def test_what_nobody_judges_is_counted() -> None:
    tally = Tally()
    tally.add({"topic": "bags", "spam": "no"}, [tag("spam", "no")], {})
    assert (dict(tally.unjudged), list(tally.measures())) == ({"topic": 1}, ["spam"])
