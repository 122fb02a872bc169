"""Where shall events be sent, and did the test event arrive? The registration for the provider's events.

Source: partner-center-webhooks.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from subscriptions.gateway.events import INVOICE_READY, SUBSCRIPTION_UPDATED, TEST_CREATED

from .book import Book
from .exchange import Outcome, Request
from .notifying import Notifier
from .rules import Refusal

EVENTS = (SUBSCRIPTION_UPDATED, TEST_CREATED, "usagerecords-thresholdExceeded", INVOICE_READY)
THE_ONE = "registration"

_ROUTES = re.compile(
    r"/webhooks/v1/registration(?:/(?P<events>events)|/(?P<tests>validationEvents)(?:/(?P<test>[^/]+))?)?"
)


class EventDesk:
    """The endpoints about events."""

    def __init__(self, book: Book, notifier: Notifier) -> None:
        self._book = book
        self._notifier = notifier

    def endpoint(self, request: Request) -> Callable[[Request], Outcome] | None:
        """Who answers this request, or None if it is none of ours."""
        route = _ROUTES.fullmatch(request.path)
        if not route:
            return None
        known: dict[tuple[str, str], Callable[[Request], Outcome]] = {
            ("GET", "events"): lambda _: Outcome(200, list(EVENTS)),
            ("POST", "tests"): self._test,
            ("GET", "test"): self._tested,
            ("GET", "registration"): self._shown,
            ("POST", "registration"): self._registered,
            ("PUT", "registration"): self._registered,
        }
        name = "events" if route["events"] else "tests" if route["tests"] else "registration"
        name = "test" if route["test"] else name
        if (request.method, name) not in known:
            raise Refusal(405, "", "")
        return known[request.method, name]

    def _paper(self) -> dict[str, Any] | None:
        paper: dict[str, Any] | None = self._book.shelves["registrations"].get(THE_ONE)
        return paper

    def _shown(self, request: Request) -> Outcome:
        paper = self._paper()
        if paper is None:
            raise Refusal(404, "", "")
        return Outcome(200, paper)

    def _registered(self, request: Request) -> Outcome:
        asked, known = request.fields(), self._paper()
        url, events = asked.get("webhookUrl"), asked.get("webhookEvents")
        if request.method == "PUT" and known is None:
            raise Refusal(404, "", "")
        if not isinstance(url, str) or urlsplit(url).scheme not in ("http", "https"):
            raise Refusal(400, "3000", "WebhookUrl is not an address.")
        if not isinstance(events, list) or not events or not set(events) <= set(EVENTS):
            raise Refusal(400, "3000", "WebhookEvents is not a list of known events.")
        paper = {"WebhookUrl": url, "WebhookEvents": events}
        answer = {"SubscriberId": "e82cac64-dc67-4cd3-849b-78b6127dd57d", **paper}
        return Outcome(200, answer, paper=("registrations", THE_ONE, paper), took_effect=True)

    def _test(self, request: Request) -> Outcome:
        paper = self._paper()
        if paper is None or TEST_CREATED not in paper["WebhookEvents"]:
            raise Refusal(400, "3000", "Register for test-created first.")
        return Outcome(200, {"correlationId": self._notifier.tell_of_test(paper["WebhookUrl"])}, took_effect=True)

    def _tested(self, request: Request) -> Outcome:
        route = _ROUTES.fullmatch(request.path)
        found = self._notifier.told(route["test"] if route else "")
        if found is None:
            raise Refusal(404, "", "")
        return Outcome(200, found)
