"""A real Bluesky network: posts, edits and deletions of its firehose, through the real daemon."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.services import bluesky
from tests.services.daemon import Daemon, listening
from tests.services.required import need

CONFIG = """
[brands.norvia]
names = ["Norvia"]

[sources.sky]
type = "bluesky"
mode = "firehose"
hosts = [{host}]
api_url = ""
listen_seconds = 2
silence_seconds_max = 0
allow_private = true
"""


@pytest.fixture
def network() -> Iterator[str]:
    need("bluesky", bluesky.missing())
    pytest.importorskip("libipld", reason="bluesky: the extra firehose is not installed")
    with bluesky.running() as pds:
        yield pds


@pytest.fixture
def daemon(network: str, tmp_path: Path) -> Iterator[Daemon]:
    host = json.dumps(network.replace("http", "ws", 1))
    with listening(tmp_path, CONFIG.format(host=host)) as running:
        yield running


def test_a_post_comes_changes_and_goes(network: str, daemon: Daemon) -> None:
    ada = bluesky.sign_up(network, "ada.test")
    post = ada.publish("Norvia again, with a zebrafish aboard")
    daemon.until("a post is stored", lambda: bool(daemon.found("zebrafish")))
    daemon.until("it is a mention", lambda: "zebrafish" in daemon.exported())

    ada.edit(post, "Norvia again, with a pangolin aboard")
    daemon.until("an edit is stored", lambda: bool(daemon.found("pangolin")))
    assert daemon.found("zebrafish") == []

    ada.delete(post)
    daemon.until("a deletion is stored", lambda: not daemon.found("pangolin"))
    assert daemon.exported() == ""
