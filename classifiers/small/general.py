"""The general test that ships: labelled mentions that no weights were fitted to.

A lesson of somebody's corrections is held against it, so that what is learnt of one brand at the
cost of all others is seen.
"""

import gzip
import json
from collections.abc import Iterable, Iterator, Mapping
from importlib.resources import files
from typing import Any

from listener.model import Author, Directness, Evidence, Mention, Post
from listener.ports import Corrected

FILE = "general.jsonl.gz"


def read(kind: str) -> Iterator[Corrected]:
    """Every mention of the test that has a label of this kind."""
    packed = files("classifiers.small").joinpath("model").joinpath(FILE).read_bytes()
    for line in gzip.decompress(packed).decode("utf-8").splitlines():
        told = json.loads(line)
        if kind in told["labels"]:
            yield Corrected(_mention(told), told["labels"][kind])


def packed(some: Iterable[tuple[Mention, Mapping[str, str]]]) -> bytes:
    """The file of these mentions and labels; the same bytes for the same ones."""
    lines = [json.dumps(_line(*one), ensure_ascii=False) for one in some]
    return gzip.compress("\n".join(lines).encode("utf-8"), mtime=0)


def _line(mention: Mention, labels: Mapping[str, str]) -> dict[str, Any]:
    post = mention.post
    return {
        "id": post.native_id,
        "site": post.site,
        "author": post.author.handle,
        "language": post.language,
        "text": post.text,
        "reply": bool(post.in_reply_to),
        "parent": mention.parent_text,
        "brand": mention.brand,
        "direct": mention.directness == "direct",
        "spans": _spans(mention.evidence),
        "others": _spans(mention.others),
        "labels": dict(labels),
    }


def _mention(told: Mapping[str, Any]) -> Mention:
    post = Post(
        site=told["site"],
        native_id=told["id"],
        author=Author(handle=told["author"]),
        text=told["text"],
        language=told["language"],
        in_reply_to="parent" if told["reply"] else "",
    )
    spans, others = _found(post.text, told["spans"]), _found(post.text, told["others"])
    directness: Directness = "direct" if told["direct"] else "indirect"
    return Mention(
        post, told["brand"], directness, spans, parent_text=told["parent"], others=others
    )


def _spans(some: Iterable[Evidence]) -> list[list[int]]:
    return [[one.start, one.end] for one in some if one.end]


def _found(text: str, spans: Iterable[list[int]]) -> tuple[Evidence, ...]:
    return tuple(Evidence("name", text[start:end], start, end) for start, end in spans)
