"""Cases as a Slack message shows them."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from listener.model import Alert, Case
from tests.alerts.example import NOON, alert, mention

MINUTE = timedelta(minutes=1)


def case(**changes: Any) -> Case:
    """A case that nobody has yet."""
    new = Case(
        key="finnair-17",
        brand="finnair",
        rule="urgent",
        team="service",
        opened_at=NOON,
        published_at=NOON - 5 * MINUTE,
        waiting_since=NOON,
        claim_due_at=NOON + 15 * MINUTE,
        answer_due_at=NOON + 60 * MINUTE,
        priority=51,
    )
    return replace(new, **changes)


def case_alert(**changes: Any) -> Alert:
    """The first telling of a case."""
    return alert(mention(), **({"case": case()} | changes))


def change(receipt: str | None, now: Case, **changes: Any) -> Alert:
    """The telling that the case stands otherwise now."""
    told = alert(
        kind="case",
        key="k~2",
        title="claimed by Anna",
        body="claimed by Anna",
        receipt=receipt,
        earlier=(mention(),),
        earlier_count=1,
        case=now,
    )
    return replace(told, mentions=(), **changes)
