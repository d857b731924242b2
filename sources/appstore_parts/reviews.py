"""Apple's JSON to posts: a review of the public feed, a review and its answer of the API."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from listener.model import Author, Engagement, Post
from sources.common import fields
from sources.common.fields import Json
from sources.common.list_reading import Listed, listed
from sources.common.plain_text import web_address
from sources.common.review_looks import ANSWER

SITE = "appstore"
TEXT_CHARS_MAX = 100_000

_NUMBERED = re.compile(r"/id(\d{1,20})(?:$|[/?#])")
_STARS = {"1", "2", "3", "4", "5"}
_AHEAD = timedelta(days=1)


def developer_of(app: str) -> str:
    """What the account that answers for an app is called here: Apple gives it no name."""
    return f"id{app}"


def is_app_itself(entry: Json) -> bool:
    """Whether an entry of the feed is the app: older answers begin with it."""
    return "im:name" in entry or "im:price" in entry


def in_feed(entry: Json, app: str, country: str, above: int, now: datetime) -> Listed:
    """The review in an entry of the public feed. Raises ValueError for one without an id.

    One that tells no time stands where the entry ``above`` it does.
    """
    author, written = fields.table(entry, "author"), moment(entry, now, "updated", "label")
    votes = fields.text(entry, "im:voteSum", "label", chars_max=12)
    review_id = fields.needed(entry, "id", "label")
    post = Post(
        site=SITE,
        native_id=review_id,
        text=fields.text(entry, "content", "label", chars_max=TEXT_CHARS_MAX),
        title=fields.text(entry, "title", "label"),
        url=_link(entry) or f"https://apps.apple.com/{country}/app/id{app}?see-all=reviews",
        author=Author(
            handle=fields.text(author, "name", "label"),
            name=fields.text(author, "name", "label"),
            id=_user_id(fields.text(author, "uri", "label")),
        ),
        published_at=written,
        engagement=Engagement(likes=int(votes) if votes.isascii() and votes.isdigit() else 0),
        conversation=review_id,
        facts=_facts(
            fields.name(entry, "im:rating", "label"), fields.name(entry, "im:version", "label")
        ),
    )
    return listed(post, int(written.timestamp()) if written else above)


def in_list(
    raw: Json, answers: Mapping[str, Json], app: str, above: int, now: datetime
) -> Iterator[Listed]:
    """A review of the API, and the developer's answer where one is public.

    ``answers`` are those that came with it, by their ids. Raises ValueError for a review without
    an id.
    """
    review = _review(raw, app, now)
    at = int(review.published_at.timestamp()) if review.published_at else above
    yield listed(review, at)
    answer = answers.get(fields.name(raw, "relationships", "response", "data", "id"))
    if answer is not None and fields.at(answer, "attributes", "state") == "PUBLISHED":
        yield listed(_answer(answer, review, app, now), at)


def moment(value: object, now: datetime, *path: str | int) -> datetime | None:
    """A time that can have been; None for one that is more than a day ahead, or before 1970."""
    found = fields.moment(value, *path)
    return found if found and 0 < found.timestamp() < (now + _AHEAD).timestamp() else None


def _review(raw: Json, app: str, now: datetime) -> Post:
    said = fields.table(raw, "attributes")
    review_id = fields.needed(raw, "id")
    return Post(
        site=SITE,
        native_id=review_id,
        text=fields.text(said, "body", chars_max=TEXT_CHARS_MAX),
        title=fields.text(said, "title"),
        url=f"https://apps.apple.com/app/id{app}?see-all=reviews",
        author=Author(
            handle=fields.text(said, "reviewerNickname"), name=fields.text(said, "reviewerNickname")
        ),
        published_at=moment(said, now, "createdDate"),
        conversation=review_id,
        facts=_facts(fields.name(said, "rating"), ""),
    )


def _answer(raw: Json, review: Post, app: str, now: datetime) -> Post:
    said = fields.table(raw, "attributes")
    return Post(
        site=SITE,
        native_id=f"{review.native_id}{ANSWER}",
        text=fields.text(said, "responseBody", chars_max=TEXT_CHARS_MAX),
        url=review.url,
        author=Author(handle=developer_of(app)),
        published_at=moment(said, now, "lastModifiedDate"),
        in_reply_to=review.native_id,
        conversation=review.native_id,
    )


def _facts(stars: str, version: str) -> tuple[tuple[str, str], ...]:
    told = (("stars", stars if stars in _STARS else ""), ("version", version))
    return tuple((name, value) for name, value in told if value)


def app_in(address: str) -> str:
    """The app that a review's address leads to, or 0."""
    found = _NUMBERED.search(address)
    return found.group(1) if found else "0"


def _link(entry: Json) -> str:
    links = fields.at(entry, "link")
    first = links[0] if isinstance(links, list) and links else links
    return web_address(fields.text(first, "attributes", "href"))


def _user_id(address: str) -> str:
    found = _NUMBERED.search(address)
    return found.group(1) if found else ""
