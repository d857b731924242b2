"""Each verb that writes, on a store that can't be written for a while.

It says so with the right state and leaves nothing half done, ``status`` tells, and the same store
works when the trouble is over.
"""

import inspect
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, timedelta
from pathlib import Path
from threading import Timer

import pytest

from listener.budget import Limits
from listener.cases import Change
from listener.corrections import Correction
from listener.escalation import Escalation, Plan
from listener.model import Case, Spent, Tag
from listener.ports import Changes
from listener.rules import Silence, Silenced, orders
from listener.store import Store, StoreUnavailable, open_store, scrub
from listener.store.case_port import CaseBook, Controls, DeskTurn
from listener.store.connection import connect_to
from listener.store.import_port import ImportBook
from listener.store.learning_port import CorrectionBook, LessonBook, RetagBook, Retagged
from listener.store.past_port import PastBook
from listener.store.people_port import ParticularsBook, PeopleBook
from listener.store.port import (
    Rechecked,
    RecheckTurn,
    SendTurn,
    SourcePlan,
    SourceTurn,
    Tagged,
    TagTurn,
)
from listener.store.push_port import ArrivalBook, IntakeTurn
from listener.store.sqlite import SqliteStore
from listener.testing import a_post
from listener.testing.case_steps import an_act, an_order
from listener.testing.fakes import NOON
from listener.testing.store_arrivals import pushed
from listener.testing.store_imports import a_chunk, an_import, an_old_post
from listener.testing.store_learning import a_lesson
from listener.testing.store_steps import EACH, LEASE, delivered, polled
from listener.watch import Alarm
from tests.listener.store.troubles import PLACES, REAL, Place

HOUR = timedelta(hours=1)
ESCALATES = Plan(NOON, None, NOON + HOUR, (Escalation(1, {"boss": False}, "still waits"),))


@dataclass(frozen=True)
class Work:
    """A store with something to do for every verb, and what was claimed of it."""

    store: SqliteStore
    source: SourceTurn
    mention: TagTurn
    alert: SendTurn
    recheck: RecheckTurn
    desk: DeskTurn
    case: Case
    intake: IntakeTurn


def settled_alone(store: Store) -> None:
    """A call outside the schedule, from setting aside to settling."""
    reserved = store.reserve("fake", Limits(9), Spent(1), NOON)
    assert reserved
    store.settle("fake", reserved, None, NOON)


def judged_anew(store: Store) -> None:
    """What is tagged, with the same tags."""
    passing = store.retags.plan("a", None, "", NOON)
    store.retags.save(passing, [Retagged(one, ()) for one in store.retags.batch(passing, 9)], NOON)


def history_stored(store: Store) -> None:
    """A chunk of a file that was begun."""
    begun = store.imports.find("f1")
    assert begun
    store.imports.save(begun, a_chunk(an_old_post()), NOON)


WRITES: dict[str, Callable[[Work], object]] = {
    "plan_sources": lambda work: work.store.plan_sources([SourcePlan("new", 60)], NOON),
    "nudge": lambda work: work.store.nudge("fake", NOON),
    "claim_sources": lambda work: work.store.claim_sources(NOON + HOUR, LEASE, 9),
    "save_poll": lambda work: work.store.save_poll(work.source, polled([a_post("9")], cursor="9")),
    "fail_poll": lambda work: work.store.fail_poll(work.source, "no answer", NOON + HOUR),
    "reserve": lambda work: work.store.reserve("fake", Limits(9), Spent(1), NOON),
    "settle": lambda work: settled_alone(work.store),
    "claim_mentions": lambda work: work.store.claim_mentions(NOON, LEASE, 9),
    "save_tags": lambda work: work.store.save_tags([tagged(work.mention)], NOON),
    "claim_alerts": lambda work: work.store.claim_alerts("desk", NOON, LEASE, 9),
    "settle_alerts": lambda work: work.store.settle_alerts([delivered(work.alert)]),
    "release": lambda work: work.store.release(["tool"]),
    "save_alarm": lambda work: work.store.save_alarm(Alarm("r", "s", "t"), ["desk"], NOON, NOON),
    "save_mark": lambda work: work.store.save_mark("fake:1", "norvia", NOON, about=True, by="me"),
    "beat": lambda work: work.store.beat("tag", NOON),
    "claim_rechecks": lambda work: work.store.claim_rechecks(NOON + 3 * HOUR, LEASE, 9),
    "save_recheck": lambda work: work.store.save_recheck(
        work.recheck, Rechecked(NOON + HOUR, NOON + HOUR, deleted=["fake:1"])
    ),
    "fail_recheck": lambda work: work.store.fail_recheck(work.recheck, "no answer", NOON + HOUR),
    "forget": lambda work: work.store.forget("traveller", ["fake"], NOON),
    "scrub": lambda work: work.store.scrub(NOON),
    "cases.act": lambda work: work.store.cases.act(work.case.key, an_act("claim"), NOON),
    "cases.replan": lambda work: work.store.cases.replan(NOON - HOUR),
    "cases.keep": lambda work: work.store.cases.keep(work.case, ESCALATES, NOON),
    "cases.plan_desks": lambda work: work.store.cases.plan_desks({"new": 60.0}, NOON),
    "cases.claim_desks": lambda work: work.store.cases.claim_desks(NOON + HOUR, LEASE, 9),
    "cases.save_changes": lambda work: work.store.cases.save_changes(
        work.desk, Changes("9", (Change(an_act("claim"), work.case.key),)), NOON, NOON + HOUR
    ),
    "cases.fail_changes": lambda work: work.store.cases.fail_changes(work.desk, "no", NOON + HOUR),
    "controls.silence": lambda work: work.store.controls.silence(Silence(NOON, NOON + HOUR, "me")),
    "controls.end_silence": lambda work: work.store.controls.end_silence(1, NOON),
    "controls.resend": lambda work: work.store.controls.resend(NOON + HOUR),
    "corrections.keep": lambda work: work.store.corrections.keep(
        Correction("fake:1#norvia", "urgency", "low", "anna", NOON)
    ),
    "lessons.keep": lambda work: work.store.lessons.keep(a_lesson()),
    "lessons.take_up": lambda work: work.store.lessons.take_up("intent", "", 0),
    "arrivals.keep": lambda work: work.store.arrivals.keep(pushed("new"), NOON),
    "arrivals.claim": lambda work: work.store.arrivals.claim(["other"], NOON, LEASE),
    "arrivals.save": lambda work: work.store.arrivals.save(work.intake, polled([a_post("9")])),
    "arrivals.fail": lambda work: work.store.arrivals.fail(work.intake, "no", NOON + HOUR),
    "arrivals.refuse": lambda work: work.store.arrivals.refuse(work.intake, "broken", NOON),
    "people.link": lambda work: work.store.people.link(["x:ada", "y:ada"], "anna", NOON),
    "people.unlink": lambda work: work.store.people.unlink("x:bob"),
    "imports.begin": lambda work: work.store.imports.begin(an_import("f2")),
    "imports.save": lambda work: history_stored(work.store),
    "retags.save": lambda work: judged_anew(work.store),
    "retags.end": lambda work: work.store.retags.end(work.store.retags.plan("b", None, "", NOON)),
}
READS: dict[str, Callable[[Store], object]] = {
    "arrivals.waiting": lambda store: store.arrivals.waiting(),
    "arrivals.refused": lambda store: store.arrivals.refused(9),
    "arrivals.refused_body": lambda store: store.arrivals.refused_body(1),
    "people.links": lambda store: store.people.links("x:ada"),
    "people.contacts": lambda store: store.people.contacts(["fake:traveller"], 9),
    "particulars.changes": lambda store: store.particulars.changes("fake:1"),
    "particulars.supporters": lambda store: list(store.particulars.supporters("fake:1")),
    "owners": lambda store: store.owners(),
    "alarmed": lambda store: store.alarmed("down"),
    "spending": lambda store: store.spending("fake", NOON),
    "source_facts": lambda store: store.source_facts(NOON),
    "volumes": lambda store: store.volumes(["norvia"], NOON, 60, 4),
    "mentions": lambda store: list(store.mentions(NOON - HOUR, NOON + HOUR)),
    "mention_counts": lambda store: store.mention_counts(NOON - HOUR, NOON + HOUR),
    "watched": lambda store: store.watched(NOON - HOUR, NOON),
    "kept": lambda store: list(store.kept(NOON - HOUR, NOON + HOUR)),
    "around": lambda store: store.around([a_post("9")]),
    "marks": lambda store: store.marks(),
    "doubts": lambda store: store.doubts(None, 9),
    "search": lambda store: store.search("late", 9),
    "written": lambda store: store.written("traveller"),
    "judged": lambda store: list(store.judged(NOON - HOUR, NOON + HOUR)),
    "storied": lambda store: store.storied(NOON, 0, 9),
    "tallies": lambda store: store.tallies("norvia", NOON - HOUR, NOON + HOUR, 60),
    "cases.find": lambda store: store.cases.find(),
    "cases.file": lambda store: store.cases.file(store.cases.find()[0].key),
    "cases.due": lambda store: store.cases.due(NOON, 9),
    "cases.escalated": lambda store: store.cases.escalated(["desk"], NOON),
    "controls.silences": lambda store: store.controls.silences(NOON),
    "controls.trail": lambda store: list(store.controls.trail(NOON, NOON + HOUR)),
    "corrections.mentions_called": lambda store: store.corrections.mentions_called("fake:1"),
    "corrections.standing": lambda store: list(store.corrections.standing()),
    "lessons.versions": lambda store: store.lessons.versions(),
    "lessons.active": lambda store: store.lessons.active(),
    "lessons.taken_up": lambda store: store.lessons.taken_up(),
    "lessons.layer": lambda store: store.lessons.layer(1),
    "retags.plan": lambda store: store.retags.plan("a", None, "", NOON),
    "retags.batch": lambda store: store.retags.batch(store.retags.plan("a", None, "", NOON), 9),
    "controls.channel_facts": lambda store: store.controls.channel_facts(["desk", "phone"]),
    "imports.find": lambda store: store.imports.find("f1"),
    "imports.stored": lambda store: store.imports.stored(["fake:0"]),
    "imports.all": lambda store: store.imports.all(),
    "imports.listening_since": lambda store: store.imports.listening_since(),
    "past.texts": lambda store: store.past.texts(["fake:0"]),
    "past.named": lambda store: store.past.named(["fake:0"]),
    "past.stories": lambda store: store.past.stories(["fake:0"]),
    "past.tellers": lambda store: store.past.tellers("fake:0"),
    "past.author": lambda store: store.past.author(a_post("9")),
    "past.chances": lambda store: store.past.chances("urgency", "high", NOON, NOON + HOUR),
    "past.spam_doubts": lambda store: store.past.spam_doubts(None, NOON, 9),
}


@pytest.fixture(params=PLACES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    with PLACES[request.param](tmp_path) as made:
        yield made


@pytest.fixture
def work(place: Place) -> Iterator[Work]:
    store = SqliteStore(place.connect)
    with closing(store):
        store.migrate()
        yield prepared(store)


def prepared(store: SqliteStore) -> Work:
    """Of everything there is one that is claimed and one that waits."""
    store.plan_sources([SourcePlan("fake", 60)], NOON)
    (turn,) = store.claim_sources(NOON, LEASE, 1)
    posts = [a_post(str(number)) for number in range(4)]
    store.save_poll(turn, polled(posts, cursor="4", due_at=NOON + HOUR / 2))
    plans = [SourcePlan("fake", 60, recheck_posts_max=1), SourcePlan("other", 60)]
    store.plan_sources(plans, NOON)
    store.save_tags([tagged(turn) for turn in store.claim_mentions(NOON, LEASE, 2)], NOON)
    (source,) = store.claim_sources(NOON, LEASE, 1)
    (mention,) = store.claim_mentions(NOON, LEASE, 1)
    (alert,) = store.claim_alerts("desk", NOON, LEASE, 1)
    (recheck,) = store.claim_rechecks(NOON + HOUR, LEASE, 1)
    (refused,) = store.claim_alerts("phone", NOON, LEASE, 1)
    store.settle_alerts([replace(delivered(refused), outcome="buried")])
    store.controls.silence(Silence(NOON, NOON + HOUR, "anna"))
    store.cases.plan_desks({"desk": 60.0, "phone": 60.0}, NOON)
    (desk,) = store.cases.claim_desks(NOON, LEASE, 1)
    (case,) = store.cases.due(NOON, 9)
    store.corrections.keep(Correction("fake:0#norvia", "urgency", "low", "anna", NOON))
    store.lessons.keep(a_lesson("intent"))
    store.imports.begin(an_import("f1"))
    store.retags.save(store.retags.plan("b", None, "", NOON), [], NOON)
    with store._connection.writing() as db:
        scrub.want(db, NOON)
    store.arrivals.keep([*pushed("a"), *pushed("b", source="other")], NOON)
    (intake,) = store.arrivals.claim(["fake"], NOON, LEASE)
    store.people.link(["x:bob", "y:bob"], "anna", NOON)
    return Work(store, source, mention, alert, recheck, desk, case, intake)


def tagged(turn: TagTurn) -> Tagged:
    """Told at the desk, and the case that it opens by telephone."""
    mention = replace(turn.mention, tags=(Tag("urgency", "high", 0.9, by="t/1"),))
    told = orders([EACH], mention, NOON, UTC)
    return Tagged(
        mention,
        turn.token,
        [*told, an_order(mention.key, channel="phone")],
        story="fake:0",
        silenced=[Silenced("each", "mail", 1)],
    )


def verbs_of(port: type, prefix: str = "") -> set[str]:
    named = inspect.getmembers(port, inspect.isfunction)
    return {prefix + name for name, _ in named if name[0] != "_"}


def test_every_verb_of_the_store_is_tried_here() -> None:
    verbs = verbs_of(Store) | verbs_of(CaseBook, "cases.") | verbs_of(Controls, "controls.")
    verbs |= verbs_of(CorrectionBook, "corrections.") | verbs_of(LessonBook, "lessons.")
    verbs |= verbs_of(RetagBook, "retags.") | verbs_of(PastBook, "past.")
    verbs |= verbs_of(ArrivalBook, "arrivals.") | verbs_of(PeopleBook, "people.")
    verbs |= verbs_of(ParticularsBook, "particulars.") | verbs_of(ImportBook, "imports.")
    assert verbs == {*WRITES, *READS, "status", "close"}


@pytest.mark.parametrize("verb", WRITES)
def test_a_write_in_trouble_says_so_and_works_afterwards(
    verb: str, work: Work, place: Place
) -> None:
    before = place.look()
    begin(place, work.store)
    with pytest.raises(StoreUnavailable) as told:
        WRITES[verb](work)
    assert told.value.state == place.trouble
    assert place.trouble in str(told.value)
    assert work.store.status(NOON).store == place.trouble
    place.end()
    assert place.look() == before, "something of it happened"
    WRITES[verb](work)
    assert place.look() != before
    assert work.store.status(NOON).store == "ok"


def test_everything_can_be_read_in_trouble(work: Work, place: Place) -> None:
    before = {verb: READS[verb](work.store) for verb in READS}
    assert before["search"]
    assert before["mentions"]
    begin(place, work.store)
    assert {verb: READS[verb](work.store) for verb in READS} == before
    status = work.store.status(NOON)
    assert (status.store, status.posts, status.mentions) == (place.trouble, 4, 4)
    place.end()


@pytest.mark.parametrize("place", REAL, indirect=True)
def test_a_store_that_is_opened_in_trouble_tells_how_it_stands(work: Work, place: Place) -> None:
    """As in another process, such as ``listener status``."""
    work.store.close()
    place.begin()
    with closing(SqliteStore(place.connect)) as opened:
        opened.migrate()
        assert opened.status(NOON).posts == 4
        assert opened.status(NOON).store == place.trouble
        with pytest.raises(StoreUnavailable) as told:
            opened.beat("tag", NOON)
        assert told.value.state == place.trouble
        place.end()
        opened.beat("tag", NOON)
        assert opened.status(NOON).store == "ok"


@pytest.mark.parametrize("place", ["full disk", "read-only disk"], indirect=True)
def test_a_look_at_a_store_in_trouble_is_for_once(work: Work, place: Place) -> None:
    """When others work again, who only reads sees what they do."""
    work.store.close()
    place.begin()
    with closing(SqliteStore(place.connect)) as reader:
        assert len(reader.search("late", 9)) == 4
        place.end()
        work.store.save_poll(work.source, polled([a_post("9")]))
        assert len(reader.search("late", 9)) == 5


@pytest.mark.parametrize("place", ["read-only disk"], indirect=True)
@pytest.mark.parametrize(("beside", "posts"), [(["-wal", "-shm"], 4), (["-wal"], None)])
def test_commits_in_the_log_are_never_overlooked(
    beside: list[str], posts: int | None, work: Work, place: Place, tmp_path: Path
) -> None:
    """After a crash there is a log. Without what SQLite needs to read it, nothing is told."""
    (tmp_path / "crashed").mkdir()
    for suffix in ["", *beside]:
        shutil.copy(tmp_path / f"test.db{suffix}", tmp_path / "crashed")
    begin(place, work.store)
    with closing(SqliteStore(connect_to(tmp_path / "crashed" / "test.db"))) as crashed:
        if posts:
            assert crashed.status(NOON).posts == posts
        else:
            with pytest.raises(StoreUnavailable, match="must be writable"):
                crashed.status(NOON)
    place.end()


@pytest.mark.parametrize("place", REAL, indirect=True)
def test_a_store_that_cannot_be_made_is_made_when_the_trouble_is_over(place: Place) -> None:
    place.begin()
    with closing(SqliteStore(place.connect)) as made:
        with pytest.raises(StoreUnavailable) as told:
            made.migrate()
        assert told.value.state == place.trouble
        place.end()
        made.migrate()
        assert made.status(NOON).store == "ok"


def begin(place: Place, store: SqliteStore) -> None:
    """A file system can't be made read-only by hand while something is open on it."""
    if place.only_closed:
        store.close()
    place.begin()


# -- what can't be opened at all


def refused(path: Path, state: str) -> str:
    """What is said when this is opened: one line that names it."""
    with pytest.raises(StoreUnavailable) as told:
        open_store(f"sqlite:{path}")
    assert told.value.state == state
    assert "\n" not in str(told.value)
    return str(told.value)


def test_a_folder_is_no_database(tmp_path: Path) -> None:
    assert f"{tmp_path} is a folder" in refused(tmp_path, "unreachable")


def test_a_folder_that_is_missing_is_named(tmp_path: Path) -> None:
    told = refused(tmp_path / "missing" / "test.db", "unreachable")
    assert f"there is no folder {tmp_path / 'missing'}: make it" in told


def test_a_file_that_is_no_database_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("What a day.\n" * 1000)
    assert "name another file" in refused(path, "broken")
    assert path.read_text() == "What a day.\n" * 1000
    assert [file.name for file in tmp_path.iterdir()] == ["notes.txt"]


def test_a_database_of_a_later_version_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "test.db"
    open_store(f"sqlite:{path}").close()
    with closing(sqlite3.connect(path, isolation_level=None)) as later:
        later.execute(
            """INSERT INTO _sqlite_migrations (migration_set, name, applied_at)
               VALUES ('listener', 'm9999_of_tomorrow', '2030')"""
        )
    assert "(m9999_of_tomorrow): start that version" in refused(path, "newer")


def test_a_database_of_another_program_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "blog.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("CREATE TABLE posts (title)")
        other.execute("INSERT INTO posts VALUES ('Mine')")
    assert "if another program made them" in refused(path, "broken")
    with closing(sqlite3.connect(path)) as other:
        assert other.execute("SELECT name FROM sqlite_master").fetchall() == [("posts",)]


def test_an_empty_file_becomes_a_database(tmp_path: Path) -> None:
    path = tmp_path / "test.db"
    path.touch()
    with closing(open_store(f"sqlite:{path}")) as store:
        assert store.status(NOON).store == "ok"


def test_a_new_database_that_another_process_is_making_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "test.db"
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    done = Timer(0.1, other.execute, ["COMMIT"])
    done.start()
    with closing(other), closing(open_store(f"sqlite:{path}")) as store:
        done.join()
        assert store.status(NOON).store == "ok"
