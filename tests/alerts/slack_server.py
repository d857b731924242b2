"""A stand-in for Slack on loopback, for what the channel uses of it.

It answers in the shapes of docs.slack.dev/reference/methods/chat.postMessage, …/chat.update,
…/chat.delete, …/chat.postEphemeral, and
docs.slack.dev/messaging/sending-messages-using-incoming-webhooks, refuses blocks over the limits
of docs.slack.dev/reference/block-kit (:mod:`tests.alerts.slack_limits`), and keeps what it
accepted. With a clock it also keeps the limits of docs.slack.dev/apis/web-api/rate-limits, as
strictly as they are written: one message a second in a channel, 50 updates and 100 ephemeral
messages a minute. :mod:`tests.alerts.slack_clicks` presses the buttons:

    with SlackServer(faults=["429:30", "ok", "hangup"]) as server:
        SlackChannel(token=server.token, channel="#service", base_url=server.url, …)

Each call takes the next fault; when there are none left, all is well. The faults are

    ok          all is well
    429         too many requests, without Retry-After; "429:30" with it
    404 410 500 503 …   that status, with a page that is not JSON
    never       the call is read and never answered
    half        the message is accepted, half of the answer is sent, the connection closes
    hangup      the message is accepted, the connection closes without an answer
    garbage     status 200 and something that is not Slack's
    error:CODE  a refusal in Slack's own JSON, such as error:is_archived
"""

import json
import math
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qsl

from listener.ports import Secret
from tests.alerts.slack_limits import broken

Json = dict[str, Any]

AMBIGUOUS = frozenset({"half", "hangup"})
"""After these a message stands in the channel though its sender could not know."""

TOKEN = "xoxb-0000-stand-in-token"
HOOK_PATH = "/services/T0/B0/stand-in-hook"
RESPONSE_PATH = "/actions/T0/0/stand-in-response"
METHODS = {"hook", "chat.postMessage", "chat.update", "chat.delete", "chat.postEphemeral"}
RATES = {
    "hook": (1, 1.0),
    "chat.postMessage": (1, 1.0),
    "chat.update": (50, 60.0),
    "chat.delete": (50, 60.0),
    "chat.postEphemeral": (100, 60.0),
}
"""How many calls of a method in how many seconds; of messages, in one channel."""


@dataclass(frozen=True)
class Call:
    """One call as it came in. ``payload`` is its JSON, ``raw`` the bytes of it."""

    method: str
    payload: Json
    raw: bytes
    fault: str
    accepted: bool

    @property
    def key(self) -> str:
        """The key of the alert it told, as its metadata has it."""
        return str(self.payload.get("metadata", {}).get("event_payload", {}).get("key", ""))


class SlackServer:
    """Slack's Web API and one incoming webhook, with the faults that a test asks for."""

    def __init__(
        self, faults: Iterable[str] = (), now: Callable[[], datetime] | None = None
    ) -> None:
        self.calls: list[Call] = []
        self.messages: dict[str, Json] = {}  # what stands in the channel now, by its ts
        self.whispers: list[Json] = []  # what only one person saw
        self.response_calls = 0
        self.too_fast = 0
        self._posted = 0
        self._now = now
        self._times: dict[tuple[str, str], list[float]] = defaultdict(list)
        self.closing = threading.Event()
        self._faults: Iterator[str] = iter(faults)
        self._lock = threading.Lock()
        self._http = _Http(self)
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self._http.server_port}"

    @property
    def url(self) -> str:
        """What to set as base_url."""
        return f"{self.origin}/api/"

    @property
    def token(self) -> Secret:
        return Secret(TOKEN)

    @property
    def hook_url(self) -> Secret:
        """What to set as webhook_url."""
        return Secret(f"{self.origin}{HOOK_PATH}")

    @property
    def accepted(self) -> list[Call]:
        """The calls that became, or changed, a message."""
        return [call for call in self.calls if call.accepted]

    def answer(self, path: str, authorization: str, raw: bytes) -> tuple[str, bytes]:
        """The fault that befalls this call, and the body Slack would answer with."""
        method = "hook" if path == HOOK_PATH else path.removeprefix("/api/")
        with self._lock:
            if path == RESPONSE_PATH:
                self.response_calls += 1
                return "ok", b"ok"
            payload = _payload(raw)
            fault = next(self._faults, "ok")
            wait_seconds = self._pace(method, payload)
            error = _refusal(method, payload, authorization, self.messages)
            if fault.startswith("error:"):
                error = fault.removeprefix("error:")
            if wait_seconds:
                fault = f"429:{wait_seconds}"
            accepted = not error and fault in {"ok", *AMBIGUOUS}
            answer = self._accept(method, payload) if accepted else {"ok": False, "error": error}
            self.calls.append(Call(method, payload, raw, fault, accepted))
        if method == "hook":
            return fault, error.encode() or b"ok"
        return fault, json.dumps(answer).encode()

    @property
    def threads(self) -> dict[str, Json]:
        """What stands in the channel, without what is said in its threads."""
        return {ts: said for ts, said in self.messages.items() if "thread_ts" not in said}

    def replies(self, ts: str) -> list[Json]:
        """What was said in the thread of this message."""
        return [said for said in self.messages.values() if said.get("thread_ts") == ts]

    def _pace(self, method: str, payload: Json) -> int:
        """For how many seconds this call comes too soon; 0 where the pace is kept."""
        if self._now is None or method not in RATES:
            return 0
        most, seconds = RATES[method]
        place = _channel(payload) if method in {"hook", "chat.postMessage"} else ""
        at = self._now().timestamp()
        recent = [then for then in self._times[method, place] if at - then < seconds]
        if len(recent) >= most:
            self.too_fast += 1
            return math.ceil(seconds - (at - recent[0]))
        self._times[method, place] = [*recent, at]
        return 0

    def _accept(self, method: str, payload: Json) -> Json:
        if method == "chat.delete":
            del self.messages[payload["ts"]]
            return {"ok": True, "channel": payload["channel"], "ts": payload["ts"]}
        if method == "chat.postEphemeral":
            self.whispers.append(payload)
            return {"ok": True, "message_ts": f"1700000001.{len(self.whispers):06}"}
        channel = _channel(payload)
        if method == "chat.update":
            ts = payload["ts"]
        else:
            ts = f"1700000000.{self._posted:06}"
            self._posted += 1
        self.messages[ts] = payload
        message = {"type": "message", "bot_id": "B0", "text": payload["text"], "ts": ts}
        return {"ok": True, "channel": channel, "ts": ts, "message": message}


def _channel(payload: Json) -> str:
    """The channel's id, whether it is called by that or by its name."""
    named = str(payload.get("channel", "HOOK"))
    return named if named.startswith("C0") else "C0" + named.strip("#").upper()


def _payload(raw: bytes) -> Json:
    """Slack takes JSON and forms; chat.delete comes as a form."""
    return json.loads(raw) if raw.startswith(b"{") else dict(parse_qsl(raw.decode()))


def _refusal(method: str, payload: Json, authorization: str, messages: dict[str, Json]) -> str:
    """Slack's error code for a call, or an empty string."""
    if method not in METHODS:
        return "unknown_method"
    if method != "hook" and authorization != f"Bearer {TOKEN}":
        return "invalid_auth"
    if method in {"chat.update", "chat.delete"} and payload.get("ts") not in messages:
        return "message_not_found"
    if method == "chat.delete":
        return ""
    if method == "chat.postEphemeral" and not str(payload.get("user", "")).startswith("U"):
        return "user_not_in_channel"
    if payload.get("thread_ts", "") not in {"", *messages}:
        return "thread_not_found"
    if len(payload.get("text", "")) > 40_000:
        return "msg_too_long"
    return "invalid_blocks" if broken(payload["blocks"]) else ""


class _Http(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, slack: SlackServer) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.slack = slack

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that gave up waiting is no fault of the stand-in."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Http

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        slack = self.server.slack
        fault, body = slack.answer(self.path, self.headers.get("Authorization", ""), raw)
        if fault in {"never", "hangup"}:
            self.close_connection = True
            slack.closing.wait(30 if fault == "never" else 0)
        elif fault[:3].isdigit():
            status, _, seconds = fault.partition(":")
            self._send(int(status), b"<html>not Slack's JSON</html>", retry_after=seconds)
        else:
            refused = self.path == HOOK_PATH and body != b"ok"
            body = b"<p>Welcome to the hotel's network</p>" if fault == "garbage" else body
            self._send(400 if refused else 200, body, half=fault == "half")

    def _send(self, status: int, body: bytes, *, retry_after: str = "", half: bool = False) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        if retry_after:
            self.send_header("Retry-After", retry_after)
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if half else body)
        self.close_connection = self.close_connection or half

    def log_message(self, *_: object) -> None:
        """Silent: the test says what went wrong."""
