"""Who owes what in tests about money? A customer with subscriptions and invoices of any amounts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from decimal import Decimal

import pytest

from billing.invoicing import issue
from billing.models import Invoice, InvoiceLine
from customers.models import Customer, Partner
from tests import story

NOW = story.at("2026-06-01")


@pytest.fixture
def lanhai(hanhai) -> Customer:
    """A customer of Hanhai that owes nothing yet."""
    return a_customer(hanhai)


def a_customer(partner: Partner, name: str = "Lanhai Trading") -> Customer:
    """A new customer with an address."""
    customer = Customer.objects.create(
        partner=partner, provider_id=story.plain_id(), name=name, zone=partner.zone, created_at=NOW
    )
    customer.contacts.create(partner=partner, role="billing", email="billing@lanhai.cn")
    return customer


def draft(customer: Customer, totals: Sequence[Decimal], subscriptions: Sequence[int] = ()) -> Invoice:
    """A draft with lines of these totals; `subscriptions` are primary keys, line by line."""
    whole = sum(totals, Decimal(0))
    invoice = Invoice.objects.create(
        partner=customer.partner,
        customer=customer,
        period="2026-05",
        currency="CNY",
        net=whole,
        tax=0,
        total=whole,
        balance=whole,
        created_at=NOW,
    )
    for position, total in enumerate(totals, 1):
        InvoiceLine.objects.create(
            partner=customer.partner,
            invoice=invoice,
            position=position,
            subscription_id=subscriptions[position - 1] if subscriptions else None,
            description=f"line {position}",
            quantity=1,
            unit_price=total,
            net=total,
            tax_rate=0,
            tax=0,
            total=total,
            open=total,
        )
    return invoice


def issued(customer: Customer, totals: Sequence[Decimal], *, due: date = date(2026, 6, 20), **more) -> Invoice:
    """An issued invoice with lines of these totals, due on a day."""
    on = due - timedelta(days=customer.partner.payment_terms_days)
    document = issue(draft(customer, totals, **more).pk, on=on, now=NOW)
    assert isinstance(document, Invoice)
    return document


@pytest.fixture
def owes(lanhai) -> Callable[..., Invoice]:
    """Lanhai owes these line totals (texts)."""
    return lambda *totals, **more: issued(lanhai, [Decimal(total) for total in totals], **more)
