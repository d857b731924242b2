"""``listener test``: a message that only says that messages arrive."""

import os
from pathlib import Path

from listener.cli.shared import BadUse, configured
from listener.clock import utc_now
from listener.model import Alert
from listener.ports import Reject, Retry
from listener.suggest import suggestion
from listener.text import shown


def send_test(path: Path, name: str) -> None:
    """Send it and print the receipt; BadUse, with the reason, where it does not arrive."""
    config = configured(path, tells=True)
    channels = {channel.name: channel.plugin for channel in config.channels}
    if name not in channels:
        msg = f"no channel '{shown(name, 64)}' in {config.path}{suggestion(name, channels)}"
        raise BadUse(msg)
    try:
        receipt = channels[name].send(_alert(name))
    except (Retry, Reject) as failure:
        msg = f"channel '{name}': {shown(failure.reason, 500)}"
        raise BadUse(msg) from None
    except Exception as error:
        if os.environ.get("LISTENER_DEBUG"):
            raise
        broke = f"{type(error).__name__}: {shown(str(error), 300)}"
        msg = f"channel '{name}' broke: {broke} (LISTENER_DEBUG=1 shows where)"
        raise BadUse(msg) from None
    print(f"told by {name}" + (f", receipt {shown(receipt, 200)}" if receipt else ""))


def _alert(channel: str) -> Alert:
    now = utc_now()
    return Alert(
        key=f"test/{now:%Y%m%dT%H%M%S.%fZ}/{channel}",
        thread=f"test/{now:%Y%m%dT%H%M%S.%fZ}/{channel}",
        rule="test",
        channel=channel,
        kind="test",
        created_at=now,
        title="Test: alerts of the listener arrive here",
        body="Somebody ran listener test. Nothing needs to be done.",
    )
