"""The user guide's page names every field, layout, option and key of a mapping."""

from pathlib import Path

import typer

from listener.cli.imports import imports
from listener.importing.layouts import FIELDS, LAYOUTS
from listener.importing.mapping import DELIMITERS, read_mapping

PAGE = (Path(__file__).parents[3] / "docs" / "importing.md").read_text(encoding="utf-8")
TOLD_BY_HELP_ALONE = {"--config", "--progress", "--no-progress"}


def test_every_field_and_layout_is_explained() -> None:
    assert not [field for field in FIELDS if f"`{field}`" not in PAGE]
    assert not [layout.title for layout in LAYOUTS.values() if f"\n| {layout.title} |" not in PAGE]
    assert not [name for name in DELIMITERS if f"`{name}`" not in PAGE]


def test_every_option_is_explained() -> None:
    command = next(iter(typer.main.get_group(imports).commands.values()))
    options = {name for one in command.params for name in one.opts if name.startswith("--")}
    assert not [name for name in options - TOLD_BY_HELP_ALONE if name not in PAGE]


def test_its_mapping_can_be_read(tmp_path: Path) -> None:
    text = PAGE.partition("```toml\n")[2].partition("```")[0]
    path = tmp_path / "old.toml"
    path.write_text(text, encoding="utf-8")
    layout = read_mapping(path)
    assert (layout.name, layout.dates, layout.columns["text"]) == (
        "oldtool", "day", ("message", "summary"),
    )  # fmt: skip
