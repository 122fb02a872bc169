"""How does a line that the provider's API gave become the same row as in its file?"""

from datetime import date
from decimal import Decimal
from typing import Final

from billing.money import ZERO
from subscriptions.gateway.bills import LineKind, ProviderCharge, Source

from .cells import CURRENCIES, GUID
from .layouts import LICENSE, ONE_TIME, USAGE, Layout
from .reading import Row

# Lists without money, and the daily-rated one, which tells once more what a one-time list charges, are not billed.
LAYOUT_OF: Final = {
    (Source.OFFICE, LineKind.BILLING): LICENSE,
    (Source.AZURE, LineKind.BILLING): USAGE,
    (Source.ONE_TIME, LineKind.BILLING): ONE_TIME,
}
_KEPT: Final = (
    "consumed",
    "included",
    "overage",
    "unit",
    "region",
    "tier",
    "meter",
    "resource",
    "service_type",
    "term",
)


def row_from(charge: ProviderCharge, layout: Layout, faults: list[str]) -> Row:
    """The line as a row of its layout; what can't be used is added to the faults. Its number is that of the line in the
    file, whose first line is the header."""
    line = charge.position + 1

    def fault(what: str, why: str) -> None:
        faults.append(f"line {line}, {what}: {why}")

    for name, value in (
        ("PartnerId", charge.partner_id),
        ("CustomerId", charge.customer_id),
        ("SubscriptionId", charge.subscription_id),
    ):
        if not GUID.fullmatch(value) and not (name == "SubscriptionId" and is_beside(charge, layout)):
            fault(name, f"'{value[:60]}' is not an id")
    for name, text in (("ChargeType", charge.charge_type), ("CustomerName", charge.customer_name)):
        if not text:
            fault(name, "is blank")
    if charge.currency not in CURRENCIES:
        fault("Currency", f"'{charge.currency[:20]}' is not a currency we know")
    if charge.charge_starts_on is None or charge.charge_ends_on is None:
        fault("ChargeStartDate", "is blank")
    subtotal, tax, total = charge.subtotal or ZERO, charge.tax or ZERO, charge.total or ZERO
    if subtotal + tax != total:
        fault("TotalForCustomer", f"{total} is not Subtotal {subtotal} plus Tax {tax}")
    return _row(charge, layout, line)


def is_beside(charge: ProviderCharge, layout: Layout) -> bool:
    """Whether a line is of no subscription; the invoice's own total has it, and no line of ours."""
    return layout is ONE_TIME and not charge.subscription_id


def _row(charge: ProviderCharge, layout: Layout, line: int) -> Row:
    one_time = layout is ONE_TIME
    quantity = charge.billable_quantity if one_time and charge.billable_quantity is not None else charge.quantity
    return Row(
        line=line,
        partner_id=charge.partner_id,
        customer_id=charge.customer_id,
        subscription_id=charge.subscription_id,
        offer_id=(f"{charge.offer_id}:{charge.sku_id}" if one_time else charge.offer_id or charge.sku_id)[:64].lower(),
        offer_name=(charge.offer_name or charge.service or charge.charge_type)[:200],
        order_id=charge.order_id[:64],
        charge_starts_on=charge.charge_starts_on or date.min,
        charge_ends_on=charge.charge_ends_on or date.min,
        starts_on=charge.starts_on,
        ends_on=charge.ends_on,
        charge_type=charge.charge_type[:80],
        unit_price=round(charge.unit_price or ZERO, 4),
        quantity=int(quantity or 0) if layout.seats else 0,
        amount=charge.amount or ZERO,
        discount=charge.discount or ZERO,
        subtotal=charge.subtotal or ZERO,
        tax=charge.tax or ZERO,
        total=charge.total or ZERO,
        currency=charge.currency,
        customer_name=charge.customer_name[:200],
        domain=charge.domain[:200].lower(),
        subscription_name=charge.subscription_name[:200],
        bill_number=charge.invoice_number[:40],
        extra={} if layout is LICENSE else _extra(charge),
    )


def _extra(charge: ProviderCharge) -> dict[str, str]:
    said: dict[str, str] = {}
    for name in _KEPT:
        value = getattr(charge, name)
        if value not in (None, ""):
            said[name] = f"{value:f}" if isinstance(value, Decimal) else str(value)[:200]
    if charge.unit_price is not None:
        said["list_price"] = f"{charge.unit_price:f}"
    return said
