"""What was done to a case, in words: the title and body of what the channels are told. Pure."""

from collections.abc import Sequence

from listener.cases import Act
from listener.text import shown, shown_lines

NAME_CHARS_MAX = 80
LINES_MAX = 20
TITLE_CHARS_MAX = 200
NOTE_CHARS_MAX = 1_000

_DONE = {
    "claim": "claimed",
    "release": "given back",
    "answer": "answered",
    "close": "closed",
    "reopen": "opened again",
    "snooze": "snoozed",
    "wake": "no longer snoozed",
    "not_ours": "closed, nothing for us",
    "wrong_tag": "judged anew",
    "mute_author": "its author muted",
    "note": "noted",
    "joined": "waits again: another mention came",
}


def title(acts: Sequence[Act]) -> str:
    """What was done last, on one line; empty where nothing was."""
    return shown(line(acts[-1]), TITLE_CHARS_MAX) if acts else ""


def body(acts: Sequence[Act]) -> str:
    """What was done, a line each, with what people wrote about it."""
    left_out = len(acts) - LINES_MAX
    lines = [f"… {left_out} changes before"] * (left_out > 0)
    for act in acts[-LINES_MAX:]:
        lines.append(line(act))
        lines += [f"  {line}" for line in shown_lines(act.text, NOTE_CHARS_MAX).splitlines()]
    return "\n".join(lines)


def line(act: Act) -> str:
    """What was done, by whom and where, without the words that go with it."""
    done = _DONE.get(act.kind, act.kind)
    if act.kind == "joined":
        return done
    until = f" until {act.until:%Y-%m-%d %H:%M} UTC" if act.until else ""
    tag = f": {shown(act.tag_kind, NAME_CHARS_MAX)} is {shown(act.label, NAME_CHARS_MAX)}"
    judged = tag if act.kind == "wrong_tag" else ""
    via = shown(act.via, NAME_CHARS_MAX)
    where = f" ({via})" if via and via != act.by else ""
    return f"{done}{until} by {shown(act.by, NAME_CHARS_MAX)}{where}{judged}"
