"""``listener mark`` on real stores."""

import getpass
import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from listener.clock import utc_now
from listener.model import Verdict
from listener.store.port import Store
from listener.testing import a_mention
from listener.testing.store_steps import claim, poll
from tests.listener.cli.commands import Listener, configure, recent, store_in

DOUBT = Verdict("review", 0.4, ("written in lower case",))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """With three stored posts whose mentions are in doubt."""
    posts = [recent(number) for number in (1, 2, 3)]
    with store_in(tmp_path) as store:
        poll(store, posts, mentions=[a_mention(post=one, verdict=DOUBT) for one in posts])
    configure(tmp_path)
    return tmp_path


def marks(store: Store) -> dict[str, bool]:
    return {one.post.id: one.about for one in store.marks()}


def test_a_yes_settles_the_doubt(folder: Path, listener: Listener) -> None:
    told = listener("mark", "fake:1", "norvia", "yes", "--by", "me")
    assert (told.code, told.err) == (0, "")
    assert told.lines == ["kept: fake:1 is about norvia; the mention is in doubt no longer"]
    with store_in(folder) as store:
        assert marks(store) == {"fake:1": True}
        labels = {one.mention.post.id: one.mention.verdict.label for one in claim(store, utc_now())}
    assert labels == {"fake:1": "yes", "fake:2": "review", "fake:3": "review"}


def test_a_no_withdraws_the_mention(folder: Path, listener: Listener) -> None:
    told = listener("mark", "fake:1", "norvia", "no")
    assert told.lines == ["kept: fake:1 is not about norvia; the mention is withdrawn"]
    with store_in(folder) as store:
        assert [one.mention.post.id for one in claim(store, utc_now())] == ["fake:2", "fake:3"]


def test_only_what_happened_is_said(folder: Path, listener: Listener) -> None:
    with store_in(folder) as store:
        poll(store, [recent(4)], mentions=[])
    said = [
        listener("mark", post, "norvia", answer).lines[0]
        for post, answer in [
            ("fake:4", "yes"),
            ("fake:4", "no"),
            ("fake:1", "yes"),
            ("fake:1", "yes"),
            ("fake:1", "no"),
            ("fake:1", "yes"),
        ]
    ]
    assert said == [
        "kept: fake:4 is about norvia; it is no mention, and an answer makes none",
        "kept: fake:4 is not about norvia; there was no mention to withdraw",
        "kept: fake:1 is about norvia; the mention is in doubt no longer",
        "kept: fake:1 is about norvia; the mention stands as it did",
        "kept: fake:1 is not about norvia; the mention is withdrawn",
        "kept: fake:1 is about norvia; the mention that was withdrawn is back, and is judged anew",
    ]


def test_without_an_answer_the_doubts_are_listed(folder: Path, listener: Listener) -> None:
    told = listener("mark", "--limit", "2")
    assert (told.code, told.err) == (0, "")
    first, why, second, _, more, how = told.lines
    assert re.fullmatch(r"fake:3  norvia  \d{4}-\d\d-\d\d \d\d:\d\d  Norvia is late again", first)
    assert why == (
        "    name “Norvia”; may be about something else: 0.40 for norvia,"
        " because written in lower case"
    )
    assert second.startswith("fake:2  norvia  ")
    assert more == "… and 1 more: --limit N lists more of them"
    assert how == "listener mark SITE:ID BRAND yes|no settles one"
    with store_in(folder) as store:
        assert marks(store) == {}


def test_doubts_of_one_brand_and_none(folder: Path, listener: Listener) -> None:
    assert len(listener("mark", "--brand", "norvia").lines) == 3 * 2 + 1
    assert listener("mark", "--brand", "skylark").lines == ["nothing is in doubt"]


def test_doubts_as_json_can_be_answered(folder: Path, listener: Listener) -> None:
    told = json.loads(listener("mark", "--json", "--limit", "2").out)
    assert told["count"] == 3
    assert [one["id"] for one in told["mentions"]] == ["fake:3", "fake:2"]
    first = told["mentions"][0]
    assert first["post"]["text"] == "Norvia is late again"
    assert first["verdict"] == {"label": "review", "score": 0.4, "reasons": list(DOUBT.reasons)}
    answers = [
        {"post": one["id"], "brand": one["brand"], "about": True} for one in told["mentions"]
    ]
    stdin = "\n".join(map(json.dumps, answers)).encode()
    assert listener("mark", "--file", "-", stdin=stdin).lines[-1] == "2 answers kept"
    assert json.loads(listener("mark", "--json").out)["count"] == 1


def test_strangers_words_in_doubts_are_harmless(folder: Path, listener: Listener) -> None:
    verdict = Verdict("review", 0.4, ("a\x07b\u202e",))
    post = recent("5\x1b[2J", "Norvia\x1b[2J\u202e\nfake:9  norvia")
    with store_in(folder) as store:
        poll(store, [post], mentions=[a_mention(post=post, verdict=verdict)])
    told = listener("mark")
    assert len(told.lines) == 4 * 2 + 1
    assert not {"\x1b", "\x07", "\u202e"} & set(told.out)


def test_status_tells_how_many_wait_for_a_look(folder: Path, listener: Listener) -> None:
    waiting = "doubts   3 mentions wait for a look: listener mark lists them"
    assert waiting in listener("status").lines
    assert json.loads(listener("status", "--json").out)["doubts"] == 3
    for number in "123":
        listener("mark", f"fake:{number}", "norvia", "yes")
    assert not any(line.startswith("doubts") for line in listener("status").lines)


def test_who_said_so_is_kept(
    folder: Path, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(getpass, "getuser", lambda: "somebody")
    listener("mark", "fake:1", "norvia", "yes")
    listener("mark", "fake:2", "norvia", "yes", "--by", "me")

    def unknown() -> str:
        raise OSError

    monkeypatch.setattr(getpass, "getuser", unknown)
    listener("mark", "fake:3", "norvia", "yes")
    with closing(sqlite3.connect(folder / "test.db")) as db:
        rows = db.execute("SELECT * FROM marks ORDER BY post_id").fetchall()
    assert [row[3] for row in rows] == ["somebody", "me", ""]


def test_a_file_of_answers(folder: Path, listener: Listener) -> None:
    lines = [
        {"post": "fake:1", "brand": "norvia", "about": True},
        {"post": "fake:9", "brand": "norvia", "about": True},
        {"post": "fake:2", "brand": "norvai", "about": True},
        {"post": "fake:2", "brand": "norvia", "about": "yes"},
        {"post": 2, "brand": "norvia", "about": True},
        {"brand": "norvia", "about": True},
        ["fake:2"],
        {"post": "fake:3\x1b[2J", "brand": "norvia", "about": False},
        {"post": "fake:3", "brand": "norvia", "about": False},
    ]
    written = "\n".join([*map(json.dumps, lines), "{oh", "[" * 100_000])
    (folder / "marks.jsonl").write_text(written)
    told = listener("mark", "--file", "marks.jsonl")
    assert told.code == 0
    assert told.lines == [
        "kept: fake:1 is about norvia; the mention is in doubt no longer",
        "kept: fake:3 is not about norvia; the mention is withdrawn",
        "2 answers kept, 9 lines passed over",
    ]
    no_post = "there is no stored post 'fake:9'; its id is SITE:ID, as the listener tells it"
    object_such = 'must be an object such as {"post": "x:1", "brand": "acme", "about": true}'
    assert told.err.splitlines()[:7] == [
        f"listener: line 2: {no_post}",
        "listener: line 3: no brand 'norvai' in config.toml; did you mean 'norvia'?",
        "listener: line 4: 'about' must be true or false",
        "listener: line 5: 'post' must be some text",
        "listener: line 6: 'post' is missing",
        f"listener: line 7: {object_such}",
        f"listener: line 8: {no_post.replace('fake:9', 'fake:3[2J')}",
    ]
    assert len(told.err.splitlines()) == 9
    with store_in(folder) as store:
        assert marks(store) == {"fake:1": True, "fake:3": False}
    piped = listener("mark", "--file", "-", stdin=json.dumps(lines[0]).encode())
    assert piped.lines[-1] == "1 answer kept"
    spoilt = listener("mark", "--file", "-", stdin=b"{oh\n")
    assert (spoilt.code, spoilt.lines) == (0, ["0 answers kept, 1 line passed over"])


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("fake:9", "norvia", "yes"), "there is no stored post 'fake:9'"),
        (("fake:1", "norvai", "yes"), "no brand 'norvai' in config.toml; did you mean 'norvia'?"),
        (("fake:1", "norvia", "maybe"), "'maybe' is no answer; write yes or no"),
        (("fake:1", "norvia"), "mark takes POST BRAND yes|no, or --file"),
        (("--file", "-", "--json"), "mark takes POST BRAND yes|no, or --file"),
        (("fake:1", "norvia", "yes", "--brand", "norvia"), "mark takes POST BRAND yes|no"),
        (("--brand", "norvai"), "--brand: no brand 'norvai' in config.toml; did you mean"),
        (("fake:1", "--file", "-"), "mark takes POST BRAND yes|no, or --file"),
        (("--file", "none"), "none can't be read"),
        (("\udcff", "norvia", "yes"), "there is no stored post"),
    ],
)
def test_bad_use_is_one_clear_line(
    folder: Path, listener: Listener, arguments: tuple[str, ...], reason: str
) -> None:
    told = listener("mark", *arguments)
    assert (told.code, told.out) == (2, "")
    assert reason in told.err
    assert told.err.count("\n") == 1
    with store_in(folder) as store:
        assert marks(store) == {}
