"""What the webhook promises to programs of others: its schema, and the receiver in its page."""

import hashlib
import hmac
import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import fields, replace
from datetime import datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, get_args
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from alerts.webhook import WebhookChannel, alert_body
from listener.clock import utc_now
from listener.model import Alert, AlertKind, Author, Case, Mention, Post, Verdict
from listener.ports import Reject, Secret
from tests.alerts.case_example import case, case_alert
from tests.alerts.example import NOON, alert, everywhere, mention

DOCS = Path(__file__).parents[2] / "docs"
SCHEMA = json.loads((DOCS / "webhook.schema.json").read_text())
VALIDATOR = Draft202012Validator(SCHEMA)
SECRET = "a-secret-of-two"

DOUBTED = replace(mention(5), verdict=Verdict("review", 0.4, ("lower case",)))
BARE = Mention(Post("x", "1", "words only", author=Author()), brand="finnair")
WITHOUT = replace(alert(), mentions=())

SENT: list[Alert] = [
    alert(mention(1), DOUBTED, BARE, earlier=(mention(9),), earlier_count=4),
    alert(mention(1), case=case(state="new", owner="", claimed_at=None), attempt=2),
    case_alert(),
    case_alert(case=case(state="closed", closed_at=NOON, answered_at=NOON)),
    case_alert(kind="escalation", title="still waiting", case=case(snoozed_until=NOON)),
    replace(WITHOUT, kind="crisis", body="three times the usual", priority=90),
    replace(WITHOUT, kind="spike"),
    replace(WITHOUT, kind="source"),
    replace(WITHOUT, kind="clear"),
    replace(WITHOUT, kind="test", title="A test by anna"),
    replace(WITHOUT, kind="retraction", retracted=("x:1",), earlier=(mention(3),)),
]


def sent(told: Alert) -> Any:
    return json.loads(alert_body(told))


def test_every_kind_is_among_those_looked_at() -> None:
    assert {told.kind for told in SENT} == set(get_args(AlertKind))
    assert set(SCHEMA["properties"]["kind"]["enum"]) == set(get_args(AlertKind))


@pytest.mark.parametrize("told", SENT, ids=lambda told: told.kind)
def test_what_is_sent_fits_the_schema(told: Alert) -> None:
    VALIDATOR.validate(sent(told))


@pytest.mark.parametrize("told", SENT, ids=lambda told: told.kind)
def test_nothing_is_sent_that_the_schema_does_not_describe(told: Alert) -> None:
    assert list(undescribed(sent(told), SCHEMA)) == []


def test_the_schema_is_one_and_knows_every_field_of_a_case() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    names = {field.name for field in fields(Case)}
    assert names == set(SCHEMA["$defs"]["case"]["properties"])
    assert names == set(SCHEMA["$defs"]["case"]["required"])


BROKEN: list[dict[str, Any]] = [
    {"key": None},
    {"kind": "gossip"},
    {"created_at": "2026-11-21 12:00"},
    {"mentions": []},
    {"kind": "retraction"},
    {"kind": "case"},
    {"kind": "escalation", "mentions": []},
    {"retracted": ["x:1"]},
    {"history": []},
    {"mentions": [{"brand": "finnair"}]},
    {"case": {"key": "urgent-7K2"}},
]


@pytest.mark.parametrize("change", BROKEN, ids=str)
def test_the_schema_refuses_what_is_no_alert(change: dict[str, Any]) -> None:
    assert not VALIDATOR.is_valid(sent(alert()) | change)


@settings(max_examples=60, deadline=None)
@given(st.text())
def test_whatever_strangers_write_fits(words: str) -> None:
    told = everywhere(words)
    VALIDATOR.validate(sent(replace(told, history=told.mentions, history_count=1, case=case())))


def undescribed(value: Any, schema: Mapping[str, Any]) -> Iterator[str]:
    """Names in the value that its schema does not mention."""
    while "$ref" in schema:
        schema = SCHEMA["$defs"][schema["$ref"].rpartition("/")[2]]
    if isinstance(value, dict):
        for name, part in value.items():
            known = schema.get("properties", {}).get(name) or schema.get("additionalProperties")
            if known is None:
                yield name
            else:
                yield from undescribed(part, known)
    elif isinstance(value, list):
        for part in value:
            yield from undescribed(part, schema["items"])


def test_a_case_and_a_history_say_what_they_are() -> None:
    body = sent(case_alert())
    assert body["case"]["key"] == "urgent-7K2"
    assert (body["case"]["state"], body["case"]["owner"]) == ("claimed", "anna")
    assert body["case"]["answer_due_at"] == "2026-11-21T14:00:00Z"
    assert [told["id"] for told in body["history"]] == ["example.org:7", "example.org:8"]
    assert (body["history_count"], body["mentions"]) == (9, [])


def test_an_alert_about_no_case_has_no_such_fields() -> None:
    assert not {"case", "history", "history_count", "retracted"} & sent(alert()).keys()


# The receiver that docs/alerts/webhook.md shows.


@contextmanager
def receiver(tmp_path: Path) -> Iterator[tuple[int, subprocess.Popen[str]]]:
    page = (DOCS / "alerts/webhook.md").read_text()
    (code,) = re.findall(r"```python\n(.+?)```", page, re.DOTALL)
    program = tmp_path / "receiver.py"
    program.write_text(code)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    environment = os.environ | {"DESK_SECRET": SECRET, "PORT": str(port)}
    command = [sys.executable, str(program)]
    with subprocess.Popen(
        command, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        try:
            _until_open(port, process)
            yield port, process
        finally:
            process.kill()


def _until_open(port: int, process: subprocess.Popen[str]) -> None:
    for _ in range(600):
        with socket.socket() as sock:
            sock.settimeout(5)
            if sock.connect_ex(("127.0.0.1", port)) == 0:
                return
        with suppress(subprocess.TimeoutExpired):
            raise AssertionError(f"the receiver ended: {process.wait(0.05)}")
    raise AssertionError("the receiver does not open its port")


def desk(port: int, *, at: datetime, secret: str = SECRET) -> WebhookChannel:
    url = f"http://127.0.0.1:{port}/alerts"
    return WebhookChannel(url, Secret(secret), allow_private=True, now=lambda: at)


def posted(port: int, headers: dict[str, str], body: bytes) -> int:
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    connection.request("POST", "/alerts", body, headers)
    status = connection.getresponse().status
    connection.close()
    return status


def test_the_receiver_in_the_page_takes_ours_once_and_refuses_the_rest(tmp_path: Path) -> None:
    now = utc_now()
    with receiver(tmp_path) as (port, process):
        desk(port, at=now).send(alert(title="first"))
        desk(port, at=now).send(alert(title="first, again"))
        desk(port, at=now).send(alert(title="second", key="another"))
        for wrong in (now - timedelta(minutes=6), now + timedelta(minutes=6)):
            with pytest.raises(Reject, match="answered 401") as caught:
                desk(port, at=wrong).send(alert(key="late"))
            assert caught.value.state == "login"
        with pytest.raises(Reject, match="answered 401"):
            desk(port, at=now, secret="a-guess").send(alert(key="forged"))
        body = alert_body(alert(key="replayed"))
        stamp = str(int(now.timestamp()))
        good = hmac.new(SECRET.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
        later = str(int(now.timestamp()) + 60)
        assert posted(port, {"X-Listener-Signature-V2": f"t={later},v1={good}"}, body) == 401
        assert posted(port, {"X-Listener-Signature-V2": "t=²,v1=é"}, body) == 401
        assert posted(port, {}, body) == 401
        assert posted(port, {"X-Listener-Signature-V2": f"t={stamp},v1={good}"}, body) == 204
        process.kill()
        out = process.communicate()[0].splitlines()
    assert out == ["mentions first", "mentions second", f"mentions {alert().title}"]


def test_the_page_and_the_headers_agree() -> None:
    page = (DOCS / "alerts/webhook.md").read_text()
    named = set(re.findall(r"`(X-Listener-[\w-]+)`", page))
    told = alert()
    given = WebhookChannel("https://x.example/", Secret(SECRET), now=lambda: NOON)
    headers = given._headers(told, alert_body(told))
    assert named == {name for name in headers if name.startswith("X-Listener")}
    assert unquote(headers["X-Listener-Key"]) == told.key
