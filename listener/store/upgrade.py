"""Bringing a database's tables up to date, or saying why they can't be."""

import sqlite3

from sqlite_utils import Database

from listener.store.port import StoreUnavailable
from listener.store.schema import migrations
from listener.store.trouble import state_of


def is_current(db: Database) -> bool:
    """Whether the tables are as this version wants them.

    Raises StoreUnavailable for those of a later version: what it keeps there would be lost on us.
    """
    applied = {migration.name for migration in migrations.applied(db)}
    known = _known()
    if later := applied - known:
        raise StoreUnavailable(
            "newer",
            f"a later version of the listener made it ({max(later)}): start that version, "
            "or name another file in 'database'",
        )
    return applied == known


def bring_up_to_date(db: Database) -> None:
    """Apply what is not applied yet, inside the caller's transaction."""
    try:
        migrations.apply(db)
    except sqlite3.OperationalError as error:
        if state_of(error):
            raise
        raise StoreUnavailable(
            "broken",
            f"its tables can't be brought up to date ({error}); if another program made them, "
            "name another file in 'database'",
        ) from error


def _known() -> set[str]:
    with Database(memory=True) as empty:
        return {migration.name for migration in migrations.pending(empty)}
