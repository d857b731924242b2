"""What an HTTP answer means for an alert: told, try again, or a person must mend something."""

import logging
from collections.abc import Iterable, Mapping
from datetime import datetime
from urllib.parse import urlsplit

from listener.net import retry_after_seconds
from listener.ports import FailureState, Reject, Retry, Secret
from listener.text import shown

_PIECE_CHARS_MAX = 120
_HIDDEN_CHARS_MIN = 4
_WAIT_STATUSES = {408, 425, 429}
# Not 403: filters on the way answer with it to the words of a stranger, which is one alert's fault.
_STATES: dict[int, FailureState] = {401: "login", 402: "credits"}

# urllib3 logs every path at DEBUG, and the path of a webhook is often its secret.
logging.getLogger("urllib3.connectionpool").setLevel(logging.INFO)


def check_delivered(
    status: int, headers: Mapping[str, str], piece: str, *, now: datetime, mend: str
) -> None:
    """Return where the status says that the alert was taken.

    Raises Retry for a busy or broken server, with the time it asks to wait, and Reject for
    everything else: the same alert would be refused again. The state of that is login for 401
    and credits for 402, so that the channel's alerts wait until somebody mends it. ``piece`` is
    what the server said, made safe by :func:`safe_piece`; ``mend`` says what a person can do.
    """
    if 200 <= status < 300:
        return
    said = f"answered {status}" + (f" “{piece}”" if piece else "")
    if status in _WAIT_STATUSES or status >= 500:
        raise Retry(said, retry_after_seconds(headers, now))
    if 300 <= status < 400:
        raise Reject(f"{said}: redirects are not followed; set the address it moved to")
    raise Reject(f"{said}: {mend}", state=_STATES.get(status, "setup"))


def safe_piece(body: bytes | str, hidden: Iterable[str] = ()) -> str:
    """The beginning of an answer on one harmless line, without the ``hidden`` words in it."""
    text = body[:4096].decode("utf-8", "replace") if isinstance(body, bytes) else body[:4096]
    for word in hidden:
        if len(word) >= _HIDDEN_CHARS_MIN:
            text = text.replace(word, "***")
    return shown(text, _PIECE_CHARS_MAX)


def secret_words(secret: Secret | None, url: str = "") -> list[str]:
    """What an answer may not repeat: a secret, and all of an address beyond its host.

    Many addresses of webhooks are secrets themselves, and error pages name the path.
    """
    parts = urlsplit(url)
    return [secret.reveal() if secret else "", url, parts.path, parts.query]
