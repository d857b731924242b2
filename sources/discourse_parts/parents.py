"""Which post a reply answers: a forum gives the parent's number in its topic, not its id.

Most parents were seen lately. Of the others only those that a brand's own account answers are
asked for, because that answer is what response time is measured on; for the rest the author's
handle stands in.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from listener.match.forms import account
from listener.model import Brand, Post
from listener.ports import Reject, Retry
from sources.common import fields
from sources.common.purse import NothingLeft
from sources.discourse_parts.forum import Forum, NotThere
from sources.discourse_parts.posts import Item

ASKED_MAX = 5
"""So many parents are asked for in one poll of a forum."""


def own_accounts(brands: Iterable[Brand]) -> frozenset[str]:
    """The accounts of the brands, as :func:`account` writes them."""
    return frozenset(
        account(handle) for brand in brands for handle in (*brand.handles, *brand.own_accounts)
    )


def posts_with_parents(
    items: Iterable[Item],
    places: Mapping[tuple[str, int], int],
    own: Collection[str],
    forum: Forum,
) -> list[Post]:
    """The posts, each naming the post it answers as well as that can be known."""
    known: dict[tuple[str, int], str] = {place: str(number) for place, number in places.items()}
    asks_left = ASKED_MAX
    posts = []
    for item in items:
        place = (item.topic, item.parent_number)  # nothing has the number 0
        if item.parent_number and place not in known and asks_left and _is_own(item, own):
            asks_left -= 1
            known[place] = _asked(forum, *place)
        parent = known.get(place) or item.parent_handle
        posts.append(replace(item.post, in_reply_to=parent))
    return posts


def _is_own(item: Item, own: Collection[str]) -> bool:
    return account(item.post.author.handle) in own


def _asked(forum: Forum, topic: str, number: int) -> str:
    """The id of the post with this number, or an empty string where it can't be had now."""
    try:
        return fields.name(forum.numbered(topic, number), "id")
    except (NotThere, NothingLeft, Retry, Reject):
        return ""
