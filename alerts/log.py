"""Tells an alert as readable lines, on the terminal or in a file: the channel that always works."""

import os
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

from alerts import text
from listener import why
from listener.model import Alert, Mention
from listener.ports import Reject, Retry
from listener.text import shown, shown_lines

_TITLE_CHARS_MAX = 200
_BODY_CHARS_MAX = 2_000


@dataclass
class LogChannel:
    """Writes alerts to standard error, or at the end of a file."""

    path: Annotated[Path | None, "File to append to, instead of standard error."] = None
    mentions_max: Annotated[int, "How many mentions an alert shows; the rest is counted."] = 20
    text_chars_max: Annotated[int, "Longer texts are cut here."] = 280
    follows_cases: Annotated[bool, "Whether every change to a case is told here, too."] = False

    def __post_init__(self) -> None:
        if self.mentions_max < 1 or self.text_chars_max < 1:
            msg = "mentions_max and text_chars_max must be at least 1"
            raise ValueError(msg)

    def send(self, alert: Alert) -> None:
        """Write the alert, all its lines at once. The file is on disk when this returns.

        Raises Reject where the file can't be opened as things stand, Retry for any other trouble.
        """
        lines = "".join(f"{line}\n" for line in self._lines(alert))
        try:
            _append(self.path, lines) if self.path else _write_to_terminal(lines)
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError, PermissionError) as error:
            msg = f"{self.path}: {error.strerror}; make the folder and let the listener write there"
            raise Reject(msg) from None
        except (OSError, ValueError) as error:
            msg = f"{self.path or 'standard error'} could not be written: {error}"
            raise Retry(msg) from None

    def retract(self, alert: Alert) -> None:
        """Write which posts were taken down. What was written of them before stays there."""
        self.send(replace(alert, earlier=(), earlier_count=0))

    def _lines(self, alert: Alert) -> list[str]:
        told, more = text.told_here(alert, self.mentions_max)
        head = f"{text.minute(alert.created_at)}  ALERT  {shown(alert.title, _TITLE_CHARS_MAX)}"
        about = f"rule {shown(alert.rule, 60)}, channel {shown(alert.channel, 60)}, {alert.kind}"
        lines = [f"{head}  ({about})"]
        lines += [f"  {line}" for line in shown_lines(alert.body, _BODY_CHARS_MAX).splitlines()]
        lines += [f"  {line}" for line in text.about_case(alert)]
        lines += [f"  - taken down: {shown(post_id, 200)}" for post_id in alert.retracted]
        for mention in told:
            lines += self._mention_lines(mention)
        lines += [f"  {line}" for line in text.history(alert)]
        return [*lines, f"  {text.and_more(more)}"] if more else lines

    def _mention_lines(self, mention: Mention) -> list[str]:
        post = mention.post
        words = f"{post.title}: {post.text}" if post.title else post.text
        found = (
            f"  - {text.headline(mention)}",
            text.beside(mention),
            text.judged(mention),
            shown(words, self.text_chars_max),
            text.web_address(post.url),
            text.reasons(mention),
            _evidence(mention),
        )
        first, *rest = (line for line in found if line)
        return [first, *(f"    {line}" for line in rest)]


def _evidence(mention: Mention) -> str:
    """Who reads this has a terminal at hand, so a doubt comes with the way to settle it."""
    command = why.mark_command(mention)
    return text.evidence(mention) + (f" (mark it: {command})" if command else "")


def _write_to_terminal(lines: str) -> None:
    # Looked up at each call: whoever redirects standard error means this too.
    sys.stderr.write(lines)
    sys.stderr.flush()


def _append(path: Path, lines: str) -> None:
    with path.open("a", encoding="utf-8", errors="replace") as file:
        file.write(lines)
        file.flush()
        os.fsync(file.fileno())
