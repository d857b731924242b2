"""The line of an alert that says why it is a mention."""

from dataclasses import replace
from datetime import UTC, datetime

from alerts.text import beside, evidence
from listener.model import Evidence, Verdict
from tests.alerts.example import ESCAPES, mention

FORM = Evidence("name", "Finnairilla", 0, 11, "text", "Finnair", "Finnish form")


def test_it_says_what_was_found_and_how_it_is_written() -> None:
    found = replace(mention(), evidence=(FORM, Evidence("link", "finnair.com", 0, 0, "link")))
    assert evidence(found) == (
        "indirect, name “Finnairilla” (Finnish form of Finnair), link “finnair.com”"
    )


def test_a_doubt_is_told_with_its_reasons() -> None:
    verdict = Verdict("review", 0.43, ("written in lower case (-0.9)",))
    assert evidence(replace(mention(), evidence=(FORM,), verdict=verdict)) == (
        "indirect, name “Finnairilla” (Finnish form of Finnair); may be about something else:"
        " 0.43 for finnair, because written in lower case (-0.9)"
    )


def test_strangers_words_stay_on_a_harmless_line() -> None:
    piece = Evidence("name", ESCAPES, 0, 1, "text", ESCAPES, ESCAPES)
    verdict = Verdict("review", 0.5, (ESCAPES,) * 20)
    line = evidence(replace(mention(), evidence=(piece,) * 50, verdict=verdict))
    assert line.isprintable()
    assert len(line) < 4_000


def test_nothing_found_leaves_the_directness() -> None:
    assert evidence(replace(mention(), evidence=())) == "indirect"


def test_what_is_known_beside_the_words_is_told() -> None:
    said = mention()
    assert beside(replace(said, answered_at=None)) == ""
    call = replace(said.post, medium="call", facts=(("outcome", "missed\x1b"), ("seconds", "31")))
    at = datetime(2026, 11, 22, 10, 0, 40, tzinfo=UTC)
    told = beside(replace(said, post=call, answered_at=at))
    assert told == "call · outcome missed · seconds 31 · answered 2026-11-22 10:00 UTC"
