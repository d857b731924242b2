"""A stand-in for Slack on loopback, for what the channel uses of it.

It answers in the shapes of docs.slack.dev/reference/methods/chat.postMessage, …/chat.update,
…/chat.delete, and
docs.slack.dev/messaging/sending-messages-using-incoming-webhooks, refuses blocks over the limits
of docs.slack.dev/reference/block-kit, and keeps what it accepted:

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
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qsl

from listener.ports import Secret

Json = dict[str, Any]

AMBIGUOUS = frozenset({"half", "hangup"})
"""After these a message stands in the channel though its sender could not know."""

TOKEN = "xoxb-0000-stand-in-token"
HOOK_PATH = "/services/T0/B0/stand-in-hook"


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

    def __init__(self, faults: Iterable[str] = ()) -> None:
        self.calls: list[Call] = []
        self.messages: dict[str, Json] = {}  # what stands in the channel now, by its ts
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
        payload = _payload(raw)
        with self._lock:
            fault = next(self._faults, "ok")
            error = _refusal(method, payload, authorization, self.messages)
            if fault.startswith("error:"):
                error = fault.removeprefix("error:")
            accepted = not error and fault in {"ok", *AMBIGUOUS}
            answer = self._accept(method, payload) if accepted else {"ok": False, "error": error}
            self.calls.append(Call(method, payload, raw, fault, accepted))
        if method == "hook":
            return fault, error.encode() or b"ok"
        return fault, json.dumps(answer).encode()

    def _accept(self, method: str, payload: Json) -> Json:
        channel = "C0" + str(payload.get("channel", "HOOK")).strip("#").upper()
        if method == "chat.delete":
            del self.messages[payload["ts"]]
            return {"ok": True, "channel": payload["channel"], "ts": payload["ts"]}
        if method == "chat.update":
            channel, ts = payload["channel"], payload["ts"]
        else:
            ts = f"1700000000.{len(self.messages):06}"
        self.messages[ts] = payload
        message = {"type": "message", "bot_id": "B0", "text": payload["text"], "ts": ts}
        return {"ok": True, "channel": channel, "ts": ts, "message": message}


def _payload(raw: bytes) -> Json:
    """Slack takes JSON and forms; chat.delete comes as a form."""
    return json.loads(raw) if raw.startswith(b"{") else dict(parse_qsl(raw.decode()))


def _refusal(method: str, payload: Json, authorization: str, messages: dict[str, Json]) -> str:
    """Slack's error code for a call, or an empty string."""
    if method not in {"hook", "chat.postMessage", "chat.update", "chat.delete"}:
        return "unknown_method"
    if method != "hook" and authorization != f"Bearer {TOKEN}":
        return "invalid_auth"
    if method in {"chat.update", "chat.delete"} and payload.get("ts") not in messages:
        return "message_not_found"
    if method == "chat.delete":
        return ""
    if len(payload.get("text", "")) > 40_000:
        return "msg_too_long"
    return "" if all(map(_fits, payload["blocks"])) and _is_short(payload) else "invalid_blocks"


def _is_short(payload: Json) -> bool:
    return 1 <= len(payload["blocks"]) <= 50


def _fits(block: Json) -> bool:
    texts = [*block.get("elements", []), *([block["text"]] if "text" in block else [])]
    chars_max = 150 if block["type"] == "header" else 3000
    sizes = [len(text["text"].encode("utf-16-le", "surrogatepass")) // 2 for text in texts]
    return len(texts) <= 10 and all(0 < size <= chars_max for size in sizes)


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
