"""Cases as people read them, in SQL: a list of them, or one with all that belongs to it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from listener.cases import Act
from listener.model import Case, CaseState, Mention
from listener.store import forgetting
from listener.store.case_port import CaseFile
from listener.store.cases import case_rows
from listener.store.mentions import with_tags
from listener.store.rows import MENTION_COLUMNS

if TYPE_CHECKING:
    from sqlite_utils import Database

MENTIONS_MAX = 500
ACTS_MAX = 2_000


def find(
    db: "Database",
    states: Sequence[CaseState],
    teams: Sequence[str],
    owner: str,
    author: str,
    limit: int,
) -> list[Case]:
    """The weightiest first, of equals the one that waits longest."""
    asked, values = [f"state IN ({_marks(states)})"], list[str](states)
    if teams:
        asked.append(f"team IN ({_marks(teams)})")
        values += teams
    if owner:
        asked.append("owner = ?")
        values.append(owner)
    if author:
        keys = _of_author(db, author)
        asked.append(f"key IN ({_marks(keys)})")
        values += keys
    rows = db.execute(
        f"""SELECT * FROM cases WHERE {" AND ".join(asked)}
            ORDER BY priority DESC, waiting_since, key LIMIT ?""",
        (*values, max(limit, 0)),
    ).fetchall()
    return [case_rows.case_of(row) for row in rows]


def file(db: "Database", key: str) -> CaseFile | None:
    """The case with the last of its mentions and of its acts, each the oldest first."""
    row = db.execute("SELECT * FROM cases WHERE key = ?", (key,)).fetchone()
    if row is None:
        return None
    return CaseFile(case_rows.case_of(row), _mentions(db, key), _acts(db, key), _tickets(db, key))


def _of_author(db: "Database", author: str) -> list[str]:
    name, site = forgetting.named(db, author, None)
    return forgetting.cases_of(db, name, site)


def _mentions(db: "Database", key: str) -> tuple[Mention, ...]:
    rows = db.execute(
        f"""SELECT {MENTION_COLUMNS} FROM case_members c JOIN mentions m ON m.key = c.mention
            JOIN posts p ON p.id = m.post_id
            WHERE c.case_key = ? AND m.state <> 'withdrawn' AND p.deleted_at IS NULL
            ORDER BY c.joined_at DESC, m.n DESC LIMIT ?""",
        (key, MENTIONS_MAX),
    ).fetchall()
    return tuple(with_tags(db, rows[::-1]))


def _acts(db: "Database", key: str) -> tuple[Act, ...]:
    rows = db.execute(
        "SELECT * FROM acts WHERE case_key = ? ORDER BY n DESC LIMIT ?", (key, ACTS_MAX)
    ).fetchall()
    return tuple(case_rows.act_of(row) for row in rows[::-1])


def _tickets(db: "Database", key: str) -> dict[str, str]:
    """The last receipt of each thread."""
    rows = db.execute(
        """SELECT o.channel, o.receipt FROM case_threads c JOIN outbox o ON o.thread = c.thread
           WHERE c.case_key = ? AND o.receipt IS NOT NULL AND +o.state = 'delivered'
           AND o.kind <> 'retraction' ORDER BY o.revision""",
        (key,),
    )
    return {row["channel"]: row["receipt"] for row in rows}


def _marks(values: Sequence[str]) -> str:
    return ",".join("?" * len(values))
