"""Messages of groups and channels as posts.

A message has an id within its chat alone, so a post is named ``CHAT/MESSAGE``. Which words are
its author's is decided here: what somebody forwards was said by another, elsewhere, and is
no post. The copy of a channel's post that Telegram puts into the channel's discussion group is
the post itself, so it bears the post's own id, and so does what replies to it.
"""

from collections.abc import Iterator

from listener.model import Author, Post
from sources.common import fields
from sources.common.fields import Json
from sources.common.plain_text import LINKS_MAX, web_address

SITE = "telegram"
_SUPERGROUP = "-100"


def post_of(message: Json) -> Post | None:
    """The message as a post; None where nobody says anything of his own in it.

    Raises ValueError where it has no id, in no chat.
    """
    native_id = native_id_of(message)
    words = _words(message)
    if not words or _is_forwarded(message):
        return None
    chat, number = native_id.split("/")
    parent = _parent(message)
    return Post(
        site=SITE,
        native_id=native_id,
        text=words,
        url=_url(chat, number, _username(message, chat)),
        author=_author(message),
        published_at=fields.moment(message, "date"),
        in_reply_to=parent,
        conversation=_conversation(message) or parent or native_id,
        links=tuple(_links(message)),
    )


def native_id_of(message: Json) -> str:
    """``CHAT/MESSAGE``, of a channel's post also where it stands in the discussion group.

    Raises ValueError where it has none.
    """
    if fields.truth(message, "is_automatic_forward"):
        origin = fields.table(message, "forward_origin")
        chat, number = fields.name(origin, "chat", "id"), fields.name(origin, "message_id")
        if _is_number(chat) and _is_number(number):
            return f"{chat}/{number}"
    chat, number = fields.needed(message, "chat", "id"), fields.needed(message, "message_id")
    if not _is_number(chat) or not _is_number(number):
        raise ValueError("its chat or message has no number")
    return f"{chat}/{number}"


def _is_number(name: str) -> bool:
    digits = name.removeprefix("-")
    return digits.isascii() and digits.isdigit()


def _words(message: Json) -> str:
    """The text, or what is written beneath a picture, or what a poll asks."""
    text = fields.text(message, "text", chars_max=None)
    text = text or fields.text(message, "caption", chars_max=None)
    if text:
        return text
    options = [fields.text(option, "text") for option in fields.items(message, "poll", "options")]
    return "\n".join(filter(None, [fields.text(message, "poll", "question"), *options]))


def _is_forwarded(message: Json) -> bool:
    is_copy = fields.truth(message, "is_automatic_forward") is True
    return not is_copy and any(
        fields.at(message, name) is not None for name in ("forward_origin", "forward_date")
    )


def _author(message: Json) -> Author:
    """Who wrote it: a user, or the chat in whose name it is, as of admins who stay anonymous."""
    chat = fields.table(message, "sender_chat")
    who = chat or fields.table(message, "from")
    if not who and fields.text(message, "chat", "type") == "channel":
        who = fields.table(message, "chat")
    number = fields.name(who, "id")
    names = [fields.text(who, part) for part in ("title", "first_name", "last_name")]
    return Author(
        handle=fields.text(who, "username", chars_max=100) or number,
        name=" ".join(filter(None, names)),
        id=number,
    )


def _parent(message: Json) -> str:
    """What it replies to; in a forum, what replies to nothing seems to reply to the topic."""
    answered = fields.table(message, "reply_to_message")
    number = fields.name(answered, "message_id")
    is_topic = fields.truth(message, "is_topic_message") is True
    if not number or (is_topic and number == fields.name(message, "message_thread_id")):
        return ""
    try:
        return native_id_of({"chat": fields.at(message, "chat"), **answered})
    except ValueError:
        return ""


def _conversation(message: Json) -> str:
    """The first message of its thread, or of its topic in a forum."""
    thread = fields.name(message, "message_thread_id")
    answered = fields.table(message, "reply_to_message")
    if fields.name(answered, "message_id") == thread and _parent(message):
        return _parent(message)
    chat = fields.name(message, "chat", "id")
    return f"{chat}/{thread}" if _is_number(thread) and _is_number(chat) else ""


def _username(message: Json, chat: str) -> str:
    """The name that the chat has in addresses; it is another chat's where the post is a copy."""
    for place in ("chat", "sender_chat"):
        if fields.name(message, place, "id") == chat:
            return fields.text(message, place, "username", chars_max=100)
    return ""


def _url(chat: str, number: str, username: str) -> str:
    """Where it can be seen: by anybody, by members alone, or, in a small group, nowhere."""
    if username:
        return f"https://t.me/{username}/{number}"
    if chat.startswith(_SUPERGROUP):
        return f"https://t.me/c/{chat.removeprefix(_SUPERGROUP)}/{number}"
    return ""


def _links(message: Json) -> Iterator[str]:
    """Addresses behind words; those written out stand in the text."""
    found: dict[str, None] = {}
    for name in ("entities", "caption_entities"):
        for entity in fields.items(message, name):
            if fields.text(entity, "type") == "text_link":
                found[web_address(fields.text(entity, "url"))] = None
    yield from [link for link in found if link][:LINKS_MAX]
