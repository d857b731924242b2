"""The stages: take what is due, do the outside work, record the outcome in one transaction.

Each stage is stepped by its role with the present moment, does what can be done without
waiting, and says how much that was. Nothing here knows a site, a channel or a database.
"""

from datetime import datetime
from typing import Protocol


class Stage(Protocol):
    """What a role steps."""

    @property
    def busy(self) -> bool:
        """Whether something is under way, or done and not stored yet."""
        ...

    def step(self, now: datetime) -> int:
        """Do what can be done now, without waiting. Returns how much that was."""
        ...

    def drain(self, now: datetime) -> None:
        """Store what is done, and begin nothing new."""
        ...
