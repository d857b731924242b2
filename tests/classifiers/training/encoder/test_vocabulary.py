"""The trimmed tokenizer: what is kept, and where it stood."""

from pathlib import Path

import pytest
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

from classifiers.encoder.writing import OTHER
from classifiers.lexicon.tokens import BRAND
from classifiers.training.encoder import vocabulary
from classifiers.training.encoder.vocabulary import SEEN_MIN, trimmed
from classifiers.transformers_parts.texts import Text
from classifiers.transformers_parts.tokens import Tokens

PIECES = [
    *("[PAD]", "[unused0]", "[unused1]", "[unused2]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"),
    *("a", "b", "c", "##a", "##b", "##c", "good", "rare", "seen", "abc"),
]


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    """A pretrained tokenizer's file, as its makers' library writes it."""
    vocab = {piece: number for number, piece in enumerate(PIECES)}
    made = Tokenizer(models.WordPiece(vocab, unk_token="[UNK]"))
    made.normalizer = normalizers.BertNormalizer(lowercase=True)
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    made.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[(piece, vocab[piece]) for piece in ("[CLS]", "[SEP]")],
    )
    made.save(str(tmp_path / "whole.json"))
    return tmp_path / "whole.json"


@pytest.fixture(autouse=True)
def few_are_common(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vocabulary, "COMMON", PIECES.index("good") + 1)


def test_what_is_common_or_often_seen_is_kept_and_knows_where_it_stood(whole: Path) -> None:
    found = trimmed(whole, [Text("seen rare")] + [Text("seen", 0, "seen")] * SEEN_MIN)
    vocab = found.tokenizer["model"]["vocab"]
    assert {"good", "seen", "a", "##c", BRAND, OTHER} <= set(vocab)
    assert {"rare", "abc", "[unused0]", "[unused1]"}.isdisjoint(vocab)
    renamed = {BRAND: "[unused1]", OTHER: "[unused2]"}
    for piece, number in vocab.items():
        assert PIECES[found.places[number]] == renamed.get(piece, piece)
    assert found.place(BRAND) == vocab[BRAND]


def test_it_is_read_as_it_was_written(whole: Path, tmp_path: Path) -> None:
    found = trimmed(whole, [Text("seen")] * SEEN_MIN)
    found.write(tmp_path / "small.json")
    assert vocabulary.read(tmp_path / "small.json", whole) == found


def test_it_reads_signs_as_tokens_and_rare_words_by_pieces(whole: Path, tmp_path: Path) -> None:
    found = trimmed(whole, [])
    found.write(tmp_path / "small.json")
    vocab = found.tokenizer["model"]["vocab"]
    (row,) = Tokens(tmp_path / "small.json", 32).rows([Text(f"good{BRAND} abc {OTHER}", 0, "b")])
    pieces = ["[CLS]", "good", BRAND, "a", "##b", "##c", OTHER, "[SEP]", "b", "[SEP]"]
    assert list(row.ids) == [vocab[piece] for piece in pieces]
    assert list(row.types) == [0] * 8 + [1] * 2
