"""What may not leave for a channel, said once for each and apart from the code that makes it safe.

A judge gets the bytes that arrived and the alert that was meant; it returns what is active in them,
in words. It knows the documented rules of whoever reads them, and nothing of ours but the few marks
that we write ourselves.
"""

import email
import email.policy
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from email.message import EmailMessage
from html import unescape
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

from listener.model import Alert

JOINER = "\u2060"
MAIL_HEADERS = {
    *("From", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "References"),
    *("Auto-Submitted", "X-Auto-Response-Suppress", "X-Listener-Key"),
    *("MIME-Version", "Content-Type"),
}
MAIL_TAGS = {"html", "head", "meta", "body", "h2", "h3", "p", "br", "hr", "blockquote", "a"}

# What chats make of plain text, whichever they are: names, links, commands, codes, telephones.
LIVE = {
    "a name": re.compile(r"(?:^|[^\w\s])?@[\w*_\[]"),
    "a tag": re.compile(r"#\w"),
    "an address": re.compile(r"\w:/|\w:\w*?//|(?<!\w)//\w"),
    "a domain": re.compile(r"[a-z0-9]\.[a-z]{2}", re.IGNORECASE | re.ASCII),
    "a scheme": re.compile(r"\b(?:javascript|data|mailto|tel|matrix|slack|tg):\w", re.IGNORECASE),
    "an emoji code": re.compile(r":[a-z0-9_+'-]+:", re.IGNORECASE | re.ASCII),
    "a command": re.compile(r"(?:^|\s)/\w"),
    "a cashtag": re.compile(r"\$[A-Za-z]"),
    "a telephone number": re.compile(r"\+\d{2}|\d{3}[-. ]\d{3,4}[-. ]\d{4}", re.ASCII),
}
# What Discord, Telegram, Teams, Mattermost and their like make of marks (CommonMark and more).
MARKS = {
    "an angle": re.compile(r"[<>]"),
    "a mark of emphasis, code or strike": re.compile(r"[*_~`]"),
    "a spoiler": re.compile(r"\|\|"),
    "a link with words": re.compile(r"\]\(|\]\[|\]:"),
    "an entity": re.compile(r"&(?:#|\w+;)"),
    "an escape": re.compile(r"\\[!-/:-@\[-`{-~]"),
    "a start of a block": re.compile(
        r"(?m)^ {0,3}(?:#{1,6}\s|-#|[-+>|=]|\d{1,9}[.)]\s|[a-z]{2}\. )"
    ),
    "a macro": re.compile(r"\{[a-z{%]|\[CQ:|\$\{|#\{"),
}
DESK = {
    "a name": re.compile(r"(?:^|\W)@\w|\[~"),
    "a reference": re.compile(r"#\w"),
    "an address": re.compile(r"\w://"),
    "a domain": re.compile(r"[a-z0-9]\.[a-z]{2}", re.IGNORECASE | re.ASCII),
    "a link with words": re.compile(r"\]\("),
}
_LAST_LINK = re.compile(r"https?://[!-~]+$")
_OWN_LINK = re.compile(r"https?://[!-~]+")


def terminal(text: str) -> Iterator[str]:
    """Whatever a terminal, a log viewer or an editor would obey instead of show."""
    for character in text:
        if character != "\n" and unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"}:
            yield f"the character U+{ord(character):04X}"


def chat(text: str, alert: Alert, *, marks: bool) -> Iterator[str]:
    """What a chat would do with a text, but for links to the posts themselves."""
    for character in text.replace(JOINER, ""):
        if character not in "\r\n" and unicodedata.category(character) in {"Cc", "Cf", "Cs"}:
            yield f"the character U+{ord(character):04X}"
    hosts = _hosts(alert)
    lines = re.split(r"\r?\n", text)
    said = [line for line in lines if not (_OWN_LINK.fullmatch(line) and _host(line) in hosts)]
    for line in set(lines) - set(said):
        if re.search(r"@(?:here|channel|everyone|room|all)\b", line, re.IGNORECASE):
            yield f"a name in an address: {line!r}"
    words = "\n".join(said)
    wide = unicodedata.normalize("NFKC", words)
    for what, pattern in (LIVE | MARKS if marks else LIVE).items():
        for form in {words, wide} if what in LIVE else {words}:
            if found := pattern.search(form):
                around = form[max(found.start() - 20, 0) : found.end() + 20]
                yield f"{what}: {around!r}"


class _Page(HTMLParser):
    """Every element and attribute of a page, and its text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.others: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self.text += "\n" if tag in {"br", "p", "div"} else ""

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        self.others.append(f"a comment: {data[:40]!r}")

    def handle_pi(self, data: str) -> None:
        self.others.append(f"an instruction: {data[:40]!r}")

    def unknown_decl(self, data: str) -> None:
        self.others.append(f"a declaration: {data[:40]!r}")


def page(text: str, alert: Alert, tags: Iterable[str]) -> Iterator[str]:
    """Elements and attributes that are not ours, and links to anywhere but the posts."""
    parsed = _Page()
    parsed.feed(text)
    parsed.close()
    yield from parsed.others
    hosts = _hosts(alert)
    for tag, attributes in parsed.elements:
        if tag not in tags:
            yield f"an element <{tag}>"
        allowed = {"a": {"href"}, "meta": {"charset"}}.get(tag, set())
        yield from (f"<{tag} {name}>" for name in attributes.keys() - allowed)
        href = attributes.get("href") or ""
        if tag == "a" and not (_OWN_LINK.fullmatch(href) and _host(href) in hosts):
            yield f"a link to {href!r}"
    yield from terminal(parsed.text)


def mail(content: bytes, recipients: Iterable[str], alert: Alert) -> Iterator[str]:
    """Headers, recipients and parts that are not ours, and whatever is active in the parts."""
    parsed = email.message_from_bytes(content, policy=email.policy.default)
    assert isinstance(parsed, EmailMessage)
    yield from (f"a header {name}" for name in {*parsed.keys()} - MAIL_HEADERS)
    yield from (f"two headers {name}" for name in set(parsed) if len(parsed.get_all(name)) > 1)
    if [address.addr_spec for address in parsed["To"].addresses] != list(recipients):
        yield f"recipients {parsed['To']}"
    for name, value in parsed.items():
        yield from (f"{name}: {what}" for what in terminal(str(value)))
    kinds = [part.get_content_type() for part in parsed.walk()]
    if kinds != ["multipart/alternative", "text/plain", "text/html"]:
        yield f"parts {kinds}"
        return
    wire = (part.get_content() for part in parsed.iter_parts())
    plain, html = (content.replace("\r\n", "\n") for content in wire)
    yield from terminal(plain)
    yield from page(html, alert, MAIL_TAGS)


def desk(text: str, alert: Alert) -> Iterator[str]:
    """What help desks make of plain text: names, references, addresses; none reads marks in it."""
    yield from terminal(text.replace(JOINER, ""))
    hosts = _hosts(alert)
    for line in text.split("\n"):
        said = _LAST_LINK.sub(lambda link: "" if _host(link[0]) in hosts else link[0], line)
        for what, pattern in DESK.items():
            if pattern.search(said):
                yield f"{what}: {said!r}"


def desk_page(html: str) -> Iterator[str]:
    """Paragraphs and breaks are all that a ticket's HTML may hold, and no template of a desk."""
    parsed = _Page()
    parsed.feed(html)
    parsed.close()
    yield from parsed.others
    yield from (f"<{tag} {its}>" for tag, its in parsed.elements if tag not in {"p", "br"} or its)
    if found := re.search(r"\{\{|\{%|#\{", parsed.text):
        yield f"a template: {parsed.text[found.start() :][:40]!r}"


def atlassian(node: Any, alert: Alert) -> Iterator[str]:
    """developer.atlassian.com, Atlassian Document Format: text is text, but for links to posts."""
    if node.get("type") not in {"doc", "paragraph", "text", "hardBreak"}:
        yield f"a node {node}"
    if node.keys() - {"type", "version", "content", "text", "marks"}:
        yield f"fields {sorted(node)}"
    for mark in node.get("marks", []):
        if mark != {"type": "link", "attrs": {"href": node["text"]}}:
            yield f"a mark {mark}"
        elif _host(node["text"]) not in _hosts(alert):
            yield f"a link to {node['text']!r}"
    for part in node.get("content", []):
        yield from atlassian(part, alert)


def discord(body: bytes, alert: Alert) -> Iterator[str]:
    """discord.com/developers/docs/reference#message-formatting: marks are always read."""
    told = json.loads(body)
    if told.keys() - {"content", "tts", "wait", "username"} or told["tts"]:
        yield f"fields {sorted(told)}"
    if len(told["content"]) > 2000:
        yield "over 2,000 characters"
    yield from chat(told["content"], alert, marks=True)


def telegram(body: bytes, alert: Alert) -> Iterator[str]:
    """core.telegram.org/bots/api#html-style: a few elements, and entities found in the text."""
    told = json.loads(body)
    if told.get("parse_mode") != "HTML" or "entities" in told:
        yield f"fields {sorted(told)}"
    yield from page(told["text"].replace("\r", ""), alert, {"b"}) if "<" in told["text"] else ()
    yield from chat(unescape(told["text"]), alert, marks=True)


def teams(body: bytes, alert: Alert) -> Iterator[str]:
    """adaptivecards.io: text blocks read Markdown; names are called by msteams.entities alone."""
    (card,) = (each["content"] for each in json.loads(body)["attachments"])
    if "entities" in card.get("msteams", {}) or card.keys() & {"actions", "selectAction"}:
        yield f"fields {sorted(card)}"
    for block in card["body"]:
        if block["type"] != "TextBlock":
            yield f"a block of type {block['type']}"
        yield from chat(block.get("text", ""), alert, marks=True)


def slack_hook(body: bytes, alert: Alert) -> Iterator[str]:
    """docs.slack.dev/messaging/formatting-message-text: only <…> and & are special for certain."""
    told = json.loads(body)
    if told.get("mrkdwn") is not False or told.get("link_names") or told.get("parse") == "full":
        yield f"arguments {sorted(told)}"
    for attachment in told["attachments"]:
        for name in ("title", "text"):
            text = attachment.get(name) or ""
            if re.search(r"[<>]|&(?!amp;|lt;|gt;)", text):
                yield f"raw mark-up: {text!r}"
            yield from chat(unescape(text), alert, marks=True)


def mattermost(body: bytes, alert: Alert) -> Iterator[str]:
    """docs.mattermost.com: Markdown and @names in the one text."""
    told = json.loads(body)
    if told.keys() - {"text", "username", "icon_url"}:
        yield f"fields {sorted(told)}"
    yield from chat(told["text"], alert, marks=True)


def matrix(body: bytes, alert: Alert) -> Iterator[str]:
    """spec.matrix.org: without format the body is text; m.mentions says who is called."""
    told = json.loads(body)
    if told.keys() != {"msgtype", "body", "m.mentions"} or told["m.mentions"]:
        yield f"fields {sorted(told)}"
    yield from chat(told["body"], alert, marks=False)


def ntfy(body: bytes, alert: Alert) -> Iterator[str]:
    """docs.ntfy.sh/publish: text unless markdown is asked for; actions and clicks are fields."""
    told = json.loads(body)
    if told.keys() - {"topic", "title", "message"}:
        yield f"fields {sorted(told)}"
    for name in ("title", "message"):
        yield from chat(told.get(name, ""), alert, marks=False)


def _hosts(alert: Alert) -> set[str]:
    """Where the posts stand: the only places that may be linked."""
    every = (*alert.mentions, *alert.earlier, *alert.history)
    return {_host(mention.post.url) for mention in every} - {""}


def _host(url: str) -> str:
    try:
        host = urlsplit(url.strip()).hostname or ""
        return host if host.isascii() else host.encode("idna").decode()
    except ValueError:
        return ""
