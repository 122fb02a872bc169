"""How does a difference in the books become a case? For its customer, with both sides compared; and where several
customers have the same, under one cause."""

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext

from billing.models import DisputedAmount, Invoice, InvoiceLine
from billing.money import ZERO, quantise
from billing.refusing import NotPossible
from customers import formats
from customers.locking import lock_customers
from customers.models import Partner, User, acting_for
from payables.allowing import check_may_pay
from payables.explaining import said
from payables.models import Finding

from .asking import ask
from .gathering import MOST_TITLE, gather
from .models import CaseEntry, CommonCause, Dispute
from .questioning import question
from .refusing import check_may_answer

CENT = Decimal("0.01")
REASONS = {
    Finding.Kind.SEATS: Dispute.Reason.QUANTITY,
    Finding.Kind.PRICE: Dispute.Reason.PRICE,
    Finding.Kind.PERIOD: Dispute.Reason.PERIOD,
    Finding.Kind.TAX: Dispute.Reason.TAX,
}


def open_cases(partner: Partner, findings: Collection[int], *, by: User, now: datetime) -> list[Dispute]:
    """A case for each of these findings (by primary key), or the one it became already. What is open of our invoice's
    line is frozen in the part that differs; without such a line the case is a plain question, to be taken up with
    the provider all the same. What the provider charges us stands in a note that only we read.

    Raises NotPossible for a finding of the bill as a whole or one that was accepted, PermissionError, BadQuestion,
    owning's NobodyToAnswer."""
    check_may_pay(by, partner)
    check_may_answer(by, partner.pk)
    with acting_for(partner):
        mine = Finding.objects.filter(partner=partner, pk__in=findings)
        lock_customers(mine.exclude(customer=None).values_list("customer_id", flat=True))
        rows = mine.select_for_update(of=("self",)).select_related(
            "bill", "customer__partner", "provider_line", "subscription", "invoice_line__invoice"
        )
        found = list(rows.order_by("customer_id", "pk"))
        if not found:
            raise NotPossible(gettext("Choose at least one finding"))
        _check(found)
        return [_case(one, by, now=now) for one in found]


def gather_alike(
    partner: Partner, findings: Collection[int], *, title: str, by: User, now: datetime
) -> tuple[CommonCause, list[Dispute]]:
    """Open a case for each of these findings, of two or more customers, and put them under one cause. Without a title
    it is named after what differs. Raises as `open_cases` does, and NotPossible where they are not alike."""
    with acting_for(partner):
        cases = open_cases(partner, findings, by=by, now=now)
        found = list(Finding.objects.filter(partner=partner, pk__in=findings).select_related("bill", "provider_line"))
        if len({one.kind for one in found}) != 1 or len({one.bill_id for one in found}) != 1:
            raise NotPossible(gettext("One cause is one kind of difference on one bill"))
        if len({case.customer_id for case in cases}) < 2:
            raise NotPossible(gettext("A common cause needs the findings of at least two customers"))
        text = gettext("Found when the bill was compared with our invoices.")
        undecided = [case.pk for case in cases if case.decided_at is None]
        name = title.strip() or _title(found[0])
        return gather(partner, undecided, title=name[:MOST_TITLE], text=text, by=by, now=now), cases


def _check(found: Collection[Finding]) -> None:
    for one in found:
        if one.customer_id is None:
            raise NotPossible(gettext("What concerns the bill as a whole belongs to no customer. Accept it"))
        if one.state in (Finding.State.ACCEPTED, Finding.State.GONE):
            name = one.customer.name if one.customer else ""
            raise NotPossible(
                gettext("The finding about %(customer)s is decided. Open it again first") % {"customer": name}
            )


def _case(finding: Finding, by: User, *, now: datetime) -> Dispute:
    if finding.case_number:
        return Dispute.objects.select_related("customer").get(partner=finding.partner_id, number=finding.case_number)
    assert finding.customer is not None
    line = finding.invoice_line
    amount = _amount(finding, line) if line else ZERO
    if line is not None and amount > ZERO:
        case = question(
            line.invoice,
            {line.pk: amount},
            reason=REASONS.get(Finding.Kind(finding.kind), Dispute.Reason.OTHER),
            title=_title(finding),
            text=_text(finding),
            source=Dispute.Source.FINDING,
            by=by,
            now=now,
        )
    else:
        case = ask(
            finding.customer,
            kind=Dispute.Kind.BILLING,
            invoice=line.invoice if line and line.invoice.status == Invoice.Status.ISSUED else None,
            title=_title(finding),
            text=_text(finding),
            source=Dispute.Source.FINDING,
            by=by,
            now=now,
        )
    case.entries.create(partner_id=case.partner_id, kind=CaseEntry.Kind.NOTE, text=evidence(finding), at=now, by=by)
    finding.state, finding.case_number = Finding.State.DISPUTED, case.number
    finding.decided_at, finding.decided_by, finding.explained_by = now, by, ""
    finding.save(update_fields=["state", "case_number", "decided_at", "decided_by", "explained_by"])
    return case


def _amount(finding: Finding, line: InvoiceLine) -> Decimal:
    """The part of our line that differs, as far as it is open and not in question already; nothing of a draft."""
    if line.invoice.status != Invoice.Status.ISSUED:
        return ZERO
    held = sum((row.amount for row in DisputedAmount.objects.filter(line=line, decided_at=None)), ZERO)
    whole = abs(finding.provider_amount or finding.billed_amount or ZERO)
    share = min(abs(finding.difference) / whole, Decimal(1)) if whole else Decimal(1)
    part = quantise(max(line.total, ZERO) * share, line.invoice.currency)
    return max(min(max(part, CENT), line.open - held), ZERO)


def _title(finding: Finding) -> str:
    kind = finding.get_kind_display().capitalize()
    offer = finding.provider_line.offer_name if finding.provider_line else ""
    if not offer and finding.subscription_id and finding.subscription:
        offer = finding.subscription.name
    return (f"{kind}: {offer}" if offer else kind)[:MOST_TITLE]


def _text(finding: Finding) -> str:
    """What the customer may read: what of its invoice is looked into, without what we pay."""
    what = finding.provider_line.offer_name if finding.provider_line else ""
    what = what or (finding.subscription.name if finding.subscription else "")
    line = finding.invoice_line
    if line is None:
        text = gettext("We compare what you use of %(offer)s with what is billed for it, period %(period)s.")
        return text % {"offer": what, "period": finding.bill.period}
    text = gettext("We check the charge for %(offer)s on your invoice: %(seats)s seats, %(amount)s before tax.")
    amount = formats.amount(line.net, line.invoice.currency)
    return text % {"offer": what, "seats": formats.grouped(line.quantity), "amount": amount}


def evidence(finding: Finding) -> str:
    """Both sides of a finding with their figures and lines, for us and for a pack to the provider."""
    currency = finding.bill.currency
    rows = [gettext("%(bill)s, %(kind)s: %(said)s") % _head(finding)]
    source, line = finding.provider_line, finding.invoice_line
    if source is not None:
        text = gettext("21Vianet, line %(row)s: %(charge)s, %(from)s – %(to)s, %(seats)s × %(price)s = %(amount)s")
        rows.append(
            text
            % {
                "row": source.row,
                "charge": source.charge_type,
                "from": source.charge_starts_on.isoformat(),
                "to": source.charge_ends_on.isoformat(),
                "seats": formats.grouped(source.quantity),
                "price": formats.price(source.unit_price, currency),
                "amount": formats.amount(source.subtotal, currency),
            }
        )
    if line is not None:
        text = gettext("Our invoice %(invoice)s, line %(row)s: %(seats)s × %(price)s = %(amount)s")
        rows.append(
            text
            % {
                "invoice": line.invoice.number or "–",
                "row": line.position,
                "seats": formats.grouped(line.quantity),
                "price": formats.price(line.unit_price, currency),
                "amount": formats.amount(line.net, currency),
            }
        )
    rows.append(gettext("Difference: %(amount)s") % {"amount": formats.amount(finding.difference, currency)})
    return "\n".join(rows)


def _head(finding: Finding) -> dict[str, str]:
    return {"bill": finding.bill.number, "kind": finding.get_kind_display(), "said": said(finding)}
