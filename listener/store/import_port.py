"""Other tools' history on its way into the store, a chunk of rows at a time.

It is history: nobody is told of it. Its mentions are stored as judged already, by nobody, so that
no rule is ever asked about them; ``listener retag`` has them judged. How far a file came is stored
with its posts in one transaction, so that what is broken off goes on without a gap or a double.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from listener.answers import Answer
from listener.coverage import IMPORTED
from listener.model import Fault, Mention, Post, Tag

SOURCE = IMPORTED
"""What stands before a layout's name where a post's source does."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the rows of a file.

    ``known`` were stored before, ``left_out`` are of the time in which we listened ourselves,
    ``rejected`` could not be read. ``mentions`` are new ones.
    """

    rows: int = 0
    posts: int = 0
    known: int = 0
    left_out: int = 0
    rejected: int = 0
    mentions: int = 0


@dataclass(frozen=True, slots=True)
class Importing:
    """A file that is read in: what was ``asked`` for, and how far it came.

    ``place`` is where the next row begins, in the line ``line``. ``rejects`` are the first rows
    that could not be read. ``number`` is 0 until it was begun.
    """

    fingerprint: str
    file: str
    layout: str
    asked: str
    begun_at: datetime
    place: int
    line: int
    counts: Counts = Counts()
    first_at: datetime | None = None
    last_at: datetime | None = None
    rejects: tuple[Fault, ...] = ()
    finished_at: datetime | None = None
    number: int = 0

    @property
    def source(self) -> str:
        """What its posts and mentions have as their source."""
        return f"{SOURCE}{self.layout}"


@dataclass(frozen=True, slots=True)
class Stored:
    """A post that is stored: by whom, when and through what; ``is_gone``: taken down."""

    source: str
    author_handle: str
    author_name: str
    published_at: datetime
    is_gone: bool

    @property
    def is_imported(self) -> bool:
        """Whether an import brought it, and no source of ours has heard it since."""
        return self.source.startswith(SOURCE)


@dataclass(frozen=True, slots=True)
class Chunk:
    """Rows that belong together, and how far their file came with them.

    ``counts`` hold the rows, and those passed over. ``posts`` are new; ``mentions`` may also be in
    posts that an import brought before.
    ``tags`` is what the other tool said, by the key of the mention.
    """

    place: int
    line: int
    counts: Counts
    posts: Sequence[Post] = ()
    mentions: Sequence[Mention] = ()
    tags: Mapping[str, Sequence[Tag]] = field(default_factory=dict)
    answers: Sequence[Answer] = ()
    rejects: Sequence[Fault] = ()
    is_last: bool = False


class ImportBook(Protocol):
    """Which files were read in, and how far."""

    def find(self, fingerprint: str) -> Importing | None:
        """The import of a file with this content, begun or finished."""
        ...

    def begin(self, importing: Importing) -> Importing:
        """Begin it, also where one of this content was begun or finished before."""
        ...

    def stored(self, post_ids: Collection[str]) -> Mapping[str, Stored]:
        """Those of these posts that are stored, by id."""
        ...

    def save(self, importing: Importing, chunk: Chunk, now: datetime) -> Importing:
        """Keep a chunk and how far the file came; the import as it is then.

        Raises LostLease where somebody else goes on with the same file.
        """
        ...

    def listening_since(self) -> datetime | None:
        """When a source of ours was first seen; None: never yet."""
        ...

    def all(self) -> list[Importing]:
        """Every import, the newest first."""
        ...
