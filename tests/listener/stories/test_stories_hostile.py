import random
import time
import tracemalloc
from datetime import UTC, datetime

from benchmarks.stories_edits import by_stories, measured
from benchmarks.stories_set import Maker
from listener.stories import Stories
from listener.stories.index import Index

START = datetime(2026, 11, 1, tzinfo=UTC)
MINE = "my grandmother waited nine hours on a plastic chair and the only answer was a paper voucher"
FORM = (
    "I have been waiting for the refund of flight {} to {} for {} weeks and nobody answers the "
    "phone or the mail so shame on all of you there"
)


def words(chance: random.Random, count: int) -> list[str]:
    return ["".join(chance.choices("abcdefghijklmnop", k=5)) for _ in range(count)]


def test_a_flood_of_one_text_is_one_story_in_constant_memory() -> None:
    stories = Stories(posts_max=1_000)
    stories.add("first", MINE, "", START)
    tracemalloc.start()
    for number in range(500):
        assert stories.add(str(number), MINE, "", START) == "first"
    grown, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert grown < 50_000  # remembering them all would take 250,000 bytes
    assert stories.count("first") == 501


def test_a_template_filled_a_hundred_times_swallows_nobody() -> None:
    stories = Stories()
    began = time.process_time()
    for number in range(300):
        text = FORM.format(f"AY{number}", f"City{number % 97}", number % 12)
        assert stories.add(str(number), text, "", START) == str(number)
    assert time.process_time() - began < 6  # some 0.1 s
    assert stories.add("mine", MINE, "", START) == "mine"


def test_a_template_filled_often_does_not_hide_a_story() -> None:
    stories = Stories()
    stories.add("mine", MINE, "", START)
    for number in range(300):
        stories.add(str(number), FORM.format(f"AY{number}", "Oslo", number % 12), "", START)
    assert stories.add("copy", f"RT @me: {MINE}", "", START) == "mine"
    exact = FORM.format("AY7", "Oslo", 7)
    assert stories.add("exact", exact.upper(), "", START) == "7"


def test_a_text_that_contains_ten_others_takes_none_of_them() -> None:
    chance = random.Random(3)
    texts = [" ".join(words(chance, 20)) for _ in range(10)]
    collage = " / ".join(texts)
    stories = Stories()
    stories.add("collage", collage, "", START)
    for number, text in enumerate(texts):
        assert stories.add(str(number), text, "", START) == str(number)
    assert stories.add("later", " – ".join(texts[::-1]), "", START) == "later"
    assert stories.add("again", collage, "", START) == "collage"


def test_own_words_around_a_line_are_not_the_story_of_the_line() -> None:
    stories = Stories()
    stories.add("line", "Strike cancels a hundred flights at Helsinki airport", "", START)
    own = f'"Strike cancels a hundred flights at Helsinki airport" and {MINE}'
    assert stories.add("own", own, "", START) == "own"


def test_texts_made_to_share_every_key_cost_a_bounded_time() -> None:
    chance = random.Random(5)
    common = words(chance, 192)
    stories = Stories()
    began = time.process_time()
    for number in range(60):
        text = list(common)
        text[number % 8 :: 8] = words(chance, 24)
        stories.add(str(number), " ".join(text), "", START)
    assert time.process_time() - began < 6  # some 0.3 s


def test_remembering_takes_no_more_memory_than_its_limit() -> None:
    chance = random.Random(7)
    vocabulary = words(chance, 300)  # few, so that the cache of words is full at once
    stories = Stories(posts_max=100)
    sizes = []
    tracemalloc.start()
    for number in range(600):
        stories.add(f"x:{number}", " ".join(chance.choices(vocabulary, k=25)), "", START)
        if number % 200 == 199:
            sizes.append(tracemalloc.get_traced_memory()[0])
    tracemalloc.stop()
    assert len(stories) == 100
    assert sizes[2] - sizes[1] < 20_000  # 200 stories more would take 100,000 bytes


def test_the_index_forgets_what_came_first_and_never_grows() -> None:
    index = Index(10)
    for place in range(6):
        index.put([7, 7 + (1 << 40)], place)
    assert set(index.candidates([7])) == {4, 5}  # the row of four, shared by two keys
    assert index.candidates([7 + (1 << 41), 8]) == []


def test_the_index_ranks_by_how_many_keys_agree() -> None:
    index = Index(100)
    keys = [(number << 33) + 4 * number for number in range(1, 9)]
    index.put(keys[:6], 1)
    index.put(keys[5:], 2)
    assert index.candidates(keys) == [1, 2]
    assert index.candidates(keys[6:]) == [2]


def test_the_labelled_edits_are_told_apart() -> None:
    posts = Maker(11).posts(100)
    precision, recall = measured(posts, by_stories(posts))
    assert precision >= 0.98
    assert recall >= 0.95
