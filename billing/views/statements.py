"""What has moved a customer's balance, and what is open? The statement of account as page, PDF, CSV and XLSX."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext, override, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from billing.fields import DayField
from billing.statement_papers import file_stem, print_statement, words
from billing.stating import Movement, Statement, currencies, state
from customers.entering import Here, staff
from customers.exporting import Column, download, exported, wanted
from customers.models import Customer
from customers.printing import Unprinted
from customers.roles import May

from .papers import reader_language

MONTHS_BACK: Final = 2
MOST_DAYS: Final = 3660
LISTED: Final = 300
PRINTED: Final = 5000


class SpanForm(forms.Form):
    """Between which days, in which currency."""

    def __init__(self, data: Any, *, today: date, used: list[str]) -> None:
        self.today, self.used = today, used
        super().__init__(data)
        self.fields["from"] = DayField(label=pgettext_lazy("first day", "From"), required=False)
        self.fields["to"] = DayField(label=pgettext_lazy("last day", "To"), required=False)
        self.fields["currency"] = forms.ChoiceField(
            label=_("Currency"), required=False, choices=[(code, code) for code in used]
        )

    def clean(self) -> dict[str, Any]:
        """The days in order and not further apart than ten years; a missing one is the usual one."""
        found = super().clean() or {}
        last = found.get("to") or self.today
        first = found.get("from") or min(usual_first(last), last)
        if not self.errors and first > last:
            self.add_error("from", gettext("The first day lies after the last"))
        elif not self.errors and (last - first).days > MOST_DAYS:
            self.add_error("from", gettext("A statement covers at most ten years"))
        return {**found, "from": first, "to": last, "currency": found.get("currency") or self.used[0]}


def usual_first(last: date) -> date:
    """The first day of the month two months before."""
    on = last.replace(day=1)
    for _month in range(MONTHS_BACK):
        on = (on - timedelta(days=1)).replace(day=1)
    return on


@require_safe
@staff(May.SEE_BOOK)
def statement(request: Here, customer_id: int) -> HttpResponseBase:
    """One customer's account between two days."""
    whose = _customer(request, customer_id)
    return page(request, whose, "billing/statement.html", pdf=reverse("customer_statement_pdf", args=[whose.pk]))


@require_safe
@staff(May.SEE_BOOK)
def statement_pdf(request: Here, customer_id: int) -> HttpResponse:
    """The same as a PDF, every currency that was used in a part of its own."""
    whose = _customer(request, customer_id)
    return pdf(request, whose, back=reverse("customer_statement", args=[whose.pk]))


def _customer(request: Here, pk: int) -> Customer:
    mine = Customer.objects.visible_to(request.user).of(request.partner)
    return get_object_or_404(mine.select_related("partner"), pk=pk)


def page(request: Here, whose: Customer, template: str, *, pdf: str) -> HttpResponseBase:
    """The statement that the address asks for; days that can't be say why, and the usual ones are shown."""
    today = request.now.astimezone(whose.tz).date()
    used = currencies(whose)
    form = SpanForm(request.GET, today=today, used=used)
    right = form.is_valid()
    first, last = (form.cleaned_data["from"], form.cleaned_data["to"]) if right else (usual_first(today), today)
    code = form.cleaned_data["currency"] if right else used[0]
    if right and wanted(request):
        return _file(request, state(whose, code, first=first, last=last, today=today))
    found = state(whose, code, first=first, last=last, today=today, most=LISTED)
    context = {
        "customer": whose,
        "statement": found,
        "rows": [{"movement": one, "words": words(one)} for one in found.movements],
        "buckets": _buckets(found),
        "form": form,
        "typed": {"from": request.GET.get("from") or str(first), "to": request.GET.get("to") or str(last)},
        "currencies": used,
        "pdf": f"{pdf}?from={first}&to={last}",
        "mine": request.membership.customer is not None,
    }
    return render(request, template, context, status=200 if right else 422)


def _buckets(found: Statement) -> list[dict[str, Any]]:
    ages = (0, 1, 2, 3, 5)
    return [
        {"label": label, "amount": amount, "age": age}
        for label, amount, age in zip(found.buckets.labels, found.aged, ages, strict=False)
    ]


def _file(request: Here, found: Statement) -> HttpResponseBase:
    columns = [
        Column(_("Day"), lambda row: row.on),
        Column(_("What moved it"), words_of),
        Column(_("Reference"), lambda row: row.about),
        Column(_("Currency"), lambda _row: found.currency),
        Column(_("Amount"), lambda row: row.amount),
        Column(_("Balance"), lambda row: row.balance),
    ]
    rows: list[Any] = [
        Movement("opening", found.first, 0, "", "", Decimal(0), found.opening),
        *found.movements,
        Movement("closing", found.last, 0, "", "", Decimal(0), found.closing),
    ]
    named = (file_stem(found.customer), found.currency, found.first, "to", found.last)
    return exported(request, "statement", columns, rows, *named)


def words_of(movement: Movement) -> str:
    """A movement in words, and the two lines that are none."""
    if movement.kind == "opening":
        return gettext("Opening balance")
    return gettext("Closing balance") if movement.kind == "closing" else words(movement)


def pdf(request: Here, whose: Customer, *, back: str) -> HttpResponse:
    """The statement of every currency as one PDF. What is still moving is printed each time and not kept."""
    today = request.now.astimezone(whose.tz).date()
    used = currencies(whose)
    form = SpanForm(request.GET, today=today, used=used)
    if not form.is_valid():
        return HttpResponseRedirect(f"{back}?{request.GET.urlencode()}")
    first, last = form.cleaned_data["from"], form.cleaned_data["to"]
    found = [state(whose, code, first=first, last=last, today=today, most=PRINTED) for code in used]
    if any(one.cut for one in found):
        messages.error(request, gettext("That is more than one PDF can list. Choose fewer days, or take the file."))
        return HttpResponseRedirect(f"{back}?from={first}&to={last}")
    try:
        with override(reader_language()):
            printed = print_statement(found, now=request.now)
    except Unprinted:
        messages.error(request, gettext("The PDF could not be made just now. Nothing was changed; try again later."))
        return HttpResponseRedirect(back)
    return download(printed.content, f"statement-{file_stem(whose)}-{first}-to-{last}.pdf", "application/pdf")
