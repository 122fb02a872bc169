"""How does a customer question a line? In three steps: which lines, what is wrong, what goes with it."""

from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext

from billing.models import Invoice
from billing.money import ZERO
from customers.entering import Here, customer
from customers.locking import lock_customer
from customers.models import acting_for
from customers.roles import May
from disputes.attaching import Refused
from disputes.fields import Taken, take
from disputes.models import Dispute
from disputes.questioning import asked_before, asked_often, question
from disputes.refusing import MOST_TEXT, BadQuestion

from . import my_question_draft as draft
from .my_invoices import can_be_questioned, invoice_here, lines_of
from .my_outlook import outlook_of
from .my_question_form import Question, read
from .my_question_reasons import REASONS, WANTED
from .my_saying import voice_of

STEPS: Final = 3
# The beginnings of the fields that each step shows; the others are sent along unseen.
SHOWN: Final = {
    1: ("line_", "how_", "seats_", "amount_"),
    2: ("reason", "text", "ev_"),
    3: ("wanted", "files"),
}


@customer(May.QUESTION)
def ask(request: Here, pk: int) -> HttpResponse:
    """A step of the form. What a step sends is kept, then the next one is shown at an address of its own; the last
    one takes the question."""
    invoice = invoice_here(request, pk)
    if request.method == "POST":
        return _posted(request, invoice)
    if not can_be_questioned(lines_of(invoice)):
        messages.info(request, gettext("Nothing of this invoice is open to question."))
        return HttpResponseRedirect(reverse("my-invoice", args=[pk]))
    data = draft.kept(request, invoice)
    found, step = _read(invoice, data), _step(request.GET.get("step", ""))
    wrong = found.first_wrong
    if wrong and wrong < step:
        return HttpResponseRedirect(_address(invoice, wrong))
    return _page(request, _blank(invoice, data), data, step)


@customer(May.QUESTION)
def effect(request: Here, pk: int) -> HttpResponse:
    """Only the foot: what the choice so far freezes and what keeps its dates."""
    invoice = invoice_here(request, pk)
    context = _effect(request, _blank(invoice, request.GET))
    context["oob"] = bool(request.htmx)  # type: ignore[attr-defined]
    return render(request, "my/question_effect.html", context)


def _posted(request: Here, invoice: Invoice) -> HttpResponse:
    data = request.POST.copy()
    taken = take(data, request.FILES, invoice.customer, by=request.user, now=request.now)
    data.setlist("files_kept", [str(file.pk) for file in taken.files])
    draft.keep(request, invoice, data)
    if "look" in data:
        return _page(request, _blank(invoice, data), data, 1)
    if "go" not in data:
        return _send(request, invoice, data, taken)
    found, to = _read(invoice, data), _step(data.get("go", ""))
    if taken.faults:
        found.errors["files"] = " ".join(taken.faults)
        return _page(request, found, data, STEPS, taken, status=422)
    wrong = found.first_wrong
    if wrong and wrong < to:
        return _page(request, found, data, wrong, taken, status=422)
    return HttpResponseRedirect(_address(invoice, to))


def _send(request: Here, invoice: Invoice, data: QueryDict, taken: Taken) -> HttpResponse:
    """Take the question once: the same words about the same lines, still unanswered, are the same question."""
    with acting_for(invoice.partner):
        lock_customer(invoice.customer_id)
        found = _read(invoice, data)
        dispute = _asked_before(request, found, data)
        if dispute is None:
            if taken.faults:
                found.errors["files"] = " ".join(taken.faults)
            if found.first_wrong:
                return _page(request, found, data, found.first_wrong, taken, status=422)
            try:
                dispute = _take(request, found, taken)
            except (BadQuestion, Refused) as bad:
                _say(found, bad)
                return _page(request, found, data, found.first_wrong, taken, status=422)
    draft.forget(request, invoice)
    return HttpResponseRedirect(reverse("my-case-taken", args=[dispute.pk]))


def _take(request: Here, found: Question, taken: Taken) -> Dispute:
    # A deed that is refused leaves nothing behind, though the door's own transaction goes on.
    with acting_for(found.invoice.partner):
        return question(
            found.invoice,
            found.amounts,
            reason=found.reason,
            text=found.words,
            wanted=found.wanted,
            files=taken.files,
            ordered=found.ordered,
            by=request.user,
            now=request.now,
        )


def _say(found: Question, bad: BadQuestion | Refused) -> None:
    if isinstance(bad, Refused):
        found.errors["files"] = str(bad)
    else:
        known = bad.field if bad.field in ("reason", "text", "wanted") else "lines"
        found.errors[known] = bad.why


def _asked_before(request: Here, found: Question, data: QueryDict) -> Dispute | None:
    """The unanswered case that this very question has made already; a double click finds it."""
    lines = [choice.shown.line.pk for choice in found.choices if f"line_{choice.shown.line.pk}" in data]
    return asked_before(found.invoice, lines, reason=found.reason, text=found.words, by=request.user)


def _read(invoice: Invoice, data: QueryDict, *, whole: bool = True) -> Question:
    lines = lines_of(invoice)
    often = asked_often(shown.line.pk for shown in lines)
    most = invoice.customer.partner.questions_per_line
    return read(invoice, lines, data, whole=whole, spent=[pk for pk, times in often.items() if times >= most])


def _blank(invoice: Invoice, data: QueryDict) -> Question:
    """As far as it is filled in, without asking for the rest."""
    return _read(invoice, data, whole=False)


def _step(said: Any) -> int:
    return int(said) if said in ("1", "2", "3") else 1


def _address(invoice: Invoice, step: int) -> str:
    path = reverse("my-question", args=[invoice.pk])
    return path if step == 1 else f"{path}?step={step}"


def _page(
    request: Here, found: Question, data: QueryDict, step: int, taken: Taken | None = None, status: int = 200
) -> HttpResponse:
    if taken is None:
        kept = QueryDict(mutable=True)
        kept.setlist("files_kept", data.getlist("files_kept"))
        taken = take(kept, MultiValueDict(), found.invoice.customer, by=request.user, now=request.now)
    faults = found.faults_until(step) if status != 200 else []
    context = {
        **_effect(request, found),
        "step": step,
        "steps": STEPS,
        "hidden": draft.hidden(data, *SHOWN[step]),
        "taken": taken,
        "wanted": WANTED.items(),
        "reason": REASONS.get(found.reason, ""),
        "most_text": MOST_TEXT,
        "faults": faults,
        "summary": len(faults) > 1,
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
