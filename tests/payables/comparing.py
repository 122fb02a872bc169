"""Two months of bills in which a difference can be planted: what is put where, and what must be found for it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal

from billing import drafting
from billing.drafting import Terms, Wanted
from billing.models import Invoice
from customers.locking import lock_customer
from customers.models import Partner, acting_for
from payables import rebilling
from payables.importing import import_file
from payables.models import Finding, ProviderBill, ProviderLine
from payables.sampling import Charge, write
from subscriptions.models import Subscription
from tests import story
from tests.imports.sheets import Sheet

E5 = "Office 365 E5"
SEPTEMBER, OCTOBER = (date(2026, 9, 15), date(2026, 10, 14)), (date(2026, 10, 15), date(2026, 11, 14))
NOW = story.at("2026-11-16")
FOUND = tuple[str, str]


def cycle(customer: str, seats: int = 10, price: str = "60.00", days=SEPTEMBER, offer: str = E5, **more) -> Charge:
    """One cycle fee of one customer."""
    return Charge(customer, offer, seats, Decimal(price), *days, **more)


def bring_in(partner: Partner, content: bytes, number: str, billed_on: date) -> ProviderBill:
    """Import a file as a bill."""
    import_file(partner, content, file_name=f"{number}.csv", now=NOW, bill_number=number, billed_on=billed_on)
    return ProviderBill.objects.get(partner=partner, number=number)


def september(partner: Partner, names: Iterable[str], **more) -> ProviderBill:
    """The month before: ten seats for everybody."""
    charges = [cycle(name, **more) for name in names]
    return bring_in(partner, write(partner.slug, charges), "D09", SEPTEMBER[0])


def october(partner: Partner, charges: Sequence[Charge], change: Callable[[Sheet], object] | None = None):
    """The month that is compared."""
    sheet = Sheet(write(partner.slug, charges))
    if change:
        change(sheet)
    return bring_in(partner, sheet.bytes(), f"D10-{hashlib.sha256(sheet.bytes()).hexdigest()[:6]}", OCTOBER[0])


def plain(names: Iterable[str]) -> list[Charge]:
    """The same again for another month."""
    return [cycle(name, days=OCTOBER) for name in names]


def passed_on(partner: Partner, bill: ProviderBill) -> None:
    """Draft what the bill charges."""
    rebilling.draft(partner, bill.period, now=NOW)


def freed(bill: ProviderBill, name: str) -> None:
    """Somebody took the customer's draft away: its charge waits again."""
    lines = ProviderLine.objects.filter(bill=bill, customer__name=name)
    drafts = list(lines.values_list("invoice_line__invoice", flat=True))
    lines.update(invoice_line=None)
    for draft in Invoice.objects.filter(pk__in=drafts):
        draft.lines.all().delete()
        draft.delete()


def by_hand(partner: Partner, name: str, seats: int = 10, price: str = "69.00", **more) -> Invoice:
    """A draft that a person wrote for the customer's one subscription in October."""
    return by_hand_of(partner, Subscription.objects.get(partner=partner, customer__name=name), seats, price, **more)


def by_hand_of(partner: Partner, subscription: Subscription, seats: int = 10, price: str = "69.00", **more) -> Invoice:
    """The same for a subscription."""
    customer = subscription.customer
    terms = {"period": "2026-10", "currency": "CNY", **more}
    rate = terms.pop("tax_rate", Decimal("0.06"))
    want = Wanted(E5, seats, Decimal(price), rate, subscription=subscription.pk)
    with acting_for(partner):
        locked = lock_customer(customer.pk)
        return drafting.write(locked, Terms(**terms), [want], key=f"{subscription.pk} {seats}", source="hand", now=NOW)


def found(bill: ProviderBill, *states: str) -> set[FOUND]:
    """Who was found with what, open ones unless told."""
    rows = Finding.objects.filter(bill=bill, state__in=states or ["open"])
    return {(row.customer.name if row.customer else "", row.kind) for row in rows.select_related("customer")}
