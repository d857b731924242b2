"""The words of a ticket and of a comment, as plain text. Pure: an alert in, text out.

Strangers' words stand in lines that begin with ``> ``, so that they can't pass for ours, and carry
invisible word joiners (U+2060) where a desk would make a link, a mention or a reference of them.
Each post's part is named by a mark: that is how :func:`blanked` finds it when it is taken down.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from alerts import text
from alerts.desks.keys import case_key, marker, post_mark, token
from listener.model import Alert, Case, CaseState, Mention
from listener.text import shown, shown_lines

BODY_CHARS_MAX = 60_000
SUBJECT_CHARS_MAX = 140
TAKEN_DOWN = "A post that was taken down stood here; it may not be shown any longer."

_WORDS_CHARS_MAX = 4_000
_FULL_SHARE = 0.6
_LINE_ADDRESS_CHARS_MAX = 300
_HISTORY_MAX = 5
_TAG_UNFIT = re.compile(r"[^\w-]+")
_ALIVE = re.compile(
    r"(?<=:)(?=//)|(?<=[\w>])(?=\.\w)|(?<=[@#!~&])(?=\w)|(?<=\[)(?=\S)|(?<=\])(?=\()"
)


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket to open. ``priority`` is 0 to 100; ``token`` is what it is looked up by."""

    key: str
    token: str
    marker: str
    subject: str
    body: str
    tags: tuple[str, ...]
    priority: int
    case: Case | None


@dataclass(frozen=True, slots=True)
class Note:
    """What is done to a ticket that is there, at once where the desk can: words and more.

    ``marker`` and ``token`` name the telling and the case.
    ``state`` and ``owner``: how the case stands, where the ticket must come to that; with
    ``only_state`` the words say no more, and nothing is written where it stands so already.
    ``reopens``: somebody waits again, so a ticket that was settled before ``waiting_since`` is
    open again. ``priority``: raise it to that.
    """

    marker: str
    token: str
    text: str
    state: CaseState | None = None
    owner: str = ""
    only_state: bool = False
    reopens: bool = False
    waiting_since: datetime | None = None
    priority: int | None = None


def opening(alert: Alert, chars_max: int = BODY_CHARS_MAX) -> Ticket:
    """The ticket that an alert opens, with everything it tells."""
    key = case_key(alert)
    parts = [*_said(alert), _mentions(alert, chars_max), _history(alert), _clocks(alert.case)]
    return Ticket(
        key=key,
        token=token(key),
        marker=marker(alert),
        subject=subject(alert),
        body=_whole([*parts, _case_line(key)], alert),
        tags=tags(alert),
        priority=_priority(alert),
        case=alert.case,
    )


def note(alert: Alert, chars_max: int = BODY_CHARS_MAX) -> Note:
    """What an alert adds to the ticket of its case: mentions, a change, or that nobody came."""
    case = alert.case
    words = _whole([*_said(alert), _mentions(alert, chars_max), _changed_clocks(alert)], alert)
    changes = alert.kind == "case" and case is not None
    return Note(
        marker=marker(alert),
        token=token(case_key(alert)),
        text=words,
        state=case.state if case and (changes or is_settled(case)) else None,
        owner=case.owner if changes and case else "",
        only_state=changes,
        reopens=bool(alert.mentions) or bool(changes and case and case.state in {"new", "claimed"}),
        waiting_since=_waiting_since(alert),
        priority=_priority(alert) if alert.kind == "escalation" else None,
    )


def is_settled(case: Case) -> bool:
    """Whether nobody waits any more."""
    return case.state in {"answered", "closed"}


def settled(alert: Alert, case: Case) -> Note:
    """Brings a ticket to the state of its case, which was settled before the ticket was opened."""
    said = f"The case was {case.state} before this ticket was opened."
    words = _whole([said], alert)
    return Note(marker(alert), token(case.key), words, case.state, case.owner, only_state=True)


def subject(alert: Alert) -> str:
    """Brand, what it is and who, on one line, with nothing in it that a mail gateway obeys."""
    told, _ = text.told_here(alert, 1)
    words = _mention_subject(told[0]) if told else alert.title
    # Square brackets in a subject are commands and ticket numbers to mail gateways.
    plain = shown(words.translate({91: 40, 93: 41}), SUBJECT_CHARS_MAX)
    return quiet(plain) or "A mention"


def tags(alert: Alert) -> tuple[str, ...]:
    """Brand, site and labels as words that any desk takes for tags."""
    told, _ = text.told_here(alert, 1)
    found = [alert.case.brand, alert.case.rule] if alert.case else [alert.rule]
    for mention in told:
        labels = (mention.label(kind) for kind in ("sentiment", "urgency", "intent", "language"))
        found += [mention.brand, mention.post.site, *labels]
    words = (_TAG_UNFIT.sub("-", shown(word, 40)).strip("-").lower() for word in found)
    return tuple(dict.fromkeys(word for word in words if word))


def quiet(words: str) -> str:
    """The words with an invisible joiner wherever a desk would see an address or a reference.

    Nobody is pinged by ``@``, no ``#1`` points at a ticket, no address can be clicked. To the
    eye they are exact; without U+2060 they are so to the letter.
    """
    return _ALIVE.sub(text.JOINER, words)


def blanked(words: str, post_ids: Iterable[str]) -> str:
    """What we wrote, without the parts about these posts."""
    marks = {f"[{post_mark(post_id)}]" for post_id in post_ids}
    kept = [
        f"{TAKEN_DOWN}\n{mark}" if (mark := _mark_of(part)) in marks else part
        for part in words.replace("\r\n", "\n").split("\n\n")
    ]
    return "\n\n".join(kept)


def is_first(words: str, post_id: str) -> bool:
    """Whether this post is the first in the words: the one that the subject names."""
    first = re.search(r"\[mp-[0-9a-f]+\]", words)
    return first is not None and first[0] == f"[{post_mark(post_id)}]"


def without_posts(alert: Alert) -> Note:
    """The comment that says which posts were taken down, without a word of them."""
    count = len(alert.retracted)
    posts = "1 post" if count == 1 else f"{count} posts"
    said = f"{posts} of this ticket taken down where they stood: please don't use their words."
    return Note(marker(alert), token(case_key(alert)), _whole([said], alert))


def _mention_subject(mention: Mention) -> str:
    what = " ".join(
        label
        for label in (
            mention.label("urgency") if mention.label("urgency") == "high" else "",
            mention.label("sentiment"),
            mention.label("intent") or "mention",
        )
        if label
    ).replace("high ", "urgent ", 1)
    author = mention.post.author
    return (
        f"{mention.brand}: {what} on {mention.post.site} by {author.handle or author.name or '?'}"
    )


def _said(alert: Alert) -> list[str]:
    """What the alert itself says. Its title is left out where mentions or a body say it."""
    body = shown_lines(alert.body, _WORDS_CHARS_MAX)
    is_said = (alert.mentions and alert.kind == "mentions") or (body and alert.kind == "case")
    return ["" if is_said else quiet(shown(alert.title, 300)), quiet(body)]


def _mentions(alert: Alert, chars_max: int) -> str:
    """All of them: in full as far as there is room, then a line each, then how many more."""
    all_told = len(alert.mentions) + (0 if alert.receipt else len(alert.earlier))
    told, more = text.told_here(alert, max(all_told, 1))
    more = 0 if alert.receipt else more  # what was told before stands in the ticket already
    parts: list[str] = []
    room = int(chars_max * _FULL_SHARE)
    for at, mention in enumerate(told if all_told else ()):
        room_left = room - sum(map(len, parts))
        full = _block(mention)
        part = full if at == 0 or len(full) <= room_left else _line(mention)
        if len(part) > room_left + int(chars_max * (0.95 - _FULL_SHARE)) and at:
            more += len(told) - at
            break
        parts.append(part)
    return "\n\n".join([*parts, text.and_more(more)] if more else parts)


def _block(mention: Mention) -> str:
    post = mention.post
    words = f"{post.title}\n{post.text}" if post.title else post.text
    quoted = shown_lines(words, _WORDS_CHARS_MAX).splitlines() or ["(no words)"]
    lines = [
        *(f"> {quiet(line)}".rstrip() for line in quoted),
        quiet(f"By {text.author_line(post.author)} on {shown(post.site, 60)}"),
        quiet(f"When: {text.published(mention)}"),
        text.web_address(post.url) or quiet(f"No link; post {shown(post.id, 200)}"),
        quiet(f"In reply to: {shown(post.in_reply_to, 120)}") if post.in_reply_to else "",
        quiet(f"Judged: {_judged(mention)}"),
        quiet(f"Why: {text.reasons(mention)}") if text.reasons(mention) else "",
        quiet(f"Found: {text.evidence(mention)}") if text.evidence(mention) else "",
        f"[{post_mark(post.id)}]",
    ]
    return "\n".join(line for line in lines if line)


def _judged(mention: Mention) -> str:
    labels = text.judged(mention)
    return f"{labels} · priority: {mention.priority.score}".removeprefix(" · ")


def _line(mention: Mention) -> str:
    address = text.web_address(mention.post.url)
    if not address or len(address) > _LINE_ADDRESS_CHARS_MAX:
        address = quiet(f"post {shown(mention.post.id, 120)}")
    return f"{address}\n[{post_mark(mention.post.id)}]"


def _history(alert: Alert) -> str:
    """How often the author wrote before, without their words: those may be gone by now."""
    if not alert.history_count:
        return ""
    count = alert.history_count
    lines = [f"This author wrote {count} {'time' if count == 1 else 'times'} before:"]
    for mention in alert.history[:_HISTORY_MAX]:
        place = text.web_address(mention.post.url) or quiet(shown(mention.post.site, 60))
        lines.append(f"{quiet(text.published(mention))}, {quiet(text.judged(mention))}: {place}")
    more = text.and_more(count - min(len(alert.history), _HISTORY_MAX))
    return "\n".join(line for line in [*lines, more] if line)


def _clocks(case: Case | None) -> str:
    if case is None:
        return ""
    lines = [
        f"Published: {text.minute(case.published_at)} (the customer waits since then)",
        f"Seen: {text.minute(case.waiting_since)} (we know since then)",
        f"Promised: claimed by {text.minute(case.claim_due_at)}" if case.claim_due_at else "",
        f"Promised: answered by {text.minute(case.answer_due_at)}" if case.answer_due_at else "",
    ]
    return "\n".join(line for line in lines if line)


def _changed_clocks(alert: Alert) -> str:
    return "" if alert.kind == "case" else _clocks(alert.case)


def _waiting_since(alert: Alert) -> datetime | None:
    """Who writes again waits from then on, though the case didn't change by it."""
    if alert.mentions:
        return max([alert.created_at, *([alert.case.waiting_since] if alert.case else [])])
    return alert.case.waiting_since if alert.case else None


def _case_line(key: str) -> str:
    return quiet(f"Case {shown(key, 300)}") + f"\n[{token(key)}]"


def _whole(parts: Iterable[str], alert: Alert) -> str:
    return "\n\n".join([*(part for part in parts if part), f"[{marker(alert)}]"])


def _mark_of(part: str) -> str:
    return part.rpartition("\n")[2].strip()


def _priority(alert: Alert) -> int:
    return max(alert.priority, alert.case.priority if alert.case else 0)
