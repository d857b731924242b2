"""What the settings name as channels, looked up once a day: id, handle, followers, uploads.

A handle is looked up until it is found, and its id is kept from then on: a handle may go to another
channel, an id may not.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from listener.ports import FailureState
from sources.common import fields
from sources.common.fields import Json
from sources.youtube_parts.api import IDS_MAX, Api
from sources.youtube_parts.cursor import Channel, State

LOOKUP_SECONDS = 86_400

_CHANNEL = re.compile(r"UC[A-Za-z0-9_-]{22}")
_HANDLE = re.compile(r"[^\s/?#@]{3,100}")
_VIDEO = re.compile(r"[A-Za-z0-9_-]{11}")
_ADDRESS = re.compile(r"https?://(?:www\.|m\.)?(?:youtube\.com|youtu\.be)/", re.IGNORECASE)

Tell = Callable[[str, str, FailureState], None]


@dataclass
class Lookups:
    """The lookups that are due. ``tell`` is told which channel is not there."""

    api: Api
    state: State
    now: int
    tell: Tell

    def read(self) -> None:
        """Raises NothingLeft, OfPlace, Retry and Reject; what was found before that is kept."""
        channels = self.state.channels
        for name, channel in channels.items():
            if not channel.id:
                self._find(name, channel)
        due = [one for one in channels.values() if one.id and self._is_due(one)]
        for start in range(0, len(due), IDS_MAX):
            self._renew({one.id: one for one in due[start : start + IDS_MAX]})

    def _is_due(self, channel: Channel) -> bool:
        return self.now - channel.looked >= LOOKUP_SECONDS

    def _find(self, name: str, channel: Channel) -> None:
        for raw in self.api.channel_of(name.removeprefix("@")).items:
            if is_channel(fields.name(raw, "id")):
                channel.id = fields.name(raw, "id")
                self._fill(channel, raw)
                return
        self.tell(f"channel {name}", "there is no channel with this handle: check it", "gone")

    def _renew(self, channels: dict[str, Channel]) -> None:
        for raw in self.api.channels(list(channels)).items:
            if fields.name(raw, "id") in channels:
                self._fill(channels[fields.name(raw, "id")], raw)
        for channel in channels.values():
            channel.looked = self.now

    def _fill(self, channel: Channel, raw: Json) -> None:
        handle = fields.text(raw, "snippet", "customUrl", chars_max=100)
        channel.handle = handle.removeprefix("@") if handle.startswith("@") else ""
        channel.name = fields.text(raw, "snippet", "title", chars_max=300)
        digits = fields.text(raw, "statistics", "subscriberCount", chars_max=20)
        channel.followers = int(digits) if digits.isascii() and digits.isdigit() else 0
        related = fields.name(raw, "contentDetails", "relatedPlaylists", "uploads")
        channel.uploads = related[:100]
        channel.looked = self.now


def is_channel(value: str) -> bool:
    """Whether this is a channel's id."""
    return bool(_CHANNEL.fullmatch(value))


def channel_named(value: str) -> str:
    """A channel of the settings: its id, or its handle with the @. Raises ValueError."""
    name = _ADDRESS.sub("", value.strip()).split("?")[0].removeprefix("channel/").strip("/")
    name = name.split("/")[0]
    if is_channel(name):
        return name
    if name.startswith("@") and _HANDLE.fullmatch(name[1:]):
        return f"@{name[1:].casefold()}"
    msg = f"channels: {value[:100]!r} is no channel: give its id (UC…) or its handle (@name)"
    raise ValueError(msg)


def video_named(value: str) -> str:
    """A video of the settings, by its id or its address. Raises ValueError."""
    name = _ADDRESS.sub("", value.strip())
    name = re.sub(r"^(?:watch\?(?:.*&)?v=|shorts/|live/|embed/)", "", name)
    name = re.split(r"[?&#/]", name)[0]
    if not _VIDEO.fullmatch(name):
        raise ValueError(f"videos: {value[:100]!r} is no video: give its id, of 11 characters")
    return name
