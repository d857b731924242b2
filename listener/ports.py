"""The ports: what a plugin is, and the two failures it may report.

A plugin is a dataclass. Its fields are its table in ``config.toml``: the type is checked, an
``Annotated`` string is its line in the documentation, a field typed :class:`Secret` is named in
the config and never written there. A field without such a line is no setting (a clock to inject).
Plugins say what kind of failure they met; the core alone decides when to try again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from listener.model import Alert, Batch, Mention, Tag


class Retry(Exception):
    """It failed this time and may work later, at the earliest after ``after_seconds``."""

    def __init__(self, reason: str, after_seconds: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.after_seconds = after_seconds


class Reject(Exception):
    """It will never work as it stands: a person must mend something first."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True, repr=False)
class Secret:
    """A secret's value, read from where the config says; it prints as stars."""

    _value: str

    def reveal(self) -> str:
        """The value itself, for the one call that needs it."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(***)"

    __str__ = __repr__


@runtime_checkable
class Source(Protocol):
    """A place where posts come from."""

    def poll(self, cursor: str | None) -> Batch:
        """Everything since ``cursor`` (None: the first time), as far as one poll goes.

        Must end within about a minute whatever the site does, and keeps no state of its own:
        the cursor is the state. Raises Retry or Reject when nothing could be read.
        """
        ...


@runtime_checkable
class Classifier(Protocol):
    """A judge of one thing."""

    def tag(self, mentions: Sequence[Mention]) -> Sequence[Tag]:
        """One tag per mention, same length, same order, no side effects.

        ``mentions`` carry the tags of the classifiers before this one.
        """
        ...


@runtime_checkable
class Channel(Protocol):
    """A place where alerts go."""

    def send(self, alert: Alert) -> str | None:
        """Tell it, and return a receipt (kept with the alert) where the target gives one.

        Must end within about ten seconds. Raises Retry or Reject.
        """
        ...
