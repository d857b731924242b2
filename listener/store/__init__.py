"""The spine: what was seen, judged and told. The only place that speaks SQL."""

from pathlib import Path

from listener.store.port import Store, StoreUnavailable

__all__ = ["Store", "StoreUnavailable", "open_store"]


def open_store(database: str, *, owner: str = "tool") -> Store:
    """The store behind an address such as ``sqlite:listener.db``, brought up to date.

    ``owner`` names this process in the leases it takes. A Store belongs to one thread.
    Raises StoreUnavailable when it can't be opened, ValueError for an address nobody serves.
    """
    kind, _, place = database.partition(":")
    if kind != "sqlite":
        msg = f"no store for '{kind}': this version has 'sqlite:PATH'"
        raise ValueError(msg)
    from listener.store.sqlite import SqliteStore

    return SqliteStore.at(Path(place), owner=owner)
