"""What happens to the provider's charges when a draft is changed, priced again or deleted? They follow their line,
or wait again."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext

from billing import drafting
from billing.drafting import Wanted
from billing.invoicing import NotADraft
from billing.models import Invoice, InvoiceLine
from billing.price_notes import by_rule
from billing.pricing import Books
from billing.refusing import NotPossible
from customers.locking import lock_customer, lock_customers
from customers.models import Partner, acting_for

from . import rebilling
from .absorbing import bear, let_go
from .models import ProviderLine
from .rebilling import Drafted, line_of
from .unbilling import free


@dataclass(frozen=True)
class Repriced:
    """What came of pricing a draft again: whether it says something else now (`gone`: it says nothing at all any
    more), and how many lines stay because a person wrote them."""

    changed: bool = False
    gone: bool = False
    by_hand: int = 0


def change(invoice: Invoice, lines: Sequence[Wanted], *, due_on: date | None, seen: Collection[int]) -> Invoice:
    """Put these lines in place of a draft's. `seen` are the primary keys of the lines the person looked at: where
    somebody else changed them meanwhile nothing is done. A charge whose line is gone waits for the next drafts.

    Raises NotADraft, NotPossible."""
    with acting_for(invoice.partner):
        draft = _locked(invoice)
        if set(seen) != set(draft.lines.values_list("pk", flat=True)):
            if drafting.same(draft, lines, due_on=due_on):
                return draft
            raise NotPossible(gettext("Somebody changed this draft while you looked. See what it says now."))
        sources = list(ProviderLine.objects.select_for_update().filter(invoice_line__invoice=draft).order_by("pk"))
        of_line = {source.pk: source.invoice_line_id for source in sources}
        free(draft)
        made = drafting.rewrite(draft, lines, due_on=due_on)
        for source in sources:
            source.invoice_line = made.get(of_line[source.pk] or 0)
        ProviderLine.objects.bulk_update(sources, ["invoice_line"], batch_size=500)
        return draft


def reprice(invoice: Invoice) -> Repriced:
    """Price a draft of the provider's charges by the book as it is now. Lines that a person wrote or changed stay as
    they are; charges that now stay with us leave it, those that no longer do come back.

    Raises NotADraft, NoPriceRule."""
    with acting_for(invoice.partner):
        draft, books = _locked(invoice), Books(invoice.partner)
        before = list(draft.lines.order_by("position"))
        of_line = {source.invoice_line_id: source for source in _sources(draft)}
        stay = [line for line in before if line.pk not in of_line or not by_rule(line.priced_by)]
        by_hand = {line.pk for line in stay}
        priced = [source for pk, source in of_line.items() if pk not in by_hand]
        free(draft)
        priced = sorted(bear(priced, books) + let_go(_absorbed(draft), books), key=lambda one: (one.bill_id, one.row))
        if not stay and not priced:
            draft.lines.all().delete()
            draft.delete()
            return Repriced(changed=True, gone=True)
        if priced:
            draft.rounding = books.on(priced[0].bill.billed_on).rounding
        kept = [_copied(line) for line in stay]
        made = [line_of(source, books, draft, place) for place, source in enumerate(priced, 1)]
        drafting.replace(draft, [*made, *kept])
        charged = [*priced, *(of_line[line.pk] for line in stay if line.pk in of_line)]
        lines = [*made, *(copy for copy, line in zip(kept, stay, strict=True) if line.pk in of_line)]
        for source, line in zip(charged, lines, strict=True):
            source.invoice_line = line
        ProviderLine.objects.bulk_update(charged, ["invoice_line"], batch_size=500)
        return Repriced(_said(before) != _said([*made, *kept]), by_hand=len(stay))


def take_up(partner: Partner, period: str, *, now: datetime) -> Drafted:
    """Draft what waits of a period, with the charges that stayed with us under a rule that no longer holds.

    Raises NoPriceRule."""
    with acting_for(partner):
        ours = ProviderLine.objects.filter(partner=partner, bill__period=period).exclude(absorbed="")
        lock_customers(ours.values_list("customer_id", flat=True))
        let_go(ours.select_for_update(of=("self",)).select_related("bill", "subscription"), Books(partner))
        return rebilling.draft(partner, period, now=now)


def _sources(draft: Invoice) -> list[ProviderLine]:
    lines = ProviderLine.objects.select_for_update(of=("self",)).filter(invoice_line__invoice=draft)
    return list(lines.select_related("bill", "subscription").order_by("bill_id", "row"))


def _absorbed(draft: Invoice) -> list[ProviderLine]:
    """What stayed with us of the charges this draft is for."""
    lines = ProviderLine.objects.select_for_update(of=("self",)).exclude(absorbed="")
    mine = lines.filter(customer_id=draft.customer_id, bill__period=draft.period, currency=draft.currency)
    return list(mine.select_related("bill", "subscription").order_by("bill_id", "row"))


def _copied(line: InvoiceLine) -> InvoiceLine:
    values = {field.attname: getattr(line, field.attname) for field in InvoiceLine._meta.concrete_fields}
    return InvoiceLine(**(values | {"id": None}))


def _said(lines: Sequence[InvoiceLine]) -> list[tuple[object, ...]]:
    return sorted((line.description, line.detail, line.quantity, line.net, line.tax) for line in lines)


def delete(invoice: Invoice) -> int:
    """Delete a draft; answers how many of the provider's charges wait for the next drafts again.

    Raises NotADraft where it was issued or deleted meanwhile."""
    with acting_for(invoice.partner):
        draft = _locked(invoice)
        freed = free(draft)
        draft.lines.all().delete()
        draft.delete()
        return freed


def _locked(invoice: Invoice) -> Invoice:
    lock_customer(invoice.customer_id)
    draft = Invoice.objects.select_for_update().filter(pk=invoice.pk, status=Invoice.Status.DRAFT).first()
    if draft is None:
        raise NotADraft(str(invoice))
    return draft
