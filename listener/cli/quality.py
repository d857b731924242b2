"""The commands of quality: what people correct, how good the judges are, what they learn."""

from pathlib import Path
from typing import Annotated

import typer

from listener.cli.options import CONFIG, ConfigOption
from listener.cli.shared import BadUse

ByOption = Annotated[str, typer.Option(help="Who says so; default: the login name.")]

quality = typer.Typer()


@quality.command()
def correct(
    mention: Annotated[str, typer.Argument(help="The mention, POST#BRAND, or its post's id.")] = "",
    kind: Annotated[str, typer.Argument(help="Such as sentiment, spam, urgency, intent.")] = "",
    label: Annotated[str, typer.Argument(help="What it should have been.")] = "",
    config: ConfigOption = CONFIG,
    brand: Annotated[str, typer.Option(help="The brand, where the post's id is given.")] = "",
    by: ByOption = "",
    from_file: Annotated[
        Path | None,
        typer.Option(
            "--from",
            help='JSON lines {"mention": …, "kind": …, "label": …, "by": …, "at": …}; - for stdin.',
        ),
    ] = None,
    lists: Annotated[bool, typer.Option("--list", help="List the corrections that count.")] = False,
    doubts: Annotated[
        bool, typer.Option("--doubts", help="List what may be spam: a person should look.")
    ] = False,
    of_kind: Annotated[str, typer.Option("--kind", help="With --list: just of this kind.")] = "",
    since: Annotated[
        str, typer.Option(help="With --list: how far back, such as 7d, or a date.")
    ] = "",
    limit: Annotated[
        int, typer.Option(min=1, max=100_000, help="With a list: how many at most, the newest.")
    ] = 100,
    as_json: Annotated[
        bool, typer.Option("--json", help="With a list: as JSON; --from reads that of --list.")
    ] = False,
) -> None:
    """Say what a tag should have been. It counts at once, and the judges can learn from it.

    The newest word on a mention and kind counts, until the post's own words are changed. What
    the judges said stays beside it. No alert goes out for it.
    """
    from listener.cli import correcting, spam_doubts

    answers = [bool(part) for part in (mention, kind, label)]
    for_list = bool(of_kind or since or as_json)
    if doubts and not (any(answers) or from_file or by or lists or of_kind or since):
        spam_doubts.list_spam_doubts(config, brand, limit, as_json=as_json)
    elif doubts:
        msg = "correct --doubts takes --brand, --limit and --json, nothing else"
        raise BadUse(msg)
    elif lists and not any(answers) and from_file is None:
        correcting.list_corrections(config, brand, of_kind, since, limit, as_json=as_json)
    elif from_file is not None and not (lists or for_list or brand or any(answers)):
        correcting.correct_lines(config, from_file, by)
    elif all(answers) and not (lists or for_list):
        said = correcting.Said(mention, brand, kind, label, by)
        correcting.correct_one(config, said)
    else:
        msg = "correct takes MENTION KIND LABEL, or --from with such lines, or --list, or --doubts"
        raise BadUse(msg)


@quality.command(name="eval")
def evaluate(
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="Labelled posts as JSON lines; - for stdin. None: corrections."),
    ] = None,
    config: ConfigOption = CONFIG,
    corrections: Annotated[
        bool, typer.Option("--corrections", help="Also on what people corrected.")
    ] = False,
    by: Annotated[str, typer.Option(help="Also apart, by any of brand,language,site.")] = "",
    shipped: Annotated[
        bool, typer.Option("--shipped", help="The judges as shipped, without lessons.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print all of it as JSON.")] = False,
) -> None:
    """Measure the configured judges on labelled posts and on what people corrected.

    A line holds what listener tag reads, and "brand" with "labels": {"sentiment": "negative"},
    or "brands": {"Acme": {"sentiment": "negative"}}. Nothing is stored.
    """
    from listener.cli import evaluating

    asked = evaluating.Asked(tuple(files or ()), corrections, by, shipped, as_json)
    evaluating.evaluate(config, asked)


@quality.command()
def learn(
    kinds: Annotated[
        list[str] | None,
        typer.Argument(metavar="KIND", help="Just these; with --roll-back also a number."),
    ] = None,
    config: ConfigOption = CONFIG,
    brand: Annotated[
        str | None, typer.Option(help="From this brand's corrections, for its mentions only.")
    ] = None,
    by: ByOption = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what it would bring; keep nothing.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Also of few corrections, and where it is no gain.")
    ] = False,
    lists: Annotated[bool, typer.Option("--versions", help="List what was learned.")] = False,
    back: Annotated[
        bool,
        typer.Option(
            "--roll-back", help="Put back lesson N, the one before the last, or with 0 none."
        ),
    ] = False,
) -> None:
    """Teach the judges what people corrected, and show what it brings before it counts.

    It is shown on corrections held out, split by author, and on the judge's own test. A lesson
    that makes either worse is not kept.
    """
    from listener.cli import learning, lesson_versions

    if sum([lists, back, dry_run or force]) > 1 or (lists and (kinds or brand)):
        msg = "--versions, --roll-back and learning are three things: ask for one"
        raise BadUse(msg)
    if lists:
        lesson_versions.list_versions(config)
    elif back:
        lesson_versions.roll_back(config, kinds or [], brand)
    else:
        wanted = learning.Wanted(tuple(kinds or ()), brand or "", by, dry_run, force)
        learning.learn(config, wanted)


@quality.command()
def retag(
    config: ConfigOption = CONFIG,
    since: Annotated[
        str, typer.Option(help="Of posts so far back, such as 30d, or a date; default: all.")
    ] = "",
    brand: Annotated[str, typer.Option(help="Just this brand's mentions.")] = "",
    kind: Annotated[
        list[str] | None, typer.Option(help="Just this judgement; may stand several times.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would change; change nothing.")
    ] = False,
    anew: Annotated[
        bool, typer.Option("--anew", help="Not where the last one was broken off: from the start.")
    ] = False,
) -> None:
    """Judge what is stored anew by today's judges. Old tags stay beside; nobody is told.

    What people said stands. A pass that is broken off goes on where it was, when it is asked
    for in the same words.
    """
    from listener.cli import retagging

    wanted = retagging.Wanted(since, brand, tuple(kind or ()), dry_run, anew)
    retagging.retag(config, wanted)
