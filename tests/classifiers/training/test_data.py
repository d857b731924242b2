"""Our labelled posts: complete, well labelled, and split so that nothing leaks."""

import json
from collections import Counter, defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.training.agreement import kappa, read_pairs
from classifiers.training.posts import FOLDER, KINDS, SPLITS
from listener.model import LABELS

GROUPS = json.loads((FOLDER / "groups.json").read_text("utf-8"))
LEAST = {"en": 3_000, "fi": 3_000, "pl": 3_000, "sv": 600, "de": 600}


def lines(group: str) -> list[dict]:
    text = (FOLDER / "posts" / f"{group}.jsonl").read_text("utf-8")
    return [json.loads(line) for line in text.splitlines()]


POSTS = {group: lines(group) for group in GROUPS}


def test_there_are_enough_in_every_language_and_no_file_is_left_over() -> None:
    counts = Counter()
    for group, posts in POSTS.items():
        counts[group[:2]] += len(posts)
    print(dict(counts), "posts")
    assert all(counts[language] >= least for language, least in LEAST.items())
    assert {path.stem for path in (FOLDER / "posts").iterdir()} == set(GROUPS)


def test_every_post_is_whole_and_named_once() -> None:
    names = Counter(post["id"] for posts in POSTS.values() for post in posts)
    assert max(names.values()) == 1
    for group, posts in POSTS.items():
        for post in posts:
            assert post["text"].strip(), post["id"]
            assert post["author"], post["id"]
            assert post["brands"], post["id"]
            assert set(post["brands"]) <= set(GROUPS[group]["brands"]), post["id"]


def test_every_label_is_one_of_the_fixed_and_spam_has_no_others() -> None:
    for posts in POSTS.values():
        for post in posts:
            for readers in post["brands"].values():
                for reader in ("label", "first", "second"):
                    said = readers[reader].split()
                    assert all(
                        label in LABELS[kind] for kind, label in zip(KINDS, said, strict=True)
                    ), post["id"]
                if readers["label"].split()[1] == "yes":
                    assert readers["label"] == "neutral yes low other", post["id"]


def test_no_brand_and_no_author_is_on_two_sides() -> None:
    brands, authors = defaultdict(set), defaultdict(set)
    for group, posts in POSTS.items():
        split = GROUPS[group]["split"]
        for name in GROUPS[group]["brands"]:
            brands[name].add(split)
        for post in posts:
            authors[group[:2], post["author"]].add(split)
    assert {name for name, sides in brands.items() if len(sides) > 1} == set()
    assert {name for name, sides in authors.items() if len(sides) > 1} == set()


def test_no_text_stands_twice() -> None:
    texts = Counter(post["text"].casefold() for posts in POSTS.values() for post in posts)
    assert [text for text, count in texts.items() if count > 1] == []


def test_every_language_has_every_split() -> None:
    assert {(group[:2], stated["split"]) for group, stated in GROUPS.items()} == {
        (language, split) for language in LEAST for split in SPLITS
    }


def test_every_post_was_read_by_two() -> None:
    read = sum(1 for _ in read_pairs(FOLDER))
    assert read > 4 * 0.8 * sum(LEAST.values())


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), min_size=1))
def test_kappa_is_as_others_reckon_it(pairs: list[tuple[str, str]]) -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    if len({label for pair in pairs for label in pair}) == 1:
        assert kappa(pairs) == 1.0
        return
    ours = kappa(pairs)
    theirs = metrics.cohen_kappa_score(*zip(*pairs, strict=True))
    assert ours == pytest.approx(float(theirs))
