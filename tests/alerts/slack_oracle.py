"""What may not leave for Slack, said independently of the code that escapes.

It walks the whole JSON of a call. Every string that Slack reads as text is looked at as it
stands, with its entities decoded once and twice, and in compatibility form (wide characters made
plain): whatever a client or a proxy between might do, no name is called and nothing links.
"""

import json
import re
import unicodedata
from collections.abc import Iterator
from html import unescape
from typing import Any
from urllib.parse import urlsplit

from listener.model import Alert
from tests.alerts.slack_limits import broken

Json = dict[str, Any]

# Block Kit and call arguments that this channel may use; anything else is a finding.
CALL = {"channel", "text", "blocks", "metadata", "ts", "thread_ts", "reply_broadcast"}
QUIET = {"parse": "none", "link_names": False}
QUIET_POST = QUIET | {"mrkdwn": False, "unfurl_links": False, "unfurl_media": False}
BLOCKS = {"header", "section", "context", "divider", "actions"}

ENTITY = re.compile(r"&(?:amp|lt|gt);")
PING = re.compile(r"<[!@#]|@\w|#\w|@(?:here|channel|everyone|group)", re.IGNORECASE)
LINKING = {
    "an address": re.compile(r"\w:/{0,2}\w", re.ASCII),
    "a domain": re.compile(r"[a-z0-9]\.[a-z]{2}", re.IGNORECASE | re.ASCII),
    "a mail address": re.compile(r"[\w.+-]@[\w-]"),
    "an emoji code": re.compile(r":[a-z0-9_+'-]+:", re.IGNORECASE | re.ASCII),
    "a telephone number": re.compile(r"\+\d{2}|\d{3}[-. ]\d{3,4}[-. ]\d{4}", re.ASCII),
}
FORMATTING = re.compile(r"[*_~`]")
LINK = re.compile(r"<(https?://[!-;=?-{}~]+)\|Open the post>")
MOMENT = r"<!date\^\d{9,11}\^\{date_short_pretty\} \{time\}\|\d{4}-\d\d-\d\d \d\d:\d\d UTC>"
TIME = rf"(?:waiting since|claim due|answer due|snoozed until|answered|closed) {MOMENT}"
OURS = re.compile(rf"{TIME}(?: · {TIME})*|<@[UW][A-Z0-9]{{2,20}}>")
"""The marks that are no link: moments, and who pressed a button."""
ROW = re.compile(r"case/\d{1,18}/[A-Za-z0-9/:#@~+,.%_-]{1,248}")
"""What names a row of buttons: never shown, and made of plain characters."""


def findings(call: Json, alert: Alert) -> list[str]:
    """Everything in the call that could ping, link or format, and every limit it breaks."""
    found = [*_arguments(call), *_notice(call["text"]), *_limits(call)]
    hosts = {_host(mention.post.url) for mention in (*alert.mentions, *alert.earlier)}
    for block in call["blocks"]:
        if block["type"] not in BLOCKS:
            found.append(f"a block of type {block['type']}")
        if block["type"] == "actions":
            found += _buttons(block)
            continue
        for text in _texts(block):
            found += _mrkdwn(text, hosts) if text["type"] == "mrkdwn" else _plain(text)
    key = call["metadata"]["event_payload"]["key"]
    if not re.fullmatch(r"[!-%'-;=?-~]{0,1100}", key):
        found.append(f"metadata holds {key!r}")
    return found


def whisper_findings(call: Json) -> list[str]:
    """The same of what only one person sees: a sentence, in one paragraph."""
    (block,) = call["blocks"]
    found = [*_notice(call["text"]), *_limits(call), *_plain(block["text"])]
    if not QUIET.items() <= call.items() or call.keys() - CALL - QUIET.keys() != {"user"}:
        found.append(f"arguments {sorted(call)}")
    return found


def _arguments(call: Json) -> Iterator[str]:
    quiet = QUIET if "ts" in call else QUIET_POST
    for name, value in call.items():
        if name not in CALL and quiet.get(name) != value:
            yield f"argument {name}={value!r}"
    for name in quiet.keys() - call.keys():
        yield f"argument {name} is missing"


def _notice(text: str) -> Iterator[str]:
    yield from _loud(text)
    if FORMATTING.search(text):
        yield f"formatting in {text!r}"


def _plain(text: Json) -> Iterator[str]:
    if text.keys() != {"type", "text", "emoji"} or text["emoji"] is not False:
        yield f"a text object with {sorted(text)}"
    yield from _loud(text["text"])


def _buttons(row: Json) -> Iterator[str]:
    """A row of buttons holds our own words and nobody else's, whatever the alert says."""
    if not ROW.fullmatch(row["block_id"]):
        yield f"a row named {row['block_id']!r}"
    written = json.dumps(row["elements"])
    if re.search(r"[<>&@#*_~`]", re.sub(r'"[a-z]+_[a-z_]+"', "", written)):
        yield f"more than our words on buttons: {written}"


def _mrkdwn(text: Json, hosts: set[str]) -> Iterator[str]:
    if OURS.fullmatch(text["text"]) and text.get("verbatim") is True:
        return
    link = LINK.fullmatch(text["text"])
    if link is None or text.get("verbatim") is not True:
        yield f"mrkdwn that is not our link: {text!r}"
    elif ENTITY.sub("", link[1]).count("&") or _host(unescape(link[1])) not in hosts:
        yield f"a link to somewhere else: {link[1]!r}"
    elif re.search(r"@(here|channel|everyone)\b", link[1], re.IGNORECASE):
        yield f"a ping in a link: {link[1]!r}"


def _loud(text: str) -> Iterator[str]:
    """What is wrong with a text in which strangers had their say."""
    rest = ENTITY.sub("", text)
    if re.search("[<>&]", rest):
        yield f"raw mark-up in {text!r}"
    once = unescape_three(text)
    twice = unescape_three(once)
    for form in (text, once, twice, unicodedata.normalize("NFKC", twice)):
        if PING.search(form):
            yield f"a ping in {text!r}"
    for what, pattern in LINKING.items():
        if pattern.search(once):
            yield f"{what} in {text!r}"


def unescape_three(text: str) -> str:
    """What Slack shows for a text."""
    return ENTITY.sub(lambda entity: unescape(entity[0]), text)


def _limits(call: Json) -> Iterator[str]:
    if not 0 < len(call["text"]) <= 4000:
        yield f"text of {len(call['text'])} characters"
    yield from broken(call["blocks"])


def _texts(block: Json) -> list[Json]:
    return [*block.get("elements", []), *([block["text"]] if "text" in block else [])]


def _host(url: str) -> str:
    try:
        return (urlsplit(url.strip()).hostname or "").encode("idna").decode()
    except ValueError:
        return ""
