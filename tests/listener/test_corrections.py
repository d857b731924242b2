"""What a correction may say, and what a mention is by then."""

import pytest

from listener.corrections import (
    Correction,
    as_it_stands,
    as_tag,
    changes,
    check_label,
    is_by_person,
    judged_label,
)
from listener.model import LABELS, Tag
from listener.testing import a_mention
from listener.testing.fakes import NOON

JUDGED = Tag("urgency", "high", 0.9, by="t/1")
SAID = as_tag(Correction("fake:1#norvia", "urgency", "low", "anna", NOON))
LATER = Tag("urgency", "medium", 0.5, by="t/2")


def test_a_person_is_sure_and_named() -> None:
    assert (SAID.score, SAID.by, is_by_person(SAID)) == (1, "person:anna", True)
    assert not is_by_person(JUDGED)


def test_of_each_kind_one_tag_stands() -> None:
    spam = Tag("spam", "no", 0.9, by="t/1")
    mention = a_mention(tags=(JUDGED, spam, LATER, SAID))
    assert as_it_stands(mention).tags == (SAID, spam)
    assert as_it_stands(a_mention()).tags == ()


def test_what_was_judged_whatever_was_said() -> None:
    mention = a_mention(tags=(JUDGED, LATER, SAID))
    assert judged_label(mention, "urgency") == "medium"
    assert judged_label(mention, "spam") == ""


def test_people_keep_the_last_word() -> None:
    new = [Tag("urgency", "medium", 0.8), Tag("spam", "no", 0.9), Tag("intent", "other", 0.9)]
    judged = a_mention(tags=(JUDGED, Tag("spam", "no", 0.6)))
    assert changes(judged, new) == [("urgency", "high", "medium"), ("intent", "", "other")]
    corrected = a_mention(tags=(JUDGED, SAID))
    assert changes(corrected, new) == [("spam", "", "no"), ("intent", "", "other")]


@pytest.mark.parametrize(("kind", "labels"), LABELS.items())
def test_every_label_of_ours_may_be_said(kind: str, labels: tuple[str, ...]) -> None:
    for label in labels:
        check_label(kind, label, LABELS)
    with pytest.raises(ValueError, match=f"'error' is no label of {kind}"):
        check_label(kind, "error", LABELS)


@pytest.mark.parametrize("label", ["fi", "und", "pl"])
def test_a_language_is_a_code(label: str) -> None:
    check_label("language", label, ["language"])


@pytest.mark.parametrize("label", ["", "FI", "fi-FI", "suomi", "f"])
def test_what_is_no_language(label: str) -> None:
    with pytest.raises(ValueError, match="write its code, such as fi, or und"):
        check_label("language", label, ["language"])


def test_a_kind_of_others_has_labels_of_its_own() -> None:
    check_label("topic", "lost baggage", ["topic"])
    check_label("topic", "näppäimistö-2.0", ["topic"])
    for label in ("", " ", "a\nb", "\x1b[2J", "a" * 101, "a  b", " a"):
        with pytest.raises(ValueError, match="is no label: words of up to 100 characters"):
            check_label("topic", label, ["topic"])
