"""Questions, answers and comments as posts.

Questions and answers of a site share their numbers, comments have numbers of their own. The API
gives titles and names with HTML's entities in them, and bodies as HTML.
"""

import re
from collections.abc import Mapping
from hashlib import blake2b
from html import unescape
from typing import Any

from listener.model import Author, Engagement, Post
from sources.common import fields
from sources.common.fields import Json
from sources.common.plain_text import plain_text, web_address

COMMENT = "comment/"
"""What the native id of a comment begins with."""

_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{1,60}")
_OWN_HOSTS = {"stackoverflow", "superuser", "serverfault", "askubuntu", "stackapps"}
_SCORE_MAX = 10**9
_BODY_CHARS_MAX = 200_000
"""The sites allow 30,000 characters, without the markup."""


def host_of(site: str) -> str:
    """Where the site is, which the API calls by a short name."""
    if site == "mathoverflow":
        return "mathoverflow.net"
    if site in _OWN_HOSTS or site.rpartition(".")[2] in _OWN_HOSTS:
        return f"{site}.com"
    return f"{site}.stackexchange.com"


def short_name(site: str) -> str:
    """The site as the API calls it; raises ValueError where it can't be one."""
    name = site.strip().lower().removeprefix("https://").rstrip("/")
    name = name.removesuffix(".stackexchange.com").removesuffix(".com").removesuffix(".net")
    if not _NAME.fullmatch(name):
        raise ValueError(f"sites: {site[:80]!r} is no site's name such as stackoverflow or dba")
    return name


def question_of(item: Json, site: str) -> Post:
    """A question; its tags stand beneath it. Raises ValueError without an id or a score."""
    number = _number(item, "question_id")
    answered = "yes" if fields.name(item, "accepted_answer_id") else "no"
    return Post(
        site=site,
        native_id=number,
        title=unescape(fields.text(item, "title")),
        url=web_address(fields.text(item, "link")) or f"https://{host_of(site)}/q/{number}",
        conversation=number,
        engagement=Engagement(
            likes=fields.count(item, "score"),
            replies=fields.count(item, "answer_count"),
            views=fields.count(item, "view_count"),
        ),
        facts=(("answered", answered), *_score(item)),
        **_common(item, site, _tags(item)),
    )


def answer_of(item: Json, site: str) -> Post:
    """An answer. Raises ValueError as :func:`question_of`."""
    number, question = _number(item, "answer_id"), _number(item, "question_id")
    return Post(
        site=site,
        native_id=number,
        url=f"https://{host_of(site)}/a/{number}",
        in_reply_to=question,
        conversation=question,
        engagement=Engagement(likes=fields.count(item, "score")),
        facts=_score(item),
        **_common(item, site),
    )


def comment_of(item: Json, site: str, question: str) -> Post:
    """A comment in the thread of this question. Raises ValueError likewise."""
    number, post = _number(item, "comment_id"), _number(item, "post_id")
    return Post(
        site=site,
        native_id=f"{COMMENT}{number}",
        url=f"https://{host_of(site)}/q/{question}#comment{number}_{post}",
        in_reply_to=post,
        conversation=question,
        engagement=Engagement(likes=fields.count(item, "score")),
        facts=_score(item),
        **_common(item, site),
    )


def written_at(item: Json) -> int:
    """When it was written, or last edited, in seconds since 1970."""
    return max(fields.count(item, "creation_date"), fields.count(item, "last_edit_date"))


def mark(post: Post) -> str:
    """The same for the same words and facts, another for others."""
    words = f"{post.title}\0{post.text}\0{post.facts}".encode(errors="replace")
    return blake2b(words, digest_size=6).hexdigest()


def _number(item: Json, name: str) -> str:
    number = fields.needed(item, name)
    if not (number.isascii() and number.isdigit()):
        raise ValueError(f"its {name} is no number")
    return number


def _common(item: Json, site: str, tags: str = "") -> Mapping[str, Any]:
    body = fields.text(item, "body", chars_max=_BODY_CHARS_MAX)
    words, links = plain_text(body, f"https://{host_of(site)}/")
    return {
        "text": "\n".join(filter(None, (words, tags))),
        "links": links,
        "author": _author(item, site),
        "published_at": fields.moment(item, "creation_date"),
    }


def _author(item: Json, site: str) -> Author:
    """The owner; one whose account was deleted has nothing left but a name."""
    name = unescape(fields.text(item, "owner", "display_name"))
    number = fields.name(item, "owner", "user_id")
    if not number or fields.text(item, "owner", "user_type") == "does_not_exist":
        return Author(name=name)
    return Author(handle=f"{site}/{number}", name=name, id=number)


def _tags(item: Json) -> str:
    tags = fields.at(item, "tags")
    names = (
        [tag[:50] for tag in tags[:10] if isinstance(tag, str)] if isinstance(tags, list) else []
    )
    return fields.text({"tags": " ".join(f"[{name}]" for name in names)}, "tags")


def _score(item: Json) -> tuple[tuple[str, str], ...]:
    """A post without a readable score is not read at all: it would seem to have changed."""
    score = fields.at(item, "score")
    if isinstance(score, bool) or not isinstance(score, int) or abs(score) > _SCORE_MAX:
        raise ValueError("its score is no number")
    return (("score", str(score)),)
