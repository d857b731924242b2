"""What is known from before, as judging asks it: parents, authors, copies, chances. Only read."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from listener.model import Evidence, Post
from listener.spam import AuthorPast, Teller
from listener.store.values import InDoubt


class PastBook(Protocol):
    """Looks that cost little, however much is stored: each is bounded."""

    def texts(self, post_ids: Collection[str]) -> Mapping[str, str]:
        """Title and text of those of these posts that are kept and stand, by id."""
        ...

    def named(self, post_ids: Collection[str]) -> Mapping[str, Mapping[str, Sequence[Evidence]]]:
        """Which brands each of these posts mentions, and where: by its id, then by the brand."""
        ...

    def stories(self, post_ids: Collection[str]) -> Mapping[str, str]:
        """The story of each of these posts, by id; left out where it is not known."""
        ...

    def tellers(self, story: str) -> frozenset[Teller]:
        """Who told the story last, of which brands, and when: some dozens of them."""
        ...

    def author(self, post: Post) -> AuthorPast:
        """What became of other posts of its author: the newest ones. Nothing of a nameless one."""
        ...

    def chances(
        self, kind: str, label: str, since: datetime, until: datetime
    ) -> Mapping[int, float]:
        """How probable the label was for what was published then, as classifiers judged it last.

        Chances in hundredths, rounded down → the sum of what is missing to 1, over the mentions
        of that chance.
        """
        ...

    def spam_doubts(self, brand: str | None, since: datetime, limit: int) -> InDoubt:
        """The newest mentions published since then that may be spam: a person should look."""
        ...
