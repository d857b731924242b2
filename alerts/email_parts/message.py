"""An alert as a mail: headers that nobody can inject into, a text, and the same text as HTML."""

import re
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from html import escape

from alerts import text
from listener.model import Alert, Mention
from listener.text import shown, shown_lines

_SUBJECT_CHARS_MAX = 150
_BODY_CHARS_MAX = 4_000
_TEXT_CHARS_MAX = 1_500
_PAGE_START = '<!doctype html>\n<html><head><meta charset="utf-8"></head><body>\n'
_PAGE_END = "\n</body></html>\n"
_ADDRESS = re.compile(r"[^\s@<>()\[\]\\,;:\"]{1,64}@[^\s@<>()\[\]\\,;:\"]{1,255}")


def message(alert: Alert, sender: str, to: list[str], mentions_max: int) -> EmailMessage:
    """The mail that tells an alert, the same bytes but for the boundary at every repeat."""
    told, more = text.told_here(alert, mentions_max)
    mail = EmailMessage(policy=SMTP)
    mail["From"] = sender
    mail["To"] = ", ".join(to)
    mail["Subject"] = _subject(alert)
    mail["Date"] = format_datetime(alert.created_at)
    mail["Message-ID"] = message_id(alert.key, sender)
    if alert.thread and alert.thread != alert.key:  # a thread is named after its first telling
        mail["In-Reply-To"] = mail["References"] = message_id(alert.thread, sender)
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    mail["X-Listener-Key"] = text.plain_key(alert.key)
    mail.set_content(_as_text(alert, told, more))
    mail.add_alternative(_as_html(alert, told, more), subtype="html")
    return mail


def message_id(key: str, sender: str) -> str:
    """The Message-ID of the telling with this key."""
    domain = bare_address(sender).rpartition("@")[2]
    try:
        host = domain.encode("idna").decode()
    except UnicodeError:
        host = "listener.invalid"
    return f"<{text.key_digest(key)[:40]}@{host}>"


def bare_address(address: str) -> str:
    """The mail address in ``Name <address>`` or in ``address``; empty where there is none."""
    bare = parseaddr(address)[1]
    return bare if _ADDRESS.fullmatch(bare) and address.isprintable() else ""


def _subject(alert: Alert) -> str:
    words = shown(alert.title or alert.rule, _SUBJECT_CHARS_MAX)
    named = f" [{shown(alert.case.key, 80)}]" if alert.case else ""
    # A header is decoded where it is set: "=?utf-8?b?…?=" could bring back a line break.
    return f"{words}{named}".replace("=?", "= ?")


def _as_text(alert: Alert, told: list[Mention], more: int) -> str:
    parts = [shown(alert.title, 300), shown_lines(alert.body, _BODY_CHARS_MAX)]
    parts += ["\n".join(text.about_case(alert))]
    parts += [
        "\n".join([text.headline(mention), _words(mention), *_grounds(mention)]).strip()
        for mention in told
    ]
    parts += ["\n".join(text.history(alert)), text.and_more(more), text.footer(alert)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _as_html(alert: Alert, told: list[Mention], more: int) -> str:
    body = shown_lines(alert.body, _BODY_CHARS_MAX)
    parts = [f"<h2>{escape(shown(alert.title, 300))}</h2>", _paragraph(body)]
    parts += [_paragraph("\n".join(text.about_case(alert)))]
    parts += [_mention_html(mention) for mention in told]
    parts += [_paragraph("\n".join(text.history(alert))), _paragraph(text.and_more(more))]
    parts += ["<hr>", _paragraph(text.footer(alert))]
    page = "\n".join(part for part in parts if part)
    return f"{_PAGE_START}{page}{_PAGE_END}"


def _mention_html(mention: Mention) -> str:
    *grounds, address = _grounds(mention)
    link = f'<p><a href="{escape(address)}">{escape(address)}</a></p>' if address else ""
    return (
        f"<h3>{escape(text.headline(mention))}</h3>\n"
        f"<blockquote>{_broken(_words(mention))}</blockquote>\n"
        f"{_paragraph(chr(10).join(grounds))}\n{link}"
    )


def _words(mention: Mention) -> str:
    title = shown(mention.post.title, 200)
    words = shown_lines(mention.post.text, _TEXT_CHARS_MAX)
    return "\n".join(part for part in (title, words) if part)


def _grounds(mention: Mention) -> list[str]:
    """What it was judged to be and why, then its address, which may be empty."""
    grounds = [text.published(mention), text.judged(mention), text.evidence(mention)]
    found = [line for line in (*grounds, text.reasons(mention)) if line]
    return [*found, text.web_address(mention.post.url)]


def _paragraph(lines: str) -> str:
    return f"<p>{_broken(lines)}</p>" if lines else ""


def _broken(lines: str) -> str:
    return escape(lines).replace("\n", "<br>\n")
