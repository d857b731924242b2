"""What every help desk must pass besides: whatever comes late, the ticket ends as its case does."""

from dataclasses import replace
from datetime import timedelta

from listener.clock import utc_now
from listener.ports import Desk
from listener.testing.desk_suite import Tracker, a_case, later, mentions, opening, sent


class DeskOrders:
    """Goes along with the suite, whose fixtures it uses."""

    def test_what_we_wrote_late_holds_nothing_up(self, desk: Desk, tracker: Tracker) -> None:
        """Closed and opened again before we came to write either."""
        reopened_at = utc_now() - timedelta(minutes=1)
        first = opening(a_case(state="closed"))
        ticket = sent(desk, first)
        assert first.case is not None
        assert tracker.state(ticket) == "closed"
        again = replace(first.case, state="new", waiting_since=reopened_at)
        sent(desk, later(first, ticket, kind="case", case=again, title="opened again"))
        assert tracker.state(ticket) != "closed"
        sent(desk, later(first, ticket, kind="case", case=first.case, title="closed by Anna"))
        sent(desk, later(first, ticket, kind="case", case=again, title="opened again"))
        assert tracker.state(ticket) != "closed"

    def test_an_agent_who_was_faster_is_not_overruled(self, desk: Desk, tracker: Tracker) -> None:
        """Whoever settled it after the last word of ours and of theirs knew both."""
        early = utc_now() - timedelta(minutes=1)
        first = opening(a_case(state="closed", waiting_since=early))
        assert first.case is not None
        ticket = sent(desk, first)
        again = replace(first.case, state="new")
        sent(desk, later(first, ticket, kind="case", case=again, title="opened again"))
        tracker.settle(ticket)
        taken = replace(again, state="claimed", owner="anna")
        sent(desk, later(first, ticket, kind="case", case=taken, title="claimed by Anna"))
        more = later(first, ticket, mentions=mentions(1), case=again, created_at=early)
        sent(desk, more)
        assert tracker.state(ticket) == "closed"
        assert more.mentions[0].post.url in "\n".join(tracker.words(ticket))

    def test_mentions_bring_the_end_of_their_case_along(self, desk: Desk, tracker: Tracker) -> None:
        """No change is told where a telling of mentions waits: that one says how the case is."""
        first = opening(a_case())
        assert first.case is not None
        ticket = sent(desk, first)
        closed = replace(first.case, state="closed")
        sent(desk, later(first, ticket, mentions=mentions(1), case=closed))
        assert tracker.state(ticket) == "closed"
