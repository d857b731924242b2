"""Mails that nobody wrote: which of them are no customer's words.

Bounces, receipts and absence notes never come, nor do the listener's own alerts, which would
otherwise raise alerts of themselves. What a program sends of itself for people to read (the alert
of another tool, a newsletter, a list) is told apart, since a mailbox may be there just for it.
"""

import re
from email.message import Message
from typing import Literal

from sources.mail_parts import heads

Kind = Literal["person", "program", "noise"]

_REPORTS = {"multipart/report", "message/delivery-status", "message/disposition-notification"}
_POSTMASTERS = re.compile(r"(mailer-daemon|postmaster|mail-daemon|bounces?)([+\-=_.].*)?@")
_BULK = {"bulk", "list", "junk"}
_AWAY = re.compile(
    r"(auto(matic|mated)?[ -]?(reply|response|answer)|out of( the)? office|vacation reply"
    r"|automaattinen vastaus|poissaoloviesti|poissaoloilmoitus|automatyczna odpowiedź|autosvar"
    r"|automatiskt svar|frånvaro(meddelande)?|automatische antwort|abwesenheits(notiz|meldung))"
    r"\s*(:|$|\()",
    re.IGNORECASE,
)
OWN_MARK = "X-Listener-Key"
"""Every alert that the listener mails bears it."""


def kind_of(mail: Message) -> Kind:
    """Whether a person wrote it, or a program, or whether it is noise."""
    if heads.value(mail, OWN_MARK) or _is_report(mail) or _is_answer_of_itself(mail):
        return "noise"
    submitted = heads.value(mail, "Auto-Submitted").lower()
    bulk = heads.value(mail, "Precedence").lower() in _BULK
    lists = heads.value(mail, "List-Id") or heads.value(mail, "List-Unsubscribe")
    return "program" if bulk or lists or submitted not in {"", "no"} else "person"


def _is_report(mail: Message) -> bool:
    """A bounce, or a receipt for a mail that was read."""
    if mail.get_content_type() in _REPORTS or heads.values(mail, "X-Failed-Recipients"):
        return True
    address, _ = heads.sender(mail)
    return heads.value(mail, "Return-Path") == "<>" or bool(_POSTMASTERS.match(address))


def _is_answer_of_itself(mail: Message) -> bool:
    """What a program answers while its owner is away."""
    submitted = heads.value(mail, "Auto-Submitted").lower()
    marked = heads.value(mail, "X-Autoreply") or heads.value(mail, "X-Autorespond")
    precedence = heads.value(mail, "Precedence").lower()
    if submitted.startswith("auto-replied") or marked or precedence == "auto_reply":
        return True
    is_away = heads.value(mail, "X-Auto-Response-Suppress") or submitted not in {"", "no"}
    return bool(is_away and _AWAY.match(heads.title_of(mail)))
