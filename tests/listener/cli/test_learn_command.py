"""``listener learn`` on real stores, with a judge that can be taught."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from listener.clock import utc_now
from listener.corrections import Correction
from listener.model import Author
from listener.testing import a_post
from listener.testing.store_steps import poll, tag_all
from tests.listener.cli import teaching
from tests.listener.cli.commands import CONFIG, Listener, configure, store_in
from tests.listener.cli.teaching import BAD, DULL, GOOD

HELD_OUT = "  corrections held out  0.167 → 1.000       33.3 % → 100.0 %"
GAIN = "  (gain in macro F1, in 95 of 100 such samples: +0.778 to +0.905)"
KEPT = (
    "; a running listener takes it up with its next batch, and listener retag judges anew what "
    "is stored"
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """With thirty corrections by thirty authors, of one brand."""
    teaching.install(tmp_path / "site", monkeypatch)
    teaching.teach(tmp_path)
    return tmp_path


def test_before_and_after_are_shown_on_what_was_held_out(folder: Path, listener: Listener) -> None:
    told = listener("learn")
    assert (told.code, told.err) == (0, "")
    assert told.lines == [
        "sentiment: 30 corrections of posts by 30 authors",
        "                        macro F1            accuracy",
        HELD_OUT + GAIN,
        "  general test: its judge brings none",
        f"  kept as lesson 1{KEPT}",
    ]
    with store_in(folder) as store:
        (lesson,) = store.lessons.taken_up()
    assert (lesson.kind, lesson.brand, lesson.examples) == ("sentiment", "", 30)
    assert (lesson.before, lesson.after) == (pytest.approx(1 / 6), 1)
    assert BAD not in lesson.layer


def test_what_was_learned_counts_from_then_on(folder: Path, listener: Listener) -> None:
    listener("learn")
    assert tagged(folder, "Norvia") == ["negative"]
    listener("learn", "--roll-back")
    assert tagged(folder, "Norvia") == ["neutral"]


def tagged(folder: Path, *names: str) -> list[str]:
    """What ``listener tag``, which reads standard input itself, says of something bad of these."""
    posts = "\n".join(json.dumps({"text": f"{name} {BAD}"}) for name in names)
    path = os.pathsep.join([str(folder / "site"), str(Path(__file__).parents[3])])
    told = subprocess.run(
        [sys.executable, "-m", "listener", "tag"],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": path},
        input=posts.encode(),
        check=True,
        capture_output=True,
    )
    return [json.loads(line)["tags"]["sentiment"]["label"] for line in told.stdout.splitlines()]


def test_a_dry_run_keeps_nothing(folder: Path, listener: Listener) -> None:
    told = listener("learn", "sentiment", "--dry-run")
    assert told.code == 0
    assert told.lines[2].startswith(HELD_OUT)
    assert told.lines[-1] == "  not kept: a dry run"
    assert listener("learn", "--versions").lines == ["nothing was learned yet"]


def test_a_lesson_of_one_brand_is_for_its_mentions(folder: Path, listener: Listener) -> None:
    with store_in(folder) as store:
        teaching.correct(store, 24, "skylark")
    assert listener("learn", "--brand", "skylark").lines[0] == (
        "sentiment of skylark: 24 corrections of posts by 24 authors"
    )
    assert tagged(folder, "Norvia", "Skylark") == ["neutral", "negative"]
    assert listener("learn").lines[0] == "sentiment: 54 corrections of posts by 30 authors"


def test_few_corrections_teach_only_by_force(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, listener: Listener
) -> None:
    teaching.install(tmp_path / "site", monkeypatch)
    teaching.teach(tmp_path, 19)
    told = listener("learn")
    few = "sentiment: 19 corrections, and fewer than 20 teach nothing that holds"
    assert (told.code, told.lines) == (0, [f"{few}; --force learns of them"])
    assert listener("learn", "--brand", "skylark", "--force").lines == [
        "sentiment of skylark: nobody corrected it yet; listener correct does"
    ]
    assert listener("learn", "--force").lines[-1] == f"  kept as lesson 1{KEPT}"


def test_a_lesson_that_costs_the_general_test_is_refused(
    folder: Path, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    test = [[f"anything {BAD}", "neutral"]] + [["anything else", "neutral"]] * 30
    monkeypatch.setenv(teaching.GENERAL, json.dumps(test))
    told = listener("learn")
    assert told.code == 0
    assert listener("learn", "sentiment").code == 1
    assert told.lines[3].startswith("  general test          1.000 → 0.49")
    assert told.lines[-1] == (
        "  not kept: the general test would fall by 50.8 points; --force keeps it all the same"
    )
    assert listener("learn", "--versions").lines == ["nothing was learned yet"]
    told = listener("learn", "--force")
    assert (told.code, told.lines[-2]) == (
        0,
        "  mind: the general test would fall by 50.8 points",
    )
    assert "general 1.000 → 0.492" in listener("learn", "--versions").lines[0]


def test_a_general_test_that_rises_is_shown(
    folder: Path, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    test = [[f"it {BAD}", "negative"], [f"it {GOOD}", "positive"], [f"it {DULL}", "neutral"]]
    monkeypatch.setenv(teaching.GENERAL, json.dumps(test * 30))
    told = listener("learn")
    assert (told.code, told.lines[3]) == (
        0,
        "  general test          0.167 → 1.000       33.3 % → 100.0 %",
    )


def test_a_lesson_that_makes_it_worse_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, listener: Listener
) -> None:
    """One word in all of them, whose label in every fold is not what the other folds teach."""
    teaching.install(tmp_path / "site", monkeypatch)
    configure(tmp_path, text=CONFIG + teaching.JUDGED)
    posts = [a_post(str(n), f"alpha n{n}", author=Author(f"author{n}")) for n in range(30)]
    with store_in(tmp_path) as store:
        poll(store, posts)
        tag_all(store)
        for number, one in enumerate(posts):
            label = "neutral" if number % 5 < 3 else "mixed"
            store.corrections.keep(
                Correction(f"{one.id}#norvia", "sentiment", label, "anna", utc_now())
            )
    told = listener("learn", "sentiment")
    assert told.code == 1
    assert told.lines[2].startswith("  corrections held out  0.375 → 0.000       60.0 % → 0.0 %")
    assert told.lines[-1] == (
        "  not kept: corrections that were held out would be judged worse than before; --force "
        "keeps it all the same"
    )


def test_versions_and_rolling_back(folder: Path, listener: Listener) -> None:
    for by in ("anna", "ben"):
        listener("learn", "--by", by)
    listener("learn", "--brand", "norvia", "--by", "cia")
    stamp = r"\d{4}-\d\d-\d\d \d\d:\d\d"
    rest = r"30 corrections  held out 0\.167 → 1\.000  general not measured"
    third, second, first = listener("learn", "--versions").lines
    assert re.fullmatch(rf"  3  {stamp}  sentiment of norvia  {rest}  by cia  taken up", third)
    assert re.fullmatch(rf"  2  {stamp}  sentiment  {rest}  by ben  taken up", second)
    assert re.fullmatch(rf"  1  {stamp}  sentiment  {rest}  by anna", first)
    several = listener("learn", "--roll-back")
    both = "3 (sentiment of norvia), 2 (sentiment)"
    assert (several.code, several.err) == (
        2,
        f"listener: several are taken up: {both}; name the kind, and --brand ('' for all brands)\n",
    )
    back = listener("learn", "--roll-back", "--brand", "")
    assert back.lines == ["lesson 2 (sentiment) is taken back; lesson 1 is taken up instead"]
    back = listener("learn", "--roll-back", "sentiment", "--brand", "")
    assert back.lines == ["lesson 1 (sentiment) is taken back; none is instead"]
    assert listener("learn", "--roll-back", "2").lines == ["lesson 2 (sentiment) is taken up"]
    assert listener("learn", "--roll-back", "0").lines == [
        "lesson 3 (sentiment of norvia) is taken back; none is instead",
        "lesson 2 (sentiment) is taken back; none is instead",
    ]


def test_lessons_of_another_version_of_the_judge(folder: Path, listener: Listener) -> None:
    listener("learn")
    config = folder / "config.toml"
    config.write_text(config.read_text() + 'version = "2"\n')
    (line,) = listener("learn", "--versions").lines
    assert line.endswith("taken up, but its judge is another by now: learn again")
    listener("learn")
    told = listener("learn", "--roll-back", "1")
    assert (told.code, told.err) == (
        2,
        "listener: lesson 1 can't be put back: the lesson is for version 1 of it, and this is 2\n",
    )
    back = listener("learn", "--roll-back")
    assert back.lines == ["lesson 2 (sentiment) is taken back; none is instead"]


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (("sentimnt",), "nobody judges 'sentimnt' here; did you mean 'sentiment'?"),
        (
            ("--brand", "norvai"),
            "--brand: no brand 'norvai' in config.toml; did you mean 'norvia'?",
        ),
        (("--roll-back",), "no lesson is taken up; listener learn --versions lists them"),
        (
            ("--roll-back", "intent"),
            "no lesson of intent is taken up; listener learn --versions lists them",
        ),
        (("--roll-back", "7"), "there is no lesson 7; listener learn --versions lists them"),
        (("--roll-back", "7", "8"), "--roll-back takes one number"),
        (
            ("--versions", "--force"),
            "--versions, --roll-back and learning are three things: ask for one",
        ),
    ],
)
def test_bad_use(folder: Path, listener: Listener, arguments: tuple[str, ...], fault: str) -> None:
    told = listener("learn", *arguments)
    assert (told.code, told.out, told.err) == (2, "", f"listener: {fault}\n")


@pytest.mark.parametrize(
    ("word", "fault"),
    [
        ("unteachable", "it knows it all"),
        ("crash", "RuntimeError: a fault of the judge's own"),
    ],
)
def test_a_judge_that_fails_costs_itself(
    folder: Path, listener: Listener, word: str, fault: str
) -> None:
    with store_in(folder) as store:
        poll(store, [a_post("odd", word)])
        tag_all(store)
        said = Correction("fake:odd#norvia", "sentiment", "mixed", "anna", utc_now())
        store.corrections.keep(said)
    told = listener("learn")
    assert (told.code, told.err) == (1, f"listener: sentiment can't be taught: {fault}\n")
    assert told.lines == ["sentiment: 31 corrections of posts by 31 authors"]


def test_a_judge_that_can_not_be_taught(folder: Path, listener: Listener) -> None:
    text = CONFIG + teaching.JUDGED.replace('"taught"', '"untaught"')
    configure(folder, text=text)
    fault = "listener: the judge of sentiment (type untaught) can't be taught\n"
    assert listener("learn").err == listener("learn", "sentiment").err == fault
    more = text.replace('order = ["sentiment"]', 'order = ["sentiment", "urgency"]')
    configure(folder, '[classifiers.urgency]\ntype = "taught"\n', text=more)
    assert listener("learn").lines == ["urgency: nobody corrected it yet; listener correct does"]
