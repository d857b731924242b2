"""Alerts about a case, of the kinds that came with cases."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from listener.model import Alert, Case
from tests.alerts.example import NOON, alert, mention


def case(**changes: Any) -> Case:
    """A claimed case whose answer is due."""
    given: dict[str, Any] = {
        "key": "urgent-7K2",
        "brand": "finnair",
        "rule": "urgent",
        "team": "service",
        "opened_at": NOON,
        "published_at": NOON - timedelta(minutes=10),
        "waiting_since": NOON,
        "state": "claimed",
        "owner": "anna",
        "claimed_at": NOON,
        "answer_due_at": NOON + timedelta(hours=2),
        "step": 1,
        "mentions": 3,
        "authors": 2,
    }
    return Case(**given | changes)


def case_alert(**changes: Any) -> Alert:
    """A telling of the case's state, with what its author wrote before."""
    given: dict[str, Any] = {
        "key": "urgent/urgent-7K2/service~3",
        "thread": "urgent/urgent-7K2/service",
        "kind": "case",
        "title": "anna has case urgent-7K2",
        "body": "claimed by anna",
        "mentions": (),
        "earlier": (mention(1),),
        "earlier_count": 1,
        "case": case(),
        "history": (mention(7), mention(8)),
        "history_count": 9,
    }
    return replace(alert(), **given | changes)
