"""The Request Tracker channel against a real one, over a way that fails as it is told."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from alerts.request_tracker import RequestTrackerChannel
from listener.model import CaseState, Mention
from listener.ports import Secret
from listener.testing.desk_orders import DeskOrders
from listener.testing.desk_suite import DeskSuite, Tracker
from tests.alerts.desks.proxy import WRITES, Fault, Proxy, standing
from tests.services import request_tracker
from tests.services.required import need


@dataclass
class RequestTrackerDesk:
    """The desk as the suite sees it."""

    server: request_tracker.RequestTracker
    proxy: Proxy

    @property
    def anna(self) -> request_tracker.Person:
        return self.server.person(request_tracker.ANNA)

    def channel(self, **changes: object) -> RequestTrackerChannel:
        given: dict[str, object] = {
            "password": Secret(request_tracker.BOT[1]),
            "allow_private": True,
        }
        return RequestTrackerChannel(
            self.proxy.url,
            request_tracker.BOT[0],
            "General",
            **(given | changes),  # type: ignore[arg-type]
        )

    def tickets(self) -> list[str]:
        return self.anna.tickets()

    def subject(self, ticket: str) -> str:
        return str(self.anna.ticket(ticket)["Subject"])

    def words(self, ticket: str) -> list[str]:
        return self.anna.words(ticket)

    def state(self, ticket: str) -> CaseState:
        status = self.anna.ticket(ticket)["Status"]
        return {"resolved": "closed", "open": "claimed"}.get(status, "new")  # type: ignore[return-value]

    def urgency(self, ticket: str) -> int:
        return int(self.anna.ticket(ticket)["Priority"])

    def reply(self, ticket: str, words: str) -> None:
        self.anna.write(ticket, words)

    def take(self, ticket: str) -> None:
        self.anna.ask("PUT", f"ticket/{ticket}/take", {})

    def settle(self, ticket: str) -> None:
        self.anna.change(ticket, Status="resolved")

    def reopen(self, ticket: str) -> None:
        self.anna.change(ticket, Status="open")

    def lose_answer(self, after: int) -> None:
        self.proxy.once(Fault("lose the answer"), after, WRITES)

    def refuse(self, status: int, headers: dict[str, str]) -> None:
        self.proxy.once(Fault("status", status, tuple(headers.items())))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RequestTrackerDesk]:
    need("request-tracker", request_tracker.missing())
    folder = tmp_path_factory.mktemp("desk")
    with standing() as proxy, request_tracker.running(folder) as server:
        proxy.behind = server.port
        yield RequestTrackerDesk(server, proxy)


class TestRequestTracker(DeskSuite, DeskOrders):
    secrets = (request_tracker.BOT[1],)

    @pytest.fixture
    def tracker(self, place: RequestTrackerDesk) -> Iterator[RequestTrackerDesk]:
        place.proxy.calm()
        yield place
        place.proxy.calm()

    @pytest.fixture
    def desk(self, tracker: RequestTrackerDesk) -> RequestTrackerChannel:
        return tracker.channel()

    def check_blanked(self, tracker: Tracker, ticket: str, gone: Mention, stays: Mention) -> None:
        """What was written stays in its records; the subject can change, and the ticket says so."""
        assert "taken down" in tracker.words(ticket)[-1]
        assert gone.post.author.handle not in tracker.subject(ticket)
