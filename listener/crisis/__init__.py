"""Crises: when far more, far worse or far wider is said of a brand than at this hour of its week.

:mod:`baseline` learns from weeks of hours what is usual, and how surely; :mod:`chance` says how
unlikely a count is then; :mod:`detect` weighs several counts over several windows against how
many false alarms are bearable; :mod:`cause` puts into words what it is about. All pure. Hours in
which a source was down teach nothing, and no window that was not wholly seen is called calm.
"""

from listener.crisis.baseline import Baseline, Tally, learn
from listener.crisis.detect import Crisis, Finding, judge

__all__ = ["Baseline", "Crisis", "Finding", "Tally", "judge", "learn"]
