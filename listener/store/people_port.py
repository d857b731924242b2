"""Who is one person across sites and media, and all that they said to us, as the store has it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from listener.figures import Contact
from listener.model import Supporter
from listener.store.values import FactChange


@dataclass(frozen=True, slots=True)
class Link:
    """An account, ``site:name``, that is a person's; who said so, and when."""

    account: str
    by: str
    at: datetime


class ParticularsBook(Protocol):
    """The book of what sites tell beside the words: as it was and is, and who voted."""

    def changes(self, post_id: str) -> list[FactChange]:
        """All that was told of a post, the oldest first."""
        ...

    def supporters(self, post_id: str) -> Iterator[Supporter]:
        """Who voted for an idea, those who took their vote back included."""
        ...


class PeopleBook(Protocol):
    """The book of which accounts are one person's. An account is ``site:handle`` or ``site:id``."""

    def link(self, accounts: Sequence[str], by: str, now: datetime) -> list[Link]:
        """Say that these are one person's, and so all that are linked to any of them. All of them.

        Raises ValueError for what is no account, or for more than a person can have.
        """
        ...

    def unlink(self, account: str) -> bool:
        """Take an account from its person; whether it was anybody's."""
        ...

    def links(self, account: str) -> list[Link]:
        """The accounts of the person whose this is, itself included; none where it isn't linked."""
        ...

    def contacts(self, accounts: Sequence[str], limit: int) -> list[Contact]:
        """The newest mentions by any of these accounts, the newest first."""
        ...
