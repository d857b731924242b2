"""The commands and their options. What each does is in the file of its name."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from listener.cli.imports import imports
from listener.cli.models import models
from listener.cli.options import CONFIG, ConfigOption
from listener.cli.quality import quality
from listener.cli.service import service
from listener.cli.shared import BadUse, fail
from listener.text import shown

cli = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Listens for what people say about a brand, judges it, and tells who must know.",
)


@cli.command()
def run(
    config: ConfigOption = CONFIG,
    only: Annotated[
        str, typer.Option(help="Just these roles of it, such as poll,tag (of poll,tag,send,web).")
    ] = "poll,tag,send,web",
) -> None:
    """Listen until stopped. SIGTERM drains, SIGHUP reads the configuration anew."""
    from listener.cli.running import run_daemon

    run_daemon(config, only)


@cli.command()
def once(
    config: ConfigOption = CONFIG,
    as_json: Annotated[bool, typer.Option("--json", help="Print the counts as JSON.")] = False,
) -> None:
    """Poll every source once, tag and tell until nothing is due, then print the counts."""
    from listener.cli.running import run_once

    run_once(config, as_json=as_json)


@cli.command()
def check(config: ConfigOption = CONFIG) -> None:
    """Check the configuration, its secrets and the brands' examples; a line per fault."""
    from listener.cli.checking import check as do

    do(config)


@cli.command()
def init(
    config: ConfigOption = CONFIG,
    force: Annotated[bool, typer.Option(help="Overwrite a configuration that is there.")] = False,
) -> None:
    """Ask a few questions and write a working configuration."""
    from listener.cli.starting import init as do

    do(config, force=force)


@cli.command(name="try")
def try_(
    source: Annotated[str, typer.Argument(help="The source's name in the configuration.")],
    config: ConfigOption = CONFIG,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Posts to show at most.")] = 20,
) -> None:
    """Poll one source once and show what came; nothing is stored."""
    from listener.cli.trying import try_source

    try_source(config, source, limit)


@cli.command()
def tag(
    config: ConfigOption = CONFIG,
    every_post: Annotated[
        bool, typer.Option("--every-post", help="Also judge posts that mention no brand.")
    ] = False,
) -> None:
    """Judge posts given as JSON lines on stdin: a JSON line per mention on stdout."""
    from listener.cli.tagging import tag_lines

    tag_lines(config, every_post=every_post)


@cli.command()
def preview(
    config: ConfigOption = CONFIG,
    since: Annotated[
        str, typer.Option(help="How far back in stored posts, such as 7d, or a date; default: 30d.")
    ] = "",
    until: Annotated[str, typer.Option(help="To when, likewise; default: now.")] = "",
    file: Annotated[
        Path | None, typer.Option(help="Posts as JSON lines instead of stored ones; - for stdin.")
    ] = None,
    against: Annotated[
        Path | None,
        typer.Option(help="Hold it against this other configuration, not what is stored."),
    ] = None,
    brand: Annotated[
        list[str] | None, typer.Option(help="Just this brand; may stand several times.")
    ] = None,
    samples: Annotated[
        int,
        typer.Option(min=0, max=100, help="Newest posts to show: gained, lost, in doubt each."),
    ] = 5,
    as_json: Annotated[bool, typer.Option("--json", help="Print all of it as JSON.")] = False,
) -> None:
    """Show what the brands' tables match in posts that are there: gained, lost, and why.

    Their examples are run first. Held against the mentions that are stored (with --file: against
    nothing, so all is gained), or against another configuration. It also tells what the rules
    would have told more or fewer.
    Nothing is stored.
    """
    from listener.cli.previewing import preview_rules

    preview_rules(config, since, until, file, against, brand or [], samples, as_json=as_json)


@cli.command()
def queries(
    platform: Annotated[
        str,
        typer.Argument(help="x, reddit, hackernews, bluesky, mastodon, youtube or google_news."),
    ],
    brand: Annotated[str, typer.Argument(help="Just this brand.")] = "",
    config: ConfigOption = CONFIG,
    chars_max: Annotated[
        int, typer.Option(min=30, max=4096, help="Longest query that the platform takes.")
    ] = 512,
) -> None:
    """Show what a platform would be asked for, derived from the brands' tables."""
    from listener.cli.querying import print_queries

    print_queries(config, platform, brand, chars_max)


@cli.command()
def mark(
    post: Annotated[str, typer.Argument(help="The post's id, SITE:ID.")] = "",
    brand: Annotated[str, typer.Argument(help="The brand's id.")] = "",
    answer: Annotated[str, typer.Argument(help="Whether it is about the brand: yes or no.")] = "",
    config: ConfigOption = CONFIG,
    file: Annotated[
        Path | None,
        typer.Option(help='JSON lines {"post": …, "brand": …, "about": true}; - for stdin.'),
    ] = None,
    by: Annotated[str, typer.Option(help="Who says so; default: the login name.")] = "",
    of_brand: Annotated[
        str, typer.Option("--brand", help="List the doubts of just this brand.")
    ] = "",
    limit: Annotated[
        int, typer.Option(min=1, max=1000, help="Doubts to list at most, the newest first.")
    ] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="List them as JSON.")] = False,
) -> None:
    """Say whether a stored post is about a brand. Ambiguous brands learn from it.

    Without a post it lists the mentions that are in doubt. A yes settles a doubt; a no withdraws
    the mention, for good unless somebody marks it anew. A yes makes no mention where there is
    none.
    """
    from listener.cli.doubting import list_doubts
    from listener.cli.marking import mark_lines, mark_one

    answers = [bool(part) for part in (post, brand, answer)]
    lists = bool(of_brand) or as_json
    if not any(answers) and file is None:
        list_doubts(config, of_brand, limit, as_json=as_json)
    elif not any(answers) and file is not None and not lists:
        mark_lines(config, file, by)
    elif all(answers) and file is None and not lists:
        mark_one(config, post, brand, answer, by)
    else:
        msg = "mark takes POST BRAND yes|no, or --file with such answers, or nothing to list doubts"
        raise BadUse(msg)


@cli.command()
def status(
    config: ConfigOption = CONFIG,
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
    author: Annotated[
        str,
        typer.Option(help="One person instead: HANDLE or SITE:HANDLE, on all linked accounts."),
    ] = "",
) -> None:
    """How everything stands: sources, backlog, what could not be delivered."""
    from listener.cli.author_standing import show_author
    from listener.cli.standing import show_status

    if author:
        show_author(config, author, as_json=as_json)
    else:
        show_status(config, as_json=as_json)


@cli.command()
def digest(
    config: ConfigOption = CONFIG,
    since: Annotated[str, typer.Option(help="How far back, such as 7d or 24h, or a date.")] = "7d",
    until: Annotated[str, typer.Option(help="To when, likewise; default: now.")] = "",
    formats: Annotated[str, typer.Option("--format", help="Of md, html and json.")] = "md",
    out: Annotated[
        Path | None, typer.Option(help="Folder to write to; one format alone goes to stdout.")
    ] = None,
) -> None:
    """Tell a period: volumes, sentiment, stories, what was urgent, and what it rests on."""
    from listener.cli.digesting import write_digest

    write_digest(config, since, until, formats, out)


@cli.command()
def export(
    config: ConfigOption = CONFIG,
    since: Annotated[
        str, typer.Option(help="How far back, such as 30d, or a date; default: everything.")
    ] = "",
    until: Annotated[str, typer.Option(help="To when, likewise; default: now.")] = "",
    brand: Annotated[
        list[str] | None, typer.Option(help="Just this brand; may stand several times.")
    ] = None,
    form: Annotated[str, typer.Option("--format", help="jsonl or csv.")] = "jsonl",
    output: Annotated[
        Path | None, typer.Option(help="File to write; default: standard output.")
    ] = None,
    force: Annotated[bool, typer.Option(help="Overwrite a file that is there.")] = False,
) -> None:
    """Write the stored mentions with their posts, tags, priorities and when they were answered.

    What its site took down, or somebody forgot, is not among them.
    """
    from listener.cli.exporting import export as do

    do(config, since, until, brand or [], form, output, force=force)


@cli.command()
def forget(
    author: Annotated[str, typer.Argument(help="A handle, SITE:HANDLE, or the account's id.")],
    config: ConfigOption = CONFIG,
    site: Annotated[str, typer.Option(help="Just on this site.")] = "",
    every_site: Annotated[
        bool, typer.Option("--every-site", help="On every site, where there are several.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be forgotten; change nothing.")
    ] = False,
) -> None:
    """Blank everything stored that one author wrote, for good, and take back what was told of it.

    What the author writes from now on is stored again.
    """
    from listener.cli.forgetting import forget as do

    do(config, author, site, every_site=every_site, dry_run=dry_run)


@cli.command()
def dryrun(
    config: ConfigOption = CONFIG,
    since: Annotated[
        str, typer.Option(help="How far back, such as 7d or 24h, or a date; default: 30d.")
    ] = "30d",
    until: Annotated[str, typer.Option(help="To when, likewise; default: now.")] = "",
    rule: Annotated[
        list[str] | None, typer.Option(help="Just this rule; may stand several times.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> None:
    """What the rules would have told about the mentions that are stored, with counts per day.

    Every mention counts when it was tagged, and every message as sent the moment it was due.
    Nobody is told, and nothing is stored.
    """
    from listener.cli.dryrunning import dry_run

    dry_run(config, since, until, rule or [], as_json=as_json)


cli.add_typer(service)
cli.add_typer(imports)
cli.add_typer(models, name="models")
cli.add_typer(quality)


def main() -> None:
    """The ``listener`` command. Exit codes: 0 did its work, 1 could not, 2 bad use or input."""
    try:
        cli(standalone_mode=True)
    except BadUse as fault:
        fail(fault)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        if os.environ.get("LISTENER_DEBUG"):
            raise
        print(f"listener: {_unforeseen(error)}", file=sys.stderr)
        sys.exit(1)


def _unforeseen(error: Exception) -> str:
    told = shown(str(error), 300)
    return f"{type(error).__name__}: {told} (LISTENER_DEBUG=1 shows where; please report it)"
