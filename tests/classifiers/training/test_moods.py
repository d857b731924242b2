"""Posts of no brand: well-formed, and none that is tested on is fitted to."""

from classifiers.training.moods import held_back, moods
from listener.model import LABELS

OURS, HELD = list(moods()), list(held_back())


def test_there_are_many_in_every_language_on_every_side() -> None:
    counts = {(one.language, one.split): 0 for one in (*OURS, *HELD)}
    for one in (*OURS, *HELD):
        counts[one.language, one.split] += 1
    print(counts, "moods")
    for language in ("en", "fi", "pl", "sv", "de"):
        assert counts[language, "train"] >= 450
        assert counts[language, "tune"] >= 90
        assert counts[language, "test"] >= 90


def test_each_has_a_sentiment_toward_nobody() -> None:
    for one in (*OURS, *HELD):
        assert one.mention.brand == ""
        assert one.labels.keys() == {"sentiment"}
        assert one.labels["sentiment"] in LABELS["sentiment"]
        assert one.mention.post.text.strip()


def test_no_text_stands_twice_and_none_on_two_sides() -> None:
    texts = [one.mention.post.text.casefold() for one in (*OURS, *HELD)]
    assert len(texts) == len(set(texts))
