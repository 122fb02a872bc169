"""How do invoices made elsewhere come into the book? All of a file or nothing, and once."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Q
from django.utils.translation import gettext

from customers.locking import lock_customers
from customers.models import Customer, Partner, acting_for
from subscriptions.models import Subscription

from . import drafting, invoicing
from .drafting import Terms, Wanted
from .models import Invoice
from .money import ZERO, plain
from .reading_invoices import BadFile, Read, Row, read, where
from .refusing import NotPossible


@dataclass
class Imported:
    """What a file brought: the invoices it made, in its order; how many of them were issued now; how many the
    book had already."""

    invoices: list[Invoice] = field(default_factory=list)
    issued: int = 0
    known: int = 0


@dataclass
class _Plan:
    """One invoice of the file with what was found for it in the book."""

    read: Read
    customer: Customer
    lines: list[Wanted]
    terms: Terms
    key: str
    known: Invoice | None = None

    @property
    def number(self) -> str:
        """The number the file gives it, if it gives one."""
        return self.read.first.number or ""


def import_invoices(partner: Partner, content: bytes, *, issue: bool, now: datetime) -> Imported:
    """Make a draft of each invoice of a file and, where asked, issue them with the numbers and days the file
    gives. What was imported before is left as it is. Raises BadFile with every fault."""
    found = read(content)
    with acting_for(partner):
        plans = _plans(partner, found, now=now)
        customers = {one.pk: one for one in lock_customers({plan.customer.pk for plan in plans})}
        _recognise(partner, plans)
        done = Imported()
        for plan in plans:
            draft = plan.known or _write(plan, customers[plan.customer.pk], now=now)
            done.known += plan.known is not None
            if not plan.known:
                done.invoices.append(draft)
            if issue and draft.status == Invoice.Status.DRAFT:
                invoicing.issue(draft.pk, on=plan.read.first.issued_on, now=now)
                done.issued += 1
        return done


def _write(plan: _Plan, customer: Customer, *, now: datetime) -> Invoice:
    first = plan.read.first
    given = {"issued_on": first.issued_on.isoformat()} | ({"number": plan.number} if plan.number else {})
    given |= {"due_on": first.due_on.isoformat()} if first.due_on else {}
    try:
        return drafting.write(
            customer, plan.terms, plan.lines, key=plan.key, source=Invoice.Source.FILE, given=given, now=now
        )
    except NotPossible as no:
        raise BadFile([f"{where(plan.read.first.at, 'total')}: {no}"]) from no


def _plans(partner: Partner, found: list[Read], *, now: datetime) -> list[_Plan]:
    customers = _customers(partner, {one.first.customer for one in found})
    subscriptions = _subscriptions(customers)
    faults: list[str] = []
    plans = []
    for one in found:
        customer = _customer(one.first, customers, faults)
        _check_day_and_number(partner, one.first, faults, now=now)
        if customer:
            lines = [_wanted(row, customer, subscriptions, faults) for row in one.rows]
            plans.append(_Plan(one, customer, lines, _terms(partner, one.first), _key(one, customer, lines)))
    _check_totals(plans, faults)
    if faults:
        raise BadFile(faults)
    return plans


def _customers(partner: Partner, names: set[str]) -> dict[str, list[Customer]]:
    numbers = [int(name) for name in names if name.isascii() and name.isdigit() and len(name) < 19]
    lower = [name.lower() for name in names]
    mine = Customer.objects.of(partner).filter(Q(name__in=names) | Q(provider_id__in=lower) | Q(pk__in=numbers))
    found: dict[str, list[Customer]] = {}
    for customer in mine.select_related("partner").order_by("pk"):
        for name in {customer.name, customer.provider_id, str(customer.pk)}:
            found.setdefault(name, []).append(customer)
    return found


def _customer(row: Row, customers: dict[str, list[Customer]], faults: list[str]) -> Customer | None:
    mine = customers.get(row.customer) or customers.get(row.customer.lower()) or []
    if len(mine) == 1:
        return mine[0]
    text = gettext("several customers are called “%(value)s”") if mine else gettext("no customer is called “%(value)s”")
    faults.append(f"{where(row.at, 'customer')}: " + text % {"value": row.customer})
    return None


def _subscriptions(customers: dict[str, list[Customer]]) -> dict[tuple[int, str], list[int]]:
    pks = {one.pk for mine in customers.values() for one in mine}
    found: dict[tuple[int, str], list[int]] = {}
    rows = Subscription.objects.filter(customer_id__in=pks).values_list("pk", "customer_id", "provider_id", "name")
    for pk, customer_id, provider_id, name in rows:
        for word in {provider_id, name}:
            found.setdefault((customer_id, word), []).append(pk)
    return found


def _wanted(row: Row, customer: Customer, subscriptions: dict[tuple[int, str], list[int]], faults: list[str]) -> Wanted:
    mine: list[int] = []
    if row.subscription:
        mine = subscriptions.get((customer.pk, row.subscription)) or subscriptions.get(
            (customer.pk, row.subscription.lower()), []
        )
        if len(mine) != 1:
            text = gettext("“%(value)s” is not one subscription of this customer")
            faults.append(f"{where(row.at, 'subscription')}: " + text % {"value": row.subscription})
    rate = row.tax_rate
    if rate is None:
        rate = (row.tax / row.net).quantize(drafting.PRICE) if row.tax and row.net else ZERO
    return Wanted(
        description=row.description,
        quantity=row.quantity,
        unit_price=row.unit_price,
        tax_rate=rate,
        subscription=mine[0] if len(mine) == 1 else None,
        net=row.net,
        tax=row.tax if row.tax is not None or row.total is None or row.net is None else row.total - row.net,
    )


def _terms(partner: Partner, row: Row) -> Terms:
    return Terms(period=row.period or f"{row.issued_on:%Y-%m}", currency=row.currency, due_on=row.due_on)


def _check_day_and_number(partner: Partner, row: Row, faults: list[str], *, now: datetime) -> None:
    today: date = now.astimezone(partner.tz).date()
    if row.issued_on > today:
        faults.append(f"{where(row.at, 'issued_on')}: " + gettext("lies in the future"))
    if row.number and re.fullmatch(rf"{re.escape(partner.prefix)}-\d{{4}}-C?\d+", row.number, re.ASCII):
        text = gettext("“%(value)s” belongs to the series the portal numbers itself")
        faults.append(f"{where(row.at, 'number')}: " + text % {"value": row.number})


def _check_totals(plans: list[_Plan], faults: list[str]) -> None:
    """Each line's total is what the file says, and each invoice asks for something."""
    for plan in plans:
        whole = ZERO
        for row, want in zip(plan.read.rows, plan.lines, strict=True):
            net, tax = drafting.amounts(plan.terms.currency, want)
            whole += net + tax
            if row.total is not None and row.total != net + tax:
                text = gettext("%(total)s is not %(net)s and %(tax)s tax")
                values = {"total": row.total, "net": plain(net, row.currency), "tax": plain(tax, row.currency)}
                faults.append(f"{where(row.at, 'total')}: " + text % values)
        if whole <= ZERO:
            text = gettext("the whole invoice asks for nothing; credits are not imported")
            faults.append(f"{where(plan.read.first.at, 'total')}: {text}")


def _key(one: Read, customer: Customer, lines: list[Wanted]) -> str:
    if one.first.number:
        return f"number:{one.first.number}"
    said = [customer.pk, one.first.issued_on, one.first.due_on, one.first.currency, *map(repr, lines)]
    return "content:" + hashlib.sha256("\n".join(map(str, said)).encode()).hexdigest()


def _recognise(partner: Partner, plans: list[_Plan]) -> None:
    """Find what was imported before; the same number with other values is a fault."""
    mine = Invoice.objects.of(partner)
    keys = {plan.key for plan in plans}
    by_key = {
        one.party["made_from"]["key"]: one
        for one in mine.filter(source=Invoice.Source.FILE, party__made_from__key__in=keys).select_related("customer")
    }
    taken = dict(mine.filter(number__in=[plan.number for plan in plans if plan.number]).values_list("number", "pk"))
    faults = []
    for plan in plans:
        plan.known = by_key.get(plan.key)
        other = plan.number in taken and (plan.known is None or plan.known.pk != taken[plan.number])
        if other or (plan.known and not _same(plan, plan.known)):
            text = gettext("“%(value)s” is in the book already with other values")
            faults.append(f"{where(plan.read.first.at, 'number')}: " + text % {"value": plan.number})
    if faults:
        raise BadFile(faults)


def _same(plan: _Plan, known: Invoice) -> bool:
    """By what the file said then; a draft may have been given another due day by hand since."""
    whole = _sum(drafting.amounts(plan.terms.currency, want) for want in plan.lines)
    first, said = plan.read.first, known.party.get("made_from", {})
    if (known.customer_id, known.currency, known.total) != (plan.customer.pk, plan.terms.currency, whole):
        return False
    issued, due = said.get("issued_on") or known.issued_on, said.get("due_on") or known.due_on
    return str(first.issued_on) == str(issued) and (first.due_on is None or str(first.due_on) == str(due))


def _sum(parts: Iterable[tuple[Decimal, Decimal]]) -> Decimal:
    return sum((net + tax for net, tax in parts), ZERO)
