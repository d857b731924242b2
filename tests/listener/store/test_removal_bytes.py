"""After a removal the words are not in the database's files either, read as bytes."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from listener.model import Author, Evidence, Fault, Verdict
from listener.store import scrub
from listener.store.port import Settled
from listener.store.sqlite import SqliteStore
from listener.testing import a_mention, a_post
from listener.testing.fakes import NOON
from listener.testing.store_steps import EACH, HOUR, due, poll, tag_all

LATER = NOON + HOUR
WHAT = "title text url handle name account link thread evidence reason refusal reject"
SECRETS = tuple(f"{word}rfj" for word in WHAT.split())
SHORT, LONG = "", " filler" * 5_000  # the second lies on pages of its own


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    opened = SqliteStore.at(tmp_path / "test.db")
    yield opened
    opened.close()


def fill(store: SqliteStore, more: str) -> None:
    """A post with a secret in every field, told and refused, among a thousand others."""
    author = Author("handlerfj", "namerfj", id="accountrfj", followers=7, verified=True)
    post = a_post(
        "7",
        f"Norvia textrfj{more}",
        title="titlerfj",
        url="https://urlrfj.example",
        author=author,
        links=("https://linkrfj.example",),
        conversation="threadrfj",
        in_reply_to="threadrfj",
    )
    mention = a_mention(
        post=post,
        evidence=(Evidence("name", "evidencerfj", 0, 6),),
        verdict=Verdict("review", 0.5, ("reasonrfj",)),
    )
    others = [a_post(str(n), f"Norvia word{n} number{n}") for n in range(1000, 2000)]
    rejects = [Fault("7", "rejectrfj")]
    poll(store, [*others[:500], post, *others[500:]], mentions=[mention], rejects=rejects)
    tag_all(store, [EACH])
    (turn,) = due(store)
    refused = Settled(turn.alert.key, turn.token, "retry", NOON, "r", "refusalrfj", LATER)
    assert store.settle_alerts([refused]) == 1


def found(folder: Path) -> dict[str, list[str]]:
    """The secrets in each file; the search index keeps what two neighbours share only once."""
    held = {path.name: path.read_bytes() for path in folder.iterdir()}
    return {
        name: [word for word in SECRETS if word.encode() in data or word[1:].encode() in data]
        for name, data in held.items()
        if any(word[1:].encode() in data for word in SECRETS)
    }


@pytest.mark.parametrize("more", [SHORT, LONG])
@pytest.mark.parametrize("way", ["deleted", "gone", "forgotten"])
def test_nothing_is_left_in_the_files(
    store: SqliteStore, tmp_path: Path, way: str, more: str
) -> None:
    fill(store, more)
    held = {word for words in found(tmp_path).values() for word in words}
    assert held == set(SECRETS)  # else this test would look in the wrong place
    if way == "forgotten":
        assert store.forget("handlerfj", ["fake"], LATER) == 1
    elif way == "gone":
        assert poll(store, [], gone=["fake:HandleRFJ"], now=LATER).posts_deleted == 1
    else:
        assert poll(store, [], deleted=["fake:7"], now=LATER).posts_deleted == 1
    assert store.scrub(LATER)
    assert found(tmp_path) == {}


def test_others_may_write_while_it_is_wiped(store: SqliteStore, tmp_path: Path) -> None:
    fill(store, SHORT)
    poll(store, [], deleted=["fake:7"], now=LATER)
    other = SqliteStore.at(tmp_path / "test.db", owner="two")
    reading = other.kept(NOON - HOUR, LATER)
    next(reading)  # a page is read, nothing is held
    poll(other, [a_post("8")], now=LATER)
    assert store.scrub(LATER)
    assert found(tmp_path) == {}
    assert len(list(reading)) == 1000
    other.close()


def test_a_reader_in_the_way_only_delays_it(store: SqliteStore, tmp_path: Path) -> None:
    fill(store, SHORT)
    other = SqliteStore.at(tmp_path / "test.db", owner="two")
    with other._connection.reading() as db:
        db.execute("BEGIN")
        db.execute("SELECT count(*) FROM posts").fetchone()
        poll(store, [], deleted=["fake:7"], now=LATER)
        assert not store.scrub(LATER)
        db.execute("COMMIT")
    other.close()
    assert store.scrub(LATER - HOUR)  # begun before, so no more waiting
    assert found(tmp_path) == {}


def test_a_deletion_during_the_wiping_is_wiped_the_next_time(
    store: SqliteStore, tmp_path: Path
) -> None:
    poll(store, [a_post("1", "Norvia firstrfj"), a_post("2", "Norvia textrfj")])
    poll(store, [], deleted=["fake:1"], now=NOON)
    with store._connection.writing() as db:
        scrub.begin_index(db)
    poll(store, [], deleted=["fake:2"], now=LATER)
    assert store.scrub(NOON)
    assert store.scrub(LATER)
    assert found(tmp_path) == {}
