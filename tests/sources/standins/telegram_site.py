"""A stand-in for Telegram's Bot API: the queue of one bot.

After https://core.telegram.org/bots/api: "Making requests" (the wrapper with ``ok``, ``result``,
``error_code``, ``description``, ``parameters``), "Getting updates" (``Update``, ``getUpdates``:
``offset`` confirms what lies below it, at most 100 a call, nothing is kept longer than 24 hours,
a webhook shuts it off), "Message", "Chat", "User", "MessageOrigin", "ResponseParameters". The
words of the refusals (401, 404, 409) are known by heart and from bug reports, not from there. A
real server holds a question open for ``timeout`` seconds; this one answers at once.
"""

import json
from bisect import bisect_right
from datetime import datetime, timedelta
from typing import Any, ClassVar

from listener.model import Brand
from listener.ports import Secret
from sources.telegram import TelegramSource
from tests.sources.standins.serving import NOON, Answer, Asked, Entry, StandIn

TOKEN = "4711:AAF-secret_of-the_bot"
GROUP = {"id": -1001500000001, "type": "supergroup", "title": "Travellers", "username": "travel"}
KEPT = timedelta(hours=24)
FIRST_UPDATE = 730_000_001
USER_IDS = {"ada": 11, "norvia": 12}


class TelegramSite(StandIn):
    """Entries are messages in one public group. ``push`` puts any other update into the queue.

    ``webhook`` shuts the queue off; ``other`` says that another program reads it.
    """

    name: ClassVar[str] = "telegram"

    def __init__(self, now: datetime = NOON) -> None:
        super().__init__(now)
        self.webhook = False
        self.other = False
        self.dropped = 0
        self._queue: list[tuple[int, datetime, dict[str, Any]]] = []
        self._next_update = FIRST_UPDATE

    def source(self, *brands: Brand, **settings: Any) -> TelegramSource:
        stated = {"base_url": self.url, "allow_private": True, "wait_seconds": 0.0} | settings
        return TelegramSource(Secret(TOKEN), **stated, now=lambda: self.now)

    def next_id(self, at: datetime) -> str:
        return f"{GROUP['id']}/{len(self.entries) + 1}"

    def published(self, entry: Entry) -> None:
        self.push({"message": self.shape(entry)}, entry.at)

    def changed(self, entry: Entry) -> None:
        """Of an edit a bot is told, of a deletion not."""
        if entry.deleted_at is None:
            self.push({"edited_message": self.shape(entry)})

    def push(self, update: dict[str, Any], at: datetime | None = None) -> None:
        self._queue.append((self._next_update, at or self.now, update))
        self._next_update += 1

    def number_anew(self, number: int) -> None:
        """As after a week without updates."""
        self._next_update = number

    def answer(self, asked: Asked) -> Answer:
        if asked.path != f"/bot{TOKEN}/getUpdates":
            is_bot = asked.path.startswith("/bot") and asked.path.endswith("/getUpdates")
            return refusal(401, "Unauthorized") if is_bot else refusal(404, "Not Found")
        if self.webhook:
            return refusal(
                409,
                "Conflict: can't use getUpdates method while webhook is active; "
                "use deleteWebhook to delete the webhook first",
            )
        if self.other:
            return refusal(
                409,
                "Conflict: terminated by other getUpdates request; "
                "make sure that only one bot instance is running",
            )
        wanted = json.loads(asked.body)
        return Answer(body={"ok": True, "result": self._updates(wanted)})

    def _updates(self, wanted: dict[str, Any]) -> list[dict[str, Any]]:
        offset, limit = wanted.get("offset", 0), min(wanted.get("limit", 100), 100)
        kept = [one for one in self._queue if not (offset and one[0] < offset)]
        self._queue = kept[bisect_right(kept, self.now - KEPT, key=lambda one: one[1]) :]
        self.dropped += len(kept) - len(self._queue)
        there = [one for one in self._queue[: limit * 2] if one[1] <= self.now]
        return [{"update_id": number, **update} for number, _, update in there[:limit]]

    def shape(self, entry: Entry) -> dict[str, Any]:
        """The message, without what it replies to beyond one level, as the reference says."""
        shaped = self._alone(entry)
        parent = self.entries.get(entry.reply_to)
        if parent is not None:
            shaped["reply_to_message"] = self._alone(parent)
            shaped["message_thread_id"] = _number(self._root(entry).id)
        return shaped

    def _root(self, entry: Entry) -> Entry:
        while entry.reply_to in self.entries:
            entry = self.entries[entry.reply_to]
        return entry

    def _alone(self, entry: Entry) -> dict[str, Any]:
        shaped: dict[str, Any] = {
            "message_id": _number(entry.id),
            "from": {
                "id": USER_IDS.get(entry.author, 99),
                "is_bot": False,
                "first_name": entry.author.title(),
                "username": entry.author,
                "language_code": "en",
            },
            "chat": dict(GROUP),
            "date": int(entry.at.timestamp()),
            "text": entry.text,
        }
        if entry.edited_at:
            shaped["edit_date"] = int(entry.edited_at.timestamp())
        return shaped


def _number(native_id: str) -> int:
    return int(native_id.split("/")[1])


def refusal(status: int, words: str, **parameters: Any) -> Answer:
    told = {"ok": False, "error_code": status, "description": words}
    return Answer(status, told | ({"parameters": parameters} if parameters else {}))
