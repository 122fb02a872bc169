"""Is the payment that a customer reported there? Staff look, and say so when it isn't."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from billing.models import Claim
from customers import formats
from customers.entering import Here, staff
from customers.roles import May
from dunning.approving import NotAllowed
from dunning.claiming import BadClaim, as_receipt, dismiss
from dunning.forms import ReasonForm
from dunning.supposing import suppose_all, without_claim

from .effects import effect_of
from .holds import mine
from .naming import BAD_CLAIM


@require_http_methods(["GET", "HEAD", "POST"])
@staff(May.CHASE)
def claim_dismiss(request: Here, claim_id: int) -> HttpResponse:
    """The payment was not found: the customer reads why, and the dates go on. Asked once."""
    row = get_object_or_404(mine(request, Claim).select_related("customer__partner", "invoice"), pk=claim_id)
    pk = row.invoice_id
    back = f"{reverse('invoice', args=[pk]) if pk else reverse('customer', args=[row.customer_id])}#agreed"
    form = ReasonForm(request.POST if request.method == "POST" else None)
    form.fields["reason"].help_text = gettext("The customer reads it. Say where you looked")
    if request.method == "POST" and form.is_valid():
        try:
            dismiss(row.pk, by=request.user, why=form.cleaned_data["reason"], now=request.now)
            messages.success(request, gettext("The report counts no more, and the customer is told why"))
        except BadClaim as bad:
            messages.info(request, str(BAD_CLAIM[bad.code]))
        except NotAllowed as no:
            raise PermissionDenied from no
        return HttpResponseRedirect(back)
    if row.gone_at is not None:
        messages.info(request, gettext("This report counts no more; nothing was changed."))
        return HttpResponseRedirect(back)
    found = suppose_all(row.customer, without_claim(as_receipt(row)), now=request.now, invoices=[pk] if pk else [])
    today = request.now.astimezone(request.zone).date()
    said = {"amount": formats.amount(row.amount, row.currency), "on": formats.spoken(row.paid_on, today, request.zone)}
    context = {
        "title": gettext("The payment was not found"),
        "lead": gettext("The customer reported %(amount)s, paid %(on)s.") % said,
        "customer": row.customer,
        "form": form,
        "effect": effect_of(request, found),
        "do": gettext("Say that it was not found"),
        "keep": gettext("Look again"),
        "keep_url": back,
    }
    return render(request, "dunning/hold_form.html", context, status=422 if form.errors else 200)
