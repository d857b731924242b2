"""What every store promises of people's answers, and of what is known around a post."""

from dataclasses import replace

from listener.match.around import Around
from listener.model import Evidence, Verdict
from listener.store.port import Kept, Store
from listener.testing.fakes import NOON, a_mention, a_post
from listener.testing.store_steps import HOUR, claim, poll, tag_all

IN_THREAD = (Evidence("thread", "1", 0, 0, "in_reply_to"),)
IN_DOUBT = Verdict("review", 0.4, ("written in lower case",))


class StoreMarks:
    """Marks, verdicts, threads and authors."""

    def test_a_verdict_is_kept_with_its_reasons(self, store: Store) -> None:
        poll(store, [a_post()], mentions=[a_mention(verdict=IN_DOUBT)])
        assert [turn.mention.verdict for turn in claim(store, NOON)] == [IN_DOUBT]

    def test_what_is_in_doubt_counts_in_no_volume(self, store: Store) -> None:
        posts = [a_post("1"), a_post("2")]
        poll(store, posts, mentions=[a_mention("1"), a_mention("2", verdict=IN_DOUBT)])
        tag_all(store)
        assert store.mention_counts(NOON - HOUR, NOON + HOUR) == {"norvia": 1}

    def test_a_mark_for_ends_a_doubt_and_one_against_ends_the_mention(self, store: Store) -> None:
        posts = [a_post("1"), a_post("2")]
        poll(store, posts, mentions=[a_mention(post=one, verdict=IN_DOUBT) for one in posts])
        assert store.save_mark("fake:1", "norvia", NOON, about=True, by="me")
        assert store.save_mark("fake:2", "norvia", NOON, about=False, by="me")
        (turn,) = claim(store, NOON)
        assert turn.mention.post.id == "fake:1"
        assert (turn.mention.verdict.label, turn.mention.verdict.score) == ("yes", 1)

    def test_what_was_marked_as_none_stays_none(self, store: Store) -> None:
        poll(store, [a_post()])
        store.save_mark("fake:1", "norvia", NOON, about=False, by="me")
        poll(store, [a_post(text="Norvia again")], now=NOON + HOUR)
        assert claim(store, NOON + HOUR) == []

    def test_marks_come_back_with_their_posts_the_newest_first(self, store: Store) -> None:
        poll(store, [a_post("1"), a_post("2")])
        store.save_mark("fake:1", "norvia", NOON, about=True, by="me")
        store.save_mark("fake:2", "norvia", NOON + HOUR, about=False, by="me")
        marks = [(one.post.id, one.brand, one.about) for one in store.marks()]
        assert marks == [("fake:2", "norvia", False), ("fake:1", "norvia", True)]
        store.save_mark("fake:2", "norvia", NOON + 2 * HOUR, about=True, by="you")
        assert [one.about for one in store.marks()] == [True, True]

    def test_there_is_no_mark_without_its_post(self, store: Store) -> None:
        assert not store.save_mark("fake:1", "norvia", NOON, about=True, by="me")
        poll(store, [a_post()])
        store.save_mark("fake:1", "norvia", NOON, about=True, by="me")
        poll(store, [], deleted=["fake:1"], now=NOON + HOUR)
        assert store.marks() == []
        assert not store.save_mark("fake:1", "norvia", NOON, about=True, by="me")

    def test_the_thread_of_an_answer_is_known(self, store: Store) -> None:
        poll(store, [a_post("1"), a_post("2")], mentions=[a_mention("1")])
        answers = [a_post("3", in_reply_to="1"), a_post("4", in_reply_to="fake:2")]
        answers += [a_post("5", in_reply_to="99"), a_post("6")]
        assert store.around(answers) == {
            "fake:3": Around(thread=frozenset({"norvia"})),
            "fake:4": Around(thread=frozenset()),
        }

    def test_an_answer_to_an_answer_is_in_no_thread_of_its_own(self, store: Store) -> None:
        poll(store, [a_post()], mentions=[replace(a_mention(), evidence=IN_THREAD)])
        around = store.around([a_post("2", in_reply_to="1")])
        assert around["fake:2"].thread == frozenset()

    def test_an_author_is_known_by_the_marks_of_the_posts(self, store: Store) -> None:
        poll(store, [a_post("1"), a_post("2")])
        store.save_mark("fake:1", "norvia", NOON, about=True, by="me")
        store.save_mark("fake:2", "norvia", NOON, about=False, by="me")
        assert store.around([a_post("3")])["fake:3"].marked == {"norvia": (1, 1)}

    def test_posts_of_a_period_are_read_with_their_mentions_oldest_first(
        self, store: Store
    ) -> None:
        later, none = a_post("2", published_at=NOON + HOUR), a_post("3")
        mentions = [a_mention(post=later), a_mention("1")]
        poll(store, [later, a_post("1"), none], mentions=mentions)
        kept = [(one.post.id, one.source, len(one.mentions)) for one in self._kept(store, 2)]
        assert kept == [("fake:1", "fake", 1), ("fake:3", "fake", 0), ("fake:2", "fake", 1)]
        assert [one.post.id for one in self._kept(store, 1)] == ["fake:1", "fake:3"]

    def _kept(self, store: Store, hours: int) -> list[Kept]:
        return list(store.kept(NOON, NOON + hours * HOUR))
