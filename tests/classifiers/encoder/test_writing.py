"""What the encoder is given to read."""

from dataclasses import replace

import pytest

from classifiers.encoder.writing import OTHER, PARENT_CHARS_MAX, written
from classifiers.lexicon.seen import said
from classifiers.lexicon.tokens import BRAND
from classifiers.transformers_parts.texts import Text
from listener.model import Evidence, Mention, Post


def mention(text: str, ours: str = "", theirs: str = "", parent: str = "") -> Mention:
    return Mention(
        Post(site="x", native_id="1", text=text),
        "norvia",
        evidence=tuple(spans(text, ours)),
        others=tuple(spans(text, theirs)),
        parent_text=parent,
    )


def spans(text: str, name: str) -> list[Evidence]:
    start = text.index(name)
    return [Evidence("name", name, start, start + len(name))] if name else []


def read(one: Mention, language: str = "en") -> Text:
    return written(said(one, language))


def test_the_brand_and_others_are_signs() -> None:
    text = read(mention("Norvia beats Kestra", "Norvia", "Kestra"))
    assert text.text.split() == [BRAND, "beats", OTHER]
    assert text.place == text.text.index(BRAND)


def test_english_is_left_as_it_is_written() -> None:
    assert read(mention("Well, DELAYED again... sooo good!")).text == (
        "Well , DELAYED again ... sooo good !"
    )


@pytest.mark.parametrize(
    ("text", "reads"),
    [
        ("see https://shop.example/a?b=c", "see http"),
        ("@someone help", "@user help"),
        ("thanks 😡", "thanks pouting face"),
        ("fine :-)", "fine :-)"),
        (f"a {OTHER} b {BRAND}", "a  b"),
    ],
)
def test_what_the_encoder_has_no_word_for_is_put_into_words(text: str, reads: str) -> None:
    assert read(mention(text)).text.strip() == reads


def test_other_languages_are_read_in_english() -> None:
    assert read(mention("Norvian lento oli taas myöhässä", "Norvian"), "fi").text == (
        f"{BRAND} flight was again late"
    )


def test_what_is_replied_to_stands_beside_and_is_cut() -> None:
    one = mention("same here", parent="it broke " * 200)
    assert read(one).beside.startswith("it broke it broke")
    assert len(read(one).beside) == PARENT_CHARS_MAX
    assert read(replace(one, parent_text="")).beside == ""
