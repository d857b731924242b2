"""Whatever comes late, a ticket ends as its case does, and no agent is overruled."""

from dataclasses import replace
from itertools import product
from typing import ClassVar

import pytest

from listener.cases import Act, ActKind, Refused, after
from listener.model import Alert, Case
from tests.alerts.case_example import case
from tests.alerts.example import NOON
from tests.alerts.standins.drills import changed, deliver, joining, opening
from tests.alerts.standins.serving import DeskSite

ACTS: tuple[ActKind, ...] = ("claim", "answer", "close", "reopen")


def in_turn(begun: Case, kinds: tuple[ActKind, ...], site: DeskSite) -> list[Case] | None:
    """How the case stood from its beginning on, an act a second; None where one makes no sense."""
    stood = [begun]
    for kind in kinds:
        act = Act(key=kind, kind=kind, by="anna", via="cli", at=site.later(1))
        try:
            stood.append(after(stood[-1], act))
        except Refused:
            return None
    return stood


def about(one: Case, receipt: str | None, number: int = 1) -> Alert:
    """The opening of a case as it stood, or what changed about it."""
    thread = f"urgent/{one.key}/desk"
    if receipt is None:
        return opening(case=one, key=thread, thread=thread)
    return replace(changed(receipt), case=one, key=f"{thread}~{number}", thread=thread)


class OrderDrills:
    """Go along with the desk's other drills, whose fixtures and words they use."""

    states: ClassVar[dict[str, str]]
    annas_name: ClassVar[str]

    @pytest.mark.parametrize("all_told", [True, False])
    def test_it_ends_as_its_case_does_however_late_we_write(
        self, site: DeskSite, all_told: bool
    ) -> None:
        channel = site.channel(agents={"anna": self.annas_name})
        for number, kinds in enumerate(product(ACTS, repeat=3)):
            told = in_turn(replace(case(state="new", owner=""), key=f"late-{number}"), kinds, site)
            if told is None:
                continue
            site.later(600)
            first, *others = told
            receipt = channel.send(about(first, None))
            for version, one in enumerate(others if all_told else others[-1:]):
                site.later(60)
                channel.send(about(one, receipt, version + 2))
            wanted = {self.states[told[-1].state]}
            if told[-1].state in {"answered", "closed"} and not all_told:
                wanted = {self.states["answered"], self.states["closed"]}  # nobody waits
            assert site.state(receipt)[0] in wanted, kinds

    def test_an_agent_is_not_overruled_after_what_we_wrote(self, site: DeskSite) -> None:
        channel = site.channel()
        receipt = channel.send(opening())
        waiting = site.later(60)
        channel.send(changed(receipt, 3, state="closed", waiting_since=NOON))
        channel.send(changed(receipt, 4, state="new", owner="", waiting_since=waiting))
        site.later(600)
        site.anna(receipt, "closed")
        site.later(60)
        channel.send(joining(receipt, 5, waiting_since=waiting))
        channel.send(changed(receipt, 6, state="claimed", owner="anna", waiting_since=waiting))
        assert site.state(receipt)[0] == self.states["closed"]

    def test_a_mention_that_comes_after_the_end_brings_the_end_along(self, site: DeskSite) -> None:
        """No change is told where a telling of mentions waits: that one says how the case is."""
        channel = site.channel()
        receipt = channel.send(opening())
        told = joining(receipt)
        channel.send(replace(told, case=case(state="closed", mentions=2)))
        assert site.state(receipt)[0] == self.states["closed"]
        assert "lento 2" in "\n".join(site.texts(receipt))

    def test_a_case_that_ended_before_its_ticket_is_a_settled_one(self, site: DeskSite) -> None:
        site.faults = ["ok", "500"]
        receipt = deliver(site, site.channel(), opening(case=case(state="closed")))
        assert site.ids() == [receipt]
        assert site.state(str(receipt))[0] == self.states["closed"]
