"""What runs in the process that is killed. Imported beforehand by the fork server."""

import os
from pathlib import Path

import alerts.webhook
import classifiers.language
import classifiers.words
import listener.daemon
import listener.stages
import sources.feed
import sources.jsonl
from listener import logs
from listener.clock import utc_now
from listener.config import load_config
from listener.daemon import Daemon

PRELOADED = (
    alerts.webhook,
    classifiers.language,
    classifiers.words,
    listener.stages,
    sources.feed,
    sources.jsonl,
)


def listen(config_path: Path) -> None:
    """``listener run``, without the command line."""
    config = load_config(config_path, {})
    logs.set_up(config.log_level, config.log_format, config.secrets)
    drained = Daemon(lambda: load_config(config_path, {}), utc_now).run(config)
    os._exit(0 if drained else 1)
