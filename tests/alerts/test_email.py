"""The mail channel against a real SMTP server, and against ones that break the protocol."""

import email
import email.policy
import logging
import shutil
import socket
import ssl
import subprocess
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.email import EmailChannel
from alerts.email_parts.message import message
from listener.ports import Reject, Retry, Secret
from tests.alerts.example import ESCAPES, NOON, alert, everywhere, mention
from tests.alerts.slack_hostile import ATOMS

PASSWORD = "correct-horse-battery"
SENDER = "Kuuntelija <listener@example.org>"
TO = ["service@example.org", "marketing@example.org"]


class Sink:
    """A mail server that keeps what it takes, and answers as it is told."""

    def __init__(self, *, rcpt: dict[str, str] | None = None, data: str = "250 OK") -> None:
        self.rcpt = rcpt or {}
        self.data = data
        self.taken: list[Envelope] = []

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Any, envelope: Envelope, address: str, options: Any
    ) -> str:
        answer = self.rcpt.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802
        if self.data.startswith("250"):
            self.taken.append(envelope)
        return self.data

    @property
    def mails(self) -> list[EmailMessage]:
        policy = email.policy.default
        contents = [e.content for e in self.taken if isinstance(e.content, bytes)]
        return [email.message_from_bytes(content, policy=policy) for content in contents]


@contextmanager
def serving(sink: Sink, **options: Any) -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    controller = Controller(sink, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


def channel(port: int, **changes: Any) -> EmailChannel:
    given: dict[str, Any] = {"security": "none", "allow_private": True, "timeout_seconds": 3.0}
    return EmailChannel("127.0.0.1", SENDER, TO, port, **given | changes)


def parts(mail: EmailMessage) -> tuple[str, str]:
    text, html = mail.iter_parts()
    assert isinstance(text, EmailMessage)
    assert isinstance(html, EmailMessage)
    assert (text.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    return text.get_content(), html.get_content()


def test_a_mail_says_what_an_agent_needs_twice() -> None:
    sink = Sink()
    with serving(sink) as port:
        receipt = channel(port, mentions_max=1).send(alert(mention(1), mention(2), body="why"))
    (mail,) = sink.mails
    (envelope,) = sink.taken
    text, html = parts(mail)
    assert envelope.mail_from == "listener@example.org"
    assert envelope.rcpt_tos == TO
    assert mail["Subject"] == "finnair: urgent complaint on example.org by @matti"
    assert mail["From"] == SENDER
    assert mail["To"] == "service@example.org, marketing@example.org"
    assert mail["Date"].datetime == NOON
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Listener-Key"] == alert().key
    assert mail["Message-ID"] == receipt
    for piece in (
        "priority 52 · finnair · example.org · Matti M. (@matti), 1200 followers",
        "Peruttu lento",
        "sentiment negative · urgency high · intent complaint · language fi",
        "indirect, name “Finnairilla”",
        "urgent; negative toward the brand; peruttiin",
        "and 1 more",
        "why",
    ):
        assert piece in text
        assert piece in html
    assert "peruttiin & kukaan ei vastaa <puhelimeen>!" in text
    assert "peruttiin &amp; kukaan ei vastaa &lt;puhelimeen&gt;!" in html
    address = "https://example.org/posts/2?a=1&amp;b=2"
    assert f'<a href="{address}">{address}</a>' in html


def test_a_repeat_has_the_same_id_and_a_burst_is_one_thread() -> None:
    first = message(alert(), SENDER, TO, 5)
    again = message(alert(), SENDER, TO, 5)
    later = message(alert(key="other~2"), SENDER, TO, 5)
    assert first["Message-ID"] == again["Message-ID"] != later["Message-ID"]
    assert first["In-Reply-To"] is None
    assert later["In-Reply-To"] == later["References"] == first["Message-ID"]
    assert str(first["Message-ID"]).endswith("@example.org>")


@pytest.mark.parametrize("length", [800, 900, 901, 5_000])
def test_a_long_key_keeps_to_one_header_line(length: int) -> None:
    mail = message(alert(key="k" * length), SENDER, TO, 5)
    raw = email.message_from_bytes(mail.as_bytes(), policy=email.policy.default)
    assert max(len(line) for line in mail.as_bytes().splitlines()) <= 998
    assert str(raw["X-Listener-Key"]).strip() == mail["X-Listener-Key"]


@pytest.mark.parametrize(
    "words",
    [
        "x\r\nBcc: evil@example.org",
        "x\nBcc: evil@example.org\n\nbody",
        "=?utf-8?b?eA0KQmNjOiBldmlsQGV4YW1wbGUub3Jn?=",
        "=?utf-8?q?x=0D=0ABcc=3A_evil=40example.org?=",
        "a" * 5_000,
        ESCAPES,
    ],
)
def test_no_words_become_a_header(words: str) -> None:
    sink = Sink()
    with serving(sink) as port:
        channel(port).send(everywhere(words))
    (mail,) = sink.mails
    expected = message(alert(), SENDER, TO, 5)
    assert sorted(mail.keys()) == sorted([*expected.keys()])
    assert "\n" not in str(mail["Subject"])
    assert sink.taken[0].rcpt_tos == TO


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(ATOMS) | st.text(max_size=20), max_size=12).map("".join))
def test_any_words_make_a_mail_whose_html_holds_only_our_tags(words: str) -> None:
    raw = message(everywhere(words), SENDER, TO, 5).as_bytes()
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(mail, EmailMessage)
    assert not mail.defects
    _, html = parts(mail)
    assert max(len(line) for line in raw.splitlines()) <= 998
    ours = html
    for tag in ("html", "head", "body", "h2", "h3", "p", "blockquote"):
        ours = ours.replace(f"<{tag}>", "").replace(f"</{tag}>", "")
    for tag in ("<!doctype html>", '<meta charset="utf-8">', "<br>", "<hr>", "</a>"):
        ours = ours.replace(tag, "")
    for tag in [piece.split(">")[0] for piece in ours.split("<")[1:]]:
        assert tag.startswith(('a href="http://', 'a href="https://'))
        assert tag.count('"') == 2


def test_only_web_addresses_are_links() -> None:
    mail = message(alert(mention(url="javascript:alert(1)")), SENDER, TO, 5)
    _, html = parts(mail)
    assert "<a " not in html
    assert "javascript" not in html


def test_a_refused_recipient_is_named_and_the_others_get_it() -> None:
    sink = Sink(rcpt={TO[0]: "550 no such user"})
    with serving(sink) as port:
        receipt = channel(port).send(alert())
    assert sink.taken[0].rcpt_tos == TO[1:]
    assert receipt.endswith("refused: service@example.org (550)")


@pytest.mark.parametrize(
    ("sink", "failure", "reason"),
    [
        (Sink(rcpt=dict.fromkeys(TO, "550 no")), Reject, "every recipient.*mend the addresses"),
        (Sink(rcpt=dict.fromkeys(TO, "450 busy")), Retry, "every recipient"),
        (Sink(rcpt={TO[0]: "550 no", TO[1]: "451 later"}), Retry, "every recipient"),
        (Sink(data="552 too big"), Reject, "552 “too big”"),
        (Sink(data="452 disk full"), Retry, "452 “disk full”"),
    ],
)
def test_permanent_refusals_are_mended_temporary_ones_tried_again(
    sink: Sink, failure: type[Exception], reason: str
) -> None:
    with serving(sink) as port, pytest.raises(failure, match=reason):
        channel(port).send(alert())
    assert not sink.taken


def test_a_server_without_starttls_gets_no_mail() -> None:
    sink = Sink()
    with serving(sink) as port, pytest.raises(Reject, match="STARTTLS"):
        channel(port, security="starttls").send(alert())
    assert not sink.taken


def test_a_private_address_is_refused_unless_allowed() -> None:
    sink = Sink()
    with serving(sink) as port, pytest.raises(Reject, match="allow_private"):
        channel(port, allow_private=False).send(alert())


def test_a_server_that_is_away_is_tried_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    with pytest.raises(Retry, match=r"127\.0\.0\.1"):
        channel(port).send(alert())


GREETED = b"220 hello\r\n"


@pytest.mark.parametrize(
    ("script", "failure"),
    [
        ([b""], Retry),  # hangs up at once
        ([b"554 go away\r\n"], Reject),
        ([b"421 too busy\r\n"], Retry),
        ([b"what?\r\n"], Retry),
        ([b"\xff\xfe\r\n" * 100], Retry),
        ([b"2" * 100_000], Retry),
        ([GREETED, b"250 ok\r\n", b"550 not you\r\n", b"250 ok\r\n"], Reject),
        (
            [GREETED, b"250 ok\r\n", b"250 ok\r\n", b"250 ok\r\n", b"250 ok\r\n", b"354 go\r\n"],
            Retry,
        ),
    ],
)
def test_a_server_that_breaks_off_is_never_a_delivery(
    script: list[bytes], failure: type[Exception]
) -> None:
    with scripted(script) as port, pytest.raises(failure):
        channel(port, timeout_seconds=1.0).send(alert())


def test_a_delivered_mail_stays_delivered_whatever_comes_after() -> None:
    ok = b"250 ok\r\n"
    with scripted([GREETED, ok, ok, ok, ok, b"354 go\r\n", ok]) as port:
        assert channel(port, timeout_seconds=1.0).send(alert()).startswith("<")


@pytest.mark.parametrize("drop", [b"2", b""])
def test_a_server_that_drips_or_is_silent_ends_with_the_deadline(drop: bytes) -> None:
    began = monotonic()
    with scripted([drop], forever=True) as port, pytest.raises(Retry, match="did not finish"):
        channel(port, timeout_seconds=0.5).send(alert())
    assert monotonic() - began < 2


@contextmanager
def scripted(answers: list[bytes], *, forever: bool = False) -> Iterator[int]:
    """A server that says one thing per line it hears, or the same thing for ever."""
    over = threading.Event()

    def speak(listening: socket.socket) -> None:
        connection, _ = listening.accept()
        with connection, connection.makefile("rb") as lines, suppress(OSError):
            connection.settimeout(3)
            while forever and not over.wait(0.02):
                connection.sendall(answers[0])
            for answer in answers:
                connection.sendall(answer)
                line = lines.readline()
                while answer.startswith(b"354") and line not in {b".\r\n", b""}:
                    line = lines.readline()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=speak, args=(listening,))
        thread.start()
        try:
            yield int(listening.getsockname()[1])
        finally:
            over.set()
            thread.join()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 that signed itself, and its key, in one folder."""
    if not shutil.which("openssl"):
        pytest.skip("needs the openssl command to make a certificate")
    folder = tmp_path_factory.mktemp("smtp-tls")
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2"
    command += " -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1"
    command += f" -addext keyUsage=critical,keyCertSign,digitalSignature -keyout {folder}/key.pem"
    subprocess.run([*command.split(), "-out", f"{folder}/own.pem"], check=True, capture_output=True)
    return folder


def tls_server(sink: Sink, certificate: Path, security: str) -> Any:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "own.pem", certificate / "key.pem")

    def check(server: SMTP, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        right = isinstance(data, LoginPassword) and data.password == PASSWORD.encode()
        return AuthResult(success=right, handled=False)

    options: dict[str, Any] = {"authenticator": check, "auth_required": True}
    options["tls_context" if security == "starttls" else "ssl_context"] = context
    if security == "tls":
        options["auth_require_tls"] = False  # it doesn't see that the whole connection is TLS
    return serving(sink, **options)


@pytest.mark.filterwarnings("ignore:Requiring AUTH")
@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_login_goes_over_tls(
    security: str, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate / "own.pem"))
    sink = Sink()
    login = {"security": security, "username": "me", "password": Secret(PASSWORD)}
    with tls_server(sink, certificate, security) as port:
        channel(port, **login).send(alert())
    assert len(sink.taken) == 1


@pytest.mark.filterwarnings("ignore:Requiring AUTH")
@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_that_nobody_vouches_for_stops_the_mail(
    security: str, certificate: Path
) -> None:
    sink = Sink()
    server = tls_server(sink, certificate, security)
    with server as port, pytest.raises(Retry, match="certificate of 127"):
        channel(port, security=security).send(alert())
    assert not sink.taken


def test_a_wrong_password_is_for_a_person_to_mend_and_never_told(
    certificate: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate / "own.pem"))
    wrong = {"security": "starttls", "username": "me", "password": Secret("wrong-secret-word")}
    with tls_server(Sink(), certificate, "starttls") as port:
        mailer = channel(port, **wrong)
        with pytest.raises(Reject, match="check username and password") as caught:
            mailer.send(alert())
    told = "".join(traceback.format_exception(caught.value)) + repr(mailer) + caplog.text
    assert "wrong-secret-word" not in told


SETTINGS: list[tuple[dict[str, Any], str]] = [
    ({"host": " "}, "host is empty"),
    ({"sender": "nobody"}, "sender is 'nobody'"),
    ({"sender": "a@b\r\nBcc: c@d"}, "no mail address"),
    ({"to": []}, "to names 0 addresses"),
    ({"to": ["a@b.example"] * 51}, "to names 51 addresses"),
    ({"to": ["a@b.example", "x y@z"]}, "to holds 'x y@z'"),
    ({"to": ["A <a@b.example>"]}, "no mail address"),
    ({"to": ["a@b.example\nBcc: c@d"]}, "no mail address"),
    ({"username": "me"}, "go together"),
    ({"password": Secret("secret-part")}, "go together"),
    ({"username": "me", "password": Secret("secret-part"), "security": "none"}, "could be read"),
    ({"username": "me", "password": Secret("secret-pärt")}, "ASCII"),
    ({"security": "ssl"}, "starttls, tls or none"),
    ({"port": 0}, "port is 0"),
    ({"mentions_max": 0}, "at least 1"),
    ({"timeout_seconds": 30}, "up to 10"),
]


@pytest.mark.parametrize(("changes", "fault"), SETTINGS)
def test_wrong_settings_are_refused_with_what_to_mend(changes: dict[str, Any], fault: str) -> None:
    right: dict[str, Any] = {"host": "mail.example.org", "sender": SENDER, "to": TO}
    make: Callable[..., EmailChannel] = EmailChannel
    with pytest.raises(ValueError, match=fault) as caught:
        make(**right | changes)
    assert "secret-p" not in str(caught.value)
