"""``listener cases`` and ``listener case``: what is open, who is at it, and what is done to it."""

import json
import uuid
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import get_args

from listener import wiring
from listener.cases import TEXT_CHARS_MAX, Act, ActKind, Refused
from listener.cli.shared import BadUse, ago, configured, login, moment_ahead, plain, reading
from listener.clock import utc_now
from listener.config import Config
from listener.model import Case, CaseState, Mention
from listener.store.case_port import CASES_MAX, OPEN, CaseFile, NoCase
from listener.store.cases import words
from listener.suggest import suggestion
from listener.text import clean_text, shown

STATES: tuple[CaseState, ...] = get_args(CaseState)
ACTS: tuple[ActKind, ...] = (
    "claim",
    "release",
    "answer",
    "close",
    "reopen",
    "snooze",
    "wake",
    "not_ours",
    "note",
)
COMMAND_LINE = "command line"


def list_cases(
    path: Path, state: str, team: str, owner: str, author: str, *, as_json: bool
) -> None:
    """Print a line per case, or a JSON list."""
    config = configured(path)
    states = _states(state)
    teams = (team,) if team else ()
    if team and team not in config.teams.teams:
        known = config.teams.teams
        msg = f"no team '{shown(team, 64)}' in {config.path}{suggestion(team, known)}"
        raise BadUse(msg)
    now = utc_now()
    with reading(config) as store:
        found = store.cases.find(states=states, teams=teams, owner=owner, author=author)
    if as_json:
        print(json.dumps([plain(asdict(case)) for case in found], ensure_ascii=False))
        return
    for case in found:
        print(_line(case, now))
    first = "the first " if len(found) == CASES_MAX else ""
    print(f"{first}{len(found)} {'case' if len(found) == 1 else 'cases'}: {', '.join(states)}")


def show_case(path: Path, key: str, *, as_json: bool) -> None:
    """Print a case with its mentions and what was done to it."""
    config = configured(path)
    with reading(config) as store:
        file = store.cases.file(key)
    if file is None:
        raise BadUse(_no_case(key))
    if as_json:
        print(json.dumps(plain(asdict(file)), ensure_ascii=False))
        return
    print("\n".join(_lines(file, utc_now())))


def do(path: Path, key: str, act: str, until: str, text: str, by: str) -> None:
    """Do it, and say how the case stands then. BadUse where that makes no sense."""
    config = configured(path)
    now = utc_now()
    kind = _kind(act)
    if bool(until) != (kind == "snooze"):
        msg = "snooze needs --until, such as --until 2h; no other act takes it"
        raise BadUse(msg)
    if kind == "note" and not text.strip():
        msg = 'a note needs its words: --text "…"'
        raise BadUse(msg)
    done = Act(
        key=f"command:{uuid.uuid4()}",
        kind=kind,
        by=_who(config, by),
        via=COMMAND_LINE,
        at=now,
        until=moment_ahead(until, now, config.zone) if until else None,
        text=clean_text(text, TEXT_CHARS_MAX),
    )
    try:
        with reading(config) as store:
            before = store.cases.file(key)
            case = store.cases.act(key, done, now).case
    except NoCase:
        raise BadUse(_no_case(key)) from None
    except Refused as refusal:
        msg = f"case {shown(key, 64)}: {refusal}"
        raise BadUse(msg) from None
    print(_line(case, now))
    had_it = before.case.owner if before else ""
    if had_it and had_it != case.owner:
        print(f"it was with {shown(had_it, 60)} before")


def _who(config: Config, by: str) -> str:
    """Who acts: a person of the config, where it has any and somebody is named."""
    teams = wiring.teams(config)
    name = teams.name_of(by or login())
    if by and teams.people and name not in teams.people:
        known = teams.people
        msg = f"no person '{shown(by, 64)}' in {config.path}{suggestion(by, known)}"
        raise BadUse(msg)
    return name


def _states(stated: str) -> tuple[CaseState, ...]:
    wanted = [word.strip() for word in stated.split(",") if word.strip()]
    for word in wanted:
        if word not in STATES:
            msg = f"'{shown(word, 40)}' is no state{suggestion(word, STATES)}"
            raise BadUse(msg)
    return tuple(state for state in STATES if state in wanted) or OPEN


def _kind(stated: str) -> ActKind:
    name = stated.strip().replace("-", "_")
    for kind in ACTS:
        if kind == name:
            return kind
    known = [kind.replace("_", "-") for kind in ACTS]
    msg = f"'{shown(stated, 40)}' can't be done to a case{suggestion(stated, known)}"
    raise BadUse(msg)


def _no_case(key: str) -> str:
    return f"there is no case '{shown(key, 64)}'; listener cases lists them"


def _line(case: Case, now: datetime) -> str:
    """A case on one line: how weighty, whose, how long somebody has waited."""
    waits = f"waits {ago(case.waiting_since, now)}" if case.state in {"new", "claimed"} else ""
    parts = [
        f"{case.key}  {case.state:8} {case.priority:3}  {case.brand}, {case.team}",
        f"{case.mentions} mentions by {case.authors}" if case.mentions > 1 else "",
        f"with {shown(case.owner, 60)}" if case.owner else "",
        waits,
        f"to be answered by {_minute(case.answer_due_at)}" if case.answer_due_at else "",
        f"snoozed until {_minute(case.snoozed_until)}" if case.snoozed_until else "",
    ]
    return ", ".join(part for part in parts if part)


def _lines(file: CaseFile, now: datetime) -> Iterator[str]:
    case = file.case
    yield _line(case, now)
    seen = f"seen {_minute(case.opened_at)}, rule {case.rule}"
    yield f"published {_minute(case.published_at)}, {seen}"
    for channel, ticket in sorted(file.tickets.items()):
        yield f"told by {channel}: {shown(ticket, 100)}"
    for mention in file.mentions:
        yield from _mention(mention)
    for act in file.acts:
        said = f": {shown(act.text, 300)}" if act.text else ""
        yield f"{_minute(act.at)}  {words.line(act)}{said}"


def _mention(mention: Mention) -> Iterator[str]:
    post = mention.post
    who = shown(post.author.handle or post.author.name, 60) or "unknown author"
    when = f"{_minute(post.published_at)}  " if post.published_at else ""
    yield f"{when}{who} on {shown(post.site, 40)}, priority {mention.priority.score}"
    yield f"    {shown(post.title or post.text, 300)}"
    if post.url:
        yield f"    {shown(post.url, 300)}"


def _minute(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
