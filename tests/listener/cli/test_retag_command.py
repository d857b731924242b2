"""``listener retag`` on real stores, broken off and gone on with."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from listener.clock import utc_now
from listener.testing import a_mention
from listener.testing.store_steps import EACH, poll, tag_all
from tests.listener.cli import teaching
from tests.listener.cli.commands import (
    CONFIG,
    Listener,
    Terminal,
    configure,
    keep,
    recent,
    store_in,
)

REPOSITORY = Path(__file__).parents[3]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """With thirty corrected mentions that nobody judged the sentiment of."""
    teaching.install(tmp_path / "site", monkeypatch)
    teaching.teach(tmp_path)
    return tmp_path


def test_what_changed_is_shown(folder: Path, listener: Listener) -> None:
    posts = [recent(number, f"Norvia {teaching.BAD}") for number in range(4)]
    keep(folder, posts, [a_mention(post=one) for one in posts])
    told = listener("retag")
    assert (told.code, told.err) == (0, "")
    assert told.lines == [
        "34 mentions judged anew by fake/1",
        "4 labels changed",
        "  sentiment: not judged → neutral  4",
    ]
    listener("learn")
    assert listener("retag", "--since", "9d").lines == [
        "4 mentions judged anew by fake/1+1",
        "4 labels changed",
        "  sentiment: neutral → negative  4",
    ]
    tags = [json.loads(line)["tags"]["sentiment"]["label"] for line in listener("export").lines]
    assert sorted(tags) == ["negative"] * 14 + ["neutral"] * 10 + ["positive"] * 10


def test_a_dry_run_changes_nothing(folder: Path, listener: Listener) -> None:
    posts = [recent(1)]
    keep(folder, posts, [a_mention(post=posts[0])])
    before = listener("export").out
    for _ in range(2):
        assert listener("retag", "--dry-run").lines == [
            "31 mentions would be judged anew by fake/1",
            "1 label would change",
            "  sentiment: not judged → neutral  1",
        ]
    assert listener("export").out == before


def test_nobody_is_told(folder: Path, listener: Listener) -> None:
    rule = '[[rules]]\nname = "all"\nwhen = { sentiment = ["neutral"] }\nsend_to = ["desk"]\n'
    config = folder / "config.toml"
    config.write_text(config.read_text() + rule)
    posts = [recent(1)]
    with store_in(folder) as store:
        poll(store, posts, now=utc_now())
        tag_all(store, [EACH], now=utc_now())
    before = listener("told", "--since", "1d").out
    assert listener("retag").code == 0
    assert listener("told", "--since", "1d").out == before
    assert json.loads(listener("once", "--json").out)["alerts_delivered"] == 1


def test_of_one_brand_and_time_and_kind(folder: Path, listener: Listener) -> None:
    posts = [recent(1, "Skylark"), recent(2, "Skylark", hours=100)]
    keep(folder, posts, [a_mention(post=one, brand="skylark") for one in posts])
    assert listener("retag", "--brand", "skylark", "--dry-run").lines[0].startswith("2 mentions")
    one = listener("retag", "--brand", "skylark", "--since", "2d", "--kind", "sentiment")
    assert one.lines[0] == "1 mention judged anew by fake/1"


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (("--kind", "urgency"), "--kind: nobody judges 'urgency' here; known is 'sentiment'"),
        (
            ("--brand", "norvai"),
            "--brand: no brand 'norvai' in config.toml; did you mean 'norvia'?",
        ),
        (
            ("--since", "then"),
            "'then' is no time: write 7d, 24h, 90m, 4w or a date such as 2026-11-21",
        ),
    ],
)
def test_bad_use(folder: Path, listener: Listener, arguments: tuple[str, ...], fault: str) -> None:
    told = listener("retag", *arguments)
    assert (told.code, told.out, told.err) == (2, "", f"listener: {fault}\n")


def test_a_judge_that_fails_changes_nothing(folder: Path, listener: Listener) -> None:
    posts = [recent(1, "Norvia crash"), recent(2)]
    keep(folder, posts, [a_mention(post=one) for one in posts])
    assert listener("retag", "--since", "2d").lines == [
        "2 mentions judged anew by fake/1",
        "1 label changed",
        "  sentiment: not judged → neutral  1",
        "1 judgement failed and changed nothing",
    ]


def test_a_process_that_is_killed_goes_on_where_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, listener: Listener
) -> None:
    teaching.install(tmp_path / "site", monkeypatch)
    configure(tmp_path, text=CONFIG + teaching.JUDGED)
    posts = [recent(number, f"Norvia n{number}") for number in range(120)]
    posts[70] = recent(70, "Norvia fatal")
    keep(tmp_path, posts, [a_mention(post=one) for one in posts])
    killer = tmp_path / "killer"
    killer.touch()
    path = os.pathsep.join([str(tmp_path / "site"), str(REPOSITORY)])
    died = subprocess.run(
        [sys.executable, "-m", "listener", "retag"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": path, teaching.KILLER: str(killer)},
        check=False,
        capture_output=True,
    )
    assert died.returncode == -signal.SIGKILL
    killer.unlink()
    first, *rest = listener("retag").lines
    assert first.startswith("going on with the pass that was broken off (50 of 120 done, begun ")
    assert rest == [
        "120 mentions judged anew by fake/1",
        "120 labels changed",
        "  sentiment: not judged → neutral  120",
    ]
    assert listener("retag").lines[:2] == ["120 mentions judged anew by fake/1", "0 labels changed"]


def test_what_was_broken_off_can_be_begun_again(folder: Path, listener: Listener) -> None:
    with store_in(folder) as store:
        asked = json.dumps(["", "", ["sentiment"], ["fake/1"], []])
        passing = store.retags.plan(asked, None, "", utc_now())
        store.retags.save(passing, [], utc_now())
    assert listener("retag", "--anew").lines[0] == "30 mentions judged anew by fake/1"


def test_who_waits_sees_how_far_it_is(
    folder: Path, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    posts = [recent(number) for number in range(70)]
    keep(folder, posts, [a_mention(post=one) for one in posts])
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    listener("retag")
    assert "\r64 of 100 judged anew" in terminal.getvalue()
