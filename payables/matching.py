"""Where do a bill's lines and what we know of them not agree? One pass over both sides in the database: a union of all
lines, added up by subscription and charge; only what differs comes back."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from django.db import connection

from billing.money import ZERO
from billing.pricing import Sort

from .costing import WHOLE, sort_of
from .models import ProviderBill, ProviderLine

# The provider's own amount is decisive; what differs by a cent a seat is rounding.
CENT: Final = Decimal("0.01")
# A cycle of a month has 28 to 31 days.
MONTHS_DIFFER: Final = 3
# How far back the last bill of a subscription is looked for: a yearly one is billed once a year.
BACK: Final = timedelta(days=400)
# Prorations of a subscription are compared as one: a change takes the old seats back and charges the new ones.
PART: Final = "prorations"
CREDIT: Final = "credits"
# At these the number of seats is chosen anew.
CHOSEN: Final = ("purchase fee", "renew fee", "new", "renew")


@dataclass(frozen=True)
class Group:
    """One subscription and charge: what the provider bills (`theirs`), what we bill for just that (`ours`, and of it
    by hand or by file: `loose`), and what was billed last. `waiting` is what no line of ours passes on."""

    subscription: int
    code: str
    customer: int
    whole: bool
    mapped: bool
    free: bool
    line: int | None
    invoice_line: int | None
    lines: int
    quantity: int
    amount: Decimal
    net: Decimal
    tax: Decimal
    starts: date | None
    ends: date | None
    one_period: bool
    waiting: int
    waiting_quantity: int
    waiting_net: Decimal
    ours: int
    ours_quantity: int
    ours_net: Decimal
    ours_tax: Decimal
    loose: int
    loose_quantity: int
    loose_net: Decimal
    loose_starts: date | None
    loose_ends: date | None
    hand: bool
    known_quantity: int
    known_starts: date | None
    deleted: bool
    last_quantity: int | None
    last_unit: Decimal | None
    last_rate: Decimal | None
    last_starts: date | None
    last_ends: date | None
    last_billed: date | None
    offer_lowest: Decimal | None
    offer_highest: Decimal | None

    @property
    def days(self) -> int:
        """For how many days the provider charges."""
        return (self.ends - self.starts).days + 1 if self.starts and self.ends else 0

    @property
    def last_days(self) -> int:
        """For how many days it charged the last time."""
        return (self.last_ends - self.last_starts).days + 1 if self.last_starts and self.last_ends else 0

    @property
    def paired(self) -> bool:
        """Whether lines by hand or by file stand for the provider's lines that no other line passes on."""
        return self.waiting > 0 and self.loose > 0

    @property
    def compared(self) -> tuple[int, int]:
        """The seats to be compared: the provider's that a line of ours passes on, and ours."""
        if self.paired:
            return self.quantity, self.ours_quantity + self.loose_quantity
        return self.quantity - self.waiting_quantity, self.ours_quantity

    @property
    def billed(self) -> Decimal | None:
        """What we bill for it before tax; None where there is no line of ours."""
        return self.ours_net + self.loose_net if self.ours or self.loose else None

    @property
    def unit(self) -> Decimal:
        """What a seat really costs, by the amount."""
        return self.amount / self.quantity if self.quantity else ZERO

    @property
    def tolerance(self) -> Decimal:
        """A cent for each seat."""
        return CENT * max(abs(self.quantity), 1)


def code_of(charge_type: str) -> str:
    """Under which name a charge type is compared."""
    sort = sort_of(charge_type)
    if sort is Sort.CREDIT:
        return CREDIT
    return PART if sort is Sort.PRORATION else " ".join(charge_type.split()).casefold()


@dataclass(frozen=True)
class Frame:
    """What holds for the whole bill. Nothing of it is missing before it has `begun` to be passed on; only of the
    `newest` do we know what is in use; what no bill of a period charges is said of the `primary` one."""

    bill: ProviderBill
    begun: bool
    newest: bool
    primary: bool


def frame_of(bill: ProviderBill) -> Frame:
    """How the bill stands among the others."""
    lines = ProviderLine.objects.filter(bill=bill)
    alike = ProviderBill.objects.filter(partner=bill.partner_id, currency=bill.currency)
    return Frame(
        bill,
        begun=lines.exclude(invoice_line=None).exists() or lines.exclude(credit_line=None).exists(),
        newest=not alike.filter(billed_on__gt=bill.billed_on).exists(),
        primary=alike.filter(period=bill.period).order_by("pk").values_list("pk", flat=True).first() == bill.pk,
    )


def differing(frame: Frame) -> Iterator[Group]:
    """The groups in which anything may differ, in the order of subscriptions. The caller acts for the partner."""
    bill = frame.bill
    types = list(ProviderLine.objects.filter(bill=bill).order_by().values_list("charge_type", flat=True).distinct())
    values: dict[str, Any] = {
        "types": types,
        "codes": [code_of(one) for one in types],
        "wholes": [sort_of(one) is Sort.UNITS for one in types],
        "bill": bill.pk,
        "partner": bill.partner_id,
        "period": bill.period,
        "currency": bill.currency,
        "billed_on": bill.billed_on,
        "since": bill.billed_on - BACK,
        "whole": sorted(WHOLE),
        "chosen": list(CHOSEN),
        "newest": frame.newest,
        "primary": frame.primary,
        "begun": frame.begun,
        "cent": CENT,
        "months": MONTHS_DIFFER,
    }
    with connection.cursor() as cursor:
        # Nobody knows beforehand how many groups there will be; a guess too low would compare each with each.
        cursor.execute("SET LOCAL enable_nestloop = off")
        cursor.execute(f"{SIDES}{BEFORE}{DIFFERENCES}", values)
        while rows := cursor.fetchmany(2000):
            yield from (Group(*row) for row in rows)
        cursor.execute("SET LOCAL enable_nestloop TO DEFAULT")


def parts_since(groups: Sequence[Group], bill: ProviderBill) -> dict[int, dict[date, int]]:
    """The seats that prorations of these subscriptions add or take, by billing day: on this bill and those since the
    subscription was billed last."""
    since = {group.subscription: group.last_billed or bill.billed_on for group in groups}
    lines = ProviderLine.objects.filter(partner=bill.partner_id, bill__billed_on__lte=bill.billed_on).among(
        "subscription_id", since
    )
    found: dict[int, dict[date, int]] = {pk: {} for pk in since}
    columns = ("subscription_id", "bill__billed_on", "charge_type", "quantity", "amount")
    for pk, on, charge_type, quantity, amount in lines.order_by().values_list(*columns).iterator():
        if on >= since[pk] and code_of(charge_type) == PART:
            found[pk][on] = found[pk].get(on, 0) + (-abs(quantity) if amount < 0 else quantity)
    return found


# Both sides as one kind of row, added up by subscription and charge. Money given back has seats below zero.
SIDES: Final = """
WITH sorts(charge_type, code, whole) AS (
    SELECT * FROM unnest(%(types)s::text[], %(codes)s::text[], %(wholes)s::boolean[])
), late AS (
    SELECT customer_id, offer_id, added_at FROM billing_priceentry
    WHERE partner_id = %(partner)s AND from_on <= %(billed_on)s AND (until_on IS NULL OR until_on >= %(billed_on)s)
    AND added_at > (SELECT min(created_at) FROM billing_invoice WHERE partner_id = %(partner)s AND period = %(period)s)
), moved AS (
    SELECT l.subscription_id, s.code, s.whole, l.customer_id, 1 AS side, l.id AS line_id, NULL::bigint AS ours_id,
        CASE WHEN l.amount < 0 THEN -abs(l.quantity) ELSE l.quantity END AS quantity,
        l.amount, l.subtotal AS net, l.tax, l.charge_starts_on AS starts, l.charge_ends_on AS ends, l.mapped,
        l.unit_price = 0 AND l.subtotal = 0 AS free,
        l.invoice_line_id IS NULL AND l.credit_line_id IS NULL AND l.absorbed = '' AS waits, false AS hand
    FROM payables_providerline l JOIN sorts s USING (charge_type) WHERE l.bill_id = %(bill)s AND l.absorbed = ''
    UNION ALL
    SELECT l.subscription_id, s.code, s.whole, l.customer_id, 2, NULL, i.id,
        CASE WHEN i.net < 0 THEN -abs(i.quantity) ELSE i.quantity END,
        i.net, i.net, i.tax, NULL, NULL, true, false, false,
        i.priced_by = '{}' OR i.priced_by->>'method' = 'hand' OR EXISTS (
            SELECT 1 FROM late JOIN billing_invoice v ON v.id = i.invoice_id
            WHERE late.added_at > v.created_at AND (late.customer_id IS NULL OR late.customer_id = l.customer_id)
            AND (late.offer_id = '' OR late.offer_id =
                (SELECT offer_id FROM subscriptions_subscription WHERE id = l.subscription_id)))
    FROM payables_providerline l JOIN sorts s USING (charge_type) JOIN billing_invoiceline i ON i.id = l.invoice_line_id
    WHERE l.bill_id = %(bill)s
    UNION ALL
    SELECT l.subscription_id, s.code, s.whole, l.customer_id, 2, NULL, NULL,
        CASE WHEN l.amount < 0 THEN -abs(l.quantity) ELSE l.quantity END,
        -c.net, -c.net, -c.tax, NULL, NULL, true, false, false, false
    FROM payables_providerline l JOIN sorts s USING (charge_type)
    JOIN billing_creditnoteline c ON c.id = l.credit_line_id WHERE l.bill_id = %(bill)s
    UNION ALL
    SELECT i.subscription_id, COALESCE(named.code, main.code, 'by hand'), COALESCE(named.whole, main.whole, false),
        v.customer_id, 3, NULL, i.id, CASE WHEN i.net < 0 THEN -abs(i.quantity) ELSE i.quantity END,
        i.net, i.net, i.tax, v.period_start, v.period_end, true, false, false, true
    FROM billing_invoice v JOIN billing_invoiceline i ON i.invoice_id = v.id
    LEFT JOIN sorts named ON i.detail <> '' AND lower(split_part(i.detail, ',', 1)) = lower(named.charge_type)
    LEFT JOIN LATERAL (
        SELECT s.code, s.whole FROM payables_providerline l JOIN sorts s USING (charge_type)
        WHERE l.subscription_id = i.subscription_id AND l.bill_id = %(bill)s AND l.mapped
        AND l.invoice_line_id IS NULL AND l.credit_line_id IS NULL AND l.absorbed = ''
        ORDER BY s.whole DESC, l.row LIMIT 1) main ON true
    WHERE v.partner_id = %(partner)s AND v.period = %(period)s AND v.currency = %(currency)s AND v.status <> 'void'
    AND i.subscription_id IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM payables_providerline t WHERE t.invoice_line_id = i.id)
), sums AS (
    SELECT subscription_id, code, min(customer_id) AS customer_id, bool_or(whole) AS whole, bool_and(mapped) AS mapped,
        COALESCE(bool_and(free) FILTER (WHERE side = 1), false) AS free,
        min(line_id) AS line_id, min(ours_id) AS ours_id, count(*) FILTER (WHERE side = 1) AS lines,
        COALESCE(sum(quantity) FILTER (WHERE side = 1), 0) AS quantity,
        COALESCE(sum(amount) FILTER (WHERE side = 1), 0) AS amount,
        COALESCE(sum(net) FILTER (WHERE side = 1), 0) AS net, COALESCE(sum(tax) FILTER (WHERE side = 1), 0) AS tax,
        min(starts) FILTER (WHERE side = 1) AS starts, max(ends) FILTER (WHERE side = 1) AS ends,
        min(starts) FILTER (WHERE side = 1) IS NOT DISTINCT FROM max(starts) FILTER (WHERE side = 1) AS one_period,
        count(*) FILTER (WHERE waits) AS waiting, COALESCE(sum(quantity) FILTER (WHERE waits), 0) AS waiting_quantity,
        COALESCE(sum(net) FILTER (WHERE waits), 0) AS waiting_net, count(*) FILTER (WHERE side = 2) AS ours,
        COALESCE(sum(quantity) FILTER (WHERE side = 2), 0) AS ours_quantity,
        COALESCE(sum(net) FILTER (WHERE side = 2), 0) AS ours_net,
        COALESCE(sum(tax) FILTER (WHERE side > 1), 0) AS ours_tax, count(*) FILTER (WHERE side = 3) AS loose,
        COALESCE(sum(quantity) FILTER (WHERE side = 3), 0) AS loose_quantity,
        COALESCE(sum(net) FILTER (WHERE side = 3), 0) AS loose_net, min(starts) FILTER (WHERE side = 3) AS loose_starts,
        max(ends) FILTER (WHERE side = 3) AS loose_ends, bool_or(hand) AS hand
    FROM moved GROUP BY subscription_id, code
)"""

# What was billed last, by subscription and, for those billed the first time, by offer and length of the cycle.
BEFORE: Final = """, last AS (
    SELECT DISTINCT ON (l.subscription_id) l.subscription_id, l.quantity, l.amount / l.quantity AS unit,
        l.tax / l.subtotal AS rate, l.charge_starts_on AS starts, l.charge_ends_on AS ends, b.billed_on
    FROM payables_providerbill b JOIN payables_providerline l ON l.bill_id = b.id
    WHERE b.partner_id = %(partner)s AND b.currency = %(currency)s AND b.document = 'invoice'
    AND b.billed_on < %(billed_on)s AND b.billed_on >= %(since)s
    AND NOT EXISTS (SELECT 1 FROM payables_providerbill v WHERE v.amends_id = b.id AND v.document = 'void')
    AND lower(l.charge_type) = ANY(%(whole)s) AND l.quantity > 0 AND l.unit_price > 0 AND l.subtotal > 0
    ORDER BY l.subscription_id, b.billed_on DESC, l.charge_starts_on DESC, l.id DESC
), offers AS (
    SELECT s.offer_id, round((last.ends - last.starts + 1) / 30.4) AS months, min(unit) AS lowest, max(unit) AS highest
    FROM last JOIN subscriptions_subscription s ON s.id = last.subscription_id GROUP BY 1, 2
)"""

DIFFERENCES: Final = """
SELECT g.subscription_id, g.code, g.customer_id, g.whole, g.mapped, g.free, g.line_id, g.ours_id, g.lines,
    g.quantity, g.amount, g.net, g.tax, g.starts, g.ends, g.one_period, g.waiting, g.waiting_quantity, g.waiting_net,
    g.ours, g.ours_quantity, g.ours_net, g.ours_tax, g.loose, g.loose_quantity, g.loose_net, g.loose_starts,
    g.loose_ends, g.hand, s.quantity, s.starts_on, s.status = 'deleted', last.quantity, last.unit, last.rate,
    last.starts, last.ends, last.billed_on, o.lowest, o.highest
FROM sums g JOIN subscriptions_subscription s ON s.id = g.subscription_id
LEFT JOIN last ON last.subscription_id = g.subscription_id
LEFT JOIN offers o ON g.whole AND o.offer_id = s.offer_id AND o.months = round((g.ends - g.starts + 1) / 30.4)
WHERE NOT g.mapped OR g.hand OR (g.waiting > 0 AND %(begun)s)
OR (g.loose > 0 AND (%(primary)s OR g.waiting > 0))
OR (g.ours > 0 AND g.ours_quantity <> g.quantity - g.waiting_quantity) OR (g.free AND g.ours_net <> 0)
OR (g.code <> 'credits' AND g.lines > 0
    AND abs(g.tax - last.rate * g.net) > %(cent)s * greatest(abs(g.quantity), g.lines))
OR (g.whole AND g.lines > 0 AND g.one_period AND (
    (%(newest)s AND g.quantity <> s.quantity)
    OR (g.quantity <> last.quantity AND NOT g.code = ANY(%(chosen)s))
    OR g.starts <= last.ends OR abs((g.ends - g.starts) - (last.ends - last.starts)) > %(months)s
    OR g.starts < s.starts_on - 1
    OR CASE WHEN abs((g.ends - g.starts) - (last.ends - last.starts)) <= %(months)s
        THEN abs(g.amount - last.unit * g.quantity) > %(cent)s * abs(g.quantity)
        ELSE g.amount < (o.lowest - %(cent)s) * g.quantity OR g.amount > (o.highest + %(cent)s) * g.quantity END))
ORDER BY g.subscription_id, g.code
"""
