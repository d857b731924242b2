"""A second look at posts that were brought: ``/api/info`` by name, 100 in a request."""

from collections.abc import Sequence

from listener.model import Batch, Fault, Post
from sources.common.fields import Json
from sources.reddit_parts.client import Client
from sources.reddit_parts.posts import NAME, SITE, Thing, thing_of

RECHECK_POSTS_MAX = 100


def look_again(client: Client, posts: Sequence[Post]) -> Batch:
    """Which changed, which are not there now. Raises Retry and Reject."""
    asked = {post.native_id: post for post in posts if post.site == SITE}
    names = [name for name in asked if NAME.fullmatch(name)][:RECHECK_POSTS_MAX]
    if not names:
        return Batch()
    things, faults = _things(client.listing("/api/info", id=",".join(names)))
    unreadable = {fault.where for fault in faults}
    deleted = [
        f"{SITE}:{name}"
        for name in names
        if name not in unreadable and (name not in things or things[name].post is None)
    ]
    return Batch(
        posts=tuple(
            thing.post
            for name, thing in things.items()
            if name in names and thing.post is not None and _is_changed(asked[name], thing.post)
        ),
        deleted=tuple(deleted),
        faults=faults,
        gone=_gone(asked, things),
    )


def _things(data: Json) -> tuple[dict[str, Thing], tuple[Fault, ...]]:
    things: dict[str, Thing] = {}
    faults: list[Fault] = []
    for child in data["children"][:RECHECK_POSTS_MAX]:
        try:
            thing = thing_of(child)
        except ValueError as error:
            faults.append(Fault(_name(child), str(error)))
        else:
            things[thing.id] = thing
    return things, tuple(faults)


def _name(child: object) -> str:
    data = child.get("data") if isinstance(child, dict) else None
    name = data.get("name") if isinstance(data, dict) else None
    return name if isinstance(name, str) else "a thing without a name"


def _gone(asked: dict[str, Post], things: dict[str, Thing]) -> tuple[str, ...]:
    """The authors whose account was deleted: Reddit asks that all they wrote goes with it."""
    authors = (asked[name].author for name, thing in things.items() if _lost(name, thing, asked))
    named = (author.id or author.handle for author in authors)
    return tuple(dict.fromkeys(f"{SITE}:{name}" for name in named if name))


def _lost(name: str, thing: Thing, asked: dict[str, Post]) -> bool:
    return name in asked and thing.is_author_gone


def _is_changed(known: Post, now: Post) -> bool:
    return (known.text, known.title, known.links, known.engagement) != (
        now.text,
        now.title,
        now.links,
        now.engagement,
    )
