"""``listener try``: the grounds of each match are shown."""

import json
import re
from pathlib import Path

import pytest

from listener.clock import utc_now
from tests.listener import toy_plugins
from tests.listener.cli.commands import CONFIG, Listener, configure, store_in

SOURCE = '[sources.file]\ntype = "jsonl"\npath = "posts.jsonl"\n'


def posts_in(folder: Path, *texts: str) -> None:
    lines = [json.dumps({"id": str(at), "text": text}) for at, text in enumerate(texts)]
    (folder / "posts.jsonl").write_text("\n".join(lines) + "\n")


def test_what_was_found_and_how(tmp_path: Path, listener: Listener) -> None:
    configure(tmp_path, SOURCE)
    posts_in(tmp_path, "Lensin Norvialla ja Skylarkilla", "Norvia", "nothing of them")
    told = listener("try", "file")
    assert told.code == 0
    grounds = [it.strip() for it in told.lines if "→" in it]
    assert grounds == [
        "→ norvia (indirect): name “Norvialla” (Finnish form of Norvia)",
        "→ skylark (indirect): name “Skylarkilla” (Finnish form of Skylark)",
        "→ norvia (indirect): name “Norvia”",
    ]
    assert told.lines[-1] == "3 posts, 2 with a mention; nothing was stored"


def test_much_evidence_is_counted_and_strangers_words_are_harmless(
    tmp_path: Path, listener: Listener
) -> None:
    configure(tmp_path, SOURCE)
    posts_in(tmp_path, "Norvia\x1b[2J, Norvia, Norvia, Norvia, Norvia\u202e")
    told = listener("try", "file")
    (grounds,) = (it for it in told.lines if "→" in it)
    assert grounds.endswith("name “Norvia”, name “Norvia”, name “Norvia” and 2 more")
    assert not {"\x1b", "\u202e"} & set(told.out)


def test_only_the_brands_that_the_source_is_listened_to_for(
    tmp_path: Path, listener: Listener
) -> None:
    configure(tmp_path, SOURCE + 'brands = ["skylark"]\n')
    posts_in(tmp_path, "Norvia or Skylark")
    assert [it.split()[1] for it in listener("try", "file").lines if "→" in it] == ["skylark"]


def test_a_doubt_gives_its_reasons(tmp_path: Path, listener: Listener) -> None:
    text = CONFIG.replace('["Norvia"]', '["Play"]\nambiguous = true\nlanguages = ["en"]')
    configure(tmp_path, SOURCE, text=text)
    posts_in(tmp_path, "Play is fine", "the Play app", "I asked Play about it", "let us play it")
    told = listener("try", "file")
    doubts = [it.strip() for it in told.lines if "may be about" in it]
    assert doubts
    for doubt in doubts:
        score, because = doubt.removeprefix("may be about something else: ").split(" for norvia, ")
        assert 0 < float(score) < 1
        assert because.startswith("because ")
        assert re.search(r"; its id is jsonl:\d$", because)


def test_a_source_that_is_switched_off_is_said_to_be(tmp_path: Path, listener: Listener) -> None:
    configure(tmp_path, SOURCE + "enabled = false\n")
    told = listener("try", "file")
    assert (told.code, told.out) == (2, "")
    assert told.err == (
        "listener: source 'file' in config.toml is switched off: set enabled = true,"
        " or take that line out, to try it\n"
    )
    assert "no source 'flie' in config.toml" in listener("try", "flie").err


def test_it_costs_no_more_than_the_budget_leaves_and_is_booked(
    tmp_path: Path, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    toy_plugins.install(tmp_path / "site", monkeypatch)
    source = '[sources.shop]\ntype = "paid"\nurls = ["a"]\n'
    configure(tmp_path, f"{source}[sources.shop.budget]\nposts_per_month = 15\n")
    assert [listener("try", "shop").code for _ in range(2)] == [0, 0]
    told = listener("try", "shop")
    assert (told.code, "budget of 15 posts is spent" in told.err) == (2, True)
    with store_in(tmp_path) as store:
        assert store.spending("shop", utc_now()).month.posts == 15


def test_another_source_s_secret_need_not_exist(tmp_path: Path, listener: Listener) -> None:
    configure(tmp_path, SOURCE + '[sources.x]\ntype = "x"\ntoken = "env:NOBODY_SET_THIS"\n')
    posts_in(tmp_path, "Norvia")
    assert listener("try", "file").code == 0
    assert "NOBODY_SET_THIS is not set" in listener("check").err
