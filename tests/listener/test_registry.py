"""The registry: built-ins imported when used, plugins of others found, settings read."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from annotated_types import Ge
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

from listener.ports import Secret
from listener.registry import BUILT_IN, PluginError, known, plugin, settings
from listener.suggest import listed, suggestion
from listener.type_words import type_words
from tests.listener import toy_plugins


@pytest.fixture
def _toys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    toy_plugins.install(tmp_path, monkeypatch)


def test_nothing_is_imported_before_it_is_used() -> None:
    code = (
        "import sys, listener.config, listener.registry as r\n"
        "r.known('sources'), r.known('classifiers'), r.known('channels')\n"
        "bad = {'sources', 'classifiers', 'alerts', 'feedparser', 'slack_sdk', 'py3langid',\n"
        "       'requests', 'numpy', 'tweepy', 'praw', 'spacy', 'transformers', 'sqlite_utils'}\n"
        "print(sorted(bad & {name.partition('.')[0] for name in sys.modules}))"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout == "[]\n"


@pytest.mark.parametrize(
    ("kind", "type_name"), [(kind, name) for kind, names in BUILT_IN.items() for name in names]
)
def test_every_built_in_loads_and_is_documented(kind: Any, type_name: str) -> None:
    cls = plugin(kind, type_name)
    assert (cls.__doc__ or "").strip()
    for setting in settings(cls):
        assert setting.doc.endswith("."), setting.name
        assert "value" not in setting.type, setting.name


@pytest.mark.usefixtures("_toys")
def test_plugins_of_others_are_found() -> None:
    assert plugin("sources", "toy") is toy_plugins.ToySource
    assert {"feed", "jsonl", "toy", "absent"} <= set(known("sources"))
    assert known("sources") == sorted(set(known("sources")))


@pytest.mark.usefixtures("_toys")
def test_a_built_in_wins() -> None:
    assert plugin("sources", "feed") is not toy_plugins.NotTheBuiltIn


@pytest.mark.usefixtures("_toys")
def test_a_broken_one_costs_only_itself() -> None:
    with pytest.raises(PluginError, match="'absent' can't be loaded: ModuleNotFoundError"):
        plugin("sources", "absent")
    assert plugin("channels", "toy") is toy_plugins.ToyChannel


def test_an_unknown_one_is_told_with_what_was_meant() -> None:
    with pytest.raises(PluginError) as caught:
        plugin("channels", "webhok")
    assert str(caught.value) == ("there is no channel of type 'webhok'; did you mean 'webhook'?")


def test_an_unknown_type_is_shown_harmlessly() -> None:
    with pytest.raises(PluginError) as caught:
        plugin("sources", "\x1b[31m" + "x" * 10_000)
    assert len(str(caught.value)) < 400
    assert str(caught.value).isprintable()


@dataclass
class Sample:
    """Settings of every sort."""

    urls: Annotated[list[str], "Where."]
    token: Annotated[Secret | None, "Which."] = None
    count: Annotated[int, Field(ge=1, le=9), "How many."] = 3
    tags: Annotated[list[str], "What."] = field(default_factory=lambda: ["a"])
    now: Callable[[], float] = float
    limited: Annotated[int, Field(ge=1)] = 2
    derived: Annotated[str, "Not given."] = field(default="", init=False)


def test_settings_are_the_fields_with_a_line() -> None:
    found = {setting.name: setting for setting in settings(Sample)}
    assert list(found) == ["urls", "token", "count", "tags"]
    assert [setting.required for setting in found.values()] == [True, False, False, False]
    assert [setting.secret for setting in found.values()] == [False, True, False, False]
    assert [setting.default for setting in found.values()] == [None, None, 3, ["a"]]
    assert found["count"].doc == "How many."
    assert settings(Sample) is settings(Sample)


@pytest.mark.parametrize(
    ("annotation", "words"),
    [
        (str, "a string"),
        (bool, "true or false"),
        (float | None, "a number"),
        (Path, "a path"),
        (list[str], "a list of strings"),
        (tuple[int, ...], "a list of whole numbers"),
        (frozenset[Path], "a list of paths"),
        (list[Literal["a", "b"]], "a list of 'a' or 'b'"),
        (list[dict[str, str]], "a list of tables"),
        (list, "a list"),
        (dict, "a table"),
        (dict[str, Any], "a table"),
        (dict[str, float], "a table of numbers"),
        (Literal["a"], "'a'"),
        (Literal["a", "b", 3], "'a', 'b' or 3"),
        (str | list[str], "a string or a list of strings"),
        (Secret | None, "a secret, as env:NAME or file:PATH"),
        (Annotated[int, Field(ge=1, le=5), "x"], "a whole number, 1 to 5"),
        (Annotated[int, Ge(2)], "a whole number, at least 2"),
        (Annotated[float, Field(gt=0, lt=1)], "a number, more than 0, less than 1"),
        (Annotated[Annotated[int, Field(le=5)] | None, "x"], "a whole number, at most 5"),
        (object, "a value"),
    ],
)
def test_types_in_words(annotation: object, words: str) -> None:
    assert type_words(annotation) == words


def test_suggestions() -> None:
    assert suggestion("ulrs", ["urls", "site"]) == "; did you mean 'urls'?"
    assert suggestion("URLS", ["urls", "site"]) == "; did you mean 'urls'?"
    assert suggestion("zzz", ["b", "a"]) == "; known are 'a' and 'b'"
    assert suggestion("zzz", ["a"]) == "; known is 'a'"
    assert suggestion("zzz", []) == ""
    assert suggestion("zzz", map(str, range(100))) == ""
    assert listed(["a", "b", "c"], "or") == "'a', 'b' or 'c'"


@given(word=st.text(), words=st.lists(st.text(), max_size=5))
def test_any_word_gets_a_suggestion(word: str, words: list[str]) -> None:
    assert bool(suggestion(word, words)) == bool(words)
