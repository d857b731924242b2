"""``listener eval`` on real stores and files."""

import json
import tracemalloc
from pathlib import Path

import pytest

from listener.evaluation.lines import LabelledReader
from listener.evaluation.tally import Tally
from listener.model import Tag
from tests.listener.cli import teaching
from tests.listener.cli.commands import CONFIG, Listener, Terminal, configure, store_in

ECE = (
    "ECE: how far the stated scores are from the share that was right. In brackets: where 95 of "
    "100 such samples lie."
)
SUCH = '{"sentiment": "negative"}'
NO_JSON = "Expecting property name enclosed in double quotes at character 2"
MISTAKES = "people mostly correct mistakes: on corrections judges look worse than they are"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """With thirty corrections by thirty authors."""
    teaching.install(tmp_path / "site", monkeypatch)
    teaching.teach(tmp_path)
    return tmp_path


def labelled(count: int, **more: object) -> str:
    """Lines of which the judge, which finds everything neutral, is right about every third."""
    lines = [
        {
            "text": f"Skylark {number}",
            "id": str(number),
            "brand": "skylark",
            "labels": {"sentiment": ("neutral", "negative", "mixed")[number % 3]},
        }
        | more
        for number in range(count)
    ]
    return "".join(json.dumps(line) + "\n" for line in lines)


def test_corrections_are_measured_without_any_file(folder: Path, listener: Listener) -> None:
    told = listener("eval")
    assert (told.code, told.err) == (0, "")
    assert told.lines == [
        "sentiment, judged by fake/1",
        "     n   accuracy        macro F1           ECE",
        "all  30  33.3 % (20–50)  0.167 (0.11–0.22)  –",
        "",
        MISTAKES,
        ECE,
    ]


def test_a_file_is_measured_with_and_without_corrections(folder: Path, listener: Listener) -> None:
    (folder / "posts.jsonl").write_text(labelled(120))
    told = listener("eval", "posts.jsonl", "--by", "brand,language")
    assert [line.split()[:3] for line in told.lines[2:5]] == [
        ["all", "120", "33.3"],
        ["brand", "skylark", "120"],
        ["language", "(none)", "120"],
    ]
    assert MISTAKES not in told.lines
    both = json.loads(
        listener("eval", "posts.jsonl", "--corrections", "--by", "brand", "--json").out
    )
    measured = both["kinds"]["sentiment"]
    assert (measured["all"]["n"], measured["judges"]) == (150, ["fake/1"])
    assert {name: one["n"] for name, one in measured["by_brand"].items()} == {
        "norvia": 30,
        "skylark": 120,
    }
    assert measured["all"]["calibration_error"] == pytest.approx(0.9 - 1 / 3)
    assert {"label": "mixed", "judged": "neutral", "n": 40} in measured["all"]["confusion"]


def test_standard_input_is_a_file(folder: Path, listener: Listener) -> None:
    told = listener("eval", "-", "--json", stdin=labelled(21).encode())
    assert json.loads(told.out)["kinds"]["sentiment"]["all"]["n"] == 21


def test_every_measure_of_every_kind_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, listener: Listener
) -> None:
    teaching.install(tmp_path / "site", monkeypatch)
    kinds = ("spam", "urgency", "intent")
    tables = "".join(f'[classifiers.{kind}]\ntype = "language"\n' for kind in kinds)
    configure(tmp_path, text=f"{CONFIG}[classifiers]\norder = {json.dumps(kinds)}\n{tables}")
    labels = [
        {"spam": "no", "urgency": "high", "intent": "other"},
        {"spam": "yes", "urgency": "low", "intent": "complaint"},
    ]
    lines = [
        json.dumps({"text": "Norvia is late", "brand": "norvia", "labels": labels[n % 2]})
        for n in range(40)
    ]
    told = listener("eval", "-", stdin="\n".join(lines).encode())
    heads = [line.split(maxsplit=4)[4] for line in told.lines if line.startswith("     n")]
    assert heads == [
        "ECE  AUC yes  ordinary ones called spam",
        "ECE  AUC high  found at precision 0.6",
        "ECE  AUC complaint",
    ]


def test_too_few_say_nothing(folder: Path, listener: Listener) -> None:
    told = listener("eval", "-", stdin=labelled(19).encode())
    assert told.lines[2] == "all  19  too few to say anything: fewer than 20"


def test_what_is_wrong_costs_its_line(folder: Path, listener: Listener) -> None:
    (folder / "posts.jsonl").write_text(
        labelled(20) + '{"text": "Norvia"}\n{oh\n' + labelled(1, brand=7)
    )
    told = listener("eval", "posts.jsonl")
    assert told.lines[2].startswith("all  20  ")
    assert told.err.splitlines() == [
        f"listener: posts.jsonl: line 21: 'labels' must be labels such as {SUCH}",
        f"listener: posts.jsonl: line 22: not JSON: {NO_JSON}",
        "listener: posts.jsonl: line 23: 'brand' must be some text",
    ]


def test_what_nobody_judges_is_told(folder: Path, listener: Listener) -> None:
    both = labelled(20, labels={"sentiment": "mixed", "topic": "bags"})
    told = listener("eval", "-", stdin=both.encode())
    assert "topic: labelled 20 times, and nobody here judges it" in told.lines
    alone = listener("eval", "-", stdin=labelled(2, labels={"topic": "bags"}).encode())
    assert (alone.code, alone.err) == (
        2,
        "listener: nothing to measure: nobody here judges 'topic'\n",
    )


def test_what_the_judges_learned_from_is_told(folder: Path, listener: Listener) -> None:
    assert listener("learn").code == 0
    told = listener("eval")
    assert told.lines[2].startswith("all  30  100.0 %")
    assert told.lines[-2] == (
        "lesson 1 (sentiment) was taught 30 of these corrections, and is no judge of itself: "
        "listener learn tells how it does on others"
    )
    assert listener("eval", "--shipped").lines[2].startswith("all  30  33.3 %")


def test_lessons_that_can_not_be_read_cost_a_word(folder: Path, listener: Listener) -> None:
    (folder / "test.db").write_bytes(b"no database" * 1_000)
    told = listener("eval", "-", stdin=labelled(30).encode())
    assert (told.code, told.lines[2].split()[:2]) == (0, ["all", "30"])
    assert told.err.endswith("; judged as shipped, without lessons\n")


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (("nowhere.jsonl",), "nowhere.jsonl can't be read: No such file or directory"),
        (
            ("--by", "author"),
            "--by: 'author' is none of 'brand', 'language' and 'site'",
        ),
        (("-",), "nothing to measure: no line holds labels"),
    ],
)
def test_bad_use(folder: Path, listener: Listener, arguments: tuple[str, ...], fault: str) -> None:
    told = listener("eval", *arguments)
    assert (told.code, told.out, told.err) == (2, "", f"listener: {fault}\n")


def test_where_nobody_corrected_anything(tmp_path: Path, listener: Listener) -> None:
    configure(tmp_path, text=CONFIG + '[classifiers]\norder = ["language"]\n')
    told = listener("eval")
    assert told.code == 2
    assert told.err.endswith("there is nothing yet; listener run or listener once makes it\n")
    with store_in(tmp_path):
        pass
    told = listener("eval")
    assert told.err == (
        "listener: nothing to measure: nobody corrected anything yet; listener correct does, or "
        "name files\n"
    )


def test_who_waits_sees_how_far_it_is(
    folder: Path, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    listener("eval", "-", stdin=labelled(130).encode())
    assert "\r64 judged\r128 judged\r\x1b[K" in terminal.getvalue()


def test_no_words_are_kept_of_what_was_measured() -> None:
    """What a judgement leaves behind is a few numbers."""
    reader = LabelledReader([], "file")
    tally = Tally()
    tag = Tag("spam", "no", 0.9, by="t/1", chances=(("no", 0.9), ("yes", 0.1)))

    def measure(count: int) -> None:
        for number in range(count):
            line = {"text": f"{number} " + "long words " * 300, "labels": {"spam": "no"}}
            for one in reader.read(line):
                tally.add(one.labels, [tag], {"site": one.mention.post.site})

    measure(100)
    tracemalloc.start()
    measure(2_000)
    grown, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert grown < 2_000 * 100
