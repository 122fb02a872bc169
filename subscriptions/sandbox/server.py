"""How does a request become an answer on the wire? One at a time, logged before it is told."""

from __future__ import annotations

import socket
import struct
import sys
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from subscriptions.gateway.profiles import Profile
from subscriptions.gateway.reading import UnreadableError, parse_json

from . import side_door, side_papers
from .book import Book
from .desk import Desk
from .exchange import Outcome, Request
from .faults import Fault, Faults, given_faults
from .mishaps import prepare, spoil
from .notifying import CERTIFICATE, Notifier
from .oplog import line_for
from .replies import Reply, plain

BODY_CAP = 64_000_000


class Sandbox(ThreadingHTTPServer):
    """The provider's stand-in, bound to an address and to a directory that holds its state and its log."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, bind: tuple[str, int], state: Path, profile: Profile, faults: Faults) -> None:
        state.mkdir(parents=True, exist_ok=True)
        self.book = Book(state)
        self.notifier = Notifier(self.book, state)
        self.desk = Desk(self.book, profile, self.notifier)
        self.faults = faults
        super().__init__(bind, Handler)
        self.notifier.begin(f"http://{bind[0]}:{self.server_port}")

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Callers that hang up on a slow answer are ordinary here; everything else is shown."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)

    def reply_to(self, request: Request) -> Reply:
        """The whole way of a request: fault, deed, log, and only then the answer."""
        with self.book.lock:
            fault = self.faults.pick(request.method, request.path)
        if fault is not None and fault.do == "slow":
            # Others are served meanwhile; what they change is found changed.
            time.sleep(float(fault.parameters.get("seconds", 1)))
        with self.book.lock:
            if fault is None:
                outcome = self.desk.answer(request)
                return self._kept(request, outcome, plain(outcome))
            prepare(fault, request, self.book, self.desk)
            if fault.do == "late_commit":
                return self._later(fault, request)
            outcome = self.desk.answer(request) if fault.after or fault.do == "401" else Outcome(503)
            return self._kept(request, outcome, spoil(fault, outcome, request, self.book))

    def _kept(self, request: Request, outcome: Outcome, reply: Reply) -> Reply:
        line = line_for(
            method=request.method,
            path=request.path,
            request_id=request.headers.get("ms-requestid"),
            correlation_id=request.headers.get("ms-correlationid"),
            customer=request.named("customer"),
            subscription=request.named("subscription"),
            took_effect=outcome.took_effect,
            answered=reply.answered,
        )
        if outcome.changed is not None:
            self.book.keep(outcome.changed, line)
        elif outcome.paper is not None:
            self.book.keep_paper(outcome.paper, line)
        else:
            self.book.log.append(line)
        customer, subscription = request.named("customer"), request.named("subscription")
        if outcome.took_effect and customer and subscription:
            self.notifier.subscription_updated(customer, subscription)
        return reply

    def _later(self, fault: Fault, request: Request) -> Reply:
        """Cut the caller off now and carry the request out afterwards, as a slow provider does."""
        cut = spoil(fault, Outcome(200), request, self.book)

        def carry_out() -> None:
            with self.book.lock:
                self._kept(request, self.desk.answer(request), cut)

        late = threading.Timer(float(fault.parameters.get("seconds", 1)), carry_out)
        late.daemon = True
        late.start()
        return cut

    def side_door(self, request: Request) -> Outcome:
        """Health, and the ways in for our own tools; none of it is the provider's and none is logged."""
        if request.path == "/healthz":
            return Outcome(200, {"status": "ok"})
        if request.path == CERTIFICATE:
            return Outcome(200, headers={"Content-Type": "application/pkix-cert"}, raw=self.notifier.certificate())
        if request.method != "POST" or "origin" in request.headers:
            return Outcome(405)
        with self.book.lock:
            try:
                given = parse_json(request.body)
                return Outcome(200, self._changed_aside(request.path, given))
            except KeyError:
                return Outcome(404)
            except (UnreadableError, ValueError, AttributeError) as error:
                return Outcome(400, {"message": str(error)})

    def _changed_aside(self, path: str, given: Any) -> Any:
        doors: dict[str, Callable[[Any], Any]] = {
            "/_sandbox/load": self._load,
            "/_sandbox/subscription": self._subscription,
            "/_sandbox/invoice": self._invoice,
            "/_sandbox/request": lambda given: side_papers.change_request(self.book, given),
            "/_sandbox/faults": self._faults,
        }
        return doors[path](given)

    def _load(self, given: Any) -> Any:
        customers, subscriptions = side_door.load(self.book, given.get("customers"))
        return {"customers": customers, "subscriptions": subscriptions}

    def _subscription(self, given: Any) -> Any:
        changed = side_door.change(self.book, given)
        self.notifier.subscription_updated(str(given["customer"]).lower(), changed["id"])
        return changed

    def _invoice(self, given: Any) -> Any:
        loaded = side_papers.load_invoice(self.book, given)
        if given.get("last", True):
            self.notifier.invoice_ready(loaded["number"])
        return loaded

    def _faults(self, given: Any) -> Any:
        self.faults = given_faults(given.get("rules"), int(given.get("seed", 0)))
        return {"rules": len(given["rules"])}


class Handler(BaseHTTPRequestHandler):
    """Reads a request, writes a reply, and ends connections as a reply asks."""

    server: Sandbox
    protocol_version = "HTTP/1.1"
    # One write per answer: headers and body in two packets would wait for the caller's delayed ACK.
    wbufsize = -1
    disable_nagle_algorithm = True
    timeout = 120

    def do_GET(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if not 0 <= length <= BODY_CAP:
            self.close_connection = True
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.command, self.path, headers, self.rfile.read(length))
        ours = request.path in ("/healthz", CERTIFICATE) or request.path.startswith("/_sandbox/")
        reply = plain(self.server.side_door(request)) if ours else self.server.reply_to(request)
        self._send(reply, headers)

    do_POST = do_PUT = do_PATCH = do_DELETE = do_GET  # noqa: N815

    def _send(self, reply: Reply, asked: dict[str, str]) -> None:
        if reply.cut == "hang":
            time.sleep(reply.seconds)
        if reply.cut in ("hang", "reset"):
            self._cut()
            return
        self.send_response(reply.status)
        for name in ("MS-RequestId", "MS-CorrelationId"):
            if asked.get(name.lower()) and name not in reply.headers:
                self.send_header(name, asked[name.lower()])
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self._send_body(reply)

    def _send_body(self, reply: Reply) -> None:
        if reply.cut == "truncate":
            self.wfile.write(reply.body[: len(reply.body) // 2])
            self.wfile.flush()
            self.close_connection = True
        elif reply.cut == "drip":
            self._drip(reply)
        else:
            self.wfile.write(reply.body)

    def _drip(self, reply: Reply) -> None:
        self.close_connection = True
        try:
            for position in range(len(reply.body)):
                self.wfile.write(reply.body[position : position + 1])
                self.wfile.flush()
                time.sleep(reply.seconds)
        except OSError:
            return

    def _cut(self) -> None:
        """End the connection without a word: the caller sees a reset, not a polite close."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.shutdown(socket.SHUT_RD)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing on standard error: the operation log says it better."""
