"""What has a customer been billed, and what stands on one invoice? Its list and its page."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet, Sum
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import ngettext

from billing.checking_out import offered_by
from billing.models import Allocation, DisputedAmount, Invoice, InvoiceLine
from billing.money import ZERO
from billing.views import exports
from customers import exporting
from customers.entering import Here, customer, customer_here
from customers.models import Partner
from customers.paging import leaf
from customers.roles import May
from customers.seeing import ABOUT_INVOICES, see
from disputes.models import Dispute

from . import my_happened, my_rails, my_sentences, my_word
from .my_access import asked_of
from .my_outlook import frozen_of, outlook_of
from .my_saying import Voice, listed, voice_of

CLOSE = Decimal("0.3")


def invoice_here(request: Here, pk: int) -> Invoice:
    """An issued invoice of this customer; a draft and a foreign one are as absent as none."""
    mine = Invoice.objects.visible_to(request.user).issued().filter(customer=customer_here(request))
    return get_object_or_404(mine.select_related("customer__partner"), pk=pk)


def ever_issued(request: Here) -> QuerySet[Invoice]:
    """What this customer was ever sent, void invoices included."""
    mine = Invoice.objects.visible_to(request.user).filter(customer=customer_here(request))
    return mine.exclude(status=Invoice.Status.DRAFT)


@customer()
def invoices(request: Here) -> HttpResponseBase:
    """All invoices, the newest first, with what is still to pay of each."""
    mine = ever_issued(request)
    if exporting.wanted(request):
        return exports.my_invoices(request, mine.order_by("-issued_on", "-pk"), voice_of(request).today)
    page = leaf(request, mine, "-issued_on", "-pk")
    voice, frozen = voice_of(request), frozen_of(invoice.pk for invoice in page.object_list)
    rows = [row_of(invoice, frozen.get(invoice.pk, ZERO), voice) for invoice in page.object_list]
    return render(request, "my/invoices.html", {"page": page, "rows": rows})


def row_of(invoice: Invoice, frozen: Decimal, voice: Voice) -> dict[str, Any]:
    """One invoice as a row of a list."""
    today = voice.today
    state = invoice.state_on(today)
    to_pay = max(invoice.balance - frozen, ZERO)
    late = (today - invoice.due_on).days if state == "overdue" and invoice.due_on else None
    if to_pay <= ZERO < frozen:
        state, late = "in_dispute", None
    period = voice.span(invoice.period_start, invoice.period_end)
    return {
        "invoice": invoice,
        "period": period,
        "to_pay": to_pay,
        "frozen": frozen,
        "state": state,
        "late": late,
    }


@customer()
def invoice(request: Here, pk: int) -> HttpResponse:
    """One invoice: what to pay by when, what happens otherwise, the document, what has happened."""
    found = get_object_or_404(ever_issued(request).select_related("customer__partner"), pk=pk)
    if found.status == Invoice.Status.VOID:
        return _void(request, found)
    if request.method == "GET":
        see(found.customer, found.number or "", ABOUT_INVOICES, by=request.user, now=request.now)
    outlook, voice = outlook_of(found, now=request.now), voice_of(request)
    lines = lines_of(found)
    word = my_word.words_of(request, [outlook])[found.pk]
    return render(
        request,
        "my/invoice.html",
        {
            "invoice": found,
            "voice": voice,
            "outlook": outlook,
            "online": offered_by(request.partner) and request.membership.may(May.PROMISE),
            "access": outlook.quote is not None and (bool(outlook.off) or outlook.due_before(voice.today)),
            "opening": my_sentences.of_invoice(outlook, voice, word.promise),
            "word": word,
            "stops": my_rails.of_invoice(outlook, voice),
            "row": row_of(found, outlook.frozen, voice),
            "chip": disputed_lines(lines),
            "lines": lines,
            "period": voice.span(found.period_start, found.period_end),
            "rates": tax_rate(found),
            "paid": paid_of(found),
            "bank": bank_of(found, found.partner),
            "cases": cases_of(found),
            "news": asked_of(request, found.number or ""),
            "entries": my_happened.of_invoice(request, found),
            "may_question": request.membership.may(May.QUESTION) and can_be_questioned(lines),
        },
    )


def _void(request: Here, found: Invoice) -> HttpResponse:
    """The page of an invoice that was taken out of the world: the document, why, and nothing to pay."""
    context = {
        "invoice": found,
        "lines": lines_of(found),
        "period": voice_of(request).span(found.period_start, found.period_end),
        "rates": tax_rate(found),
        "entries": my_happened.of_invoice(request, found),
    }
    return render(request, "my/void.html", context)


@dataclass(frozen=True)
class Shown:
    """One line of the document and what of it is in dispute."""

    line: InvoiceLine
    frozen: Decimal

    @property
    def free(self) -> Decimal:
        """What is open and not questioned yet."""
        return max(self.line.open - self.frozen, ZERO)


def lines_of(found: Invoice) -> list[Shown]:
    """The lines in their order, each with the undecided amount at most what is open of it."""
    rows = DisputedAmount.objects.filter(line__invoice=found, decided_at=None).values_list("line_id")
    asked = dict(rows.annotate(sum=Sum("amount")).order_by())
    return [
        Shown(line, max(min(asked.get(line.pk, ZERO), line.open), ZERO)) for line in found.lines.order_by("position")
    ]


def cases_of(found: Invoice) -> list[dict[str, Any]]:
    """The open cases about an invoice: what each froze, and of which lines."""
    cases = list(Dispute.objects.filter(invoice=found).open().order_by("pk"))
    numbers = [case.number for case in cases]
    rows = DisputedAmount.objects.filter(line__invoice=found, case_number__in=numbers)
    asked = list(rows.select_related("line").order_by("line__position"))
    return [_case(case, [row for row in asked if row.case_number == case.number]) for case in cases]


def _case(case: Dispute, asked: list[DisputedAmount]) -> dict[str, Any]:
    frozen = sum((max(min(row.amount, row.line.open), ZERO) for row in asked), ZERO)
    lines = listed([str(row.line.position) for row in asked])
    return {"case": case, "frozen": frozen, "count": len(asked), "lines": lines}


def can_be_questioned(lines: list[Shown]) -> bool:
    """Whether anything of the invoice is open and not in dispute."""
    return any(shown.free > ZERO for shown in lines)


def disputed_lines(lines: list[Shown]) -> str:
    """The chip beside the number: 1 line in dispute."""
    count = sum(1 for shown in lines if shown.frozen > ZERO)
    return ngettext("%(n)s line in dispute", "%(n)s lines in dispute", count) % {"n": count} if count else ""


def tax_rate(found: Invoice) -> Decimal | None:
    """The one whole rate at which the lines are taxed, in per cent; none where they differ. A line's own rate
    follows from its rounded tax, so it may miss the rate by a little."""
    rates = {rate * 100 for rate in found.lines.exclude(net=0).values_list("tax_rate", flat=True)}
    whole = {rate.quantize(Decimal(1)) for rate in rates}
    near = all(abs(rate - rate.quantize(Decimal(1))) < CLOSE for rate in rates)
    return whole.pop() if len(whole) == 1 and near else None


def paid_of(found: Invoice) -> dict[str, Decimal]:
    """What payments, credit notes and what is no longer asked for have taken off the total."""
    put = Allocation.objects.filter(line__invoice=found)
    paid = put.filter(payment__isnull=False).aggregate(sum=Sum("amount"))["sum"] or ZERO
    credited = put.filter(credit_note__isnull=False).aggregate(sum=Sum("amount"))["sum"] or ZERO
    return {"paid": -paid, "credited": -credited, "given_up": -found.written_off}


def bank_of(found: Invoice, partner: Partner) -> dict[str, str]:
    """Where to transfer: as printed on the invoice, else as it is today."""
    seller = found.party.get("seller", {})
    return {
        "account": seller.get("bank_account") or partner.bank_account,
        "bank": seller.get("bank_name") or partner.bank_name,
        "number": seller.get("bank_number") or partner.bank_number,
        "reference": found.reference or "",
    }
