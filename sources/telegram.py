"""Telegram: what is written in the groups and channels that a bot of one's own is in.

A bot has a queue at Telegram. What was read is dropped from it only when the next question says
so, and that is asked with the cursor, once the posts are stored: a crash loses nothing. So one
poll is one question. The queue keeps a day; a longer absence is told as a gap.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Annotated

from listener.clock import utc_now
from listener.model import UNLIMITED, Batch, Gap, Spent
from listener.ports import Reject, Retry, Secret
from sources.common import fields
from sources.common.fields import Json
from sources.common.settings import site_addresses, within
from sources.telegram_parts.cursor import State, dump, load
from sources.telegram_parts.updates import Queue, Reading

KEPT = timedelta(hours=24)
"""How long Telegram keeps what nobody asked for."""

WAIT_SECONDS_MAX = 20
_PUBLIC = {"group", "supergroup", "channel"}
_TOKEN = re.compile(r"[0-9]{1,20}:[A-Za-z0-9_-]{1,200}")
_CHAT = re.compile(r"-?[0-9]{1,20}|@?[A-Za-z][A-Za-z0-9_]{2,50}")


@dataclass
class TelegramSource:
    """Messages of groups, posts of channels, and their edits, as far as a bot is shown them."""

    token: Annotated[Secret, "The bot's token, from @BotFather."]
    chats: Annotated[
        list[str], "Groups and channels, by @name or number; none: all that the bot is in."
    ] = field(default_factory=list)
    wait_seconds: Annotated[
        float, "How long a question is held open while there is nothing new; 0: not at all."
    ] = 5.0
    timeout_seconds: Annotated[float, "How long an answer may take beyond that."] = 10.0
    base_url: Annotated[str, "Where the Bot API is."] = "https://api.telegram.org"
    allow_private: Annotated[bool, "Whether that may be in a private network."] = False
    now: Callable[[], datetime] = utc_now
    page_updates: int = 100

    def __post_init__(self) -> None:
        if not _TOKEN.fullmatch(self.token.reveal()):
            raise ValueError("token is no bot's token: a number, a colon, letters and digits")
        for number, chat in enumerate(self.chats, 1):
            if not _CHAT.fullmatch(chat.strip()):
                raise ValueError(f"chats: no. {number} is neither a @name nor a number")
        if not 0 <= self.wait_seconds <= WAIT_SECONDS_MAX:
            msg = f"wait_seconds is {self.wait_seconds}: it must be 0 to {WAIT_SECONDS_MAX}"
            raise ValueError(msg)
        within("timeout_seconds", self.timeout_seconds, 60)
        within("page_updates", self.page_updates, 100)
        (self.base_url,) = site_addresses("base_url", [self.base_url])

    def dearest(self) -> Spent:
        """One question."""
        return Spent(requests=1)

    def poll(self, cursor: str | None) -> Batch:
        """What waits in the bot's queue, at most a hundred updates of it."""
        return self.poll_within(cursor, UNLIMITED)

    def poll_within(self, cursor: str | None, allowance: Spent) -> Batch:
        """As ``poll``, if a question is allowed. Raises Retry and Reject."""
        if allowance.requests <= 0:
            raise Retry("its budget has no request left", state="budget", spent=Spent())
        state = load(cursor, self.now())
        gap = _missed(state.read_until, self.now())
        if gap:  # nothing of what was read can still be there, and numbers may begin anew
            state = replace(state, offset=0)
        queue = Queue(
            self.base_url,
            self.now,
            self.wait_seconds,
            self.timeout_seconds,
            self.page_updates,
            self.allow_private,
        )
        try:
            updates = queue.ask(self.token, state.offset)
        except (Retry, Reject) as failure:
            failure.spent = Spent(requests=1)
            raise failure from None  # what caused it may name the address, and so the token
        reading = Reading(state, self._listens)
        reading.take(updates)
        return self._batch(state, reading, gap, is_full=len(updates) >= self.page_updates)

    def _batch(self, before: State, reading: Reading, gap: Gap | None, *, is_full: bool) -> Batch:
        now = self.now()
        more = is_full and reading.state.offset > before.offset
        read_until = now.timestamp()
        if is_full:
            read_until = min(max(reading.newest, (now - KEPT).timestamp()), read_until)
        return Batch(
            posts=tuple(reading.posts.values()),
            cursor=dump(replace(reading.state, read_until=read_until)),
            rejects=tuple(reading.rejects),
            gaps=(gap,) if gap else (),
            more=more,
            complete=not is_full,
            spent=Spent(requests=1),
        )

    def _listens(self, chat: Json, moved: Mapping[str, str]) -> bool:
        """Whether what is said in this chat counts: what is said to the bot alone never does."""
        if fields.text(chat, "type") not in _PUBLIC:
            return False
        wanted = {name.strip().lstrip("@").casefold() for name in self.chats}
        wanted |= {new for old, new in moved.items() if old in wanted}
        names = {fields.name(chat, "id"), fields.text(chat, "username").casefold()} - {""}
        return not wanted or not wanted.isdisjoint(names)


def _missed(read_until: float, now: datetime) -> Gap | None:
    """What Telegram dropped before anybody asked for it."""
    since, until = datetime.fromtimestamp(read_until, UTC), now - KEPT
    if not read_until or since >= until:
        return None
    return Gap(since, until, "nobody asked for more than 24 hours, and Telegram keeps no more")
