"""A real Dovecot: Debian's package with a configuration and mailboxes in a temporary folder.

Nothing of the machine's is touched. It runs as nobody where the tests run as root. Mails are put
into the mailbox as mail servers do it, by a file in the Maildir.
"""

import grp
import imaplib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from listener.clock import sleep

START_SECONDS_MAX = 30
USER, PASSWORD = "feedback@norvia.example", 'correct "horse" battery å'

_PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"
_CONFIG = """
protocols = imap
listen = 127.0.0.1
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 1
mail_location = maildir:{folder}/mail
disable_plaintext_auth = no
auth_mechanisms = plain
ssl = yes
ssl_cert = <{folder}/cert.pem
ssl_key = <{folder}/key.pem
mail_max_userip_connections = 5
passdb {{
  driver = passwd-file
  args = scheme=plain {folder}/users
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/home
}}
namespace inbox {{
  inbox = yes
  separator = /
}}
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
  process_min_avail = 1
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
"""


def missing() -> str:
    """What this machine lacks, in a sentence, or nothing."""
    lacking = [name for name in ("dovecot", "openssl") if not shutil.which(name, path=_PATH)]
    if not Path("/usr/lib/dovecot/imap").exists():
        lacking.append("dovecot-imapd")
    return f"{', '.join(lacking)} not installed: make services" if lacking else ""


@dataclass
class Dovecot:
    """The server. It can be stopped and started again; its mails and its ports stay."""

    folder: Path
    port: int
    tls_port: int
    user: str
    process: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)
    delivered: int = 0

    @property
    def authorities(self) -> Path:
        """The certificate to trust, in a file."""
        return self.folder / "cert.pem"

    @property
    def inbox(self) -> Path:
        return self.folder / "mail"

    def deliver(self, raw: bytes, folder: str = "") -> None:
        """Put a mail into the Maildir: written aside, then moved to where it is seen."""
        place = self.inbox / f".{folder}" if folder else self.inbox
        for name in ("tmp", "new", "cur"):
            self._own(place / name)
        self.delivered += 1
        written = place / "tmp" / f"{1_700_000_000 + self.delivered}.M1P{self.delivered}.test"
        written.write_bytes(raw)
        shutil.chown(written, self.user)
        written.rename(place / "new" / written.name)

    def person(self) -> imaplib.IMAP4:
        """Somebody at a mail program, logged in."""
        person = imaplib.IMAP4("127.0.0.1", self.port, timeout=30)
        said = f"\0{USER}\0{PASSWORD}".encode()
        person.authenticate("PLAIN", lambda _: said)
        return person

    def create(self, folder: str) -> None:
        """A folder beside the inbox."""
        person = self.person()
        person.create(folder)
        person.logout()

    def renumber(self, folder: str = "") -> None:
        """Forget the numbers of all mails, as a server does whose index is lost."""
        place = self.inbox / f".{folder}" if folder else self.inbox
        for one in [*place.glob("dovecot*")]:
            one.unlink()

    def contents(self) -> dict[str, bytes]:
        """Every mail by its file's name, which holds its flags."""
        kept = (path for path in self.inbox.rglob("*") if path.parent.name in {"new", "cur"})
        return {str(path.relative_to(self.inbox)): path.read_bytes() for path in kept}

    def start(self) -> None:
        with (self.folder / "out").open("ab") as out:
            self.process = subprocess.Popen(
                [_found("dovecot"), "-F", "-c", str(self.folder / "dovecot.conf")],
                stdout=out,
                stderr=out,
                user=self.user if os.getuid() == 0 else None,
                group=_group(self.user) if os.getuid() == 0 else None,
                extra_groups=[] if os.getuid() == 0 else None,
                cwd=self.folder,
            )
        ends = time.monotonic() + START_SECONDS_MAX
        while True:
            try:
                return self.person().shutdown()
            except (OSError, imaplib.IMAP4.error):
                assert time.monotonic() < ends, self.told()
                sleep(0.1)  # a real server starts in real time

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(20)
        self.process = None

    def told(self) -> str:
        logs = [self.folder / "out", self.folder / "log"]
        return "".join(log.read_text()[-2000:] for log in logs if log.exists())

    def set_up(self) -> None:
        config = _CONFIG.format(
            folder=self.folder,
            user=self.user,
            group=_group(self.user),
            port=self.port,
            tls_port=self.tls_port,
        )
        (self.folder / "dovecot.conf").write_text(config)
        (self.folder / "users").write_text(f"{USER}:{{PLAIN}}{PASSWORD}:::::\n")
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
             "-nodes", "-days", "2", "-subj", "/CN=localhost",
             "-addext", "subjectAltName=DNS:localhost",
             "-keyout", "key.pem", "-out", "cert.pem"],
            check=True, capture_output=True, cwd=self.folder,
        )  # fmt: skip
        for name in ("run", "state", "home", "mail"):
            self._own(self.folder / name)
        for path in self.folder.iterdir():
            shutil.chown(path, self.user)

    def _own(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for one in (folder, folder.parent):
            shutil.chown(one, self.user)


@contextmanager
def running() -> Iterator[Dovecot]:
    """A server with one empty mailbox."""
    user = "nobody" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name
    with tempfile.TemporaryDirectory(prefix="dovecot-") as name:
        folder = Path(name)
        shutil.chown(folder, user)
        server = Dovecot(folder, _free_port(), _free_port(), user)
        server.set_up()
        server.start()
        try:
            yield server
        finally:
            server.stop()


def _group(user: str) -> str:
    return grp.getgrgid(pwd.getpwnam(user).pw_gid).gr_name


def _found(name: str) -> str:
    return shutil.which(name, path=_PATH) or name


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])
