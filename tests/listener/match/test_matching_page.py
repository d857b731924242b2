"""The examples on docs/matching.md are run: each brand there does what the page says."""

import re
import tomllib
from pathlib import Path

import pytest

from listener.config import ConfigError, load_config
from listener.match.examples import run_examples

PAGE = Path(__file__).parents[3] / "docs" / "matching.md"
BLOCKS = re.findall(r"```toml\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
MISTAKEN = "brands.orange"


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.split("]", 1)[0].strip("["))
def test_the_examples_of_the_page_hold(block: str, tmp_path: Path) -> None:
    assert tomllib.loads(block)
    path = tmp_path / "config.toml"
    path.write_text(f"[classifiers]\norder = []\n{block}", "utf-8")
    if MISTAKEN in block:
        with pytest.raises(ConfigError, match=r"\[brands.orange\] expression: .*column"):
            load_config(path, {})
        return
    brands = load_config(path, {}).brands
    assert brands[0].must_match
    assert run_examples(brands) == []
