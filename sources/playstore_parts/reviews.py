"""Google's JSON to posts: a review, and the developer's answer."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

from listener.model import Author, Engagement, Post
from sources.common import fields
from sources.common.fields import Json
from sources.common.list_reading import Listed, listed
from sources.common.review_looks import ANSWER

SITE = "playstore"
TEXT_CHARS_MAX = 100_000

_PAGE = "https://play.google.com/store/apps/details"
_AHEAD = timedelta(days=1)


def app_in(address: str) -> str:
    """The package name in a review's address, or an empty string."""
    try:
        return parse_qs(urlsplit(address).query).get("id", [""])[0]
    except ValueError:
        return ""


def items_of(raw: Json, app: str, above: int, now: datetime) -> Iterator[Listed]:
    """The review in an entry of a list, and the developer's answer where it has one.

    One that tells no time stands where the entry ``above`` it does. Raises ValueError for one
    without an id or a comment of its author's.
    """
    comments = list(fields.items(raw, "comments"))
    said = next((one["userComment"] for one in comments if "userComment" in one), None)
    if not isinstance(said, Mapping):
        raise ValueError("it has no comment of a user")
    review = _review(raw, said, app, now)
    at = int(review.published_at.timestamp()) if review.published_at else above
    yield listed(review, at)
    answers = (fields.table(one, "developerComment") for one in comments)
    answer = next((one for one in answers if fields.text(one, "text")), None)
    if answer is not None:
        yield listed(_answer(answer, review, app, now), at)


def _review(raw: Json, said: Json, app: str, now: datetime) -> Post:
    review_id = fields.needed(raw, "reviewId")
    title, text = _title_and_text(said)
    return Post(
        site=SITE,
        native_id=review_id,
        text=text,
        title=title,
        url=f"{_PAGE}?{urlencode({'id': app, 'reviewId': review_id})}",
        author=Author(name=fields.text(raw, "authorName")),
        published_at=_moment(said, now),
        language=re.split("[-_]", fields.text(said, "reviewerLanguage"))[0][:8],
        engagement=Engagement(likes=fields.count(said, "thumbsUpCount")),
        conversation=review_id,
        facts=_facts(said),
    )


def _answer(said: Json, review: Post, app: str, now: datetime) -> Post:
    return Post(
        site=SITE,
        native_id=f"{review.native_id}{ANSWER}",
        text=fields.text(said, "text", chars_max=TEXT_CHARS_MAX),
        url=review.url,
        author=Author(handle=app),
        published_at=_moment(said, now),
        in_reply_to=review.native_id,
        conversation=review.native_id,
    )


def _title_and_text(said: Json) -> tuple[str, str]:
    """A review's text begins with its title and a tab; the author's words, not a translation."""
    whole = fields.text(said, "originalText", chars_max=TEXT_CHARS_MAX)
    whole = whole or fields.text(said, "text", chars_max=TEXT_CHARS_MAX)
    title, tab, text = whole.partition("\t")
    return (title.strip(), text.strip()) if tab else ("", whole.strip())


def _facts(said: Json) -> tuple[tuple[str, str], ...]:
    stars, version = fields.count(said, "starRating"), fields.text(said, "appVersionName")
    told = (("stars", str(stars) if 1 <= stars <= 5 else ""), ("version", version))
    return tuple((name, value) for name, value in told if value)


def _moment(said: Json, now: datetime) -> datetime | None:
    """When a comment was written or changed; its seconds come as text, as long numbers do."""
    seconds = fields.name(said, "lastModified", "seconds")
    if not (seconds.isascii() and seconds.isdigit() and len(seconds) < 12):
        return None
    found = datetime.fromtimestamp(int(seconds), UTC)
    return found if found < now + _AHEAD else None
