"""Nothing of a forgotten author is left in the database's files by cases and silences either."""

from dataclasses import replace
from pathlib import Path

from listener.model import Author
from listener.rules import Silence
from listener.store.port import Settled
from listener.store.sqlite import SqliteStore
from listener.testing.case_steps import DAY, an_act, come, deliver, due, the_case
from listener.testing.fakes import NOON
from listener.testing.store_steps import HOUR

LATER = NOON + HOUR


def found(folder: Path) -> list[str]:
    """The files in which the author's handle or the words stand, in any case."""
    held = {path.name: path.read_bytes().lower() for path in folder.iterdir()}
    return sorted(name for name, data in held.items() if b"handlerfj" in data or b"wordrfj" in data)


def test_who_is_forgotten_is_in_no_case_and_no_silence(tmp_path: Path) -> None:
    store = SqliteStore.at(tmp_path / "test.db")
    author = Author("@HandleRFJ")
    come(store, "1", author=author, text="Norvia wordrfj", channels=("desk", "mail"))
    deliver(store)
    come(store, "2", author=author, text="Norvia wordrfj again", now=LATER)
    (turn,) = due(store, LATER)
    quoted = Settled(turn.alert.key, turn.token, "buried", LATER, reason="refused: wordrfj")
    store.settle_alerts([quoted])
    store.cases.act(the_case(store).key, an_act("mute_author", until=NOON + DAY), LATER)
    by_hand = Silence(NOON, NOON + DAY, "anna", "handlerfj shouts")
    store.controls.silence(replace(by_hand, authors=frozenset({"HandleRFJ", "ben"})))
    assert found(tmp_path)
    assert store.forget("handlerfj", ["fake"], LATER) == 2
    assert store.scrub(LATER)
    assert found(tmp_path) == []
    assert the_case(store).state == "closed"
    (left,) = store.controls.silences(LATER)
    assert left.authors == {"ben"}
    store.close()
