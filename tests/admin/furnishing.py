"""Which rows stand in an admin's book beside its stories? Two of each kind that no deed of the book makes."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from billing.models import Checkout, PassOn, PriceEntry, ReceivablesSetting, TaxRule, TillEvent
from customers.admitting import admit
from customers.inviting import Guest, invite
from customers.models import ContactPreference, LetterWords, Logo, MailLink, Message
from dunning.models import DeedMark, SavedView
from payables.models import (
    CashBalance,
    Finding,
    Intake,
    IntakePage,
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
        invite(book.partner, Guest(f"guest{number}@x.example", "viewer"), by=staff, now=now)
        _prices(book.partner, customer, staff, now, number)
        _online(book.partner, customer, staff, now, number)
        _drift(book.partner, customer, staff, now, number)
        _minds(book.partner, staff, now, number)
        _letters(book.partner, customer, staff, now, number)
        admit(book.partner, f"program {number}", ["invoices"], days=30, by=staff, now=now)


def _minds(partner: Any, staff: Any, now: Any, number: int) -> None:
    DeedMark.objects.create(partner=partner, key=f"call-{number}", owner=staff, owned_by=staff, owned_at=now)
    SavedView.objects.create(partner=partner, user=staff, name=f"view {number}", query="owner=mine", saved_at=now)


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
    asked = {"name": f"invoice {number}", "source": "provider", "state": "fetching", "asked_at": now}
    intake = Intake.objects.create(partner=partner, **asked)
    page = {"part": "office:billing", "after": 0, "number": 0, "lines": ""}
    IntakePage.objects.create(partner=partner, intake=intake, **page)
    Finding.objects.create(partner=partner, kind="seats", key=f"key {number}", **about)


def _prices(partner: Any, customer: Any, staff: Any, now: Any, number: int) -> None:
    rule = {"partner": partner, "customer": customer, "from_on": date(2030, 1, 1)}
    said = {"reason": "agreed", "added_at": now, "added_by": staff}
    PriceEntry.objects.create(method="cost_plus", percent=Decimal(9), **rule, **said)
    TaxRule.objects.create(rate=Decimal("0.06"), **rule, **said)
    begins, ends = date(2030 + number, 1, 1), date(2030 + number, 12, 31)
    ReceivablesSetting.objects.create(partner=partner, online_payment=bool(number), set_at=now, set_by=staff)
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


def _letters(partner: Any, customer: Any, staff: Any, now: Any, number: int) -> None:
    mine = {"partner": partner, "customer": customer}
    written = {"language": ("ru", "en")[number], "written_at": now, "written_by": staff}
    LetterWords.objects.create(partner=partner, letter="policy", opening="Good day", **written)
    picture = {"kind": "image/png", "content": b"png", "sha256": f"{number}" * 64, "set_at": now, "set_by": staff}
    Logo.objects.create(partner=partner, **picture)
    ContactPreference.objects.create(letter="received", chosen_at=now, chosen_by=staff, **mine)
    message = Message.objects.filter(customer=customer).earliest("pk")
    MailLink.objects.create(
        **{"message": message, "about": f"X-{number}", "email": "a@b.example", "salt": "s", **mine},
        token_hash=f"hash {number}",
        made_at=now,
        expires_at=now + timedelta(days=30),
    )
