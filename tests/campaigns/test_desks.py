"""Mentions of many stories under faults: one ticket for each case, none lost, none doubled."""

import os
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from listener.cases import Act
from tests.alerts.desks.proxy import standing
from tests.alerts.test_request_tracker import RequestTrackerDesk
from tests.alerts.test_roundup import RoundupTracker
from tests.campaigns.desks import Campaign, Tracker, oracle, posts
from tests.services import request_tracker, roundup
from tests.services.required import need

MENTIONS = int(os.environ.get("DESK_MENTIONS", "60"))
STORIES = max(2, MENTIONS * 60 // 500)
SEED = int(os.environ.get("DESK_SEED", "1"))
KILL_EVERY, REBOOT_EVERY = 17, 41


@pytest.fixture
def real_roundup(tmp_path: Path) -> Iterator[Tracker]:
    need("roundup", roundup.missing())
    with standing() as proxy, roundup.running(tmp_path, f"{proxy.url}/") as server:
        proxy.behind = server.port
        seen = RoundupTracker(server, proxy)
        yield _tracker(seen)


@pytest.fixture
def real_request_tracker(tmp_path: Path) -> Iterator[Tracker]:
    need("request-tracker", request_tracker.missing())
    with standing() as proxy, request_tracker.running(tmp_path) as server:
        proxy.behind = server.port
        yield _tracker(RequestTrackerDesk(server, proxy))


def _tracker(seen: RoundupTracker | RequestTrackerDesk) -> Tracker:
    return Tracker(
        server=seen.server,
        proxy=seen.proxy,
        desk=seen.channel(),
        tickets=seen.tickets,
        words=seen.words,
        reply=seen.reply,
        settle=seen.settle,
        settled=lambda ticket: seen.state(ticket) == "closed",
    )


def test_roundup_under_faults(real_roundup: Tracker, tmp_path: Path) -> None:
    check(Campaign(real_roundup, tmp_path, random.Random(SEED)))


def test_request_tracker_under_faults(real_request_tracker: Tracker, tmp_path: Path) -> None:
    check(Campaign(real_request_tracker, tmp_path, random.Random(SEED)))


def check(campaign: Campaign) -> None:
    told = posts(MENTIONS, STORIES, random.Random(SEED))
    campaign.asked_once()
    for number, (post, _) in enumerate(told, 1):
        campaign.come(post)
        if number % 3 == 0:
            campaign.step()
        if number % KILL_EVERY == 0:
            campaign.send.step(campaign.now)
            campaign.kill()
        if number % REBOOT_EVERY == 0:
            campaign.reboot()
    campaign.until_told()
    tickets = dict(campaign.links())
    doubled = [one for links in tickets.values() for one, n in Counter(links).items() if n > 1]
    wanted = sorted(sorted(links) for links in oracle(told))
    assert doubled == []
    assert sorted(sorted(links) for links in tickets.values()) == wanted
    assert campaign.faults.total() > MENTIONS // 10
    by_people(campaign, list(tickets))
    by_us(campaign, list(tickets))
    print(
        f"\n{MENTIONS} mentions, {STORIES} stories, {len(wanted)} cases: {len(tickets)} tickets,"
        f" 0 lost, 0 doubled; {len(campaign.tracker.proxy.seen)} requests, faults"
        f" {dict(campaign.faults)}, {campaign.restarts} deaths of the daemon,"
        f" {campaign.reboots} restarts of the tracker"
    )


def by_people(campaign: Campaign, tickets: list[str]) -> None:
    """What is answered and closed at the desk is so here, and nothing of it is echoed there."""
    replied, closed = tickets[0::3], tickets[1::3]
    for ticket in replied:
        campaign.tracker.reply(ticket, "We are sorry: here is your refund.")
    for ticket in closed:
        campaign.tracker.settle(ticket)
    written = {ticket: len(campaign.tracker.words(ticket)) for ticket in [*replied, *closed]}
    wanted = dict.fromkeys(replied, "answered") | dict.fromkeys(closed, "closed")
    campaign.asked(lambda: {ticket: _state(campaign, ticket) for ticket in wanted} == wanted)
    campaign.until_told()
    assert written == {ticket: len(campaign.tracker.words(ticket)) for ticket in written}


def by_us(campaign: Campaign, tickets: list[str]) -> None:
    """What is closed here is closed there, and does not come back as somebody's act."""
    left = tickets[2::3]
    for ticket in left:
        act = Act(f"cli:{ticket}", "close", "anna", "command line", campaign.now)
        campaign.store.cases.act(_key(campaign, ticket), act, campaign.now)
    campaign.until_told()
    campaign.asked_once()
    campaign.asked_once()
    assert all(campaign.tracker.settled(ticket) for ticket in left)
    for ticket in left:
        acts = campaign.store.cases.file(_key(campaign, ticket)).acts  # type: ignore[union-attr]
        assert [act.via for act in acts if act.kind != "joined"] == ["command line"]


def _key(campaign: Campaign, ticket: str) -> str:
    cases = campaign.store.cases
    states = ("new", "claimed", "answered", "closed")
    files = [cases.file(one.key) for one in cases.find(states=states)]
    (found,) = [one.case.key for one in files if one and one.tickets.get("desk") == ticket]
    return found


def _state(campaign: Campaign, ticket: str) -> str:
    return campaign.store.cases.file(_key(campaign, ticket)).case.state  # type: ignore[union-attr]
