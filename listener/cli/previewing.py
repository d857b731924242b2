"""``listener preview``: what the brands' tables match in posts that are there, and what changed."""

import json
import os
import sys
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import TypeVar

from listener import logs, wiring
from listener.cli.lines import STDIN, opened, values
from listener.cli.preview_page import page
from listener.cli.shared import BadUse, configured, lessons, period_from, plain, stored
from listener.cli.tagging import SITE
from listener.clock import utc_now
from listener.config import Config, ConfigError, load_config
from listener.coverage import Period
from listener.match.around import NOWHERE, Around, Marked
from listener.match.examples import run_examples
from listener.model import Brand, Mention, Post
from listener.preview import Change, Preview, Replay, changes, preview
from listener.priority import rank
from listener.stages.tag import judge
from listener.store import Store, StoreUnavailable
from listener.store.port import Kept
from listener.suggest import suggestion
from listener.wire import post_from

SINCE = "30d"
AROUND_POSTS = 500
JUDGE_POSTS = 64
PROGRESS_POSTS = 5_000
FILE_SITE = "jsonl"
"""The site of a file's posts that name none, as the source of that type has it."""

T = TypeVar("T")
Seen = Iterator[tuple[Post, Sequence[Change]]]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a preview is asked for; ``brands`` None for all of them."""

    config: Config
    against: Config | None
    brands: frozenset[str] | None

    def replays(self, marked: Sequence[Marked] = ()) -> tuple[Replay, Replay | None]:
        """The configuration over posts, and the one it is held against, if there is one."""
        after = Replay(wiring.matcher(self.config, marked), self.brands, marked)
        if self.against is None:
            return after, None
        return after, Replay(wiring.matcher(self.against, marked), self.brands, marked)

    def listened_for(self) -> list[Brand]:
        """The brands after the change that are looked at."""
        return [one for one in self.config.brands if self.brands is None or one.id in self.brands]


def preview_rules(
    path: Path,
    since: str,
    until: str,
    file: Path | None,
    against: Path | None,
    brands: Sequence[str],
    samples: int,
    *,
    as_json: bool,
) -> None:
    """Replay, then print the faults of the examples and what the change does."""
    config = configured(path)
    logs.set_up("error", config.log_format, config.secrets)
    other = _other(against) if against else None
    asked = Asked(config, other, _wanted(config, other, brands))
    if file is not None and (since or until):
        msg = "--since and --until are for stored posts; --file is read from end to end"
        raise BadUse(msg)
    period = None if file else _period(config, since or SINCE, until)
    faults = run_examples(asked.listened_for())
    result = _over_lines(asked, file, samples) if file else _over_store(asked, period, samples)
    if as_json:
        told = {"period": period and asdict(period), "examples": faults, **asdict(result)}
        print(json.dumps(plain(told), ensure_ascii=False))
    else:
        print("\n".join(page(result, faults, _said_of(asked, period, file))))


def _over_store(asked: Asked, period: Period | None, samples: int) -> Preview:
    assert period is not None
    try:
        with ExitStack() as opened_stores:
            # Each stream of its own: a store that can only be glimpsed at closes after each look.
            posts, around = (
                opened_stores.enter_context(closing(stored(asked.config))) for _ in range(2)
            )
            coming = _counted(posts.kept(period.since, period.until))
            return _preview(asked, _stored_changes(asked, around, coming), samples)
    except StoreUnavailable as trouble:
        msg = f"{asked.config.database}: {trouble}"
        raise BadUse(msg) from None


def _stored_changes(asked: Asked, store: Store, coming: Iterator[Kept]) -> Seen:
    marked = store.marks()
    after, before = asked.replays(marked)
    now, was = _sources(asked.config), _sources(asked.against or asked.config)
    while batch := list(islice(coming, AROUND_POSTS)):
        known = store.around([one.post for one in batch if one.post.in_reply_to or marked])
        for one in batch:
            around = known.get(one.post.id, NOWHERE)
            there = [it for it in one.mentions if _is_wanted(asked.brands, it)]
            found = was.get(one.source, _ANY).match(before, one.post, around) if before else there
            matched = now.get(one.source, _ANY).match(after, one.post, around)
            yield one.post, changes(found, _from(one.source, matched), there)


@dataclass(frozen=True, slots=True)
class _Heard:
    """The brands that a source is listened to for, and whose own place it is, as polling has it."""

    brands: Collection[str] | None = None
    place: str = ""

    def match(self, replay: Replay, post: Post, around: Around) -> tuple[Mention, ...]:
        """The mentions in a post that it brought."""
        return replay.match(post, replace(around, place=self.place), self.brands)


_ANY = _Heard()


def _sources(config: Config) -> dict[str, _Heard]:
    return {one.name: _Heard(one.brands or None, one.addressed_to) for one in config.sources}


def _from(source: str, mentions: Iterable[Mention]) -> list[Mention]:
    return [replace(mention, source=source) for mention in mentions]


def _over_lines(asked: Asked, file: Path, samples: int) -> Preview:
    site = SITE if file == STDIN else FILE_SITE
    with opened(file) as lines:
        posts = (post for _, post in values(lines, lambda value: post_from(value, site=site)))
        return _preview(asked, _line_changes(asked, _counted(posts)), samples)


def _line_changes(asked: Asked, posts: Iterable[Post]) -> Seen:
    after, before = asked.replays()
    for post in posts:
        yield post, changes(before.match(post) if before else (), after.match(post))


def _preview(asked: Asked, seen: Seen, samples: int) -> Preview:
    judges = wiring.judges(asked.config, lessons(asked.config))

    def judged(mentions: Sequence[Mention]) -> list[Mention]:
        tagged = (
            one
            for start in range(0, len(mentions), JUDGE_POSTS)
            for one in judge(judges, mentions[start : start + JUDGE_POSTS])
        )
        return [replace(one, priority=rank(one)) for one in tagged]

    return preview(seen, asked.listened_for(), asked.config.rules, judged, samples)


def _counted(posts: Iterable[T]) -> Iterator[T]:
    """The posts; a person who waits at a terminal sees how many went by."""
    watched = sys.stderr is not None and sys.stderr.isatty()
    for number, post in enumerate(posts, 1):
        yield post
        if watched and number % PROGRESS_POSTS == 0:
            print(f"\r{number:,} posts", end="", file=sys.stderr, flush=True)
    if watched:
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def _is_wanted(brands: Collection[str] | None, mention: Mention) -> bool:
    return brands is None or mention.brand in brands


def _wanted(config: Config, other: Config | None, stated: Sequence[str]) -> frozenset[str] | None:
    known = [brand.id for one in (config, other) if one for brand in one.brands]
    for brand in stated:
        if brand not in known:
            msg = f"--brand: no brand '{brand}' in {config.path}{suggestion(brand, known)}"
            raise BadUse(msg)
    return frozenset(stated) or None


def _other(path: Path) -> Config:
    try:
        return load_config(path, os.environ, tells=False, polls=())
    except ConfigError as error:
        raise BadUse(*(f"--against: {fault}" for fault in error.faults)) from None


def _period(config: Config, since: str, until: str) -> Period:
    return Period(*period_from(since, until, utc_now(), config.zone))


def _said_of(asked: Asked, period: Period | None, file: Path | None) -> str:
    """What is held against what, for the head of the page."""
    where = f"in {file}" if period is None else f"published {_told(period)}"
    if asked.against is not None:
        return f"{where}, against {asked.against.path}"
    return (
        f"{where}, against the mentions that are stored" if period else f"{where}, against nothing"
    )


def _told(period: Period) -> str:
    ends: tuple[datetime, ...] = (period.since, period.until)
    return " to ".join(f"{moment:%Y-%m-%d %H:%M}" for moment in ends) + " UTC"
