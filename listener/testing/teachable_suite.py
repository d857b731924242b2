"""What every classifier that can be taught must pass, beside :class:`ClassifierSuite`."""

from collections.abc import Sequence

import pytest

from listener.learning import TeachableClassifier, quotes
from listener.model import LABELS, Author, Mention
from listener.ports import Corrected, Reject
from listener.testing.fakes import a_mention, a_post

LESSON_CHARS_EACH_MAX = 50_000
"""So long a lesson may grow for each example."""


class TeachableSuite:
    """Give ``teachable``, and ``kind``, what it judges."""

    kind = "sentiment"

    @pytest.fixture
    def teachable(self) -> TeachableClassifier:
        """The classifier under test, as shipped."""
        pytest.fail("the suite needs a 'teachable' fixture")

    def test_it_learns_what_it_is_taught(self, teachable: TeachableClassifier) -> None:
        """Words that mean nothing to anybody mean what people say, by thirty examples of it."""
        examples = self.examples()
        taught = teachable.taught(teachable.refit(examples), 7)
        right = [
            tag.label == one.label
            for one, tag in zip(examples, taught.tag(_mentions(examples)), strict=True)
        ]
        assert sum(right) > 0.9 * len(right)

    def test_its_tags_say_by_which_lesson(self, teachable: TeachableClassifier) -> None:
        """Another number is another judge, whose tags stand beside those of the first."""
        lesson = teachable.refit(self.examples())
        mention = self.examples()[0].mention
        names = {teachable.taught(lesson, number).tag([mention])[0].by for number in (7, 8)}
        assert len(names | {teachable.tag([mention])[0].by}) == 3

    def test_it_tells_how_probable_every_label_is(self, teachable: TeachableClassifier) -> None:
        """Shipped and taught alike."""
        examples = self.examples()
        for judge in (teachable, teachable.taught(teachable.refit(examples), 7)):
            (tag,) = judge.tag([examples[0].mention])
            chances = dict(tag.chances)
            assert sum(chances.values()) == pytest.approx(1, abs=0.01)
            assert chances[tag.label] == pytest.approx(tag.score, abs=0.01)

    def test_what_is_shipped_stays_as_it_is(self, teachable: TeachableClassifier) -> None:
        """A lesson is put on a copy."""
        examples = self.examples()
        before = list(teachable.tag(_mentions(examples)))
        teachable.taught(teachable.refit(examples), 7).tag(_mentions(examples))
        assert list(teachable.tag(_mentions(examples))) == before

    def test_a_lesson_is_the_same_for_the_same_examples(
        self, teachable: TeachableClassifier
    ) -> None:
        """So that nobody wonders."""
        assert teachable.refit(self.examples()) == teachable.refit(self.examples())

    def test_a_lesson_holds_nobodys_words(self, teachable: TeachableClassifier) -> None:
        """It outlives the posts it was made of, and is of bounded length."""
        examples = self.examples()
        lesson = teachable.refit(examples)
        assert not quotes(lesson, examples)
        assert "grumbled" not in lesson
        assert len(lesson) < LESSON_CHARS_EACH_MAX * len(examples)

    @pytest.mark.parametrize("lesson", ["", "{", "[]", "{}", "null", '{"to": 1, "adds": []}'])
    def test_what_is_no_lesson_of_its_is_rejected(
        self, teachable: TeachableClassifier, lesson: str
    ) -> None:
        """Of another version, or of another classifier."""
        with pytest.raises(Reject):
            teachable.taught(lesson, 7)

    @pytest.mark.parametrize("text", ["", "ไม่ดีเลย", "\x00" * 50, "a" * 100_000], ids=range(4))
    def test_odd_examples_do_no_harm(self, teachable: TeachableClassifier, text: str) -> None:
        """Also where there is nothing else to learn from."""
        odd = [Corrected(a_mention(post=a_post(text=text)), LABELS[self.kind][0])]
        for examples in ([], odd, odd * 3, [*odd, *self.examples()]):
            taught = teachable.taught(teachable.refit(examples), 7)
            assert len(taught.tag([*_mentions(odd), *_mentions(self.examples())])) == 31

    def examples(self) -> list[Corrected]:
        """Thirty of two labels, each told by a word of no language."""
        first, second = LABELS[self.kind][0], LABELS[self.kind][-1]
        return [
            Corrected(_saying(f"Norvia {('flumpish', 'grumbled')[n % 2]} n{n}", n), label)
            for n, label in enumerate((first, second) * 15)
        ]


def _saying(text: str, number: int) -> Mention:
    post = a_post(str(number), text, author=Author(f"author{number}"), language="en")
    return a_mention(post=post)


def _mentions(examples: Sequence[Corrected]) -> list[Mention]:
    return [one.mention for one in examples]
