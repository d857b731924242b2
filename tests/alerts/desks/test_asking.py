"""Asking a desk: what an answer means, that it ends, and that no secret is repeated."""

from datetime import UTC, datetime

import pytest

from alerts.desks.asking import TICKET_GONE, Asking, failure
from alerts.desks.checks import address_fault
from listener.net import Reply
from listener.ports import FailureState, Reject, Retry
from tests.alerts.desks.proxy import Fault, standing

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def reply(status: int, body: bytes = b"no", **headers: str) -> Reply:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status, named, body, "https://desk.example/x")


@pytest.mark.parametrize(
    ("status", "state"),
    [(401, "login"), (402, "credits"), (403, "blocked"), (404, "setup"), (400, "setup"),
     (422, "setup"), (301, "setup")],
)  # fmt: skip
def test_a_person_must_mend_it(status: int, state: FailureState) -> None:
    refused = failure(reply(status), NOON)
    assert isinstance(refused, Reject)
    assert refused.state == state
    assert str(status) in refused.reason


@pytest.mark.parametrize("status", [403, 404, 410])
def test_one_ticket_that_is_gone_costs_itself(status: int) -> None:
    refused = failure(reply(status), NOON, TICKET_GONE)
    assert isinstance(refused, Reject)
    assert refused.state == "gone"


@pytest.mark.parametrize("status", [408, 409, 412, 423, 429, 500, 502, 503, 599])
def test_it_mends_itself(status: int) -> None:
    again = failure(reply(status, Retry_After="30"), NOON)
    assert isinstance(again, Retry)
    assert again.after_seconds == 30
    assert again.state == ("rate limit" if status == 429 else "outage")


def test_no_secret_is_repeated() -> None:
    refused = failure(reply(400, b"bad token s3cret \x1b[31m"), NOON, hidden=("s3cret",))
    assert "s3cret" not in refused.reason
    assert "\x1b" not in refused.reason


@pytest.mark.parametrize("body", [b"<html>login</html>", b"", b"[" * 100_000])
def test_a_page_is_no_answer(body: bytes) -> None:
    with standing() as proxy:
        proxy.once(Fault("status", 200, body=body))
        asking = Asking(proxy.url, lambda: NOON, allow_private=True)
        with pytest.raises(Retry, match="no JSON"):
            asking.talk().get("/tickets")


def test_all_requests_of_one_act_share_its_time() -> None:
    with standing() as proxy:
        proxy.plan = lambda method, path: Fault("status", 200, body=b"{}")
        talk = Asking(proxy.url, lambda: NOON, total_seconds=0.4, allow_private=True).talk()
        with pytest.raises(Retry):
            _ = [talk.get("/tickets") for _ in range(10_000)]


@pytest.mark.parametrize(
    ("url", "fault"),
    [("", "address"), ("desk.example", "address"), ("https://[x", "no address"),
     ("https://a:b@desk.example", "user name"), ("https://desk.example/?a=1", "before any"),
     ("http://desk.example", "https"), ("https://desk.example/rt", "")],
)  # fmt: skip
def test_an_address_is_checked(url: str, fault: str) -> None:
    told = address_fault(url, allow_private=False)
    assert (fault in told) if fault else told == ""
    assert "a:b" not in told
