"""What does a license-based reconciliation file look like? One is written here in the documented layout, for the
demo and for tests."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import NAMESPACE_URL, UUID, uuid5

from billing.money import quantise

COLUMNS = [
    "PartnerId",
    "CustomerID",
    "OrderID",
    "SubscriptionID",
    "SyndicationPartnerSubscriptionNumber",
    "OfferID",
    "DurableOfferID",
    "OfferName",
    "SubscriptionStartDate",
    "SubscriptionEndDate",
    "ChargeStartDate",
    "ChargeEndDate",
    "ChargeType",
    "UnitPrice",
    "Quantity",
    "Amount",
    "TotalOtherDiscount",
    "Subtotal",
    "Tax",
    "TotalForCustomer",
    "Currency",
    "CustomerName",
    "MPNID",
    "ResellerMPNID",
    "DomainName",
    "SubscriptionName",
    "SubscriptionDescription",
]
TAX_RATE = Decimal("0.06")
MPN_ID = "5011223"


@dataclass(frozen=True)
class Charge:
    """One line to be written: so many seats of an offer at a price, for days of a cycle."""

    customer: str
    offer: str
    seats: int
    price: Decimal
    starts_on: date
    ends_on: date
    kind: str = "Cycle fee"
    domain: str = ""
    # The share of the cycle that is charged, for prorations; negative for money given back.
    share: Decimal = Decimal(1)
    subscription_starts_on: date = date(2026, 3, 16)
    currency: str = "CNY"


def guid(*names: str) -> UUID:
    """The same id for the same names, so that months join."""
    return uuid5(NAMESPACE_URL, "/".join(names))


def write(partner: str, charges: Iterable[Charge]) -> bytes:
    """The file as the provider would hand it out: UTF-8, month/day/year, amounts with two decimals."""
    text = io.StringIO(newline="")
    out = csv.writer(text, lineterminator="\r\n")
    out.writerow(COLUMNS)
    for charge in charges:
        out.writerow(cells_of(partner, charge))
    return text.getvalue().encode()


def cells_of(partner: str, charge: Charge) -> list[object]:
    """One line, cell by cell, in the order of COLUMNS."""
    amount = quantise(charge.price * charge.seats * charge.share, charge.currency)
    tax = quantise(amount * TAX_RATE, charge.currency)
    subscription = guid(partner, charge.customer, charge.offer)
    ends_on = charge.subscription_starts_on + timedelta(days=364)
    return [
        guid("partner", partner),
        guid(partner, charge.customer),
        guid("order", partner, charge.customer, charge.offer).int % 10**18,
        subscription.hex[:16],
        subscription,
        guid("offer", charge.offer),
        guid("durable", charge.offer),
        charge.offer,
        _day(charge.subscription_starts_on),
        _day(ends_on),
        _day(charge.starts_on),
        _day(charge.ends_on, "23:59"),
        charge.kind,
        f"{charge.price:.2f}",
        charge.seats,
        f"{amount:.2f}",
        "0",
        f"{amount:.2f}",
        f"{tax:.2f}",
        f"{amount + tax:.2f}",
        charge.currency,
        charge.customer,
        MPN_ID,
        MPN_ID,
        charge.domain,
        charge.offer,
        charge.offer,
    ]


def _day(on: date, at: str = "0:00") -> str:
    return f"{on.month}/{on.day}/{on.year} {at}"
