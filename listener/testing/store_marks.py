"""What every store promises of people's answers, and of what is known around a post."""

from dataclasses import replace

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
        assert store.save_mark("fake:1", "norvia", NOON, about=True, by="me") == "settled"
        assert store.save_mark("fake:2", "norvia", NOON, about=False, by="me") == "withdrawn"
        (turn,) = claim(store, NOON)
        assert turn.mention.post.id == "fake:1"
        assert (turn.mention.verdict.label, turn.mention.verdict.score) == ("yes", 1)

    def test_what_was_marked_as_none_stays_none(self, store: Store) -> None:
        poll(store, [a_post()])
        store.save_mark("fake:1", "norvia", NOON, about=False, by="me")
        poll(store, [a_post(text="Norvia again")], now=NOON + HOUR)
        assert claim(store, NOON + HOUR) == []

    def test_what_was_marked_as_one_is_in_no_doubt_after_an_edit(self, store: Store) -> None:
        poll(store, [a_post()])
        store.save_mark("fake:1", "norvia", NOON, about=True, by="me")
        edited = a_post(text="Norvia again")
        doubtful = [a_mention(post=edited, verdict=IN_DOUBT)]
        poll(store, [edited], mentions=doubtful, now=NOON + HOUR)
        (turn,) = claim(store, NOON + HOUR)
        assert turn.mention.verdict.label == "yes"

    def test_marks_come_back_with_their_posts_the_newest_first(self, store: Store) -> None:
        poll(store, [a_post("1"), a_post("2")])
        store.save_mark("fake:1", "norvia", NOON, about=True, by="me")
        store.save_mark("fake:2", "norvia", NOON + HOUR, about=False, by="me")
        marks = [(one.post.id, one.brand, one.about) for one in store.marks()]
        assert marks == [("fake:2", "norvia", False), ("fake:1", "norvia", True)]
        store.save_mark("fake:2", "norvia", NOON + 2 * HOUR, about=True, by="you")
        assert [one.about for one in store.marks()] == [True, True]

    def test_there_is_no_mark_without_its_post(self, store: Store) -> None:
        assert store.save_mark("fake:1", "norvia", NOON, about=True, by="me") == "no post"
        poll(store, [a_post()])
        store.save_mark("fake:1", "norvia", NOON, about=True, by="me")
        poll(store, [], deleted=["fake:1"], now=NOON + HOUR)
        assert store.marks() == []
        assert store.save_mark("fake:1", "norvia", NOON, about=True, by="me") == "no post"

    def test_a_mark_makes_no_mention(self, store: Store) -> None:
        poll(store, [a_post()], mentions=[])
        assert store.save_mark("fake:1", "norvia", NOON, about=True, by="me") == "no mention"
        assert store.save_mark("fake:1", "norvia", NOON, about=False, by="me") == "no mention"
        assert claim(store, NOON) == []
        assert [one.about for one in store.marks()] == [False]

    def test_a_mark_says_when_nothing_followed(self, store: Store) -> None:
        poll(store, [a_post()])
        assert store.save_mark("fake:1", "norvia", NOON, about=True, by="me") == "kept"
        assert store.save_mark("fake:1", "norvia", NOON, about=False, by="me") == "withdrawn"
        assert store.save_mark("fake:1", "norvia", NOON, about=False, by="me") == "no mention"

    def test_a_mark_gives_back_what_a_mark_took(self, store: Store) -> None:
        poll(store, [a_post()], mentions=[a_mention(verdict=IN_DOUBT)])
        tag_all(store)
        store.save_mark("fake:1", "norvia", NOON, about=False, by="me")
        assert store.save_mark("fake:1", "norvia", NOON, about=True, by="me") == "restored"
        (turn,) = claim(store, NOON)
        assert (turn.mention.verdict.label, turn.attempts) == ("yes", 1)
        assert store.save_mark("fake:1", "norvia", NOON, about=True, by="me") == "kept"

    def test_a_mark_gives_not_back_what_an_edit_took(self, store: Store) -> None:
        poll(store, [a_post()])
        poll(store, [a_post(text="Nothing of it")], mentions=[], now=NOON + HOUR)
        assert store.save_mark("fake:1", "norvia", NOON, about=True, by="me") == "no mention"
        assert claim(store, NOON + HOUR) == []

    def test_doubts_come_the_newest_first_with_their_number(self, store: Store) -> None:
        posts = [a_post(str(at), published_at=NOON - at * HOUR) for at in range(4)]
        doubts = [a_mention(post=post, verdict=IN_DOUBT) for post in posts[::-1]]
        skylark = a_mention("1", brand="skylark", post=posts[1], verdict=IN_DOUBT)
        poll(store, posts, mentions=[*doubts, skylark])
        found = store.doubts("norvia", 2)
        assert [one.post.id for one in found.mentions] == ["fake:0", "fake:1"]
        assert {one.verdict for one in found.mentions} == {IN_DOUBT}
        assert (found.count, store.doubts(None, 9).count, store.doubts("x", 9).count) == (4, 5, 0)
        assert len(store.doubts(None, 9).mentions) == 5
        assert store.status(NOON).doubts == 5

    def test_what_a_person_looked_at_is_in_doubt_no_longer(self, store: Store) -> None:
        posts = [a_post(str(at)) for at in range(3)]
        poll(store, posts, mentions=[a_mention(post=post, verdict=IN_DOUBT) for post in posts])
        tag_all(store)
        assert store.doubts(None, 9).mentions[0].label("urgency") == "high"
        store.save_mark("fake:0", "norvia", NOON, about=True, by="me")
        store.save_mark("fake:1", "norvia", NOON, about=False, by="me")
        poll(store, [], deleted=["fake:2"], now=NOON + HOUR)
        assert store.doubts(None, 9).count == store.status(NOON).doubts == 0

    def test_the_thread_of_an_answer_is_known(self, store: Store) -> None:
        poll(store, [a_post("1"), a_post("2")], mentions=[a_mention("1"), a_mention("2")])
        store.save_mark("fake:2", "norvia", NOON, about=False, by="me")
        answers = [a_post("3", in_reply_to="1"), a_post("4", in_reply_to="fake:2")]
        answers += [a_post("5", in_reply_to="99"), a_post("6")]
        known = {post_id: one.thread for post_id, one in store.around(answers).items()}
        assert known["fake:3"] == frozenset({"norvia"})
        assert known["fake:4"] == frozenset()
        assert (known["fake:5"], known["fake:6"]) == (None, None)

    def test_nobody_said_what_a_post_without_a_mention_is_about(self, store: Store) -> None:
        poll(store, [a_post("1")], mentions=[])
        answer = a_post("2", in_reply_to="1")
        assert store.around([answer]) == {}
        store.save_mark("fake:1", "norvia", NOON, about=False, by="me")
        assert store.around([answer])["fake:2"].thread == frozenset()

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
