"""Looking again at posts that are known, by their ids: edits, counts, deletions.

What X doesn't show any more it names in ``errors``, with the reason. A post that is not there,
and one whose author is suspended, protected or gone, must go; only such a reason counts, never
that a post is merely missing in an answer.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from listener.model import Batch, Fault, Post
from listener.ports import Reject, Retry
from sources.common import fields
from sources.common.again import put_off
from sources.common.fields import Json
from sources.x_parts.posts import SITE, is_withheld, post_of, users_in, versions, written_at
from sources.x_parts.search import FIELDS, Purse

LOOKUP_MAX = 100
"""How many ids X takes in one request."""

_GONE = ("resource-not-found", "not-authorized-for-resource")


def looked_up(posts: Sequence[Post], purse: Purse) -> Batch:
    """The posts as they are now, as far as the allowance goes. Raises Retry and Reject."""
    known = {post.native_id: post for post in posts if written_at(post.native_id)}
    asked = list(known)[: purse.affordable(LOOKUP_MAX)]
    if known and not asked:
        raise Retry("its budget has no post left to look at", state="budget", spent=purse.spent)
    seen = _Seen()
    faults = put_off(list(known.values())[len(asked) :], "its budget ends")
    try:
        _look(asked, purse, seen)
        _look_at_edits(purse, seen)
    except (Retry, Reject) as failure:
        if not seen.answered:
            failure.spent = purse.spent
            raise
        edited = (known[first] for first in seen.edits if first in known)
        faults += put_off(edited, failure.reason)
    return Batch(
        posts=tuple(post for post in seen.posts.values() if _has_changed(known, post)),
        deleted=tuple(f"{SITE}:{one}" for one in dict.fromkeys(seen.deleted) if one in known),
        gone=tuple(dict.fromkeys(f"{SITE}:{one}" for one in seen.gone)),
        faults=tuple(faults),
        rejects=tuple(seen.rejects),
        spent=purse.spent,
    )


@dataclass
class _Seen:
    """What the answers showed, by first ids; ``edits`` are the newest ids of edited posts."""

    posts: dict[str, Post] = field(default_factory=dict)
    edits: dict[str, str] = field(default_factory=dict)
    deleted: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    rejects: list[Fault] = field(default_factory=list)
    answered: bool = False


def _look(ids: Sequence[str], purse: Purse, seen: _Seen) -> None:
    if not ids:
        return
    body = purse.asker.lookup(list(ids), **FIELDS)
    if not isinstance(fields.at(body, "data"), list | None):
        raise Retry("X answered with something that is no list of posts")
    seen.answered = True
    users = users_in(body)
    purse.pay([fields.name(tweet, "id") for tweet in fields.items(body, "data")])
    for tweet in fields.items(body, "data"):
        try:
            _take(tweet, users, seen)
        except ValueError as error:
            seen.rejects.append(Fault(fields.name(tweet, "id") or "a post", str(error)))
    seen.deleted += _named(body, "ids")
    seen.gone += _named(body, "author_id")


def _look_at_edits(purse: Purse, seen: _Seen) -> None:
    """An older version of a post shows old words: ask for the newest, where that is affordable.

    What can't be afforded is left as it was: it is looked at again another time.
    """
    edits = list(seen.edits.items())
    affordable = purse.affordable(LOOKUP_MAX)
    for first, _ in edits:
        seen.posts.pop(first, None)
    _look([newest for _, newest in edits[:affordable]], purse, seen)


def _take(tweet: Json, users: Mapping[str, Json], seen: _Seen) -> None:
    ids = versions(tweet)
    if is_withheld(tweet):
        seen.deleted.append(ids[0])
        return
    seen.posts[ids[0]] = post_of(tweet, users)
    if ids[-1] != fields.name(tweet, "id"):
        seen.edits[ids[0]] = ids[-1]


def _named(body: object, parameter: str) -> Iterator[str]:
    """What X says is not there, of what was asked for by this parameter."""
    for error in fields.items(body, "errors"):
        kind = fields.text(error, "type").rpartition("/")[2]
        if kind in _GONE and fields.text(error, "parameter") == parameter:
            yield fields.name(error, "resource_id") or fields.name(error, "value")


def _has_changed(known: Mapping[str, Post], post: Post) -> bool:
    before = known.get(post.native_id)
    if before is None:
        return False
    return (before.text, before.engagement) != (post.text, post.engagement)
