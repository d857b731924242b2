"""Taking back what was told in Slack: no message shows the post any longer."""

from dataclasses import replace

import pytest

from alerts.slack_parts.errors import MESSAGE_LOST
from listener.model import Alert
from listener.ports import Reject, Retracting, Retry
from tests.alerts.example import alert, mention
from tests.alerts.slack_server import SlackServer
from tests.alerts.test_slack import bot, hook, words_of

GONE, STAYS = "lento 1 ", "lento 2 "
CANT_CHANGE = sorted(MESSAGE_LOST - {"channel_not_found", "message_not_found", "thread_not_found"})


def a_retraction(receipt: str | None, **fields: object) -> Alert:
    """The first post is gone, the second may still be shown."""
    plain = alert(
        key="k~3",
        kind="retraction",
        title="1 post was taken down",
        receipt=receipt,
        retracted=("example.org:1",),
        earlier=(mention(2),),
        earlier_count=1,
    )
    return replace(plain, mentions=(), **fields)  # type: ignore[arg-type]


def standing(server: SlackServer) -> list[str]:
    """What the channel shows now, message by message."""
    return [words_of(payload) for payload in server.messages.values()]


def test_the_post_goes_and_the_rest_stays() -> None:
    with SlackServer() as server:
        channel = bot(server)
        receipt = channel.send(alert(mention(1), mention(2)))
        told = channel.retract(a_retraction(receipt))
        (shown,) = standing(server)
    assert isinstance(channel, Retracting)
    assert GONE not in shown
    assert STAYS in shown
    assert "1 post was taken down" in shown
    assert told == "blanked in 1 of 1 messages, the others are gone"
    assert [call.method for call in server.calls] == ["chat.postMessage", "chat.update"]
    assert server.calls[-1].key == "k~3"


def test_when_nothing_may_be_shown_the_message_says_so() -> None:
    with SlackServer() as server:
        channel = bot(server)
        receipt = channel.send(alert(mention(1)))
        channel.retract(a_retraction(receipt, earlier=(), earlier_count=0))
        (shown,) = standing(server)
    assert GONE not in shown
    assert "1 post was taken down" in shown


def test_a_message_that_was_replaced_is_blanked_too() -> None:
    with SlackServer(["ok", "error:edit_window_closed"]) as server:
        channel = bot(server)
        first = channel.send(alert(mention(1)))
        second = channel.send(alert(mention(2), key="k~2", receipt=first, earlier=(mention(1),)))
        assert second == "C0SERVICE:1700000000.000001 C0SERVICE:1700000000.000000"
        third = channel.send(alert(mention(3), key="k~3", receipt=second))
        assert third == second
        channel.retract(a_retraction(third))
        old, new = standing(server)
    assert GONE not in old + new
    assert STAYS not in old  # it is told once
    assert STAYS in new


@pytest.mark.parametrize("code", CANT_CHANGE)
def test_a_message_that_cannot_be_changed_is_deleted(code: str) -> None:
    with SlackServer(["ok", f"error:{code}"]) as server:
        channel = bot(server)
        told = channel.retract(a_retraction(channel.send(alert())))
        assert standing(server) == []
    assert told == "blanked in 0 of 1 messages, the others are gone"


def test_a_message_deleted_by_hand_is_done() -> None:
    with SlackServer() as server:
        channel = bot(server)
        receipt = channel.send(alert())
        server.messages.clear()
        assert channel.retract(a_retraction(receipt)).startswith("blanked in 0 of 1")


def test_one_that_can_be_neither_is_for_a_person() -> None:
    faults = ["ok", "error:cant_update_message", "error:cant_delete_message"]
    with SlackServer(faults) as server:
        channel = bot(server)
        receipt = channel.send(alert())
        with pytest.raises(Reject, match="by hand"):
            channel.retract(a_retraction(receipt))


@pytest.mark.parametrize("fault", ["429:30", "500", "hangup", "error:fatal_error"])
def test_trouble_is_tried_again(fault: str) -> None:
    with SlackServer(["ok", fault]) as server:
        channel = bot(server)
        receipt = channel.send(alert(mention(1)))
        with pytest.raises(Retry):
            channel.retract(a_retraction(receipt))
        channel.retract(a_retraction(receipt))
        assert GONE not in "".join(standing(server))


@pytest.mark.parametrize("receipt", [None, "", "none of ours", "<id@mail.example>"])
def test_without_a_message_of_ours_nothing_is_asked(receipt: str | None) -> None:
    with SlackServer() as server:
        assert bot(server).retract(a_retraction(receipt)).startswith("blanked in 0 of 0")
    assert server.calls == []


def test_an_incoming_webhook_says_that_it_cannot() -> None:
    with SlackServer() as server:
        assert "can't take back" in hook(server).retract(a_retraction(None))
    assert server.calls == []
