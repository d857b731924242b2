"""``listener retag``: today's judges on what is stored. What was judged stays beside it."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from listener import logs, wiring
from listener.cli.shared import BadUse, ago, configured, moment_from, reading, unknown_brand
from listener.cli.watched import counted
from listener.clock import utc_now
from listener.config import Config
from listener.corrections import Change, changes
from listener.model import ERROR_LABEL, Mention, Post
from listener.stages.again import Again
from listener.stages.deciding import deciding_at_once
from listener.stages.tag import Judge, judge
from listener.store.learning_port import Retagged, Retagging, Stored
from listener.suggest import suggestion
from listener.text import shown

BATCH = 50


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which mentions are judged anew, and by which judges; no kinds: by all."""

    since: str = ""
    brand: str = ""
    kinds: tuple[str, ...] = ()
    dry_run: bool = False
    anew: bool = False


@dataclass(slots=True)
class Pass:
    """A pass under way: how far it came; since this command began, what failed and who judged."""

    retagging: Retagging
    failed: int = 0
    by: set[str] = field(default_factory=set)


def retag(path: Path, wanted: Wanted) -> None:
    """Judge anew, a batch at a time, and print what changed."""
    config = configured(path)
    logs.set_up("error", config.log_format, config.secrets)
    kinds = _kinds(config, wanted)
    now = utc_now()
    since = moment_from(wanted.since, now, config.zone) if wanted.since else None
    rate = config.judging.false_alarms_per_day
    with reading(config) as store:
        judges = wiring.judges(config, store.lessons.taken_up())
        again = Again(store, judges, kinds, deciding_at_once(store, rate))
        names = [_names(judges, kinds), store.lessons.active()]
        asked = json.dumps([wanted.since, wanted.brand, kinds, *names])
        anew = wanted.anew or wanted.dry_run
        passing = Pass(store.retags.plan(asked, since, wanted.brand, now, anew=anew))
        if passing.retagging.number:
            print(_going_on(passing.retagging))
        total, seen = passing.retagging.total, passing.retagging.seen
        each = _each(again, passing, dry_run=wanted.dry_run)
        for _ in counted(each, "judged anew", total, seen):
            pass
        if not wanted.dry_run:
            store.retags.end(passing.retagging)
    print("\n".join(_page(passing, dry_run=wanted.dry_run)))


def _kinds(config: Config, wanted: Wanted) -> list[str]:
    known = [one.kind for one in config.judges]
    if wanted.brand and (fault := unknown_brand(config, wanted.brand)):
        msg = f"--brand: {fault}"
        raise BadUse(msg)
    for kind in wanted.kinds:
        if kind not in known:
            msg = f"--kind: nobody judges '{shown(kind, 60)}' here{suggestion(kind, known)}"
            raise BadUse(msg)
    return [kind for kind in known if not wanted.kinds or kind in wanted.kinds]


def _names(judges: Sequence[Judge], kinds: Sequence[str]) -> list[str]:
    """What the judges call themselves: a pass that others began is not theirs to go on with."""
    (judged,) = judge(judges, [Mention(Post("listener", "probe", "Hello"), "")])
    return sorted({tag.by for tag in judged.tags if tag.kind in kinds})


def _each(again: Again, passing: Pass, *, dry_run: bool) -> Iterator[Stored]:
    """Go over the mentions; each batch is kept with how far the pass came."""
    retags = again.store.retags
    while batch := retags.batch(passing.retagging, BATCH):
        given = again.tags([one.mention for one in batch], utc_now())
        sound = [[tag for tag in tags if tag.label != ERROR_LABEL] for tags in given]
        passing.failed += sum(map(len, given)) - sum(map(len, sound))
        passing.by.update(tag.by for tags in sound for tag in tags)
        done = [Retagged(stored, tags) for stored, tags in zip(batch, sound, strict=True)]
        if dry_run:
            passing.retagging = _as_if_saved(passing.retagging, done)
        else:
            passing.retagging = retags.save(passing.retagging, done, utc_now())
        yield from batch


def _as_if_saved(passing: Retagging, done: Sequence[Retagged]) -> Retagging:
    changed = Counter(passing.changed)
    for one in done:
        changed.update(changes(one.stored.mention, one.tags))
    seen = passing.seen + len(done)
    return replace(passing, after=done[-1].stored.number, seen=seen, changed=changed)


def _going_on(passing: Retagging) -> str:
    began = ago(passing.begun_at, utc_now())
    return (
        f"going on with the pass that was broken off ({passing.seen:,} of {passing.total:,} "
        f"done, begun {began} ago); --anew begins again"
    )


def _page(passing: Pass, *, dry_run: bool) -> Iterator[str]:
    changed = passing.retagging.changed
    seen = passing.retagging.seen
    mentions = f"{seen:,} {'mention' if seen == 1 else 'mentions'}"
    by = ", ".join(shown(one, 60) for one in sorted(passing.by)) or "nobody"
    yield f"{mentions} {'would be ' if dry_run else ''}judged anew by {by}"
    total = sum(changed.values())
    labels = "label" if total == 1 else "labels"
    yield f"{total:,} {labels} {'would change' if dry_run else 'changed'}"
    for change, count in sorted(changed.items(), key=lambda one: (one[0][0], -one[1], one[0])):
        yield _line(change, count)
    if passing.failed:
        failures = "judgement" if passing.failed == 1 else "judgements"
        yield f"{passing.failed:,} {failures} failed and changed nothing"


def _line(change: Change, count: int) -> str:
    kind, was, stands = (shown(part, 40) for part in change)
    return f"  {kind}: {was or 'not judged'} → {stands}  {count:,}"
