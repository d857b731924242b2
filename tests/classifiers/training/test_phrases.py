"""The bank of phrases: well-formed, and no post that is held back is among them."""

from classifiers.training.phrases import OURS, THEIRS, phrases
from classifiers.training.posts import KINDS, posts
from listener.model import LABELS

PHRASES = list(phrases())


def test_there_are_many_in_every_language() -> None:
    counts = {one.language: 0 for one in PHRASES}
    for one in PHRASES:
        counts[one.language] += 1
    print(counts, "phrases")
    assert min(counts.values()) > 300
    assert set(counts) == {"de", "en", "fi", "pl", "sv"}


def test_labels_are_the_fixed_ones() -> None:
    for one in PHRASES:
        assert all(label in LABELS[kind] for kind, label in one.labels.items()), one
        assert {*KINDS} - {*one.labels} <= {"urgency"}, one
        assert {one.split, one.set} == {"train", "phrases"}


def test_the_signs_are_names_and_the_brand_is_found_where_it_stands() -> None:
    for one in PHRASES:
        text = one.mention.post.text
        assert OURS not in text
        assert THEIRS not in text
        for found in one.mention.evidence:
            assert text[found.start : found.end] == found.text


def test_none_of_them_is_a_post_that_is_held_back() -> None:
    held = {one.mention.post.text.casefold() for one in posts(("tune", "test"))}
    assert not held & {one.mention.post.text.casefold() for one in PHRASES}
