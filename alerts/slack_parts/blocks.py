"""An alert as a Slack message: Block Kit from plain values, and the escaping that it needs.

Strangers' words go into ``plain_text`` objects only, where Slack reads no mark-up and resolves no
names, and into the notification line, for which ``mrkdwn`` is switched off. They are escaped as
Slack's documentation asks (``&``, ``<`` and ``>``), and an invisible word joiner (U+2060) breaks up
whatever Slack's clients still turn into something else by themselves: names, bare addresses, mail
addresses, telephone numbers and emoji codes. The reader sees the words as they were written. The
one link in a message is the post's own address, checked and written by us; it is a text link,
because Slack shows a warning at link buttons of apps that have no interactivity set up.

Sources: docs.slack.dev/messaging/formatting-message-text,
docs.slack.dev/reference/block-kit/composition-objects/text-object,
docs.slack.dev/reference/block-kit/blocks.
"""

import re
from typing import Any

from alerts import text
from listener.model import Alert, Mention
from listener.text import shown, shown_lines

Json = dict[str, Any]

JOINER = "\u2060"
LINK_LABEL = "Open the post"
MENTIONS_MAX = 10
"""What fits into a message of at most 50 blocks, four for each mention."""

_NOTHING = "(nothing to show)"
_HEADER_CHARS_MAX = 150
_TEXT_CHARS_MAX = 3_000
_NOTICE_CHARS_MAX = 3_000
_BODY_CHARS_MAX = 2_000
_ALL_TEXTS_CHARS_MAX = 4_000
_ONE_TEXT_CHARS_MAX = 1_500

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


def message(alert: Alert, mentions_max: int = MENTIONS_MAX) -> Json:
    """The ``text`` (for notifications and screen readers) and the ``blocks`` of an alert."""
    told, more = text.told_here(alert, min(mentions_max, MENTIONS_MAX))
    chars_max = min(_ONE_TEXT_CHARS_MAX, _ALL_TEXTS_CHARS_MAX // max(len(told), 1))
    blocks = [_header(alert.title or alert.rule)]
    if alert.body:
        blocks.append(_section(shown_lines(alert.body, _BODY_CHARS_MAX)))
    for mention in told:
        blocks += _mention_blocks(mention, chars_max)
    about = (text.and_more(more), f"rule {alert.rule}", text.minute(alert.created_at))
    blocks.append(_context(" · ".join(part for part in about if part)))
    return {"text": _notice(alert, told, more), "blocks": blocks}


def harmless(words: str, chars_max: int) -> str:
    """The words escaped and defused, at most ``chars_max`` UTF-16 units long with all of that."""
    return _cut(_ACTIVE.sub(_defused, words), chars_max)


def link(url: str) -> str:
    """The mrkdwn of the one link a message may have, or an empty string where it is not safe."""
    address = text.web_address(url).replace("&", "&amp;")
    written = f"<{address}|{LINK_LABEL}>"
    return written if address and len(written) <= _TEXT_CHARS_MAX else ""


def _mention_blocks(mention: Mention, chars_max: int) -> list[Json]:
    words = shown_lines(mention.post.text, chars_max)
    if mention.post.title:
        words = f"{shown(mention.post.title, 200)}\n{words}".strip()
    grounds = (text.judged(mention), text.evidence(mention), text.reasons(mention))
    found = (text.published(mention), *grounds)
    return [
        {"type": "divider"},
        _context(text.headline(mention)),
        _section(words or "(no text)"),
        _context("\n".join(line for line in found if line), link(mention.post.url)),
    ]


def _notice(alert: Alert, told: list[Mention], more: int) -> str:
    lines = [shown(alert.title or alert.rule, 200), shown(alert.body, 300)]
    lines += [f"{text.headline(mention)}: {shown(mention.post.text, 160)}" for mention in told]
    lines.append(text.and_more(more))
    words = "\n".join(line for line in lines if line)
    return harmless(words.translate(_TWINS), _NOTICE_CHARS_MAX) or _NOTHING


def _header(words: str) -> Json:
    return {"type": "header", "text": _plain(shown(words, _HEADER_CHARS_MAX), _HEADER_CHARS_MAX)}


def _section(words: str) -> Json:
    return {"type": "section", "text": _plain(words, _TEXT_CHARS_MAX)}


def _context(words: str, mrkdwn: str = "") -> Json:
    elements = [_plain(words, _TEXT_CHARS_MAX)]
    if mrkdwn:
        elements.append({"type": "mrkdwn", "text": mrkdwn, "verbatim": True})
    return {"type": "context", "elements": elements}


def _plain(words: str, chars_max: int) -> Json:
    # Slack refuses an empty text object.
    safe = harmless(words, chars_max) or _NOTHING
    return {"type": "plain_text", "text": safe, "emoji": False}


def _defused(found: re.Match[str]) -> str:
    return _ENTITIES.get(found[0], found[0]) + JOINER


def _cut(escaped: str, chars_max: int) -> str:
    """Cut between two characters, never inside an entity; Slack counts as JavaScript does."""
    units = escaped.encode("utf-16-le", "replace")
    if len(units) <= 2 * chars_max:
        return escaped
    kept = units[: 2 * (chars_max - 1)].decode("utf-16-le", "ignore")
    return _HALF_ENTITY.sub("", kept) + "…"
