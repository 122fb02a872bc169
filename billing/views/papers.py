"""Which papers does staff hand out? The PDF of an invoice and of a credit note, each made once and kept."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_safe

from billing.models import CreditNote, Invoice
from billing.papers import print_credit_note
from customers.entering import Here, staff
from customers.exporting import handed
from customers.models import Document
from customers.printing import Unprinted
from customers.roles import May
from customers.writing import LANGUAGES
from dunning.lateness import print_with_policy


@require_safe
@staff(May.SEE_BOOK)
def invoice_pdf(request: Here, invoice_id: int) -> HttpResponse:
    """An issued invoice as a PDF, in the reader's language; a draft is no paper yet."""
    mine = Invoice.objects.visible_to(request.user).of(request.partner).exclude(status=Invoice.Status.DRAFT)
    one = get_object_or_404(mine.select_related("customer__partner", "partner"), pk=invoice_id)
    return paper(
        request,
        lambda: print_with_policy(one, language=reader_language(), now=request.now, by=request.user),
        back=reverse("invoice", args=[one.pk]),
    )


@require_safe
@staff(May.SEE_BOOK)
def credit_note_pdf(request: Here, note_id: int) -> HttpResponse:
    """A credit note as a PDF, in the reader's language."""
    mine = CreditNote.objects.visible_to(request.user).of(request.partner)
    one = get_object_or_404(mine.select_related("customer__partner", "partner"), pk=note_id)
    return paper(
        request,
        lambda: print_credit_note(one, language=reader_language(), now=request.now, by=request.user),
        back=reverse("customer", args=[one.customer_id]),
    )


def reader_language() -> str:
    """The page's language as papers are kept by it; English where the portal has no such language."""
    code = get_language() or "en"
    return code if code in LANGUAGES else "en"


def paper(request: Here, make: Callable[[], Document], *, back: str) -> HttpResponse:
    """The paper as a download; where it can't be printed, the page one came from says so."""
    try:
        return handed(make())
    except Unprinted:
        messages.error(request, gettext("The PDF could not be made just now. Nothing was changed; try again later."))
        return HttpResponseRedirect(back)
