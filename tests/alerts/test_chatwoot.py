"""The Chatwoot channel against a stand-in that speaks Chatwoot's API."""

from typing import ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.chatwoot import ChatwootChannel
from alerts.chatwoot_parts.markdown import as_markdown, as_words
from alerts.desks.html import still
from listener.ports import Secret
from tests.alerts.standins.chatwoot_site import ANNA, ChatwootSite, rendered
from tests.alerts.standins.drills import DeskDrills, deliver, joining, many, opening, read
from tests.alerts.standins.order_drills import OrderDrills


class TestChatwoot(DeskDrills, OrderDrills):
    site_class = ChatwootSite
    keeps_history = False
    states: ClassVar = {
        "new": "open",
        "claimed": "open",
        "answered": "pending",
        "closed": "resolved",
    }

    def test_all_that_is_written_is_private(self, site: ChatwootSite) -> None:
        receipt = site.channel().send(opening())
        site.channel().send(joining(receipt))
        assert [one["private"] for one in site.messages[int(receipt)]] == [True, True]

    def test_a_contact_that_was_made_without_its_conversation_is_used(
        self, site: ChatwootSite
    ) -> None:
        site.faults = ["ok", "500"]
        receipt = deliver(site, site.channel(), opening())
        assert [receipt] == site.ids()
        assert len(site.contacts) == 1

    def test_who_opens_it_again_is_not_we(self, site: ChatwootSite) -> None:
        channel = site.channel()
        cursor = channel.changes(None).cursor
        receipt = channel.send(opening())
        site.anna(receipt, "closed")
        site.later(60)
        channel.send(joining(receipt, waiting_since=site.now))
        assert site.state(receipt) == ("open", "")
        site.conversations[int(receipt)]["assignee"] = ANNA
        acts, _ = read(site, channel, cursor)
        assert [act.kind for act in acts] == ["claim"]

    def test_a_long_talk_is_read_back_page_by_page(self, site: ChatwootSite) -> None:
        channel = site.channel()
        receipt = channel.send(opening())
        for number in range(70):
            site.anna(receipt, "noted", f"note {number}")
        assert channel.send(opening(attempt=2)) == receipt
        assert len(site.messages[int(receipt)]) == 71

    def test_pages_of_changes_lose_nothing(self, site: ChatwootSite) -> None:
        channel = site.channel()
        cursor = channel.changes(None).cursor
        receipts = many(channel, 60)
        for receipt in receipts:
            site.later(60)
            site.anna(receipt, "took")
        early = channel.changes(cursor)
        site.later(1)
        site.anna(receipts[3], "noted", "comes to the front")
        rest, cursor = read(site, channel, early.cursor)
        late, cursor = read(site, channel, cursor)  # what came to the front comes with the next
        told = [*(change.act for change in early.changes), *rest, *late]
        assert [act.kind for act in told].count("claim") == 60
        assert [act.kind for act in told].count("note") == 1
        assert read(site, channel, cursor)[0] == []

    @pytest.mark.parametrize(
        ("changes", "fault"),
        [
            ({"token": Secret("ä")}, "token"),
            ({"account": 0}, "numbers"),
            ({"statuses": {"done": "open"}}, "'done'"),
            ({"statuses": {"closed": "solved"}}, "'solved'"),
            ({"changes_seconds": 1}, "5 or more"),
        ],
    )
    def test_a_wrong_table_is_refused(self, changes: dict[str, object], fault: str) -> None:
        plain = {"url": "https://app.chatwoot.com", "token": Secret("t"), "account": 5, "inbox": 7}
        with pytest.raises(ValueError, match=fault):
            ChatwootChannel(**plain | changes)  # type: ignore[arg-type]


@settings(max_examples=200)
@given(st.text(st.characters(exclude_categories=("Cs", "Cc")) | st.sampled_from("\n\\<>*_[]()`")))
def test_words_come_back_from_markdown_as_they_were(words: str) -> None:
    assert as_words(as_markdown(words)) == still(words)


def test_the_eye_of_the_test_sees_live_markdown() -> None:
    assert "<a href" in rendered("[x](https://evil.example)")
    assert "<em>" in rendered("*bold*")
