"""What may not leave for Slack, said independently of the code that escapes.

It walks the whole JSON of a call. Every string that Slack reads as text is looked at as it
stands, with its entities decoded once and twice, and in compatibility form (wide characters made
plain): whatever a client or a proxy between might do, no name is called and nothing links.
"""

import re
import unicodedata
from collections.abc import Iterator
from html import unescape
from typing import Any
from urllib.parse import urlsplit

from listener.model import Alert

Json = dict[str, Any]

# Block Kit and call arguments that this channel may use; anything else is a finding.
CALL = {"channel", "text", "blocks", "metadata", "ts", "thread_ts", "reply_broadcast"}
QUIET = {"parse": "none", "link_names": False}
QUIET_POST = QUIET | {"mrkdwn": False, "unfurl_links": False, "unfurl_media": False}
BLOCKS = {"header", "section", "context", "divider"}

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


def findings(call: Json, alert: Alert) -> list[str]:
    """Everything in the call that could ping, link or format, and every limit it breaks."""
    found = [*_arguments(call), *_notice(call["text"]), *_limits(call)]
    hosts = {_host(mention.post.url) for mention in (*alert.mentions, *alert.earlier)}
    for block in call["blocks"]:
        if block["type"] not in BLOCKS:
            found.append(f"a block of type {block['type']}")
        for text in _texts(block):
            found += _mrkdwn(text, hosts) if text["type"] == "mrkdwn" else _plain(text)
    key = call["metadata"]["event_payload"]["key"]
    if not re.fullmatch(r"[!-%'-;=?-~]{0,1100}", key):
        found.append(f"metadata holds {key!r}")
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


def _mrkdwn(text: Json, hosts: set[str]) -> Iterator[str]:
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
    if len(call["blocks"]) > 50:
        yield f"{len(call['blocks'])} blocks"
    if not 0 < len(call["text"]) <= 4000:
        yield f"text of {len(call['text'])} characters"
    for block in call["blocks"]:
        chars_max = 150 if block["type"] == "header" else 3000
        for text in _texts(block):
            units = len(text["text"].encode("utf-16-le", "surrogatepass")) // 2
            if not 0 < units <= chars_max:
                yield f"a text of {units} units in {block['type']}"


def _texts(block: Json) -> list[Json]:
    return [*block.get("elements", []), *([block["text"]] if "text" in block else [])]


def _host(url: str) -> str:
    try:
        return (urlsplit(url.strip()).hostname or "").encode("idna").decode()
    except ValueError:
        return ""
