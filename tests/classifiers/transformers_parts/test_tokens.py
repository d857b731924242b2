"""Tokens: windows around the brand, pairs, and files that are no tokenizer."""

from pathlib import Path

import pytest

from classifiers.transformers_parts.texts import Text
from classifiers.transformers_parts.tokens import Tokens
from listener.ports import Reject
from tests.classifiers.transformers_parts.tiny import tokenizer, words


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tokens") / "tokenizer.json"
    tokenizer().save(str(path))
    return path


def told(path: Path, text: Text, tokens_max: int = 12) -> list[str]:
    (row,) = Tokens(path, tokens_max).rows([text])
    return [words()[number] for number in row.ids]


def test_a_short_text_as_it_is(path: Path) -> None:
    assert told(path, Text("Good norvia!", 5)) == ["[CLS]", "good", "norvia", "!", "[SEP]"]


def test_of_a_long_text_the_beginning_where_the_brand_is_nowhere(path: Path) -> None:
    assert told(path, Text("good " + "word " * 100)) == ["[CLS]", "good", *["word"] * 9, "[SEP]"]


@pytest.mark.parametrize("before", [0, 5, 30, 500, 990])
def test_of_a_long_text_the_window_with_the_brand(path: Path, before: int) -> None:
    text = "word " * before + "bad norvia good" + " word" * (1000 - before)
    found = told(path, Text(text, text.index("norvia")))
    assert {"bad", "norvia", "good"} <= {*found}
    assert len(found) == 12
    assert (found[0], found[-1]) == ("[CLS]", "[SEP]")


def test_a_pair_tells_its_parts_apart(path: Path) -> None:
    (row,) = Tokens(path, 12).rows([Text("good word", 0, "Norvia")])
    assert [words()[number] for number in row.ids] == [
        *("[CLS]", "good", "word", "[SEP]"),
        *("norvia", "[SEP]"),
    ]
    assert list(row.types) == [0, 0, 0, 0, 1, 1]


def test_a_pair_keeps_the_window_and_a_name_without_end_is_cut(path: Path) -> None:
    text = "word " * 300 + "norvia good"
    found = told(path, Text(text, 1500, "Skylark"), tokens_max=16)
    assert found[-3:] == ["[SEP]", "skylark", "[SEP]"]
    assert {"norvia", "good"} <= {*found}
    assert len(told(path, Text("good", 0, "😀 skylark " * 10_000), tokens_max=16)) == 16


@pytest.mark.parametrize("text", ["", " ", "\ufffd", "👍" * 9_000, "a" * 20_000, "́" * 999])
def test_hostile_texts_have_rows_too(path: Path, text: str) -> None:
    assert 2 <= len(told(path, Text(text, len(text)))) <= 12


@pytest.mark.parametrize("content", ["", "{}", "\x00", '{"model": 1}'])
def test_what_is_no_tokenizer_is_told(tmp_path: Path, content: str) -> None:
    bad = tmp_path / "tokenizer.json"
    bad.write_text(content, encoding="utf-8")
    with pytest.raises(Reject, match=r"tokenizer\.json is no tokenizer"):
        Tokens(bad, 12)
