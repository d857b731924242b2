import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listener.stories import Stories

START = datetime(2026, 11, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
STRIKE = "Strike cancels a hundred flights at Helsinki airport on Thursday says the union"
LUGGAGE = "Nobody has seen the blue suitcases of forty passengers since they left the belt"


def told(*texts: str, **limits) -> list[str]:
    stories = Stories(**limits)
    return [stories.add(str(n), text, "", START + n * HOUR) for n, text in enumerate(texts)]


def distinct(number: int) -> str:
    chance = random.Random(number)
    return " ".join("".join(chance.choices("abcdefghij", k=6)) for _ in range(12))


def test_a_story_has_the_key_of_its_first_post() -> None:
    assert told(STRIKE, LUGGAGE, f"RT @a: {STRIKE}", LUGGAGE.upper()) == ["0", "1", "0", "1"]


def test_copies_are_compared_with_the_first_and_do_not_drift() -> None:
    words = STRIKE.split()
    steps = [" ".join(words[n:] + LUGGAGE.split()[:n]) for n in range(len(words) + 1)]
    stories = told(*steps)
    assert stories[0] == stories[1] == "0"
    assert stories[-1] != "0"


def test_short_texts_are_stories_of_their_own() -> None:
    assert told("thanks!", "thanks!", "+1", "+1", "kiitos", "kiitos") == list("012345")


def test_short_texts_that_mean_something_must_be_equal() -> None:
    text = "Finnair cancels its flights"
    assert told(text, text + "!! https://t.example/1", text + " again") == ["0", "0", "2"]


def test_a_story_ends_when_the_window_has_passed_since_its_last_copy() -> None:
    stories = Stories(window_hours=24)
    for hours, story in ((0, "0"), (20, "0"), (44, "0"), (69, "69"), (70, "69")):
        assert stories.add(str(hours), STRIKE, "", START + hours * HOUR) == story


def test_what_left_the_window_leaves_the_memory() -> None:
    stories = Stories(window_hours=1)
    for number in range(100):
        stories.add(str(number), distinct(number), "", START)
    assert len(stories) == 100
    for _ in range(50):
        stories.add("late", "thanks!", "", START + 2 * HOUR)
    assert len(stories) == 0
    assert stories.count("0") == 0


def test_a_story_told_again_is_remembered_longer_than_what_nobody_repeats() -> None:
    stories = Stories(posts_max=50)
    stories.add("strike", STRIKE, "", START)
    stories.add("luggage", LUGGAGE, "", START)
    for number in range(400):
        stories.add(str(number), distinct(number), "", START)
        if number % 20 == 0:
            assert stories.add(f"copy {number}", STRIKE, "", START) == "strike"
        assert len(stories) <= 50
    assert stories.count("strike") == 21
    assert stories.add("late", LUGGAGE, "", START) == "late"


def test_counts_are_of_posts_so_far() -> None:
    stories = Stories()
    for number in range(3):
        stories.add(str(number), STRIKE, "", START)
    assert (stories.count("0"), stories.count("1"), len(stories)) == (3, 0, 1)


def test_the_first_post_added_again_stays_what_it_is() -> None:
    stories = Stories()
    stories.add("0", STRIKE, "", START)
    assert stories.add("0", LUGGAGE, "", START) == "0"
    assert stories.count("0") == 1
    assert stories.add("1", LUGGAGE, "", START) == "1"


def test_a_post_added_again_after_its_story_ended_begins_anew() -> None:
    stories = Stories(window_hours=1, posts_max=3)
    for day in range(5):
        for key in "abc":
            assert stories.add(key, distinct(ord(key)), "", START + 24 * day * HOUR) == key
        assert len(stories) <= 3
    assert stories.add("d", distinct(ord("c")), "", START + 96 * HOUR) == "c"


def test_a_repost_without_words_follows_what_its_site_says() -> None:
    stories = Stories()
    stories.add("x:1", STRIKE, "", START)
    assert stories.add("x:2", "", "", START, repost_of="x:1") == "x:1"
    assert stories.add("x:3", "so sad!", "", START, repost_of="x:1") == "x:1"
    assert stories.add("x:4", "", "", START, repost_of="x:unseen") == "x:unseen"
    assert stories.add("x:5", LUGGAGE, "", START, repost_of="x:1") == "x:5"
    assert stories.count("x:1") == 3


def test_a_story_that_began_with_a_cut_text_is_known_by_its_whole_text() -> None:
    whole = f"{STRIKE}. {LUGGAGE}. {distinct(1)}"
    other_lead = f"We hear from the north today: {LUGGAGE}. {distinct(1)}"
    assert told(whole[:70] + "…", whole, whole.replace("Strike cancels a", "No")) == list("000")
    assert told(whole[:70] + "…", other_lead) == list("01")


def test_titles_are_no_text() -> None:
    stories = Stories()
    title = "Re: what do you all think about the strike at the airport on Thursday"
    for key, text in (("1", STRIKE), ("2", LUGGAGE)):
        assert stories.add(key, text, title, START) == key


def test_times_in_disorder_do_no_harm() -> None:
    stories = Stories(window_hours=24)
    assert stories.add("1", STRIKE, "", START) == "1"
    assert stories.add("2", STRIKE, "", START + timedelta(days=3000)) == "2"
    assert stories.add("3", LUGGAGE, "", START) == "3"
    assert stories.add("4", LUGGAGE, "", START - 3 * HOUR) == "3"
    assert stories.add("5", LUGGAGE, "", START - 300 * HOUR) == "5"


@pytest.mark.parametrize("limits", [{"window_hours": 0}, {"window_hours": -1}, {"posts_max": 0}])
def test_limits_must_be_positive(limits: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="window_hours above 0"):
        Stories(**limits)


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match=r"post 'x:1' has no time zone"):
        Stories().add("x:1", STRIKE, "", datetime(2026, 1, 1))  # noqa: DTZ001


PIECES = [*STRIKE.split(), *LUGGAGE.split()[:4], "…", "RT @a:", "12 likes", "“", "”", "木", "\n"]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=20).map(" ".join) | st.text(max_size=40)
POSTS = st.lists(st.tuples(TEXTS, TEXTS, st.integers(0, 200), st.integers(0, 9)), max_size=25)


@settings(max_examples=50)
@given(POSTS, st.integers(1, 6))
def test_any_sequence_is_told_the_same_twice_and_within_bounds(posts, posts_max) -> None:
    runs = []
    for _ in range(2):
        stories = Stories(window_hours=48, posts_max=posts_max)
        run = []
        for number, (text, title, hours, of) in enumerate(posts):
            repost_of = str(of) if of < number else ""
            at = START + hours * HOUR
            run.append(stories.add(str(number), text, title, at, repost_of))
            assert int(run[-1]) <= number
            assert len(stories) <= posts_max
        runs.append(run)
    assert runs[0] == runs[1]
