"""What a call of Slack's means: signed and in time or refused, and each button its own act."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.slack import SlackChannel
from alerts.slack_parts.buttons import buttons
from listener.cases import Act
from listener.model import Case
from listener.ports import Call, Heard, Secret
from tests.alerts.example import NOON
from tests.alerts.slack_cases import case
from tests.alerts.slack_clicks import FORM, SIGNING_SECRET, Click, Member

Json = dict[str, Any]

TS = "1700000000.000000"


@dataclass
class Shown:
    """Messages as they stand in Slack, by their ts."""

    messages: dict[str, Json]


def channel(**settings: Any) -> SlackChannel:
    given: Json = {"signing_secret": Secret(SIGNING_SECRET), "channel_name": "service"} | settings
    return SlackChannel(token=Secret("xoxb-1"), channel="#service", **given)


def member(now: Case | None = None, **changes: Any) -> Member:
    """Somebody before a message about the case as it stands."""
    return Member(Shown({TS: {"blocks": buttons(now or case())}}), **({"at": NOON} | changes))


def heard(click: Click, at: datetime = NOON, **settings: Any) -> Heard:
    headers = {name.lower(): value for name, value in click.headers.items()}
    return channel(**settings).hear(Call(headers, click.body, at))


def act_of(click: Click, **more: Any) -> Act:
    answer = heard(click, **more)
    (change,) = answer.changes
    assert (answer.status, answer.body) == (200, b"")
    assert change.case == "finnair-17"
    return change.act


CLAIMED = case(state="claimed", owner="Anna", snoozed_until=NOON)
ANSWERED = case(state="answered", owner="Anna")


@pytest.mark.parametrize(
    ("now", "pressed", "kind"),
    [
        (case(), ("claim",), "claim"),
        (CLAIMED, ("claim",), "claim"),
        (case(), ("answer",), "answer"),
        (case(), ("more", "not_ours"), "not_ours"),
        (case(), ("more", "close"), "close"),
        (CLAIMED, ("more", "release"), "release"),
        (CLAIMED, ("more", "wake"), "wake"),
        (ANSWERED, ("close",), "close"),
        (ANSWERED, ("reopen",), "reopen"),
        (case(state="closed"), ("reopen",), "reopen"),
    ],
)
def test_every_button_is_its_act(now: Case, pressed: tuple[str, ...], kind: str) -> None:
    act = act_of(member(now).press(TS, *pressed))
    assert (act.kind, act.by, act.via, act.at) == (kind, "slack:U012AB3CD", "service", NOON)
    assert (act.until, act.tag_kind, act.label, act.text) == (None, "", "", "")


def test_a_mute_is_for_a_week() -> None:
    act = act_of(member().press(TS, "more", "mute_author"))
    assert (act.kind, act.until) == ("mute_author", NOON + timedelta(days=7))


def test_a_wrong_tag_says_what_it_should_be() -> None:
    act = act_of(member().press(TS, "wrong_tag", "sentiment:positive"))
    assert (act.kind, act.tag_kind, act.label) == ("wrong_tag", "sentiment", "positive")


SNOOZES = [
    ("30m", NOON, datetime(2026, 11, 21, 12, 30, tzinfo=UTC)),
    ("2h", NOON, datetime(2026, 11, 21, 14, 0, tzinfo=UTC)),
    ("tomorrow", NOON, datetime(2026, 11, 22, 7, 0, tzinfo=UTC)),
    # After midnight in Helsinki, though it is the evening before in UTC.
    (
        "tomorrow",
        datetime(2026, 11, 21, 22, 30, tzinfo=UTC),
        datetime(2026, 11, 23, 7, 0, tzinfo=UTC),
    ),
    # The clocks change in between.
    (
        "tomorrow",
        datetime(2026, 3, 28, 12, 0, tzinfo=UTC),
        datetime(2026, 3, 29, 6, 0, tzinfo=UTC),
    ),
]


@pytest.mark.parametrize(("chosen", "at", "until"), SNOOZES)
def test_a_snooze_ends_when_it_says(chosen: str, at: datetime, until: datetime) -> None:
    click = member(at=at).press(TS, "snooze", chosen)
    assert act_of(click, at=at, timezone="Europe/Helsinki").until == until


def test_a_click_has_one_key_and_another_click_another() -> None:
    one, other = member().press(TS, "answer"), member().press(TS, "answer")
    assert act_of(one).key == act_of(one, at=NOON + timedelta(seconds=9)).key
    assert act_of(one).key != act_of(other).key


def test_a_claim_of_what_nobody_has_is_one_act_whoever_presses_it() -> None:
    anna, ben = member(), member(user="U0BEN")
    assert act_of(anna.press(TS, "claim")).key == act_of(ben.press(TS, "claim")).key
    later = member(case(version=5))
    assert act_of(anna.press(TS, "claim")).key != act_of(later.press(TS, "claim")).key


LATE = [-301, -3600, 301, 86_400]


@pytest.mark.parametrize("seconds", LATE)
def test_late_and_early_calls_are_refused(seconds: int) -> None:
    answer = heard(member().press(TS, "claim"), at=NOON + timedelta(seconds=seconds))
    assert (answer.status, answer.changes) == (401, ())


@pytest.mark.parametrize("seconds", [-300, 0, 300])
def test_calls_within_five_minutes_are_heard(seconds: int) -> None:
    assert heard(member().press(TS, "claim"), at=NOON + timedelta(seconds=seconds)).status == 200


SECRETS = ["", "x", SIGNING_SECRET.upper(), SIGNING_SECRET[:-1], SIGNING_SECRET + "0"]


@pytest.mark.parametrize("secret", SECRETS)
def test_who_does_not_know_the_secret_is_refused(secret: str) -> None:
    answer = heard(member(secret=secret).press(TS, "claim"))
    assert (answer.status, answer.changes) == (401, ())


def _changed(name: str, value: str | None) -> Click:
    click = member().press(TS, "claim")
    headers = {key: text for key, text in click.headers.items() if key != name}
    return Click(click.body, headers if value is None else headers | {name: value})


STAMP, SIGNATURE = "X-Slack-Request-Timestamp", "X-Slack-Signature"
NOW = str(int(NOON.timestamp()))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        (STAMP, None),
        (STAMP, ""),
        (STAMP, str(int(NOW) + 1)),
        (STAMP, f" {NOW}"),
        (STAMP, f"+{NOW}"),
        (STAMP, "٣" * 10),
        (STAMP, "9" * 400),
        (STAMP, f"{NOW}.0"),
        (SIGNATURE, None),
        (SIGNATURE, ""),
        (SIGNATURE, "v0="),
        (SIGNATURE, "v1=" + "0" * 64),
        (SIGNATURE, "v0=" + "ä" * 64),
        (SIGNATURE, "v0=" + "0" * 10**6),
    ],
)
def test_forged_headers_are_refused(name: str, value: str | None) -> None:
    answer = heard(_changed(name, value))
    assert (answer.status, answer.changes) == (401, ())


@pytest.mark.parametrize("cut", [0, 1, 100, -1])
def test_a_truncated_body_is_refused(cut: int) -> None:
    click = member().press(TS, "claim")
    assert heard(Click(click.body[:cut], click.headers)).status == 401


def test_one_changed_byte_is_refused() -> None:
    click = member().press(TS, "claim")
    for at in range(0, len(click.body), 97):
        body = bytearray(click.body)
        body[at] ^= 1
        assert heard(Click(bytes(body), click.headers)).status == 401


def test_a_channel_without_a_secret_hears_nothing() -> None:
    answer = heard(member().press(TS, "claim"), signing_secret=None)
    assert (answer.status, answer.changes) == (404, ())


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"", FORM),
        (b"payload=", FORM),
        (b"payload=%7B", FORM),
        (b"payload=[]", FORM),
        (b"payload=1", FORM),
        (b"other={}", FORM),
        (b"payload={}&payload={}", FORM),
        (b"payload={}" + b"&a=b" * 20, FORM),
        (b"payload=" + b"[" * 100_000, FORM),
        (b'payload={"n":' + b"9" * 9_000 + b"}", FORM),
        (b"\xff\xfe", FORM),
        (b"\xff", "application/json"),
        (b"{}", "text/plain"),
        (b"{}", "multipart/form-data; boundary=x"),
        (b"[]", "application/json; charset=utf-8"),
    ],
)
def test_what_is_signed_and_no_payload_is_refused(body: bytes, content_type: str) -> None:
    answer = heard(member().sign(body, content_type))
    assert (answer.status, answer.changes) == (400, ())


def test_a_body_over_the_limit_is_refused() -> None:
    assert heard(member().sign(b"payload=" + b"x" * 1_000_000)).status == 413


@pytest.mark.parametrize("kind", ["shortcut", "view_submission", "message_action", "", None, 7])
def test_what_is_none_of_ours_is_politely_ignored(kind: Any) -> None:
    body = urlencode({"payload": json.dumps({"type": kind})}).encode()
    assert heard(member().sign(body)) == Heard()


def test_slack_is_shown_that_the_address_is_ours() -> None:
    body = json.dumps({"type": "url_verification", "token": "x", "challenge": "3eZbrw1"}).encode()
    answer = heard(member().sign(body, "application/json"))
    assert (answer.status, answer.body) == (200, b"3eZbrw1")
    forged = member(secret="other").sign(body, "application/json")
    assert heard(forged).status == 401


def tampered(path: str, value: Any) -> Click:
    """A signed click with one field otherwise."""
    one = member()
    payload: Any = one.payload(TS, "snooze", "30m")
    held = payload
    *way, last = path.split(".")
    for name in way:
        held = held[int(name)] if name.isdigit() else held[name]
    held[last] = value
    return one.sign(urlencode({"payload": json.dumps(payload)}).encode())


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("user", None),
        ("user.id", "<!here>"),
        ("user.id", 7),
        ("user.id", "U1\n"),
        ("container", []),
        ("container.message_ts", "now"),
        ("container.channel_id", ""),
        ("actions", {}),
        ("actions", [{}] * 6),
        ("actions.0.action_ts", None),
    ],
)
def test_a_payload_that_is_not_slacks_is_refused(path: str, value: Any) -> None:
    answer = heard(tampered(path, value))
    assert (answer.status, answer.changes) == (400, ())


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("actions", []),
        ("actions", ["x", None]),
        ("actions.0.block_id", "another app's"),
        ("actions.0.block_id", None),
        ("actions.0.action_id", "joined"),  # an act, and none that people do
        ("actions.0.action_id", "note"),
        ("actions.0.action_id", "delete_all"),
        ("actions.0.selected_option", None),  # Slack says so when a choice is taken back
        ("actions.0.selected_option", {"value": "100 years"}),
        ("actions.0.selected_option", {"value": ["30m"]}),
    ],
)
def test_what_is_none_of_our_buttons_does_nothing(path: str, value: Any) -> None:
    answer = heard(tampered(path, value))
    assert (answer.status, answer.changes) == (200, ())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(("type", "user", "id", "actions", "container", "block_id")), inner
        )
    ),
    max_leaves=12,
)


@settings(max_examples=200, deadline=None)
@given(JSON)
def test_no_payload_makes_it_raise(value: Any) -> None:
    for told in (value, {"type": "block_actions", "actions": [value], "container": value}):
        click = member().sign(urlencode({"payload": json.dumps(told)}).encode())
        assert heard(click).status in {200, 400}


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(
        (
            "user.id",
            "container.message_ts",
            "actions.0.block_id",
            "actions.0.action_id",
            "actions.0.selected_option",
            "actions.0.selected_option.value",
            "actions.0.action_ts",
        )
    ),
    JSON,
)
def test_no_field_makes_it_raise(path: str, value: Any) -> None:
    assert heard(tampered(path, value)).status in {200, 400}


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300), st.sampled_from((FORM, "application/json")))
def test_no_body_makes_it_raise(body: bytes, content_type: str) -> None:
    assert heard(member().sign(body, content_type)).status in {200, 400}
