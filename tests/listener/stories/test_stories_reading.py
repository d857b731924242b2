import time

import pytest

from listener.stories.reading import CHARS_MAX, words_of
from listener.stories.sketch import WORDS_MAX, Sketch, keys_of, sketch_of

TEXT = "Strike cancels many flights at Helsinki airport"
WORDS = ["strike", "cancels", "many", "flights", "at", "Helsinki", "airport"]


@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        f"RT @someone: {TEXT}",
        f"RT @one: RT @other: {TEXT}!!!",
        f"so sad RT @someone: {TEXT}",
        f"{TEXT} via @someone",
        f"{TEXT} (via @some.one)",
        f"{TEXT} @someone kautta",
        f"{TEXT} https://example.org/a?b=c#d",
        f"HTTPS://EXAMPLE.ORG/A {TEXT} www.example.org",
        f"{TEXT} t.example/ab pic.twitter.com/xy",
        f"😡 {TEXT} 👎🏽",
        f"{TEXT} 12 likes",
        f"{TEXT} | 1.2k likes, 3 comments",
        f"{TEXT} ❤️ 1 204 🔁 3",
        f"{TEXT} · Likes: 12",
        f"{TEXT} 15 tykkäystä 2 jakoa",
        f"{TEXT} 22 polubienia",
        f"uskomatonta: “{TEXT}”",
        f'no niin "{TEXT}" ja näin',
        f"{TEXT} …",
        f"{TEXT} [...] https://t.example/1",
    ],
)
def test_what_copying_adds_is_not_read(text: str) -> None:
    assert words_of(text)[0] == WORDS


def test_a_comment_longer_than_what_it_quotes_is_a_post_of_its_own() -> None:
    own = "I was on one of those and nobody told us anything before midnight so we slept there"
    words, _ = words_of(f"{own} RT @someone: {TEXT}")
    assert words[0] == "i"
    assert words[-1] == "airport"


def test_a_capital_at_the_start_of_a_sentence_names_nothing() -> None:
    words, _ = words_of('Late again. Nobody in Oslo says "Sorry" here. Why?')
    assert words == ["late", "again", "nobody", "in", "Oslo", "says", "sorry", "here", "why"]


def test_words_written_otherwise_are_the_same_words() -> None:
    one = sketch_of("Finnair peruutti lentoni Żabkaan eikä kukaan vastaa puhelimeen")
    other = sketch_of(
        "FINN\u00adAIR peruutti, lentoni Z\u0307abkaan; eikä kukaan vastaa puhelimeen!"
    )
    assert one.words == other.words


@pytest.mark.parametrize("text", ["before … after", "what... ever"])
def test_an_ellipsis_within_a_text_cuts_nothing(text: str) -> None:
    assert words_of(text)[1] is False


@pytest.mark.parametrize(
    ("text", "means_something"),
    [
        ("", False),
        ("😡 😡 😡 !!! …", False),
        ("+1", False),
        ("thanks!", False),
        ("kiitos", False),
        ("thank you so much", False),
        ("no no no no no no no no no no no no", False),
        ("a" * 5_000, False),
        ("Kiitos kiitos paljon Paljon kaikille teille", True),
        ("Kiitos kiitos paljon Paljon kiitoksia Kiitoksia", False),
        ("https://example.org/a/long/address/of/many/words", False),
        ("Finnair strike continues tomorrow", True),
        ("木曜日にヘルシンキ空港", True),
    ],
)
def test_short_texts_mean_too_little_to_be_compared(text: str, means_something: bool) -> None:
    assert bool(sketch_of(text).words) is means_something


def test_a_title_counts_only_where_the_text_is_too_short() -> None:
    body = "the union says that nobody will work on Thursday at all"
    assert sketch_of(body, "Strike") == sketch_of(body, "Walkout") == sketch_of(body)
    assert sketch_of("today", "Strike cancels many flights") == sketch_of(
        "Strike cancels many flights: today"
    )


def test_numbers_and_names_are_marked() -> None:
    assert sketch_of("my flight AY123 to Oslo was 3 hours late").particulars == 0b1010100
    shouted = sketch_of("MY FLIGHT AY123 TO OSLO WAS 3 HOURS LATE")
    assert shouted.particulars == 0b1000100  # where all is in capitals they name nothing


def test_a_sketch_is_small_whatever_the_text_is() -> None:
    text = " ".join(f"word{number}" for number in range(200_000))
    sketch = sketch_of(text)
    assert len(sketch.words) == 4 * WORDS_MAX
    assert 150_000 < sketch.length < 300_000  # estimated from the beginning
    assert len(keys_of(sketch)) == 15
    assert keys_of(Sketch()) == []


def test_the_keys_never_change() -> None:
    # Fixed numbers: stories found today must be found by the next version and on any machine.
    keys = keys_of(sketch_of("Strike cancels many flights at Helsinki airport on Thursday"))
    assert [f"{key:016x}" for key in keys[:3]] == KEYS


KEYS = ["5c2174294ff9ccf4", "0bc9a49559819406", "0343cc37ff51d1f8"]


@pytest.mark.parametrize(
    "piece",
    [
        *(
            "a",
            " ",
            "@",
            "@a",
            "RT @a",
            "RT:",
            '"',
            '"a',
            "“",
            "„a",
            "«",
            "/",
            ".",
            "…",
            "a.",
            "a/",
        ),
        *(
            "www.",
            "http://",
            "a.b-c/",
            "via @",
            "1",
            "1 ",
            "1,",
            "1 likes, ",
            "likes 1 ",
            "❤",
            "❤1",
        ),
        *("1k", "likes", "\u0301", "a\u0301", "\u200b", "ﷺ", "木", "ß", "\n", "A. ", "(", "[…]"),
        *("\ud800", "\0", "0\ufe0f"),
    ],
)
@pytest.mark.parametrize("end", ["", "x", "1 likes"])
def test_no_text_takes_long_to_read(piece: str, end: str) -> None:
    text = (piece * CHARS_MAX)[: CHARS_MAX - len(end)] + end
    began = time.process_time()
    sketch_of(text, text)
    assert time.process_time() - began < 2  # some 1 ms; what backtracks takes minutes


def test_only_the_beginning_of_a_huge_text_is_read() -> None:
    began = time.process_time()
    for text in (" " * 16_000_000, "a" * 16_000_000, "word " * 3_000_000):
        assert not sketch_of(text, text).words
    assert time.process_time() - began < 5
