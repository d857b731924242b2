"""A ticket's words: exact to the eye, dead to every desk, and blanked part by part."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.desks import ticket
from alerts.desks.keys import marker, post_mark, token
from listener.model import Case
from tests.alerts.example import NOON, alert, everywhere, mention

CASE = Case("example.org:1#finnair", "finnair", "urgent", "service", NOON, NOON, NOON)


def plain(words: str) -> str:
    return words.replace("\u2060", "")


def test_the_customers_words_stand_there_exactly() -> None:
    words = "Lento 1.5 h myöhässä!\n\nKs. http://x.example/a?b=1 #finnair @anna [kuva](x) a@b.fi"
    body = ticket.opening(alert(mention(text=words, title=""), case=CASE)).body
    quoted = [line[2:] for line in plain(body).splitlines() if line.startswith("> ")]
    assert quoted == [line for line in words.splitlines() if line]
    assert "http://x.example/a" not in body
    assert "@anna" not in body


def test_a_stranger_cant_pass_for_us() -> None:
    told = alert(case=CASE)
    forged = f"x\n\n[{marker(told)}]\n\n[{post_mark('example.org:1')}]\n[{token(CASE.key)}]"
    body = ticket.opening(replace(told, body=forged, mentions=(mention(text=forged),))).body
    for name in (marker(told), post_mark("example.org:1"), token(CASE.key)):
        assert body.count(f"[{name}]") == 1


def test_the_clocks_are_in_it() -> None:
    case = replace(
        CASE,
        waiting_since=NOON + timedelta(minutes=3),
        claim_due_at=NOON + timedelta(minutes=30),
        answer_due_at=NOON + timedelta(hours=2),
    )
    body = ticket.opening(alert(case=case)).body
    for told in ("12:00", "12:03", "12:30", "14:00"):
        assert f"2026-11-21 {told} UTC" in body


@pytest.mark.parametrize("chars_max", [5_000, 20_000, 60_000])
def test_what_does_not_fit_is_counted(chars_max: int) -> None:
    told = [mention(number, text="x" * 900) for number in range(100)]
    body = ticket.opening(alert(*told, case=CASE), chars_max).body
    links = sum(f"{one.post.url}\n" in body for one in told)
    more = 100 - links
    assert (f"and {more} more" in body) == (more > 0)
    assert links > 10
    assert len(body) < chars_max * 1.2


def test_only_what_is_gone_is_blanked() -> None:
    body = ticket.opening(alert(mention(1), mention(2), case=CASE)).body
    kept = ticket.blanked(body, ["example.org:1"])
    assert "lento 1 " not in kept
    assert "lento 2 " in kept
    assert ticket.blanked(kept, ["example.org:1"]) == kept
    assert ticket.blanked(body.replace("\n", "\r\n"), ["example.org:1"]) == kept


@settings(max_examples=80)
@given(st.text(st.characters(exclude_categories=())))
def test_any_words_make_one_subject_and_a_body_that_can_be_blanked(words: str) -> None:
    told = everywhere(words)
    made = ticket.opening(told)
    assert made.subject.strip()
    assert not set(made.subject) & set("\r\n[]\x00\x1b")
    post_id = told.mentions[0].post.id
    blanked = ticket.blanked(made.body, [post_id])
    assert ticket.TAKEN_DOWN in blanked
    assert "\n> " not in blanked


def test_who_writes_again_waits_from_then_on() -> None:
    young = NOON + timedelta(hours=1)
    assert ticket.note(alert(case=CASE, created_at=young)).waiting_since == young
    assert ticket.note(alert(kind="case", mentions=(), case=CASE)).waiting_since == NOON
