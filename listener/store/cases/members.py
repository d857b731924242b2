"""Which mention is in which case, in SQL: found by author or story, counted, and gone."""

from base64 import b32encode
from collections.abc import Sequence
from datetime import datetime
from hashlib import blake2b
from typing import TYPE_CHECKING

from listener.model import Case, Mention
from listener.rules import CaseOrder
from listener.store.cases import case_rows
from listener.store.rows import moment_or_none, stamp

if TYPE_CHECKING:
    from sqlite_utils import Database

KEY_CHARS = 12


def key_of(rule: str, mention_key: str, opened_at: datetime) -> str:
    """A case's key: the same for the same, and for nothing else in the world."""
    named = "\x00".join((rule, mention_key, stamp(opened_at)))
    digest = blake2b(named.encode(), digest_size=15).digest()
    return "c" + b32encode(digest).decode().lower()[:KEY_CHARS]


def case_of_mention(db: "Database", mention_key: str) -> Case | None:
    """The case that the mention is in."""
    row = db.execute(
        """SELECT c.* FROM case_members m JOIN cases c ON c.key = m.case_key
           WHERE m.mention = ?""",
        (mention_key,),
    ).fetchone()
    return None if row is None else case_rows.case_of(row)


def answered_at(db: "Database", mention_key: str) -> datetime | None:
    """When somebody first answered the mention's case, after the mention was in it.

    What its own place says of it is not repeated here: there it may have been put right since.

    That stands when the customer writes again and the case is open once more, but not where
    somebody opened it anew: then it was no answer.
    """
    row = db.execute(
        """SELECT min(a.at) AS at FROM case_members c JOIN mentions m ON m.key = c.mention
           JOIN acts a ON a.case_key = c.case_key AND a.kind = 'answer'
           AND a.saved_at >= c.joined_at AND a.at >= m.published_at
           AND a.key <> 'answer:' || m.post_id
           WHERE c.mention = ? AND NOT EXISTS (SELECT 1 FROM acts r
               WHERE r.case_key = a.case_key AND r.kind = 'reopen' AND r.n > a.n)""",
        (mention_key,),
    ).fetchone()
    return moment_or_none(row["at"])


def fitting(db: "Database", wanted: CaseOrder, mention: Mention, story: str) -> Case | None:
    """The case that is not closed and that the mention fits: by author, else by story.

    An author's is whatever team has it: nobody stands in two queues because it is night. Of
    several the one that was joined last.
    """
    author = case_rows.author_of(mention)
    asked = [("author", author, "")] * wanted.by_author
    asked += [("story", story, wanted.team)] * wanted.by_story
    for column, value, team in asked:
        row = db.execute(
            f"""SELECT c.* FROM case_members m JOIN cases c ON c.key = m.case_key
                WHERE m.{column} = :value AND m.{column} <> '' AND c.brand = :brand
                AND :team IN ('', c.team) AND c.state <> 'closed'
                ORDER BY m.joined_at DESC, m.mention DESC LIMIT 1""",
            {"value": value, "brand": mention.brand, "team": team},
        ).fetchone()
        if row is not None:
            return case_rows.case_of(row)
    return None


def add(db: "Database", case: Case, mention: Mention, story: str, now: datetime) -> bool:
    """Have the mention in the case. Returns whether its author is new there."""
    author = case_rows.author_of(mention)
    is_new = (
        not author
        or not db.execute(
            "SELECT 1 FROM case_members WHERE author = ? AND case_key = ? LIMIT 1",
            (author, case.key),
        ).fetchone()
    )
    db.execute(
        """INSERT INTO case_members (mention, case_key, author, story, joined_at)
           VALUES (?, ?, ?, ?, ?)""",
        (mention.key, case.key, author, story, stamp(now)),
    )
    return is_new


def add_again(db: "Database", mention: Mention, story: str) -> None:
    """It was judged anew, and may have been gone in between."""
    db.execute(
        "UPDATE case_members SET author = ?, story = ? WHERE mention = ?",
        (case_rows.author_of(mention), story, mention.key),
    )


def counts(db: "Database", key: str) -> tuple[int, int]:
    """How many mentions of a case still stand, and of how many authors."""
    row = db.execute(
        """SELECT count(*) AS mentions,
           count(DISTINCT coalesce(nullif(c.author, ''), c.mention)) AS authors
           FROM case_members c JOIN mentions m ON m.key = c.mention
           WHERE c.case_key = ? AND m.state <> 'withdrawn'""",
        (key,),
    ).fetchone()
    return row["mentions"], row["authors"]


def cases_of_posts(db: "Database", post_ids: Sequence[str]) -> list[Case]:
    """The cases that mentions of these posts are in."""
    rows = db.execute(
        f"""SELECT * FROM cases WHERE key IN (
            SELECT c.case_key FROM case_members c JOIN mentions m ON m.key = c.mention
            WHERE m.post_id IN ({",".join("?" * len(post_ids))}))""",
        post_ids,
    ).fetchall()
    return [case_rows.case_of(row) for row in rows]


def blank(db: "Database", post_ids: Sequence[str]) -> None:
    """Who wrote these posts is nobody's business any more."""
    db.execute(
        f"""UPDATE case_members SET author = '' WHERE mention IN (
            SELECT key FROM mentions WHERE post_id IN ({",".join("?" * len(post_ids))}))""",
        post_ids,
    )
