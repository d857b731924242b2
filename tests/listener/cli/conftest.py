"""The command, run in a folder of its own."""

from pathlib import Path

import pytest

from tests.listener.cli.commands import Listener, command


@pytest.fixture
def listener(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Listener:
    return command(tmp_path, monkeypatch, capsys)
