"""The page on routing: its examples are one config that loads, and say what they say they do."""

import re
from pathlib import Path

import pytest

from listener.config import Config, load_config
from listener.config.tables import ConditionTable
from listener.registry import settings

PAGE = Path(__file__).parents[2] / "docs" / "routing.md"
TEXT = PAGE.read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL)


@pytest.fixture
def config(tmp_path: Path) -> Config:
    path = tmp_path / "config.toml"
    path.write_text('[brands.norvia]\nnames = ["Norvia"]\n' + "\n".join(EXAMPLES))
    return load_config(path, {}, polls=())


def test_the_examples_are_one_config(config: Config) -> None:
    assert [rule.name for rule in config.rules] == [
        "urgent",
        "stories",
        "low",
        "refunds in the north",
        "the press",
        "service",
    ]
    assert {rule.team for rule in config.rules} == {"", "care"}
    (press,) = (rule for rule in config.rules if rule.name == "the press")
    assert press.when.listed == {"mastodon:reporter@news.example"}


def test_every_word_of_a_condition_stands_there() -> None:
    (listed,) = re.findall(r"Words of `when`: (.*?)\.", TEXT, re.DOTALL)
    assert {setting.name for setting in settings(ConditionTable)} <= set(re.findall(r"\w+", listed))
