"""Lines to posts: what each line says, when it is due, and how far one poll goes."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from listener.model import Batch, Fault, Post
from listener.wire import post_from
from sources.jsonl_parts.cursor import Place
from sources.jsonl_parts.lines import LINE_BYTES_MAX, Line

POLL_BYTES_MAX = 64 * 1024 * 1024


@dataclass
class Reading:
    """One poll's way through the lines; ``place`` goes along with it.

    A ``speed`` other than 0 replays: a post that is not due yet ends the reading.
    """

    site: str
    lines_max: int
    speed: float
    now: datetime
    place: Place
    posts: list[Post] = field(default_factory=list)
    rejects: list[Fault] = field(default_factory=list)
    _lines: int = 0
    _bytes: int = 0

    def take_all(self, lines: Iterable[Line], *, final: bool = False) -> bool:
        """Take lines until one must wait; true where more could be taken at once.

        ``final`` says that a line without an end will get none.
        """
        for line in lines:
            if self._is_full():
                return True
            if not self._take(line, final=final):
                return False
        return False

    def batch(self, cursor: str | None, *, more: bool) -> Batch:
        """What was read."""
        return Batch(posts=tuple(self.posts), cursor=cursor, rejects=tuple(self.rejects), more=more)

    def _is_full(self) -> bool:
        return self._lines >= self.lines_max or self._bytes >= POLL_BYTES_MAX

    def _take(self, line: Line, *, final: bool) -> bool:
        """Take one line; false where it must wait."""
        if line.overlong:
            self._pass_over(line)
            return True
        try:
            post = _post(line.content, self.site)
        except ValueError as error:
            if isinstance(error, _NotJson) and not line.ended and not final:
                return False
            self._reject(str(error))
        else:
            if post and not self._is_due(post):
                return False
            self.posts += [self._replayed(post)] if post else []
        self._go_on(line)
        return True

    def _pass_over(self, line: Line) -> None:
        if not line.resumed:
            self._reject(f"is longer than {LINE_BYTES_MAX:,} bytes")
        self._go_on(line)

    def _reject(self, reason: str) -> None:
        self.rejects.append(Fault(f"line {self.place.line + 1}", reason))

    def _go_on(self, line: Line) -> None:
        self._lines += 1
        self._bytes += len(line.content)
        self.place = replace(
            self.place,
            offset=line.end,
            line=self.place.line + (line.ended or not line.overlong),
            skipping=line.overlong and not line.ended,
        )

    def _is_due(self, post: Post) -> bool:
        """Whether a post's turn has come. The first post with a time starts the replay's clock."""
        if not self.speed or post.published_at is None:
            return True
        if not self.place.started:
            self.place = replace(
                self.place,
                started=self.now.isoformat(),
                first=post.published_at.isoformat(),
            )
        return self._moved(post.published_at) <= self.now

    def _replayed(self, post: Post) -> Post:
        if not self.speed or post.published_at is None:
            return post
        return replace(post, published_at=self._moved(post.published_at))

    def _moved(self, published_at: datetime) -> datetime:
        """The moment of the replay that stands for one of the file's timeline."""
        since_first = published_at - datetime.fromisoformat(self.place.first)
        started = datetime.fromisoformat(self.place.started)
        try:
            return started + timedelta(seconds=max(since_first.total_seconds(), 0) / self.speed)
        except OverflowError:
            return datetime.max.replace(tzinfo=UTC)


class _NotJson(ValueError):
    """The bytes are no JSON, or not all of it yet."""


def _post(content: bytes, site: str) -> Post | None:
    """The post of a line, None for an empty one; raises ValueError with what is wrong."""
    try:
        text = content.decode("utf-8-sig").strip()
        value = json.loads(text) if text else None
    except UnicodeDecodeError:
        raise _NotJson("is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise _NotJson(f"is no JSON: {error.msg} at character {error.pos + 1}") from None
    except (ValueError, RecursionError) as error:  # a number of thousands of digits, a deep nest
        raise ValueError(f"can't be read: {str(error)[:100]}") from None
    return post_from(value, site=site) if text else None
