"""The webhook channel against a real receiver that answers as it is told."""

import hashlib
import hmac
import json
import logging
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.webhook import WebhookChannel, alert_body
from listener.ports import Reject, Retry, Secret
from listener.wire import alert_json
from tests.alerts.example import NOON, alert, everywhere, mention

SECRET = "s3cret-för-the-signature"
PATH = "/hook/path-that-is-a-secret?key=query-that-is-a-secret"


@dataclass
class Receiver:
    """What came in, and what to answer."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b"thank you"
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    url: str = ""

    def channel(self, **changes: Any) -> WebhookChannel:
        given: dict[str, Any] = {"secret": Secret(SECRET), "allow_private": True}
        return WebhookChannel(self.url, now=lambda: NOON, **given | changes)


@contextmanager
def receiving(**answer: Any) -> Iterator[Receiver]:
    receiver = Receiver(**answer)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.got.append((dict(self.headers), body))
            self.send_response(receiver.status)
            for name, value in receiver.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(receiver.body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        receiver.url = f"http://127.0.0.1:{server.server_port}{PATH}"
        try:
            yield receiver
        finally:
            server.shutdown()
            thread.join()


def signed(content: bytes) -> str:
    return hmac.new(SECRET.encode(), content, hashlib.sha256).hexdigest()


def test_the_alert_arrives_whole_and_signed() -> None:
    told = alert(mention(1), mention(2))
    with receiving() as receiver:
        assert receiver.channel().send(told) is None
    ((headers, body),) = receiver.got
    assert json.loads(body) == alert_json(told)
    assert body.startswith(b'{"key":"urgent/')  # compact
    assert "Finnairilla lento 1" in body.decode()
    assert headers["Content-Type"] == "application/json; charset=utf-8"
    assert headers["X-Listener-Key"] == headers["Idempotency-Key"] == told.key
    assert headers["X-Listener-Timestamp"] == str(int(NOON.timestamp()))
    assert headers["X-Listener-Signature"] == f"sha256={signed(body)}"
    stamp = headers["X-Listener-Timestamp"]
    timed = signed(f"{stamp}.".encode() + body)
    assert headers["X-Listener-Signature-V2"] == f"t={stamp},v1={timed}"


def test_without_a_secret_nothing_is_signed() -> None:
    with receiving() as receiver:
        receiver.channel(secret=None).send(alert())
    assert not [name for name in receiver.got[0][0] if "signature" in name.lower()]


@pytest.mark.parametrize(
    "key", ["urgent/x:1#ż/wh", "a\r\nX-Evil: 1", "100%/spåce here", "\U0001f600", ""]
)
def test_any_key_fits_into_a_header_and_comes_back(key: str) -> None:
    with receiving() as receiver:
        receiver.channel().send(alert(key=key))
    headers, body = receiver.got[0]
    assert unquote(headers["X-Listener-Key"]) == key == json.loads(body)["key"]
    assert "X-Evil" not in headers


def test_a_key_too_long_for_a_header_is_named_by_its_digest() -> None:
    key = "ż" * 5_000
    with receiving() as receiver:
        receiver.channel().send(alert(key=key))
    digest = hashlib.sha256(key.encode()).hexdigest()
    assert receiver.got[0][0]["X-Listener-Key"] == f"sha256:{digest}"


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_every_2xx_is_a_delivery(status: int) -> None:
    with receiving(status=status, body=b"", headers={"Location": "/tickets/7"}) as receiver:
        assert receiver.channel().send(alert()) == "/tickets/7"


def test_a_long_location_is_no_receipt() -> None:
    with receiving(status=201, headers={"Location": "/" + "x" * 500}) as receiver:
        assert receiver.channel().send(alert()) is None


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 599])
@pytest.mark.parametrize(
    ("wait", "after_seconds"),
    [(None, None), ("17", 17.0), ("Sat, 21 Nov 2026 12:01:00 GMT", 60.0), ("soon", None)],
)
def test_a_busy_receiver_is_tried_again(
    status: int, wait: str | None, after_seconds: float | None
) -> None:
    headers = {"Retry-After": wait} if wait else {}
    busy = receiving(status=status, headers=headers)
    with busy as receiver, pytest.raises(Retry, match=str(status)) as caught:
        receiver.channel().send(alert())
    assert caught.value.after_seconds == after_seconds


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 410, 413, 422])
def test_a_refusal_is_for_a_person_to_mend(status: int) -> None:
    body = b"<h1>No</h1>\x1b[31m" + b"x" * 10_000
    said = rf"answered {status} “<h1>No</h1>"
    with (
        receiving(status=status, body=body) as receiver,
        pytest.raises(Reject, match=said) as caught,
    ):
        receiver.channel().send(alert())
    assert "\x1b" not in caught.value.reason
    assert len(caught.value.reason) < 300


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(status: int) -> None:
    with receiving() as elsewhere:
        moved = receiving(status=status, headers={"Location": elsewhere.url})
        with moved as receiver, pytest.raises(Reject, match="redirects are not followed"):
            receiver.channel().send(alert())
    assert not elsewhere.got


def test_a_receiver_that_is_away_is_tried_again() -> None:
    with receiving() as receiver:
        channel = receiver.channel()
    with pytest.raises(Retry, match=r"127\.0\.0\.1"):
        channel.send(alert())


@pytest.mark.parametrize(
    "host",
    [
        "10.0.0.5",
        "127.0.0.1:8080",
        "[::1]",
        "[fe80::1]",
        "169.254.169.254",
        "localhost",
        "a.localhost",
    ],
)
def test_a_private_address_is_refused_unless_allowed(host: str) -> None:
    """When the config is read: later each alert would be buried."""
    with pytest.raises(ValueError, match="allow_private = true") as caught:
        WebhookChannel(f"http://{host}/secret-part")
    assert host not in str(caught.value)
    assert WebhookChannel(f"http://{host}/secret-part", allow_private=True)


def test_a_name_that_leads_inside_is_refused_when_it_is_asked_for() -> None:
    with receiving() as receiver:
        channel = receiver.channel()
        channel.allow_private = False
        with pytest.raises(Reject, match="allow_private"):
            channel.send(alert())
    assert not receiver.got


@pytest.mark.parametrize("status", [200, 302, 404, 500])
def test_no_secret_is_told_or_logged(status: int, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    echo = f"no: {SECRET} at {PATH}".encode()
    location = {"Location": f"http://x.example/{PATH}"}
    with receiving(status=status, body=echo, headers=location) as receiver:
        channel = receiver.channel()
        try:
            told = str(channel.send(alert()))
        except (Retry, Reject) as error:
            told = "".join(traceback.format_exception(error))
    for text in (told, repr(channel), caplog.text):
        assert SECRET not in text
        assert "that-is-a-secret" not in text


def test_a_huge_alert_is_cut_and_says_so() -> None:
    body = alert_body(alert(mention(text="ż" * 6_000_000), mention(2)))
    first, second = json.loads(body)["mentions"]
    assert len(body) < 100_000
    assert first["post"]["text"].endswith("[cut here: the text goes on]")
    assert second["post"]["text"] == mention(2).post.text


@settings(max_examples=60)
@given(st.text(st.characters(exclude_categories=())))
def test_any_words_make_a_body_that_is_json_in_utf8(words: str) -> None:
    body = json.loads(alert_body(everywhere(words)))
    clean = words.encode("utf-8", "replace").decode()
    assert body["mentions"][0]["post"]["text"] == clean
    assert body["title"] == clean


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("", "http://"),
        ("example.org/secret-part", "http://"),
        ("ftp://example.org/secret-part", "http://"),
        ("https:///secret-part", "a host"),
        ("https://[secret-part", "a host"),
        ("https://x.example:99999/secret-part", "a host"),
        ("https://me:secret-part@example.org/", "user name or password"),
    ],
)
def test_a_wrong_address_is_refused_without_repeating_it(url: str, fault: str) -> None:
    with pytest.raises(ValueError, match=fault) as caught:
        WebhookChannel(url)
    assert "secret-part" not in str(caught.value)


@pytest.mark.parametrize("seconds", [0, -1, 11, float("nan")])
def test_a_delivery_has_an_end(seconds: float) -> None:
    with pytest.raises(ValueError, match="up to 10"):
        WebhookChannel("https://example.org/", timeout_seconds=seconds)


def test_an_empty_secret_signs_nothing_and_is_refused() -> None:
    with pytest.raises(ValueError, match="secret is empty"):
        WebhookChannel("https://example.org/", Secret(""))


def test_the_same_alert_is_the_same_body() -> None:
    assert alert_body(alert()) == alert_body(replace(alert()))


def test_a_retraction_names_the_posts_and_is_signed() -> None:
    taken_back = alert(kind="retraction", retracted=("example.org:1", "example.org:2"), key="k~2")
    with receiving() as receiver:
        receiver.channel().retract(replace(taken_back, mentions=(), earlier=(mention(3),)))
    ((headers, body),) = receiver.got
    told = json.loads(body)
    assert (told["kind"], told["retracted"]) == ("retraction", ["example.org:1", "example.org:2"])
    assert (told["mentions"], told["key"], told["thread"]) == ([], "k~2", taken_back.thread)
    signed = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    assert headers["X-Listener-Signature"] == f"sha256={signed}"


def test_only_a_retraction_names_posts_that_are_gone() -> None:
    assert "retracted" not in alert_json(alert())
