"""How does a customer pay online? Sent on to the payment provider, and told on coming back what came of it."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from billing.checking_out import begin, send_on
from billing.fields import AmountField
from billing.models import Checkout
from billing.referring import restoring_reference
from billing.refusing import NotPossible
from billing.till.protocol import TillRefused, TillUnavailable
from customers import formats
from customers.entering import Here, customer, customer_here
from customers.roles import May
from dunning.cashing import look_now

from .my_invoices import invoice_here


@require_POST
@customer(May.PROMISE)
def pay(request: Here, pk: int) -> HttpResponse:
    """Set out to pay an amount of an invoice; with `access` under the reference that pays for access first."""
    invoice = invoice_here(request, pk)
    back = HttpResponseRedirect(reverse("my-invoice", args=[pk]))
    reference = restoring_reference(invoice) if "access" in request.POST else invoice.reference or ""
    try:
        amount = AmountField().clean(request.POST.get("amount", ""))
        checkout = begin(invoice, amount=amount, reference=reference, by=request.user, now=request.now)
        return HttpResponseRedirect(send_on(checkout).url)
    except ValidationError:
        messages.error(request, gettext("That is not an amount. Nothing was charged."))
    except NotPossible as no:
        messages.error(request, gettext("%(why)s. Nothing was charged.") % {"why": str(no).rstrip(".。")})
    except (TillUnavailable, TillRefused):
        text = gettext("The payment provider does not answer. Nothing was charged. Try again, or pay by transfer.")
        messages.error(request, text)
    return back


@require_safe
@customer()
def came_back(request: Here, pk: int) -> HttpResponse:
    """The customer is back from the payment provider: look at once what came of it, and say so on the invoice."""
    mine = Checkout.objects.visible_to(request.user).filter(customer=customer_here(request))
    checkout = look_now(get_object_or_404(mine.select_related("partner"), pk=pk), now=request.now)
    amount = formats.amount(checkout.amount, checkout.currency)
    if checkout.payment_id:
        messages.success(request, gettext("%(amount)s received. Thank you") % {"amount": amount})
    elif checkout.declined_at:
        messages.error(request, gettext("The payment was declined. Nothing was charged."))
    else:
        text = gettext("We wait for word of your %(amount)s. This page shows it once it is here; don’t pay again.")
        messages.info(request, text % {"amount": amount})
    return HttpResponseRedirect(reverse("my-invoice", args=[checkout.invoice_id]))
