"""The commands on docs/correcting.md are run, one after the other: each prints what it says there.

Only the judge is another, one that learns words by heart; times and numbers are as they come.
"""

import getpass
import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from listener.clock import utc_now
from listener.corrections import Correction
from listener.evaluation.lines import LabelledReader
from listener.model import Author, Post
from listener.store.port import Store
from listener.testing import a_mention
from listener.testing.store_steps import poll, tag_all
from tests.listener.cli import teaching
from tests.listener.cli.commands import CONFIG, Listener, configure, recent, store_in
from tests.listener.cli.teaching import BAD, DULL, GOOD

PAGE = (Path(__file__).parents[3] / "docs" / "correcting.md").read_text("utf-8")
CONSOLES = re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL)
SAID, LABELLED = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
WORDS = (BAD, DULL, GOOD)
LABELS = ("negative", "neutral", "positive")
POSTS = 122
NOT_CORRECTED = {119, 120}


def post(number: int) -> Post:
    """The words of every third are bad, dull and good; each by somebody else."""
    words = f"Acme {WORDS[number % 3]} my money n{number}"
    return replace(recent(number + 1, words), site="x", author=Author(f"author{number}"))


def correct_the_rest(store: Store) -> None:
    """All but the first four, which the page corrects, and two which nobody does."""
    for number in {*range(4, POSTS)} - NOT_CORRECTED:
        key = f"x:{number + 1}#acme"
        store.corrections.keep(Correction(key, "sentiment", LABELS[number % 3], "anna", utc_now()))


def commands() -> Iterator[tuple[str, list[str]]]:
    """Every command on the page with what it prints."""
    for console in CONSOLES:
        for command in re.split(r"^\$ ", console, flags=re.MULTILINE)[1:]:
            line, *printed = command.splitlines()
            yield line, printed


def normal(line: str) -> str:
    """Without times and numbers, and with the judge's name as on the page."""
    return re.sub(r"\d+(?:[.,]\d+)*", "#", line.replace("fake/", "small/"))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    teaching.install(tmp_path / "site", monkeypatch)
    monkeypatch.setattr(getpass, "getuser", lambda: "anna")
    test = [[f"it {word}", label] for word, label in zip(WORDS, LABELS, strict=True)]
    monkeypatch.setenv(teaching.GENERAL, json.dumps(test * 10))
    configure(
        tmp_path, text=CONFIG.replace("norvia", "acme").replace("Norvia", "Acme") + teaching.JUDGED
    )
    (tmp_path / "said.jsonl").write_text(SAID)
    posts = [post(number) for number in range(POSTS)]
    with store_in(tmp_path) as store:
        poll(store, posts, mentions=[a_mention(post=one, brand="acme") for one in posts])
        tag_all(store)
    return tmp_path


def test_every_command_prints_what_the_page_says(folder: Path, listener: Listener) -> None:
    listener("retag")  # so that everything is judged
    done = 0
    for line, printed in commands():
        program, *arguments = shlex.split(line)
        assert program == "listener"
        if arguments[0] == "eval":
            with store_in(folder) as store:
                correct_the_rest(store)
        told = listener(*arguments)
        assert (told.code, told.err) == (0, ""), line
        assert [normal(one) for one in told.lines] == [normal(one) for one in printed], line
        done += 1
    assert done == len(re.findall(r"^\$ ", PAGE, re.MULTILINE)) > 8


def test_the_labelled_lines_of_the_page_can_be_read() -> None:
    reader = LabelledReader([], "file")
    read = [one for line in LABELLED.splitlines() for one in reader.read(json.loads(line))]
    assert [one.mention.brand for one in read] == ["acme", "acme", "Norvia"]
    assert all(one.mention.evidence for one in read)
