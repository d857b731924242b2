"""Figures mean the same on every channel."""

from dataclasses import replace
from datetime import timedelta

import pytest

from listener.figures import Contact, Figures, by_channel, figures, first_answer_seconds
from listener.model import Mention, Tag
from listener.testing import a_post
from listener.testing.fakes import NOON

MINUTE = timedelta(minutes=1)


def contact(minutes: float | None = None, *, direct: bool = True, spam: str = "no", **post):
    answered_at = None if minutes is None else NOON + minutes * MINUTE
    tags = (Tag("spam", spam, 0.9),)
    mention = Mention(a_post(**post), "norvia", "direct" if direct else "indirect", tags=tags)
    return Contact(mention, answered_at)


def test_only_what_was_addressed_to_us_waits() -> None:
    some = [contact(), contact(direct=False), contact(spam="yes")]
    assert figures(some) == Figures(contacts=1, overheard=2)
    assert figures(some).waiting == 1


def test_what_was_said_to_a_competitor_waits_for_nobody_of_ours() -> None:
    some = [contact(), replace(contact(), of_competitor=True)]
    assert figures(some) == Figures(contacts=1, overheard=1)


def test_answers_are_counted_and_their_median_taken() -> None:
    told = figures([contact(1), contact(2), contact(9), contact()])
    assert (told.contacts, told.answered, told.waiting) == (4, 3, 1)
    assert told.answered_share == 0.75
    assert told.first_answer_seconds_median == 120


def test_of_nothing_there_is_no_share() -> None:
    assert figures([]) == Figures()
    assert figures([]).answered_share is None
    assert figures([contact()]).first_answer_seconds_median is None


def test_two_clocks_make_no_answer_before_its_question() -> None:
    assert first_answer_seconds(contact(-1)) == 0
    assert first_answer_seconds(contact(0.5)) == 30
    assert first_answer_seconds(contact()) is None


@pytest.mark.parametrize("medium", ["post", "call", "chat", "mail"])
def test_every_channel_by_the_same_definitions(medium: str) -> None:
    """The very same history, said by whatever way, has the very same figures."""
    some = [contact(1, medium=medium), contact(medium=medium), contact(direct=False, medium=medium)]
    (told,) = by_channel(some).values()
    assert told == Figures(2, 1, 1, 60.0)


def test_channels_are_sites_and_media() -> None:
    some = [contact(), contact(medium="call"), contact(3, medium="call")]
    told = by_channel(some)
    assert list(told) == ["call", "fake"]
    assert (told["call"].contacts, told["fake"].contacts) == (2, 1)
