"""The app's manifest fits the channel, and the stand-in is as strict as Slack says it is."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from listener.ports import Retry
from tests.alerts.example import NOON, alert
from tests.alerts.slack_limits import broken
from tests.alerts.slack_server import SlackServer
from tests.alerts.test_slack import bot, hook
from tests.campaigns.test_slack_burst import Steps

ROOT = Path(__file__).parents[2]


def test_the_manifest_asks_for_what_is_used_and_no_more() -> None:
    manifest = json.loads((ROOT / "deploy/slack-manifest.json").read_text())
    assert manifest["oauth_config"]["scopes"] == {"bot": ["chat:write"]}
    interactivity = manifest["settings"]["interactivity"]
    assert interactivity["is_enabled"] is True
    assert interactivity["request_url"].startswith("https://")
    assert interactivity["request_url"].endswith("/channels/service")
    assert manifest["settings"]["token_rotation_enabled"] is False  # the config's token must stay
    assert len(manifest["display_information"]["name"]) <= 35
    assert len(manifest["display_information"]["description"]) <= 140


def test_the_stand_in_takes_a_message_a_second_in_a_channel() -> None:
    clock = Steps(NOON)
    with SlackServer(now=clock.now) as server:
        bot(server).send(alert())
        hook(server).send(alert())  # another channel
        with pytest.raises(Retry) as caught:
            bot(server).send(alert())
        assert caught.value.after_seconds == 1
        clock.at += timedelta(seconds=1)
        bot(server).send(alert())
    assert server.too_fast == 1
    assert len(server.accepted) == 3


def test_the_stand_in_takes_fifty_updates_a_minute() -> None:
    clock = Steps(NOON)
    with SlackServer(now=clock.now) as server:
        receipt = bot(server).send(alert())
        for _ in range(50):
            bot(server).send(alert(receipt=receipt))
        with pytest.raises(Retry) as caught:
            bot(server).send(alert(receipt=receipt))
    assert caught.value.after_seconds == 60


LABEL = {"type": "plain_text", "text": "x"}
BUTTON = {"type": "button", "action_id": "a", "text": LABEL}
OPTION = {"text": LABEL, "value": "v"}


def select(**more: Any) -> dict[str, Any]:
    return {"type": "static_select", "action_id": "a", "placeholder": LABEL} | more


@pytest.mark.parametrize(
    "elements",
    [
        [],
        [BUTTON | {"action_id": f"a{n}"} for n in range(26)],
        [BUTTON, BUTTON],
        [BUTTON | {"action_id": "x" * 256}],
        [BUTTON | {"text": LABEL | {"text": "x" * 76}}],
        [BUTTON | {"text": {"type": "mrkdwn", "text": "x"}}],
        [BUTTON | {"value": "x" * 2001}],
        [BUTTON | {"style": "loud"}],
        [BUTTON | {"onclick": "x"}],
        [select()],
        [select(options=[])],
        [select(options=[OPTION] * 101)],
        [select(options=[OPTION], option_groups=[{"label": LABEL, "options": [OPTION]}])],
        [select(options=[OPTION | {"value": "x" * 151}])],
        [select(option_groups=[{"label": LABEL, "options": []}])],
        [{"type": "overflow", "action_id": "a", "options": [OPTION] * 6}],
        [{"type": "marquee", "action_id": "a"}],
    ],
)
def test_the_stand_in_refuses_rows_that_slack_would(elements: list[Any]) -> None:
    assert broken([{"type": "actions", "elements": elements}])


@pytest.mark.parametrize(
    "blocks",
    [
        [],
        [{"type": "divider"}] * 51,
        [{"type": "divider", "block_id": "x"}] * 2,
        [{"type": "divider", "block_id": "x" * 256}],
        [{"type": "divider", "text": LABEL}],
        [{"type": "header", "text": LABEL | {"text": "x" * 151}}],
        [{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}],
        [{"type": "section"}],
        [{"type": "section", "text": LABEL | {"text": ""}}],
        [{"type": "section", "text": LABEL | {"text": "😀" * 1501}}],
        [{"type": "context", "elements": [LABEL] * 11}],
        [{"type": "context", "elements": []}],
        [{"type": "video"}],
    ],
)
def test_the_stand_in_refuses_blocks_that_slack_would(blocks: list[Any]) -> None:
    assert broken(blocks)


def test_the_stand_in_takes_what_is_right() -> None:
    rows = [BUTTON, select(options=[OPTION]) | {"action_id": "b"}]
    assert broken([{"type": "actions", "block_id": "x", "elements": rows}]) == []
