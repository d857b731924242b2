"""The Roundup channel against a real Roundup, over a way that fails as it is told."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from alerts.roundup import RoundupChannel
from listener.model import CaseState
from listener.ports import Secret
from listener.testing.desk_orders import DeskOrders
from listener.testing.desk_suite import DeskSuite, a_case, later, mentions, opening, sent
from tests.alerts.desks.proxy import WRITES, Fault, Proxy, standing
from tests.services import roundup
from tests.services.required import need


@dataclass
class RoundupTracker:
    """The tracker as the suite sees it."""

    server: roundup.Roundup
    proxy: Proxy

    @property
    def anna(self) -> roundup.Person:
        return self.server.person(roundup.ANNA)

    def channel(self, **changes: object) -> RoundupChannel:
        given: dict[str, object] = {"password": Secret(roundup.BOT[1]), "allow_private": True}
        return RoundupChannel(self.server.web, roundup.BOT[0], **(given | changes))  # type: ignore[arg-type]

    def tickets(self) -> list[str]:
        return self.anna.issues()

    def subject(self, ticket: str) -> str:
        return str(self.anna.issue(ticket)["title"])

    def words(self, ticket: str) -> list[str]:
        return self.anna.words(ticket)

    def state(self, ticket: str) -> CaseState:
        status = self.anna.issue(ticket, **{"@verbose": 2})["status"]["name"]
        return {"resolved": "closed", "in-progress": "claimed"}.get(status, "new")  # type: ignore[return-value]

    def urgency(self, ticket: str) -> int:
        return -int(self.anna.issue(ticket)["priority"]["id"])

    def reply(self, ticket: str, words: str) -> None:
        self.anna.write(ticket, words)

    def take(self, ticket: str) -> None:
        self.anna.change(ticket, assignedto=self.anna.names("user")["anna"])

    def settle(self, ticket: str) -> None:
        self.anna.status(ticket, "resolved")

    def reopen(self, ticket: str) -> None:
        self.anna.status(ticket, "chatting")

    def lose_answer(self, after: int) -> None:
        self.proxy.once(Fault("lose the answer"), after, WRITES)

    def refuse(self, status: int, headers: dict[str, str]) -> None:
        self.proxy.once(Fault("status", status, tuple(headers.items())))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RoundupTracker]:
    need("roundup", roundup.missing())
    with standing() as proxy:
        folder = tmp_path_factory.mktemp("roundup")
        with roundup.running(folder, f"{proxy.url}/") as server:
            proxy.behind = server.port
            yield RoundupTracker(server, proxy)


class TestRoundup(DeskSuite, DeskOrders):
    secrets = (roundup.BOT[1],)
    writes = 2

    @pytest.fixture
    def tracker(self, place: RoundupTracker) -> Iterator[RoundupTracker]:
        place.proxy.calm()
        yield place
        place.proxy.calm()

    @pytest.fixture
    def desk(self, tracker: RoundupTracker) -> RoundupChannel:
        return tracker.channel()

    def active(self, tracker: RoundupTracker, ticket: str) -> list[str]:  # type: ignore[override]
        """Tags of a stranger's making in Roundup's own page of the issue."""
        page = tracker.anna.page(f"issue{ticket}")
        assert "alert(1)" in page
        return re.findall(r"<[^>]*(?:evil|alert\(|anna@example)[^>]*>", page)

    def test_a_ticket_that_is_gone_is_opened_anew(
        self, desk: RoundupChannel, tracker: RoundupTracker
    ) -> None:
        """What came later would reach nobody else; all that was told before is in it again."""
        first = opening(a_case())
        lost = sent(desk, first)
        tracker.refuse(404, {})
        more = later(first, lost, mentions=mentions(1), earlier=first.mentions, earlier_count=1)
        ticket = sent(desk, more)
        assert ticket != lost
        written = "\n".join(tracker.words(ticket))
        assert all(one.post.url in written for one in (*first.mentions, *more.mentions))

    def test_somebody_who_was_faster_loses_nothing(
        self, desk: RoundupChannel, tracker: RoundupTracker
    ) -> None:
        """Changed between our look and our change: looked at anew, written once."""
        first = opening(a_case())
        ticket = sent(desk, first)
        changed: list[str] = []

        def plan(method: str, path: str) -> None:
            if method == "PUT" and not changed:
                changed.append(path)
                tracker.take(ticket)

        tracker.proxy.plan = plan
        sent(desk, later(first, ticket, mentions=mentions(1)))
        assert tracker.anna.issue(ticket)["assignedto"] is not None
        assert len(tracker.words(ticket)) == 2

    def test_what_failed_midway_is_told_as_far_as_it_came(
        self, desk: RoundupChannel, tracker: RoundupTracker
    ) -> None:
        """Each question gets on, however bad the way."""
        cursor = desk.changes(None).cursor
        tickets = [sent(desk, opening(a_case())) for _ in range(2)]
        for ticket in tickets:
            tracker.reply(ticket, "We found your bag.")
        tracker.proxy.once(Fault("hang up"), after=3)
        part = desk.changes(cursor)
        assert part.more
        rest = desk.changes(part.cursor)
        told = [one.ticket for one in (*part.changes, *rest.changes) if one.act.kind == "answer"]
        assert sorted(told) == sorted(tickets)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"url": "http://x.example/"}, "https"),
        ({"url": "https://me:pw@x.example/"}, "user name or password"),
        ({"username": "a:b"}, "username"),
        ({"url": "https://10.0.0.5/"}, "private"),
        ({"password": None}, "either"),
        ({"token": Secret("x")}, "either"),
        ({"password": Secret("")}, "empty"),
        ({"status_closed": "unread"}, "differ"),
        ({"status_new": ""}, "name"),
        ({"changes_seconds": 1.0}, "5 or more"),
        ({"timeout_seconds": 11.0}, "up to 10"),
    ],
)
def test_a_table_that_cant_work_is_refused(changes: dict[str, object], fault: str) -> None:
    given = {"url": "https://x.example/", "username": "bot", "password": Secret("pw"), **changes}
    with pytest.raises(ValueError, match=fault):
        RoundupChannel(**given)  # type: ignore[arg-type]
