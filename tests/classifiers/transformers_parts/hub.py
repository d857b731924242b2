"""A stand-in of a model hub on loopback: the part of its protocol that fetching a model uses.

``GET /api/models/ID`` and ``…/revision/REV`` describe a model, ``HEAD`` and ``GET
/ID/resolve/REV/FILE`` give its files, with ``ETag`` and ``X-Repo-Commit``; faults are told by
status and ``X-Error-Code``. See the page "Hub API endpoints" of the hub's documentation, and
huggingface_hub's ``file_download`` and ``hf_raise_for_status``.
"""

import hashlib
import json
import re
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import unquote

COMMIT = "3216a57f2a0d9c45a2e6c20157c20c49fb4bf9c7"

_INFO = re.compile(r"/api/models/(?P<id>[^/]+/[^/]+)(/revision/(?P<revision>[^/]+))?")
_FILE = re.compile(r"/(?P<id>[^/]+/[^/]+)/resolve/(?P<revision>[^/]+)/(?P<path>.+)")


class Hub:
    """Models by id, each a folder. ``refused`` answers an id with a status and an error code."""

    def __init__(self, models: Mapping[str, Path]) -> None:
        self.models = models
        self.refused: dict[str, tuple[int, str]] = {}
        self.broken_after: dict[str, int] = {}
        self.asked: list[str] = []
        self.licence = "mit"
        hub = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                hub.answer(self)

            def do_HEAD(self) -> None:
                hub.answer(self)

            def log_message(self, *_: Any) -> None:
                """Quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, call: BaseHTTPRequestHandler) -> None:
        """One request."""
        path = unquote(call.path.partition("?")[0])
        self.asked.append(f"{call.command} {path}")
        found = _INFO.fullmatch(path) or _FILE.fullmatch(path)
        name = found["id"] if found else ""
        if found is None or (name not in self.models and name not in self.refused):
            _send(call, 404, b"{}", {"X-Error-Code": "RepoNotFound"})
        elif name in self.refused:
            status, code = self.refused[name]
            _send(call, status, b"{}", {"X-Error-Code": code} if code else {})
        elif found["revision"] not in {None, "main", COMMIT}:
            _send(call, 404, b"{}", {"X-Error-Code": "RevisionNotFound"})
        elif "path" in found.groupdict():
            self._file(call, self.models[name] / found["path"])
        else:
            _send(call, 200, json.dumps(self._info(name)).encode(), {})

    def _info(self, name: str) -> dict[str, Any]:
        folder = self.models[name]
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        return {
            "id": name,
            "modelId": name,
            "sha": COMMIT,
            "cardData": {"license": self.licence},
            "siblings": [_sibling(folder, path) for path in files],
        }

    def _file(self, call: BaseHTTPRequestHandler, path: Path) -> None:
        if not path.is_file():
            _send(call, 404, b"", {"X-Error-Code": "EntryNotFound"})
            return
        body = path.read_bytes()
        headers = {"ETag": f'"{hashlib.sha256(body).hexdigest()}"', "X-Repo-Commit": COMMIT}
        most = self.broken_after.get(path.name, len(body)) if call.command == "GET" else len(body)
        _send(call, 200, body, headers, most)


def _sibling(folder: Path, path: Path) -> dict[str, Any]:
    body = path.read_bytes()
    told: dict[str, Any] = {"rfilename": str(path.relative_to(folder)), "size": len(body)}
    if path.suffix in {".onnx", ".safetensors"}:
        digest = hashlib.sha256(body).hexdigest()
        told["lfs"] = {"sha256": digest, "size": len(body), "pointerSize": 134}
    return told


def _send(
    call: BaseHTTPRequestHandler,
    status: int,
    body: bytes,
    headers: Mapping[str, str],
    most: int | None = None,
) -> None:
    """``most`` bytes of the body, whatever the headers promise; then the line is cut."""
    call.send_response(status)
    for name, value in headers.items():
        call.send_header(name, value)
    call.send_header("Content-Length", str(len(body)))
    call.end_headers()
    if call.command == "GET":
        call.wfile.write(body[:most])
        call.close_connection = most is not None and most < len(body)
