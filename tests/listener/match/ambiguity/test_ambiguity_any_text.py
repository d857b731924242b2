"""Whatever is asked, the answer is one: hostile texts, places and marks."""

import time
from math import isfinite

from hypothesis import given, settings
from hypothesis import strategies as st

from listener.match.ambiguity import Context, Judge, Mark, Verdict, fit
from listener.match.ambiguity.tongue import tongue
from tests.listener.match.ambiguity.ambiguous_posts import profile

SPAN = st.tuples(st.integers(-5, 60), st.integers(-5, 60))
CONTEXTS = st.builds(
    Context,
    text=st.text(max_size=80) | st.text("aA .-:'@#$1Äé\u0301\n", max_size=80),
    title=st.text(max_size=30),
    spans=st.lists(SPAN, max_size=4).map(tuple),
    kinds=st.lists(
        st.sampled_from(["name", "product", "handle", "reply", "hashtag", "odd"]), max_size=5
    ).map(tuple),
    author=st.text(max_size=5),
    language=st.sampled_from(["", "fi", "en-GB", "?"]),
    thread_about=st.none() | st.booleans(),
    author_about=st.integers(-3, 10**12),
    author_not=st.integers(-3, 10**12),
)
PRIOR = fit(profile("apple"))


def assert_sound(verdict: Verdict, judge: Judge) -> None:
    low, high = judge.band
    assert 0.0 <= verdict.score <= 1.0
    expected = "no" if verdict.score < low else "review" if verdict.score < high else "yes"
    assert verdict.verdict == expected
    assert len(verdict.shares) <= 8
    assert all(told and isfinite(share) for told, share in verdict.shares)


@given(CONTEXTS)
@settings(max_examples=150, deadline=None)
def test_any_context_gets_a_sound_verdict(context):
    assert_sound(PRIOR.judge(context), PRIOR)
    assert PRIOR.judge(context) == PRIOR.judge(context)


@given(st.lists(st.builds(Mark, CONTEXTS, st.booleans()), max_size=12), CONTEXTS)
@settings(max_examples=20, deadline=None)
def test_any_marks_give_a_sound_judge(marks, context):
    judge = fit(profile("apple"), marks)
    assert all(isfinite(weight) for weight in judge.weights.values())
    assert_sound(judge.judge(context), judge)


def seconds(text: str, spans: tuple[tuple[int, int], ...]) -> float:
    began = time.process_time()
    PRIOR.judge(Context(text, title=text[:100_000], spans=spans))
    return time.process_time() - began


def test_a_huge_text_is_judged_in_no_time():
    for text in ("a" * 2_000_000, "a b " * 500_000, "-:'" * 700_000, "é\u0301" * 1_000_000):
        assert seconds(text, ((0, len(text)), (500_000, 500_005), (1_999_000, 1_999_005))) < 0.5


def test_only_the_window_around_the_name_counts():
    near = "my sister likes [" + "x " * 500
    far = "x " * 500 + "Apple" + " x" * 500 + " sister mother wedding"
    start = far.index("Apple")
    verdict = PRIOR.judge(Context(far, spans=((start, start + 5),)))
    assert not any("sister" in told for told, _ in verdict.shares)
    assert PRIOR.judge(Context(near)).shares


def test_the_language_is_guessed_or_left_open():
    assert tongue(["missä", "se", "on", "ja", "mitä", "se", "on"]) == "fi"
    assert tongue(["nie", "wiem", "czy", "to", "jest"]) == "pl"
    assert tongue(["the", "end", "of", "the", "world"]) == "en"
    assert tongue(["これは", "テスト"]) == "ja"
    assert not tongue(["nokia"])
    assert not tongue([])
