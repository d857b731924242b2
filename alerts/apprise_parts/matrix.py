"""Apprise's Matrix service, with one thing said in every message: that it calls nobody.

Without ``m.mentions`` a Matrix server looks for names in the text itself, and a stranger who writes
somebody's name, or ``@room``, rings for them. With it, the server leaves the text alone
(spec.matrix.org, client-server API, "User and room mentions").
"""

from typing import Any

from apprise import AppriseAsset
from apprise.plugins.matrix import NotifyMatrix

_MESSAGE = "/send/m.room.message/"


class QuietMatrix(NotifyMatrix):  # type: ignore[no-untyped-call]
    """A Matrix service whose messages ring for nobody by name."""

    def _fetch(self, path: str, payload: Any = None, *rest: Any, **options: Any) -> Any:
        if _MESSAGE in path and isinstance(payload, dict):
            payload = payload | {"m.mentions": {}}
        service: Any = super()
        return service._fetch(path, payload, *rest, **options)


def quiet_matrix(url: str, asset: AppriseAsset) -> Any:
    """The service for an address, or None where it is no Matrix address."""
    matrix: Any = QuietMatrix  # the library states no types here
    parsed = matrix.parse_url(url)
    return matrix(**parsed | {"asset": asset}) if parsed else None
