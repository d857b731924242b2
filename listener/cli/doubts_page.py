"""What mentions that wait for a person's look have in common, whatever is in doubt of them."""

import json
from collections.abc import Callable, Iterator

from listener.model import Mention, Post
from listener.store.port import InDoubt
from listener.text import shown
from listener.wire import mention_json, post_json

_WORDS_CHARS_MAX = 160


def print_doubts(
    found: InDoubt,
    lines: Callable[[Mention], Iterator[str]],
    *,
    nothing: str,
    settles: str,
    as_json: bool,
) -> None:
    """Print them and how many there are.

    ``lines`` tells one to a person, ``nothing`` that there is none, ``settles`` how one is settled.
    """
    if as_json:
        told = [{"post": post_json(one.post)} | mention_json(one) for one in found.mentions]
        print(json.dumps({"count": found.count, "mentions": told}, ensure_ascii=False))
    else:
        print("\n".join(_page(found, lines, nothing, settles)))


def when_and_words(post: Post) -> str:
    """When it was published and the beginning of what it says."""
    when = f"{post.published_at:%Y-%m-%d %H:%M}" if post.published_at else "no date"
    words = " · ".join(part for part in (post.title, post.text) if part)
    return f"{when}  {shown(words, _WORDS_CHARS_MAX)}"


def _page(
    found: InDoubt, lines: Callable[[Mention], Iterator[str]], nothing: str, settles: str
) -> Iterator[str]:
    if not found.count:
        yield nothing
        return
    for mention in found.mentions:
        yield from lines(mention)
    more = found.count - len(found.mentions)
    if more:
        yield f"… and {more:,} more: --limit N lists more of them"
    yield f"{settles} settles one"
