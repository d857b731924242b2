"""kill -9 at random moments of ``listener import``: each row once in the store, and nobody told.

In CI 20,000 rows and five kills; ``python benchmarks/importing.py`` has a million and more.
"""

import signal
from pathlib import Path
from random import Random

import pytest

from benchmarks.importing import Kill, configure, rows_stored, run, stored, write_export
from listener.stages.importing import CHUNK_ROWS

ROWS = 20_000
KILLS = 5
SEED = 1


@pytest.mark.slow
def test_each_row_is_stored_once_however_often_it_is_killed(tmp_path: Path) -> None:
    configure(tmp_path)
    written = write_export(tmp_path / "export.csv", ROWS, SEED)
    chance = Random(SEED)
    rows = []
    for number in range(KILLS):
        kill = Kill(CHUNK_ROWS * (number % 2), chance.uniform(0, 1.0))
        code = run(tmp_path, tmp_path / "export.csv", kill).code
        assert code == -signal.SIGKILL, "it ended before it was killed often enough"
        rows.append(rows_stored(tmp_path))
    assert run(tmp_path, tmp_path / "export.csv").code == 0
    found = stored(tmp_path)
    assert rows == sorted(rows)
    assert len(set(rows)) > 2, "the kills fell at one place: this shows nothing"
    assert found["posts"] == found["ids"] == written.posts
    assert found["indexed"] > written.posts / 10
    assert found["mentions"] > written.posts / 10
    assert (found["waiting"], found["told"], found["finished"]) == (0, 0, 1)
    assert run(tmp_path, tmp_path / "export.csv").code == 0
    assert stored(tmp_path) == found
