"""What does the provider bill us for? Its invoices, their lines and what we owe it, in our words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any


class Source(StrEnum):
    """Which of the provider's billing systems a line comes from (`billingProvider`)."""

    OFFICE = "office"
    AZURE = "azure"
    ONE_TIME = "one_time"
    MARKETPLACE = "marketplace"
    UNKNOWN = "unknown"


class LineKind(StrEnum):
    """Whether lines carry money or, for usage, what was used (`invoiceLineItemType`)."""

    BILLING = "billing"
    USAGE = "usage"
    UNKNOWN = "unknown"


class DocumentKind(StrEnum):
    """What kind of paper an invoice is; a note says in `amends` which invoice it changes."""

    INVOICE = "invoice"
    VOID_NOTE = "void_note"
    ADJUSTMENT_NOTE = "adjustment_note"
    UNKNOWN = "unknown"


class InvoiceKind(StrEnum):
    """Recurring (numbers with D) or one-time and new commerce (numbers with G)."""

    RECURRING = "recurring"
    ONE_TIME = "one_time"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class InvoicePart:
    """One set of lines an invoice has: ask for it with `lines(number, part.provider, part.kind)`."""

    provider: Source
    kind: LineKind


@dataclass(frozen=True)
class ProviderInvoice:
    """One bill of the provider to the partner.

    `number` is without the `Recurring-` or `OneTime-` that links put before it. The provider states neither a
    status nor a day on which it is due; both follow from `billed_on`, `total` and `paid`. `total` is with
    adjustments. `paid` is never below zero, whatever sign the provider gave it (its text says negative, its
    samples show positive). `kind` and `document` are unknown where the provider does not say, as in 2017. The
    link to the PDF is left out on purpose: it ends after half an hour, ask `statement` when it is wanted.
    """

    number: str
    kind: InvoiceKind
    document: DocumentKind
    billed_on: date
    period_starts_on: date | None
    period_ends_on: date | None
    total: Decimal
    paid: Decimal
    currency: str
    parts: tuple[InvoicePart, ...]
    amends: str
    amendments: tuple[ProviderInvoice, ...]


@dataclass(frozen=True)
class BalancePart:
    """What of a balance belongs to one kind of invoice."""

    kind: InvoiceKind
    owed: Decimal


@dataclass(frozen=True)
class ProviderBalance:
    """What we owe the provider in one currency: all unpaid bills, as of `as_of`, which payments reach days late."""

    owed: Decimal
    currency: str
    as_of: datetime | None
    first_billed_at: datetime | None
    latest_billed_at: datetime | None
    last_paid_at: datetime | None
    last_paid: Decimal | None
    parts: tuple[BalancePart, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderCharge:
    """One line of an invoice, whichever of the five shapes it came in; what a shape does not have is empty or None.

    Who: `partner_id`, `customer_id` are lower case; `subscription_id` is the Subscription ID known elsewhere in
    the API (license lines call it syndicationPartnerSubscriptionNumber), `billing_subscription_id` the billing
    platform's own. `domain` may be blank until the second cycle and is no key. What: `offer_id` is the id that
    matches the price list (durableOfferId; for one-time lines the product id), lower case. When: days as the
    provider wrote them, which are UTC; `charge_ends_on` is included. How much: exact, in `currency`; `amount`
    minus `discount` is `subtotal`, `subtotal` plus `tax` is `total`; credits are below zero. `quantity` is seats
    for licences (whole), else units, and may have decimals; `amount` counts, not price times quantity. Lines of
    kind usage on Azure carry no money at all: all of it None. `charge_type` is the provider's own word.
    `raw` is the whole line with its fractions as Decimal, so that nothing the provider said is lost.
    """

    position: int
    source: Source
    kind: LineKind
    charge_type: str
    partner_id: str
    customer_id: str
    customer_name: str
    domain: str
    subscription_id: str
    subscription_name: str
    offer_id: str
    offer_name: str
    order_id: str
    charge_starts_on: date | None
    charge_ends_on: date | None
    unit_price: Decimal | None
    quantity: Decimal | None
    amount: Decimal | None
    discount: Decimal | None
    subtotal: Decimal | None
    tax: Decimal | None
    total: Decimal | None
    currency: str
    # Of the subscription and its term.
    starts_on: date | None = None
    ends_on: date | None = None
    billing_cycle: str = ""
    term: str = ""
    # The provider's other numbers for the same things.
    invoice_number: str = ""
    billing_subscription_id: str = ""
    billing_offer_id: str = ""
    sku_id: str = ""
    availability_id: str = ""
    publisher: str = ""
    partner_mpn_id: str = ""
    # The reseller of record in the indirect model; empty where there is none (the provider's -1).
    reseller_mpn_id: str = ""
    country: str = ""
    promotion_id: str = ""
    reference: str = ""
    credit_reason: str = ""
    price_adjustment: str = ""
    reservation_id: str = ""
    # One-time and daily-rated: what was rated, in which currency, and at which rate to `currency`.
    ordered_on: date | None = None
    effective_unit_price: Decimal | None = None
    billable_quantity: Decimal | None = None
    priced_total: Decimal | None = None
    pricing_currency: str = ""
    exchange_rate: Decimal | None = None
    exchange_rate_on: date | None = None
    credit_percent: Decimal | None = None
    earned_credit_percent: Decimal | None = None
    # Usage.
    used_on: date | None = None
    service: str = ""
    service_type: str = ""
    meter_id: str = ""
    meter: str = ""
    resource: str = ""
    resource_group: str = ""
    region: str = ""
    unit: str = ""
    tier: str = ""
    consumed: Decimal | None = None
    included: Decimal | None = None
    overage: Decimal | None = None
    raw: Mapping[str, Any] = field(repr=False, hash=False, compare=False)
