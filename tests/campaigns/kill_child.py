"""What runs in the process that is killed.

The fork server imports this beforehand and everything that the daemon would import when it is
first used, so that a child is at work milliseconds after it was forked.
"""

import importlib
import os
from pathlib import Path

from classifiers.small.judge import SmallClassifier
from listener import logs
from listener.cli.forgetting import forget
from listener.cli.shared import BadUse
from listener.clock import utc_now
from listener.config import load_config
from listener.daemon import Daemon
from listener.registry import BUILT_IN
from listener.testing import a_mention

USED_LATER = (
    "alerts.webhook",
    "feedparser",
    "listener.net_requests",
    "listener.store.sqlite",
    "schedule",
    "sources.feed",
    "sources.feed_parts.parse",
    "sources.jsonl",
    "tests.campaigns.billed",
)

for name in USED_LATER:
    importlib.import_module(name)
for kind in ("spam", "sentiment", "urgency", "intent"):
    SmallClassifier(kind=kind).tag([a_mention()])


def know_the_billed_source() -> None:
    """Make its type known in this process alone: tests read the registry too."""
    BUILT_IN["sources"]["billed"] = "tests.campaigns.billed:BilledSource"


def listen(config_path: Path) -> None:
    """``listener run``, without the command line."""
    know_the_billed_source()
    config = load_config(config_path, {})
    logs.set_up(config.log_level, config.log_format, config.secrets)
    drained = Daemon(lambda: load_config(config_path, {}), utc_now).run(config)
    os._exit(0 if drained else 1)


def forget_author(config_path: Path, author: str) -> None:
    """``listener forget``, without the command line; nothing to forget is no failure here."""
    know_the_billed_source()
    try:
        forget(config_path, author, "", every_site=False, dry_run=False)
    except BadUse as fault:
        os._exit(0 if "nothing stored" in str(fault) else 1)
    os._exit(0)
