"""``listener resend``: what was buried is told again."""

from pathlib import Path

from listener.cli.shared import BadUse, configured, reading
from listener.clock import utc_now
from listener.suggest import suggestion
from listener.text import shown


def resend(path: Path, channel: str, key: str) -> None:
    """Make it due, and say how much that was."""
    config = configured(path)
    if channel and channel not in config.channel_names:
        known = config.channel_names
        msg = f"no channel '{shown(channel, 64)}' in {config.path}{suggestion(channel, known)}"
        raise BadUse(msg)
    with reading(config) as store:
        count = store.controls.resend(utc_now(), channel or None, key or None)
    if key and not count:
        msg = f"no alert '{shown(key, 200)}' is buried; listener status names those that are"
        raise BadUse(msg)
    alerts = "1 alert is" if count == 1 else f"{count:,} alerts are"
    print(f"{alerts} due again; listener run sends what is due, listener once does it now")
