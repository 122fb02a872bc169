"""How does a customer question a line? They choose lines, a reason and words, and see what that freezes."""

from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from billing.models import Invoice
from billing.money import ZERO
from customers.entering import Here, customer
from customers.locking import lock_customer
from customers.models import acting_for
from customers.roles import May
from disputes.models import Dispute
from disputes.questioning import BadQuestion, asked_before, question

from .my_invoices import can_be_questioned, invoice_here, lines_of
from .my_outlook import outlook_of
from .my_question_form import MOST_TEXT, Question, blank, read, words_of
from .my_saying import Voice, money, together, voice_of

REASONS: Final[dict[str, str | Promise]] = {
    Dispute.Reason.QUANTITY: _("More seats, or more days, than we ordered"),
    Dispute.Reason.PRICE: _("The price is not the agreed one"),
    Dispute.Reason.PERIOD: _("The period is wrong"),
    Dispute.Reason.TAX: _("The tax is wrong"),
    Dispute.Reason.DUPLICATE: _("It is billed twice"),
    Dispute.Reason.CANCELLED: _("We had cancelled it"),
    Dispute.Reason.NOT_RECEIVED: _("We didn't get the service"),
    Dispute.Reason.CREDIT_MISSING: _("A credit is missing"),
    Dispute.Reason.OTHER: _("Something else"),
}


@customer(May.QUESTION)
def ask(request: Here, pk: int) -> HttpResponse:
    """The form of one page: lines and amounts, the reason, the words; at its foot what will be frozen."""
    invoice = invoice_here(request, pk)
    if request.method == "POST" and "look" not in request.POST:
        return _send(request, invoice)
    lines = lines_of(invoice)
    if request.method == "POST":
        return _page(request, read(invoice, lines, request.POST, whole=False))
    if not can_be_questioned(lines):
        messages.info(request, gettext("Nothing of this invoice is open to question."))
        return HttpResponseRedirect(reverse("my-invoice", args=[pk]))
    return _page(request, blank(invoice, lines))


@customer(May.QUESTION)
def effect(request: Here, pk: int) -> HttpResponse:
    """Only the foot: what the choice so far freezes and what keeps its dates."""
    invoice = invoice_here(request, pk)
    found = read(invoice, lines_of(invoice), request.GET, whole=False)
    return render(request, "my/question_effect.html", _effect(request, found))


def _send(request: Here, invoice: Invoice) -> HttpResponse:
    """Take the question once: the same words about the same lines, still unanswered, are the same question."""
    with acting_for(invoice.partner):
        lock_customer(invoice.customer_id)
        dispute = _asked_before(request, invoice)
        if dispute is None:
            found = read(invoice, lines_of(invoice), request.POST)
            if found.faults:
                return _page(request, found, status=422)
            try:
                dispute = _take(request, found)
            except BadQuestion as bad:
                found.errors["lines"] = str(bad).partition(": ")[2]
                return _page(request, found, status=422)
    return HttpResponseRedirect(reverse("my-case", args=[dispute.pk]))


def _take(request: Here, found: Question) -> Dispute:
    dispute = question(
        found.invoice,
        found.amounts,
        reason=found.reason,
        text=found.text,
        by=request.user,
        now=request.now,
    )
    messages.success(request, _receipt(dispute, found, voice_of(request), request))
    return dispute


def _receipt(dispute: Dispute, found: Question, voice: Voice, request: Here) -> str:
    """What was done, in one toast: the number, what is frozen, what isn't, until when we answer."""
    currency = found.invoice.currency
    rest = outlook_of(found.invoice, now=request.now).to_pay
    said = {
        "number": dispute.number,
        "frozen": money(found.frozen, currency),
        "rest": money(rest, currency),
        "by": voice.when(dispute.answer_by),
    }
    frozen = gettext("%(number)s. %(frozen)s is frozen.") % said
    kept = gettext("The other %(rest)s keeps its dates.") % said if rest > ZERO else ""
    return together(frozen, kept, gettext("Answer by %(by)s.") % said)


def _asked_before(request: Here, invoice: Invoice) -> Dispute | None:
    """The unanswered case this very question has made already; a double click finds it."""
    return asked_before(
        invoice,
        [line.pk for line in invoice.lines.all() if f"line_{line.pk}" in request.POST],
        reason=request.POST.get("reason", ""),
        text=words_of(request.POST),
        by=request.user,
    )


def _page(request: Here, found: Question, status: int = 200) -> HttpResponse:
    context = {
        **_effect(request, found),
        "invoice": found.invoice,
        "reasons": REASONS.items(),
        "most_text": MOST_TEXT,
        "faults": found.faults,
        "summary": len(found.faults) > 1,
    }
    return render(request, "my/question.html", context, status=status)


def _effect(request: Here, found: Question) -> dict[str, Any]:
    outlook = outlook_of(found.invoice, now=request.now)
    due = found.invoice.due_on
    today = voice_of(request).today
    by = due if due and due >= today else outlook.pay_by
    return {
        "found": found,
        "invoice": found.invoice,
        "frozen": found.frozen,
        "rest": max(outlook.to_pay - found.frozen, ZERO),
        "by": by,
    }
