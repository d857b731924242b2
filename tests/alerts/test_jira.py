"""The Jira channel against a stand-in that speaks the documented API of Jira Cloud."""

from typing import ClassVar

import pytest

from alerts.jira import JiraChannel
from listener.ports import Retry, Secret
from tests.alerts.standins.drills import DeskDrills, changed, deliver, many, opening, read
from tests.alerts.standins.jira_site import ANNA, CUSTOMER, JiraSite
from tests.alerts.standins.order_drills import OrderDrills


class TestJira(DeskDrills, OrderDrills):
    site_class = JiraSite
    annas_name = ANNA
    states: ClassVar = {
        "new": "Waiting for support",
        "claimed": "In progress",
        "answered": "Waiting for customer",
        "closed": "Resolved",
    }

    def test_all_that_is_written_is_internal(self, site: JiraSite) -> None:
        receipt = site.channel().send(opening())
        assert [comment["jsdPublic"] for comment in site.comments[receipt]] == [False]

    def test_the_customers_words_never_come_into_jiras_history(self, site: JiraSite) -> None:
        receipt = site.channel().send(opening())
        assert "peruttiin" not in str(site.issues[receipt])
        assert "peruttiin" not in str(site.logs[receipt])

    def test_the_issue_carries_labels_priority_and_further_fields(self, site: JiraSite) -> None:
        receipt = site.channel(fields={"customfield_10010": "sup/social"}).send(opening())
        fields = site.issues[receipt]["fields"]
        assert "mention-listener" in fields["labels"]
        assert fields["priority"] == {"name": "Medium"}
        assert fields["customfield_10010"] == "sup/social"

    def test_a_look_up_waits_until_the_search_has_caught_up(self, site: JiraSite) -> None:
        channel = site.channel()
        site.faults = ["lost"]
        with pytest.raises(Retry):
            channel.send(opening())
        site.later(5)
        with pytest.raises(Retry, match="search") as caught:
            channel.send(opening(attempt=2))
        assert caught.value.after_seconds == 20
        site.later(20)
        assert [channel.send(opening(attempt=3))] == site.ids()

    def test_words_that_did_not_arrive_with_the_issue_follow(self, site: JiraSite) -> None:
        site.faults = ["ok", "500"]
        receipt = deliver(site, site.channel(), opening())
        assert [receipt] == site.ids()
        assert "lento 1" in "\n".join(site.texts(str(receipt)))

    def test_a_workflow_without_a_way_there_is_said_in_the_issue(self, site: JiraSite) -> None:
        channel = site.channel()
        receipt = channel.send(opening())
        site.ways = {"Escalated"}
        channel.send(changed(receipt, state="closed"))
        assert "offers no way to the status Resolved" in "\n".join(site.texts(receipt))

    def test_another_end_of_the_workflow_will_do(self, site: JiraSite) -> None:
        channel = site.channel()
        receipt = channel.send(opening())
        site.ways = {"Escalated", "Canceled"}
        channel.send(changed(receipt, state="closed"))
        assert site.state(receipt)[0] == "Canceled"

    def test_pages_of_changes_lose_nothing(self, site: JiraSite) -> None:
        channel = site.channel()
        cursor = channel.changes(None).cursor
        receipts = many(channel, 30)
        site.page = 7
        for receipt in receipts:
            site.later(60)
            site.anna(receipt, "took")
        acts, cursor = read(site, channel, cursor)
        assert [act.kind for act in acts] == ["claim"] * 30
        assert read(site, channel, cursor)[0] == []

    def test_an_answered_status_is_an_answer(self, site: JiraSite) -> None:
        channel = site.channel()
        cursor = channel.changes(None).cursor
        receipt = channel.send(opening())
        site._set(receipt, ANNA, status={**site.issues[receipt]["fields"]["status"]} | {
            "id": "3", "name": "Waiting for customer"})  # fmt: skip
        acts, _ = read(site, channel, cursor)
        assert [act.kind for act in acts] == ["answer"]

    def test_a_customer_of_the_portal_is_no_agent(self, site: JiraSite) -> None:
        assert CUSTOMER.startswith("qm:")
        channel = site.channel()
        cursor = channel.changes(None).cursor
        receipt = channel.send(opening())
        site.anna(receipt, "wrote", "hello?")
        assert read(site, channel, cursor)[0] == []

    @pytest.mark.parametrize(
        ("settings", "fault"),
        [
            ({"url": "https://me:pw@x.org"}, "user name"),
            ({"email": "x"}, "email"),
            ({"token": Secret("")}, "token"),
            ({"project": 'SUP" OR 1=1'}, "key of a project"),
            ({"statuses": {"done": "Done"}}, "'done'"),
            ({"changes_seconds": 1}, "10 or more"),
            ({"timeout_seconds": 0}, "up to 10"),
        ],
    )
    def test_a_wrong_table_is_refused(self, settings: dict[str, object], fault: str) -> None:
        given = {"url": "https://x.atlassian.net", "email": "a@x.org", "token": Secret("t")}
        with pytest.raises(ValueError, match=fault):
            JiraChannel(**given | {"project": "SUP"} | settings)  # type: ignore[arg-type]
