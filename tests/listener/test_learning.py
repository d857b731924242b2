"""What is held out, what a lesson brings, and when it is not taken up."""

import json
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.learning import (
    Scores,
    Trial,
    authors,
    batches,
    folds,
    general,
    held_out,
    objection,
    quotes,
)
from listener.model import Author
from listener.ports import Corrected
from listener.testing import a_mention, a_post
from listener.testing.fakes import FakeTeachable

WORDS = ("gulps", "sparkles", "exists")
LABELS = ("negative", "positive", "neutral")
JUDGE = FakeTeachable("sentiment", lambda mention: "neutral")


def example(
    number: int, author: str = "", text: str = "", label: str = "", **fields: object
) -> Corrected:
    """Of every three one is bad, one good, one dull; each by somebody else."""
    author = author or f"author{number}"
    text = text or f"norvia {WORDS[number % 3]} n{number}"
    post = a_post(str(number), text, author=Author(author), **fields)
    return Corrected(a_mention(post=post), label or LABELS[number % 3])


THIRTY = [example(number) for number in range(30)]


@given(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 12)), max_size=60))
def test_nobody_and_no_words_are_on_two_sides(written: list[tuple[int, int]]) -> None:
    examples = [
        example(at, f"author{author}", f"words {words}")
        for at, (author, words) in enumerate(written)
    ]
    parts = folds(examples)
    assert sorted(at for part in parts for at in part) == list(range(len(examples)))
    assert all(parts)
    for name in (
        lambda one: one.mention.post.author.handle,
        lambda one: one.mention.post.text,
    ):
        places = {(name(examples[at]), place) for place, part in enumerate(parts) for at in part}
        assert max(Counter(of for of, _ in places).values(), default=1) == 1


def test_parts_are_of_about_one_size_and_always_the_same() -> None:
    parts = folds(THIRTY)
    assert [len(part) for part in parts] == [6] * 5
    assert parts == folds(list(THIRTY))


def test_words_are_the_same_however_they_are_spaced_and_cased() -> None:
    examples = [example(1, text="Norvia  gulps"), example(2, text="norvia gulps\n")]
    assert len(folds(examples)) == 1


def test_one_account_under_two_handles_is_one_author() -> None:
    examples = [
        Corrected(a_mention(post=a_post(str(at), f"w{at}", author=Author(name, id="7"))), "mixed")
        for at, name in enumerate(("anna", "anni"))
    ]
    assert authors(examples) == len(folds(examples)) == 1


def test_posts_by_nobody_are_by_different_people() -> None:
    examples = [
        Corrected(a_mention(post=a_post(str(at), f"words {at}", author=Author())), "mixed")
        for at in range(4)
    ]
    assert authors(examples) == len(folds(examples)) == 4


def test_what_is_learned_shows_on_what_was_held_out() -> None:
    trial = held_out(JUDGE, THIRTY)
    assert trial
    assert trial.before.accuracy == pytest.approx(1 / 3)
    assert trial.before.macro_f1 == pytest.approx(1 / 6)
    assert trial.after == Scores(1.0, 1.0)


def test_how_much_of_a_gain_is_chance_is_told() -> None:
    trial = held_out(JUDGE, THIRTY)
    assert trial
    assert trial.gain_between
    low, high = trial.gain_between
    assert 0.7 < low < 5 / 6 < high < 1
    many = [example(number) for number in range(2001)]
    sure = held_out(JUDGE, many)
    assert sure
    assert sure.gain_between is None


def test_what_is_learned_by_heart_does_not() -> None:
    by_heart = [example(number, text=f"n{number}") for number in range(30)]
    trial = held_out(JUDGE, by_heart)
    assert trial
    assert trial.after == trial.before


def test_of_one_author_nothing_can_be_held_out() -> None:
    assert held_out(JUDGE, [example(number, "anna") for number in range(30)]) is None
    assert held_out(JUDGE, []) is None


def test_the_folds_can_be_watched() -> None:
    seen: list[int] = []
    held_out(JUDGE, THIRTY, lambda parts: (seen.append(len(part)) or part for part in parts))
    assert seen == [6] * 5


def test_a_general_test_before_and_after() -> None:
    taught = JUDGE.taught(JUDGE.refit(THIRTY), 1)
    trial = general(JUDGE, taught, iter(THIRTY))
    assert trial
    assert (trial.before.accuracy, trial.after.accuracy) == (pytest.approx(1 / 3), 1)
    assert general(JUDGE, taught, []) is None


def test_examples_come_some_at_a_time() -> None:
    assert [len(some) for some in batches(THIRTY * 5)] == [64, 64, 22]


def scores(before: float, after: float) -> Trial:
    return Trial(Scores(before, 0.5), Scores(after, 0.5))


@pytest.mark.parametrize(
    ("trial", "on_general", "against"),
    [
        (scores(0.5, 0.6), None, ""),
        (scores(0.5, 0.6), scores(0.8, 0.8), ""),
        (
            scores(0.5, 0.5),
            scores(0.8, 0.9),
            "corrections that were held out would be judged no better than before",
        ),
        (scores(0.5, 0.6), scores(0.8, 0.7901), ""),
        (scores(0.5, 0.6), scores(0.8, 0.785), "the general test would fall by 1.5 points"),
        (
            scores(0.5, 0.4999),
            None,
            "corrections that were held out would be judged worse than before",
        ),
        (
            None,
            scores(0.8, 0.9),
            "all of it is by one author, so that nothing can be held out to see what it brings",
        ),
    ],
)
def test_what_speaks_against_a_lesson(
    trial: Trial | None, on_general: Trial | None, against: str
) -> None:
    assert objection(trial, on_general) == against


def test_a_lesson_that_holds_somebodys_words_is_told() -> None:
    said = [example(1, text='Norvia "gulps" my money')]
    assert not quotes(JUDGE.refit(said), said)
    assert quotes(f"weights of {said[0].mention.post.text}", said)
    assert quotes(json.dumps({said[0].mention.post.text: 1}), said)
    short = [replace(said[0], mention=a_mention(post=a_post(text="norvia")))]
    assert not quotes("norvia", short)
