"""What is read of a mention: around the brand, with what is replaced, beside its name."""

import pytest

from classifiers.transformers_parts.texts import CHARS_MAX, Text, Writing
from listener.model import Evidence, Mention
from listener.testing import a_mention, a_post


def naming(text: str, name: str = "Norvia", title: str = "", **fields: str) -> Mention:
    start = text.index(name)
    evidence = (Evidence("name", name, start, start + len(name), **fields),)
    return a_mention(post=a_post(text=text, title=title), evidence=evidence)


def test_title_and_text_with_the_brands_place() -> None:
    found = Writing().of(naming("I like Norvia", title="Hello"))
    assert found == Text("Hello\nI like Norvia", 13)
    assert found.text[found.place :] == "Norvia"


def test_a_brand_in_the_title() -> None:
    post = a_post(text="lost my bag", title="On Norvia")
    evidence = (Evidence("name", "Norvia", 3, 9, field="title"),)
    assert Writing().of(a_mention(post=post, evidence=evidence)) == Text(
        "On Norvia\nlost my bag", 3
    )


def test_of_a_long_text_what_is_around_the_brand() -> None:
    text = "x " * 50_000 + "Norvia" + " y" * 50_000
    found = Writing().of(naming(text))
    assert len(found.text) == CHARS_MAX
    assert found.text[found.place :].startswith("Norvia")
    assert CHARS_MAX * 0.4 < found.place < CHARS_MAX * 0.6


def test_handles_and_links_as_the_model_knows_them() -> None:
    text = "@anna.b and a@mail.example: see https://norvia.example/a?b=c, Norvia!"
    found = Writing(handles_as="@user", links_as="http").of(naming(text))
    assert found.text == "@user and a@mail.example: see http Norvia!"
    assert found.text[found.place :] == "Norvia!"
    assert Writing().of(naming(text)).text == text


def test_what_is_put_in_is_no_pattern() -> None:
    assert Writing(handles_as=r"\1").of(naming("@a Norvia")).text == r"\1 Norvia"


@pytest.mark.parametrize(
    ("mention", "beside"),
    [
        (naming("Norviassa oli kivaa", "Norviassa", base="Norvia"), "Norvia"),
        (naming("Norviassa oli kivaa", "Norviassa"), "Norviassa"),
        (Mention(a_post(), "norvia"), "norvia"),
        (
            Mention(a_post(), "norvia", evidence=(Evidence("handle", "@norvia", 0, 7),)),
            "@norvia",
        ),
    ],
)
def test_the_brands_name_beside_it(mention: Mention, beside: str) -> None:
    assert Writing(pair=True).of(mention).beside == beside
    assert not Writing().of(mention).beside


def test_a_link_is_no_place() -> None:
    evidence = (Evidence("link", "norvia.example", 0, 0, field="link"),)
    assert Writing().of(a_mention(post=a_post(text="see this"), evidence=evidence)).place == 0


def test_poison_is_cleaned() -> None:
    assert Writing().of(a_mention(post=a_post(text="\ud800 \x00"))).text == "\ufffd \ufffd"
