"""``listener preview`` over real stores and files."""

import json
import sqlite3
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from listener.cli import previewing
from listener.clock import utc_now
from listener.match import Matcher
from listener.match.around import Around
from listener.model import Brand, Mention, Post
from listener.testing import a_mention
from listener.testing.store_steps import poll
from tests.listener.cli.commands import (
    CONFIG,
    Listener,
    Terminal,
    configure,
    keep,
    recent,
    store_in,
)

FORBIDS = CONFIG.replace('["Norvia"]', '["Norvia"]\nforbid = ["delay"]')
RULES = """
[[rules]]
name = "urgent"
when = { urgency = ["high"] }
send_to = ["desk"]
[[rules]]
name = "all"
when = { brand = ["norvia"] }
send_to = ["desk"]
[classifiers]
order = ["urgency"]
"""


def line(text: str, **fields: object) -> bytes:
    return json.dumps({"text": text} | fields).encode() + b"\n"


def test_gained_lost_and_kept_against_what_is_stored(tmp_path: Path, listener: Listener) -> None:
    posts = [
        recent(1, "Norvia is late"),
        recent(2, "Norvia: a delay"),
        recent(3, "We fly Norvia"),
        recent(4, "nothing at all"),
    ]
    keep(tmp_path, posts, [a_mention(post=post) for post in posts[:2]])
    configure(tmp_path, RULES, text=FORBIDS)
    told = listener("preview")
    assert (told.code, told.err) == (0, "")
    assert told.lines[0].startswith("4 posts published ")
    assert told.lines[0].endswith("UTC, against the mentions that are stored")
    assert "norvia: 2 match, 1 gained, 1 lost" in told.lines
    assert "skylark: 0 match" in told.lines
    gained, lost = (
        next(it for it in told.lines if f"  {fate}" in it) for fate in ("gained", "lost")
    )
    assert "fake:3  We fly Norvia" in gained
    assert "fake:2  Norvia: a delay" in lost
    assert "          because: name “Norvia”" in told.lines
    assert "          because: it holds the forbidden “delay” in its text" in told.lines
    assert "  all: 1 more, 1 fewer, 2 before, to desk" in told.lines
    assert "  urgent: 0 more, 1 fewer, 2 before, to desk" in told.lines
    assert "    asks for the tag urgency" in told.lines
    assert told.lines[-1] == "  1 mention had no tags yet; the classifiers judged it to count these"


def test_nothing_is_written(tmp_path: Path, listener: Listener) -> None:
    posts = [recent(1), recent(2)]
    keep(tmp_path, posts, [a_mention(post=posts[0])])
    configure(tmp_path, RULES)
    before = dump(tmp_path)
    assert listener("preview").code == 0
    assert dump(tmp_path) == before


def test_all_of_it_as_json_and_the_same_at_every_run(tmp_path: Path, listener: Listener) -> None:
    posts = [recent(number, "Norvia is late") for number in range(8)]
    keep(tmp_path, posts, [a_mention(post=posts[0])])
    configure(tmp_path, RULES)
    until = utc_now().isoformat()
    runs = [listener("preview", "--json", "--until", until, "--samples", "3") for _ in range(2)]
    first, second = (json.loads(run.out) for run in runs)
    assert first["brands"] == second["brands"]
    (norvia, _) = first["brands"]
    assert norvia["counts"] == {"kept": 1, "gained": 7, "lost": 0, "doubts": 0}
    assert norvia["sites"] == {"fake": norvia["counts"]}
    assert len(norvia["gained"]) == 3
    assert norvia["gained"][0]["why"] == "name “Norvia”"
    assert first["examples"] == []
    assert first["period"]["until"].replace("Z", "+00:00") == until
    (urgent, every) = first["alerts"]
    assert (urgent["rule"], every["more"]) == ("urgent", 7)
    assert (first["unjudged"], first["judged"]) == (7, 7)


def test_one_brand_and_one_period(tmp_path: Path, listener: Listener) -> None:
    posts = [recent(1, "Norvia, Skylark"), recent(2, "Skylark", hours=72)]
    keep(tmp_path, posts, [a_mention(post=posts[0])])
    configure(tmp_path)
    told = json.loads(listener("preview", "--json", "--brand", "skylark", "--since", "2d").out)
    assert [one["brand"] for one in told["brands"]] == ["skylark"]
    assert (told["posts"], told["brands"][0]["counts"]["gained"]) == (1, 1)


def test_the_faults_of_the_examples_come_first(tmp_path: Path, listener: Listener) -> None:
    keep(tmp_path, [], [])
    text = CONFIG.replace('["Norvia"]', '["Norvia"]\nmust_match = ["Norvia", "Nordia"]')
    configure(tmp_path, text=text)
    told = listener("preview")
    assert told.code == 0
    assert told.lines[0] == "! 1 example fails, and listener check will say so:"
    assert told.lines[1].startswith('!   brands.norvia.must_match: "Nordia" does not match')
    assert "0 posts published" in told.lines[3]


def test_posts_from_a_file(tmp_path: Path, listener: Listener) -> None:
    configure(tmp_path, RULES)
    lines = [
        line("Norvia, urgent!", id="1", site="x"),
        b"{oh\n",
        line("so late", site="x", in_reply_to="1"),
        b"\n",
        b'{"no": "text"}\n',
        b"\xff\n",
        line("Skylark"),
    ]
    (tmp_path / "posts.jsonl").write_bytes(b"".join(lines))
    told = listener("preview", "--file", "posts.jsonl")
    assert told.code == 0
    expected = "Expecting property name enclosed in double quotes"
    assert told.err.splitlines() == [
        f"listener: line 2: not JSON: {expected} at character 2",
        "listener: line 5: 'text' is missing",
        "listener: line 6: not UTF-8",
    ]
    assert told.lines[0] == "3 posts in posts.jsonl, against nothing"
    assert "norvia: 2 match, 2 gained" in told.lines
    assert "skylark: 1 match, 1 gained" in told.lines
    assert any("because: thread “1”" in it for it in told.lines)
    assert any(it.startswith("  jsonl: 1 match") for it in told.lines)
    piped = listener("preview", "--file", "-", stdin=b"".join(lines))
    assert piped.lines[2:] == [it.replace("jsonl:", "stdin:") for it in told.lines[2:]]


def test_a_line_beyond_all_bounds_costs_itself(
    tmp_path: Path, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("listener.cli.lines.LINE_BYTES_MAX", 100)
    configure(tmp_path)
    stdin = line("Norvia" * 100) + line("Norvia") + line("x" * 1000)[:-1]
    told = listener("preview", "--file", "-", stdin=stdin)
    assert [it.rpartition(" line ")[2] for it in told.err.splitlines()] == [
        "1: longer than 100 bytes",
        "3: longer than 100 bytes",
    ]
    assert "norvia: 1 match, 1 gained" in told.lines


def test_one_configuration_against_another(tmp_path: Path, listener: Listener) -> None:
    posts = [recent(1, "Norvia"), recent(2, "Norvia: a delay"), recent(3, "Sunair")]
    keep(tmp_path, posts, [a_mention(post=posts[2])])  # what is stored only lends its tags
    configure(tmp_path, text=FORBIDS)
    configure(tmp_path, name="old.toml")
    told = listener("preview", "--against", "old.toml")
    assert told.lines[0].endswith("against old.toml")
    assert "norvia: 1 match, 1 lost" in told.lines
    stdin = line("Norvia") + line("Norvia: a delay")
    told = listener("preview", "--against", "old.toml", "--file", "-", stdin=stdin)
    assert told.lines[0] == "2 posts in -, against old.toml"
    assert "norvia: 1 match, 1 lost" in told.lines


def test_what_a_person_said_is_no_gain(tmp_path: Path, listener: Listener) -> None:
    posts = [recent(1), recent(2)]
    keep(tmp_path, posts, [a_mention(post=post) for post in posts])
    with store_in(tmp_path) as store:
        store.save_mark("fake:1", "norvia", utc_now(), about=False, by="me")
    configure(tmp_path)
    assert "norvia: 1 match" in listener("preview").lines


def test_doubts_are_counted_and_told(tmp_path: Path, listener: Listener) -> None:
    matcher = Matcher([Brand("norvia", names=("Play",), ambiguous=True, languages=("en",))])
    candidates = ("I asked Play about it", "Play it is", "ask Play", "at Play")
    doubtful = next(it for it in candidates if in_doubt(matcher.match(recent(1, it))))
    posts = [recent(1, doubtful), recent(2, "Skylark")]
    keep(tmp_path, posts, [])
    text = CONFIG.replace('["Norvia"]', '["Play"]\nambiguous = true\nlanguages = ["en"]')
    configure(tmp_path, text=text)
    first = listener("preview")
    assert "norvia: 1 match, 1 in doubt, 1 gained" in first.lines
    (why,) = (it for it in first.lines if "name “Play”" in it)
    assert why.startswith("          because: name “Play”; may be about something else: 0.")
    keep(tmp_path, posts, [a_mention(post=posts[0])])
    second = listener("preview")
    assert "norvia: 1 match, 1 in doubt" in second.lines
    assert any(it.startswith("  doubt   ") and "fake:1" in it for it in second.lines)
    with store_in(tmp_path) as store:
        (doubtful_mention,) = matcher.match(posts[0])
        edited = replace(posts[0], url="https://example.org/edited")
        poll(store, [edited], mentions=[replace(doubtful_mention, source="fake")], now=utc_now())
        assert store.status(utc_now()).doubts == 1
    third = listener("preview")
    assert any(it.startswith("  doubt   ") and "fake:1" in it for it in third.lines)


def test_an_unmet_expression_ends_without_a_full_stop(tmp_path: Path, listener: Listener) -> None:
    post = recent(1, "Norvia")
    keep(tmp_path, [post], [a_mention(post=post)])
    configure(tmp_path, text=CONFIG.replace('["Norvia"]', '["Norvia"]\nexpression = "delay"'))
    told = listener("preview")
    assert "          because: “delay” does not stand in the post" in told.lines


def test_a_thread_follows_its_replayed_parent(tmp_path: Path, listener: Listener) -> None:
    parent = recent(1, "Norvia: a delay")
    answer = replace(recent(2, "so late", hours=23), in_reply_to="1")
    stored = [a_mention(post=parent), in_thread(answer)]
    keep(tmp_path, [parent, answer], stored)
    configure(tmp_path, text=FORBIDS)
    told = listener("preview")
    assert "norvia: 0 match, 2 lost" in told.lines
    assert "          because: the post that it answers is no mention" in told.lines


def in_doubt(mentions: Sequence[Mention]) -> bool:
    return [one.verdict.label for one in mentions] == ["review"]


def in_thread(answer: Post) -> Mention:
    around = Around(thread=frozenset({"norvia"}))
    (mention,) = Matcher([Brand("norvia", names=("Norvia",))]).match(answer, around=around)
    return replace(mention, source="fake")


def test_strangers_words_are_harmless(tmp_path: Path, listener: Listener) -> None:
    keep(tmp_path, [replace(recent(1, "Norvia\x1b[2J\u202e\nx"), site="s\x1b]0;t\x07")], [])
    configure(tmp_path)
    told = listener("preview")
    assert "norvia: 1 match, 1 gained" in told.lines
    assert not {"\x1b", "\x07", "\u202e"} & set(told.out)
    as_json = listener("preview", "--json").out
    assert "\u202e" not in as_json


def test_a_terminal_sees_how_far_it_is(
    tmp_path: Path, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(previewing, "PROGRESS_POSTS", 2)
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    configure(tmp_path)
    assert listener("preview", "--file", "-", stdin=line("Norvia") * 5).code == 0
    assert terminal.getvalue() == "\r2 posts\r4 posts\r\x1b[K"


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("--file", "none.jsonl"), "none.jsonl can't be read: No such file or directory"),
        (("--file", "-", "--since", "3d"), "--since and --until are for stored posts"),
        (("--brand", "norvai"), "no brand 'norvai' in config.toml; did you mean 'norvia'?"),
        (("--since", "soon"), "'soon' is no time"),
        (("--since", "1d", "--until", "2d"), "the period is empty"),
        (("--against", "none.toml"), "--against: none.toml"),
        ((), "there is nothing yet"),
    ],
)
def test_bad_use_is_one_clear_line(
    tmp_path: Path, listener: Listener, arguments: tuple[str, ...], reason: str
) -> None:
    configure(tmp_path)
    told = listener("preview", *arguments)
    assert (told.code, told.out) == (2, "")
    assert reason in told.err
    assert told.err.count("\n") == 1


def test_a_post_is_known_as_a_mention_though_its_date_was_moved(
    tmp_path: Path, listener: Listener
) -> None:
    now = utc_now()
    posts = [recent(number, hours=100 - number) for number in range(6)]
    with store_in(tmp_path) as store:
        poll(store, posts, mentions=[a_mention(post=post) for post in posts[::2]], now=now)
        moved = replace(posts[4], text="Norvia: edited", published_at=posts[0].published_at)
        poll(store, [moved], mentions=[a_mention(post=moved)], now=now)
    configure(tmp_path)
    told = listener("preview", "--samples", "0")
    assert "norvia: 6 match, 3 gained" in told.lines


def test_a_source_is_asked_only_for_the_brands_it_is_listened_to_for(
    tmp_path: Path, listener: Listener
) -> None:
    keep(tmp_path, [recent(1, "Norvia and Skylark")], [])
    configure(tmp_path, '[sources.fake]\ntype = "jsonl"\npath = "x"\nbrands = ["skylark"]\n')
    told = listener("preview", "--json")
    counts = {one["brand"]: one["counts"]["gained"] for one in json.loads(told.out)["brands"]}
    assert counts == {"norvia": 0, "skylark": 1}


def dump(folder: Path) -> list[str]:
    with closing(sqlite3.connect(folder / "test.db")) as db:
        return list(db.iterdump())
