"""``listener mark`` on real stores."""

import getpass
import json
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
    assert told.lines == [
        "fake:1 is about norvia from now on: a mention of it is in doubt no longer"
    ]
    with store_in(folder) as store:
        assert marks(store) == {"fake:1": True}
        labels = {one.mention.post.id: one.mention.verdict.label for one in claim(store, utc_now())}
    assert labels == {"fake:1": "yes", "fake:2": "review", "fake:3": "review"}


def test_a_no_withdraws_the_mention(folder: Path, listener: Listener) -> None:
    told = listener("mark", "fake:1", "norvia", "no")
    assert told.lines == ["fake:1 is not about norvia from now on: a mention of it is withdrawn"]
    with store_in(folder) as store:
        assert [one.mention.post.id for one in claim(store, utc_now())] == ["fake:2", "fake:3"]


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
        "fake:1 is about norvia from now on: a mention of it is in doubt no longer",
        "fake:3 is not about norvia from now on: a mention of it is withdrawn",
        "2 kept, 3 passed over",
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
    assert piped.lines[-1] == "1 kept"


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("fake:9", "norvia", "yes"), "there is no stored post 'fake:9'"),
        (("fake:1", "norvai", "yes"), "no brand 'norvai' in config.toml; did you mean 'norvia'?"),
        (("fake:1", "norvia", "maybe"), "'maybe' is no answer; write yes or no"),
        (("fake:1", "norvia"), "mark takes POST BRAND yes|no, or --file"),
        ((), "mark takes POST BRAND yes|no, or --file"),
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
