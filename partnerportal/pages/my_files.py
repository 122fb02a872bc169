"""Which files of their cases can a customer take along? Those they sent, and those we sent them."""

from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from customers.entering import Here, customer, customer_here
from disputes.attaching import seen_by_customer
from disputes.models import CaseFile
from disputes.views.files import handed_over


@require_safe
@customer()
def case_file(request: Here, pk: int, file_id: int) -> HttpResponseBase:
    """One file of one of this customer's cases."""
    mine = CaseFile.objects.visible_to(request.user).filter(customer=customer_here(request))
    shared = seen_by_customer(mine).select_related("partner", "dispute")
    return handed_over(request, get_object_or_404(shared, pk=file_id, dispute=pk))
