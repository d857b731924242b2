"""Our own labelled posts, read as mentions: found by the product's own matcher, as in service."""

import functools
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from listener.match import Matcher
from listener.model import LABELS, Author, Brand, Mention, Post

FOLDER = Path(__file__).parents[1] / "data"
KINDS = ("sentiment", "spam", "urgency", "intent")

MOOD = "mood"
"""The sentiment of a text that is of no brand: of itself, toward nobody."""

FEELING: Literal["feeling"] = "feeling"
"""What sets whose labels are grouped from emotions hold of a text. They draw the lines elsewhere:
it is learnt for what it teaches the rest, and never asked."""

FITTED = (*KINDS, MOOD)
"""What a model answers, in the order of its columns."""

LEARNT = (*FITTED, FEELING)
"""What a model is fitted to; the columns of the last are left out of what ships."""

ANSWERS = {
    **{kind: LABELS[kind] for kind in KINDS},
    MOOD: LABELS["sentiment"],
    FEELING: ("negative", "neutral", "positive"),
}
"""The labels of all that is learnt."""

ASKED_LABELS = sum(len(ANSWERS[kind]) for kind in FITTED)
"""How many columns ship."""

Split = Literal["train", "tune", "test"]
SPLITS: tuple[Split, ...] = ("train", "tune", "test")


@dataclass(frozen=True, slots=True)
class Labelled:
    """A mention and its labels by kind.

    ``group`` shares brands and authors; ``set`` names where it is from, ``ours`` for our own;
    ``brands`` is how many brands the post is labelled for. ``among`` are the only feelings that
    its set tells apart; empty where that is all of them. ``weight`` is what it counts for.
    """

    mention: Mention
    language: str
    labels: Mapping[str, str]
    group: str
    split: Split
    set: str = "ours"
    brands: int = 1
    among: frozenset[str] = frozenset()
    weight: float = 1.0

    @property
    def is_aside(self) -> bool:
        """Whether it teaches nothing that is asked: of such examples only some are drawn."""
        return not self.labels.keys() - {FEELING}


def posts(splits: Iterable[Split] = SPLITS, folder: Path = FOLDER) -> Iterator[Labelled]:
    """All labelled posts of these splits, once per brand, in a fixed order."""
    wanted = set(splits)
    groups = json.loads((folder / "groups.json").read_text("utf-8"))
    for group, stated in groups.items():
        if stated["split"] in wanted:
            yield from _group(folder, group, stated)


def _group(folder: Path, group: str, stated: Mapping[str, Any]) -> Iterator[Labelled]:
    matcher = Matcher([brand(name) for name in stated["brands"]])
    lines = (folder / "posts" / f"{group}.jsonl").read_text("utf-8").splitlines()
    for line in lines:
        told = json.loads(line)
        for name, readers in told["brands"].items():
            labels = dict(zip(KINDS, readers["label"].split(), strict=True))
            mention = mention_of(matcher, told, name, group[:2])
            count = len(told["brands"])
            yield Labelled(mention, group[:2], labels, group, stated["split"], brands=count)


def brand(name: str) -> Brand:
    """A brand as its owner would list it."""
    tag = name.replace(" ", "")
    return Brand(id=name, names=(name,), handles=(f"@{tag}",), hashtags=(f"#{tag}",))


def mention_of(matcher: Matcher, told: Mapping[str, Any], name: str, language: str) -> Mention:
    """The post as a mention of this brand; without evidence where only its parent names it."""
    parent = told.get("parent", "")
    post = Post(
        site=told["site"],
        native_id=told["id"],
        author=Author(handle=told["author"]),
        text=told["text"],
        language=language,
        in_reply_to="parent" if parent else "",
    )
    found = {mention.brand: mention for mention in _matched(matcher, post)}
    return replace(found.get(name, Mention(post, name)), parent_text=parent)


@functools.lru_cache(maxsize=4)
def _matched(matcher: Matcher, post: Post) -> tuple[Mention, ...]:
    return matcher.match(post)
