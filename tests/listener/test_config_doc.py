"""The page of the configuration is complete, and it is what the code says."""

from pathlib import Path

import pytest

from listener.config.doc import CORE_TABLES, PLUGIN_TABLES, escaped, main, page
from listener.config.tables import ClassifiersTable
from listener.registry import BUILT_IN, PluginKind, plugin, settings

PAGE = Path(__file__).parents[2] / "docs" / "configuration.md"
TABLES = [cls for _, cls in CORE_TABLES] + [cls for _, cls, _ in PLUGIN_TABLES] + [ClassifiersTable]
PLUGINS = [(kind, name) for kind, names in BUILT_IN.items() for name in names]


def test_the_committed_page_is_what_the_code_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m listener.config.doc PAGE"


def assert_on_page(cls: type) -> None:
    text = page()
    for setting in settings(cls):
        assert f"| `{setting.name}` | {escaped(setting.type)} |" in text
        assert escaped(setting.doc) in text


@pytest.mark.parametrize("cls", TABLES)
def test_every_setting_of_the_core_stands_on_the_page(cls: type) -> None:
    assert settings(cls)
    assert_on_page(cls)


@pytest.mark.parametrize(("kind", "name"), PLUGINS)
def test_every_setting_of_a_plugin_stands_on_the_page(kind: PluginKind, name: str) -> None:
    assert_on_page(plugin(kind, name))


@pytest.mark.parametrize("cls", TABLES)
def test_every_field_of_the_core_is_a_setting(cls: type) -> None:
    fields = list(cls.__dataclass_fields__)  # type: ignore[attr-defined]
    assert [setting.name for setting in settings(cls)] == fields
    assert all(setting.doc.endswith(".") for setting in settings(cls))


def test_every_type_has_a_heading() -> None:
    headings = [line for line in page().splitlines() if line.startswith("### ")]
    names = [name for kinds in BUILT_IN.values() for name in kinds]
    assert headings == [f'### `type = "{name}"`' for name in names]


def test_it_prints_and_it_writes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main([])
    main([str(tmp_path / "page.md")])
    assert capsys.readouterr().out == page() == (tmp_path / "page.md").read_text(encoding="utf-8")
