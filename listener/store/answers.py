"""What the brands' own accounts answered in public, in SQL."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from listener.answers import Answer
from listener.store.rows import stamp

if TYPE_CHECKING:
    from sqlite_utils import Database


def save(db: "Database", answers: Iterable[Answer]) -> None:
    """Keep each answer once; the post it answers may come later, or never.

    When it was given stands, unless the place that says so itself says otherwise.
    """
    for answer in answers:
        db.execute(
            """INSERT INTO answers (parent, brand, post_id, answered_at) VALUES (?, ?, ?, ?)
               ON CONFLICT (parent, brand, post_id) DO UPDATE
               SET answered_at = excluded.answered_at WHERE parent = post_id""",
            (answer.parent, answer.brand, answer.post_id, stamp(answer.at)),
        )
