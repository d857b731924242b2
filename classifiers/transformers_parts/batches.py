"""Which texts go through the model together: those of about the same length."""

from collections.abc import Sequence

SHORT_TOKENS = 16
"""Up to this length rows are padded freely: so little is not worth a batch of its own."""


def by_length(lengths: Sequence[int], rows_max: int) -> list[list[int]]:
    """The numbers of the rows in batches, the longest first.

    A batch holds at most ``rows_max`` rows, and none under half the length of its longest but
    short ones: what is padded is reckoned with, and costs as much as what is read.
    """
    batches: list[list[int]] = []
    for row in sorted(range(len(lengths)), key=lambda row: -lengths[row]):
        if batches and len(batches[-1]) < rows_max and _fits(lengths, batches[-1][0], row):
            batches[-1].append(row)
        else:
            batches.append([row])
    return batches


def _fits(lengths: Sequence[int], longest: int, row: int) -> bool:
    return lengths[longest] <= max(SHORT_TOKENS, 2 * lengths[row])
