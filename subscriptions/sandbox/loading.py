"""How do our own tools fill the sandbox? A client of its side door; the provider itself has no such thing."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Sequence
from typing import Any

from subscriptions.gateway.reading import write_json

BATCH = 500
LINES_AT_ONCE = 5_000
TIMEOUT = 60.0


class SandboxError(Exception):
    """The sandbox is not there, or refused what it was given."""


def load(base_url: str, customers: Sequence[dict[str, Any]]) -> tuple[int, int]:
    """Give the sandbox customers with their subscriptions; how many of each were given.

    A customer is `{id, name, domain, email (None: no billing profile), language, culture, subscriptions}`, a
    subscription `{id, offer_id, offer_name, name, quantity, parent (or None), starts, ends}`; dates are ISO
    texts or None. Loading again changes nothing; a subscription that is known keeps its status.
    """
    totals = (0, 0)
    for start in range(0, len(customers), BATCH):
        batch = list(customers[start : start + BATCH])
        done = _post(f"{base_url}/_sandbox/load", {"customers": batch})
        totals = (totals[0] + done["customers"], totals[1] + done["subscriptions"])
    return totals


def change(base_url: str, customer_id: str, subscription_id: str, **what: Any) -> dict[str, Any]:
    """Change one subscription behind the portal's back, in the provider's words; its resource afterwards.

    `status`, `quantity`, `friendlyName`, `autoRenewEnabled`, `suspensionReasons`; `held=True` for a
    suspension by the provider itself; `gone=True` to remove it.
    """
    asked = {"customer": customer_id, "subscription": subscription_id, **what}
    return _post(f"{base_url}/_sandbox/subscription", asked)


def load_invoice(
    base_url: str,
    invoice: dict[str, Any],
    lines: Sequence[dict[str, Any]],
    *,
    provider: str = "office",
    kind: str = "billing",
) -> str:
    """Give the sandbox an invoice with lines in the provider's words; what it comes to in all. The same again
    changes nothing; another set of lines of the same invoice is added to it.

    An invoice is `{number, billed_on, starts_on, ends_on, currency}` and perhaps `document`, `amends`, `paid`."""
    total = "0"
    for start in range(0, max(len(lines), 1), LINES_AT_ONCE):
        some = list(lines[start : start + LINES_AT_ONCE])
        last = start + LINES_AT_ONCE >= len(lines)
        asked = {"invoice": invoice, "provider": provider, "kind": kind, "lines": some, "at": start, "last": last}
        total = str(_post(f"{base_url}/_sandbox/invoice", write_json(asked))["total"])
    return total


def open_request(base_url: str, **what: Any) -> str:
    """Open a request at the provider's support: `title`, `description`, `severity`, `customer`; its id."""
    return str(_post(f"{base_url}/_sandbox/request", what)["id"])


def answer_request(base_url: str, request: str, **what: Any) -> dict[str, Any]:
    """Answer a request as support would: `note` and `by`, `status`; the request as it is now."""
    return _post(f"{base_url}/_sandbox/request", {"id": request, **what})


def misbehave(base_url: str, rules: Sequence[dict[str, Any]], seed: int = 0) -> None:
    """Put these fault rules in the place of those in force; none at all makes it a healthy provider again."""
    _post(f"{base_url}/_sandbox/faults", {"rules": list(rules), "seed": seed})


def _post(address: str, document: dict[str, Any] | bytes) -> dict[str, Any]:
    body = document if isinstance(document, bytes) else json.dumps(document, default=str).encode()
    request = urllib.request.Request(address, body, {"Content-Type": "application/json"})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=TIMEOUT) as answer:
            done: dict[str, Any] = json.load(answer)
            return done
    except urllib.error.HTTPError as error:
        raise SandboxError(f"the sandbox refused: {error.read().decode(errors='replace')[:300]}") from None
    except OSError as error:
        raise SandboxError(f"no sandbox at {address}: {error}") from None
