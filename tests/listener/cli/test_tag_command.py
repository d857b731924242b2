"""``listener tag``, a process of its own, with judges that show what they were given."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import pytest

from listener.model import Mention, Tag
from tests.listener.cli.commands import CONFIG, configure

ROOT = Path(__file__).parents[3]
JUDGED = """
[classifiers]
order = ["parent", "spam"]
[classifiers.parent]
type = "echo"
[classifiers.spam]
type = "echo"
"""
ENTRY_POINTS = "[listener.classifiers]\necho = tests.listener.cli.test_tag_command:EchoJudge\n"


@dataclass
class EchoJudge:
    """Says what a post replies to; and that it is spam by the chance that stands in its text."""

    kind: Annotated[str, "What it judges."] = "parent"

    def tag(self, mentions: Sequence[Mention]) -> list[Tag]:
        if self.kind == "parent":
            return [Tag("parent", one.parent_text or "none", 1.0) for one in mentions]
        chances = [float(one.post.text.split()[-1]) for one in mentions]
        return [Tag("spam", "yes", one, chances=(("yes", one), ("no", 1 - one))) for one in chances]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    configure(tmp_path, JUDGED, text=CONFIG)
    info = tmp_path / "echo_judge-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: echo-judge\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(ENTRY_POINTS)
    return tmp_path


def tag(folder: Path, *posts: dict[str, Any]) -> tuple[list[Any], str]:
    """What the command writes for these posts, and what it says of them."""
    done = subprocess.run(
        [sys.executable, "-m", "listener", "tag"],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": f"{folder}{os.pathsep}{ROOT}"},
        input="".join(json.dumps(post) + "\n" for post in posts),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()], done.stderr


def test_a_reply_may_bring_what_it_replies_to_and_doubt_is_no_spam(folder: Path) -> None:
    told, err = tag(
        folder,
        {"id": "1", "text": "Norvia? 0.2", "in_reply_to_text": "Is it any\x00 good?"},
        {"id": "2", "text": "Norvia 0.6", "in_reply_to": "1", "in_reply_to_text": None},
        {"id": "3", "text": "Norvia 0.95"},
        {"id": "4", "text": "Norvia 0.1", "in_reply_to_text": 5},
    )
    assert err == "listener: line 4: 'in_reply_to_text' must be a string, not a number\n"
    assert [one["tags"]["parent"]["label"] for one in told] == [
        "Is it any\ufffd good?",
        "none",
        "none",
    ]
    assert [one["tags"]["spam"] for one in told] == [
        {"label": "no", "score": 0.8},
        {"label": "no", "score": 0.4, "reasons": ["0.60 likely spam: a person should look"]},
        {"label": "yes", "score": 0.95},
    ]
    assert told[0].keys() == {"id", "brand", "directness", "evidence", "tags", "priority"}
