"""Reading the open sets: by their own labels, by ours where we read a line, and nothing else."""

import gzip
import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from classifiers.training import sets
from classifiers.training.posts import FEELING
from classifiers.training.readings import Reading
from classifiers.training.sets import TRAINED_ON, OpenSet, Row, WrongFile, commas, labelled

TEXT = "fine by me\tgood\nno feeling in it\t\nread by us\tgood\n\n"
READ = {1: Reading(("neutral",)), 2: Reading(("negative",))}


def read(cells: Sequence[str]) -> Row:
    return cells[0], {"good": "positive"}.get(cells[1], "")


@pytest.fixture
def open_set(tmp_path: Path) -> OpenSet:
    packed = gzip.compress(TEXT.encode())
    (tmp_path / "set.tsv.gz").write_bytes(packed)
    sha256 = hashlib.sha256(packed).hexdigest()
    return OpenSet("made", "set.tsv.gz", sha256, "none", "en", "forum", read)


def test_a_line_teaches_a_feeling_and_what_has_none_is_left_out(
    open_set: OpenSet, tmp_path: Path
) -> None:
    found = list(labelled(tmp_path, (open_set,)))
    assert [one.mention.post.text for one in found] == ["fine by me", "read by us"]
    assert all(one.labels == {FEELING: "positive"} and one.is_aside for one in found)


def test_a_line_that_we_read_teaches_the_mood_by_what_we_read(
    open_set: OpenSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sets, "readings", lambda name: READ)
    told = {one.mention.post.text: one for one in labelled(tmp_path, (open_set,))}
    assert told["read by us"].labels == {"sentiment": "negative"}
    assert told["no feeling in it"].labels == {"sentiment": "neutral"}
    assert not told["read by us"].is_aside
    assert told["read by us"].weight > told["fine by me"].weight


@pytest.mark.parametrize(("number", "labels"), [(7, 2), (6, 1)])
def test_a_line_read_toward_a_brand_keeps_its_own_label_unless_that_is_of_the_other_split(
    number: int, labels: int, open_set: OpenSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    toward = Reading(("negative", "no", "low", "other"), "Norvia")
    monkeypatch.setattr(sets, "readings", lambda name: {number: toward})
    text = "\n" * number + "not Norvia again\tgood\n"
    packed = gzip.compress(text.encode())
    (tmp_path / "set.tsv.gz").write_bytes(packed)
    made = replace(open_set, sha256=hashlib.sha256(packed).hexdigest())
    brands = [one.mention.brand for one in labelled(tmp_path, (made,))]
    assert brands == ["Norvia", ""][:labels]


def test_another_file_is_refused(open_set: OpenSet, tmp_path: Path) -> None:
    other = replace(open_set, sha256="0" * 64)
    with pytest.raises(WrongFile, match=r"set\.tsv\.gz is not the file"):
        list(labelled(tmp_path, (other,)))


def test_records_with_commas_may_have_line_ends_within() -> None:
    assert list(commas('text,label\n"one\ntwo",a\n')) == [["text", "label"], ["one\ntwo", "a"]]


def test_every_set_names_its_licence_and_a_hash() -> None:
    for one in TRAINED_ON:
        assert one.licence
        assert len(one.sha256) == 64
