"""``listener models``: the larger models that judges of type ``transformers`` use."""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Protocol

import typer

from listener.cli.options import CONFIG, ConfigOption
from listener.cli.shared import BadUse
from listener.ports import Reject, Retry
from listener.registry import plugin
from listener.text import shown

models = typer.Typer(
    no_args_is_help=True,
    help="Add, list and remove larger models, for judges of the type transformers.",
)

_HEADINGS = ("NAME", "KIND", "LABELS", "MB", "BITS", "LICENCE", "FROM")


class Shelf(Protocol):
    """The models beside a config file. What it raises is Reject and Retry."""

    folder: Path

    def add(
        self, source: str, *, name: str, kind: str, labels: str, int8: bool | None, revision: str
    ) -> Any:
        """Its card, once it can be served."""
        ...

    def models(self) -> Iterator[tuple[Path, Any]]:
        """Every folder with its card, or with what is wrong with it as text."""
        ...

    def remove(self, name: str) -> Path:
        """Delete it."""
        ...


@models.command()
def add(
    source: Annotated[
        str, typer.Argument(help="The model's id on the hub, such as org/name, or a folder.")
    ],
    config: ConfigOption = CONFIG,
    name: Annotated[
        str, typer.Option("--as", help="What to call it here; default: the last part of its id.")
    ] = "",
    kind: Annotated[
        str, typer.Option(help="What it judges: sentiment, spam, urgency, intent, or your own.")
    ] = "sentiment",
    labels: Annotated[
        str,
        typer.Option(help='What its own labels mean, such as "LABEL_0=negative,LABEL_1=neutral".'),
    ] = "",
    int8: Annotated[
        bool | None,
        typer.Option(
            "--int8/--no-int8",
            help="Weights of eight bits; default: where it then says the same as before.",
        ),
    ] = None,
    revision: Annotated[
        str, typer.Option(help="A commit, branch or tag on the hub; default: its newest.")
    ] = "",
) -> None:
    """Put a sequence-classification model into models/NAME beside the config, ready to be served.

    It is fetched from the hub unless SOURCE is a folder, exported to ONNX, made smaller, and
    held against the original on a few texts. That needs the extra export; a folder that has
    model.onnx and tokenizer.json only the extra models. Nothing is fetched at any other time.
    Afterwards, in the config: [classifiers.KIND] type = "transformers", model = "NAME".
    """
    with_shelf = _shelf(config)
    card = _done(
        lambda: with_shelf.add(
            source, name=name, kind=kind, labels=labels, int8=int8, revision=revision
        )
    )
    print(f"{with_shelf.folder / card.name}: {_pairs(card.labels)}")
    print("To use it, write in the config:")
    print(f'[classifiers.{card.kind}]\ntype = "transformers"\nmodel = "{card.name}"')


@models.command(name="list")
def list_(
    config: ConfigOption = CONFIG,
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> None:
    """List the models that were added, with their labels, size, origin and licence."""
    found = [*_shelf(config).models()]
    if as_json:
        print(json.dumps([_plain(path, card) for path, card in found], ensure_ascii=False))
        return
    rows = [_row(path, card) for path, card in found if not isinstance(card, str)]
    for line in _aligned([_HEADINGS, *rows]) if rows else []:
        print(line)
    for fault in (card for _, card in found if isinstance(card, str)):
        print(f"listener: {shown(fault, 300)}", file=sys.stderr)
    if not found:
        print("No model was added yet: listener models add NAME")


@models.command()
def remove(
    name: Annotated[str, typer.Argument(help="The model's name, as listener models list says.")],
    config: ConfigOption = CONFIG,
) -> None:
    """Delete an added model. A running daemon goes on with it until it reads its config anew."""
    shelf = _shelf(config)
    print(f"removed {_done(lambda: shelf.remove(name))}")


def _shelf(config: Path) -> Shelf:
    """The models beside this config, which need not be sound, nor exist."""
    shelf: Shelf = plugin("classifiers", "transformers").shelf(config, _say)
    return shelf


def _say(text: str) -> None:
    print(f"listener: {text}", file=sys.stderr, flush=True)


def _done(work: Callable[[], Any]) -> Any:
    """The work's outcome; what must be mended ends with 2, what may pass with 1."""
    try:
        return work()
    except Reject as refusal:
        raise BadUse(refusal.reason) from None
    except Retry as trouble:
        print(f"listener: {trouble.reason}", file=sys.stderr)
        sys.exit(1)


def _row(path: Path, card: Any) -> tuple[str, ...]:
    return (
        card.name,
        card.kind,
        ", ".join(dict.fromkeys(card.labels.values())),
        f"{_bytes(path) / 1e6:,.0f}",
        "8" if card.int8 else "32",
        card.licence or "not told",
        f"{card.source}@{card.revision[:12]}" if card.revision else card.source,
    )


def _plain(path: Path, card: Any) -> dict[str, Any]:
    if isinstance(card, str):
        return {"name": path.name, "fault": card}
    return asdict(card) | {"bytes": _bytes(path)}


def _bytes(path: Path) -> int:
    return sum(file.stat().st_size for file in path.iterdir() if file.is_file())


def _pairs(labels: dict[str, str]) -> str:
    return ", ".join(shown(f"{own} → {ours}", 100) for own, ours in labels.items())


def _aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    shown_rows = [[shown(cell, 80) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*shown_rows, strict=True)]
    for row in shown_rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
