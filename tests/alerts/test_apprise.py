"""The Apprise channel: real services of the library against a target on loopback."""

import logging
import re
import socket
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from html import unescape
from io import StringIO
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.apprise import AppriseChannel
from alerts.apprise_parts import words
from alerts.apprise_parts.guard import guarded
from alerts.text import JOINER
from listener.model import AlertKind
from listener.net_connect import Deadline
from listener.ports import Channel, Reject, Retry, Secret
from listener.testing.channel_suite import ChannelSuite
from tests.alerts.apprise_target import Target, target
from tests.alerts.case_example import case_alert
from tests.alerts.example import alert, everywhere, mention

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")

TOKEN = "a-token-nobody-may-see"


def channel(*urls: str, **changes: Any) -> AppriseChannel:
    given: dict[str, Any] = {"allow_private": True, "timeout_seconds": 5.0}
    return AppriseChannel(Secret("\n".join(urls)), **given | changes)


def seen(text: str) -> str:
    """What a reader sees."""
    return text.replace(JOINER, "")


class TestSuite(ChannelSuite):
    secrets = (TOKEN,)

    @pytest.fixture
    def here(self) -> Iterator[Target]:
        with target() as kept:
            yield kept

    @pytest.fixture
    def channel(self, here: Target) -> Channel:
        return channel(here.url("ntfy", TOKEN))

    @pytest.fixture
    def broken(self) -> Channel:
        with target() as gone:
            return channel(gone.url("ntfy", TOKEN))

    @pytest.fixture
    def told(self, here: Target) -> Callable[[], list[str]]:
        return lambda: [seen(f"{c.json['title']}\n{c.json['message']}") for c in here.calls]


def test_a_message_says_what_somebody_needs() -> None:
    with target() as here:
        assert channel(here.url("ntfy", "topic")).send(alert(body="first\nsecond")) is None
        (call,) = here.calls
    assert seen(call.json["title"]) == "finnair: urgent complaint on example.org by @matti"
    assert seen(call.json["message"]).splitlines() == [
        "first",
        "second",
        "",
        "priority 51 · finnair · example.org · Matti M. (@matti), 1200 followers",
        "Peruttu lento",
        "Finnairilla lento 1 peruttiin & kukaan ei vastaa <puhelimeen>!",
        "published 2026-11-21 12:00 UTC",
        "sentiment negative · urgency high · intent complaint · language fi",
        "indirect, name “Finnairilla”",
        "urgent; negative toward the brand; peruttiin",
        "https://example.org/posts/1?a=1&b=2",
        "",
        "rule urgent · 2026-11-21 12:00 UTC",
    ]
    assert "https://example.org/posts/1?a=1&b=2" in call.json["message"]  # the one live link


def test_addresses_that_took_it_are_not_told_again() -> None:
    with target() as well, target(status=500) as ill:
        both = channel(well.url("json"), ill.url("json"))
        for _ in range(2):
            with pytest.raises(Retry, match="address 2 in urls"):
                both.send(alert())
        ill.status = 200
        both.send(alert())
        both.send(alert(key="another"))
    assert (len(well.calls), len(ill.calls)) == (2, 4)


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_who_is_refused_keeps_the_alert_for_a_better_day(status: int) -> None:
    refused = target(status=status)
    with refused as here, pytest.raises(Reject, match=f"error={status}") as caught:
        channel(here.url("ntfy", TOKEN)).send(alert())
    assert caught.value.state == "login"


@pytest.mark.parametrize("status", [301, 400, 429, 500, 503])
def test_other_failures_are_tried_again(status: int) -> None:
    failing = target(status=status, headers={"Location": "/elsewhere"})
    with failing as here, pytest.raises(Retry, match="failed"):
        channel(here.url("gotify", "a" * 15)).send(alert())
    assert [call.path for call in here.calls] == ["/message"]  # no redirect was followed


def test_a_service_that_asks_to_wait_is_left_alone_by_the_daemon() -> None:
    answer = b'{"errcode": "M_LIMIT_EXCEEDED", "retry_after_ms": 90000}'
    with target(status=429, answer=answer) as here, pytest.raises(Retry, match="90 s") as caught:
        channel(f"matrix://someone:{TOKEN}@127.0.0.1:{here.port}/#room").send(alert())
    assert caught.value.after_seconds == 90


def test_matrix_is_told_that_nobody_is_called() -> None:
    answer = b'{"access_token": "t", "home_server": "x", "user_id": "@u:x", "room_id": "!r:x"}'
    with target(answer=answer) as here:
        url = f"matrix://someone:{TOKEN}@127.0.0.1:{here.port}/!r:x"
        channel(url).send(alert(title="hello @room"))
        (said,) = [call.json for call in here.calls if "/m.room.message" in call.path]
    assert said["m.mentions"] == {}
    assert seen(said["body"]).startswith("hello @room\n")
    assert "formatted_body" not in said


def test_one_failure_that_may_pass_outweighs_the_others() -> None:
    with target(status=401) as refusing, target(status=500) as ill, pytest.raises(Retry):
        channel(refusing.url("json"), ill.url("json")).send(alert())


def test_a_private_address_is_refused_unless_allowed() -> None:
    with target() as here, pytest.raises(Reject, match=r"private address 127\.0\.0\.1"):
        channel(here.url("json"), allow_private=False).send(alert())
    assert not here.calls


def test_a_service_that_drips_ends_with_the_deadline() -> None:
    began = monotonic()
    with target(drips=True) as here, pytest.raises(Retry, match="did not finish"):
        channel(here.url("ntfy", "topic"), timeout_seconds=0.5).send(alert())
    assert monotonic() - began < 3


@pytest.mark.parametrize("status", [200, 401, 500])
@pytest.mark.parametrize("schema", ["json", "ntfy", "matrix", "mmost", "rocket"])
def test_no_secret_is_told_or_logged(schema: str, status: int) -> None:
    logs = StringIO()
    root, handler = logging.getLogger(), logging.StreamHandler(logs)
    root.addHandler(handler)
    before, root.level = root.level, logging.DEBUG
    echo = f'{{"error": "{TOKEN}", "errcode": "{TOKEN}"}}'.encode()
    with target(status=status, answer=echo) as here:
        url = f"{schema}://someone:{TOKEN}@127.0.0.1:{here.port}/{PLACES[schema]}?note={TOKEN}"
        its = channel(url)
        try:
            its.send(alert())
            told = ""
        except (Retry, Reject) as error:
            told = "".join(traceback.format_exception(error))
        finally:
            root.removeHandler(handler)
            root.level = before
    assert here.calls
    assert TOKEN not in told + repr(its) + logs.getvalue()


PLACES = {"json": TOKEN, "ntfy": TOKEN, "matrix": "#room", "mmost": "b" * 26, "rocket": "#room"}


FAULTS = [
    ("", "holds 0 addresses"),
    (" \n ", "holds 0 addresses"),
    (f"# json://127.0.0.1/{TOKEN}", "holds 0 addresses"),
    (f"{TOKEN}", r"address 1 \(\?://\)"),
    (f"nosuch://{TOKEN}", r"address 1 \(nosuch://\)"),
    (f"discord://{TOKEN}", r"address 1 \(discord://\)"),
    (f"json://127.0.0.1\ndiscord://{TOKEN}", r"address 2 \(discord://\)"),
    (f"xmpp://me:{TOKEN}@example.org", "Apprise knows no such service"),
    ("\n".join(["json://127.0.0.1"] * 21), "holds 21 addresses"),
]


@pytest.mark.parametrize(("urls", "fault"), FAULTS)
def test_wrong_addresses_are_refused_without_repeating_them(
    urls: str, fault: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(ValueError, match=fault) as caught:
        channel(urls)
    told = "".join(traceback.format_exception(caught.value)) + "".join(capfd.readouterr())
    assert TOKEN not in told


@pytest.mark.parametrize("changes", [{"mentions_max": 0}, {"timeout_seconds": 11}])
def test_limits_are_checked(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"at least 1|up to 10"):
        channel("json://127.0.0.1", **changes)


def test_the_library_is_imported_only_when_it_is_used() -> None:
    lines = "import sys, alerts.apprise; sys.exit('apprise' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", lines], check=False).returncode == 0


# The guard, without Apprise.


@contextmanager
def inside(*, allow_private: bool = False, seconds: float = 5) -> Iterator[Any]:
    with Deadline(seconds) as deadline, guarded(deadline, allow_private=allow_private) as guard:
        yield guard


def test_the_guard_sees_the_address_behind_every_name() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening, inside() as guard:
        at = listening.getsockname()
        for host in ("localhost", "127.0.0.1", "127.1", "2130706433"):
            with pytest.raises(OSError, match="private address"):
                socket.create_connection((host, at[1]), timeout=1)
        with socket.socket() as sock, pytest.raises(OSError, match="private"):
            sock.connect_ex(("localhost", at[1]))  # a name that nobody resolved yet
    assert len(guard.refused) == 5


def test_the_guard_refuses_datagrams_local_sockets_and_programs() -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as udp, inside():
        with pytest.raises(OSError, match="private"):
            udp.sendto(b"x", ("127.0.0.1", 9))
        with pytest.raises(OSError, match="private"):
            udp.sendmsg([b"x"], [], 0, ("127.0.0.1", 9))
        with socket.socket(socket.AF_UNIX) as local, pytest.raises(OSError, match="this machine"):
            local.connect("/tmp/nobody")
        with pytest.raises(OSError, match="programs"):
            subprocess.run(["true"], check=True)


def test_the_guard_holds_its_own_thread_alone_and_only_meanwhile() -> None:
    reached: list[str] = []

    def reach(port: int) -> None:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            reached.append("yes")

    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = int(listening.getsockname()[1])
        other = threading.Thread(target=reach, args=(port,))
        with inside():
            other.start()
            other.join()
        reach(port)
        with inside(allow_private=True):
            reach(port)
    assert reached == ["yes"] * 3


def test_after_the_deadline_nothing_is_begun() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        at = listening.getsockname()
        with inside(allow_private=True, seconds=0.01) as guard:
            while not guard.deadline.passed:
                pass
            with pytest.raises(TimeoutError):
                socket.create_connection(at, timeout=1)


# The words.

ACTIVE = re.compile(
    r"@\w|#\w|:/|\w\.\w|\]\(|<\w|</|[*_~`<>]|!\[|&\w|^[-+=>#|]|^\d+\. |\|\||\$\{|\{\{|^/",
    re.MULTILINE,
)
OWN_LINK = re.compile(r"^https://example\.org/posts/\d+\?a=1&b=2$", re.MULTILINE)


@settings(max_examples=200, deadline=None)
@given(st.text() | st.text("@#:/.[]()<>*_~`!&|-+=>1. ${}\nahere", max_size=60))
def test_no_words_stay_active(strange: str) -> None:
    told = replace(everywhere(strange), earlier=())
    for text in (words.title(told), words.body(told, 5, 4_000)):
        assert not ACTIVE.findall(re.sub(r"(?m)^https?://[!-~]+$", "", text))


@settings(deadline=None)
@given(st.text() | st.text("@#:/.[]()<>&| ahere", max_size=60))
def test_plain_text_is_exact_to_a_reader(strange: str) -> None:
    assert seen(words.harmless(strange, marked=False)) == strange.replace(JOINER, "")


@pytest.mark.parametrize("chars_max", [140, 160, 280, 1_000, 4_000, 32_000])
def test_a_message_fits_its_service(chars_max: int) -> None:
    long = alert(*(mention(number, text="a.b@c " * 3_000) for number in range(5)))
    said = words.body(long, 5, chars_max)
    assert 0 < len(said) <= chars_max
    assert OWN_LINK.search(said)


def test_a_text_message_is_one_with_a_long_title_too() -> None:
    told = alert(mention(1, text="a.b@c " * 99), title="Very long title. " * 20)
    head = words.title(told, 160)
    said = words.body(told, 5, 160 - len(head) - 2)
    assert len(f"{head}\n{said}") <= 160
    assert OWN_LINK.search(said)


@pytest.mark.parametrize(
    ("kind", "gravity"), [("clear", "success"), ("crisis", "failure"), ("mentions", "info")]
)
def test_a_service_learns_how_grave_it_is(kind: AlertKind, gravity: str) -> None:
    with target() as here:
        channel(here.url("json", "x")).send(alert(kind=kind))
    assert here.calls[0].json["type"] == gravity


def test_the_addresses_in_the_page_are_understood() -> None:
    page = (Path(__file__).parents[2] / "docs/alerts/apprise.md").read_text()
    stated = re.findall(r"^\| [^|]+ \| `([a-z]+://[^`]+)` \|$", page, re.MULTILINE)
    assert len(stated) >= 8
    for address in stated:
        for name, value in PLACEHOLDERS.items():
            address = address.replace(name, value)  # noqa: PLW2901
        assert channel(address)


PLACEHOLDERS = {
    "BOT_TOKEN/CHAT_ID": f"123456789:{'a' * 35}/12345",
    "SID:TOKEN@FROM/TO": f"AC{'a' * 32}:{'b' * 32}@15551230000/15551230001",
    "HOST/": "contoso.logic.azure.com/",
}


def test_a_short_message_without_mentions_says_its_body() -> None:
    told = replace(alert(kind="source", title="Source blogs failed", body="HTTP 503"), mentions=())
    assert seen(words.body(told, 5, 140)) == "HTTP 503"
    assert words.body(replace(told, body=""), 5, 140)


def test_the_new_kinds_are_told() -> None:
    a_case = case_alert()
    told = seen(words.body(a_case, 5, 4_000))
    assert "case urgent-7K2 · team service · claimed by anna" in told
    assert "answer due 2026-11-21 14:00 UTC" in told
    assert "wrote 9 times before:" in told
    assert "rule urgent · case · 2026-11-21" in told
    assert "test, nothing happened" in words.body(alert(kind="test"), 5, 4_000)


@pytest.mark.parametrize("tail", ["?a=1&#60;b&#62;", "&lt;script&gt;", "&#x09;", "?x=1&copy=2"])
def test_an_address_holds_nothing_that_is_resolved_on_the_way(tail: str) -> None:
    told = words.body(alert(mention(url=f"https://example.org/{tail}")), 3, 3_000)
    (address,) = (line for line in told.splitlines() if line.startswith("https://"))
    assert unescape(address) == address
