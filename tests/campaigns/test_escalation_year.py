"""Every escalation of the year 2028 at its exact due time.

``ESCALATIONS=5000 pytest -s`` for a campaign; ``ESCALATION_SEED`` for another draw.
"""

import os

from tests.campaigns.escalation_year import play

CASES = int(os.environ.get("ESCALATIONS", "150"))
SEED = int(os.environ.get("ESCALATION_SEED", "1"))


def test_every_escalation_is_told_at_its_exact_due_time() -> None:
    findings = play(CASES, SEED)
    print(f"\n{findings}")
    assert not findings.differ
    assert findings.escalations > CASES
    assert findings.on_changed_days
    assert findings.on_the_leap_day
    assert findings.after_a_snooze
