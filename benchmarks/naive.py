"""The naive script of the same job: a regex per brand, a commit per row, a request per alert.

It uses the same judges, so that only the way of working differs. Not a part of the product.
"""

import json
import re
import sqlite3
import sys
from pathlib import Path

import requests

from classifiers.language import LanguageClassifier
from classifiers.small.judge import SmallClassifier
from listener.model import Mention
from listener.wire import post_from

BRAND = re.compile(r"\bNorvia\b|@norvia\b", re.IGNORECASE)


def main(folder: Path, hook: str) -> None:
    """Read the posts, store what mentions the brand with its tags, tell what is urgent."""
    judges = [LanguageClassifier()] + [
        SmallClassifier(kind=kind) for kind in ("spam", "sentiment", "urgency", "intent")
    ]
    db = sqlite3.connect(folder / "naive.db")
    db.execute("CREATE TABLE posts (id TEXT PRIMARY KEY, text TEXT)")
    db.execute("CREATE TABLE mentions (post TEXT, brand TEXT)")
    db.execute("CREATE TABLE tags (post TEXT, kind TEXT, label TEXT, score REAL)")
    for line in (folder / "posts.jsonl").open(encoding="utf-8"):
        post = post_from(json.loads(line), site="jsonl")
        db.execute("INSERT OR IGNORE INTO posts VALUES (?, ?)", (post.native_id, post.text))
        db.commit()
        if not BRAND.search(post.text):
            continue
        mention = Mention(post, "norvia")
        db.execute("INSERT INTO mentions VALUES (?, ?)", (post.native_id, "norvia"))
        db.commit()
        urgent = False
        for judge in judges:
            (tag,) = judge.tag([mention])
            row = (post.native_id, tag.kind, tag.label, tag.score)
            db.execute("INSERT INTO tags VALUES (?, ?, ?, ?)", row)
            db.commit()
            urgent = urgent or (tag.kind == "urgency" and tag.label != "low")
        if urgent:
            requests.post(hook, json={"id": post.native_id, "text": post.text}, timeout=10)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
