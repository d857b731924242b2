"""The buttons under a case in Slack, and which act each of them is.

A row is named after its case and the version of it that was shown; what is pressed comes back with
that name. The values are ours; nothing in a row was written by strangers.

Limits: docs.slack.dev/reference/block-kit/blocks/actions-block, …/block-elements/button-element,
…/select-menu-element, …/overflow-menu-element and …/composition-objects/option-object.
"""

import re
from urllib.parse import quote, unquote

from alerts.slack_parts.escape import Json
from listener.cases import ActKind
from listener.model import LABELS, Case
from listener.text import clean_text

MUTE_DAYS = 7
SNOOZES = {"30m": "30 minutes", "2h": "2 hours", "tomorrow": "tomorrow, 9:00"}

MENU = "more"
"""The action that the menu at the end of a row sends, with the act chosen in it."""

_ROW = "case"
_ROW_CHARS_MAX = 255
_SAFE_IN_ROW = "/:#@~+,."
_VERSION = re.compile(r"[0-9]{1,18}")

_OFFERS: dict[ActKind, str] = {
    "release": "Release it",
    "wake": "End the snooze",
    "not_ours": "Not for us",
    "close": "Close it",
    "mute_author": f"Mute the author for {MUTE_DAYS} days",
}
"""What the menu at the end of the row may offer, at most five."""


def buttons(case: Case) -> list[Json]:
    """The row for the case as it stands; none where Slack can't take its key."""
    name = f"{_ROW}/{case.version}/{quote(case.key.encode('utf-8', 'replace'), safe=_SAFE_IN_ROW)}"
    if not case.key or len(name) > _ROW_CHARS_MAX:
        return []
    return [{"type": "actions", "block_id": name, "elements": _elements(case)}]


def case_of(row: str) -> tuple[str, int] | None:
    """The case's key and version that a row is named after, or None: it is none of ours."""
    kind, _, rest = row.partition("/")
    version, _, key = rest.partition("/")
    if kind != _ROW or not key or not _VERSION.fullmatch(version):
        return None
    return clean_text(unquote(key), _ROW_CHARS_MAX), int(version)


def _elements(case: Case) -> list[Json]:
    if case.state == "closed":
        return [_button("reopen", "Reopen"), _wrong_tag()]
    if case.state == "answered":
        menu: list[ActKind] = ["not_ours", "mute_author"]
        shown = [_button("close", "Close"), _button("reopen", "Reopen")]
        return [*shown, _wrong_tag(), _overflow(menu)]
    claim = _button("claim", "Take over") if case.owner else _button("claim", "Claim", "primary")
    offered: list[ActKind] = ["not_ours", "close", "mute_author"]
    if case.state == "claimed":
        offered.insert(0, "release")
    if case.snoozed_until is not None:
        offered.insert(0, "wake")
    return [claim, _button("answer", "Answered"), _snooze(), _wrong_tag(), _overflow(offered)]


def _button(act: ActKind, label: str, style: str = "") -> Json:
    button = {"type": "button", "action_id": act, "text": _label(label), "value": act}
    return button | {"style": style} if style else button


def _snooze() -> Json:
    options = [_option(value, label) for value, label in SNOOZES.items()]
    return _select("snooze", "Snooze") | {"options": options}


def _wrong_tag() -> Json:
    groups = [
        {
            "label": _label(kind),
            "options": [_option(f"{kind}:{label}", f"{kind}: {label}") for label in labels],
        }
        for kind, labels in LABELS.items()
    ]
    return _select("wrong_tag", "Wrong tag") | {"option_groups": groups}


def _select(act: ActKind, label: str) -> Json:
    return {"type": "static_select", "action_id": act, "placeholder": _label(label)}


def _overflow(acts: list[ActKind]) -> Json:
    options = [_option(act, _OFFERS[act]) for act in acts]
    return {"type": "overflow", "action_id": MENU, "options": options}


def _option(value: str, label: str) -> Json:
    return {"text": _label(label), "value": value}


def _label(words: str) -> Json:
    return {"type": "plain_text", "text": words, "emoji": False}
