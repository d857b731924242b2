"""What we read in lines of the open sets."""

import pytest

from classifiers.training.posts import FOLDER, KINDS
from classifiers.training.readings import YOU, Reading, read_by_us, readings
from listener.model import LABELS, Post

SETS = sorted(path.stem for path in (FOLDER / "read").glob("*.tsv"))


@pytest.mark.parametrize("name", SETS)
def test_a_reading_is_one_sentiment_or_all_four_labels_toward_somebody(name: str) -> None:
    assert len(readings(name)) >= 500
    for reading in readings(name).values():
        kinds = KINDS if reading.brand else KINDS[:1]
        stated = zip(kinds, reading.labels, strict=True)
        assert all(label in LABELS[kind] for kind, label in stated), reading


def test_a_set_that_we_did_not_read_has_no_readings() -> None:
    assert readings("none of ours") == {}


@pytest.mark.parametrize(("number", "split"), [(6, "tune"), (7, "train")])
def test_a_line_of_nobody_teaches_the_mood(number: int, split: str) -> None:
    post = Post(site="x", native_id="1", text="what a day", language="en")
    found = read_by_us(number, post, Reading(("negative",)))
    assert (found.mention.brand, found.language, found.split) == ("", "en", split)
    assert found.labels == {"sentiment": "negative"}


def test_a_named_brand_is_found_where_it_stands_and_one_spoken_to_nowhere() -> None:
    post = Post(site="x", native_id="1", text="got it from Norvia", language="en")
    labels = ("neutral", "no", "low", "other")
    named = read_by_us(1, post, Reading(labels, "Norvia"))
    assert [(one.start, one.end) for one in named.mention.evidence] == [(12, 18)]
    assert tuple(named.labels[kind] for kind in KINDS) == labels
    spoken_to = read_by_us(1, post, Reading(labels, YOU)).mention
    assert (spoken_to.directness, spoken_to.evidence) == ("direct", ())
