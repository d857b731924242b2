"""Labelled lines become what the judges get in service."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.evaluation.lines import LabelledReader
from listener.model import Brand

OURS = Brand("finnair", names=("Finnair",), handles=("@finnair",))
READER = LabelledReader([OURS, Brand("elisa", names=("Elisa",))], "file")
LABELS = {"sentiment": "negative"}


def test_a_brand_of_the_configuration_is_found_as_ever() -> None:
    line = {"text": "Finnairilla taas myöhässä @finnair", "brand": "finnair", "labels": LABELS}
    (one,) = READER.read(line | {"language": "fi", "site": "x", "id": "7", "author": "@anna"})
    assert (one.mention.key, one.language, one.labels) == ("x:7#finnair", "fi", LABELS)
    assert one.mention.directness == "direct"
    assert {found.kind for found in one.mention.evidence} == {"name", "handle"}


def test_a_brand_may_be_called_by_its_name() -> None:
    (one,) = READER.read({"text": "Finnair!", "brand": "Finnair", "labels": LABELS})
    assert one.mention.brand == "finnair"


def test_a_brand_that_nobody_configured_is_found_by_its_name() -> None:
    (one,) = READER.read({"text": "oh, Norvian kone", "brand": "Norvia", "labels": LABELS})
    assert (one.mention.brand, one.mention.evidence[0].text) == ("Norvia", "Norvian")
    (tagged,) = READER.read({"text": "@HalfMoon", "brand": "Half Moon", "labels": LABELS})
    assert tagged.mention.directness == "direct"


def test_a_brand_that_is_not_named_is_judged_all_the_same() -> None:
    (one,) = READER.read(
        {"text": "late again", "brand": "Norvia", "labels": LABELS, "in_reply_to_text": "Norvia?"}
    )
    assert (one.mention.evidence, one.mention.parent_text) == ((), "Norvia?")


def test_several_brands_and_none() -> None:
    line = {
        "text": "Finnair beats Norvia",
        "brands": {"finnair": {"sentiment": "positive"}, "Norvia": LABELS | {"spam": "no"}},
    }
    first, second = READER.read(line)
    assert (first.mention.brand, first.labels) == ("finnair", {"sentiment": "positive"})
    assert (second.mention.brand, second.labels["spam"]) == ("Norvia", "no")
    (alone,) = READER.read({"text": "what a day", "labels": {"topic": "weather"}})
    assert (alone.mention.brand, alone.labels) == ("", {"topic": "weather"})


LABELS_SUCH = 'must be labels such as {"sentiment": "negative"}'
BRANDS_SUCH = '\'brands\' must be up to 20 such as {"Acme": {"spam": "no"}}'


@pytest.mark.parametrize(
    ("more", "fault"),
    [
        ({}, f"'labels' {LABELS_SUCH}"),
        ({"labels": {}}, f"'labels' {LABELS_SUCH}"),
        ({"labels": ["negative"]}, f"'labels' {LABELS_SUCH}"),
        (
            {"labels": {"sentiment": "negativ"}},
            "'labels': 'negativ' is no label of sentiment; did you mean 'negative'?",
        ),
        ({"labels": {"topic": 7}}, "'labels': '7' is no label of topic"),
        ({"labels": {"topic": ""}}, "'labels': '' is no label of topic"),
        ({"labels": LABELS, "brand": 7}, "'brand' must be some text"),
        ({"labels": LABELS, "brand": "  "}, "'' is no brand's name"),
        (
            {"labels": LABELS, "in_reply_to_text": {}},
            "'in_reply_to_text' must be a string, not an object",
        ),
        ({"brands": []}, BRANDS_SUCH),
        ({"brands": {}}, BRANDS_SUCH),
        ({"brands": {str(n): LABELS for n in range(21)}}, BRANDS_SUCH),
        ({"brands": {"Acme": "negative"}}, f"'brands' 'Acme' {LABELS_SUCH}"),
        ({"brands": {"": LABELS}}, "'' is no brand's name"),
        ({"brands": {"a" * 201: LABELS}}, f"'{'a' * 59}…' is no brand's name"),
        ({"text": None, "labels": LABELS}, "'text' is missing"),
    ],
)
def test_what_is_no_labelled_post(more: dict[str, Any], fault: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(fault)}$"):
        READER.read({"text": "Norvia"} | more)


@given(st.text(min_size=1, max_size=30), st.text(max_size=60))
def test_no_name_and_no_text_is_too_strange(name: str, text: str) -> None:
    line = {"text": text, "brands": {name: LABELS}}
    if not name.strip():
        with pytest.raises(ValueError, match="is no brand's name"):
            READER.read(line)
    else:
        assert len(READER.read(line)) == 1
