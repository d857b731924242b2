"""What a second look at known posts did not get to."""

from collections.abc import Iterable

from listener.model import Fault, Post


def put_off(posts: Iterable[Post], reason: str) -> list[Fault]:
    """A fault for each of these posts, by its id.

    One fault for all of them would not tell which were looked at, and those would be asked for,
    and paid for, once more.
    """
    return [Fault(post.id, f"was not looked at again: {reason}") for post in posts]
