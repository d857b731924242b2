"""``listener import``: other tools' exports read into the store, to be gone on with at any time."""

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from hashlib import blake2b
from pathlib import Path

from listener import wiring
from listener.cli.importing_page import (
    LeftOut,
    Tallies,
    done_lines,
    dry_lines,
    finished_line,
    going_on_line,
    listed_lines,
    opened_lines,
)
from listener.cli.importing_side import Progress, Rejects
from listener.cli.shared import BadUse, configured, reading, unknown_brand
from listener.clock import utc_now
from listener.config import Config
from listener.config.words import zone_named
from listener.importing.layouts import LAYOUTS, Layout
from listener.importing.mapping import BadMapping, read_mapping
from listener.importing.opening import Export, open_export
from listener.importing.plain import Unreadable, fingerprint
from listener.importing.rows import RowReader
from listener.stages.importing import FRESH, Importer, left_out_from
from listener.store import Store, StoreUnavailable, open_store
from listener.store.import_port import SOURCE, Importing
from listener.store.port import LostLease
from listener.suggest import suggestion
from listener.text import shown


@dataclass(frozen=True, slots=True)
class Wanted:
    """How the files are to be read."""

    layout: str = ""
    mapping: Path | None = None
    dates: str = ""
    timezone: str = ""
    encoding: str = ""
    addressed_to: str = ""
    dry_run: bool = False
    again: bool = False
    overlap: bool = False
    rejects: bool = False


@dataclass(frozen=True, slots=True)
class Opened:
    """A file that can be read, and where its times are from."""

    path: Path
    export: Export
    zone: tzinfo

    @property
    def source(self) -> str:
        """What stands as the source of what it brings."""
        return f"{SOURCE}{self.export.header.layout.name}"


def import_files(
    path: Path, files: list[Path], wanted: Wanted, *, progress: bool | None = None
) -> None:
    """Read the files in, one after the other; every one is looked at before the first is stored."""
    config = configured(path)
    if wanted.addressed_to and (fault := unknown_brand(config, wanted.addressed_to)):
        msg = f"--addressed-to: {fault}"
        raise BadUse(msg)
    layout = _layout(wanted)
    opened = [_opened(file, config, layout, wanted) for file in files]
    with _store(config, dry_run=wanted.dry_run) as store:
        for one in opened:
            with _told(one.path):
                _read_in(config, store, one, wanted, Progress(one.path.name, progress))


def list_imports(path: Path) -> None:
    """Print what was read in so far, and what of it was broken off."""
    config = configured(path)
    with reading(config) as store:
        print("\n".join(listed_lines(store.imports.all(), config.zone)))


def _layout(wanted: Wanted) -> Layout | None:
    """The layout that is asked for; None: it is to be found out."""
    if wanted.layout and wanted.mapping:
        msg = "--layout and --mapping both say what the columns are: give one"
        raise BadUse(msg)
    if wanted.mapping:
        try:
            return read_mapping(wanted.mapping)
        except BadMapping as fault:
            msg = f"{wanted.mapping}: {fault}"
            raise BadUse(msg) from None
    if wanted.layout and wanted.layout not in LAYOUTS:
        hint = suggestion(wanted.layout, LAYOUTS)
        msg = f"--layout: no tool '{shown(wanted.layout, 60)}'{hint}; any other needs --mapping"
        raise BadUse(msg)
    return LAYOUTS.get(wanted.layout)


def _opened(file: Path, config: Config, layout: Layout | None, wanted: Wanted) -> Opened:
    with _told(file):
        export = open_export(file, layout, wanted.dates, wanted.encoding)
    name = wanted.timezone or export.header.layout.zone
    return Opened(file, export, _zone(name) if name else config.zone)


def _zone(name: str) -> tzinfo:
    try:
        return zone_named(name)
    except ValueError as fault:
        raise BadUse(str(fault)) from None


@contextmanager
def _told(file: Path) -> Iterator[None]:
    """What can't be read of a file, as the user is told."""
    try:
        yield
    except Unreadable as fault:
        msg = f"{shown(str(file), 200)}: {fault}"
        raise BadUse(msg) from None
    except LostLease:
        msg = f"{shown(str(file), 200)}: another process reads it in just now"
        raise BadUse(msg) from None


@contextmanager
def _store(config: Config, *, dry_run: bool) -> Iterator[Store | None]:
    """The store, made where it is not there yet; a dry run makes none."""
    if dry_run and not Path(config.database.removeprefix("sqlite:")).exists():
        yield None
        return
    try:
        with closing(open_store(config.database)) as store:
            yield store
    except StoreUnavailable as trouble:
        msg = f"{config.database}: {trouble}; what was read in before this stays"
        raise BadUse(msg) from None


def _read_in(
    config: Config, store: Store | None, opened: Opened, wanted: Wanted, progress: Progress
) -> None:
    now = utc_now()
    importer = _importer(config, store, opened, wanted, now)
    if store is None or wanted.dry_run:
        print("\n".join(opened_lines(opened.path, opened.export, opened.zone)))
        _look(importer, opened, progress)
        return
    begun = _begun(store, opened, wanted, now)
    if begun.finished_at is not None:
        print(finished_line(opened.path, begun, config.zone))
        return
    print("\n".join(opened_lines(opened.path, opened.export, opened.zone)))
    if begun.counts.rows:
        print(going_on_line(begun))
    rejects = Rejects(opened.path, opened.export, begun.line) if wanted.rejects else None
    _store_all(importer, begun, opened, progress, rejects)


def _importer(
    config: Config, store: Store | None, opened: Opened, wanted: Wanted, now: datetime
) -> Importer:
    dates = opened.export.dates
    since = store.imports.listening_since() if store else None
    return Importer(
        export=opened.export,
        reader=RowReader(opened.export.header, opened.zone, dates.order, dates.pattern, now),
        matcher=wiring.matcher(config, store.marks() if store else ()),
        source=opened.source,
        store=store,
        until=left_out_from(since, now, overlap=wanted.overlap),
        addressed_to=wanted.addressed_to,
    )


def _begun(store: Store, opened: Opened, wanted: Wanted, now: datetime) -> Importing:
    """The import of this file as it stands: begun now, broken off, or finished."""
    content = fingerprint(opened.path)
    asked = _asked(opened, wanted)
    before = store.imports.find(content)
    if before is not None and not wanted.again:
        if before.finished_at is None and before.asked != asked:
            msg = (
                f"{opened.path}: it was begun with other options; "
                "give the same ones to go on, or --again to begin anew"
            )
            raise BadUse(msg)
        return before
    header = opened.export.header
    begun = Importing(
        fingerprint=content,
        file=shown(opened.path.name, 200),
        layout=header.layout.name,
        asked=asked,
        begun_at=now,
        place=header.start,
        line=header.first_line,
    )
    return store.imports.begin(begun)


def _asked(opened: Opened, wanted: Wanted) -> str:
    """What makes a row the post that it becomes, in short."""
    export = opened.export
    layout = export.header.layout
    parts = [
        repr(replace(layout, marks=())),
        export.file.encoding,
        export.header.delimiter,
        [export.dates.order, export.dates.pattern],
        str(opened.zone),
        wanted.addressed_to,
        wanted.overlap,
    ]
    return blake2b(json.dumps(parts).encode(), digest_size=12).hexdigest()


def _left_out(importer: Importer) -> LeftOut:
    return LeftOut(importer.until, importer.until < importer.reader.now - FRESH)


def _look(importer: Importer, opened: Opened, progress: Progress) -> None:
    """Read all of it, and print what it would become."""
    tallies = Tallies()
    for looked in importer.looks():
        tallies.add(looked)
        progress.tell(tallies.rows, opened.export.file.share_read())
    progress.end()
    print("\n".join(dry_lines(tallies, opened.export, opened.zone, _left_out(importer))))


def _store_all(
    importer: Importer,
    importing: Importing,
    opened: Opened,
    progress: Progress,
    rejects: Rejects | None,
) -> None:
    """Store chunk by chunk; refused rows are written down before what they came with is stored."""
    progress.begin(importing.counts.rows)
    try:
        for looked in importer.looks(importing.place, importing.line):
            if rejects:
                rejects.write(looked.refused)
            importing = importer.save(importing, looked, utc_now())
            progress.tell(importing.counts.rows, opened.export.file.share_read())
        importing = importer.end(importing, utc_now())
    finally:
        progress.end()
        if rejects:
            rejects.close()
    left_out = _left_out(importer)
    print("\n".join(done_lines(opened.path, importing, opened.export, opened.zone, left_out)))
