"""Every source that has a stand-in goes through the faults, and every place has a page."""

import importlib
import re
from pathlib import Path

import pytest

from tests.sources.conformance import FaultSuite
from tests.sources.mutants import sites

HERE = Path(__file__).parent
SECTIONS = (
    "What it brings",
    "What it needs",
    "What it costs",
    "Its limits",
    "What deletion means there",
)
NO_JSON = {"feed"}
"""Sites that answer in something else; their faults have tests of their own."""
TYPES = {"appstore_connect": "appstore"}
"""Sites that are another way into a source of another name."""


@pytest.mark.parametrize("name", sorted(sites().keys() - NO_JSON))
def test_its_faults_are_tested(name: str) -> None:
    module = importlib.import_module(f"tests.sources.test_{TYPES.get(name, name)}_faults")
    suites = [
        one
        for one in vars(module).values()
        if isinstance(one, type) and issubclass(one, FaultSuite)
    ]
    assert any(one is not FaultSuite for one in suites)


@pytest.mark.parametrize("name", sorted(sites()))
def test_it_has_a_page(name: str) -> None:
    name = TYPES.get(name, name)
    page = (HERE.parents[1] / "docs" / "sources" / f"{name}.md").read_text("utf-8")
    assert tuple(re.findall(r"^## (.+)$", page, re.MULTILINE)) == SECTIONS
    assert f'type = "{name}"' in page
