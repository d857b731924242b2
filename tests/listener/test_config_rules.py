"""Rules in the config: teams, folds, digests, topics, lists of authors; and in which line."""

import tomllib
from datetime import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.config import Config, ConfigError, load_config
from listener.config.lines import NO_LINES, rule_lines
from listener.rules import Condition, Rule, Topic
from tests.listener import toy_plugins

BASE = """\
[classifiers]
order = []
[brands.acme]
names = ["Acme"]
[channels.desk]
type = "toy"
[teams.care]
send_to = ["desk"]
[topics.refunds]
words = ["refund", "hyvitys"]
[topics.unused]
words = ["strike"]
[authors.vip]
accounts = ["@Anna", "x:@Bert"]
[authors.press]
accounts = ["cleo"]
"""


@pytest.fixture(autouse=True)
def toys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    toy_plugins.install(tmp_path / "site", monkeypatch)


def load(folder: Path, text: str) -> Config:
    path = folder / "config.toml"
    path.write_text(BASE + text, encoding="utf-8")
    return load_config(path, {"TOKEN": "hunter2-value"})


def rule_of(folder: Path, text: str) -> Rule:
    return load(folder, f'[[rules]]\nname = "urgent"\n{text}').rules[0]


def faults_of(folder: Path, text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(folder, text)
    return [fault.removeprefix(f"{folder / 'config.toml'}: ") for fault in caught.value.faults]


def test_a_rule_with_a_team_needs_no_channel(tmp_path: Path) -> None:
    assert rule_of(tmp_path, 'team = "care"') == Rule("urgent", (), team="care")
    watched = rule_of(tmp_path, 'team = "care"\nsend_to = ["desk"]\nfold = "author or story"')
    assert watched == Rule("urgent", ("desk",), team="care", fold="author or story")


@pytest.mark.parametrize("fold", ["mention", "brand", "author", "story"])
def test_folds(tmp_path: Path, fold: str) -> None:
    assert rule_of(tmp_path, f'send_to = ["desk"]\nfold = "{fold}"').fold == fold


def test_a_digest(tmp_path: Path) -> None:
    assert rule_of(tmp_path, 'send_to = ["desk"]\ndigest_at = "9:05"').digest_at == time(9, 5)


def test_topics_lists_and_followers(tmp_path: Path) -> None:
    when = 'topic = "refunds", author_list = ["vip", "press"], followers_min = 1000'
    rule = rule_of(tmp_path, f'send_to = ["desk"]\nwhen = {{ {when}, author = "X:@Dora" }}')
    assert rule.when == Condition(
        topics=frozenset({Topic("refunds", ("refund", "hyvitys"))}),
        listed=frozenset({"anna", "x:bert", "cleo"}),
        authors=frozenset({"x:dora"}),
        followers_min=1000,
    )


def test_a_judgement_may_not_be_called_like_a_word_of_rules(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('[classifiers]\norder = ["topic"]\n')
    with pytest.raises(ConfigError, match="topic"):
        load_config(path, {})


# -- in which line


def test_a_fault_names_the_line_of_its_key(tmp_path: Path) -> None:
    text = """
[[rules]]  # the first
name = "all"
send_to = ["desk"]

[[rules]]
name = "urgent"
send_to = [
  "dest",
]
when = { brand = "acne" }
[rules.spike]
weeks = 99
[[ rules ]]
team = "cure"
"""
    start = BASE.count("\n")
    found = faults_of(tmp_path, text)
    assert [fault.split(": ")[:2] for fault in found] == [
        [f"line {start + 8}", "[[rules]] urgent send_to"],
        [f"line {start + 11}", "[[rules]] urgent when.brand"],
        [f"line {start + 13}", "[[rules]] urgent spike.weeks"],
        [f"line {start + 14}", "[[rules]] number 3 name"],
        [f"line {start + 15}", "[[rules]] number 3 team"],
    ]


def test_rules_written_in_another_way_have_no_lines(tmp_path: Path) -> None:
    text = 'rules = [{ name = "urgent", team = "cure" }]\n'
    path = tmp_path / "config.toml"
    path.write_text(text + BASE)
    with pytest.raises(ConfigError) as caught:
        load_config(path, {"TOKEN": "hunter2-value"})
    (fault,) = caught.value.faults
    assert fault.startswith(f"{path}: [[rules]] urgent team: there is no team 'cure'")


def test_a_text_that_spells_out_a_header_names_no_wrong_line() -> None:
    text = 'a = """\n[[rules]]\n"""\n[[rules]]\nname = "x"\n'
    assert rule_lines(text, tomllib.loads(text)["rules"]) is NO_LINES


def test_a_name_that_begins_like_another() -> None:
    text = '[[rules]]\nname = "a"\n[[rules]]\nname = "a b"\nteam = "x"\n'
    lines = rule_lines(text, tomllib.loads(text)["rules"])
    assert lines.of("[[rules]] a name") == 2
    assert lines.of("[[rules]] a b team") == 5
    assert lines.of("[[rules]] a team") == 1
    assert lines.of("[[rules]] b team") is None
    assert lines.of("[[rules]]") is None


@given(st.lists(st.text(max_size=12), max_size=8), st.text(max_size=12))
def test_any_name_and_any_key_has_a_line_or_none(names: list[str], key: str) -> None:
    rules = [{"name": name} for name in names]
    text = "[[rules]]\nname = 1\n" * len(names)
    lines = rule_lines(text, rules)
    for name in names:
        found = lines.of(f"[[rules]] {name} {key}")
        assert found is None or 1 <= found <= 2 * len(names)
