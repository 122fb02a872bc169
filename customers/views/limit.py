"""Who sets how much a customer may owe? Whoever issues invoices."""

from decimal import Decimal
from typing import Final

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from billing.fields import AmountField
from billing.money import plain
from customers import formats
from customers.entering import Here, staff
from customers.limiting import set_limit
from customers.models import Customer
from customers.roles import May

CENT: Final = Decimal("0.01")


class LimitForm(forms.Form):
    """The limit in the partner's currency; left empty there is none."""

    limit = AmountField(label=_("Credit limit"), required=False)

    def clean_limit(self) -> Decimal | None:
        """At most two decimals, as amounts are kept."""
        limit: Decimal | None = self.cleaned_data["limit"]
        if limit is not None and limit != limit.quantize(CENT):
            raise forms.ValidationError(gettext("At most two decimals"))
        return limit


@require_http_methods(["GET", "HEAD", "POST"])
@staff(May.ISSUE)
def set_credit_limit(request: Here, customer_id: int) -> HttpResponse:
    """Ask for the limit, and set it or take it away."""
    mine = Customer.objects.visible_to(request.user).of(request.partner)
    whose = get_object_or_404(mine.select_related("partner"), pk=customer_id)
    code = request.partner.currency
    known = {"limit": plain(whose.credit_limit, code)} if whose.credit_limit is not None else {}
    form = LimitForm(request.POST if request.method == "POST" else None, initial=known)
    if request.method != "POST" or not form.is_valid():
        context = {"form": form, "customer": whose, "currency": code}
        return render(request, "customers/limit.html", context, status=422 if form.is_bound else 200)
    limit = form.cleaned_data["limit"]
    set_limit(whose, limit, by=request.user, now=request.now)
    if limit is None:
        messages.success(request, gettext("This customer has no credit limit now"))
    else:
        messages.success(request, gettext("Credit limit set to %(amount)s") % {"amount": formats.amount(limit, code)})
    return HttpResponseRedirect(reverse("customer", args=[whose.pk]))
