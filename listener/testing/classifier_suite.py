"""What every classifier must pass."""

import pytest

from listener.model import LABELS, Mention
from listener.ports import Classifier
from listener.testing.fakes import a_mention, a_post

HOSTILE = (
    "",
    " ",
    "\x00",
    "\u200b\u200d\ufeff",
    "\u202eevil\u202c",
    "<svg/onload=alert(1)>",
    "a" * 100_000,
    "😀" * 1_000,
    "ไม่ดีเลย",
    "سيء جدا",
    "{{7*7}} ${jndi} %s %n",
    "\n" * 10_000,
    "ą̶̢̛" * 500,
)


class ClassifierSuite:
    """Give ``classifier``, and ``kind`` where it judges one of the fixed kinds."""

    kind = ""

    @pytest.fixture
    def classifier(self) -> Classifier:
        """The classifier under test."""
        pytest.fail("the suite needs a 'classifier' fixture")

    def test_one_tag_each_in_order(self, classifier: Classifier) -> None:
        """Same length, same order: alone and together the judgement is the same."""
        mentions = [_saying(text) for text in ("thank you Norvia", "Norvia, help!", "norvia")]
        together = classifier.tag(mentions)
        alone = [classifier.tag([mention])[0] for mention in mentions]
        assert [tag.label for tag in together] == [tag.label for tag in alone]

    def test_nothing_for_nothing(self, classifier: Classifier) -> None:
        """No mentions, no tags."""
        assert list(classifier.tag([])) == []

    @pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
    def test_survives(self, classifier: Classifier, text: str) -> None:
        """Hostile text is judged like any other."""
        (tag,) = classifier.tag([_saying(text)])
        assert tag.label
        assert 0.0 <= tag.score <= 1.0

    def test_says_who_judged(self, classifier: Classifier) -> None:
        """``by`` names model and version; the label is one of the fixed ones."""
        (tag,) = classifier.tag([_saying("Norvia lost my bag")])
        assert "/" in tag.by
        assert tag.label in LABELS.get(self.kind, (tag.label,))

    def test_does_not_change_its_mind(self, classifier: Classifier) -> None:
        """The same mention is judged the same way again."""
        mention = _saying("Norvia was fine, I guess")
        assert classifier.tag([mention]) == classifier.tag([mention])


def _saying(text: str) -> Mention:
    return a_mention(post=a_post(text=text))
