"""UserVoice's records to posts: suggestions (ideas), comments on them, status updates.

Each kind counts by itself, so a post is called by its kind and its number: ``suggestions/184102``.
Names are nobody's alone; only of the account's admins, whom UserVoice tells, the name is given as
a handle as well: so nobody else can be taken for an account of the brand's own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b

from listener.model import Author, Engagement, Post, Supporter
from sources.common import fields
from sources.common.fields import Json
from sources.common.plain_text import plain_text, web_address
from sources.common.voters import number_of
from sources.uservoice_parts.account import Page

IDEAS, COMMENTS, UPDATES, VOTES = "suggestions", "comments", "status_updates", "supporters"

TEXT_CHARS_MAX = 1_000_000

_TAKEN_DOWN = {"deleted", "removed", "spam", "rejected"}


@dataclass(frozen=True, slots=True)
class Record:
    """A record as a post. ``mark`` is the same as long as its words and facts are.

    ``idea`` is the number of the idea it belongs to; ``votes`` is 0 for all but ideas. ``shown``
    is False for what was taken down.
    """

    post: Post
    mark: str
    idea: str
    shown: bool
    votes: int = 0


def record_of(kind: str, raw: Json, page: Page, address: str, site: str) -> Record:
    """The record of this kind. Raises ValueError for one without a number, or without an idea."""
    read = {IDEAS: _idea, COMMENTS: _comment, UPDATES: _update}[kind]
    return read(raw, page, address, site)


def supporter_of(raw: Json, page: Page, site: str) -> tuple[str, int, Supporter]:
    """Whom a record of a vote names: the idea, the user, the supporter. Raises ValueError."""
    idea, user = number_of(raw, "links", "suggestion"), number_of(raw, "links", "user")
    if idea is None or user is None:
        raise ValueError("it names no idea or no user")
    author = _author(str(user), page.people)
    at = fields.moment(raw, "created_at")
    return str(idea), user, Supporter(f"{site}:{IDEAS}/{idea}", author, at)


def _idea(raw: Json, page: Page, address: str, site: str) -> Record:
    number = _number(raw, "id")
    text, links = _words(raw)
    status = fields.name(raw, "links", "status")
    parent = number_of(raw, "links", "parent_suggestion")
    if parent is not None:
        links = tuple(dict.fromkeys((_admin_url(address, str(parent)), *links)))
    known = fields.count_or_none(raw, "supporters_count")
    votes = fields.count(raw, "votes_count") if known is None else known
    title = fields.text(raw, "title")
    post = Post(
        site=site,
        native_id=f"{IDEAS}/{number}",
        text=text,
        title=title,
        url=web_address(fields.text(raw, "portal_url")) or _admin_url(address, number),
        author=_author(fields.name(raw, "links", "created_by"), page.people),
        published_at=fields.moment(raw, "created_at"),
        engagement=Engagement(likes=votes, replies=fields.count(raw, "comments_count")),
        links=links,
        conversation=f"{IDEAS}/{number}",
        facts=(("votes", str(votes)), *_status(status, page.statuses)),
    )
    # A status is marked by its number: that somebody calls it otherwise changes no idea.
    return Record(post, _mark(title, text, str(votes), status, *links), number, _shown(raw), votes)


def _comment(raw: Json, page: Page, address: str, site: str) -> Record:
    text, links = _words(raw)
    is_admin = fields.truth(raw, "is_admin_comment") is True
    author = _author(fields.name(raw, "links", "created_by"), page.people, is_admin=is_admin)
    return _reply(raw, COMMENTS, author, text, links, (), address, site)


def _update(raw: Json, page: Page, address: str, site: str) -> Record:
    """What the team said when it gave an idea a status; the status is a fact of it."""
    text, links = _words(raw)
    facts = _status(fields.name(raw, "links", "new_status"), page.statuses)
    author = _author(fields.name(raw, "links", "user"), page.people, is_admin=True)
    return _reply(raw, UPDATES, author, text, links, facts, address, site)


def _reply(
    raw: Json,
    kind: str,
    author: Author,
    text: str,
    links: tuple[str, ...],
    facts: tuple[tuple[str, str], ...],
    address: str,
    site: str,
) -> Record:
    number, idea = _number(raw, "id"), _number(raw, "links", "suggestion")
    post = Post(
        site=site,
        native_id=f"{kind}/{number}",
        text=text,
        url=_admin_url(address, idea),
        author=author,
        published_at=fields.moment(raw, "created_at"),
        in_reply_to=f"{IDEAS}/{idea}",
        links=links,
        conversation=f"{IDEAS}/{idea}",
        facts=facts,
    )
    return Record(post, _mark(text, *links), idea, _shown(raw))


def _words(raw: Json) -> tuple[str, tuple[str, ...]]:
    body = fields.text(raw, "body", chars_max=TEXT_CHARS_MAX)
    is_markup = "html" in fields.text(raw, "body_mime_type")
    return plain_text(body) if is_markup else (body, ())


def _status(number: str, statuses: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    name = statuses.get(number, "") if number else ""
    return (("status", name),) if name else ()


def _author(number: str, people: Mapping[str, Json], *, is_admin: bool = False) -> Author:
    user = people.get(number, {}) if number else {}
    name = fields.text(user, "name", chars_max=200)
    is_of_the_team = is_admin or fields.truth(user, "is_admin") is True
    return Author(handle=name if is_of_the_team else "", name=name, id=number)


def _shown(raw: Json) -> bool:
    return fields.text(raw, "state").casefold() not in _TAKEN_DOWN


def _number(raw: Json, *path: str | int) -> str:
    number = number_of(raw, *path)
    if number is None:
        msg = f"it has no number {'.'.join(map(str, path))}"
        raise ValueError(msg)
    return str(number)


def _admin_url(address: str, idea: str) -> str:
    return f"{address}/admin/v3/suggestions/{idea}"


def _mark(*told: str) -> str:
    return blake2b("\0".join(told).encode("utf-8", "replace"), digest_size=5).hexdigest()
