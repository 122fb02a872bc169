"""What would the provider say by its own documentation? A small server that answers from recorded files.

Each file in `recorded/` is a list of exchanges written by hand after the page named in `source`: a request (method,
path with query, headers and parts of the body it must have) and its answers, one after the other; the last is
repeated. A request nobody recorded is answered by 418, which no verb takes for anything.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from subscriptions.gateway.reading import write_json

RECORDED = Path(__file__).parent / "recorded"


def exchanges() -> list[dict[str, Any]]:
    """Everything that was recorded."""
    return [
        one for file in sorted(RECORDED.glob("*.json")) for one in json.loads(file.read_text(), parse_float=Decimal)
    ]


class Replay(ThreadingHTTPServer):
    """Answers from the records, and keeps what was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.exchanges = exchanges()
        self.given = [0] * len(self.exchanges)
        self.asked: list[tuple[str, str, dict[str, str]]] = []
        self.lock = threading.Lock()

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> dict[str, Any]:
        with self.lock:
            self.asked.append((method, path, headers))
            if path.endswith("/oauth2/token"):
                return {"status": 200, "body": {"token_type": "Bearer", "expires_in": "3599", "access_token": "t"}}
            for number, one in enumerate(self.exchanges):
                if fits(one["request"], method, path, headers, body):
                    answer = one["answers"][min(self.given[number], len(one["answers"]) - 1)]
                    self.given[number] += 1
                    return answer
            return {"status": 418, "text": f"nobody recorded {method} {path}"}


def fits(request: dict[str, Any], method: str, path: str, headers: dict[str, str], body: bytes) -> bool:
    """Whether a request is the one that was recorded."""
    if (request["method"], request["path"]) != (method, path):
        return False
    if any(headers.get(name.lower()) != value for name, value in request.get("headers", {}).items()):
        return False
    sent = json.loads(body) if body else {}
    return all(sent.get(name) == value for name, value in request.get("holds", {}).items())


class Handler(BaseHTTPRequestHandler):
    server: Replay
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        answer = self.server.answer(self.command, self.path, headers, body)
        data = write_json(answer["body"]) if "body" in answer else answer.get("text", "").encode()
        data = (b"\xef\xbb\xbf" if answer.get("bom") else b"") + data
        self.send_response(answer["status"])
        self.send_header("MS-RequestId", headers.get("ms-requestid", ""))
        for name, value in answer.get("headers", {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_POST = do_PUT = do_PATCH = do_GET  # noqa: N815

    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextmanager
def replayed() -> Iterator[tuple[str, Replay]]:
    """A server of one's own that begins at the first answers; its address."""
    server = Replay()
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", server
    finally:
        server.shutdown()
        server.server_close()
