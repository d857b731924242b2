"""Cases and acts between rows and values, and the plainest reads and writes of them."""

from dataclasses import fields
from datetime import datetime
from typing import TYPE_CHECKING

from listener.cases import Act
from listener.model import Case, Mention
from listener.store.case_port import NoCase
from listener.store.rows import Row, moment, moment_or_none, stamp
from listener.text import shown

if TYPE_CHECKING:
    from sqlite_utils import Database

_COLUMNS = tuple(field.name for field in fields(Case))
_NEEDED = frozenset({"opened_at", "published_at", "waiting_since"})
_TIMES = _NEEDED | {name for name in _COLUMNS if name.endswith(("_at", "_until"))}


def case_of(row: Row) -> Case:
    """The case that :func:`write` wrote."""
    return Case(
        **{name: moment_or_none(row[name]) if name in _TIMES else row[name] for name in _COLUMNS}  # type: ignore[arg-type]
    )


def read(db: "Database", key: str) -> Case:
    """The case of this key. Raises NoCase."""
    row = db.execute("SELECT * FROM cases WHERE key = ?", (key,)).fetchone()
    if row is None:
        raise NoCase(f"there is no case {shown(key, 80)}")
    return case_of(row)


def write(db: "Database", case: Case, check_at: datetime | None) -> None:
    """Keep the case as it is now; ``check_at`` is when it is to be held against the clock."""
    row = {name: getattr(case, name) for name in _COLUMNS}
    row |= {name: stamp(at) for name in _TIMES if (at := row[name]) is not None}
    row["check_at"] = None if check_at is None else stamp(check_at)
    columns, values = ", ".join(row), ", ".join(f":{column}" for column in row)
    changes = ", ".join(f"{name} = excluded.{name}" for name in row)
    db.execute(
        f"""INSERT INTO cases ({columns}) VALUES ({values})
            ON CONFLICT (key) DO UPDATE SET {changes}""",
        row,
    )


def author_of(mention: Mention) -> str:
    """The account that wrote it, the same however its handle is written; empty if nameless."""
    author, site = mention.post.author, mention.post.site
    if author.id:
        return f"{site}#{author.id}"
    handle = bare(author.handle)
    return f"{site}:{handle}" if handle else ""


def bare(handle: str) -> str:
    """A handle as it is compared."""
    return handle.strip().casefold().removeprefix("@")


def act_of(row: Row) -> Act:
    """What was done."""
    return Act(
        key=row["key"],
        kind=row["kind"],
        by=row["made_by"],
        via=row["via"],
        at=moment(row["at"]),
        until=moment_or_none(row["until"]),
        tag_kind=row["tag_kind"],
        label=row["label"],
        text=row["text"],
    )


def insert_act(db: "Database", case: str, act: Act, now: datetime, *, told: bool) -> None:
    """Keep what was done; ``told``: the channels that follow the case are told of it."""
    db.execute(
        """INSERT INTO acts (case_key, key, kind, made_by, via, at, until, tag_kind, label, text,
               told, saved_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        (
            case,
            act.key,
            act.kind,
            act.by,
            act.via,
            stamp(act.at),
            stamp(act.until) if act.until else None,
            act.tag_kind,
            act.label,
            act.text,
            told,
            stamp(now),
        ),
    )
