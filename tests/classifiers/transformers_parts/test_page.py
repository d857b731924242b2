"""The examples of ``docs/transformers.md`` work as they stand there."""

import re
import shlex
from pathlib import Path

import pytest
import typer.main

from classifiers.transformers_model import TransformersClassifier
from classifiers.transformers_parts.labels import mapped, parsed
from listener.cli.app import cli
from listener.config import load_config
from tests.classifiers.transformers_parts.tiny import added

PAGE = (Path(__file__).parents[3] / "docs" / "transformers.md").read_text(encoding="utf-8")


def test_its_table_is_a_sound_one(tmp_path: Path) -> None:
    (table,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    added(tmp_path / "models" / "name")
    config = tmp_path / "config.toml"
    brand = '[brands.norvia]\nnames = ["Norvia"]\n'
    config.write_text(f'{brand}[classifiers]\norder = ["sentiment"]\n{table}', encoding="utf-8")
    (judge,) = load_config(config, {}).judges
    assert isinstance(judge.plugin, TransformersClassifier)
    assert (judge.plugin.doubt_below, judge.plugin.languages) == (0.7, ["en"])


def test_its_commands_have_the_options_they_name() -> None:
    commands = typer.main.get_command(cli).commands["models"].commands  # type: ignore[attr-defined]
    add = {option for one in commands["add"].params for option in (*one.opts, *one.secondary_opts)}
    lines = re.findall(r"^listener models (\w+)(.*)$", PAGE, re.MULTILINE)
    assert len(lines) == 2
    for command, rest in lines:
        assert command in commands
        assert {word for word in shlex.split(rest) if word.startswith("--")} <= add
    table = PAGE.partition("| option | does |")[2].partition("\n\n")[0]
    assert {*re.findall(r"`(--[\w-]+)", table)} == add - {"--config", "-c", "--help", "source"}


@pytest.mark.parametrize("stated", re.findall(r'--labels "([^"…]*)"', PAGE))
def test_its_labels_are_ours(stated: str) -> None:
    if "OWN" not in stated:
        assert mapped("sentiment", tuple(parsed(stated)), parsed(stated))
