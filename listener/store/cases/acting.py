"""What people do to a case, in SQL: each act once, with all that it means.

Acts come from strangers' machines: what they say is cut and cleaned before it is kept.
"""

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, get_args

from listener.cases import NAME_CHARS_MAX, TEXT_CHARS_MAX, Act, ActKind, Refused
from listener.corrections import Correction
from listener.model import LABELS, Case, Mention
from listener.rules import Silence
from listener.store import corrections, silences
from listener.store.case_port import Acted
from listener.store.cases import case_rows, changing
from listener.store.mentions import with_tags
from listener.store.rows import MENTION_COLUMNS
from listener.text import clean_text

if TYPE_CHECKING:
    from sqlite_utils import Database

KEY_CHARS_MAX = 500
_KINDS = frozenset(get_args(ActKind))


def act(db: "Database", key: str, act: Act, now: datetime) -> Acted:
    """Do it, once. Raises NoCase and Refused, before anything is written."""
    case = case_rows.read(db, key)
    act = _sound(act, now)
    if changing.is_known(db, case, act):
        return Acted(case, known=True)
    if act.kind == "wrong_tag":
        return _correct(db, case, act, now)
    if act.kind == "mute_author":
        return _mute(db, case, act, now)
    return Acted(changing.do(db, case, act, now))


def first_mention(db: "Database", case: Case) -> Mention | None:
    """The first of the case's mentions that still stands."""
    rows = db.execute(
        f"""SELECT {MENTION_COLUMNS} FROM case_members c JOIN mentions m ON m.key = c.mention
            JOIN posts p ON p.id = m.post_id WHERE c.case_key = ? AND m.state <> 'withdrawn'
            ORDER BY c.joined_at, m.n LIMIT 1""",
        (case.key,),
    ).fetchall()
    return next(iter(with_tags(db, rows)), None)


def _correct(db: "Database", case: Case, act: Act, now: datetime) -> Acted:
    """Keep the correction for good, and let the mention be what the person says."""
    mention = first_mention(db, case)
    if mention is None:
        raise Refused("its first mention is gone")
    if not act.tag_kind or not act.label:
        raise Refused("which tag is wrong, and what would be right?")
    labels = LABELS.get(act.tag_kind, (act.label,))
    if act.label not in labels:
        raise Refused(f"{act.tag_kind} is one of {', '.join(labels)}")
    said = Correction(mention.key, act.tag_kind, act.label, act.by, act.at)
    if corrections.keep(db, said).outcome == "outdated":
        raise Refused("the post's words were changed since")
    return Acted(changing.do(db, case, act, now))


def _mute(db: "Database", case: Case, act: Act, now: datetime) -> Acted:
    """Nobody is told of what its author writes, until then."""
    mention = first_mention(db, case)
    handle = case_rows.bare(mention.post.author.handle) if mention else ""
    if mention is None or not handle:
        raise Refused("its author has no handle to be known by")
    if act.until is None or act.until <= now:
        raise Refused("a silence needs a time to come")
    changed = changing.do(db, case, act, now)
    authors = frozenset({f"{mention.post.site}:{handle}"})
    reason = f"muted from case {case.key}"
    silences.save(db, Silence(now, act.until, act.by, reason, authors=authors))
    return Acted(changed)


def _sound(act: Act, now: datetime) -> Act:
    """The act as it can be kept. Raises Refused where it can't."""
    if act.kind not in _KINDS or act.kind == "joined":
        raise Refused(f"nobody can do '{clean_text(str(act.kind), 40)}'")
    if not act.key:
        raise Refused("an act needs a key")
    at = min(_aware(act.at), now)  # what is done is done: a clock may be ahead of ours
    return replace(
        act,
        key=clean_text(act.key, KEY_CHARS_MAX),
        by=clean_text(act.by, NAME_CHARS_MAX),
        via=clean_text(act.via, NAME_CHARS_MAX),
        at=at,
        until=None if act.until is None else _aware(act.until),
        tag_kind=clean_text(act.tag_kind, NAME_CHARS_MAX),
        label=clean_text(act.label, NAME_CHARS_MAX),
        text=clean_text(act.text, TEXT_CHARS_MAX),
    )


def _aware(moment: datetime) -> datetime:
    """The moment in UTC. Raises Refused for one that no calendar has there."""
    try:
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except OverflowError:
        msg = "its time is beyond all calendars"
        raise Refused(msg) from None
