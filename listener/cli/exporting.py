"""``listener export``: the stored mentions as JSON lines or CSV, one after the other."""

import csv
import json
import os
import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

from listener.cli.shared import BadUse, configured, moment_from, stored, unknown_brand
from listener.clock import utc_now
from listener.config import Config
from listener.model import Mention, Post
from listener.store import StoreUnavailable
from listener.text import defused
from listener.wire import mention_json, post_json

Row = dict[str, Any]
Write = Callable[[Iterable[Mention], TextIO], None]

EVER = datetime(1, 1, 2, tzinfo=UTC)
_TAGS = ("sentiment", "urgency", "intent", "spam", "language")
_FORMULA = ("=", "+", "-", "@")


def export(
    path: Path,
    since: str,
    until: str,
    brands: list[str],
    form: str,
    output: Path | None,
    *,
    force: bool = False,
) -> None:
    """Write the mentions of posts published in the period; what was taken down is not there.

    Raises BadUse, among others where the file to write is there and ``force`` is not set.
    """
    if form not in FORMATS:
        msg = f"--format: '{form}' is none; there are {', '.join(FORMATS)}"
        raise BadUse(msg)
    config = configured(path)
    for brand in brands:
        if fault := unknown_brand(config, brand):
            msg = f"--brand: {fault}"
            raise BadUse(msg)
    period = _period(config, since, until)
    if output is not None:
        _allow(output, config, force=force)
    try:
        with closing(stored(config)) as store, _opened(output) as file:
            mentions = store.mentions(*period)
            chosen = (one for one in mentions if not brands or one.brand in brands)
            FORMATS[form](chosen, file)
    except StoreUnavailable as trouble:
        msg = f"{config.database}: {trouble}"
        raise BadUse(msg) from None


def full_row(mention: Mention) -> Row:
    """A mention with everything that is known of it, nested."""
    post = mention.post
    author = {"id": post.author.id or None, "verified": post.author.verified}
    told = post_json(post)
    told["author"] = told["author"] | author
    told |= {
        "language": post.language or None,
        "conversation": post.conversation or None,
        "in_reply_to": post.in_reply_to or None,
        "links": list(post.links),
        "engagement": {
            "likes": post.engagement.likes,
            "shares": post.engagement.shares,
            "replies": post.engagement.replies,
            "views": post.engagement.views,
        },
    }
    further = {"source": mention.source, "answered_at": _time(mention.answered_at)}
    return {"post": told} | mention_json(mention) | further


def flat_row(mention: Mention) -> Row:
    """A mention as one line of a table, with its newest labels."""
    post = mention.post
    return {
        "id": post.id,
        "brand": mention.brand,
        "published_at": _time(post.published_at),
        "site": post.site,
        "source": mention.source,
        "url": post.url,
        "author_handle": post.author.handle,
        "author_name": post.author.name,
        "author_id": post.author.id,
        "author_followers": post.author.followers,
        "title": post.title,
        "text": post.text,
        "directness": mention.directness,
        "evidence": "; ".join(one.text for one in mention.evidence),
        "verdict": mention.verdict.label,
        **{kind: mention.label(kind) for kind in _TAGS},
        "priority": mention.priority.score,
        "likes": post.engagement.likes,
        "shares": post.engagement.shares,
        "replies": post.engagement.replies,
        "views": post.engagement.views,
        "conversation": post.conversation,
        "in_reply_to": post.in_reply_to,
        "answered_at": _time(mention.answered_at),
    }


def cell(value: object) -> object:
    """The value as no spreadsheet takes it for a formula, nor a terminal for a command."""
    if not isinstance(value, str):
        return value
    words = "\n".join(defused(line) for line in value.splitlines())
    first = unicodedata.normalize("NFKC", words.lstrip()[:1])  # a wide or small sign counts too
    return f"'{words}" if first.startswith(_FORMULA) else words


def _json_lines(mentions: Iterable[Mention], file: TextIO) -> None:
    file.writelines(
        json.dumps(full_row(mention), ensure_ascii=False) + "\n" for mention in mentions
    )


def _csv(mentions: Iterable[Mention], file: TextIO) -> None:
    writer = csv.writer(file)
    writer.writerow(flat_row(Mention(Post("", "", ""), "")))
    for mention in mentions:
        writer.writerow([cell(value) for value in flat_row(mention).values()])


FORMATS: dict[str, Write] = {"jsonl": _json_lines, "csv": _csv}


def _period(config: Config, since: str, until: str) -> tuple[datetime, datetime]:
    now = utc_now()
    start = moment_from(since, now, config.zone) if since else EVER
    # Up to and with what is published in this very moment, or a little ahead of our clock.
    end = moment_from(until, now, config.zone) if until else datetime.max.replace(tzinfo=UTC)
    if start >= end:
        msg = "--since must lie before --until"
        raise BadUse(msg)
    return start, end


def _allow(output: Path, config: Config, *, force: bool) -> None:
    """BadUse where the file is there and not to be overwritten; ours never are."""
    database = Path(config.database.removeprefix("sqlite:"))
    logs = [database.with_name(database.name + end) for end in ("-wal", "-shm")]
    if any(_is_same(output, ours) for ours in (config.path, database, *logs)):
        msg = f"--output: {output} is the listener's own: name another file"
        raise BadUse(msg)
    if output.exists() and not output.is_file():
        msg = f"{output} is no file"
        raise BadUse(msg)
    if output.exists() and not force:
        msg = f"{output} is there already; --force overwrites it"
        raise BadUse(msg)


def _is_same(one: Path, other: Path) -> bool:
    """Whether both are one file, by whatever name, or would be."""
    if one.exists() and other.exists():
        return one.samefile(other)
    return one.resolve() == other.resolve()


@contextmanager
def _standard_output() -> Iterator[TextIO]:
    """Standard output; BadUse where it takes no more, such as a full disk."""
    try:
        yield sys.stdout
        sys.stdout.flush()
    except BrokenPipeError:
        raise  # who read it has enough
    except OSError as error:
        # What is still held back would fail again when Python ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        msg = f"standard output can't be written: {error.strerror}"
        raise BadUse(msg) from None


@contextmanager
def _opened(output: Path | None) -> Iterator[TextIO]:
    """Standard output, or a file that is there only when it is whole."""
    if output is None:
        with _standard_output() as file:
            yield file
        return
    part = output.with_name(f"{output.name}.{os.getpid()}.part")
    try:
        with part.open("w", encoding="utf-8", newline="") as file:
            yield file
        part.replace(output)
    except OSError as error:
        msg = f"{output} can't be written: {error.strerror}"
        raise BadUse(msg) from None
    finally:
        part.unlink(missing_ok=True)


def _time(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z") if moment else None
