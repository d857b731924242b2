"""A real WordPress: Debian's package on a MariaDB of its own and PHP's web server.

Nothing of the machine's is touched: the database lives in a temporary folder and listens on a
socket there, the site is a copy, and both end with the test.
"""

import os
import re
import shutil
import socket
import subprocess
import time
import xmlrpc.client
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import urlopen

from listener.clock import sleep

PACKAGE = Path("/usr/share/wordpress")
START_SECONDS_MAX = 60
USER, PASSWORD = "ada", "correct horse battery"

_CONFIG = """<?php
define('DB_NAME', 'wordpress'); define('DB_USER', 'root'); define('DB_PASSWORD', '');
define('DB_HOST', 'localhost:{socket}'); define('DB_CHARSET', 'utf8mb4'); define('DB_COLLATE', '');
define('WP_CONTENT_DIR', '{content}'); define('WP_HTTP_BLOCK_EXTERNAL', true);
define('DISABLE_WP_CRON', true); define('AUTOMATIC_UPDATER_DISABLED', true);
define('WP_SITEURL', '{url}'); define('WP_HOME', '{url}');
$table_prefix = 'wp_';
if (!defined('ABSPATH')) define('ABSPATH', __DIR__ . '/');
require_once ABSPATH . 'wp-settings.php';
"""


def missing() -> str:
    """What this machine lacks, in a sentence, or nothing."""
    needed = ("mariadbd", "mariadb-install-db", "php")
    lacking = [name for name in needed if not shutil.which(name, path=_PATH)]
    if not (PACKAGE / "wp-load.php").exists():
        lacking.append("WordPress")
    return f"{', '.join(lacking)} not installed: make services" if lacking else ""


_PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"


@dataclass(frozen=True, slots=True)
class WordPress:
    """The site, and its owner at the keyboard (XML-RPC, as WordPress' own apps use it)."""

    url: str

    @property
    def posts_feed(self) -> str:
        return f"{self.url}/?feed=rss2"

    @property
    def comments_feed(self) -> str:
        return f"{self.url}/?feed=comments-rss2"

    def publish(self, title: str, text: str) -> str:
        content = {"post_title": title, "post_content": text, "post_status": "publish"}
        content["comment_status"] = "open"
        return str(self._call("newPost", content))

    def edit(self, post_id: str, text: str) -> None:
        self._call("editPost", int(post_id), {"post_content": text})

    def delete(self, post_id: str) -> None:
        self._call("deletePost", int(post_id))

    def comment(self, post_id: str, text: str) -> str:
        return str(self._call("newComment", int(post_id), {"content": text}))

    def edit_comment(self, comment_id: str, text: str) -> None:
        self._call("editComment", int(comment_id), {"content": text})

    def delete_comment(self, comment_id: str) -> None:
        self._call("deleteComment", int(comment_id))

    def _call(self, method: str, *arguments: object) -> object:
        server = xmlrpc.client.ServerProxy(f"{self.url}/xmlrpc.php")
        return getattr(server, f"wp.{method}")(1, USER, PASSWORD, *arguments)


@contextmanager
def running(folder: Path) -> Iterator[WordPress]:
    """A fresh site with no posts but the one that WordPress brings along."""
    with _database(folder) as database, _site(folder, database) as url:
        _install(url)
        yield WordPress(url)


@contextmanager
def _database(folder: Path) -> Iterator[Path]:
    data, listening = folder / "data", folder / "db.sock"
    as_user = [f"--user={'root' if os.getuid() == 0 else os.environ.get('USER', '')}"]
    _run("mariadb-install-db", f"--datadir={data}", "--skip-test-db", "--skip-name-resolve",
         "--auth-root-authentication-method=normal", *as_user)  # fmt: skip
    with _process(
        "mariadbd", "--no-defaults", f"--datadir={data}", f"--socket={listening}",
        "--skip-networking", "--innodb-flush-log-at-trx-commit=0",
        f"--pid-file={folder / 'db.pid'}", *as_user, log=folder / "db.log",
    ):  # fmt: skip
        _wait(lambda: _run("mariadb", f"--socket={listening}", "--user=root",
                           "--execute=CREATE DATABASE IF NOT EXISTS wordpress"))  # fmt: skip
        yield listening


@contextmanager
def _site(folder: Path, database: Path) -> Iterator[str]:
    root = folder / "site"
    shutil.copytree(PACKAGE, root, symlinks=False, ignore_dangling_symlinks=True)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    config = _CONFIG.format(socket=database, content=root / "wp-content", url=url)
    (root / "wp-config.php").write_text(config)
    with _process("php", "-S", f"127.0.0.1:{port}", "-t", str(root), log=folder / "php.log"):
        _wait(lambda: urlopen(f"{url}/readme.html", timeout=5).close())
        yield url


def _install(url: str) -> None:
    form = {
        "weblog_title": "A blog",
        "user_name": USER,
        "admin_password": PASSWORD,
        "admin_password2": PASSWORD,
        "pw_weak": "1",
        "admin_email": "ada@example.org",
        "blog_public": "1",
    }
    page = f"{url}/wp-admin/install.php?step=2"
    with urlopen(page, urlencode(form).encode(), timeout=60) as answer:
        told = answer.read().decode()
    assert re.search("wp-login.php", told), told[-2000:]


@contextmanager
def _process(*command: str, log: Path) -> Iterator[None]:
    with log.open("wb") as out:
        process = subprocess.Popen(_whole(command), stdout=out, stderr=out)
    try:
        yield
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(20)
        process.kill()
        process.wait()


def _run(*command: str) -> None:
    subprocess.run(_whole(command), check=True, capture_output=True)


def _whole(command: tuple[str, ...]) -> list[str]:
    return [shutil.which(command[0], path=_PATH) or command[0], *command[1:]]


def _wait(ready: object) -> None:
    """Until it no longer fails."""
    ends = time.monotonic() + START_SECONDS_MAX
    while True:
        try:
            return ready()  # type: ignore[operator,no-any-return]
        except (URLError, HTTPError, OSError, subprocess.CalledProcessError):
            if time.monotonic() > ends:
                raise
            sleep(0.1)  # a real server starts in real time
