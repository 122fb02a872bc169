"""Which papers can a customer take along? Invoices, credit notes and the policy as PDF, in their own language."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_safe

from billing.models import CreditNote
from billing.papers import print_credit_note
from billing.views.papers import paper, reader_language
from customers.entering import Here, customer, customer_here, staff
from customers.roles import May
from dunning.lateness import print_with_policy
from dunning.models import PolicyVersion

from .my_invoices import invoice_here
from .policy_paper import print_policy


@require_safe
@customer()
def invoice_pdf(request: Here, pk: int) -> HttpResponse:
    """One of this customer's issued invoices."""
    one = invoice_here(request, pk)
    return paper(
        request,
        lambda: print_with_policy(one, language=reader_language(), now=request.now, by=request.user),
        back=reverse("my-invoice", args=[one.pk]),
    )


@require_safe
@customer()
def credit_note_pdf(request: Here, pk: int) -> HttpResponse:
    """One of this customer's credit notes."""
    mine = CreditNote.objects.visible_to(request.user).filter(customer=customer_here(request))
    one = get_object_or_404(mine.select_related("customer__partner", "partner"), pk=pk)
    return paper(
        request,
        lambda: print_credit_note(one, language=reader_language(), now=request.now, by=request.user),
        back=reverse("my-invoices"),
    )


@require_safe
@customer()
def policy_pdf(request: Here, number: int) -> HttpResponse:
    """A version of the partner's policy, the same table as on its page."""
    version = get_object_or_404(PolicyVersion.objects.select_related("partner"), partner=request.partner, number=number)
    return paper(
        request,
        lambda: print_policy(version, language=reader_language(), now=request.now, by=request.user),
        back=reverse("my-policy"),
    )


@require_safe
@staff(May.SEE_BOOK)
def staff_policy_pdf(request: Here, number: int) -> HttpResponse:
    """The same paper for staff."""
    mine = PolicyVersion.objects.visible_to(request.user).of(request.partner).select_related("partner")
    version = get_object_or_404(mine, number=number)
    return paper(
        request,
        lambda: print_policy(version, language=reader_language(), now=request.now, by=request.user),
        back=reverse("policy"),
    )
