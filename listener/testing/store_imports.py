"""What every store promises of other tools' history: each row once, and nobody is told."""

from dataclasses import replace
from datetime import timedelta

import pytest

from listener.answers import Answer
from listener.model import Author, Fault, Mention, Post, Tag
from listener.store.import_port import Chunk, Counts, Importing
from listener.store.port import LostLease, Store
from listener.testing.fakes import NOON, a_mention, a_post
from listener.testing.store_steps import HOUR, MINUTE, claim, poll, tag_all

LONG_AGO = NOON - timedelta(days=400)
SOURCE = "import/oldtool"


def an_import(fingerprint: str = "f1", place: int = 10, asked: str = "plainly") -> Importing:
    """A file whose first row begins at the tenth byte."""
    return Importing(fingerprint, "old.csv", "oldtool", asked, NOON, place, 2)


def an_old_post(native_id: str = "old", text: str = "Norvia was late") -> Post:
    """A post of last year."""
    return a_post(native_id, text, published_at=LONG_AGO)


def a_chunk(*posts: Post, place: int = 100, line: int = 5, **fields: object) -> Chunk:
    """A row for each post, which mentions norvia."""
    mentions = [a_mention(post=post, source=SOURCE) for post in posts]
    told = {"posts": posts, "mentions": mentions, "counts": Counts(rows=len(posts))} | fields
    return Chunk(place, line, **told)  # type: ignore[arg-type]


def read_in(store: Store, *posts: Post, **fields: object) -> Importing:
    """A file of one chunk."""
    chunk = a_chunk(*posts, **fields)  # type: ignore[arg-type]
    return store.imports.save(store.imports.begin(an_import()), chunk, NOON)


def all_mentions(store: Store) -> list[Mention]:
    """Every mention that was tagged, or counts as such."""
    return list(store.mentions(LONG_AGO - HOUR, NOON + HOUR))


class StoreImports:
    """A chunk and the place behind it are stored together, and no stage takes it up."""

    def test_nobody_has_begun_it(self, store: Store) -> None:
        assert store.imports.find("f1") is None
        assert store.imports.all() == []
        assert store.imports.listening_since() is None

    def test_it_is_found_again_as_far_as_it_came(self, store: Store, other: Store) -> None:
        begun = store.imports.begin(an_import())
        counts = Counts(rows=5, known=1, left_out=1, rejected=2)
        chunk = a_chunk(an_old_post(), counts=counts, rejects=[Fault("line 3", "no date")])
        kept = store.imports.save(begun, chunk, NOON)
        assert other.imports.find("f1") == kept
        assert (kept.place, kept.line, kept.number) == (100, 5, begun.number)
        assert kept.counts == Counts(5, 1, 1, 1, 2, 1)
        assert (kept.first_at, kept.last_at) == (LONG_AGO, LONG_AGO)
        assert kept.rejects == (Fault("line 3", "no date"),)
        assert kept.finished_at is None
        last = store.imports.save(kept, Chunk(100, 5, Counts(), is_last=True), NOON + HOUR)
        assert last.finished_at == NOON + HOUR
        assert other.imports.all() == [last]

    def test_its_mentions_wait_for_nobody(self, store: Store) -> None:
        read_in(store, an_old_post())
        assert claim(store, NOON) == []
        (mention,) = all_mentions(store)
        assert (mention.source, mention.tags) == (SOURCE, ())
        assert [told.at for told in store.judged(LONG_AGO, NOON)] == [LONG_AGO]
        status = store.status(NOON)
        assert (status.posts, status.mentions) == (1, 1)
        assert status.stages["tag"].waiting == 0
        assert store.search("late", 9) == [an_old_post()]

    def test_what_the_other_tool_said_stands_beside_what_ours_say(self, store: Store) -> None:
        theirs = Tag("sentiment", "positive", 0.5, ("as Oldtool judged it",), SOURCE)
        read_in(store, an_old_post(), tags={"fake:old#norvia": [theirs]})
        assert all_mentions(store)[0].tags == (theirs,)
        passing = store.retags.plan("all", None, "", NOON)
        (stored,) = store.retags.batch(passing, 9)
        assert stored.mention.tags == (theirs,)

    def test_a_chunk_that_another_process_stored_is_not_stored_again(
        self, store: Store, other: Store
    ) -> None:
        begun = store.imports.begin(an_import())
        store.imports.save(begun, a_chunk(an_old_post()), NOON)
        with pytest.raises(LostLease):
            other.imports.save(begun, a_chunk(an_old_post("other"), place=200), NOON)
        assert [mention.post.native_id for mention in all_mentions(store)] == ["old"]
        assert store.imports.stored(["fake:other"]) == {}

    def test_nothing_is_added_to_a_finished_one_until_it_is_begun_anew(self, store: Store) -> None:
        done = read_in(store, an_old_post(), is_last=True)
        with pytest.raises(LostLease):
            store.imports.save(done, a_chunk(an_old_post("2"), place=200), NOON)
        anew = store.imports.begin(an_import(asked="otherwise"))
        assert (anew.place, anew.counts, anew.finished_at) == (10, Counts(), None)
        assert (anew.asked, anew.number) == ("otherwise", done.number)
        with pytest.raises(LostLease):
            store.imports.save(replace(done, place=10, begun_at=NOON - HOUR), a_chunk(), NOON)

    def test_what_is_stored_is_told(self, store: Store) -> None:
        poll(store, [a_post("1")])
        read_in(store, an_old_post())
        found = store.imports.stored(["fake:1", "fake:old", "fake:none"])
        assert {key: one.is_imported for key, one in found.items()} == {
            "fake:1": False,
            "fake:old": True,
        }
        old = found["fake:old"]
        assert (old.author_handle, old.author_name) == ("traveller", "A Traveller")
        assert (old.published_at, old.is_gone) == (LONG_AGO, False)
        assert store.forget("traveller", ["fake"], NOON) == 2
        assert store.imports.stored(["fake:old"])["fake:old"].is_gone

    def test_a_source_that_hears_the_same_post_has_no_second_one(self, store: Store) -> None:
        read_in(store, an_old_post())
        saved = poll(store, [an_old_post()])
        assert (saved.posts_new, saved.posts_edited, saved.mentions_new) == (0, 0, 0)
        assert claim(store, NOON + HOUR) == []
        assert store.imports.stored(["fake:old"])["fake:old"].source == "fake"

    def test_other_words_of_it_by_a_source_are_an_edit(self, store: Store) -> None:
        read_in(store, an_old_post(text="Norvia was …"))
        assert poll(store, [an_old_post()]).posts_edited == 1
        (turn,) = claim(store, NOON + HOUR)
        assert (turn.mention.post, turn.mention.source) == (an_old_post(), "fake")

    def test_what_a_source_is_told_was_taken_down_goes(self, store: Store) -> None:
        read_in(store, an_old_post())
        assert poll(store, [], deleted=["fake:old"]).posts_deleted == 1
        assert all_mentions(store) == []
        assert store.imports.stored(["fake:old"])["fake:old"].is_gone

    def test_what_was_forgotten_does_not_come_again(self, store: Store) -> None:
        kept = read_in(store, an_old_post())
        store.forget("traveller", ["fake"], NOON)
        kept = store.imports.save(kept, a_chunk(an_old_post(), place=200), NOON)
        assert (kept.counts.known, kept.counts.mentions) == (1, 1)
        assert all_mentions(store) == []
        assert store.search("late", 9) == []

    def test_a_post_that_a_source_brought_stays_its_own(self, store: Store) -> None:
        poll(store, [a_post("1")])
        tag_all(store)
        changed = a_post("1", "Norvia, cut off …", author=Author("somebody else"))
        kept = read_in(store, changed)
        assert kept.counts == Counts(rows=1, known=1)
        (mention,) = all_mentions(store)
        assert (mention.source, mention.post) == ("fake", a_post("1"))
        assert mention.label("urgency") == "high"

    def test_a_brand_that_is_new_is_found_in_what_was_read_in_before(self, store: Store) -> None:
        kept = read_in(store, an_old_post())
        mention = a_mention(brand="skylark", post=an_old_post(), source=SOURCE)
        store.imports.save(kept, a_chunk(place=200, mentions=[mention]), NOON)
        assert {one.brand for one in all_mentions(store)} == {"norvia", "skylark"}

    def test_what_a_person_said_is_no_mention_stays_none(self, store: Store) -> None:
        kept = read_in(store, an_old_post())
        assert store.save_mark("fake:old", "norvia", NOON, about=False, by="me") == "withdrawn"
        assert store.save_mark("fake:old", "skylark", NOON, about=False, by="me") == "no mention"
        mentions = [
            a_mention(brand=brand, post=an_old_post(), source=SOURCE)
            for brand in ("norvia", "skylark")
        ]
        kept = store.imports.save(kept, a_chunk(place=200, mentions=mentions), NOON)
        assert kept.counts.mentions == 1
        assert all_mentions(store) == []

    def test_answers_of_ours_are_kept(self, store: Store) -> None:
        answer = Answer("fake:old", "norvia", "fake:reply", LONG_AGO + HOUR)
        read_in(store, an_old_post(), answers=[answer])
        assert all_mentions(store)[0].answered_at == LONG_AGO + HOUR

    def test_the_first_rejects_are_kept(self, store: Store) -> None:
        rejects = [Fault(f"line {number}", "no date") for number in range(2, 60)]
        kept = read_in(store, rejects=rejects)
        assert kept.rejects[0] == rejects[0]
        assert 5 < len(kept.rejects) < 50

    def test_since_when_we_listen_is_told(self, store: Store) -> None:
        poll(store, [], now=NOON)
        poll(store, [], now=NOON + 2 * MINUTE)
        assert store.imports.listening_since() == NOON

    def test_what_is_usual_is_measured_on_what_was_heard(self, store: Store) -> None:
        """Else a rich history would raise the level that a spike is held against."""
        read_in(store, an_old_post("1"), an_old_post("2"))
        poll(store, [an_old_post("3")])
        tag_all(store)
        until = LONG_AGO + HOUR
        (tally,) = store.tallies("norvia", LONG_AGO, until, 60)
        assert tally.mentions == 1
        (volume,) = store.volumes(["norvia"], until, 60, 1)
        assert volume.count == 1
        assert sum(store.past.chances("urgency", "high", LONG_AGO, until).values()) <= 1
        assert len(all_mentions(store)) == 3
