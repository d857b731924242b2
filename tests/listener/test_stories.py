import random
import time
from datetime import UTC, datetime, timedelta

import pytest

from listener.digest.stories import Story, StoryFolder, reach_of
from listener.model import Author, Engagement, Mention, Post

START = datetime(2026, 11, 1, tzinfo=UTC)
STRIKE = "Strike cancels a hundred flights at Helsinki airport on Thursday says the union"


def mention(number: int, text: str, brand: str = "finnair", **fields) -> Mention:
    return Mention(Post("x", str(number), text, **fields), brand)


def folded(*mentions: Mention, count_max: int = 100) -> tuple[Story, ...]:
    folder = StoryFolder()
    for minute, one in enumerate(mentions):
        folder.add(one, START + timedelta(minutes=minute))
    return folder.stories(count_max)


def are_one(one: str, other: str) -> bool:
    return len(folded(mention(1, one), mention(2, other))) == 1


@pytest.mark.parametrize(
    "other",
    [
        STRIKE.upper() + "!!!",
        f"RT @someone: {STRIKE}",
        f"{STRIKE} https://example.org/a www.example.org @finnair",
        STRIKE.replace("hundred", "hundreds"),
        STRIKE.replace(" on Thursday", ""),
        "BREAKING " + STRIKE,
    ],
)
def test_what_says_the_same_is_one_story(other: str) -> None:
    assert are_one(STRIKE, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (STRIKE, "Strike at the harbour is over and all the ships leave tonight says a captain"),
        (STRIKE, "Great crew on my flight to Tokyo today, thank you so much for everything"),
        ("I love Finnair", "I loathe Finnair"),
        ("Finnair late", "Finnair late again"),
        ("Finnair late", "Finnair late"),
        ("😡", "😍"),
        ("", ""),
        ("https://example.org/1", "https://example.org/2"),
    ],
)
def test_what_says_something_else_is_another_story(one: str, other: str) -> None:
    assert not are_one(one, other)


def test_texts_without_spaces_are_compared_too() -> None:
    one = "木曜日にヘルシンキ空港で百便以上が欠航になると組合が発表した"
    assert are_one(one, one.replace("百便", "便") + "!")
    assert not are_one(one, "今日の東京行きの便の乗務員はとても親切でありがとうございました")


def test_a_story_tells_its_first_post_its_times_sites_brands_and_reach() -> None:
    strike = [
        Mention(
            Post("blog", "1", "all of Helsinki", "Strike hits", author=Author("a", followers=50)),
            "finnair",
        ),
        Mention(Post("x", "2", "Strike hits: all of Helsinki", url="https://x/2"), "sas"),
        Mention(
            Post("x", "3", "STRIKE HITS ALL OF HELSINKI!", engagement=Engagement(views=7)),
            "finnair",
        ),
    ]
    assert folded(*strike) == (
        Story(
            count=3,
            reach=57,
            first_at=START,
            last_at=START + timedelta(minutes=2),
            text="Strike hits: all of Helsinki",
            url="https://x/2",
            brands=("finnair", "sas"),
            sites=("blog", "x"),
        ),
    )


def test_reach_is_unknown_where_no_site_told_it() -> None:
    assert folded(mention(1, "one"))[0].reach is None
    assert reach_of(Post("x", "1", "", author=Author("a", followers=0))) == 0
    both = Post("x", "1", "", author=Author("a", followers=9), engagement=Engagement(views=5))
    assert reach_of(both) == 5


def test_a_post_that_mentions_two_brands_is_one_telling() -> None:
    (story,) = folded(mention(1, STRIKE), mention(1, STRIKE, brand="sas"))
    assert story.count == 1
    assert story.brands == ("finnair", "sas")


def test_the_loudest_come_first_and_few_are_told() -> None:
    names = ("strike", "refund", "luggage", "website", "merger")
    mentions = [
        mention(number, f"{names[number % 5]} news about Finnair today") for number in range(13)
    ]
    mentions.append(mention(99, "seen by all", engagement=Engagement(views=10**6)))
    stories = folded(*mentions)
    assert [story.count for story in stories] == [3, 3, 3, 2, 2, 1]
    assert folded(*mentions, count_max=2) == stories[:2]


def test_the_order_in_which_mentions_come_changes_nothing() -> None:
    chance = random.Random(7)
    words = ["".join(chance.choices("abcdefghij", k=6)) for _ in range(400)]
    bases = [chance.choices(words, k=58) for _ in range(20)]
    mentions = []
    for number in range(300):
        text = list(chance.choice(bases))
        text[chance.randrange(58)] = chance.choice(words)
        at = START + timedelta(minutes=chance.randrange(50))
        mentions.append((mention(number, " ".join(text)), at))
    results = []
    for _ in range(3):
        chance.shuffle(mentions)
        folder = StoryFolder()
        for one, at in mentions:
            folder.add(one, at)
        results.append(folder.stories(50))
    assert results[0] == results[1] == results[2]
    assert results[0][0].count >= 10
    assert sum(story.count for story in results[0]) <= 300


def test_texts_made_to_look_alike_cost_no_square() -> None:
    chance = random.Random(5)
    words = [f"w{number}" for number in range(2_000)]
    alike = "the flight is late again today and nobody says why"
    texts = [f"{alike} {' '.join(chance.choices(words, k=12))}" for _ in range(4_000)]
    began = time.process_time()
    stories = folded(*(mention(number, text) for number, text in enumerate(texts)), count_max=9_999)
    assert time.process_time() - began < 10  # some 0.8 s; comparing all with all takes minutes
    assert sum(story.count for story in stories) == 4_000


def test_a_huge_text_is_folded_by_its_beginning() -> None:
    began = time.process_time()
    assert are_one("a b c d e f g " * 300_000, "a b c d e f g " * 300_001)
    assert time.process_time() - began < 5
