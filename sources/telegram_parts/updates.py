"""A bot's queue: one question for what is in it, and what the answer holds.

The token is part of the address of every question. It is put in there at the last moment, and
no reason, place or cursor ever repeats an address.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from listener.model import Fault, Post
from listener.net import Reply
from listener.ports import Reject, Retry, Secret
from sources.common import fields
from sources.common.asking import Asking, Meaning
from sources.common.fields import Json
from sources.telegram_parts.cursor import State
from sources.telegram_parts.messages import post_of

KINDS = ("message", "edited_message", "channel_post", "edited_channel_post")

_HIGHEST = 2**53
_TAKEN_SECONDS = 60.0
_BAD_TOKEN: Meaning = (
    "login",
    "does not know the bot (its token is wrong or was revoked): get the token from @BotFather",
)
_MEANINGS: dict[int, Meaning] = {401: _BAD_TOKEN, 404: _BAD_TOKEN}


@dataclass(frozen=True, slots=True)
class Queue:
    """How the queue is asked: ``wait_seconds`` is how long a question is held open."""

    base_url: str
    now: Callable[[], datetime]
    wait_seconds: float
    timeout_seconds: float
    page_updates: int
    allow_private: bool

    def ask(self, token: Secret, offset: int) -> list[Json]:
        """What waits in the queue from ``offset`` on; what is below it is dropped there.

        Raises Retry and Reject.
        """
        wanted: dict[str, object] = {
            "limit": self.page_updates,
            "timeout": int(self.wait_seconds),
            "allowed_updates": list(KINDS),
        }
        if offset:
            wanted["offset"] = offset
        seconds = self.timeout_seconds + self.wait_seconds
        asking = Asking(
            self.base_url,
            self.now,
            {"Content-Type": "application/json"},
            timeout_seconds=seconds,
            total_seconds=seconds,
            allow_private=self.allow_private,
            meanings=_MEANINGS,
            refusal=_refusal,
        )
        # A POST is never sent on to where a redirect points.
        path = f"/bot{token.reveal()}/getUpdates"
        reply = asking.reply("POST", path, body=json.dumps(wanted).encode())
        answer = asking.value(reply)
        if fields.truth(answer, "ok") is not True:
            raise Retry("Telegram answered without saying that all is well")
        try:
            return list(fields.listed(answer, "result"))
        except ValueError as error:
            raise Retry(f"Telegram answered with no list of updates: {error}") from error


def _refusal(reply: Reply) -> Retry | Reject | None:
    """What a conflict means: two read the queue, and each update goes to one of them alone."""
    if reply.status != 409:
        return None
    if b"webhook" in reply.body[:10_000].lower():
        return Reject(
            "a webhook is set for this bot (409), so nobody can ask for its messages: take it off "
            "with deleteWebhook, or make a bot of its own for the listener"
        )
    return Retry(
        "another program reads this bot's messages (409): stop it, or make a bot of its own for "
        "the listener",
        _TAKEN_SECONDS,
        state="setup",
    )


@dataclass
class Reading:
    """What one answer brought, and where the queue stands after it."""

    state: State
    listens: Callable[[Json, Mapping[str, str]], bool]
    posts: dict[str, Post] = field(default_factory=dict)
    rejects: list[Fault] = field(default_factory=list)
    newest: float = 0.0

    def take(self, updates: list[Json]) -> None:
        """Every update that is new, oldest first; the last version of a message counts."""
        offset = self.state.offset
        for number, update in _in_order(updates):
            if 0 < number < offset:
                continue  # it is stored, and Telegram was told so
            self.state = replace(self.state, offset=max(self.state.offset, number + 1))
            self._read(number, update)
        if not updates:
            # There is nothing to confirm any more. Without an offset Telegram may begin to number
            # anew, as it does after a week of silence.
            self.state = replace(self.state, offset=0)

    def _read(self, number: int, update: Json) -> None:
        for kind in KINDS:
            if update.get(kind) is None:
                continue
            try:
                self._message(fields.table(update, kind))
            except ValueError as error:
                self.rejects.append(Fault(f"update {number}", str(error)))

    def _message(self, message: Json) -> None:
        newest = fields.count(message, "edit_date") or fields.count(message, "date")
        self.newest = max(self.newest, newest)
        old, new = fields.needed(message, "chat", "id"), fields.name(message, "migrate_to_chat_id")
        if new:
            self.state = replace(self.state, moved={**self.state.moved, old: new})
        if not self.listens(fields.table(message, "chat"), self.state.moved):
            return
        post = post_of(message)
        if post is not None:
            self.posts.pop(post.native_id, None)
            self.posts[post.native_id] = post


def _in_order(updates: list[Json]) -> Iterator[tuple[int, Json]]:
    """The updates by their number, each once; 0 where one has none that can be."""
    seen: set[int] = set()
    numbered = [(_number(update), update) for update in updates]
    for number, update in sorted(numbered, key=lambda one: one[0]):
        if number not in seen:
            yield number, update
        if number:
            seen.add(number)


def _number(update: Json) -> int:
    number = fields.at(update, "update_id")
    is_number = isinstance(number, int) and not isinstance(number, bool)
    return number if is_number and 0 < number < _HIGHEST else 0
