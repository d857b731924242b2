"""The Zendesk channel against a stand-in that speaks Zendesk's documented API."""

from dataclasses import replace
from typing import ClassVar

import pytest

from alerts.zendesk import ZendeskChannel
from listener.ports import Reject, Retry, Secret
from tests.alerts.standins.drills import DeskDrills, changed, deliver, joining, many, opening, read
from tests.alerts.standins.order_drills import OrderDrills
from tests.alerts.standins.zendesk_site import ANNA, ZendeskSite


class TestZendesk(DeskDrills, OrderDrills):
    site_class = ZendeskSite
    states: ClassVar = {"new": "open", "claimed": "open", "answered": "pending", "closed": "solved"}

    def test_all_that_is_written_is_internal(self, site: ZendeskSite) -> None:
        receipt = site.channel().send(opening())
        site.channel().send(joining(receipt))
        assert [comment["public"] for comment in site._comments(int(receipt))] == [False, False]

    def test_the_ticket_carries_key_tags_and_priority(self, site: ZendeskSite) -> None:
        site.channel(group=7).send(opening())
        ticket = site.tickets[1]
        assert ticket["external_id"].startswith("ml-")
        assert {"finnair", "urgent", "negative", "complaint", "fi"} <= set(ticket["tags"])
        assert (ticket["priority"], ticket["group_id"]) == ("normal", 7)

    def test_an_answer_that_was_lost_is_asked_for_under_the_same_key(
        self, site: ZendeskSite
    ) -> None:
        channel = site.channel()
        site.faults = ["lost"]
        with pytest.raises(Retry):
            channel.send(opening())
        channel.send(opening())  # as if nobody had counted the first attempt
        keys = [asked.headers["idempotency-key"] for asked in site.changing()]
        assert len(keys) == 2
        assert len(set(keys)) == len(site.ids()) == 1

    def test_a_known_key_with_other_words_finds_the_ticket(self, site: ZendeskSite) -> None:
        channel = site.channel()
        first = channel.send(opening())
        assert channel.send(opening(1, title="weightier by now", body="more")) == first
        assert site.ids() == [first]

    def test_a_ticket_closed_for_good_is_followed_by_another(self, site: ZendeskSite) -> None:
        channel = site.channel()
        first = channel.send(opening())
        site.act(int(first), ANNA, status="closed", assignee_id=ANNA)
        second = deliver(site, channel, joining(first))
        assert site.ids() == [first, second]
        site.faults = ["lost"]
        assert deliver(site, channel, joining(second, 4)) == second

    def test_a_lost_answer_while_replacing_a_closed_ticket(self, site: ZendeskSite) -> None:
        channel = site.channel()
        first = channel.send(opening())
        site.act(int(first), ANNA, status="closed", assignee_id=ANNA)
        site.faults = ["ok", "late 500"]
        second = deliver(site, channel, joining(first))
        assert site.ids() == [first, second]

    def test_nobodys_ticket_is_solved_as_ours(self, site: ZendeskSite) -> None:
        channel = site.channel()
        receipt = channel.send(opening())
        channel.send(changed(receipt, state="closed", owner="slack:U01"))
        assert site.state(receipt) == ("solved", "listener@example.org")

    def test_an_agents_edit_in_between_is_looked_at_anew(self, site: ZendeskSite) -> None:
        channel = site.channel()
        receipt = channel.send(opening())
        site.faults = ["409"]
        assert deliver(site, channel, changed(receipt, state="closed", owner="anna")) == receipt
        assert site.state(receipt)[0] == "solved"

    def test_an_escalation_raises_the_priority_and_never_lowers_it(self, site: ZendeskSite) -> None:
        channel = site.channel()
        receipt = channel.send(opening())
        told = opening(kind="escalation", mentions=(), receipt=receipt)
        for number, (priority, wanted) in enumerate([(85, "urgent"), (10, "urgent")]):
            channel.send(replace(told, key=f"e{number}", priority=priority))
            assert site.tickets[1]["priority"] == wanted

    def test_one_update_with_everything_is_told_in_an_order_that_makes_sense(
        self, site: ZendeskSite
    ) -> None:
        channel = site.channel()
        cursor = channel.changes(None).cursor
        receipt = channel.send(opening())
        comment = {"body": "we are sorry", "public": True}
        site.act(int(receipt), ANNA, comment=comment, assignee_id=ANNA, status="solved")
        acts, _ = read(site, channel, cursor)
        assert [act.kind for act in acts] == ["claim", "answer", "close"]

    def test_a_backlog_of_pages_loses_nothing(self, site: ZendeskSite) -> None:
        channel = site.channel()
        cursor = channel.changes(None).cursor
        receipts = many(channel, 40)
        site.export_page = 18
        for receipt in receipts:
            site.later(60)
            site.anna(receipt, "took")
        site.later(600)
        site.anna(receipts[0], "closed")  # read with the first page or the last, never skipped
        site.later(600)
        acts, cursor = read(site, channel, cursor)
        assert sorted(act.kind for act in acts) == ["claim"] * 40 + ["close"]
        assert read(site, channel, cursor)[0] == []

    def test_the_last_minute_is_waited_for(self, site: ZendeskSite) -> None:
        channel = site.channel()
        cursor = channel.changes(None).cursor
        receipt = channel.send(opening())
        site.later(100)
        site.anna(receipt, "took")
        site.later(10)
        early = channel.changes(cursor)
        assert early.changes == ()
        site.later(60)
        assert [one.act.kind for one in channel.changes(early.cursor).changes] == ["claim"]

    def test_more_than_ten_asks_a_minute_are_told_to_wait(self, site: ZendeskSite) -> None:
        channel = site.channel()
        cursor = channel.changes(None).cursor
        site.later(120)
        for _ in range(10):
            cursor = channel.changes(cursor).cursor
        with pytest.raises(Retry) as caught:
            channel.changes(cursor)
        assert caught.value.after_seconds == 53

    def test_a_token_that_may_not_export_says_so(self, site: ZendeskSite) -> None:
        site.admin = False
        with pytest.raises(Reject, match="rights") as caught:
            self.ask(site)
        assert caught.value.state == "blocked"

    def test_words_that_may_not_be_redacted_cost_this_one_alert(self, site: ZendeskSite) -> None:
        channel = site.channel()
        receipt = channel.send(opening())
        site.agent_workspace = False
        back = opening(kind="retraction", receipt=receipt, retracted=("example.org:1",))
        with pytest.raises(Reject, match="Agent Workspace") as caught:
            channel.retract(back)
        assert caught.value.state == "setup"

    def test_tickets_of_others_are_none_of_ours(self, site: ZendeskSite) -> None:
        channel = site.channel()
        cursor = channel.changes(None).cursor
        site._made({"subject": "mine", "comment": {"body": "x"}, "external_id": "crm-1"})
        site.anna("1", "took")
        assert read(site, channel, cursor)[0] == []
        assert not any("/audits" in asked.path for asked in site.asked)

    @pytest.mark.parametrize(
        ("settings", "fault"),
        [
            ({"url": "ftp://x"}, "https://"),
            ({"email": "nobody"}, "email"),
            ({"token": Secret(" ")}, "token is empty"),
            ({"changes_seconds": 5}, "15 or more"),
            ({"timeout_seconds": 11}, "up to 10"),
        ],
    )
    def test_a_wrong_table_is_refused(self, settings: dict[str, object], fault: str) -> None:
        given = {"url": "https://x.zendesk.com", "email": "a@x.org", "token": Secret("t")}
        with pytest.raises(ValueError, match=fault):
            ZendeskChannel(**given | settings)  # type: ignore[arg-type]
