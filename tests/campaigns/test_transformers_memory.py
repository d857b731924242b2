"""The memory of a process that judges 100,000 texts by a larger model stays where it is.

    JUDGED=100000 pytest -s tests/campaigns/test_transformers_memory.py
    JUDGED=100000 JUDGED_BY=models/NAME pytest -s tests/campaigns/test_transformers_memory.py

The second judges by a model that was added. Texts of all lengths and of words nobody used before
come in batches as the tag stage makes them; none comes twice. The resident size is read at a fifth
of them, when every buffer has seen the longest text, and at the end.
"""

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from tests.classifiers.transformers_parts.tiny import added

COUNT = int(os.environ.get("JUDGED", "3000"))
MODEL = os.environ.get("JUDGED_BY", "")
GROWTH_MIB_MAX = 30
ROOT = Path(__file__).parents[2]

RUN = """
import json, random, sys
from pathlib import Path
from classifiers.transformers_model import TransformersClassifier
from listener.model import Mention, Post

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1])

def text(chance):
    words = ("%x" % chance.getrandbits(32) for _ in range(chance.choice((3, 10, 30, 60, 200))))
    return " ".join(words)

folder, count = Path(sys.argv[1]), int(sys.argv[2])
judge = TransformersClassifier("sentiment", folder, batch_size=16)
chance, sizes = random.Random(1), []
for done in range(0, count, 50):
    posts = [Post("x", str(n), text(chance)) for n in range(50)]
    assert len(judge.tag([Mention(post, "norvia") for post in posts])) == 50
    sizes.append(resident())
print(json.dumps(sizes))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads memory as Linux tells it")
def test_memory_does_not_grow_with_the_texts(tmp_path: Path) -> None:
    folder = Path(MODEL) if MODEL else added(tmp_path / "tiny")
    command = [sys.executable, "-c", RUN, str(folder), str(COUNT)]
    told = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    pages = json.loads(told.stdout)
    mib = [page * resource.getpagesize() / 2**20 for page in pages]
    early, late = max(mib[: len(mib) // 5]), mib[-1]
    print(f"\n{COUNT} texts: {mib[0]:.0f} MiB at first, {early:.0f} at a fifth, {late:.0f} at last")
    assert late - early < GROWTH_MIB_MAX
