"""TLS to a mail server: who is trusted, and that nothing said before it counts."""

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from listener.ports import Reject, Retry
from tests.sources.mail_letters import letter, source
from tests.sources.standins.imap_server import ImapServer, serving


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for ``localhost`` that signed itself, and its key, in one file."""
    if not shutil.which("openssl"):
        pytest.skip("needs the openssl command to make a certificate")
    folder = tmp_path_factory.mktemp("tls")
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2"
    command += " -subj /CN=localhost -addext subjectAltName=DNS:localhost"
    command += f" -addext keyUsage=critical,keyCertSign,digitalSignature -keyout {folder}/key.pem"
    subprocess.run([*command.split(), "-out", f"{folder}/own.pem"], check=True, capture_output=True)
    with (folder / "own.pem").open("a") as both:
        both.write((folder / "key.pem").read_text())
    return folder / "own.pem"


def test_tls_trusts_only_whom_it_may(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(ImapServer(certificate), tls=True) as server:
        server.deliver(letter(1))
        safe = replace(source(server), host="localhost", security="tls")
        with pytest.raises(Retry, match="certificate of localhost is not accepted"):
            safe.poll(None)
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
        assert len(safe.poll(None).posts) == 1
        with pytest.raises(Retry, match="certificate"):
            replace(safe, host="127.0.0.1").poll(None)


def test_words_from_before_tls_are_not_believed(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    with serving(ImapServer(certificate)) as server:
        server.capabilities = ("IMAP4rev1", "AUTH=PLAIN", "STARTTLS")
        server.deliver(letter(1))
        safe = replace(source(server), host="localhost", security="starttls")
        assert len(safe.poll(None).posts) == 1

        server.before_tls = "* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n% OK done\r\n"
        logins = server.logins
        with pytest.raises(Retry):
            safe.poll(None)
        assert server.logins == logins
        server.before_tls = ""
        server.capabilities = ("IMAP4rev1", "AUTH=PLAIN")
        with pytest.raises(Reject, match="offers no STARTTLS"):
            safe.poll(None)
        assert server.logins == logins
