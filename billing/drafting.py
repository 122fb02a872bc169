"""How does a person write a draft, or change one? Until it is issued nobody has it, and its lines are free."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from django.utils.translation import gettext

from customers.models import Customer

from .models import Invoice, InvoiceLine
from .money import ZERO, quantise
from .price_notes import changed_by_hand
from .refusing import NotPossible

PRICE: Final = Decimal("0.0001")
MOST: Final = Decimal(10) ** 15


@dataclass(frozen=True)
class Wanted:
    """A line as a person wants it. `tax_rate` is a share (0.06); `line` is the primary key of the line it
    replaces. Amounts that are known (`net`, `tax`) are kept, others follow from quantity, price and rate."""

    description: str
    quantity: int
    unit_price: Decimal
    tax_rate: Decimal
    subscription: int | None = None
    line: int | None = None
    net: Decimal | None = None
    tax: Decimal | None = None


@dataclass(frozen=True)
class Terms:
    """What a draft says of itself besides its lines."""

    period: str
    currency: str
    period_start: date | None = None
    period_end: date | None = None
    due_on: date | None = None


def write(
    customer: Customer,
    terms: Terms,
    lines: Sequence[Wanted],
    *,
    key: str,
    source: str,
    now: datetime,
    given: Mapping[str, str] | None = None,
) -> Invoice:
    """A new draft with these lines; the same `key` again answers the draft it made. `given` is the number and day
    of issue it shall have, where another system gave them.

    The caller holds the customer's lock in a transaction. Raises NotPossible."""
    known = written_before(customer, key)
    if known:
        return known
    draft = Invoice(
        partner_id=customer.partner_id,
        customer=customer,
        period=terms.period,
        period_start=terms.period_start,
        period_end=terms.period_end,
        due_on=terms.due_on,
        currency=terms.currency,
        source=source,
        party={"made_from": {"key": key, **(given or {})}},
        created_at=now,
    )
    made = [_line(draft, want, place, None) for place, want in enumerate(lines, 1)]
    _add_up(draft, made)
    draft.save()
    InvoiceLine.objects.bulk_create(made)
    return draft


def written_before(customer: Customer, key: str) -> Invoice | None:
    """The invoice or draft that was made from this form or file before, if any."""
    mine = Invoice.objects.filter(customer=customer).exclude(source=Invoice.Source.PROVIDER)
    return mine.filter(party__made_from__key=key).first()


def rewrite(draft: Invoice, lines: Sequence[Wanted], *, due_on: date | None) -> dict[int, InvoiceLine]:
    """Put these lines in place of the draft's own; answers the new line for each that was replaced. Amounts stay
    as they were where quantity, price and rate do. What points at the old lines has let go of them.

    The caller holds the customer's lock and has locked the draft. Raises NotPossible."""
    before = {line.pk: line for line in draft.lines.all()}
    made = [_line(draft, want, place, before.get(want.line or 0)) for place, want in enumerate(lines, 1)]
    draft.due_on = due_on
    _add_up(draft, made)
    draft.lines.all().delete()
    draft.save(update_fields=["due_on", "net", "tax", "total", "balance"])
    InvoiceLine.objects.bulk_create(made)
    return {want.line: line for want, line in zip(lines, made, strict=True) if want.line is not None}


def replace(draft: Invoice, lines: Sequence[InvoiceLine]) -> None:
    """Put these made lines, in this order, in place of the draft's own. What points at the old ones has let go.

    The caller holds the customer's lock and has locked the draft. Raises NotPossible."""
    for place, line in enumerate(lines, 1):
        line.invoice, line.position = draft, place
    _add_up(draft, lines)
    draft.lines.all().delete()
    draft.save(update_fields=["net", "tax", "total", "balance", "rounding"])
    InvoiceLine.objects.bulk_create(lines)


def same(draft: Invoice, lines: Sequence[Wanted], *, due_on: date | None) -> bool:
    """Whether the draft says all this already, so that a second click changes nothing."""
    has = [(one.description, one.quantity, one.unit_price, one.tax_rate) for one in draft.lines.order_by("position")]
    return draft.due_on == due_on and has == [
        (want.description, want.quantity, want.unit_price, want.tax_rate) for want in lines
    ]


def _line(draft: Invoice, want: Wanted, place: int, before: InvoiceLine | None) -> InvoiceLine:
    kept = before if _kept(want, before) else None
    net, tax = (kept.net, kept.tax) if kept else amounts(draft.currency, want)
    if abs(net) + abs(tax) >= MOST:
        raise NotPossible(gettext("Line %(n)s is too large") % {"n": place})
    return InvoiceLine(
        partner_id=draft.partner_id,
        invoice=draft,
        position=place,
        subscription_id=want.subscription if before is None else before.subscription_id,
        description=want.description,
        detail=before.detail if before else "",
        quantity=want.quantity,
        unit_price=want.unit_price.quantize(PRICE),
        net=net,
        tax_rate=want.tax_rate.quantize(PRICE),
        tax=tax,
        total=net + tax,
        open=net + tax,
        priced_by=kept.priced_by if kept else changed_by_hand(before.priced_by) if before else {},
    )


def _kept(want: Wanted, before: InvoiceLine | None) -> bool:
    """Whether a line keeps its amounts, and with them the rules that made them."""
    asked = (want.quantity, want.unit_price, want.tax_rate)
    return before is not None and (before.quantity, before.unit_price, before.tax_rate) == asked


def amounts(currency: str, want: Wanted) -> tuple[Decimal, Decimal]:
    """Net and tax of a line, each rounded for the line by itself unless it is given."""
    net = quantise(want.quantity * want.unit_price, currency) if want.net is None else want.net
    return net, quantise(net * want.tax_rate, currency) if want.tax is None else want.tax


def _add_up(draft: Invoice, lines: Sequence[InvoiceLine]) -> None:
    if not lines:
        raise NotPossible(gettext("A draft needs at least one line. Delete it if nothing is to be billed."))
    draft.net = sum((line.net for line in lines), ZERO)
    draft.tax = sum((line.tax for line in lines), ZERO)
    draft.total = draft.balance = draft.net + draft.tax
    if abs(draft.total) >= MOST:
        raise NotPossible(gettext("The whole invoice is too large"))


def margin(net: Decimal, cost: Decimal) -> dict[str, Decimal]:
    """What is earned on a price: the amount, and its share of the price in per cent (0 where nothing is asked)."""
    earned = net - cost
    return {"amount": earned, "percent": earned / net * 100 if net else ZERO}
