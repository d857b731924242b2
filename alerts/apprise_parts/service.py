"""One address of Apprise's, and what became of telling something there."""

import json
import logging
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any
from urllib.parse import unquote

from alerts.answers import safe_piece
from alerts.apprise_parts import words
from alerts.apprise_parts.guard import Guard
from listener.model import Alert, AlertKind
from listener.ports import Reject, Retry

_LINES_MAX = 50
_OWN_THREADS = {"mqtt", "mqtts", "xmpp", "xmpps"}
_MATRIX = {"matrix", "matrixs"}
_GRAVITY: dict[AlertKind, str] = {
    "clear": "success",
    "crisis": "failure",
    "escalation": "warning",
    "source": "warning",
    "spike": "warning",
}
_NTFY = {"ntfy", "ntfys"}
_NTFY_BYTES_MAX = 6_000  # what is longer as JSON, with its escapes, would come as a file
_SHOWS_PLAIN_TEXT = _MATRIX | _NTFY | {"json", "jsons"}
_ESCAPES_OR_REFUSES = {"tgram"}  # its Markdown is an error where a mark is not escaped
_REFUSED = re.compile(r"\berror=(401|403|404|410)\b")
_SCHEMA = re.compile(r"[a-z][a-z0-9]{1,19}(?=://)")


class Service:
    """One address, and Apprise's object for it, which is made anew after every failure.

    Raises ValueError for an address that Apprise does not understand, never with it in the words.
    """

    def __init__(self, url: str, number: int) -> None:
        self.number = number
        self._url = url
        self._schema = schema.group() if (schema := _SCHEMA.match(url.lower())) else ""
        self._name = f"{self._schema} (address {number} in urls)"
        self._hidden = _secrets_in(url)
        self._speaker: Any = self._made()

    def tell(self, alert: Alert, mentions_max: int, guard: Guard) -> Retry | Reject | None:
        """Tell it. Returns what went wrong, or None."""
        with _logged() as lines:
            if self._speaker is None:
                self._speaker = self._made()
            try:
                if self._notify(alert, mentions_max):
                    return None
            except _Waiting as waiting:
                asked = f"{self._name} asks to wait {waiting.seconds:.3g} s"
                return Retry(asked, waiting.seconds, state="rate limit")
            # Apprise's services raise whatever they like; each costs its own address alone.
            except Exception as error:  # noqa: BLE001
                lines.append(type(error).__name__)
            self._speaker = None
        return self._verdict(lines, guard)

    def _notify(self, alert: Alert, mentions_max: int) -> bool:
        from apprise import NotifyFormat, OverflowMode

        speaker, marked = self._speaker, self._marked()
        head = words.title(alert, int(speaker.body_maxlen), marked=marked)
        room = max(int(speaker.body_maxlen) - len(head) - 2, 40)
        said = words.body(alert, mentions_max, room, marked=marked)
        if self._schema in _NTFY and len(json.dumps(said)) > _NTFY_BYTES_MAX:
            said = words.body(alert, mentions_max, _NTFY_BYTES_MAX // 6, marked=marked)
        # What reads Markdown gets the defused words as they are: escaping would break the link.
        as_is = self._schema not in _ESCAPES_OR_REFUSES and (
            speaker.resolve_format(NotifyFormat.TEXT) == NotifyFormat.MARKDOWN
        )
        titled = speaker.title_maxlen > 0 and self._schema not in _MATRIX
        body = said if titled else f"{head}\n{said}"
        return bool(
            speaker.notify(
                notify_type=_GRAVITY.get(alert.kind, "info"),
                title=head if titled else "",
                body=_paragraphs(body) if as_is else body,
                body_format=None if as_is else NotifyFormat.TEXT,
                overflow=OverflowMode.TRUNCATE,
            )
        )

    def _marked(self) -> bool:
        """Whether marks in plain text may be read: also by bridges, which Matrix webhooks are."""
        bridge = self._schema in _MATRIX and self._speaker.mode != "off"
        return bridge or self._schema not in _SHOWS_PLAIN_TEXT

    def _made(self) -> Any:
        """Apprise's object for the address. Raises ValueError, never with the address in it."""
        speaker: Any = None
        with _logged() as lines:
            if self._schema not in _OWN_THREADS:
                try:
                    speaker = self._speaking()
                except Exception as error:  # noqa: BLE001
                    lines.append(type(error).__name__)
        if speaker is None or not hasattr(speaker, "notify"):
            said = self._said(lines[-1:]) or "Apprise knows no such service"
            where = f"urls, address {self.number} ({self._schema or '?'}://)"
            raise ValueError(f"{where}: {said}; see how Apprise writes the address of this service")
        speaker.throttle = _wait_elsewhere
        return speaker

    def _speaking(self) -> Any:
        if self._schema in _MATRIX:
            from alerts.apprise_parts.matrix import quiet_matrix

            return quiet_matrix(self._url, _asset())
        from apprise import Apprise

        return Apprise.instantiate(self._url, asset=_asset())

    def _verdict(self, lines: list[str], guard: Guard) -> Retry | Reject:
        if guard.refused:
            return Reject(f"{self._name}: {guard.refused[0]}")
        if guard.deadline.passed:
            return Retry(f"{self._name} did not finish within {guard.deadline.seconds:g} s")
        said = f"{self._name} failed: {self._said(lines[-2:]) or 'Apprise does not say why'}"
        if any(_REFUSED.search(line) for line in lines):
            return Reject(f"{said}; check its token, password and target", state="login")
        return Retry(said)

    def _said(self, lines: list[str]) -> str:
        return safe_piece(" ".join(lines), self._hidden)


class _Waiting(Exception):
    """A service wants to be left alone for so long."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


def _wait_elsewhere(*_: object, wait: float | None = None, **__: object) -> None:
    """In place of Apprise's own pauses, which sleep: waiting and pacing are the daemon's."""
    if wait:
        raise _Waiting(wait)


def _paragraphs(body: str) -> str:
    """Every line a paragraph: Markdown joins lines."""
    return re.sub(r"\n+", "\n\n", body)


def _secrets_in(url: str) -> list[str]:
    """Every piece of an address beyond its scheme, the longest first: any may be a secret."""
    pieces = re.split(r"[/:@?&=#,+]+", url.partition("://")[2])
    found = {url, *pieces, *(unquote(piece) for piece in pieces)}
    return sorted(found - {""}, key=len, reverse=True)


@cache
def _asset() -> Any:
    """How Apprise is to behave: no redirects, no pictures, nothing kept, words left alone."""
    from apprise import AppriseAsset
    from apprise.common import PersistentStoreMode

    return AppriseAsset(
        app_id="Listener",
        app_desc="Mention listener",
        app_url="",
        image_url_mask="",
        image_url_logo="",
        async_mode=False,
        http_redirects=False,
        interpret_emojis=False,
        interpret_escapes=False,
        storage_mode=PersistentStoreMode.MEMORY,
    )


class _Lines(logging.Handler):
    """Keeps what is logged in this thread."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []
        self._of = threading.get_ident()

    def emit(self, record: logging.LogRecord) -> None:
        if record.thread == self._of and len(self.lines) < _LINES_MAX:
            self.lines.append(record.getMessage())


@contextmanager
def _logged() -> Iterator[list[str]]:
    """What Apprise logs meanwhile. It goes nowhere else: it may name tokens."""
    logger = logging.getLogger("apprise")
    logger.propagate = False
    logger.setLevel(logging.WARNING)
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())  # else Python prints what nobody handles
    handler = _Lines()
    logger.addHandler(handler)
    try:
        yield handler.lines
    finally:
        logger.removeHandler(handler)
