"""``listener correct`` on real stores."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest

from listener.clock import utc_now
from listener.model import Mention
from listener.testing import a_mention
from listener.testing.store_steps import poll
from tests.listener.cli import teaching
from tests.listener.cli.commands import CONFIG, Listener, configure, keep, recent, store_in

CALLED = "it is called POST#BRAND, or by its post"
USE = "correct takes MENTION KIND LABEL, or --from with such lines, or --list, or --doubts"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """With a post that mentions one brand, and one that mentions two."""
    teaching.install(tmp_path / "site", monkeypatch)
    configure(
        tmp_path,
        text=CONFIG
        + teaching.JUDGED.replace('"sentiment"]', '"sentiment", "urgency", "language"]')
        + '[classifiers.urgency]\ntype = "taught"\n',
    )
    posts = [recent(1), recent(2, "Norvia or Skylark?")]
    keep(
        tmp_path,
        posts,
        [a_mention(post=one) for one in posts] + [a_mention(post=posts[1], brand="skylark")],
    )
    return tmp_path


def mentions(folder: Path) -> dict[str, Mention]:
    with store_in(folder) as store:
        now = utc_now()
        return {one.key: one for one in store.mentions(now - timedelta(days=9), now)}


def urgent(listener: Listener) -> int:
    return len(json.loads(listener("digest", "--format", "json").out)["urgent"])


def test_a_correction_stands_at_once(folder: Path, listener: Listener) -> None:
    told = listener("correct", "fake:1#norvia", "urgency", "low", "--by", "anna")
    assert (told.code, told.err) == (0, "")
    assert told.lines == ["kept: fake:1#norvia urgency low, instead of high"]
    mention = mentions(folder)["fake:1#norvia"]
    assert mention.label("urgency") == "low"
    assert [tag.by for tag in mention.tags] == ["t/1", "person:anna"]
    assert mention.priority.score == 20


def test_what_people_see_is_corrected_too(folder: Path, listener: Listener) -> None:
    before = json.loads(listener("export").lines[0])
    assert (before["tags"]["urgency"]["label"], before["priority"]["score"]) == ("high", 80)
    assert urgent(listener) == 3
    for key in mentions(folder):
        listener("correct", key, "urgency", "low")
    after = json.loads(listener("export").lines[0])
    assert (after["tags"]["urgency"]["label"], after["priority"]["score"]) == ("low", 20)
    assert urgent(listener) == 0


def test_a_dry_run_of_the_rules_sees_it(folder: Path, listener: Listener) -> None:
    rule = '[[rules]]\nname = "each"\nwhen = { urgency = ["high"] }\nsend_to = ["desk"]\n'
    (folder / "config.toml").write_text((folder / "config.toml").read_text() + rule)
    assert json.loads(listener("dryrun", "--json").out)["told"][0]["mentions"] == 3
    listener("correct", "fake:1", "urgency", "low")
    assert json.loads(listener("dryrun", "--json").out)["told"][0]["mentions"] == 2


def test_a_post_and_its_brand_name_a_mention(folder: Path, listener: Listener) -> None:
    assert listener("correct", "fake:1", "urgency", "low").code == 0
    told = listener("correct", "fake:2", "urgency", "low")
    assert (told.code, told.err) == (
        2,
        "listener: fake:2 is a mention of 'norvia' and 'skylark': name the brand\n",
    )
    told = listener("correct", "fake:2", "urgency", "low", "--brand", "skylark")
    assert told.lines == ["kept: fake:2#skylark urgency low, instead of high"]


def test_what_follows_is_said(folder: Path, listener: Listener) -> None:
    def said(label: str, by: str = "anna") -> str:
        return listener("correct", "fake:1", "urgency", label, "--by", by).lines[0]

    assert said("high") == "kept: fake:1#norvia urgency high, as it was judged"
    assert said("high") == "kept: fake:1#norvia urgency high, as was said before"
    assert said("high", "ben") == "kept: fake:1#norvia urgency high, as it was judged"
    assert said("low") == "kept: fake:1#norvia urgency low, instead of high"


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (
            ("fake:9", "urgency", "low"),
            f"there is no stored mention 'fake:9'; {CALLED}",
        ),
        (("fake:1", "urgency", "hi"), "'hi' is no label of urgency; did you mean 'high'?"),
        (("fake:1", "urgncy", "high"), "nobody judges 'urgncy' here; did you mean 'urgency'?"),
        (
            ("fake:1", "spam", "yes"),
            "nobody judges 'spam' here; known are 'language', 'sentiment' and 'urgency'",
        ),
        (
            ("fake:1", "language", "Finnish"),
            "'Finnish' is no language: write its code, such as fi, or und",
        ),
        (
            ("fake:1", "urgency", "low", "--brand", "norvai"),
            "no brand 'norvai' in config.toml; did you mean 'norvia'?",
        ),
        (
            ("fake:1", "urgency", "low", "--brand", "skylark"),
            f"there is no stored mention 'fake:1' of skylark; {CALLED}",
        ),
        (
            ("fake:1", "urgency"),
            USE,
        ),
        ((), "correct takes MENTION KIND LABEL, or --from with such lines, or --list, or --doubts"),
        (
            ("--from", "x", "--list"),
            USE,
        ),
        (("--from", "nowhere"), "nowhere can't be read: No such file or directory"),
        (
            ("--list", "--brand", "norvai"),
            "--brand: no brand 'norvai' in config.toml; did you mean 'norvia'?",
        ),
        (
            ("--list", "--kind", "urgncy"),
            "--kind: nobody judges 'urgncy' here; did you mean 'urgency'?",
        ),
        (
            ("--list", "--since", "never"),
            "'never' is no time: write 7d, 24h, 90m, 4w or a date such as 2026-11-21",
        ),
    ],
)
def test_bad_use(folder: Path, listener: Listener, arguments: tuple[str, ...], fault: str) -> None:
    told = listener("correct", *arguments)
    assert (told.code, told.out, told.err) == (2, "", f"listener: {fault}\n")


def test_what_is_no_mention_any_more(folder: Path, listener: Listener) -> None:
    listener("mark", "fake:1", "norvia", "no")
    told = listener("correct", "fake:1", "urgency", "low")
    assert (told.code, told.err) == (2, "listener: fake:1#norvia: it is no mention any more\n")


def test_a_file_of_corrections(folder: Path, listener: Listener) -> None:
    good = {"mention": "fake:1#norvia", "kind": "urgency", "label": "low"}
    lines = [
        good | {"by": "ben", "at": (utc_now() - timedelta(hours=1)).isoformat()},
        {"id": "fake:2", "brand": "skylark", "kind": "sentiment", "label": "mixed"},
        {"id": "fake:2", "kind": "sentiment", "label": "mixed"},
        good | {"at": "2999-01-01"},
        good | {"at": "yesterday"},
        good | {"label": "\x1b[2J"},
        good | {"label": ["low"]},
        {"kind": "urgency", "label": "low"},
        ["fake:1"],
        good | {"mention": "fake:9#norvia\x00"},
    ]
    written = "\n".join([*map(json.dumps, lines), "{oh", "[" * 100_000])
    (folder / "said.jsonl").write_text(written)
    told = listener("correct", "--from", "said.jsonl", "--by", "anna")
    assert told.code == 0
    assert told.lines == [
        "kept: fake:1#norvia urgency low, instead of high",
        "kept: fake:2#skylark sentiment mixed, instead of nothing",
        "2 corrections kept, 10 lines passed over",
    ]
    such = '{"mention": "x:1#acme", "kind": "sentiment", "label": "negative"}'
    assert told.err.splitlines()[:8] == [
        "listener: line 3: fake:2 is a mention of 'norvia' and 'skylark': name the brand",
        "listener: line 4: 'at' is still to come",
        "listener: line 5: 'at' must be an ISO 8601 time, not 'yesterday'",
        "listener: line 6: '[2J' is no label of urgency; known are 'high', 'low' and 'medium'",
        "listener: line 7: 'label' must be some text",
        "listener: line 8: 'mention' is missing",
        f"listener: line 9: must be such as {such}",
        f"listener: line 10: there is no stored mention 'fake:9#norvia�'; {CALLED}",
    ]
    assert len(told.err.splitlines()) == 10
    again = listener("correct", "--from", "said.jsonl", "--by", "anna")
    assert again.lines[0] == "kept: fake:1#norvia urgency low, as was said before"
    with store_in(folder) as store:
        said = [(one.correction.by, one.correction.kind) for one in store.corrections.standing()]
    assert said == [("ben", "urgency"), ("anna", "sentiment")]


def test_they_are_listed_and_read_again(folder: Path, listener: Listener) -> None:
    listener("correct", "fake:1", "urgency", "low", "--by", "anna")
    listener("correct", "fake:2#norvia", "urgency", "high", "--by", "ben\x1b[2J")
    listener("correct", "fake:2#skylark", "sentiment", "positive", "--by", "ben")
    first, words, second, _, third, _, count = listener("correct", "--list").lines
    stamp = r"\d{4}-\d\d-\d\d \d\d:\d\d"
    assert re.fullmatch(rf"{stamp}  anna  urgency: high → low  fake:1#norvia", first)
    assert words == "    Norvia is late again"
    assert re.fullmatch(rf"{stamp}  ben\[2J  urgency: high, as judged  fake:2#norvia", second)
    assert re.fullmatch(rf"{stamp}  ben  sentiment: nothing → positive  fake:2#skylark", third)
    assert count == "3 corrections"
    assert listener("correct", "--list", "--brand", "skylark").lines[-1] == "1 correction"
    assert listener("correct", "--list", "--kind", "urgency").lines[-1] == "2 corrections"
    assert listener("correct", "--list", "--since", "1h").lines[-1] == "3 corrections"
    assert listener("correct", "--list", "--limit", "1").lines[0] == (
        "… and 2 before these: --limit N lists more of them"
    )
    lines = listener("correct", "--list", "--json").out
    assert [json.loads(line)["judged"] for line in lines.splitlines()] == ["high", "high", None]
    told = listener("correct", "--from", "-", stdin=lines.encode())
    assert [line.partition(", ")[2] for line in told.lines[:3]] == ["as was said before"] * 3


def test_forgetting_an_author_forgets_what_was_said_of_the_posts(
    folder: Path, listener: Listener
) -> None:
    listener("correct", "fake:1", "urgency", "low")
    assert listener("forget", "traveller").code == 0
    assert listener("correct", "--list").lines == ["0 corrections"]
    database = (folder / "test.db").read_bytes()
    assert b"is late again" not in database


def test_a_mention_that_waits_to_be_judged_can_be_corrected(
    folder: Path, listener: Listener
) -> None:
    with store_in(folder) as store:
        poll(store, [recent(3)], mentions=[a_mention(post=recent(3))], now=utc_now())
    assert listener("correct", "fake:3", "sentiment", "negative").code == 0
    listener("once")
    assert mentions(folder)["fake:3#norvia"].label("sentiment") == "negative"
