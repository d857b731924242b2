"""Two daemons and one database: 2,000 due alerts are 2,000 deliveries."""

import json
import multiprocessing
import os
import signal
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC
from pathlib import Path
from threading import Event

from listener.clock import utc_now
from listener.model import Priority, Tag
from listener.rules import Rule, orders
from listener.store.port import Polled, SourcePlan, Tagged
from listener.store.sqlite import SqliteStore
from listener.testing import a_mention, a_post
from tests.campaigns.kill_child import listen
from tests.campaigns.places import SECRET, Hook

ALERTS = 2_000
WAIT_SECONDS_MAX = 120

CONFIG = """
[listener]
database = "sqlite:two.db"
log_level = "error"
[web]
enabled = false
[brands.norvia]
names = ["Norvia"]
[channels.hook]
type = "webhook"
url = {hook}
secret = "file:secret"
allow_private = true
[[rules]]
name = "each"
send_to = ["hook"]
"""


def test_two_thousand_due_alerts_are_two_thousand_deliveries(tmp_path: Path) -> None:
    fill(tmp_path / "two.db")
    (tmp_path / "secret").write_text(SECRET)
    config = tmp_path / "config.toml"
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.campaigns.kill_child"])
    with Hook() as hook:
        config.write_text(CONFIG.format(hook=json.dumps(hook.url)))
        daemons = [context.Process(target=listen, args=(config,)) for _ in range(2)]
        for daemon in daemons:
            daemon.start()
        wait_until_told(hook)
        for daemon in daemons:
            os.kill(daemon.pid or 0, signal.SIGTERM)
            daemon.join(15)
    assert [daemon.exitcode for daemon in daemons] == [0, 0]
    assert sum(hook.times.values()) == ALERTS
    assert len(hook.mentions()) == ALERTS
    assert len(tellers(tmp_path / "two.db")) == 2, "one did all the work: this shows nothing"


def fill(path: Path) -> None:
    """As many mentions as alerts, tagged and ordered by the store's own verbs."""
    now = utc_now()
    store = SqliteStore.at(path)
    posts = [a_post(str(n)) for n in range(ALERTS)]
    store.plan_sources([SourcePlan("fake", 60)], now)
    (turn,) = store.claim_sources(now, 60, 1)
    store.save_poll(turn, Polled(posts, [a_mention(post=post) for post in posts], None, now, now))
    rule = Rule("each", ("hook",))
    tagged = []
    for claimed in store.claim_mentions(now, 60, ALERTS):
        tags = (Tag("urgency", "high", 0.9, by="t/1"),)
        mention = replace(claimed.mention, tags=tags, priority=Priority(80))
        tagged.append(Tagged(mention, claimed.token, orders([rule], mention, now, UTC)))
    assert store.save_tags(tagged, now) == ALERTS
    store.plan_sources([], now)
    store.close()


def tellers(path: Path) -> set[str]:
    """Which processes told."""
    with closing(sqlite3.connect(path)) as db:
        return {row[0] for row in db.execute("SELECT DISTINCT owner FROM deliveries")}


def wait_until_told(hook: Hook) -> None:
    for _ in range(WAIT_SECONDS_MAX * 10):
        if len(hook.times) >= ALERTS:
            break
        Event().wait(0.1)
    Event().wait(1.0)  # were there duplicates, they would come now
