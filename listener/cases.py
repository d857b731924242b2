"""What people do to a case, and what becomes of it. Pure: a case and an act in, a case out."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from listener.model import Case

ActKind = Literal[
    "claim",  # it is mine now, whoever had it
    "release",  # nobody's again
    "answer",  # the customer has an answer
    "close",  # nothing more to do
    "reopen",
    "snooze",  # not before ``until``
    "wake",  # the snooze is over, or was taken back
    "not_ours",  # closed: nothing for us
    "wrong_tag",  # a judgement of its first mention is wrong: ``tag_kind`` should be ``label``
    "mute_author",  # no alert about its author before ``until``
    "note",  # words for colleagues
    "joined",  # another mention came: by the listener, never by people
]

IN_PUBLIC = "in public"
IN_PLACE = "there and then"
"""The ``via`` of a reply that an account of the brand's own wrote to the post itself."""
LISTENER = "listener"
"""Who does, and via what, what nobody told it to do: mentions join, a snooze ends, all is gone."""

TEXT_CHARS_MAX = 4_000
NAME_CHARS_MAX = 200


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that somebody did to a case. ``key`` makes doing it twice harmless.

    ``by`` is a person of the config, or the channel's own name for somebody, with the channel in
    front: ``slack:U012AB3CD``. ``via`` is where it was done: a channel's name, ``command line``,
    or ``in public`` where an account of the brand's own replied to the post itself, or ``there and
    then`` where its place says so, as of a call that was taken.
    """

    key: str
    kind: ActKind
    by: str
    via: str
    at: datetime
    until: datetime | None = None
    tag_kind: str = ""
    label: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """An act as a channel tells it.

    The case is named by ``case``, its key, or by ``ticket``, the receipt that the channel's
    ``send`` returned.
    """

    act: Act
    case: str = ""
    ticket: str = ""


class Refused(Exception):
    """The act means nothing for the case as it stands; the sentence says why."""


def after(case: Case, act: Act) -> Case:
    """The case after the act. Raises Refused where it makes no sense as the case stands."""
    changed = _AFTER.get(act.kind, _unchanged)(case, act)
    return replace(changed, version=case.version + 1)


def is_open(case: Case) -> bool:
    """Whether somebody still waits, or may write again into it."""
    return case.state != "closed"


def _claim(case: Case, act: Act) -> Case:
    _refuse_closed(case)
    if case.state == "claimed" and case.owner == act.by:
        raise Refused(f"{case.owner} has it already")
    state = case.state if case.state == "answered" else "claimed"
    return replace(
        case, state=state, owner=act.by, claimed_at=case.claimed_at or act.at, claim_due_at=None
    )


def _release(case: Case, _act: Act) -> Case:
    if case.state != "claimed":
        raise Refused(f"nobody is at it: it is {case.state}")
    return replace(case, state="new", owner="", claimed_at=None)


def _answer(case: Case, act: Act) -> Case:
    _refuse_closed(case)
    if case.state == "answered":
        raise Refused("it is answered already")
    return replace(_settled(case, act), state="answered", answered_at=act.at)


def _close(case: Case, act: Act) -> Case:
    _refuse_closed(case)
    return replace(_settled(case, act), state="closed", closed_at=act.at)


def _reopen(case: Case, act: Act) -> Case:
    if case.state in {"new", "claimed"}:
        raise Refused(f"it is open: {case.state}")
    return _waiting_again(case, act)


def _joined(case: Case, act: Act) -> Case:
    """Another mention: who was answered waits again; a snooze is over."""
    _refuse_closed(case)
    return (
        _waiting_again(case, act) if case.state == "answered" else replace(case, snoozed_until=None)
    )


def _snooze(case: Case, act: Act) -> Case:
    _refuse_closed(case)
    if act.until is None or act.until <= act.at:
        raise Refused("a snooze needs a time to come")
    return replace(case, snoozed_until=act.until)


def _wake(case: Case, _act: Act) -> Case:
    if case.snoozed_until is None:
        raise Refused("it is not snoozed")
    return replace(case, snoozed_until=None)


def _unchanged(case: Case, _act: Act) -> Case:
    return case


def _settled(case: Case, act: Act) -> Case:
    """Nobody waits any more: both promises are kept or broken, whichever, and over."""
    by_person = act.via not in {IN_PUBLIC, IN_PLACE, LISTENER}
    return replace(
        case,
        owner=case.owner or (act.by if by_person else ""),
        claimed_at=case.claimed_at or act.at,
        snoozed_until=None,
        claim_due_at=None,
        answer_due_at=None,
    )


def _waiting_again(case: Case, act: Act) -> Case:
    """Somebody waits from now on; whoever owned it still does."""
    return replace(
        case,
        state="claimed" if case.owner else "new",
        claimed_at=case.claimed_at if case.owner else None,
        waiting_since=act.at,
        answered_at=None,
        closed_at=None,
        snoozed_until=None,
        step=0,
    )


def _refuse_closed(case: Case) -> None:
    if case.state == "closed":
        raise Refused("it is closed")


_AFTER = {
    "claim": _claim,
    "release": _release,
    "answer": _answer,
    "close": _close,
    "not_ours": _close,
    "reopen": _reopen,
    "joined": _joined,
    "snooze": _snooze,
    "wake": _wake,
}
