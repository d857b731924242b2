"""``listener forget`` on real stores."""

from pathlib import Path

import pytest

from listener.clock import utc_now
from listener.model import Author, Post
from listener.ports import Arrival
from listener.store.push_port import Pushed
from listener.testing import a_mention
from listener.testing.store_steps import EACH, due, poll, settle, tag_all
from tests.listener.cli.commands import Listener, configure, recent, store_in


def on(site: str, number: int, author: Author) -> Post:
    post = recent(number, f"Norvia secret{number}")
    return Post(
        site, post.native_id, post.text, author=author, published_at=post.published_at, url="u"
    )


ANNA = Author("Anna", "Anna A.", id="77")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Anna on two sites, told of on one of them, and Ben."""
    posts = [on("x", 1, ANNA), on("x", 2, Author("anna2", id="77")), on("x", 3, Author("ben"))]
    with store_in(tmp_path) as store:
        poll(store, posts, mentions=[a_mention(post=post) for post in posts], now=utc_now())
        tag_all(store, [EACH], utc_now())
        for turn in due(store, utc_now()):
            settle(store, turn, "m1")
        poll(store, [on("reddit", 4, Author("anna"))], mentions=[], now=utc_now())
    configure(tmp_path)
    return tmp_path


def words_left(folder: Path) -> set[str]:
    with store_in(folder) as store:
        return {f"secret{n}" for n in (1, 2, 3, 4) if store.search(f"secret{n}", 1)}


def test_it_says_what_it_found_and_forgets_it(folder: Path, listener: Listener) -> None:
    told = listener("forget", "@anna", "--site", "x")
    assert (told.code, told.err) == (0, "")
    assert told.lines[0] in {
        "forgot Anna,anna2 on x: 2 posts, 2 mentions",
        "forgot anna2,Anna on x: 2 posts, 2 mentions",
    }
    assert told.lines[1].startswith("2 retractions for the channels")
    assert words_left(folder) == {"secret3", "secret4"}
    with store_in(folder) as store:
        # The message about the second showed the first as what its author wrote before.
        retracted = {turn.alert.retracted for turn in due(store, utc_now())}
        assert retracted == {("x:1",), ("x:1", "x:2")}
    assert not any(b"ecret1" in path.read_bytes() for path in folder.glob("test.db*"))


@pytest.mark.parametrize("name", ["x:Anna", "77", "x:77", "x:@ANNA"])
def test_every_way_to_name_somebody(folder: Path, listener: Listener, name: str) -> None:
    assert listener("forget", name).code == 0
    assert words_left(folder) == {"secret3", "secret4"}


def test_two_sites_are_told_and_nothing_is_forgotten(folder: Path, listener: Listener) -> None:
    told = listener("forget", "anna")
    assert told.code == 2
    assert "is on 2 sites; nothing is forgotten yet" in told.err
    assert "anna on reddit: 1 post, 0 mentions" in told.err
    assert len(words_left(folder)) == 4
    assert listener("forget", "anna", "--every-site").code == 0
    assert words_left(folder) == {"secret3"}


def test_a_dry_run_changes_nothing(folder: Path, listener: Listener) -> None:
    told = listener("forget", "ben", "--dry-run")
    assert (told.code, told.lines) == (0, ["would forget ben on x: 1 post, 1 mention"])
    assert len(words_left(folder)) == 4


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nobody",), "nothing stored is by 'nobody'"),
        (("",), "nothing stored is by ''"),
        (("@",), "nothing stored is by '@'"),
        (("ben", "--site", "reddit"), "nothing stored on reddit is by 'ben'"),
        (("ben", "--site", "x", "--every-site"), "set one of them"),
        (("%",), "nothing stored is by '%'"),
    ],
)
def test_bad_use_is_told_in_a_line(
    folder: Path, listener: Listener, arguments: tuple[str, ...], said: str
) -> None:
    told = listener("forget", *arguments)
    assert (told.code, told.out) == (2, "")
    assert said in told.err
    assert len(told.err.splitlines()) == 1
    assert len(words_left(folder)) == 4


def test_forgetting_twice_finds_nothing_left(folder: Path, listener: Listener) -> None:
    assert listener("forget", "ben").code == 0
    told = listener("forget", "ben")
    assert (told.code, told.err.splitlines()) == (
        2,
        ["listener: nothing stored is by 'ben': name a handle, an id or SITE:HANDLE"],
    )


def test_what_was_pushed_and_refused_is_forgotten_too(folder: Path, listener: Listener) -> None:
    now = utc_now()
    bodies = {"1": b'{"author": "@anna", "text": "ecret8"}', "2": b'{"text": "by ben"}'}
    with store_in(folder) as store:
        for key, body in bodies.items():
            store.arrivals.keep([Pushed("calls", Arrival(key, body))], now)
            (turn,) = store.arrivals.claim(["calls"], now, 60)
            store.arrivals.refuse(turn, f"it is no item: {body.decode()}", now)
    assert listener("forget", "anna", "--site", "x").code == 0
    left = b"".join(path.read_bytes() for path in folder.glob("test.db*"))
    assert b"ecret8" not in left
    assert b"by ben" in left
    assert listener("pushed", "1").lines == ["its words were forgotten"]


def test_a_refused_word_about_a_post_goes_with_the_post(folder: Path) -> None:
    now = utc_now()
    with store_in(folder) as store:
        store.arrivals.keep([Pushed("calls", Arrival("k", b"ecret8", about="x:3"))], now)
        (turn,) = store.arrivals.claim(["calls"], now, 60)
        store.arrivals.refuse(turn, "no item", now)
        poll(store, [], deleted=["x:3"], now=now)
        store.scrub(now)
    assert not any(b"ecret8" in path.read_bytes() for path in folder.glob("test.db*"))


def test_what_else_there_is_of_a_person_is_told(folder: Path, listener: Listener) -> None:
    with store_in(folder) as store:
        store.people.link(["x:anna", "mail:anna@example.org", "phone:+358"], "", utc_now())
        store.arrivals.keep([Pushed("calls", Arrival("1", b"{}"))], utc_now())
    for words in (["--dry-run"], []):
        told = listener("forget", "anna", "--site", "x", *words)
        known, waits = told.lines[-2:]
        assert known.startswith("known as the same person's, and not forgotten by this: ")
        assert known.endswith(": mail:anna@example.org, phone:+358")
        assert waits.startswith("1 thing that was pushed is not taken in yet: do this again")
    assert "known as" not in listener("forget", "ben", "--dry-run").out
