"""``listener eval``: how good the judges are, on what people corrected and on labelled posts."""

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from listener import logs, wiring
from listener.cli.evaluation_page import as_json as told_as_json
from listener.cli.evaluation_page import page
from listener.cli.lines import STDIN, opened, values
from listener.cli.shared import BadUse, configured, lessons, reading
from listener.cli.watched import counted
from listener.config import Config
from listener.evaluation.lines import Labelled, LabelledReader
from listener.evaluation.tally import Tally
from listener.learning import batches
from listener.stages.again import judged_again
from listener.stages.deciding import as_read, decided_alone
from listener.stages.tag import Judge
from listener.store.learning_port import Lesson, Standing
from listener.suggest import listed
from listener.text import shown

SITE = "file"
DIMENSIONS = ("brand", "language", "site")


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be measured, and how it is to be told."""

    files: tuple[Path, ...]
    corrections: bool
    by: str
    shipped: bool = False
    as_json: bool = False


def evaluate(path: Path, asked: Asked) -> None:
    """Measure and print. BadUse where there is nothing to measure on."""
    dimensions = _dimensions(asked.by)
    config = configured(path)
    logs.set_up("error", config.log_format, config.secrets)
    known = [] if asked.shipped else lessons(config)
    judges = wiring.judges(config, known)
    tally = Tally()
    notes: list[str] = []
    with ExitStack() as open_files:
        labelled = _labelled(config, asked, known, notes, open_files)
        for some in batches(counted(labelled, "judged")):
            _measure(tally, judges, some, dimensions)
    if not tally.columns:
        raise BadUse(_nothing(asked, tally))
    if asked.as_json:
        print(json.dumps(told_as_json(tally, notes), ensure_ascii=False))
    else:
        print("\n".join(page(tally, notes)))


def _dimensions(by: str) -> list[str]:
    wanted = [part.strip() for part in by.split(",") if part.strip()]
    for one in wanted:
        if one not in DIMENSIONS:
            msg = f"--by: '{shown(one, 40)}' is none of {listed(DIMENSIONS)}"
            raise BadUse(msg)
    return wanted


def _labelled(
    config: Config,
    asked: Asked,
    known: Sequence[Lesson],
    notes: list[str],
    open_files: ExitStack,
) -> Iterator[Labelled]:
    """Everything there is to measure on, one after the other."""
    reader = LabelledReader(config.brands, SITE)
    for file in asked.files:
        yield from _of_file(reader, file, open_files)
    if asked.corrections or not asked.files:
        store = open_files.enter_context(reading(config))
        for some in batches(_of_corrections(store.corrections.standing(), known, notes)):
            mentions = as_read(store, [one.mention for one in some])
            for one, mention in zip(some, mentions, strict=True):
                yield replace(one, mention=mention)


def _of_file(reader: LabelledReader, file: Path, open_files: ExitStack) -> Iterator[Labelled]:
    def passed_over(number: int, reason: str) -> None:
        name = "" if file == STDIN else f"{file}: "
        print(f"listener: {name}line {number}: {reason}", file=sys.stderr)

    for _, found in values(open_files.enter_context(opened(file)), reader.read, passed_over):
        yield from found


def _of_corrections(
    standing: Iterable[Standing], known: Sequence[Lesson], notes: list[str]
) -> Iterator[Labelled]:
    """The corrected mentions; it is noted how many of them taught the judges what they say."""
    taught = dict.fromkeys((lesson.number for lesson in known), 0)
    any_of_them = False
    for one in standing:
        any_of_them = True
        kind, label = one.correction.kind, one.correction.label
        for lesson in known:
            taught[lesson.number] += _taught_by(lesson, one)
        yield Labelled(one.mention, {kind: label}, one.mention.post.language)
    if any_of_them:
        notes.append(
            "people mostly correct mistakes: on corrections judges look worse than they are"
        )
    notes.extend(
        f"lesson {lesson.number} ({lesson.kind}) was taught {taught[lesson.number]:,} of these "
        "corrections, and is no judge of itself: listener learn tells how it does on others"
        for lesson in known
        if taught[lesson.number]
    )


def _taught_by(lesson: Lesson, one: Standing) -> bool:
    of_brand = lesson.brand in {"", one.mention.brand}
    in_time = one.number <= lesson.corrections_until
    return of_brand and in_time and lesson.kind == one.correction.kind


def _measure(
    tally: Tally, judges: Sequence[Judge], some: Sequence[Labelled], dimensions: Sequence[str]
) -> None:
    """Count what ``listener tag`` would say of them."""
    kinds = [one.kind for one in judges]
    given = judged_again(judges, [one.mention for one in some], kinds)
    judged = decided_alone(
        [replace(one.mention, tags=tuple(tags)) for one, tags in zip(some, given, strict=True)]
    )
    for one, mention in zip(some, judged, strict=True):
        slices = {
            "brand": one.mention.brand,
            "language": one.language or mention.label("language"),
            "site": one.mention.post.site,
        }
        tally.add(one.labels, mention.tags, {name: slices[name] or "(none)" for name in dimensions})


def _nothing(asked: Asked, tally: Tally) -> str:
    if tally.unjudged:
        kinds = listed(sorted(tally.unjudged))
        return f"nothing to measure: nobody here judges {kinds}"
    if asked.files:
        return "nothing to measure: no line holds labels"
    return "nothing to measure: nobody corrected anything yet; listener correct does, or name files"
