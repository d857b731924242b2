"""Leases with fencing tokens, in SQL, for every kind of work alike."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from listener.store.rows import stamp

if TYPE_CHECKING:
    from sqlite_utils import Database

NO_LEASE = "lease_token = NULL, lease_owner = NULL, lease_until = NULL"
LEASED_TABLES = ("sources", "mentions", "outbox", "rechecks", "desks", "intakes")


def fence(db: "Database") -> int:
    """A token larger than any given before."""
    row = db.execute("UPDATE fence SET token = token + 1 RETURNING token").fetchone()
    return int(row[0])


def lease(
    db: "Database",
    table: str,
    key_column: str,
    keys: Sequence[str],
    *,
    owner: str,
    until: datetime,
) -> int:
    """Put one lease on these rows, and return its token."""
    token = fence(db)
    for key in keys:
        db.execute(
            f"""UPDATE {table} SET lease_token = ?, lease_owner = ?, lease_until = ?
                WHERE {key_column} = ?""",
            (token, owner, stamp(until), key),
        )
    return token


def free_beyond(db: "Database", latest: datetime) -> None:
    """Free what is leased beyond any possible lease: somebody's clock was wrong."""
    for table in LEASED_TABLES:
        db.execute(f"UPDATE {table} SET {NO_LEASE} WHERE lease_until > ?", (stamp(latest),))


def owners(db: "Database") -> list[str]:
    """Who holds leases or was seen alive."""
    held = " UNION ".join(
        f"SELECT lease_owner AS owner FROM {table} WHERE lease_owner IS NOT NULL"
        for table in LEASED_TABLES
    )
    lived = "SELECT substr(role, instr(role, ' ') + 1) FROM beats WHERE instr(role, ' ')"
    return [row["owner"] for row in db.execute(f"{held} UNION {lived}")]


def release(db: "Database", dead: Sequence[str]) -> int:
    """Give back the leases of these owners, and forget when they last lived."""
    for owner in dead:
        db.execute("DELETE FROM beats WHERE role LIKE '% ' || ?", (owner,))
    return sum(
        db.execute(f"UPDATE {table} SET {NO_LEASE} WHERE lease_owner = ?", (owner,)).rowcount
        for table in LEASED_TABLES
        for owner in dead
    )
