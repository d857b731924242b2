"""An alert as a Slack message: Block Kit from plain values, within its documented limits.

A message about a case says who wrote what where and why that can't wait, what the author wrote
before, how far the story has spread, who is at it and until when; and it has the buttons. The
answer in a message's thread is the same, without the buttons and without what the message shows.

A post's address is a text link, because Slack shows a warning at link buttons of apps that have no
interactivity set up.

Sources: docs.slack.dev/reference/block-kit/blocks.
"""

import re
from dataclasses import replace

from alerts import text
from alerts.slack_parts.buttons import buttons
from alerts.slack_parts.escape import (
    Json,
    context,
    lines,
    link,
    marked,
    plain,
    section,
    unformatted,
)
from alerts.slack_parts.standing import standing, story
from listener.model import Alert, Mention
from listener.telling import mentions_title
from listener.text import shown, shown_lines

MENTIONS_MAX = 10
"""What fits into a message of at most 50 blocks: four for each mention, and seven others."""

_HEADER_CHARS_MAX = 150
_NOTICE_CHARS_MAX = 3_000
_BODY_CHARS_MAX = 2_000
_ALL_TEXTS_CHARS_MAX = 4_000
_ONE_TEXT_CHARS_MAX = 1_500
_NEXT_ACT = re.compile(r"\n(?! )")  # what somebody wrote along with it is indented


def message(alert: Alert, mentions_max: int = MENTIONS_MAX, *, acts: bool = False) -> Json:
    """The ``text`` (for notifications and screen readers) and the ``blocks`` of an alert.

    With ``acts`` there are buttons, where it is about a case.
    """
    told, more = text.told_here(alert, min(mentions_max, MENTIONS_MAX))
    return {"text": _notice(alert, told, more), "blocks": _blocks(alert, told, more, acts=acts)}


def reply(alert: Alert, mentions_max: int = MENTIONS_MAX) -> Json:
    """The same as an answer in the thread of a message that shows the rest."""
    return message(replace(alert, earlier=(), earlier_count=0, history=()), mentions_max)


def _blocks(alert: Alert, told: list[Mention], more: int, *, acts: bool) -> list[Json]:
    chars_max = min(_ONE_TEXT_CHARS_MAX, _ALL_TEXTS_CHARS_MAX // max(len(told), 1))
    blocks = [_header(_title(alert, told, more))]
    if alert.body:
        blocks.append(section(shown_lines(alert.body, _BODY_CHARS_MAX)))
    if alert.case is not None:
        blocks.append(standing(alert.case))
    if spread := story(alert):
        blocks.append(context(plain(spread)))
    for mention in told:
        blocks += _mention_blocks(mention, chars_max)
    if before := text.history(alert):
        author = text.author_line(alert.history[0].post.author)
        blocks.append(context(plain(f"{author} {lines(before)}")))
    if acts and alert.case is not None:
        blocks += buttons(alert.case)
    about = (
        text.and_more(more),
        text.KIND_WORDS[alert.kind],
        f"rule {alert.rule}",
        text.minute(alert.created_at),
    )
    return [*blocks, context(plain(" · ".join(part for part in about if part)))]


def _mention_blocks(mention: Mention, chars_max: int) -> list[Json]:
    words = shown_lines(mention.post.text, chars_max)
    if mention.post.title:
        words = f"{shown(mention.post.title, 200)}\n{words}".strip()
    grounds = (text.judged(mention), text.evidence(mention), text.reasons(mention))
    found = plain(lines((text.published(mention), *grounds)))
    address = link(mention.post.url)
    return [
        {"type": "divider"},
        context(plain(text.headline(mention))),
        section(words or "(no text)"),
        context(found, marked(address)) if address else context(found),
    ]


def _notice(alert: Alert, told: list[Mention], more: int) -> str:
    body = _NEXT_ACT.sub(" · ", alert.body) if alert.kind == "case" else alert.body
    parts = [shown(_title(alert, told, more), 200), shown(body, 300)]
    parts += [f"{text.headline(mention)}: {shown(mention.post.text, 160)}" for mention in told]
    return unformatted(lines([*parts, text.and_more(more)]), _NOTICE_CHARS_MAX)


def _title(alert: Alert, told: list[Mention], more: int) -> str:
    """Who wrote where stays in front of what is told of a case: the message is the case's own."""
    if alert.kind == "case" and told:
        return mentions_title(told, more)
    return alert.title or alert.rule


def _header(words: str) -> Json:
    return {"type": "header", "text": plain(shown(words, _HEADER_CHARS_MAX), _HEADER_CHARS_MAX)}
