"""The Zammad channel against a stand-in that speaks Zammad's API."""

from dataclasses import replace
from typing import ClassVar

import pytest

from alerts.zammad import ZammadChannel
from listener.ports import Reject, Retry, Secret
from tests.alerts.example import mention
from tests.alerts.standins.drills import DeskDrills, changed, joining, many, opening, read
from tests.alerts.standins.order_drills import OrderDrills
from tests.alerts.standins.zammad_site import ZammadSite


class TestZammad(DeskDrills, OrderDrills):
    site_class = ZammadSite
    states: ClassVar = {"new": "open", "claimed": "open", "answered": "closed", "closed": "closed"}

    def test_all_that_is_written_is_internal(self, site: ZammadSite) -> None:
        receipt = site.channel().send(opening())
        site.channel().send(joining(receipt))
        assert [one["internal"] for one in site.articles[int(receipt)]] == [True, True]

    def test_a_change_and_its_note_are_one_request(self, site: ZammadSite) -> None:
        channel = site.channel(agents={"anna": "anna@example.org"})
        receipt = channel.send(opening())
        before = len(site.changing())
        channel.send(changed(receipt, state="claimed", owner="anna"))
        assert len(site.changing()) == before + 1

    def test_a_merged_ticket_is_followed_by_another(self, site: ZammadSite) -> None:
        channel = site.channel()
        first = channel.send(opening())
        site.tickets[int(first)]["state"] = "merged"
        second = channel.send(joining(first))
        assert site.ids() == [first, second]
        assert channel.send(opening(attempt=2)) == second

    def test_a_pending_state_gets_its_time(self, site: ZammadSite) -> None:
        channel = site.channel(states={"answered": "pending reminder"})
        cursor = channel.changes(None).cursor
        receipt = channel.send(opening())
        channel.send(changed(receipt, state="answered"))
        assert site.state(receipt)[0] == "pending reminder"
        assert read(site, channel, cursor)[0] == []

    def test_a_note_too_old_to_delete_costs_this_one_alert(self, site: ZammadSite) -> None:
        channel = site.channel()
        receipt = channel.send(opening())
        site.later(601)
        back = opening(kind="retraction", receipt=receipt, retracted=("example.org:1",))
        with pytest.raises(Reject, match="delete it by hand") as caught:
            channel.retract(back)
        assert caught.value.state == "setup"

    def test_a_retraction_cut_short_is_finished_once(self, site: ZammadSite) -> None:
        channel = site.channel()
        receipt = channel.send(opening(mentions=(mention(1), mention(3))))
        back = opening(kind="retraction", key="r", receipt=receipt, retracted=("example.org:1",))
        site.faults = ["ok", "lost"]
        with pytest.raises(Retry):
            channel.retract(back)
        channel.retract(replace(back, attempt=2))
        words = "\n".join(site.texts(receipt))
        assert "lento 1" not in words
        assert words.count("lento 3 peruttiin") == 1
        assert words.count("1 post of this ticket taken down") == 1

    def test_pages_of_changes_lose_nothing(self, site: ZammadSite) -> None:
        channel = site.channel()
        cursor = channel.changes(None).cursor
        receipts = many(channel, 60)
        for at, receipt in enumerate(receipts):
            site.later(60 if at % 20 else 0)
            site.anna(receipt, "took")
        early = channel.changes(cursor)
        site.later(1)
        site.anna(receipts[0], "noted", "pushes the others forward")
        acts, cursor = read(site, channel, early.cursor)
        told = [change.act for change in early.changes] + acts
        assert len({act.key for act in told if act.kind == "claim"}) == 60
        assert read(site, channel, cursor)[0] == []

    @pytest.mark.parametrize(
        ("settings", "fault"),
        [
            ({"url": "https://x.org/?a=b"}, "before any"),
            ({"token": Secret("a\nb")}, "token"),
            ({"group": " "}, "group is empty"),
            ({"customer": "x"}, "mail address"),
            ({"states": {"done": "closed"}}, "'done'"),
            ({"changes_seconds": 1}, "5 or more"),
        ],
    )
    def test_a_wrong_table_is_refused(self, settings: dict[str, object], fault: str) -> None:
        given = {"url": "https://desk.example.org", "token": Secret("t"), "group": "Social"}
        with pytest.raises(ValueError, match=fault):
            ZammadChannel(**given | settings)  # type: ignore[arg-type]
