"""Chatwoot on the loopback, for what the channel uses of it.

Answers in the shapes of developers.chatwoot.com (Application API: contacts create, search and
conversations; conversations create, list, get, toggle_status, toggle_priority, assignments and
custom_attributes; messages create, list, delete; agents list; profile), kept as swagger/paths in
Chatwoot's repository, and, where that is silent, of Chatwoot's source: conversations_controller.rb
(a conversation and its first message are made in one transaction; who opens one gets it, where
they are an agent), conversation_finder.rb (25 a page, the last active in front),
messages_controller.rb (a deleted message keeps its place and loses its words),
conversation_custom_attributes_concern.rb (they replace each other). Chatwoot Cloud limits calls by
rack-attack with 429; the reference gives no numbers.
"""

import re
from datetime import datetime
from html import escape
from typing import Any

from alerts.chatwoot import ChatwootChannel
from alerts.chatwoot_parts.markdown import as_words
from listener.ports import Secret
from tests.alerts.standins.serving import DeskSite, Json, body_of
from tests.sources.standins.serving import NOON, Answer, Asked

TOKEN = "chatwoot-stand-in-token"
OURS, ANNA, CUSTOMER = 1, 2, 9
MAILS = {OURS: "listener@example.org", ANNA: "anna@example.org"}
STATUSES = {"open", "pending", "snoozed", "resolved"}
ROOT = "/api/v1/accounts/5"
INBOX = 7
CONVERSATION = re.compile(rf"{ROOT}/conversations/(\d+)(.*)")
NOT_FOUND = Answer(404, {"error": "Resource could not be found"})
DELETED = "This message was deleted"


class ChatwootSite(DeskSite):
    """An account, number 5, with an inbox of the kind API, number 7."""

    secrets = (TOKEN,)

    def __init__(self, now: datetime = NOON) -> None:
        super().__init__(now)
        self.contacts: dict[str, Json] = {}
        self.conversations: dict[int, Json] = {}
        self.messages: dict[int, list[Json]] = {}

    def channel(self, **settings: Any) -> ChatwootChannel:
        given: Json = {"token": Secret(TOKEN), "account": 5, "inbox": INBOX}
        return ChatwootChannel(
            self.url, now=lambda: self.now, **given | {"allow_private": True} | settings
        )

    # What people do and see there.

    def ids(self) -> list[str]:
        return [str(number) for number in self.conversations]

    def texts(self, ticket_id: str) -> list[str]:
        subject = self.conversations[int(ticket_id)]["custom_attributes"].get("listener_subject")
        return [subject or "", *(as_words(one["content"]) for one in self.messages[int(ticket_id)])]

    def markup(self, ticket_id: str) -> list[str]:
        return [rendered(one["content"]) for one in self.messages[int(ticket_id)]]

    def state(self, ticket_id: str) -> tuple[str, str]:
        conversation = self.conversations[int(ticket_id)]
        return conversation["status"], MAILS.get(conversation["assignee"], "")

    def anna(self, ticket_id: str, did: str, words: str = "") -> None:
        number = int(ticket_id)
        conversation = self.conversations[number]
        with self._lock:
            if did in {"answered", "noted", "wrote"}:
                by = CUSTOMER if did == "wrote" else ANNA
                self._message(number, {"content": words, "private": did == "noted"}, by)
                return
            if did == "took":
                conversation["assignee"] = ANNA
            else:
                conversation["status"] = "resolved" if did == "closed" else "open"
            self._message(number, {"content": f"Anna {did} it"}, 0)

    # What the API answers.

    def answer(self, asked: Asked) -> Answer:
        if asked.headers.get("api_access_token") != TOKEN:
            return Answer(401, {"error": "Invalid Access Token"})
        if asked.path == "/api/v1/profile":
            return Answer(body={"id": OURS, "email": MAILS[OURS], "role": "agent"})
        if asked.path == f"{ROOT}/agents":
            return Answer(body=[{"id": one, "email": mail} for one, mail in MAILS.items()])
        if asked.path.startswith(f"{ROOT}/contacts"):
            return self._contact(asked)
        if asked.path == f"{ROOT}/conversations":
            return self._create(body_of(asked)) if asked.method == "POST" else self._list(asked)
        found = CONVERSATION.fullmatch(asked.path)
        if not found or int(found[1]) not in self.conversations:
            return NOT_FOUND
        return self._of_conversation(asked, int(found[1]), found[2])

    def _contact(self, asked: Asked) -> Answer:
        if asked.path.endswith("/search"):
            wanted = asked.one("q")
            found = [one for key, one in self.contacts.items() if wanted in key]
            return Answer(body={"meta": {"count": len(found)}, "payload": found})
        if asked.path.endswith("/conversations"):
            contact = int(asked.path.split("/")[-2])
            mine = [one for one in self.conversations.values() if one["contact"] == contact]
            return Answer(body={"payload": [self._shown(one) for one in mine]})
        sent = body_of(asked)
        if sent["identifier"] in self.contacts:
            return Answer(422, {"message": "Identifier has already been taken"})
        inbox = {"source_id": f"source-{self.number()}", "inbox": {"id": sent["inbox_id"]}}
        contact_of = {"id": self.number(), "name": sent["name"], "contact_inboxes": [inbox]}
        self.contacts[sent["identifier"]] = contact_of | {"identifier": sent["identifier"]}
        body = {"contact": self.contacts[sent["identifier"]], "contact_inbox": inbox}
        return Answer(body={"payload": body})

    def _create(self, sent: Json) -> Answer:
        contacts = {one["id"]: one for one in self.contacts.values()}
        contact = contacts.get(sent["contact_id"])
        if contact is None or sent["inbox_id"] != INBOX:
            return NOT_FOUND
        if sent["source_id"] not in {one["source_id"] for one in contact["contact_inboxes"]}:
            return Answer(422, {"error": "source_id should be unique"})
        number = self.number()
        self.conversations[number] = {
            "id": number,
            "contact": contact["id"],
            "status": sent["status"],
            "priority": None,
            "assignee": sent.get("assignee_id"),
            "custom_attributes": sent["custom_attributes"],
            "last_activity_at": int(self.now.timestamp()),
        }
        self.messages[number] = []
        self._message(number, sent["message"], OURS)
        return Answer(body=self._shown(self.conversations[number]))

    def _list(self, asked: Asked) -> Answer:
        wanted = asked.one("status", "open")
        found = [one for one in self.conversations.values() if wanted in {"all", one["status"]}]
        found.sort(key=lambda one: (one["last_activity_at"], one["id"]), reverse=True)
        start = (int(asked.one("page", "1")) - 1) * 25
        listed = [self._shown(one) for one in found[start : start + 25]]
        return Answer(body={"data": {"meta": {"all_count": len(found)}, "payload": listed}})

    def _of_conversation(self, asked: Asked, number: int, rest: str) -> Answer:
        conversation, sent = self.conversations[number], body_of(asked)
        if rest.startswith("/messages"):
            return self._messages(asked, number, rest, sent)
        if rest == "/toggle_status":
            if sent["status"] not in STATUSES:
                return Answer(422, {"message": "Status is not included in the list"})
            conversation["status"] = sent["status"]
            if sent["status"] == "open":
                conversation["assignee"] = OURS
            self._message(number, {"content": "Conversation was marked"}, 0)
            body = {"success": True, "current_status": sent["status"], "conversation_id": number}
            return Answer(body={"meta": {}, "payload": body})
        if rest == "/assignments":
            conversation["assignee"] = sent["assignee_id"]
            return Answer(body={"id": sent["assignee_id"]} if sent["assignee_id"] else None)
        if rest == "/toggle_priority":
            conversation["priority"] = sent["priority"]
            return Answer(200, b"")
        if rest == "/custom_attributes":
            conversation["custom_attributes"] = sent["custom_attributes"]
            return Answer(body={"custom_attributes": sent["custom_attributes"]})
        return Answer(body=self._shown(conversation))

    def _messages(self, asked: Asked, number: int, rest: str, sent: Json) -> Answer:
        messages = self.messages[number]
        if asked.method == "DELETE":
            for message in messages:
                if rest == f"/messages/{message['id']}":
                    message |= {"content": DELETED, "content_attributes": {"deleted": True}}
                    return Answer(200, b"")
            return NOT_FOUND
        if asked.method == "POST":
            return Answer(body=self._message(number, sent, OURS))
        before = int(asked.one("before", "1000000000"))
        page = [one for one in messages if one["id"] < before][-20:]
        return Answer(body={"meta": {}, "payload": page})

    def _message(self, number: int, sent: Json, by: int) -> Json:
        if len(sent["content"]) > 150_000:
            raise AssertionError("too long a message")
        kinds = {CUSTOMER: 0, 0: 2}
        message: Json = {
            "id": self.number(),
            "content": liquid(sent["content"]),
            "message_type": kinds.get(by, 1),
            "private": bool(sent.get("private")),
            "created_at": int(self.now.timestamp()),
            "content_attributes": {},
        }
        if by:
            kind = "contact" if by == CUSTOMER else "user"
            message["sender"] = {"id": by, "type": kind, "email": MAILS.get(by)}
        self.messages[number].append(message)
        self.conversations[number]["last_activity_at"] = int(self.now.timestamp())
        return message

    def _shown(self, conversation: Json) -> Json:
        owner = conversation["assignee"]
        agent = {"assignee": {"id": owner, "email": MAILS[owner]}} if owner else {}
        shown = {name: its for name, its in conversation.items() if name != "assignee"}
        return shown | {
            "inbox_id": INBOX,
            "meta": {"sender": {}, "channel": "Channel::Api", **agent},
        }


def liquid(words: str) -> str:
    """What Chatwoot makes of templates in an agent's message."""
    return re.sub(r"\{\{.*?\}\}|\{%.*?%\}", "FILLED IN", words, flags=re.DOTALL)


def rendered(markdown: str) -> str:
    """Markdown as far as it could do harm: escapes first, then links, images, code, emphasis."""
    kept: list[str] = []

    def keep(sign: re.Match[str]) -> str:
        kept.append(sign[1])
        return f"\x01{len(kept) - 1}\x02"

    words = re.sub(r"\\([!-/:-@\[-`{-~])", keep, markdown)
    words = re.sub(r"<(https?://[^>\s]+)>", lambda link: keep_link(link, keep), words)
    words = escape(words, quote=False)
    words = re.sub(r"!?\[([^\]]*)\]\(([^)]*)\)", r'<a href="\2">\1</a>', words)
    words = re.sub(r"([*_~`])+(\S.*?)\1+", r"<em>\2</em>", words)
    words = re.sub(r"^(?:&gt;) ", "", words, flags=re.MULTILINE)
    words = re.sub(r"^(#{1,6}) (.*)$", r"<h1>\2</h1>", words, flags=re.MULTILINE)
    words = re.sub("\x01(\\d+)\x02", lambda at: escape(kept[int(at[1])]), words)
    return f"<p>{words.replace(chr(10), '<br>')}</p>"


def keep_link(link: re.Match[str], keep: Any) -> str:
    """An address of ours, which may be clicked."""
    return "".join(keep(re.fullmatch("(.)", sign)) for sign in link[1])
