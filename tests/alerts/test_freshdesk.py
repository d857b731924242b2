"""The Freshdesk channel against a stand-in that speaks Freshdesk's documented API."""

from typing import ClassVar

import pytest

from alerts.freshdesk import FreshdeskChannel
from listener.ports import Secret
from tests.alerts.standins.drills import DeskDrills, changed, joining, many, opening, read
from tests.alerts.standins.freshdesk_site import ANNA, FreshdeskSite
from tests.alerts.standins.order_drills import OrderDrills


class TestFreshdesk(DeskDrills, OrderDrills):
    site_class = FreshdeskSite
    keeps_history = False
    states: ClassVar = {"new": "2", "claimed": "2", "answered": "3", "closed": "4"}

    def test_all_that_is_written_is_private(self, site: FreshdeskSite) -> None:
        receipt = site.channel().send(opening())
        site.channel().send(joining(receipt))
        assert [note["private"] for note in site.notes[int(receipt)]] == [True]

    def test_an_old_ticket_is_found_too(self, site: FreshdeskSite) -> None:
        receipt = site.channel().send(opening())
        site.later(60 * 86_400)
        assert site.channel().send(opening(attempt=2)) == receipt

    def test_a_ticket_in_the_trash_is_opened_anew(self, site: FreshdeskSite) -> None:
        channel = site.channel()
        first = channel.send(opening())
        site.tickets[int(first)]["deleted"] = True
        assert channel.send(joining(first)) != first

    def test_what_was_done_and_undone_between_two_looks_is_nothing(
        self, site: FreshdeskSite
    ) -> None:
        channel = site.channel()
        cursor = channel.changes(None).cursor
        receipt = channel.send(opening())
        channel.send(changed(receipt, 3, state="closed"))
        assert read(site, channel, cursor)[0] == []
        site.later(600)
        site.anna(receipt, "reopened")
        site.later(5)
        site.anna(receipt, "closed")
        assert read(site, channel, cursor)[0] == []

    def test_an_agent_who_was_deleted_is_known_by_number(self, site: FreshdeskSite) -> None:
        channel = site.channel()
        cursor = channel.changes(None).cursor
        receipt = channel.send(opening())
        site.anna(receipt, "took")
        site.deleted_agents.add(ANNA)
        acts, _ = read(site, channel, cursor)
        assert [(act.kind, act.by) for act in acts] == [("claim", f"freshdesk:{ANNA}")]

    def test_a_status_of_ones_own(self, site: FreshdeskSite) -> None:
        channel = site.channel(statuses={"answered": 6})
        cursor = channel.changes(None).cursor
        receipt = channel.send(opening())
        channel.send(changed(receipt, state="answered"))
        assert site.state(receipt)[0] == "6"
        assert read(site, channel, cursor)[0] == []

    def test_pages_of_changes_lose_nothing(self, site: FreshdeskSite) -> None:
        channel = site.channel()
        cursor = channel.changes(None).cursor
        receipts = many(channel, 60)
        for at, receipt in enumerate(receipts):
            site.later(60 if at % 20 else 0)
            site.anna(receipt, "took")
        early = channel.changes(cursor)
        assert early.more
        site.later(1)
        site.anna(receipts[0], "noted", "pushes the others forward")
        acts, cursor = read(site, channel, early.cursor)
        told = [change.act for change in early.changes] + acts
        assert len({act.key for act in told if act.kind == "claim"}) == 60
        assert read(site, channel, cursor)[0] == []

    @pytest.mark.parametrize(
        ("settings", "fault"),
        [
            ({"url": "x"}, "address"),
            ({"key": Secret("")}, "key is empty"),
            ({"statuses": {"done": 4}}, "'done'"),
            ({"changes_seconds": 1}, "10 or more"),
        ],
    )
    def test_a_wrong_table_is_refused(self, settings: dict[str, object], fault: str) -> None:
        given = {"url": "https://x.freshdesk.com", "key": Secret("k")}
        with pytest.raises(ValueError, match=fault):
            FreshdeskChannel(**given | settings)  # type: ignore[arg-type]
