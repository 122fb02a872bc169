"""Who sets how much a customer may owe? Whoever issues invoices."""

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from billing.fields import AmountField, check_decimals
from billing.money import plain
from customers import formats
from customers.entering import Here, staff
from customers.limiting import set_limit
from customers.models import Customer
from customers.roles import May


class LimitForm(forms.Form):
    """The limit in the partner's currency; left empty there is none."""

    limit = AmountField(label=_("Credit limit"), required=False)
    why = forms.CharField(label=_("Why"), max_length=200, required=False)

    def __init__(self, *args: Any, currency: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.currency = currency

    def clean_limit(self) -> Decimal | None:
        """At most the decimals the currency has."""
        limit: Decimal | None = self.cleaned_data["limit"]
        if limit is not None:
            check_decimals(limit, self.data["limit"], self.currency)
        return limit


@require_http_methods(["GET", "HEAD", "POST"])
@staff(May.ISSUE)
def set_credit_limit(request: Here, customer_id: int) -> HttpResponse:
    """Ask for the limit, and set it or take it away."""
    mine = Customer.objects.visible_to(request.user).of(request.partner)
    whose = get_object_or_404(mine.select_related("partner"), pk=customer_id)
    code = request.partner.currency
    known = {"limit": plain(whose.credit_limit, code)} if whose.credit_limit is not None else {}
    form = LimitForm(request.POST if request.method == "POST" else None, initial=known, currency=code)
    if request.method != "POST" or not form.is_valid():
        context = {"form": form, "customer": whose, "currency": code}
        return render(request, "customers/limit.html", context, status=422 if form.is_bound else 200)
    limit = form.cleaned_data["limit"]
    set_limit(whose, limit, by=request.user, now=request.now, why=form.cleaned_data["why"])
    if limit is None:
        messages.success(request, gettext("This customer has no credit limit now"))
    else:
        messages.success(request, gettext("Credit limit set to %(amount)s") % {"amount": formats.amount(limit, code)})
    return HttpResponseRedirect(reverse("customer", args=[whose.pk]))
