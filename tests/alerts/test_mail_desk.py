"""Mail as a help desk, against a real SMTP server and a desk that threads as mail programs do."""

from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage
from typing import Any

import pytest

from alerts.desks.keys import marker
from alerts.mail_desk import MailDeskChannel
from listener.ports import Desk, Following, Reject, Retracting, Retry, Secret
from tests.alerts.case_example import case
from tests.alerts.example import alert, everywhere, mention
from tests.alerts.standins.drills import HOSTILE, changed, joining, opening
from tests.alerts.test_email import Sink, serving

SENDER = "Kuuntelija <listener@example.org>"


@pytest.fixture
def sink() -> Sink:
    return Sink()


@pytest.fixture
def port(sink: Sink) -> Iterator[int]:
    with serving(sink) as port:
        yield port


def channel(port: int, **changes: Any) -> MailDeskChannel:
    given: dict[str, Any] = {"security": "none", "allow_private": True, "timeout_seconds": 3.0}
    return MailDeskChannel("127.0.0.1", SENDER, "desk@example.org", port, **given | changes)


def threads(mails: list[EmailMessage]) -> list[list[EmailMessage]]:
    """Tickets as a desk makes them: by References first, then by the subject's brackets."""
    found: dict[str, list[EmailMessage]] = {}
    for mail in mails:
        root = str(mail["References"] or mail["Message-ID"])
        found.setdefault(root, []).append(mail)
    return list(found.values())


def test_all_mails_of_a_case_are_one_thread(sink: Sink, port: int) -> None:
    desk = channel(port)
    receipt = desk.send(opening())
    tellings = [joining(str(receipt)), changed(str(receipt), 3, state="closed", owner="anna")]
    tellings.append(opening(kind="escalation", key="e", receipt=receipt, mentions=(), priority=90))
    assert {desk.send(told) for told in tellings} == {receipt}
    (thread,) = threads(sink.mails)
    assert thread[0]["Message-ID"] == receipt
    assert len({mail["Message-ID"] for mail in thread}) == 4
    subjects = {mail["Subject"].strip().removeprefix("Re: ") for mail in thread}
    assert len(subjects) == 1
    assert subjects.pop().startswith("[ml-")
    assert [mail["Importance"] for mail in thread] == [None, None, None, "high"]
    assert "lento 1 peruttiin" in thread[0].get_content()
    assert "lento 2 peruttiin" in thread[1].get_content()
    assert "by anna" in thread[2].get_content()


def test_a_repeat_is_the_same_mail(sink: Sink, port: int) -> None:
    for told in (opening(), opening(attempt=2), joining("x"), joining("x")):
        channel(port).send(told)
    first, second, third, fourth = (mail.as_bytes() for mail in sink.mails)
    assert first == second
    assert third == fourth != first


def test_another_case_is_another_thread(sink: Sink, port: int) -> None:
    channel(port).send(opening())
    channel(port).send(opening(case=replace(case(), key="other"), key="o", thread="o"))
    assert len(threads(sink.mails)) == 2


def test_a_change_of_what_was_never_mailed_is_not_mailed(sink: Sink, port: int) -> None:
    assert channel(port).send(replace(changed("x"), receipt=None)) is None
    assert sink.mails == []


def test_an_alert_without_a_case_is_mailed_too(sink: Sink, port: int) -> None:
    channel(port).send(alert(kind="source", title="Source blogs failed", case=None))
    assert "Source blogs failed" in sink.mails[0]["Subject"] + sink.mails[0].get_content()


def test_a_retraction_asks_and_says_no_word_of_the_post(sink: Sink, port: int) -> None:
    desk = channel(port)
    receipt = desk.send(opening())
    back = opening(kind="retraction", key="r", receipt=receipt, retracted=("example.org:1",))
    assert desk.retract(replace(back, mentions=(), earlier=(mention(3),))) == receipt
    mail = sink.mails[-1]
    assert mail["In-Reply-To"] == receipt
    assert "1 post of this ticket taken down" in mail.get_content()
    assert "peruttiin" not in mail.get_content()


def test_strangers_words_stay_in_the_body_as_words(sink: Sink, port: int) -> None:
    told = replace(everywhere(HOSTILE + "\r\nBcc: all@example.com"), case=None)
    channel(port).send(told)
    channel(port).send(replace(told, case=replace(case(), key=HOSTILE, brand=HOSTILE)))
    for mail in sink.mails:
        assert mail.get_content_type() == "text/plain"
        assert mail["Bcc"] is None
        assert mail["To"] == "desk@example.org"
        text = mail.get_content()
        assert not any(bad in text + mail["Subject"] for bad in ("\x1b", "\x00", "\u202e", "{{"))
        assert "https://evil" not in text
    assert all(envelope.rcpt_tos == ["desk@example.org"] for envelope in sink.taken)


def test_each_telling_carries_its_marker(sink: Sink, port: int) -> None:
    told = opening()
    channel(port).send(told)
    assert f"[{marker(told)}]" in sink.mails[0].get_content()


@pytest.mark.parametrize(("data", "failure"), [("451 later", Retry), ("554 no", Reject)])
def test_refusals_are_those_of_the_mail_channel(
    sink: Sink, port: int, data: str, failure: type[Exception]
) -> None:
    sink.data = data
    with pytest.raises(failure):
        channel(port).send(opening())


def test_no_secret_is_shown(port: int) -> None:
    desk = channel(port, security="tls", username="u", password=Secret("hunter2"))
    assert "hunter2" not in repr(desk)
    with pytest.raises(ValueError, match="no mail address"):
        MailDeskChannel("h", SENDER, "nobody")


def test_it_follows_cases_and_is_asked_for_nothing(port: int) -> None:
    desk = channel(port)
    assert isinstance(desk, Following)
    assert isinstance(desk, Retracting)
    assert not isinstance(desk, Desk)
