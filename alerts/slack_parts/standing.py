"""How a case stands and how far its story has spread, as lines of a Slack message."""

from collections import Counter
from datetime import datetime

from alerts import text
from alerts.slack_parts.escape import Json, context, marked, member, moment, plain
from listener.model import Alert, Case, Mention
from listener.text import shown

_VOICES_MAX = 5


def standing(case: Case) -> Json:
    """Whose the case is, how it stands, since when somebody waits and what was promised."""
    owner = member(case.owner)
    state = f"{case.state} by" if owner else text.case_state(case)
    elements = [plain(f"{text.case_name(case)} · {state}")]
    if owner:
        elements.append(marked(owner))
    if case.step:
        elements.append(plain("escalated once" if case.step == 1 else f"escalated {case.step} ×"))
    return context(*elements, *([marked(times)] if (times := _times(case)) else []))


def story(alert: Alert) -> str:
    """Count, reach, sentiment and newest voices of what many wrote; empty for a single post.

    All are counted; what else is said is about the mentions that came with the alert.
    """
    known = [*alert.mentions, *alert.earlier]
    count = len(alert.mentions) + max(alert.earlier_count, len(alert.earlier))
    if alert.case is not None:
        count = max(count, alert.case.mentions)
    if count < 2 or not known:
        return ""
    reach, moods = _reach(known), _moods(known)
    if len(known) < count:
        reach, moods = reach and f"at least {reach}", moods and f"of {len(known)} here {moods}"
    parts = (f"{count} mentions{_by_authors(alert)}", reach, moods, _voices(known))
    return " · ".join(part for part in parts if part)


def _times(case: Case) -> str:
    waits = text.is_waiting(case)
    marks: tuple[tuple[str, datetime | None], ...] = (
        ("waiting since", case.waiting_since if waits else None),
        ("claim due", case.claim_due_at if waits else None),
        ("answer due", case.answer_due_at if waits else None),
        ("snoozed until", case.snoozed_until),
        ("answered", case.answered_at),
        ("closed", case.closed_at),
    )
    return " · ".join(f"{what} {moment(at)}" for what, at in marks if at is not None)


def _by_authors(alert: Alert) -> str:
    if alert.case is None or alert.case.authors < 1:
        return ""
    return " by 1 author" if alert.case.authors == 1 else f" by {alert.case.authors} authors"


def _reach(known: list[Mention]) -> str:
    """The followers of all authors shown, each author once."""
    followers = {
        (one.post.site, one.post.author.handle): one.post.author.followers or 0 for one in known
    }
    reach = sum(followers.values())
    return f"{reach} followers" if reach else ""


def _moods(known: list[Mention]) -> str:
    moods = Counter(label for one in known if (label := one.label("sentiment")))
    return ", ".join(f"{count} {shown(label, 40)}" for label, count in moods.most_common())


def _voices(known: list[Mention]) -> str:
    """Who wrote last, the newest in front, everybody once."""
    dated = sorted(known, key=_published, reverse=True)
    names = (shown(one.post.author.handle or one.post.author.name, 40) for one in dated)
    newest = list(dict.fromkeys(name for name in names if name))[:_VOICES_MAX]
    return f"newest: {', '.join(newest)}" if newest else ""


def _published(mention: Mention) -> float:
    at = mention.post.published_at
    return at.timestamp() if at else 0.0
