"""Where does the demo's customer pay? `python -m billing.till.sandbox --bind HOST:PORT --state DIR`.

A payment provider of our own that moves no money: it opens checkouts, shows a page with buttons for each way a
payment can end, and calls back, signed, once, twice or not at all. The secret comes from ONLINE_PAYMENT_SECRET."""

from __future__ import annotations

import argparse
import html
import json
import os
import secrets
import signal
import sys
import threading
import urllib.error
import urllib.request
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from .signing import HEADER, signed

WAYS = {
    "pay": "Pay",
    "pay-twice": "Pay, and call back twice",
    "pay-silently": "Pay, and lose the callback",
    "decline": "Decline",
}
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Payment sandbox</title>
<meta name="viewport" content="width=device-width, initial-scale=1"></head>
<body><main><h1>{amount} {currency}</h1><p>Reference {reference}. Nothing is charged here.</p>
<form method="post">{buttons}</form></main></body></html>"""


class Book:
    """The checkouts, on disk; one lock for all."""

    def __init__(self, state: Path) -> None:
        state.mkdir(parents=True, exist_ok=True)
        self._file = state / "checkouts.json"
        self.lock = threading.Lock()
        self.rows: dict[str, dict[str, Any]] = json.loads(self._file.read_text()) if self._file.exists() else {}

    def keep(self) -> None:
        """Write everything, whole."""
        fresh = self._file.with_suffix(".new")
        fresh.write_text(json.dumps(self.rows))
        os.replace(fresh, self._file)

    def of_key(self, key: str) -> dict[str, Any] | None:
        """The checkout that was asked for under this key."""
        return next((row for row in self.rows.values() if row["key"] == key), None)


class TillSandbox(ThreadingHTTPServer):
    """The stand-in, bound to an address."""

    daemon_threads = True

    def __init__(self, bind: tuple[str, int], state: Path, secret: str) -> None:
        super().__init__(bind, Handler)
        self.book, self.secret = Book(state), secret

    @property
    def address(self) -> str:
        """Where it answers."""
        return f"http://{self.server_address[0]!s}:{self.server_address[1]}"

    def shown(self, row: dict[str, Any]) -> dict[str, Any]:
        """A checkout as the portal reads it."""
        state = row["state"]
        if state == "open" and datetime.now(UTC) > datetime.fromisoformat(row["expires_at"]):
            state = "expired"
        told = {name: row[name] for name in ("id", "amount", "currency", "reference", "why")}
        return {**told, "state": state, "url": f"{self.address}/pay/{row['id']}"}

    def open(self, asked: dict[str, Any]) -> dict[str, Any]:
        """A new checkout, or the one of this key."""
        with self.book.lock:
            row = self.book.of_key(str(asked["key"]))
            if row is None:
                row = {**asked, "id": f"co_{secrets.token_hex(12)}", "state": "open", "why": ""}
                self.book.rows[row["id"]] = row
                self.book.keep()
            return self.shown(row)

    def end(self, row: dict[str, Any], way: str) -> None:
        """A button was pressed; a checkout that has ended stays as it ended."""
        with self.book.lock:
            if self.shown(row)["state"] != "open":
                return
            row["state"] = "declined" if way == "decline" else "paid"
            row["why"] = "declined by the bank" if way == "decline" else ""
            self.book.keep()
        event = json.dumps({"id": f"ev_{secrets.token_hex(8)}", "checkout": row["id"], "state": row["state"]}).encode()
        for _ in range({"pay-silently": 0, "pay-twice": 2}.get(way, 1)):
            self._tell(row["tell"], event)

    def _tell(self, address: str, event: bytes) -> None:
        headers = {"Content-Type": "application/json", HEADER: signed(event, self.secret, at=datetime.now(UTC))}
        request = urllib.request.Request(address, event, headers, method="POST")
        try:
            urllib.request.urlopen(request, timeout=10).close()  # nosec B310 - the stand-in only rings whom it was told to
        except (urllib.error.URLError, OSError) as error:
            sys.stderr.write(f"callback to {address}: {error}\n")


class Handler(BaseHTTPRequestHandler):
    """One request: the portal's, with the secret, or a person's."""

    server: TillSandbox

    def do_GET(self) -> None:  # noqa: N802
        """Health, a checkout for the portal, or its page for a person."""
        path = urlsplit(self.path).path
        if path == "/healthz":
            self._answer(200, {"status": "ok"})
        elif path.startswith("/v1/checkouts/"):
            row = self.server.book.rows.get(path.removeprefix("/v1/checkouts/"))
            if self._is_portal():
                self._answer(*((200, self.server.shown(row)) if row else (404, {"error": "unknown"})))
        elif row := self.server.book.rows.get(path.removeprefix("/pay/")):
            buttons = "".join(f'<p><button name="way" value="{way}">{text}</button></p>' for way, text in WAYS.items())
            words = {name: html.escape(str(row[name])) for name in ("amount", "currency", "reference")}
            self._page(PAGE.format(buttons=buttons, **words))
        else:
            self._answer(404, {"error": "unknown"})

    def do_POST(self) -> None:  # noqa: N802
        """A checkout is asked for, or a button was pressed."""
        path = urlsplit(self.path).path
        body = self.rfile.read(min(int(self.headers.get("Content-Length") or 0), 100_000))
        if path == "/v1/checkouts":
            if self._is_portal():
                self._answer(201, self.server.open(json.loads(body)))
            return
        row = self.server.book.rows.get(path.removeprefix("/pay/"))
        way = parse_qs(body.decode()).get("way", [""])[0]
        if row is None or way not in WAYS:
            self._answer(404, {"error": "unknown"})
            return
        self.server.end(row, way)
        self.send_response(303)
        self.send_header("Location", row["return_to"])
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _is_portal(self) -> bool:
        if secrets.compare_digest(self.headers.get("Authorization", ""), f"Bearer {self.server.secret}"):
            return True
        self._answer(401, {"error": "who are you"})
        return False

    def _answer(self, status: int, told: dict[str, Any]) -> None:
        self._send(status, "application/json", json.dumps(told).encode())

    def _page(self, text: str) -> None:
        self._send(200, "text/html; charset=utf-8", text.encode())

    def _send(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Silence: the portal's own record is the one that counts."""


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="A payment provider that moves no money.")
    parser.add_argument("--bind", default="127.0.0.1:8790")
    parser.add_argument("--state", type=Path, required=True)
    options = parser.parse_args()
    host, _, port = options.bind.rpartition(":")
    till = TillSandbox((host, int(port)), options.state, os.environ["ONLINE_PAYMENT_SECRET"])
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    till.serve_forever()


if __name__ == "__main__":
    main()
