"""Which rows stand in an admin's book beside its stories? Two of each kind that no deed of the book makes."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from billing.models import Checkout, PassOn, PriceEntry, TaxRule, TillEvent
from payables.models import (
    CashBalance,
    Finding,
    ProviderBalance,
    ProviderBill,
    ProviderPayment,
    ProviderTerms,
    Standing,
)
from subscriptions.models import (
    Drift,
    DriftLook,
    ProviderEvent,
    QuantityAttempt,
    QuantityChange,
    SubscriptionReading,
)


def furnish(book: Any, staff: Any, now: Any) -> None:
    """Two rows of each."""
    for number, customer in enumerate((book.lanhai, book.mingyue)):
        _owing(book.partner, customer, staff, now + timedelta(minutes=number), number)
        _prices(book.partner, customer, staff, now, number)
        _online(book.partner, customer, staff, now, number)
        _drift(book.partner, customer, staff, now, number)


def _owing(partner: Any, customer: Any, staff: Any, now: Any, number: int) -> None:
    bill = ProviderBill.objects.filter(partner=partner).earliest("pk")
    written = {"partner": partner, "recorded_at": now, "recorded_by": staff}
    paid = {"amount": Decimal(1), "currency": "CNY", "paid_on": now.date(), "once": f"once {number}"}
    ProviderPayment.objects.create(bill=bill, **paid, **written)
    ProviderTerms.objects.create(net_days=45, from_on=date(2026, 1, 1 + number), agreement="letter", **written)
    ProviderBalance.objects.create(partner=partner, currency="CNY", balance=Decimal(9), read_at=now)
    CashBalance.objects.create(currency="CNY", balance=Decimal(9), on=now.date(), **written)
    Standing.objects.create(partner=partner, source="person", why="mail", began_at=now, ended_at=now)
    about = {"bill": bill, "customer": customer, "difference": Decimal(1), "found_at": now}
    Finding.objects.create(partner=partner, kind="seats", key=f"key {number}", **about)


def _prices(partner: Any, customer: Any, staff: Any, now: Any, number: int) -> None:
    rule = {"partner": partner, "customer": customer, "from_on": date(2030, 1, 1)}
    said = {"reason": "agreed", "added_at": now, "added_by": staff}
    PriceEntry.objects.create(method="cost_plus", percent=Decimal(9), **rule, **said)
    TaxRule.objects.create(rate=Decimal("0.06"), **rule, **said)
    begins, ends = date(2030 + number, 1, 1), date(2030 + number, 12, 31)
    PassOn.objects.create(partner=partner, from_on=begins, until_on=ends, **said)


def _online(partner: Any, customer: Any, staff: Any, now: Any, number: int) -> None:
    checkout = Checkout.objects.create(
        partner=partner,
        customer=customer,
        invoice=customer.invoices.earliest("pk"),
        key=f"checkout {number}",
        reference="HH",
        amount=Decimal(1),
        currency="CNY",
        started_at=now,
        started_by=staff,
        expires_at=now,
        queued_at=now,
        due_at=now,
        outcome="moot",
        settled_at=now,
    )
    kept = {"partner": partner, "event_id": f"ev {number}", "sha256": "0" * 64, "received_at": now}
    TillEvent.objects.create(checkout=checkout, **kept)


def _drift(partner: Any, customer: Any, staff: Any, now: Any, number: int) -> None:
    subscription = customer.subscriptions.earliest("pk")
    effect = {"partner": partner, "queued_at": now, "due_at": now, "outcome": "moot", "settled_at": now}
    mine = {"customer": customer, "provider_id": subscription.provider_id}
    DriftLook.objects.create(partner=partner, began_at=now, ended_at=now)
    seen = {"found_at": now, "last_seen_at": now}
    Drift.objects.create(partner=partner, subscription=subscription, kind="seats", **mine, **seen)
    change = QuantityChange.objects.create(
        customer=customer, subscription=subscription, key=f"q {number}", was=1, wanted=2, asked_by=staff, **effect
    )
    ids = {"request_id": uuid.uuid4(), "correlation_id": uuid.uuid4()}
    QuantityAttempt.objects.create(partner=partner, change=change, began_at=now, began_machine_at=now, **ids)
    event = ProviderEvent.objects.create(
        partner=partner, digest=str(number) * 64, name="test-created", received_at=now, taken="kept", body="{}"
    )
    SubscriptionReading.objects.create(key=f"r {number}", event=event, **mine, **effect)
