"""The plugin's own test, as its author would write it. Run where the plugin is installed."""

from pathlib import Path

import pytest
from listener_mbox import MboxSource

from listener.testing import SourceSuite

ARCHIVE = """From anna@example.org Tue Mar 10 12:00:00 2026
From: Anna <anna@example.org>
Message-ID: <1@example.org>
Date: Tue, 10 Mar 2026 12:00:00 +0200
Subject: Norvia again

Norvia lost my bag for the third time, and nobody answers. Help!

From jan@example.org Tue Mar 10 13:00:00 2026
From: Jan <jan@example.org>
Message-ID: <2@example.org>
Date: Tue, 10 Mar 2026 13:00:00 +0200
Subject: Weather

Sunny.
"""


class TestMbox(SourceSuite):
    @pytest.fixture
    def source(self, tmp_path: Path) -> MboxSource:
        archive = tmp_path / "archive.mbox"
        archive.write_text(ARCHIVE)
        return MboxSource(archive)
