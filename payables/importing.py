"""How does a reconciliation file become customers, subscriptions and a provider bill? All of it or nothing."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from customers.models import Customer, Partner, ProviderIdentity, TimelineEntry, acting_for
from customers.telling import tell
from subscriptions.models import CustomerReading, Subscription

from .charges import section_of
from .models import ProviderBill, ProviderLine
from .reading import BadFile, Row, commonest_cycle_start, read
from .terms import AllTerms


@dataclass(frozen=True)
class Imported:
    """What an import found and did; counts and totals are of the whole file."""

    bill: str
    period: str
    lines: int
    customers: int
    subscriptions: int
    currency: str
    amount: Decimal
    subtotal: Decimal
    tax: Decimal
    total: Decimal
    credits: int
    unmapped: dict[str, int]
    already_imported: bool
    adopted: str
    ignored: list[str]


def import_file(
    partner: Partner,
    content: bytes,
    *,
    file_name: str,
    now: datetime,
    bill_number: str | None = None,
    billed_on: date | None = None,
) -> Imported:
    """Book one license-based file for a partner: its bill and lines, new and changed customers and
    subscriptions. The same bytes again change nothing. Raises BadFile with one line for each fault."""
    reading = read(content)
    rows, digest = reading.rows, hashlib.sha256(content).hexdigest()
    billed = billed_on or commonest_cycle_start(rows)
    period = f"{commonest_cycle_start(rows):%Y-%m}"
    with acting_for(partner):
        # The rows of others may still name the partner; they hold customers whom this waits for.
        Partner.objects.select_for_update(no_key=True).get(pk=partner.pk)
        known = ProviderBill.objects.filter(partner=partner, file_sha256=digest).first()
        if known:
            return _summary(rows, known, reading.ignored, "", already=True)
        adopted = _adopt(partner, rows[0].partner_id, now=now)
        number = bill_number or f"{period}-{digest[:8]}"
        if ProviderBill.objects.filter(partner=partner, number=number).exists():
            raise BadFile([f"line 1: the bill {number} was already imported from another file"])
        bill = _book_bill(partner, rows, number, period, billed, file_name, digest, now)
        customers = _customers(partner, rows, number, now=now)
        subscriptions = _subscriptions(partner, rows, customers)
        _book_lines(bill, rows, customers, subscriptions)
    return _summary(rows, bill, reading.ignored, adopted, already=False)


def _adopt(partner: Partner, provider_id: str, *, now: datetime) -> str:
    identity, created = ProviderIdentity.objects.get_or_create(
        provider_id=provider_id, defaults={"partner": partner, "adopted_at": now}
    )
    if identity.partner_id != partner.pk:
        raise BadFile([f"line 2, PartnerId: '{provider_id}' is not this partner's"])
    return provider_id if created else ""


def _book_bill(
    partner: Partner,
    rows: list[Row],
    number: str,
    period: str,
    billed_on: date,
    file_name: str,
    digest: str,
    now: datetime,
) -> ProviderBill:
    return ProviderBill.objects.create(
        partner=partner,
        number=number[:40],
        period=period,
        billed_on=billed_on,
        due_on=AllTerms(partner).due_day(billed_on),
        currency=rows[0].currency,
        amount=sum((row.amount for row in rows), Decimal(0)),
        subtotal=sum((row.subtotal for row in rows), Decimal(0)),
        tax=sum((row.tax for row in rows), Decimal(0)),
        total=sum((row.total for row in rows), Decimal(0)),
        file_name=file_name[:200],
        file_sha256=digest,
        imported_at=now,
    )


def _customers(partner: Partner, rows: list[Row], bill: str, *, now: datetime) -> dict[str, Customer]:
    last = {row.customer_id: row for row in rows}
    known = {
        customer.provider_id: customer
        for customer in Customer.objects.select_for_update()
        .filter(partner=partner, provider_id__in=last)
        .order_by("pk")
    }
    for provider_id, row in last.items():
        customer = known.get(provider_id)
        if customer is None:
            known[provider_id] = _new_customer(partner, row, bill, now=now)
        elif (customer.name, customer.domain) != (row.customer_name, row.domain or customer.domain):
            customer.name, customer.domain = row.customer_name, row.domain or customer.domain
            customer.save(update_fields=["name", "domain"])
    return known


def _new_customer(partner: Partner, row: Row, bill: str, *, now: datetime) -> Customer:
    customer = Customer.objects.create(
        partner=partner,
        provider_id=row.customer_id,
        name=row.customer_name,
        domain=row.domain,
        language=partner.language,
        zone=partner.zone,
        created_at=now,
    )
    CustomerReading.objects.create(
        partner=partner, customer=customer, key=f"read:{customer.pk}", queued_at=now, due_at=now
    )
    tell(
        customer,
        TimelineEntry.Kind.DOCUMENT,
        "customer_imported",
        now=now,
        values={"bill": bill},
        shared=False,
    )
    return customer


def _subscriptions(partner: Partner, rows: list[Row], customers: dict[str, Customer]) -> dict[str, Subscription]:
    latest = _latest(rows)
    known = {
        subscription.provider_id: subscription
        for subscription in Subscription.objects.filter(partner=partner, provider_id__in=latest)
    }
    for provider_id, row in latest.items():
        customer = customers[row.customer_id]
        subscription = known.get(provider_id)
        if subscription and subscription.customer_id != customer.pk:
            raise BadFile([f"line {row.line}, CustomerID: this subscription is another customer's"])
        values = {
            "offer_id": row.offer_id,
            "offer_name": row.offer_name,
            "name": row.subscription_name or row.offer_name,
            "quantity": max(row.quantity, 0),
            "starts_on": row.starts_on,
            "ends_on": row.ends_on,
        }
        known[provider_id], _ = Subscription.objects.update_or_create(
            partner=partner, provider_id=provider_id, defaults={"customer": customer, **values}
        )
    return known


def _latest(rows: Iterable[Row]) -> dict[str, Row]:
    """The line that says most about a subscription: its last Cycle fee, else its last line."""
    latest: dict[str, Row] = {}
    for row in rows:
        before = latest.get(row.subscription_id)
        if before is None or _weight(row) >= _weight(before):
            latest[row.subscription_id] = row
    return latest


def _weight(row: Row) -> tuple[bool, date]:
    return row.charge_type.casefold() == "cycle fee", row.charge_starts_on


def _book_lines(
    bill: ProviderBill,
    rows: list[Row],
    customers: dict[str, Customer],
    subscriptions: dict[str, Subscription],
) -> None:
    ProviderLine.objects.bulk_create(
        [
            ProviderLine(
                partner_id=bill.partner_id,
                bill=bill,
                row=row.line,
                customer=customers[row.customer_id],
                subscription=subscriptions[row.subscription_id],
                charge_type=row.charge_type,
                mapped=section_of(row.charge_type) is not None,
                offer_name=row.offer_name,
                order_id=row.order_id,
                charge_starts_on=row.charge_starts_on,
                charge_ends_on=row.charge_ends_on,
                unit_price=row.unit_price,
                quantity=row.quantity,
                amount=row.amount,
                discount=row.discount,
                subtotal=row.subtotal,
                tax=row.tax,
                total=row.total,
                currency=row.currency,
            )
            for row in rows
        ],
        batch_size=1000,
    )


def _summary(rows: list[Row], bill: ProviderBill, ignored: list[str], adopted: str, *, already: bool) -> Imported:
    unmapped = Counter(row.charge_type for row in rows if section_of(row.charge_type) is None)
    return Imported(
        bill=bill.number,
        period=bill.period,
        lines=len(rows),
        customers=len({row.customer_id for row in rows}),
        subscriptions=len({row.subscription_id for row in rows}),
        currency=bill.currency,
        amount=bill.amount,
        subtotal=bill.subtotal,
        tax=bill.tax,
        total=bill.total,
        credits=sum(row.amount < 0 for row in rows),
        unmapped=dict(unmapped),
        already_imported=already,
        adopted=adopted,
        ignored=ignored,
    )
