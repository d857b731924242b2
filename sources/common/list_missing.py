"""Which posts are gone, as far as a list can tell that doesn't show them any longer.

A post that is not listed where it should be may be gone, or the list may be in two minds, as
lists that are copied over many machines are. So it counts as gone only when it is still missing
an hour later; where many are missing at once, a day later.
"""

from collections.abc import Collection, MutableMapping
from dataclasses import replace

from sources.common.list_state import Known

MISSING_SECONDS = 3_600
MANY_MISSING_SECONDS = 86_400
FEW = 5
"""More than so many at once, and more than one in five, are many."""


def settle(
    seen: MutableMapping[str, Known], there: Collection[str], listed: Collection[str], now: int
) -> list[str]:
    """Note in ``seen`` since when posts are missing; those that are gone are taken out, and told.

    ``there`` are the posts that should have been met, ``listed`` those that were. ``now`` is in
    seconds since 1970.
    """
    missing = [post_id for post_id in there if post_id not in listed]
    is_many = len(missing) > max(FEW, len(there) // 5)
    patience = MANY_MISSING_SECONDS if is_many else MISSING_SECONDS
    gone = []
    for post_id in missing:
        since = seen[post_id].missing or now
        seen[post_id] = replace(seen[post_id], missing=since)
        if now - since >= patience:
            del seen[post_id]
            gone.append(post_id)
    return sorted(gone)
