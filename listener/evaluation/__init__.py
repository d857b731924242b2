"""How good judgements are: measures over labels and probabilities. Pure, and without a library.

Each measure says what it is of, takes plain sequences, and is None where it means nothing: an
area under the curve without both classes, an agreement without anything to agree on.
"""

from listener.evaluation.agreement import kappa
from listener.evaluation.calibration import expected_calibration_error
from listener.evaluation.interval import bootstrap
from listener.evaluation.labels import accuracy, confusion, macro_f1
from listener.evaluation.ranking import auc, recall_at_precision

__all__ = [
    "accuracy",
    "auc",
    "bootstrap",
    "confusion",
    "expected_calibration_error",
    "kappa",
    "macro_f1",
    "recall_at_precision",
]
