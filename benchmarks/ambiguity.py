"""Measures how well "about the company" is judged with 0, 20 and 200 marks per brand.

    python benchmarks/ambiguity.py FILE [--set sanders|entity] [--draws 5] [--only apple,…]

FILE is a labelled set that you have; none comes with this repository. ``sanders``: columns
Topic, Sentiment, TweetId, TweetDate, TweetText. ``entity``: id, entity, label, text without a
header. In both a label "irrelevant" says that the post is not about the company. The brand's
table is made from its name alone: no products, no people, no languages but English.

Beside it, in the same run on the same draws: keyword-only (every post of the file names the
brand: yes), and TF-IDF with logistic regression, plain and with balanced weights, which need
scikit-learn (``pip install scikit-learn``, in an environment of its own; the product needs none).

A post is taken as about the company from a score of 0.4 on, the middle of the doubt band; the
others decide at their own one half. "With review" is what reaches a person: all but a "no".
Every figure is the mean over the draws; what was not marked is the test. Cues and scales were
tuned on apple and twitter of the Sanders set and on our own posts in the tests; all brands are
reported, and those two are starred.
"""

import argparse
import csv
import os
import random
import re
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from statistics import mean

from listener.match import Matcher
from listener.match.ambiguity import Context, Mark, Profile, Verdict, fit
from listener.model import Brand, Post

RARER_MIN = 30
TEST_MIN = 50
MARKS = (0, 20, 200)
ABOUT_FROM = 0.4
TUNED_ON = ("apple", "twitter")

Labelled = list[tuple[str, bool]]
Method = Callable[[Labelled, Sequence[str]], list[bool]]  # marks, texts → about or not
Scores = tuple[float, float, float]  # F1 of about, F1 of the rarer class, balanced accuracy


def sanders(path: Path) -> dict[str, Labelled]:
    posts: dict[str, Labelled] = defaultdict(list)
    with path.open(encoding="utf-8", errors="replace", newline="") as lines:
        reader = csv.DictReader(lines)
        if not {"Topic", "Sentiment", "TweetText"} <= set(reader.fieldnames or ()):
            return {}
        for row in reader:
            posts[row["Topic"]].append((row["TweetText"], row["Sentiment"] != "irrelevant"))
    return posts


def entity(path: Path) -> dict[str, Labelled]:
    posts: dict[str, Labelled] = defaultdict(list)
    with path.open(encoding="utf-8", errors="replace", newline="") as lines:
        for row in csv.reader(lines):
            if len(row) >= 4:
                posts[row[1]].append((row[3], row[2] != "Irrelevant"))
    return posts


def brand_of(label: str) -> Brand:
    """The table that a hurried owner would write: the name, and its handle and hashtag."""
    parts = [part for part in re.split(r"[()]", label) if part]
    names = [re.sub(r"(?<=[a-z])(?=[A-Z0-9])", " ", part) for part in parts]
    names = [name[:1].upper() + name[1:].replace("&", " & ") for name in names]
    tags = tuple(re.sub(r"\W", "", part) for part in parts)
    return Brand(label, tuple(names), tags, tags, languages=("en",))


def context_of(matcher: Matcher, text: str) -> Context:
    """The context as the product would make it, from the evidence in the text."""
    mentions = matcher.match(Post("benchmark", "1", text))
    evidence = [one for mention in mentions for one in mention.evidence if one.field == "text"]
    return Context(
        text,
        spans=tuple((one.start, one.end) for one in evidence),
        kinds=tuple(one.kind for one in evidence),
    )


def scores(told: Sequence[bool], truth: Sequence[bool]) -> Scores:
    rarer = sum(truth) * 2 < len(truth)
    return _f1(told, truth, True), _f1(told, truth, rarer), _balanced(told, truth)


def _f1(told: Sequence[bool], truth: Sequence[bool], kind: bool) -> float:
    hits = sum(a == b == kind for a, b in zip(told, truth, strict=True))
    return 2 * hits / max(1, list(told).count(kind) + list(truth).count(kind))


def _balanced(told: Sequence[bool], truth: Sequence[bool]) -> float:
    def recall(kind: bool) -> float:
        pairs = [a == b for a, b in zip(told, truth, strict=True) if b == kind]
        return sum(pairs) / max(1, len(pairs))

    return (recall(True) + recall(False)) / 2


def draws(size: int, count: int, marks: int) -> list[tuple[list[int], list[int]]]:
    """Which posts are marked and which are the test, ``count`` times."""
    drawn = []
    for seed in range(count if marks else 1):
        order = random.Random(seed).sample(range(size), size)
        drawn.append((order[:marks], order[marks:]))
    return drawn


def keyword(_: Labelled, texts: Sequence[str]) -> list[bool]:
    return [True] * len(texts)


def tfidf(weights: str | None) -> Method:
    features = import_module("sklearn.feature_extraction.text")
    linear = import_module("sklearn.linear_model")
    make_pipeline = import_module("sklearn.pipeline").make_pipeline

    def told(marks: Labelled, texts: Sequence[str]) -> list[bool]:
        answers = [about for _, about in marks]
        if len(set(answers)) < 2:
            return [not answers or answers[0]] * len(texts)
        model = make_pipeline(
            features.TfidfVectorizer(ngram_range=(1, 2)),
            linear.LogisticRegression(class_weight=weights, max_iter=1000),
        )
        model.fit([text for text, _ in marks], answers)
        return [bool(one) for one in model.predict(list(texts))]

    return told


def ours(label: str, labels: Iterable[str], about: Callable[[Verdict], bool]) -> Method:
    brand = brand_of(label)
    matcher = Matcher([brand])
    profile = Profile.of(brand, [brand_of(other) for other in labels if other != label])
    seen: dict[str, Context] = {}

    def told(marks: Labelled, texts: Sequence[str]) -> list[bool]:
        for text in (*(text for text, _ in marks), *texts):
            seen[text] = seen.get(text) or context_of(matcher, text)
        judge = fit(profile, [Mark(seen[text], truth) for text, truth in marks])
        return [about(judge.judge(seen[text])) for text in texts]

    return told


def measured(method: Method, posts: Labelled, marks: int, count: int) -> Scores | None:
    """The mean scores over the draws; None where too few posts are left to test on."""
    if len(posts) < marks + TEST_MIN:
        return None
    all_scores = []
    for marked, tested in draws(len(posts), count, marks):
        told = method([posts[at] for at in marked], [posts[at][0] for at in tested])
        all_scores.append(scores(told, [posts[at][1] for at in tested]))
    f1, rarer, balanced = (mean(column) for column in zip(*all_scores, strict=True))
    return f1, rarer, balanced


def report(data: dict[str, Labelled], only: Collection[str], count: int) -> None:
    chosen = [label for label, posts in data.items() if _enough(posts) and label in only]
    print("F1 of about the company / F1 of the rarer kind / balanced accuracy")
    for marks in MARKS:
        print(f"\n{marks} marks\n{'brand':34}", *(f"{name:^20}" for name in METHODS))
        table = []
        for label in chosen:
            methods = [make(label, data) for make in METHODS.values()]
            row = [measured(method, data[label], marks, count) for method in methods]
            if None not in row:
                table.append([scored for scored in row if scored])
                star = "*" if label in TUNED_ON else ""
                print(f"{(label + star)[:34]:34}", *map(_cell, table[-1]), flush=True)
        print(f"{f'mean of {len(table)}':34}", *map(_cell, _means(table)))
    print(f"\nfitting {MARKS[-1]} marks: {_fitting_ms(data[chosen[0]]):.0f} ms of one core")


def _fitting_ms(posts: Labelled) -> float:
    contexts = [Context(text) for text, _ in posts[: MARKS[-1]]]
    marks = [Mark(context, about) for context, (_, about) in zip(contexts, posts, strict=False)]
    times = []
    for _ in range(5):
        began = time.process_time()
        fit(Profile.of(Brand("x", ("X",))), marks)
        times.append(time.process_time() - began)
    return 1000 * min(times)


def _enough(posts: Labelled) -> bool:
    about = sum(one for _, one in posts)
    return min(about, len(posts) - about) >= RARER_MIN


def _cell(scored: Scores) -> str:
    return f"{' / '.join(f'{one:.3f}' for one in scored):^20}"


def _means(table: Sequence[Sequence[Scores]]) -> list[Scores]:
    columns = [list(zip(*column, strict=True)) for column in zip(*table, strict=True)]
    return [(mean(f1), mean(rarer), mean(balanced)) for f1, rarer, balanced in columns]


METHODS: dict[str, Callable[[str, Iterable[str]], Method]] = {
    "ours": partial(ours, about=lambda verdict: verdict.score >= ABOUT_FROM),
    "ours with review": partial(ours, about=lambda verdict: verdict.verdict != "no"),
    "keyword": lambda *_: keyword,
    "TF-IDF": lambda *_: tfidf(None),
    "TF-IDF balanced": lambda *_: tfidf("balanced"),
}


def main() -> None:
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # small matrices: threads only wait
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path, nargs="?")
    parser.add_argument("--set", choices=("sanders", "entity"), default="sanders")
    parser.add_argument("--draws", type=int, default=5)
    parser.add_argument("--only", default="", help="brands, with commas")
    asked = parser.parse_args()
    if not asked.file:
        print("Nothing measured: give a labelled FILE (see --help and the top of this script).")
        return
    if not find_spec("sklearn"):
        print("scikit-learn is missing, so TF-IDF is left out: pip install scikit-learn")
        for name in ("TF-IDF", "TF-IDF balanced"):
            del METHODS[name]
    data = sanders(asked.file) if asked.set == "sanders" else entity(asked.file)
    only = asked.only.split(",") if asked.only else list(data)
    if not any(_enough(posts) for posts in data.values()):
        print(f"Nothing measured: no brand has {RARER_MIN} posts of each kind. Is --set right?")
        return
    report(data, only, asked.draws)


if __name__ == "__main__":
    main()
