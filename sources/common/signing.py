"""Tokens that are signed with a private key (JSON Web Tokens, RFC 7519), for sites that ask so.

Needs PyJWT and cryptography, which come with the extra ``stores``.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from importlib import import_module
from typing import Any, Literal

from listener.ports import Reject, Secret

Algorithm = Literal["ES256", "RS256"]

_MISSING = "needs PyJWT and cryptography: pip install 'mention-listener[stores]'"


def signed(
    claims: Mapping[str, object],
    key: Secret,
    algorithm: Algorithm,
    *,
    now: datetime,
    lasts: timedelta,
    key_id: str = "",
) -> str:
    """A token that says this, from ``now`` for as long as it ``lasts``.

    ``key`` is a private key in PEM. Raises Reject where the libraries are not installed, or the
    key can't be read; its text never repeats a word of the key.
    """
    issued = int(now.timestamp())
    said = dict(claims) | {"iat": issued, "exp": issued + int(lasts.total_seconds())}
    try:
        jwt = _library()
    except ImportError:
        raise Reject(_MISSING, state="setup") from None
    headers = {"kid": key_id} if key_id else None
    try:
        pem = key.reveal().replace("\\n", "\n")  # as it is told on one line
        token: str = jwt.encode(said, _read(pem), algorithm=algorithm, headers=headers)
    except Exception:  # noqa: BLE001  whatever is wrong with a key, it must not be shown
        kind = "an EC key (P-256)" if algorithm == "ES256" else "an RSA key"
        msg = f"the private key can't be used: it must be {kind} in PEM, whole, as it was issued"
        raise Reject(msg, state="setup") from None
    return token


@lru_cache(maxsize=8)
def _read(pem: str) -> Any:
    """The key in a PEM. To read an RSA key takes long, for it is checked: each is read once."""
    reading = import_module("cryptography.hazmat.primitives.serialization")
    return reading.load_pem_private_key(pem.encode(), password=None)


def _library() -> Any:
    import_module("cryptography")
    return import_module("jwt")
