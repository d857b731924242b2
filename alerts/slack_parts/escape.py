"""Words for Slack that can't ping, link or format, and the few marks that we write ourselves.

Strangers' words go into ``plain_text`` objects only, where Slack reads no mark-up and resolves no
names, and into the notification line, for which ``mrkdwn`` is switched off. They are escaped as
Slack's documentation asks (``&``, ``<`` and ``>``), and an invisible word joiner (U+2060) breaks up
whatever Slack's clients still turn into something else by themselves: names, bare addresses, mail
addresses, telephone numbers and emoji codes. The reader sees the words as they were written.

What is written as ``mrkdwn`` holds no word of anybody's: the checked address of a post, a moment,
which Slack shows in the reader's own time, and the id of somebody who pressed a button.

Sources: docs.slack.dev/messaging/formatting-message-text,
docs.slack.dev/reference/block-kit/composition-objects/text-object.
"""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from alerts import text

Json = dict[str, Any]

LINK_LABEL = "Open the post"
NOTHING = "(nothing to show)"
TEXT_CHARS_MAX = 3_000

_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
# The characters that begin something in Slack, with the wide and small forms that other software
# may fold into them: & < > always, the others only where something follows at once.
_ACTIVE = re.compile(
    r"[&<>＆﹠＜﹤＞﹥]"
    r"|[@＠﹫#＃﹟:：﹕︓](?=\S)"
    r"|[.．。｡․﹒](?=\w)"
    r"|[+＋](?=\d)"
    r"|(?<=\d)[-\u2010-\u2015 \u00a0()/]{1,3}(?=[\d(])"
)
_HALF_ENTITY = re.compile(r"&[a-z]{0,3}$")
# The notification line has no plain_text form, so marks of bold, italic, strike and code are
# shown by their twins there.
_TWINS = str.maketrans({"*": "∗", "_": "＿", "~": "∼", "`": "ˋ"})
_MEMBER = re.compile(r"slack:([UW][A-Z0-9]{2,20})")


def harmless(words: str, chars_max: int) -> str:
    """The words escaped and defused, at most ``chars_max`` UTF-16 units long with all of that."""
    return _cut(_ACTIVE.sub(_defused, words), chars_max)


def unformatted(words: str, chars_max: int) -> str:
    """The words harmless where mark-up can't be switched off; never empty."""
    return harmless(words.translate(_TWINS), chars_max) or NOTHING


def plain(words: str, chars_max: int = TEXT_CHARS_MAX) -> Json:
    """A text object that shows just these words. Slack refuses an empty one."""
    safe = harmless(words, chars_max) or NOTHING
    return {"type": "plain_text", "text": safe, "emoji": False}


def marked(mrkdwn: str) -> Json:
    """A text object of marks that were made here."""
    return {"type": "mrkdwn", "text": mrkdwn, "verbatim": True}


def link(url: str) -> str:
    """The mrkdwn of a post's address, or an empty string where it is not safe to link."""
    address = text.web_address(url).replace("&", "&amp;")
    written = f"<{address}|{LINK_LABEL}>"
    return written if address and len(written) <= TEXT_CHARS_MAX else ""


def moment(at: datetime) -> str:
    """The mrkdwn of a moment: in the reader's own zone, and in UTC where a client can't do that."""
    return f"<!date^{int(at.timestamp())}^{{date_short_pretty}} {{time}}|{text.minute(at)}>"


def member(person: str) -> str:
    """The mrkdwn of somebody whom only Slack knows (``slack:U012AB3CD``), or an empty string."""
    known = _MEMBER.fullmatch(person)
    return f"<@{known[1]}>" if known else ""


def section(words: str) -> Json:
    """A paragraph."""
    return {"type": "section", "text": plain(words)}


def context(*elements: Json) -> Json:
    """A line of small print."""
    return {"type": "context", "elements": list(elements)}


def lines(parts: Iterable[str]) -> str:
    """Those that say something, one below the other."""
    return "\n".join(part for part in parts if part)


def _defused(found: re.Match[str]) -> str:
    return _ENTITIES.get(found[0], found[0]) + text.JOINER


def _cut(escaped: str, chars_max: int) -> str:
    """Cut between two characters, never inside an entity; Slack counts as JavaScript does."""
    units = escaped.encode("utf-16-le", "replace")
    if len(units) <= 2 * chars_max:
        return escaped
    kept = units[: 2 * (chars_max - 1)].decode("utf-16-le", "ignore")
    return _HALF_ENTITY.sub("", kept) + "…"
