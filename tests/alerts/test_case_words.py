"""How a case, an escalation, a crisis and a test are told by log and mail."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from smtplib import SMTPAuthenticationError, SMTPSenderRefused

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts import text
from alerts.email import EmailChannel
from alerts.email_parts.errors import verdict
from alerts.email_parts.message import message, message_id
from alerts.log import LogChannel
from listener.model import AlertKind
from listener.ports import Following, Reject, Retry
from tests.alerts.case_example import case, case_alert
from tests.alerts.example import ESCAPES, NOON, alert, mention

SENDER, TO = "listener@example.org", ["service@example.org"]


def mailed(told: object) -> tuple[str, str]:
    mail = message(told, SENDER, TO, 20)  # type: ignore[arg-type]
    plain, html = (part.get_content() for part in mail.iter_parts())  # type: ignore[attr-defined]
    return plain, html


def test_a_case_is_three_lines() -> None:
    assert text.about_case(case_alert()) == [
        "case urgent-7K2 · team service · claimed by anna",
        (
            "3 mentions by 2 authors · first published 2026-11-21 11:50 UTC"
            " · waiting since 2026-11-21 12:00 UTC · escalated once"
        ),
        "answer due 2026-11-21 14:00 UTC",
    ]
    assert text.about_case(alert()) == []


@pytest.mark.parametrize(
    ("changes", "last"),
    [
        ({"answer_due_at": None, "step": 2}, "escalated 2 times"),
        ({"claim_due_at": NOON, "state": "new", "owner": ""}, "claim due 2026-11-21 12:00 UTC"),
        ({"snoozed_until": NOON + timedelta(days=1)}, "snoozed until 2026-11-22 12:00 UTC"),
        ({"state": "answered", "answered_at": NOON}, "answered 2026-11-21 12:00 UTC"),
        ({"state": "closed", "closed_at": NOON}, "closed 2026-11-21 12:00 UTC"),
    ],
)
def test_times_are_those_that_matter_now(changes: dict[str, object], last: str) -> None:
    lines = text.about_case(case_alert(case=case(**changes)))
    assert last in lines[-1]
    if changes.get("state") in {"answered", "closed"}:
        assert "due" not in lines[-1]
        assert "waiting since" not in lines[1]


def test_a_new_case_says_that_nobody_has_it() -> None:
    fresh = case(state="new", owner="", claimed_at=None, mentions=1, authors=1, step=0)
    first, second, _ = text.about_case(case_alert(case=fresh))
    assert first.endswith("new, nobody has it")
    assert second.startswith("1 mention by 1 author · ")


def test_history_is_the_newest_and_how_much() -> None:
    head, first, second = text.history(case_alert())
    assert head == "wrote 9 times before:"
    assert first.startswith("published 2026-11-21 12:00 UTC · example.org · negative, complaint: ")
    assert "lento 7" in first
    assert "lento 8" in second
    answered = replace(mention(7), answered_at=NOON)
    told = text.history(case_alert(history=(answered,), history_count=1))
    assert told[0] == "wrote once before:"
    assert "answered 2026-11-21 12:00 UTC: " in told[1]
    assert text.history(alert()) == []


@pytest.mark.parametrize("kind", ["case", "escalation", "crisis", "test"])
def test_log_and_mail_tell_every_new_kind(kind: AlertKind, tmp_path: Path) -> None:
    told = case_alert(kind=kind, title="Title", body="one\ntwo")
    LogChannel(tmp_path / "log").send(told)
    logged = (tmp_path / "log").read_text()
    plain, html = mailed(told)
    for line in ("one", "two", *text.about_case(told), *text.history(told)):
        assert line in logged
        assert line in plain
    assert "claimed by anna<br>" in html
    assert text.KIND_WORDS[kind] in plain.splitlines()[-1]
    assert f", {kind})" in logged.splitlines()[0]


def test_mails_about_a_case_share_a_thread_and_name_it() -> None:
    opening = case_alert(kind="mentions", key="urgent/urgent-7K2/service")
    first, second = (message(told, SENDER, TO, 5) for told in (opening, case_alert()))
    assert first["References"] is None
    assert first["Message-ID"] == message_id(opening.thread, SENDER) == second["References"]
    assert second["In-Reply-To"] == second["References"] != second["Message-ID"]
    assert second["Subject"] == "anna has case urgent-7K2 [urgent-7K2]"


@settings(deadline=None)
@given(st.text() | st.just(ESCAPES) | st.just("=?utf-8?q?a=0d=0aBcc:_x@y?="))
def test_hostile_words_in_a_case_stay_words(words: str) -> None:
    hostile = mention(2, text=words, title=words, site=words)
    its = case(owner=words, key=words, team=words)
    told = case_alert(case=its, history=(hostile,), title=words)
    mail = message(told, SENDER, TO, 5)
    assert mail["Bcc"] is None
    assert not {*"\r\n"} & {*str(mail["Subject"])}
    for line in (*text.about_case(told), *text.history(told)):
        assert line.isprintable()


def test_who_follows_cases_is_a_setting() -> None:
    for channel in (LogChannel(), EmailChannel("mail.example", SENDER, TO)):
        assert isinstance(channel, Following)
        assert not channel.follows_cases
    assert LogChannel(follows_cases=True).follows_cases


def test_a_refused_login_stops_the_channel() -> None:
    permanent = SMTPAuthenticationError(535, b"no")  # type: ignore[arg-type]
    failed = verdict(permanent, "mail.example", None)
    assert isinstance(failed, Reject)
    assert failed.state == "login"
    unknown = verdict(SMTPSenderRefused(530, b"log in", "x"), "mail.example", None)
    assert isinstance(unknown, Reject)
    assert unknown.state == "login"
    other = verdict(SMTPSenderRefused(553, b"no", "x"), "mail.example", None)
    assert isinstance(other, Reject)
    assert other.state == "setup"
    busy = verdict(SMTPAuthenticationError(454, b"later"), "mail.example", None)  # type: ignore[arg-type]
    assert isinstance(busy, Retry)
