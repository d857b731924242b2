"""The command that reads other tools' history."""

from pathlib import Path
from typing import Annotated

import typer

from listener.cli.options import CONFIG, ConfigOption
from listener.cli.shared import BadUse

imports = typer.Typer()


@imports.command(name="import")
def import_(
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="FILE", help="Exports: CSV or TSV, also .gz.")
    ] = None,
    config: ConfigOption = CONFIG,
    layout: Annotated[
        str, typer.Option(help="The tool it is from: brandwatch, mention, brand24 or sprout.")
    ] = "",
    mapping: Annotated[
        Path | None, typer.Option(help="A file that says which columns are what, in TOML.")
    ] = None,
    dates: Annotated[
        str, typer.Option(help="What stands first in dates, day or month; or a form: %d.%m.%Y.")
    ] = "",
    timezone: Annotated[
        str, typer.Option(help="Where times without a zone are from; default: the configured one.")
    ] = "",
    encoding: Annotated[
        str, typer.Option(help="Such as iso-8859-2; default: UTF-8, UTF-16 or windows-1252.")
    ] = "",
    addressed_to: Annotated[
        str, typer.Option(help="The brand whose own page or inbox all of it is from.")
    ] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be stored; store nothing.")
    ] = False,
    again: Annotated[
        bool, typer.Option("--again", help="From the first row, also what was read in before.")
    ] = False,
    overlap: Annotated[
        bool, typer.Option("--overlap", help="Also of the time since we listen ourselves.")
    ] = False,
    rejects: Annotated[
        bool, typer.Option("--rejects", help="Write what can't be read to FILE.rejects.csv.")
    ] = False,
    progress: Annotated[
        bool | None, typer.Option(help="Show how far it is; default: at a terminal.")
    ] = None,
    lists: Annotated[bool, typer.Option("--list", help="List what was read in so far.")] = False,
) -> None:
    """Read history from other tools' exports. Nobody is told of it.

    What is broken off goes on where it was, when it is asked for in the same words. A file that was
    read to its end is not read again.
    """
    from listener.cli import importing

    if lists:
        if files or dry_run or again:
            msg = "import --list takes nothing else"
            raise BadUse(msg)
        importing.list_imports(config)
        return
    if not files:
        msg = "import takes FILE…, or --list"
        raise BadUse(msg)
    wanted = importing.Wanted(
        layout, mapping, dates, timezone, encoding, addressed_to, dry_run, again, overlap, rejects
    )
    importing.import_files(config, files, wanted, progress=progress)
