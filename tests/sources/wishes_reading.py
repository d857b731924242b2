"""What the tests of forums of wishes share: reading to the end, and short names for what came."""

from collections.abc import Sequence

import pytest

from listener.model import Batch, Post, Supporter
from listener.ports import Source


def followed(source: Source, cursor: str | None) -> tuple[list[Post], Batch]:
    """All that comes until it rests, and the last batch."""
    posts: list[Post] = []
    for _ in range(100):
        batch = source.poll(cursor)
        posts += batch.posts
        cursor = batch.cursor
        if not batch.more:
            return posts, batch
    pytest.fail("there was always more")


def ids(posts: Sequence[Post]) -> list[str]:
    """Their native ids."""
    return [post.native_id for post in posts]


def names(supporters: Sequence[Supporter], *, left: bool = False) -> list[tuple[str, str]]:
    """Idea and voter of those who came, or who left (who is called by the number then)."""
    return sorted(
        (one.post_id.rpartition(":")[2], one.author.name or one.author.id)
        for one in supporters
        if one.left == left
    )
