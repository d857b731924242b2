"""Throws generated posts at Slack's stand-in and looks at every byte that leaves.

    python tests/campaign_slack.py --count 100000 --seed 1

Each post goes out inside an alert, by the real channel over real HTTP, as a new message, an update
or an incoming webhook; :mod:`tests.alerts.slack_oracle` judges the JSON that arrived. Exits with 1
at the first finding, which the seed and its number make again.
"""

import argparse
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from alerts.slack import SlackChannel
from listener.model import Alert
from listener.ports import Secret
from tests.alerts.slack_hostile import hostile_alert
from tests.alerts.slack_oracle import findings
from tests.alerts.slack_server import Call, SlackServer


def campaign(count: int, seed: int, part: int = 0) -> tuple[int, list[str]]:
    """Send ``count`` hostile posts or a few more; how many went out, and what was found."""
    with SlackServer() as server:
        ways = _ways(server)
        sent = number = 0
        while sent < count:
            alert = hostile_alert(Random(f"{seed}/{part}/{number}"))
            calls = _sent(server, ways[number % len(ways)], alert)
            found = [line for call in calls for line in findings(call.payload, alert)]
            if found:
                return sent, [f"seed {seed}/{part}/{number}: {line}" for line in found]
            sent += len(alert.mentions)
            number += 1
        return sent, []


def _ways(server: SlackServer) -> list[tuple[SlackChannel, str | None]]:
    """A bot's new message, a bot's update with its answer in the thread, an incoming webhook."""
    bot = SlackChannel(
        server.token,
        "#service",
        base_url=server.url,
        mentions_max=10,
        allow_private=True,
        signing_secret=Secret("stand-in"),
    )
    hook = SlackChannel(webhook_url=server.hook_url, mentions_max=10, allow_private=True)
    return [(bot, None), (bot, "C0SERVICE:1700000000.000000"), (hook, None)]


def _sent(server: SlackServer, way: tuple[SlackChannel, str | None], alert: Alert) -> list[Call]:
    channel, receipt = way
    channel.send(replace(alert, receipt=receipt))
    calls, server.calls = server.calls, []
    assert all(call.accepted for call in calls)
    assert calls or not channel.follows_cases  # a webhook is silent about what becomes of a case
    for ts in list(server.messages)[1:]:
        del server.messages[ts]  # the first stays, to be updated
    return calls


def main() -> int:
    """Run the campaign that the command line asks for."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--count", type=int, default=100_000)
    options.add_argument("--seed", type=int, default=1)
    asked = options.parse_args()
    jobs = os.cpu_count() or 1
    counts, seeds = [-(-asked.count // jobs)] * jobs, [asked.seed] * jobs
    with ProcessPoolExecutor(jobs) as pool:
        parts = list(pool.map(campaign, counts, seeds, range(jobs)))
    sent = sum(part_sent for part_sent, _ in parts)
    found = [line for _, part_found in parts for line in part_found]
    told = "\n".join([*found, f"seed {asked.seed}: {sent} posts sent, {len(found)} findings"])
    sys.stdout.buffer.write(f"{told}\n".encode(errors="backslashreplace"))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
