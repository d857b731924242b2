"""``listener learn``: the judges are taught what people corrected, and what it brings is shown."""

import sys
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from listener import logs, wiring
from listener.cli.learning_page import found
from listener.cli.shared import BadUse, configured, login, reading, unknown_brand
from listener.cli.watched import counted
from listener.clock import utc_now
from listener.config import Config
from listener.corrections import check_label
from listener.learning import (
    EXAMPLES_MAX,
    EXAMPLES_MIN,
    LAYER_CHARS_MAX,
    GenerallyTested,
    TeachableClassifier,
    Trial,
    authors,
    batches,
    general,
    held_out,
    objection,
    quotes,
)
from listener.ports import Corrected, Reject
from listener.stages.again import before
from listener.stages.deciding import as_read
from listener.stages.tag import Judge
from listener.store import Store
from listener.store.learning_port import Lesson, Standing
from listener.suggest import suggestion
from listener.text import shown

Outcome = Literal["done", "refused", "failed"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be learned; no kinds: whatever can be."""

    kinds: tuple[str, ...] = ()
    brand: str = ""
    by: str = ""
    dry_run: bool = False
    force: bool = False


@dataclass(frozen=True, slots=True)
class Learned:
    """A lesson that is not kept yet, and how it did."""

    layer: str
    trial: Trial | None
    on_general: Trial | None
    against: str


def learn(path: Path, wanted: Wanted) -> None:
    """Teach each kind; ends with 1 where one failed, or was refused that was asked for by name."""
    config = configured(path)
    logs.set_up("error", config.log_format, config.secrets)
    if wanted.brand and (fault := unknown_brand(config, wanted.brand)):
        msg = f"--brand: {fault}"
        raise BadUse(msg)
    judges = wiring.judges(config)
    teachable = _teachable(config, judges, wanted)
    with reading(config) as store:
        done = {_learn(store, judges, kind, one, wanted) for kind, one in teachable}
    if "failed" in done or ("refused" in done and wanted.kinds):
        sys.exit(1)


def _teachable(
    config: Config, judges: Sequence[Judge], wanted: Wanted
) -> list[tuple[str, TeachableClassifier]]:
    """The kinds that are wanted, each with its classifier; BadUse for one that can't be taught."""
    known = [judge.kind for judge in judges]
    for kind in wanted.kinds:
        if kind not in known:
            msg = f"nobody judges '{shown(kind, 60)}' here{suggestion(kind, known)}"
            raise BadUse(msg)
    chosen = [judge for judge in judges if not wanted.kinds or judge.kind in wanted.kinds]
    teachable = [
        (judge.kind, judge.classifier)
        for judge in chosen
        if isinstance(judge.classifier, TeachableClassifier)
    ]
    left = [judge.kind for judge in chosen if judge.kind not in dict(teachable)]
    if left and (wanted.kinds or not teachable):
        types = {judge.kind: judge.type for judge in config.judges}
        msg = f"the judge of {left[0]} (type {types[left[0]]}) can't be taught"
        raise BadUse(msg)
    return teachable


def _learn(
    store: Store, judges: Sequence[Judge], kind: str, one: TeachableClassifier, wanted: Wanted
) -> Outcome:
    """Teach one kind and say what came of it."""
    corrections = _corrections(store, kind, wanted.brand)
    title = f"{kind}{f' of {wanted.brand}' if wanted.brand else ''}"
    if not corrections or (len(corrections) < EXAMPLES_MIN and not wanted.force):
        print(f"{title}: {_too_few(len(corrections))}")
        return "done"
    examples = _examples(store, judges, kind, corrections)
    print(f"{title}: {len(examples):,} corrections of posts by {authors(examples):,} authors")
    try:
        learned = _learned(judges, kind, one, examples)
    except Exception as fault:  # noqa: BLE001  one judge's fault must not cost the others
        reason = fault.reason if isinstance(fault, Reject) else f"{type(fault).__name__}: {fault}"
        print(f"listener: {title} can't be taught: {shown(reason, 300)}", file=sys.stderr)
        return "failed"
    print("\n".join(found(learned.trial, learned.on_general)))
    return _settle(store, kind, corrections, learned, wanted)


def _corrections(store: Store, kind: str, brand: str) -> list[Standing]:
    """The newest corrections, of labels that there are."""
    kept: deque[Standing] = deque(maxlen=EXAMPLES_MAX)
    for one in store.corrections.standing(kinds=[kind], brand=brand):
        try:
            check_label(kind, one.correction.label, [kind])
        except ValueError:
            continue
        kept.append(one)
    return list(kept)


def _examples(
    store: Store, judges: Sequence[Judge], kind: str, corrections: Sequence[Standing]
) -> list[Corrected]:
    """The mentions as their judge gets them, with the labels that people gave."""
    mentions = as_read(store, [one.mention for one in corrections])
    labels = [one.correction.label for one in corrections]
    plain = (Corrected(mention, label) for mention, label in zip(mentions, labels, strict=True))
    return list(_as_judged(judges, kind, counted(plain, "read", len(corrections))))


def _as_judged(
    judges: Sequence[Judge], kind: str, examples: Iterable[Corrected]
) -> Iterator[Corrected]:
    for some in batches(examples):
        mentions = before(judges, kind, [one.mention for one in some])
        for one, mention in zip(some, mentions, strict=True):
            yield Corrected(mention, one.label)


def _learned(
    judges: Sequence[Judge], kind: str, one: TeachableClassifier, examples: Sequence[Corrected]
) -> Learned:
    """The lesson of all of it, with what it brings. Raises Reject where it can't be kept."""
    trial = held_out(one, examples, lambda folds: counted(folds, "tried out", len(folds)))
    layer = one.refit(examples)
    if len(layer) > LAYER_CHARS_MAX or quotes(layer, examples):
        msg = "what it learned is too long to keep, or holds the words of posts"
        raise Reject(msg)
    on_general = None
    if isinstance(one, GenerallyTested):
        test = _as_judged(judges, kind, counted(one.general_test(), "of the general test judged"))
        on_general = general(one, one.taught(layer, 0), test)
    return Learned(layer, trial, on_general, objection(trial, on_general))


def _settle(
    store: Store, kind: str, corrections: Sequence[Standing], learned: Learned, wanted: Wanted
) -> Outcome:
    """Keep the lesson, unless something speaks against it or nothing is to be kept."""
    if learned.against and not wanted.force:
        print(f"  not kept: {learned.against}; --force keeps it all the same")
        return "done" if wanted.dry_run else "refused"
    if learned.against:
        print(f"  mind: {learned.against}")
    if wanted.dry_run:
        print("  not kept: a dry run")
        return "done"
    number = store.lessons.keep(_lesson(kind, corrections, learned, wanted))
    print(
        f"  kept as lesson {number}; a running listener takes it up with its next batch, and "
        "listener retag judges anew what is stored"
    )
    return "done"


def _lesson(kind: str, corrections: Sequence[Standing], learned: Learned, wanted: Wanted) -> Lesson:
    held, on_general = learned.trial, learned.on_general
    return Lesson(
        kind=kind,
        brand=wanted.brand,
        made_at=utc_now(),
        made_by=wanted.by or login(),
        examples=len(corrections),
        corrections_until=max(one.number for one in corrections),
        before=held.before.macro_f1 if held else None,
        after=held.after.macro_f1 if held else None,
        general_before=on_general.before.macro_f1 if on_general else None,
        general_after=on_general.after.macro_f1 if on_general else None,
        layer=learned.layer,
    )


def _too_few(count: int) -> str:
    if not count:
        return "nobody corrected it yet; listener correct does"
    told = "1 correction" if count == 1 else f"{count:,} corrections"
    return f"{told}, and fewer than {EXAMPLES_MIN} teach nothing that holds; --force learns of them"
