"""``listener tag``: posts as JSON lines in, mentions as JSON lines out."""

import json
import os
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from queue import Empty, Queue
from typing import BinaryIO

from listener import logs, wiring
from listener.cli.lines import LINE_BYTES_MAX, reason
from listener.cli.shared import BadUse, configured, lessons, marked
from listener.match import Matcher
from listener.model import Mention, Post
from listener.priority import rank
from listener.stages.deciding import decided_alone
from listener.stages.tag import Judge, judge
from listener.text import clean_text
from listener.wire import mention_json, parent_text_from, post_from

BATCH = 64
SITE = "stdin"

Line = tuple[int, bytes]


@dataclass(frozen=True, slots=True)
class Read:
    """A post from a line, with the id its writer knows and the text that it replies to."""

    stated_id: str | None
    post: Post
    parent_text: str = ""


def tag_lines(path: Path, *, every_post: bool) -> None:
    """Judge what stdin brings, as it comes. A bad line costs a line on stderr and itself."""
    config = configured(path)
    logs.set_up("error", config.log_format, config.secrets)
    matcher, judges = wiring.matcher(config, marked(config)), wiring.judges(config, lessons(config))
    if sys.stdin is None or sys.stdout is None:
        msg = "tag reads posts from standard input and writes to standard output; one is closed"
        raise BadUse(msg)
    # Not sys.stdin itself: its lock, held by a waiting thread, would abort the interpreter's end.
    for lines in _batches(os.fdopen(os.dup(0), "rb")):
        posts = [post for line in lines if (post := _post(line)) is not None]
        mentions = _mentions(matcher, posts, every_post=every_post)
        for told in _judged(judges, mentions):
            sys.stdout.write(told + "\n")
        sys.stdout.flush()


def _batches(stdin: BinaryIO) -> Iterator[list[Line]]:
    """Lines as they come: what is there is judged together, and nobody waits for more."""
    lines: Queue[Line | None] = Queue(maxsize=4 * BATCH)
    threading.Thread(target=_read, args=(stdin, lines), daemon=True).start()
    while (line := lines.get()) is not None:
        batch = [line]
        while len(batch) < BATCH:
            try:
                following = lines.get_nowait()
            except Empty:
                break
            if following is None:
                yield batch
                return
            batch.append(following)
        yield batch


def _read(stdin: BinaryIO, lines: "Queue[Line | None]") -> None:
    number = 0
    while line := stdin.readline(LINE_BYTES_MAX):
        number += 1
        while not line.endswith(b"\n") and (rest := stdin.readline(LINE_BYTES_MAX)):
            line = line if len(line) > LINE_BYTES_MAX else line + rest
            if rest.endswith(b"\n"):
                break
        lines.put((number, line))
    lines.put(None)


def _post(line: Line) -> Read | None:
    """The post of a line, or None and a word on stderr."""
    number, raw = line
    if not raw.strip():
        return None
    try:
        if len(raw) > LINE_BYTES_MAX:
            msg = f"longer than {LINE_BYTES_MAX:,} bytes"
            raise ValueError(msg)
        value = json.loads(raw)
        post, parent_text = post_from(value, site=SITE), parent_text_from(value)
    except (ValueError, RecursionError) as error:
        print(f"listener: line {number}: {reason(error)}", file=sys.stderr)
        return None
    stated = value.get("id")
    return Read(None if stated is None else clean_text(str(stated)), post, parent_text)


def _mentions(
    matcher: Matcher, posts: Sequence[Read], *, every_post: bool
) -> list[tuple[str | None, Mention]]:
    found: list[tuple[str | None, Mention]] = []
    for one in posts:
        mentions = matcher.match(one.post)
        if every_post and not mentions:
            mentions = (Mention(one.post, brand=""),)
        found.extend(
            (one.stated_id, replace(mention, parent_text=one.parent_text)) for mention in mentions
        )
    return found


def _judged(judges: Sequence[Judge], found: Sequence[tuple[str | None, Mention]]) -> Iterator[str]:
    mentions = decided_alone(judge(judges, [mention for _, mention in found]))
    for (stated_id, _), mention in zip(found, mentions, strict=True):
        ranked = replace(mention, priority=rank(mention))
        yield json.dumps(mention_json(ranked, post_id=stated_id), ensure_ascii=False)
