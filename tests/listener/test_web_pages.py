"""The pages of a configuration: a Slack channel's button, pressed over the daemon's own server."""

import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Event

import pytest

from alerts.slack_parts.buttons import buttons
from listener.clock import utc_now
from listener.config import load_config
from listener.model import Case
from listener.store.sqlite import SqliteStore
from listener.testing.case_steps import come, the_case
from listener.web.server import Pages
from tests.alerts.slack_clicks import SIGNING_SECRET, Json, Member

CONFIG = """
[web]
port = 0
[brands.norvia]
names = ["Norvia"]
[classifiers]
order = []
[channels.service]
type = "slack"
token = "env:TOKEN"
channel = "#service"
signing_secret = "env:SIGNING_SECRET"
[channels.log]
type = "log"
"""
TS = "1700000000.000000"


@dataclass
class Shown:
    messages: dict[str, Json]


@pytest.fixture
def nudged() -> Event:
    return Event()


@pytest.fixture
def pages(tmp_path: Path, nudged: Event) -> Iterator[Pages]:
    path = tmp_path / "config.toml"
    path.write_text(CONFIG)
    config = load_config(path, {"TOKEN": "xoxb-1", "SIGNING_SECRET": SIGNING_SECRET})
    served = Pages(config, lambda: {"web": "ok"}, utc_now, nudged.set)
    served.start()
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", served.port), timeout=1).close()
            break
        except OSError:
            Event().wait(0.02)
    yield served
    served.stop()


def a_case(folder: Path) -> Case:
    store = SqliteStore.at(folder / "listener.db")
    come(store, "1")
    return the_case(store)


def test_a_button_is_heard_under_the_channels_name(
    tmp_path: Path, pages: Pages, nudged: Event
) -> None:
    case = a_case(tmp_path)
    shown = Shown({TS: {"blocks": buttons(case)}})
    click = Member(shown, utc_now(), "U0ANNA").press(TS, "claim")
    url = f"http://127.0.0.1:{pages.port}/channels/"
    assert click.post(f"{url}service") == (200, b"")
    (now,) = SqliteStore.at(tmp_path / "listener.db").cases.find()
    assert (now.state, now.owner) == ("claimed", "slack:U0ANNA")
    assert nudged.is_set()
    assert click.post(f"{url}service")[0] == 409
    assert click.post(f"{url}log")[0] == 404  # nobody there hears anything
    assert Member(shown, utc_now(), secret="x").press(TS, "answer").post(f"{url}service")[0] == 401
