"""Which endpoint is asked for, and what is the provider's own answer to it, before anything goes wrong?"""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs

from subscriptions.gateway.profiles import Profile

from . import shapes
from .billing_desk import BillingDesk
from .book import Book, Record
from .event_desk import EventDesk
from .exchange import ROUTES, Outcome, Request, refused, throttled
from .notifying import Notifier
from .rules import Refusal, amend, touch
from .support_desk import SupportDesk

TOKEN_SECONDS = 3600
REVOKED = "revoked"


class Desk:
    """The provider's endpoints. Changes nothing on disk itself: the server keeps what an outcome changed."""

    def __init__(self, book: Book, profile: Profile, notifier: Notifier) -> None:
        self._book = book
        self._profile = profile
        self._tokens: dict[str, tuple[float, bool]] = {}
        self._others = (BillingDesk(book), SupportDesk(book, profile), EventDesk(book, notifier))

    def answer(self, request: Request) -> Outcome:
        """The provider's answer to anything under its own addresses."""
        try:
            if re.fullmatch(r"/[^/]+/oauth2/token", request.path):
                return self._token(request)
            request = replace(request, for_person=self._checked_token(request))
            return self._endpoint(request)(request)
        except Refusal as refusal:
            return refused(refusal)

    def forget_tokens(self) -> None:
        """Let every token handed out so far end now."""
        self._tokens.clear()

    def _token(self, request: Request) -> Outcome:
        form = {name: values[0] for name, values in parse_qs(request.body.decode("latin-1")).items()}
        grant, consent = form.get("grant_type"), form.get("refresh_token", "")
        if request.method != "POST" or grant not in ("client_credentials", "refresh_token"):
            return Outcome(400, {"error": "unsupported_grant_type", "error_description": "Not offered."})
        if not all(form.get(name) for name in ("client_id", "client_secret", "resource")):
            return Outcome(401, {"error": "invalid_client", "error_description": "Unknown client."})
        for_person = grant == "refresh_token"
        if for_person and (not consent or consent.startswith(REVOKED)):
            return Outcome(400, {"error": "invalid_grant", "error_description": "The consent has ended."})
        token, now = secrets.token_urlsafe(32), time.time()
        self._tokens = {old: kept for old, kept in self._tokens.items() if kept[0] > now}
        self._tokens[token] = (now + TOKEN_SECONDS, for_person)
        answer = {"token_type": "Bearer", "expires_in": str(TOKEN_SECONDS), "access_token": token}
        # Each use of a consent renews it; the one before goes on for a while.
        renewed = {"refresh_token": f"consent-{secrets.token_urlsafe(16)}"} if for_person else {}
        return Outcome(200, {**answer, **renewed, "expires_on": str(int(now) + TOKEN_SECONDS)})

    def _checked_token(self, request: Request) -> bool:
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        ends, for_person = self._tokens.get(token, (0.0, False))
        if kind.lower() != "bearer" or ends < time.time():
            raise Refusal(401, "900420", "The token is missing, unknown or has ended.")
        return for_person

    def _endpoint(self, request: Request) -> Callable[[Request], Outcome]:
        for other in self._others:
            endpoint = other.endpoint(request)
            if endpoint is not None:
                return endpoint
        route = ROUTES.fullmatch(request.path)
        if not route:
            raise Refusal(404, "", "")
        name = (route["rest"] or "/customer").split("/")[1] if route["customer"] else "customers"
        if route["subscription"]:
            name = "operation" if route["operation"] else "subscription"
        known = {
            ("GET", "customers"): self._customers,
            ("GET", "customer"): self._customer,
            ("GET", "profiles"): self._profile_shown,
            ("PUT", "profiles"): self._profile_changed,
            ("GET", "subscriptions"): self._subscriptions,
            ("GET", "subscription"): self._subscription,
            ("PATCH", "subscription"): self._subscription_changed,
            ("GET", "operation"): self._operation,
        }
        if (request.method, name) not in known:
            raise Refusal(405, "", "")
        return known[request.method, name]

    def _record(self, request: Request) -> Record:
        record = self._book.customer(request.named("customer") or "")
        if record is None:
            raise Refusal(403, "20002", "There is no commerce relationship with this customer.")
        return record

    def _entry(self, request: Request, record: Record) -> dict[str, Any]:
        entry: dict[str, Any] | None = record["subscriptions"].get(request.named("subscription"))
        if entry is None:
            raise Refusal(404, "20003", "The subscription was not found.")
        return entry

    def _customers(self, request: Request) -> Outcome:
        records = [record for key in self._book.customer_ids() if (record := self._book.customer(key))]
        token = request.headers.get("ms-continuationtoken", "")
        query = {"size": "40", **request.query}

        def show(record: Record) -> dict[str, Any]:
            return shapes.customer(record, whole=False)

        return Outcome(200, _page(records, "/customers", "", query, token, show))

    def _customer(self, request: Request) -> Outcome:
        return Outcome(200, shapes.customer(self._record(request), whole=True), with_bom=True)

    def _profile_shown(self, request: Request) -> Outcome:
        record = self._record(request)
        if record["profile"] is None:
            raise Refusal(404, "", "")
        return Outcome(200, shapes.profile(record), with_bom=True)

    def _profile_changed(self, request: Request) -> Outcome:
        record, asked = self._record(request), request.document()
        now = record["profile"]
        if now is None or not isinstance(asked, dict):
            raise Refusal(404 if now is None else 400, "3000", "The body is not a billing profile.")
        if request.headers.get("if-match") != f'"{now["attributes"]["etag"]}"':
            raise Refusal(400, "2055", "The ETag is no longer valid.")
        version = record["profile_version"] = record["profile_version"] + 1
        etag = shapes.etag_for(record["id"], version)
        own = {"id": now["id"], "attributes": {"etag": etag, "objectType": "CustomerBillingProfile"}}
        record["profile"] = {**{k: v for k, v in asked.items() if k != "links"}, **own}
        return Outcome(200, shapes.profile(record), changed=record, took_effect=True)

    def _subscriptions(self, request: Request) -> Outcome:
        record = self._record(request)
        resources = [entry["resource"] for entry in record["subscriptions"].values()]
        token = request.headers.get("ms-continuationtoken", "")
        path = f"/customers/{record['id']}/subscriptions"

        def show(resource: dict[str, Any]) -> dict[str, Any]:
            return shapes.subscription(record, resource, listed=True)

        page = _page(resources, path, record["id"], request.query, token, show)
        return Outcome(200, page, with_bom=True)

    def _subscription(self, request: Request) -> Outcome:
        record = self._record(request)
        resource = self._entry(request, record)["resource"]
        return Outcome(200, shapes.subscription(record, resource), with_bom=True)

    def _operation(self, request: Request) -> Outcome:
        record = self._record(request)
        self._entry(request, record)
        if request.path.rpartition("/")[2].lower() not in record["done"]:
            raise Refusal(404, "", "")
        return self._subscription(request)

    def _subscription_changed(self, request: Request) -> Outcome:
        record = self._record(request)
        entry = self._entry(request, record)
        request_id = request.request_id
        done = record["done"].get(request_id)
        if done and done["subscription"] == request.named("subscription"):
            return _shown_again(record, entry, done)
        asked, if_match = request.document(), request.headers.get("if-match")
        subscription_id = entry["resource"]["id"]
        habit, first = shapes.habit_of(subscription_id), not entry["asked"]
        entry["asked"] += 1
        if first and habit is shapes.Habit.THROTTLED:
            return Outcome(429, throttled("1"), {"Retry-After": "1"}, changed=record)
        if first and habit is shapes.Habit.TOUCHED:
            touch(entry, entry["resource"])
        try:
            changed = amend(record, subscription_id, asked, if_match, self._profile)
        except Refusal as no:
            return replace(refused(no), changed=record)
        done = {"subscription": subscription_id, "status": 200, "location": None}
        if changed and habit is shapes.Habit.SLOW and request_id:
            location = f"/customers/{record['id']}/subscriptions/{subscription_id}/operations/{request_id}"
            done |= {"status": 202, "location": location}
        if changed and request_id:
            record["done"][request_id] = done
        return _shown_again(record, entry, done, changed=changed)


def _page(*facts: Any) -> dict[str, Any]:
    try:
        return shapes.page_of(*facts)
    except ValueError:
        raise Refusal(400, "3000", "The page asked for is not valid.") from None


def _shown_again(record: Record, entry: dict[str, Any], done: dict[str, Any], *, changed: bool = False) -> Outcome:
    """The answer to a change, the same for the call that made it and for its repeats."""
    kept = record if changed else None
    if done["location"]:
        return Outcome(202, None, {"Location": done["location"]}, changed=kept, took_effect=changed)
    shown = shapes.subscription(record, entry["resource"])
    return Outcome(200, shown, changed=kept, took_effect=changed)
