"""What has moved my balance? A customer's own statement of account, as page and PDF."""

from django.http import HttpResponse, HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_safe

from billing.views.statements import page, pdf
from customers.entering import Here, customer, customer_here


@require_safe
@customer()
def statement(request: Here) -> HttpResponseBase:
    """The account between two days."""
    return page(request, customer_here(request), "my/statement.html", pdf=reverse("my-statement-pdf"))


@require_safe
@customer()
def statement_pdf(request: Here) -> HttpResponse:
    """The same as a PDF."""
    return pdf(request, customer_here(request), back=reverse("my-statement"))
