"""From a click in Slack to what it does to a case. Pure.

Source: docs.slack.dev/reference/interaction-payloads/block_actions-payload.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import get_args

from alerts.slack_parts.buttons import MENU, MUTE_DAYS, case_of
from alerts.slack_parts.escape import Json
from listener.cases import Act, ActKind, Change
from listener.model import LABELS

_ACTIONS_MAX = 5
_MORNING = time(9)
_KINDS: Mapping[str, ActKind] = {kind: kind for kind in get_args(ActKind)}
_PLAIN: frozenset[ActKind] = frozenset(
    {"claim", "answer", "release", "wake", "close", "reopen", "not_ours"}
)
_SNOOZES = {"30m": timedelta(minutes=30), "2h": timedelta(hours=2)}

_USER = re.compile(r"[UW][A-Z0-9]{2,20}")
_PLACE = re.compile(r"[A-Z0-9]{2,40}")
_TS = re.compile(r"[0-9]{1,20}\.[0-9]{1,20}")


class NotUnderstood(Exception):
    """It is signed, and yet nothing as Slack documents it."""


@dataclass(frozen=True, slots=True)
class Click:
    """Who pressed what, on which message of which conversation."""

    user: str
    place: str
    message: str
    actions: tuple[Json, ...]


def click(told: Json) -> Click:
    """Who pressed what, in a ``block_actions`` payload. Raises NotUnderstood."""
    container = _object(told, "container")
    actions = told.get("actions")
    if not isinstance(actions, list) or len(actions) > _ACTIONS_MAX:
        raise NotUnderstood("no actions")
    return Click(
        user=_matching(_object(told, "user"), "id", _USER),
        place=_matching(container, "channel_id", _PLACE),
        message=_matching(container, "message_ts", _TS),
        actions=tuple(one for one in actions if isinstance(one, dict)),
    )


def changes(pressed: Click, via: str, at: datetime, zone: tzinfo) -> tuple[Change, ...]:
    """What was done to cases; what is none of our buttons does nothing."""
    found = (_change(pressed, action, via, at, zone) for action in pressed.actions)
    return tuple(change for change in found if change is not None)


def _change(pressed: Click, action: Json, via: str, at: datetime, zone: tzinfo) -> Change | None:
    row = case_of(str(action.get("block_id", "")))
    kind, value = _chosen(action)
    if row is None or kind is None:
        return None
    case, version = row
    blank = Act(_key(pressed, action), kind, f"slack:{pressed.user}", via, at)
    act = _completed(blank, value, zone)
    if act is not None and kind == "claim":
        # Of all who saw it as it stood one gets it: theirs is one act, and it is done once.
        act = replace(act, key=f"slack/claim/{version}/{case}")
    return None if act is None else Change(act, case=case)


def _chosen(action: Json) -> tuple[ActKind | None, str]:
    """The act that was pressed, and what was chosen for it."""
    name, option = action.get("action_id"), action.get("selected_option")
    value = str(option.get("value", "")) if isinstance(option, dict) else ""
    return _KINDS.get(value if name == MENU else str(name)), value


def _completed(act: Act, value: str, zone: tzinfo) -> Act | None:
    """The act with what was chosen for it, or None where that is nothing that we offered."""
    if act.kind in _PLAIN:
        return act
    if act.kind == "mute_author":
        return replace(act, until=act.at + timedelta(days=MUTE_DAYS))
    if act.kind == "snooze" and (until := _until(value, act.at, zone)):
        return replace(act, until=until)
    kind, _, label = value.partition(":")
    if act.kind == "wrong_tag" and label in LABELS.get(kind, ()):
        return replace(act, tag_kind=kind, label=label)
    return None


def _until(value: str, at: datetime, zone: tzinfo) -> datetime | None:
    if value in _SNOOZES:
        return at + _SNOOZES[value]
    tomorrow = at.astimezone(zone).date() + timedelta(days=1)
    if value != "tomorrow":
        return None
    return datetime.combine(tomorrow, _MORNING, zone).astimezone(UTC)


def _key(pressed: Click, action: Json) -> str:
    """The same for the same click, however often we are told of it."""
    at = _matching(action, "action_ts", _TS)
    return f"slack/{pressed.place}/{pressed.message}/{pressed.user}/{at}"


def _object(told: Json, name: str) -> Json:
    found = told.get(name)
    if not isinstance(found, dict):
        raise NotUnderstood(f"no {name}")
    return found


def _matching(told: Json, name: str, pattern: re.Pattern[str]) -> str:
    found = told.get(name)
    if not isinstance(found, str) or not pattern.fullmatch(found):
        raise NotUnderstood(f"no {name} as Slack writes it")
    return found
