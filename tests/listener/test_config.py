"""Bad configs: every fault in its exact sentence, all at once, and nothing but ConfigError."""

import random
import tomllib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from listener.config import ConfigError, load_config
from listener.config.reading import FAULTS_MAX
from listener.registry import known
from listener.suggest import listed
from tests.listener import toy_plugins

FOLDER = Path(__file__).parent / "config_faults"
FILES = sorted(FOLDER.glob("*.toml"))
ENV = {"TOKEN": "hunter2-value", "EMPTY": ""}
GOOD = """\
[listener]
timezone = "Europe/Helsinki"
[web]
port = 0
[brands.acme]
names = ["Acme"]
must_match = ["I like Acme"]
[sources.blogs]
type = "toy"
urls = ["https://blog.example/feed"]
headers = { accept = "text/html" }
password = "env:TOKEN"
[classifiers]
order = ["spam"]
[classifiers.spam]
type = "toy"
score = 0.7
[channels.desk]
type = "toy"
token = "env:TOKEN"
[[rules]]
name = "urgent"
when = { brand = ["acme"], spam = "no", priority_min = 60 }
send_to = ["desk"]
quiet = "22:00-07:00"
[[rules]]
name = "spike"
send_to = ["desk"]
spike = { weeks = 4 }
"""


@pytest.fixture(autouse=True)
def toys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    toy_plugins.install(tmp_path / "site", monkeypatch)


def faults(path: Path) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        load_config(path, ENV)
    assert str(caught.value) == "\n".join(caught.value.faults)
    return caught.value.faults


def faults_of(folder: Path, text: str) -> list[str]:
    path = folder / "config.toml"
    path.write_text(text)
    prefix = f"{path}: "
    found = faults(path)
    assert all(fault.startswith(prefix) for fault in found)
    return [fault.removeprefix(prefix) for fault in found]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_fault_has_its_sentence(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(FOLDER)
    lines = path.read_text(encoding="utf-8").splitlines()
    expected = [line.removeprefix("# expect: ") for line in lines if line.startswith("# expect: ")]
    assert expected
    found = faults(Path(path.name))
    assert list(found) == expected
    assert "hunter2" not in "".join(found)
    assert "pydantic" not in "".join(found).lower()


def test_there_is_a_file_for_every_kind_of_fault() -> None:
    assert len(FILES) >= 30


def test_a_missing_type_is_told_with_all_there_are(tmp_path: Path) -> None:
    text = '[classifiers]\norder = ["colour"]\n[classifiers.colour]\n[sources.a]\n[channels.b]\n'
    assert faults_of(tmp_path, text) == [
        f"[sources.a] type: is missing; write one of {listed(known('sources'), 'or')}",
        f"[classifiers.colour] type: is missing; write one of {listed(known('classifiers'), 'or')}",
        f"[channels.b] type: is missing; write one of {listed(known('channels'), 'or')}",
    ]


def test_no_file(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    assert faults(path) == (f"{path}: there is no such file; `listener init` writes one",)


def test_a_folder(tmp_path: Path) -> None:
    assert faults(tmp_path) == (f"{tmp_path}: can't be read: is a directory",)


def test_a_name_no_file_can_have(tmp_path: Path) -> None:
    assert len(faults(tmp_path / "a\0b")) == 1
    assert len(faults(tmp_path / ("a" * 5_000))) == 1


def test_too_large_a_file(tmp_path: Path) -> None:
    assert faults_of(tmp_path, "#" * 10_000_001) == ["is larger than 10 MB"]
    assert load_config(_written(tmp_path, GOOD + "#" * 900_000), ENV).path == tmp_path / "c.toml"


def test_not_utf_8(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(b"[web]\nhost = '\xe4'\n")
    assert faults(path) == (f"{path}: line 2: not UTF-8 text; save the file as UTF-8",)


def test_what_the_parser_itself_breaks_on(tmp_path: Path) -> None:
    sentence = ["not TOML: a number is too long, or lists are nested too deep"]
    assert faults_of(tmp_path, f"a = {'9' * 5_000}") == sentence
    assert faults_of(tmp_path, f"a = {'[' * 100_000}") == sentence


def test_a_deep_dotted_key(tmp_path: Path) -> None:
    text = f"[sources.blogs]\ntype = 'toy'\nurls = []\nheaders.{'.'.join('a' * 500)} = 1\n"
    assert (
        faults_of(tmp_path, text)[0] == "[sources.blogs] headers: is nested deeper than 16 levels"
    )


def test_too_many_entries(tmp_path: Path) -> None:
    entries = "".join(f"a{number} = 1\n" for number in range(1_001))
    told = "has 1001 entries; no more than 1000 may stand here"
    assert f"[sources]: {told}" in faults_of(tmp_path, f"[sources]\n{entries}")
    with_urls = f'[sources.blogs]\ntype = "toy"\nurls = []\n{entries}'
    told = "has 1003 entries; no more than 1000 may stand here"
    assert faults_of(tmp_path, with_urls)[0] == f"[sources.blogs]: {told}"


def test_too_many_rules(tmp_path: Path) -> None:
    sentence = "[[rules]]: stands 1001 times; 1000 rules are the most"
    assert sentence in faults_of(tmp_path, "[[rules]]\n" * 1_001)


def test_too_many_faults_end_the_reading(tmp_path: Path) -> None:
    text = "[listener]\n" + "".join(f"a{number} = 1\n" for number in range(900))
    found = faults_of(tmp_path, text)
    assert len(found) == FAULTS_MAX + 1
    assert found[-1] == "mend these first: the rest was not read"


def test_hostile_keys_are_shown_harmlessly(tmp_path: Path) -> None:
    key = "\\u001b[31m" + "x" * 500 + "\\u202e\\n"
    (sentence,) = faults_of(tmp_path, f'[web]\n"{key}" = 1\n[classifiers]\norder = []\n')
    assert sentence.isprintable()
    assert len(sentence) < 200


def _written(folder: Path, text: str) -> Path:
    path = folder / "c.toml"
    path.write_text(text)
    return path


def _check(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    try:
        found = load_config(path, ENV).warnings
    except ConfigError as error:
        found = error.faults or ("there is no fault",)
    assert all(sentence.startswith(f"{path}: ") for sentence in found)
    assert "hunter2" not in "".join(found)


PIECES = st.sampled_from(
    [
        "1", "-1", "1.5", "nan", "inf", "true", '""', '"x"', "[]", "{}", "[1]", '["", "a"]',
        "2026-01-31", "07:00:00", "99999999999999999999", "[[[[1]]]]", '{a = "b"}', '"env:TOKEN"',
        '"env:"', '"file:/"', '"file:\\u0000"', '"-"', '"\\u0000"', '"\\uFFFF"', '"../.."',
    ]
)  # fmt: skip


@given(line=st.integers(0, GOOD.count("\n") - 1), value=PIECES)
@settings(
    max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
def test_any_value_anywhere_loads_or_is_told(tmp_path: Path, line: int, value: str) -> None:
    lines = GOOD.splitlines()
    if "=" in lines[line]:
        lines[line] = f"{lines[line].split('=')[0]}= {value}"
    text = "\n".join(lines)
    tomllib.loads(text)
    _check(tmp_path / "c.toml", text.encode())


@given(cut=st.data())
@settings(
    max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
def test_mutated_bytes_load_or_are_told(tmp_path: Path, cut: st.DataObject) -> None:
    content = bytearray(GOOD.encode())
    random_source = cut.draw(st.randoms(use_true_random=False))
    for _ in range(cut.draw(st.integers(1, 6))):
        _mutate(content, random_source)
    _check(tmp_path / "c.toml", bytes(content))


@given(content=st.binary(max_size=200))
@settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
def test_random_bytes_load_or_are_told(tmp_path: Path, content: bytes) -> None:
    _check(tmp_path / "c.toml", b"[classifiers]\norder = []\n" + content)


def _mutate(content: bytearray, random_source: random.Random) -> None:
    at = random_source.randrange(len(content))
    kind = random_source.randrange(4)
    if kind == 0:
        content[at] = random_source.randrange(256)
    elif kind == 1:
        del content[at : at + random_source.randrange(30)]
    elif kind == 2:
        start = random_source.randrange(len(content))
        content[at:at] = content[start : start + random_source.randrange(40)]
    else:
        content[at:at] = random_source.choice([b"=", b"\n", b"]", b"[", b'"', b"{", b".", b"#"])
    content += b"\n"
