"""The Slack channel against a stand-in that speaks Slack's documented protocol, and its faults."""

import logging
import socket
import threading
import traceback
from collections.abc import Callable
from dataclasses import replace
from time import monotonic
from typing import Any

import pytest

from alerts.slack import SlackChannel
from alerts.slack_parts.errors import MESSAGE_LOST, PASSING
from listener.model import Alert
from listener.ports import Reject, Retry, Secret
from tests.alerts.example import NOON, alert, mention
from tests.alerts.slack_server import AMBIGUOUS, HOOK_PATH, TOKEN, SlackServer


def bot(server: SlackServer, **settings: Any) -> SlackChannel:
    given: dict[str, Any] = {
        "timeout_seconds": 2.0,
        "allow_private": True,
        "now": lambda: NOON,
    } | settings
    return SlackChannel(token=server.token, channel="#service", base_url=server.url, **given)


def hook(server: SlackServer, **settings: Any) -> SlackChannel:
    given: dict[str, Any] = {
        "timeout_seconds": 2.0,
        "allow_private": True,
        "now": lambda: NOON,
    } | settings
    return SlackChannel(webhook_url=server.hook_url, **given)


def words_of(payload: dict[str, Any]) -> str:
    """Everything a message shows, without the joiners that keep it harmless."""
    texts = [payload["text"]]
    for block in payload["blocks"]:
        held = [*block.get("elements", []), *([block["text"]] if "text" in block else [])]
        texts += [text["text"] for text in held]
    return "\n".join(texts).replace("\u2060", "")


def test_a_bot_posts_what_an_agent_needs() -> None:
    with SlackServer() as server:
        receipt = bot(server).send(alert())
    (call,) = server.calls
    shown = words_of(call.payload)
    assert receipt == "C0SERVICE:1700000000.000000"
    assert call.method == "chat.postMessage"
    assert call.payload["channel"] == "#service"
    for piece in (
        "finnair: urgent complaint on example.org",
        "priority 51 · finnair · example.org · Matti M. (@matti), 1200 followers",
        "Finnairilla lento 1 peruttiin &amp; kukaan ei vastaa &lt;puhelimeen&gt;!",
        "sentiment negative · urgency high · intent complaint · language fi",
        "indirect, name “Finnairilla”",
        "urgent; negative toward the brand; peruttiin",
        "published 2026-11-21 12:00 UTC",
        "<https://example.org/posts/1?a=1&amp;b=2|Open the post>",
    ):
        assert piece in shown
    assert call.payload["text"].startswith("finnair")
    assert call.key == "urgent/example.org:1#finnair/service"


def test_nothing_unfolds_and_no_names_are_looked_up() -> None:
    with SlackServer() as server:
        receipt = bot(server).send(alert())
        bot(server).send(alert(receipt=receipt))
        hook(server).send(alert())
    posted, updated, hooked = (call.payload for call in server.calls)
    quiet = {"mrkdwn": False, "unfurl_links": False, "unfurl_media": False}
    for payload in (posted, hooked):
        assert quiet.items() <= payload.items()
    for payload in (posted, updated, hooked):
        assert payload["parse"] == "none"
        assert payload["link_names"] is False


def test_a_burst_updates_its_one_message() -> None:
    with SlackServer() as server:
        channel = bot(server)
        first = channel.send(alert())
        later = alert(mention(2), key="k~2", receipt=first, earlier=(mention(1),), earlier_count=40)
        assert channel.send(later) == first
    assert [call.method for call in server.calls] == ["chat.postMessage", "chat.update"]
    assert len(server.messages) == 1
    (standing,) = server.messages.values()
    shown = words_of(standing)
    assert shown.index("lento 2") < shown.index("lento 1")
    assert "and 39 more" in shown


def test_all_clear_answers_in_the_thread_where_everybody_sees_it() -> None:
    with SlackServer() as server:
        channel = bot(server)
        first = channel.send(alert(kind="spike"))
        assert channel.send(replace(alert(kind="clear", receipt=first), mentions=())) == first
    reply = server.calls[-1].payload
    assert reply["channel"] == "C0SERVICE"
    assert reply["thread_ts"] == "1700000000.000000"
    assert reply["reply_broadcast"] is True


def test_a_new_spike_is_a_new_message_although_its_thread_has_one() -> None:
    with SlackServer() as server:
        channel = bot(server)
        receipt = channel.send(alert(kind="spike"))
        assert channel.send(alert(kind="spike", receipt=receipt)) != receipt
    assert len(server.messages) == 2


@pytest.mark.parametrize("receipt", ["", "C1", "C1:2:3", "https://example.org/", "C1:<!here>"])
def test_a_receipt_of_another_kind_means_a_new_message(receipt: str) -> None:
    with SlackServer() as server:
        bot(server).send(alert(receipt=receipt))
    assert server.calls[0].method == "chat.postMessage"


@pytest.mark.parametrize("code", sorted(MESSAGE_LOST))
def test_a_lost_message_is_told_anew(code: str) -> None:
    with SlackServer(faults=["ok", f"error:{code}"]) as server:
        channel = bot(server)
        first = channel.send(alert())
        second = channel.send(alert(mention(2), receipt=first))
    assert second not in (None, first)
    assert [call.method for call in server.calls][1:] == ["chat.update", "chat.postMessage"]


def test_the_message_was_deleted_by_hand() -> None:
    with SlackServer() as server:
        channel = bot(server)
        first = channel.send(alert())
        server.messages.clear()
        channel.send(alert(mention(2), receipt=first))
    assert len(server.messages) == 1


@pytest.mark.parametrize("way", [bot, hook])
@pytest.mark.parametrize(
    ("fault", "after_seconds"), [("429", None), ("429:30", 30.0), ("500", None), ("503:7", 7.0)]
)
def test_a_busy_slack_says_when(
    way: Callable[..., SlackChannel], fault: str, after_seconds: float | None
) -> None:
    with SlackServer(faults=[fault]) as server, pytest.raises(Retry, match=fault[:3]) as caught:
        way(server).send(alert())
    assert caught.value.after_seconds == after_seconds
    assert not server.accepted


@pytest.mark.parametrize("way", [bot, hook])
@pytest.mark.parametrize("fault", ["404", "410", "403", "302"])
def test_a_slack_that_is_not_there_is_for_a_person_to_mend(
    way: Callable[..., SlackChannel], fault: str
) -> None:
    with SlackServer(faults=[fault]) as server, pytest.raises(Reject, match=fault):
        way(server).send(alert())
    assert not server.accepted


@pytest.mark.parametrize("way", [bot, hook])
@pytest.mark.parametrize("fault", ["never", "half", "hangup"])
def test_a_broken_talk_is_tried_again_and_never_hidden(
    way: Callable[..., SlackChannel], fault: str
) -> None:
    began = monotonic()
    with SlackServer(faults=[fault]) as server, pytest.raises(Retry, match=r"127\.0\.0\.1"):
        way(server, timeout_seconds=0.5).send(alert())
    assert len(server.calls) == 1  # nobody repeats the call behind the core's back
    assert len(server.accepted) == (fault in AMBIGUOUS)
    assert monotonic() - began < 3


def test_garbage_with_status_200_is_no_delivery() -> None:
    with SlackServer(faults=["garbage"]) as server, pytest.raises(Retry, match="no JSON"):
        bot(server).send(alert())


@pytest.mark.parametrize("code", sorted(PASSING))
def test_a_passing_refusal_is_tried_again(code: str) -> None:
    with SlackServer(faults=[f"error:{code}"]) as server, pytest.raises(Retry, match=code):
        bot(server).send(alert())


@pytest.mark.parametrize(
    ("code", "mend"),
    [
        ("invalid_auth", "bot token"),
        ("account_inactive", "bot token"),
        ("token_revoked", "bot token"),
        ("channel_not_found", "check channel"),
        ("not_in_channel", "/invite"),
        ("is_archived", "unarchive"),
        ("msg_too_long", "mentions_max"),
        ("invalid_blocks", "report it"),
        ("missing_scope", "chat:write"),
        ("something_new", "docs.slack.dev"),
    ],
)
def test_a_refusal_says_what_to_mend(code: str, mend: str) -> None:
    with SlackServer(faults=[f"error:{code}"]) as server, pytest.raises(Reject) as caught:
        bot(server).send(alert())
    assert code in caught.value.reason
    assert mend in caught.value.reason


def test_a_wrong_token_is_refused_without_being_repeated(caplog: pytest.LogCaptureFixture) -> None:
    with SlackServer() as server, pytest.raises(Reject, match="invalid_auth"):
        replace(bot(server), token=Secret("xoxb-wrong")).send(alert())
    assert "xoxb-wrong" not in caplog.text


@pytest.mark.parametrize(
    "fault",
    ["429", "404", "500", "never", "half", "hangup", "garbage", "error:invalid_auth", "echo"],
)
@pytest.mark.parametrize("way", [bot, hook])
def test_no_secret_is_told_or_logged(
    way: Callable[..., SlackChannel], fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    secret = TOKEN if way is bot else HOOK_PATH
    with SlackServer(faults=[fault.replace("echo", f"error:no way at {secret}")]) as server:
        channel = way(server, timeout_seconds=0.5)
        try:
            told = str(channel.send(alert()))
        except (Retry, Reject) as error:
            told = "".join(traceback.format_exception(error))
    for text in (told, repr(channel), caplog.text):
        assert secret not in text


def test_a_drip_of_bytes_does_not_hold_the_channel() -> None:
    listening = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def drip() -> None:
        connection, _ = listening.accept()
        with connection:
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n")
            while not over.wait(0.05):
                try:
                    connection.sendall(b" ")
                except OSError:
                    return

    thread = threading.Thread(target=drip)
    thread.start()
    base_url = f"http://127.0.0.1:{listening.getsockname()[1]}/api/"
    channel = SlackChannel(
        Secret(TOKEN), "C1", base_url=base_url, timeout_seconds=0.5, allow_private=True
    )
    began = monotonic()
    with pytest.raises(Retry):
        channel.send(alert())
    assert monotonic() - began < 2
    over.set()
    thread.join()
    listening.close()


@pytest.mark.parametrize("way", [bot, hook])
def test_a_name_that_leads_inside_is_refused_when_asked(way: Callable[..., SlackChannel]) -> None:
    with SlackServer() as server:
        channel = way(server)
        channel.allow_private = False
        with pytest.raises(Reject, match="allow_private"):
            channel.send(alert())
    assert not server.calls


@pytest.mark.parametrize("address", ["https://10.0.0.5/", "https://localhost/"])
def test_a_private_address_is_refused_unless_allowed(address: str) -> None:
    with pytest.raises(ValueError, match="base_url leads to a private address"):
        SlackChannel(Secret(TOKEN), "C1", base_url=address)
    assert SlackChannel(Secret(TOKEN), "C1", base_url=address, allow_private=True)


def test_a_hundred_mentions_with_the_longest_texts_keep_slacks_limits() -> None:
    shouts = [mention(number, text="&<>@😀" * 4000, title="<" * 9000) for number in range(100)]
    with SlackServer() as server:
        bot(server, mentions_max=10).send(alert(*shouts, title="&" * 999, body="<" * 99_999))
    assert len(server.accepted) == 1  # the stand-in refuses what Slack would
    assert "and 90 more" in words_of(server.calls[0].payload)


def test_an_alert_that_says_nothing_is_still_a_message() -> None:
    empty = mention(text="\u200b", title="", url="javascript:alert(1)")
    bare: Alert = alert(empty, title="\u202e", rule="\u202e")
    with SlackServer() as server:
        bot(server).send(bare)
    assert len(server.accepted) == 1
    assert "javascript" not in server.calls[0].raw.decode()


SETTINGS: list[tuple[dict[str, Any], str]] = [
    ({}, "either token and channel"),
    ({"token": Secret("x"), "channel": "#a", "webhook_url": Secret("https://h/")}, "either token"),
    ({"token": Secret("x")}, "set both"),
    ({"channel": "#a", "webhook_url": Secret("https://h/")}, "set both"),
    ({"token": Secret(""), "channel": "#a"}, "token is empty"),
    ({"token": Secret("x\ny"), "channel": "#a"}, "token is empty or holds"),
    ({"webhook_url": Secret("http://hooks.example.org/secret-part")}, "https://"),
    ({"webhook_url": Secret("https:///secret-part")}, "no host"),
    ({"webhook_url": Secret("https://[secret-part")}, "no address"),
    ({"token": Secret("x"), "channel": "#a", "base_url": "ftp://x/"}, "base_url"),
    ({"token": Secret("x"), "channel": "#a", "mentions_max": 11}, "1 to 10"),
    ({"token": Secret("x"), "channel": "#a", "mentions_max": 0}, "1 to 10"),
    ({"token": Secret("x"), "channel": "#a", "timeout_seconds": 60}, "up to 10"),
]


@pytest.mark.parametrize(("settings", "fault"), SETTINGS)
def test_wrong_settings_are_refused_with_what_to_mend(settings: dict[str, Any], fault: str) -> None:
    with pytest.raises(ValueError, match=fault) as caught:
        SlackChannel(**settings)
    assert "secret-part" not in str(caught.value)
