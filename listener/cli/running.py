"""``listener run`` and ``listener once``."""

import json
import os
import sys
from pathlib import Path

from listener import logs
from listener.cli.shared import BadUse, configured
from listener.clock import utc_now
from listener.config import Config, load_config
from listener.store import StoreUnavailable


def run_daemon(path: Path, only: str) -> None:
    """Run until stopped; exit 1 when something could not be drained in time."""
    from listener.daemon import ROLES, Daemon

    roles = [role.strip() for role in only.split(",") if role.strip()]
    unknown = [role for role in roles if role not in ROLES]
    if unknown or not roles:
        msg = f"--only: {', '.join(unknown) or 'nothing'} is no role; there are {', '.join(ROLES)}"
        raise BadUse(msg)
    config = configured(path, tells=True, polls=None)
    logs.set_up(config.log_level, config.log_format, config.secrets)
    drained = Daemon(lambda: _loaded_again(path), utc_now, roles).run(config)
    sys.exit(0 if drained else 1)


def _loaded_again(path: Path) -> Config:
    """For a reload: its faults are for the log, not for the user of a command."""
    config = load_config(path, os.environ)
    logs.set_up(config.log_level, config.log_format, config.secrets)
    return config


def run_once(path: Path, *, as_json: bool) -> None:
    """Work until nothing is due, and print what was done."""
    from listener.once import once

    config = configured(path, tells=True, polls=None)
    logs.set_up(config.log_level, config.log_format, config.secrets)
    try:
        counts = once(config, utc_now).as_dict()
    except StoreUnavailable as trouble:
        msg = f"{config.database}: {trouble}"
        raise BadUse(msg) from None
    if as_json:
        print(json.dumps(counts))
        return
    for name, count in counts.items():
        print(f"{name.replace('_', ' '):18}{count:8}")
